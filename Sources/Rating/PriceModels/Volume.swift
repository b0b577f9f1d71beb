import BillingTerms
import Catalog

/// The tier that the whole quantity reaches prices all units, and adds its flat amount if it has one.
func volumeParts(
    _ quantity: ExactDecimal, unit: String, tiers: [Tier], bounds: TierBounds = .inclusive
) -> [PricedPart] {
    guard let place = tiers.firstIndex(where: { bounds.holds(quantity, upTo: $0.upTo) }) else { return [] }
    let tier = tiers[place]
    let name = tierName(from: lowerBound(of: place, in: tiers.map(\.upTo)), upTo: tier.upTo)
    return [tierPart(quantity, unit: unit, tier: tier, name: name)]
        + (tier.flat.map { [flatPart(tier: name, $0)] } ?? [])
}

/// Where the tier before ends.
func lowerBound(of place: Int, in bounds: [ExactDecimal?]) -> ExactDecimal {
    (place == 0 ? nil : bounds[place - 1]) ?? .zero
}

extension TierBounds {
    /// Whether a quantity is not past a tier's end; an open tier has none.
    func holds(_ quantity: ExactDecimal, upTo bound: ExactDecimal?) -> Bool {
        guard let bound else { return true }
        switch self {
        case .inclusive: return quantity <= bound
        case .exclusive: return quantity < bound
        }
    }
}
