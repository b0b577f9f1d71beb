import BillingTerms
import Catalog

/// Events carry their own amounts: their sum is the price. A sum below zero is a credit.
func dynamicParts(_ priced: PricedQuantity) -> [PricedPart] {
    guard !priced.quantity.isZero else { return [] }
    let step = WorkingStep(
        "amounts that events carry", "sum of \(numbered(priced.events.count, "event"))", priced.quantity.shortText)
    return [PricedPart(quantity: priced.quantity, unit: priced.unit, unitPrice: .one, working: [step])]
}
