import BillingTerms
import Catalog

/// A part of a quantity with one price: what becomes a line of the invoice.
struct PricedPart {
    var tier: String = ""
    var quantity: ExactDecimal
    var unit: String
    var unitPrice: ExactDecimal
    /// Exact, before it is rounded to the currency.
    var amount: ExactDecimal
    var working: [WorkingStep]

    init(
        tier: String = "", quantity: ExactDecimal, unit: String, unitPrice: ExactDecimal, amount: ExactDecimal? = nil,
        working: [WorkingStep] = []
    ) {
        self.tier = tier
        self.quantity = quantity
        self.unit = unit
        self.unitPrice = unitPrice
        self.amount = amount ?? quantity * unitPrice
        self.working = working
        if working.isEmpty {
            let label = tier.isEmpty ? "price" : tier
            self.working = [
                WorkingStep(label, "\(quantity.shortText) × \(unitPrice)", self.amount.normalized.description)
            ]
        }
    }

    /// The same for a correction: a negative quantity is priced as its magnitude, and the sign put back.
    func negated() -> PricedPart {
        var part = self
        part.quantity = -quantity
        part.amount = -amount
        part.working.append(WorkingStep("correction", "−1 × \(amount.normalized)", part.amount.normalized.description))
        return part
    }
}

extension ItemPrice {
    /// Prices a quantity: included units first, then the model. Zero gives no parts.
    func parts(quantity: ExactDecimal, unit: String) -> [PricedPart] {
        if quantity.isNegative {
            let correction = ItemPrice(item: item, model: model.forCorrections)
            return correction.parts(quantity: -quantity, unit: unit).map { $0.negated() }
        }
        var parts: [PricedPart] = []
        let free = min(quantity, included)
        if free.signum > 0 {
            let step = WorkingStep(
                "included units", "the smaller of \(quantity.shortText) and \(included.shortText)", free.shortText)
            parts.append(PricedPart(tier: "included", quantity: free, unit: unit, unitPrice: .zero, working: [step]))
        }
        let rest = quantity - free
        guard rest.signum > 0 else { return parts }
        switch model {
        case .flat, .costPlus: break
        case .perUnit(let price): parts.append(PricedPart(quantity: rest, unit: unit, unitPrice: price))
        case .package(let size, let price, let rounding):
            parts.append(packagePart(rest, unit: unit, size: size, price: price, rounding: rounding))
        case .graduated(let tiers): parts += graduatedParts(rest, unit: unit, tiers: tiers)
        case .volume(let tiers): parts += volumeParts(rest, unit: unit, tiers: tiers)
        }
        return parts
    }
}

extension PriceModel {
    /// A negative quantity takes back what was charged; a block that was only begun is not taken back.
    fileprivate var forCorrections: PriceModel {
        if case .package(let size, let price, .up) = self { return .package(size: size, price: price, rounding: .down) }
        return self
    }
}
