import BillingTerms
import Catalog

extension RateScale {
    /// An amount at one rate, or through tiers of rates. An amount below zero is priced as its magnitude, with the sign put
    /// back.
    func parts(_ amount: ExactDecimal, unit: String, _ conventions: Conventions) -> [PricedPart] {
        guard !amount.isZero else { return [] }
        switch self {
        case .one(let rate): return [PricedPart(quantity: amount, unit: unit, unitPrice: rate)]
        case .graduated, .volume:
            guard amount.isNegative else { return tiered(amount, unit: unit, conventions) }
            return tiered(-amount, unit: unit, conventions).map { $0.negated() }
        }
    }

    private func tiered(_ amount: ExactDecimal, unit: String, _ conventions: Conventions) -> [PricedPart] {
        switch self {
        case .one: []
        case .graduated(let tiers): graduatedParts(amount, unit: unit, tiers: tiers, flats: conventions.tierFlats)
        case .volume(let tiers): volumeParts(amount, unit: unit, tiers: tiers, bounds: conventions.tierBounds)
        }
    }
}
