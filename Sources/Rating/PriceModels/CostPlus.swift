import BillingTerms
import Catalog

/// Provider cost × (1 + markup): the cost stands as the quantity and 1 + markup as the unit price, so that a reader can
/// multiply the two.
func costPlusPart(cost: ExactDecimal, currency: Currency, markup: ExactDecimal) -> PricedPart {
    let factor = ExactDecimal.one + markup
    let amount = cost * factor
    let percent = (markup * .hundred).shortText
    let step = WorkingStep(
        "cost and markup of \(percent) %", "\(cost.shortText) × \(factor.shortText)", amount.normalized.description)
    return PricedPart(
        quantity: cost.normalized, unit: "\(currency) cost", unitPrice: factor.normalized, amount: amount,
        working: [step])
}
