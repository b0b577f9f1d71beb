import BillingTerms
import Catalog

/// Each tier prices only the units inside it, like income tax brackets; a tier's flat amount is charged once a unit lies
/// in it. A part for each tier that holds something.
func graduatedParts(
    _ quantity: ExactDecimal, unit: String, tiers: [Tier], flats: TierFlats = .entered
) -> [PricedPart] {
    var parts: [PricedPart] = []
    var lower = ExactDecimal.zero
    for tier in tiers {
        guard quantity > lower else { break }
        let upper = tier.upTo.map { min($0, quantity) } ?? quantity
        let name = tierName(from: lower, upTo: tier.upTo)
        parts.append(tierPart(upper - lower, unit: unit, tier: tier, name: name))
        let isLast = tier.upTo.map { quantity <= $0 } ?? true
        if let flat = tier.flat, flats == .entered || isLast { parts.append(flatPart(tier: name, flat)) }
        lower = tier.upTo ?? quantity
    }
    return parts
}

/// The units of one tier at its price: one by one, or in its blocks.
func tierPart(_ quantity: ExactDecimal, unit: String, tier: Tier, name: String) -> PricedPart {
    guard let block = tier.block else {
        return PricedPart(tier: name, quantity: quantity, unit: unit, unitPrice: tier.unitPrice)
    }
    var part = packagePart(
        quantity, unit: unit, size: block.size, price: tier.unitPrice, rounding: block.rounding)
    part.tier = name
    return part
}

/// "first 10000", "10000 to 50000", "over 50000": the bounds as the plan has them, upper ones inclusive.
func tierName(from lower: ExactDecimal, upTo upper: ExactDecimal?) -> String {
    guard let upper else { return lower.isZero ? "all units" : "over \(lower.shortText)" }
    return lower.isZero ? "first \(upper.shortText)" : "\(lower.shortText) to \(upper.shortText)"
}

/// A tier's own amount, whatever the quantity in it.
func flatPart(tier: String, _ amount: ExactDecimal) -> PricedPart {
    let step = WorkingStep("flat amount of the tier", "1 × \(amount)", amount.description)
    var part = PricedPart(tier: "\(tier), flat", quantity: .one, unit: "tier", unitPrice: amount, working: [step])
    part.isFlat = true
    return part
}
