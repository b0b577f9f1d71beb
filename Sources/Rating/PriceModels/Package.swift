import BillingTerms
import Catalog

/// Started blocks × block price: 23,456 requests in blocks of 10,000 are 3 blocks (rounding up), 2 (down), or 2.3456.
func packagePart(
    _ quantity: ExactDecimal, unit: String, size: ExactDecimal, price: ExactDecimal, rounding: BlockRounding
) -> PricedPart {
    let name = "\(size.shortText) \(unit)"
    let division = "\(quantity.shortText) ÷ \(size.shortText)"
    guard rounding != .none else {
        // The quotient may never end (a third of a block); the amount is divided once, after multiplying.
        let blocks = quantity.divided(by: size, to: 12)
        let amount = (quantity * price).divided(by: size, to: ExactDecimal.mostFractionDigits)
        let step = WorkingStep("blocks", "\(division) × \(price)", amount.rounded(to: 12).shortText)
        return PricedPart(quantity: blocks.normalized, unit: name, unitPrice: price, amount: amount, working: [step])
    }
    let blocks = quantity.divided(by: size, to: 0, rounding == .up ? .up : .down)
    let step = WorkingStep("blocks", "\(division), rounded \(rounding.rawValue)", blocks.shortText)
    let amount = blocks * price
    let total = WorkingStep("price", "\(blocks.shortText) × \(price)", amount.normalized.description)
    return PricedPart(quantity: blocks, unit: name, unitPrice: price, amount: amount, working: [step, total])
}
