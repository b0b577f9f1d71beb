import BillingTerms
import Catalog

/// What a part of a price comes to as money, and how it got there.
struct PartAmount {
    var gross: Money
    /// What was rounded to it, where that differs.
    var exact: ExactDecimal?
    /// Where the plan prices in a credit unit.
    var credits: CreditAmount?
    var working: [WorkingStep]
}

/// Quantities that fill tiers and blocks together are priced as one, and what comes out is split over them by largest
/// remainder, so that the parts add up to it to the cent.
struct PricedPool {
    /// What is priced together, above zero in all.
    let weights: [ExactDecimal]
    /// "all projects", "the project".
    let name: String

    /// Each member's part of a part, with its amount. Quantities are told to six digits more than they are measured in.
    func split(_ part: PricedPart, _ amount: PartAmount) -> [(part: PricedPart, amount: PartAmount)] {
        guard weights.count > 1 else { return [(part, amount)] }
        let digits = min((weights + [part.quantity]).map(\.normalized.scale).max() ?? 0, 30) + 6
        let quantities = part.quantity.normalized.allocated(over: weights, digits: digits)
        let amounts = amount.gross.allocated(over: weights)
        let credits = amount.credits.map { $0.amount.allocated(over: weights, digits: $0.amount.scale) }
        let total = weights.sum().shortText
        return weights.indices.map { place in
            var own = part
            own.quantity = quantities[place]
            own.working = []
            var share = amount
            share.gross = amounts[place]
            if let credits { share.credits?.amount = credits[place] }
            let step = WorkingStep(
                "share of \(name)", "\(amount.gross.decimal) × \(weights[place].shortText) of \(total)",
                amounts[place].decimal.description)
            share.working = part.working + amount.working + [step]
            return (own, share)
        }
    }
}

extension Pool {
    var name: String {
        switch self {
        case .combination: "the combination"
        case .project: "the project"
        case .customer: "all projects"
        }
    }
}
