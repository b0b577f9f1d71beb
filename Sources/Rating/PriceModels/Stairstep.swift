import BillingTerms
import Catalog

/// The step that the quantity reaches sets one amount, however much of it was used.
func stairstepParts(
    _ quantity: ExactDecimal, unit: String, _ stairs: [Stair], bounds: TierBounds
) -> [PricedPart] {
    guard let place = stairs.firstIndex(where: { bounds.holds(quantity, upTo: $0.upTo) }) else { return [] }
    let name = tierName(from: lowerBound(of: place, in: stairs.map(\.upTo)), upTo: stairs[place].upTo)
    return [stairPart(name, stairs[place], of: quantity, unit: unit)]
}

/// A step's amount as a part of its own; the quantity stands in the working.
func stairPart(_ name: String, _ stair: Stair, of quantity: ExactDecimal, unit: String) -> PricedPart {
    let used = quantity.isZero ? "nothing used" : "\(quantity.shortText) \(unit)"
    var part = PricedPart(
        tier: name, quantity: .one, unit: "step", unitPrice: stair.amount,
        working: [WorkingStep("step reached", "\(used): \(name)", stair.amount.description)])
    part.isFlat = true
    return part
}
