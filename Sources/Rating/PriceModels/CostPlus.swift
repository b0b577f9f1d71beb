import BillingTerms
import Catalog

extension CostPlusPrice {
    /// Provider cost × (1 + markup): the cost stands as the quantity and 1 + markup as the unit price, so that a reader can
    /// multiply the two. With tiers, each part of the spend, or all of it, has the markup of its tier.
    func parts(
        _ cost: ExactDecimal, currency: Currency, passOn: PassOn, _ conventions: Conventions
    ) -> [PricedPart] {
        let unit = "\(currency) cost"
        switch passOn {
        case .leftOut: return []
        case .passedThrough:
            let step = WorkingStep("passed through", "\(cost.shortText) as charged", cost.normalized.description)
            return [
                PricedPart(
                    tier: "as charged", quantity: cost.normalized, unit: unit, unitPrice: .one, working: [step])
            ]
        case .markedUp: break
        }
        guard case .one(let factor) = factor else {
            return factor.parts(cost.normalized, unit: unit, conventions)
        }
        let amount = cost * factor
        let percent = ((factor - .one) * .hundred).shortText
        let step = WorkingStep(
            "cost and markup of \(percent) %", "\(cost.shortText) × \(factor.shortText)",
            amount.normalized.description)
        return [
            PricedPart(
                quantity: cost.normalized, unit: unit, unitPrice: factor.normalized, amount: amount, working: [step])
        ]
    }
}
