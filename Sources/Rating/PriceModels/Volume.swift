import BillingTerms
import Catalog

/// The tier that the whole quantity reaches prices all units, and adds its flat amount if it has one.
func volumeParts(_ quantity: ExactDecimal, unit: String, tiers: [Tier]) -> [PricedPart] {
    var lower = ExactDecimal.zero
    for tier in tiers {
        guard tier.upTo.map({ quantity <= $0 }) ?? true else {
            lower = tier.upTo ?? lower
            continue
        }
        let name = tierName(from: lower, upTo: tier.upTo)
        let part = PricedPart(tier: name, quantity: quantity, unit: unit, unitPrice: tier.unitPrice)
        return [part] + (tier.flat.map { [flatPart(tier: name, $0)] } ?? [])
    }
    return []
}
