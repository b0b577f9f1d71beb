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
    /// Whether it is the same for every quantity of its tier.
    var isFlat = false

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

/// What a price model is given: a quantity after conversion and included units, and the events behind it.
struct PricedQuantity {
    var quantity: ExactDecimal
    var unit: String
    var events = PricedEvents()
    var conversion: UnitConversion?

    func converted(_ value: ExactDecimal) -> ExactDecimal { conversion?.apply(value) ?? value }

    /// A sum of quotients that were cut.
    func settled(_ value: ExactDecimal) -> ExactDecimal { conversion?.settled(value) ?? value }
}

extension PriceModel {
    /// Prices a quantity. Zero gives no parts.
    func parts(_ priced: PricedQuantity, _ conventions: Conventions) -> [PricedPart] {
        switch self {
        case .percentage(let price): return price.parts(priced, conventions)
        case .dynamic: return dynamicParts(priced)
        default: break
        }
        guard !priced.quantity.isNegative else {
            if conventions.negativeUsage == .nothing { return [] }
            return forCorrections.unitParts(-priced.quantity, unit: priced.unit, conventions).map { $0.negated() }
        }
        return priced.quantity.isZero ? [] : unitParts(priced.quantity, unit: priced.unit, conventions)
    }

    /// Of a quantity above zero.
    private func unitParts(_ quantity: ExactDecimal, unit: String, _ conventions: Conventions) -> [PricedPart] {
        switch self {
        case .perUnit(let price): return [PricedPart(quantity: quantity, unit: unit, unitPrice: price)]
        case .package(let size, let price, let rounding):
            return [packagePart(quantity, unit: unit, size: size, price: price, rounding: rounding)]
        case .graduated(let tiers):
            return graduatedParts(quantity, unit: unit, tiers: tiers, flats: conventions.tierFlats)
        case .volume(let tiers): return volumeParts(quantity, unit: unit, tiers: tiers, bounds: conventions.tierBounds)
        case .stairstep(let stairs): return stairstepParts(quantity, unit: unit, stairs, bounds: conventions.tierBounds)
        // A flat amount has no quantity; matrix and covered units are taken apart before; the others price amounts.
        case .flat, .matrix, .covered, .percentage, .dynamic, .costPlus: return []
        }
    }

    /// A negative quantity takes back what was charged; a block that was only begun is not taken back.
    private var forCorrections: PriceModel {
        func corrected(_ tiers: [Tier]) -> [Tier] {
            tiers.map { tier in
                var tier = tier
                if tier.block?.rounding == .up { tier.block?.rounding = .down }
                return tier
            }
        }
        switch self {
        case .package(let size, let price, .up): return .package(size: size, price: price, rounding: .down)
        case .graduated(let tiers): return .graduated(corrected(tiers))
        case .volume(let tiers): return .volume(corrected(tiers))
        default: return self
        }
    }

    /// What is due although nothing was used, where the conventions say so: the first tier's flat amount.
    var zeroUsagePart: PricedPart? {
        switch self {
        case .graduated(let tiers), .volume(let tiers):
            guard let first = tiers.first, let flat = first.flat else { return nil }
            return flatPart(tier: tierName(from: .zero, upTo: first.upTo), flat)
        case .stairstep(let stairs):
            return stairs.first.map { stairPart(tierName(from: .zero, upTo: $0.upTo), $0, of: .zero, unit: "") }
        case .covered(let price): return price.overage.zeroUsagePart
        case .flat, .perUnit, .package, .percentage, .matrix, .dynamic, .costPlus: return nil
        }
    }
}
