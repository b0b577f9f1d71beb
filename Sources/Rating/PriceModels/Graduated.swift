import BillingTerms
import Catalog

/// Each tier prices only the units inside it, like income tax brackets; a tier's flat amount is charged once it is
/// entered. A part for each tier that holds something.
func graduatedParts(_ quantity: ExactDecimal, unit: String, tiers: [Tier]) -> [PricedPart] {
    var parts: [PricedPart] = []
    var lower = ExactDecimal.zero
    for tier in tiers {
        guard quantity > lower else { break }
        let upper = tier.upTo.map { min($0, quantity) } ?? quantity
        let name = tierName(from: lower, upTo: tier.upTo)
        parts.append(PricedPart(tier: name, quantity: upper - lower, unit: unit, unitPrice: tier.unitPrice))
        if let flat = tier.flat { parts.append(flatPart(tier: name, flat)) }
        lower = tier.upTo ?? quantity
    }
    return parts
}

/// "first 10000", "10000 to 50000", "over 50000": the bounds as the plan has them, upper ones inclusive.
func tierName(from lower: ExactDecimal, upTo upper: ExactDecimal?) -> String {
    guard let upper else { return lower.isZero ? "all units" : "over \(lower.shortText)" }
    return lower.isZero ? "first \(upper.shortText)" : "\(lower.shortText) to \(upper.shortText)"
}

/// A tier's own amount, whatever the quantity in it.
func flatPart(tier: String, _ amount: ExactDecimal) -> PricedPart {
    let step = WorkingStep("flat amount of the tier", "1 × \(amount)", amount.description)
    return PricedPart(tier: "\(tier), flat", quantity: .one, unit: "tier", unitPrice: amount, working: [step])
}
