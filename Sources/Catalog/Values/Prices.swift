import BillingTerms

/// A product item's price in a plan: what happens to a quantity or a cost from left to right, conversion, included units,
/// price model, minimum and maximum.
package struct ItemPrice: Hashable, Sendable {
    package var item: ProductItemID
    package var model: PriceModel
    /// From the meter's unit to the one that is priced.
    package var conversion: UnitConversion?
    /// Units that cost nothing, taken off before pricing, in each plan period.
    package var included: ExactDecimal
    /// Over what the included units are counted.
    package var includedFor: Pool
    /// Over what tiers and blocks are filled, and free events counted.
    package var tiersFor: Pool
    /// Bounds of what the item comes to in a plan period, all projects together, in the plan's currency.
    package var minimum: ExactDecimal?
    package var maximum: ExactDecimal?
    /// What the model's prices are in; the plan's currency when nil.
    package var creditUnit: CreditUnitID?
    /// Items of the plan that are meant to price the same usage too.
    package var beside: [ProductItemID] = []

    package init(
        item: ProductItemID, model: PriceModel, conversion: UnitConversion? = nil, included: ExactDecimal = .zero,
        includedFor: Pool = .combination, tiersFor: Pool = .combination, minimum: ExactDecimal? = nil,
        maximum: ExactDecimal? = nil, creditUnit: CreditUnitID? = nil
    ) {
        self.item = item
        self.model = model
        self.conversion = conversion
        self.included = included
        self.includedFor = includedFor
        self.tiersFor = tiersFor
        self.minimum = minimum
        self.maximum = maximum
        self.creditUnit = creditUnit
    }
}

/// How a quantity or a cost becomes an amount. Unit prices keep every digit they were written with.
package indirect enum PriceModel: Hashable, Sendable {
    /// An amount per plan period, whatever the quantity.
    case flat(ExactDecimal)
    /// Quantity × unit price.
    case perUnit(ExactDecimal)
    /// Started blocks × block price.
    case package(size: ExactDecimal, price: ExactDecimal, rounding: BlockRounding)
    /// Each tier prices only the units inside it.
    case graduated([Tier])
    /// The tier reached prices all units.
    case volume([Tier])
    /// The step reached sets one amount.
    case stairstep([Stair])
    /// A rate of an amount that events carry.
    case percentage(PercentagePrice)
    /// By dimension values.
    case matrix(MatrixPrice)
    /// Events carry their own amounts.
    case dynamic
    /// An amount that covers some units, and a price for those beyond.
    case covered(CoveredPrice)
    /// Provider cost with a markup.
    case costPlus(CostPlusPrice)

    package var name: String {
        switch self {
        case .flat: "flat"
        case .perUnit: "per-unit"
        case .package: "package"
        case .graduated: "graduated"
        case .volume: "volume"
        case .stairstep: "stairstep"
        case .percentage: "percentage"
        case .matrix: "matrix"
        case .dynamic: "dynamic"
        case .covered(let price): price.fee.isPerUnit ? "reserved" : "overage"
        case .costPlus: "cost-plus"
        }
    }
}

package enum BlockRounding: String, Sendable, CaseIterable { case up, down, none }

/// A step of a graduated or volume price. Bounds are cumulative: `upTo: 1000` holds the units up to the thousandth.
package struct Tier: Hashable, Sendable {
    /// Nil for the last tier, which is open.
    package var upTo: ExactDecimal?
    /// Of one unit, or of one block where there is a `block`.
    package var unitPrice: ExactDecimal
    /// Charged once when the tier is entered.
    package var flat: ExactDecimal?
    /// The units of the tier are counted in blocks.
    package var block: Block?

    package struct Block: Hashable, Sendable {
        package var size: ExactDecimal
        package var rounding: BlockRounding

        package init(size: ExactDecimal, rounding: BlockRounding) {
            self.size = size
            self.rounding = rounding
        }
    }

    package init(upTo: ExactDecimal?, unitPrice: ExactDecimal, flat: ExactDecimal? = nil, block: Block? = nil) {
        self.upTo = upTo
        self.unitPrice = unitPrice
        self.flat = flat
        self.block = block
    }
}

/// A step of a stairstep price: one amount for every quantity in it.
package struct Stair: Hashable, Sendable {
    /// Nil for the last step, which is open.
    package var upTo: ExactDecimal?
    package var amount: ExactDecimal

    package init(upTo: ExactDecimal?, amount: ExactDecimal) {
        self.upTo = upTo
        self.amount = amount
    }
}

/// One rate for all of an amount, or rates in tiers of it. In the tiers, `unitPrice` is what one unit of the amount costs:
/// 0.029 for a rate of 2.9 %, 1.08 for a markup of 8 %.
package enum RateScale: Hashable, Sendable {
    case one(ExactDecimal)
    case graduated([Tier])
    case volume([Tier])
}

/// A rate of the amount that a meter's events carry, and what each event costs beside it.
package struct PercentagePrice: Hashable, Sendable {
    package var rate: RateScale
    /// For each event that is not free.
    package var feePerEvent: ExactDecimal
    /// The first events of a plan period that cost nothing.
    package var freeEvents: Int
    /// The most that is free: of the free events, or of the whole amount where no number of events is given.
    package var freeAmount: ExactDecimal?
    /// Bounds of what one event costs, its fee included.
    package var leastPerEvent: ExactDecimal?
    package var mostPerEvent: ExactDecimal?

    package init(
        rate: RateScale, feePerEvent: ExactDecimal = .zero, freeEvents: Int = 0, freeAmount: ExactDecimal? = nil,
        leastPerEvent: ExactDecimal? = nil, mostPerEvent: ExactDecimal? = nil
    ) {
        self.rate = rate
        self.feePerEvent = feePerEvent
        self.freeEvents = freeEvents
        self.freeAmount = freeAmount
        self.leastPerEvent = leastPerEvent
        self.mostPerEvent = mostPerEvent
    }

    package var boundsEvents: Bool { leastPerEvent != nil || mostPerEvent != nil }
}

/// Prices by the values of dimensions.
package struct MatrixPrice: Hashable, Sendable {
    package var dimensions: [String]
    /// The first that matches counts.
    package var cells: [Cell]
    /// For what no cell matches; without it such usage parks the customer.
    package var fallback: PriceModel?

    package struct Cell: Hashable, Sendable {
        /// For each dimension the values that match; any where there are none.
        package var values: [[String]]
        package var model: PriceModel

        package init(values: [[String]], model: PriceModel) {
            self.values = values
            self.model = model
        }

        package func matches(_ found: [String]) -> Bool {
            zip(values, found).allSatisfy { $0.isEmpty || $0.contains($1) }
        }

        /// Whether everything that `other` matches is matched here.
        package func covers(_ other: Cell) -> Bool {
            zip(values, other.values).allSatisfy { wide, narrow in
                wide.isEmpty || (!narrow.isEmpty && narrow.allSatisfy(wide.contains))
            }
        }
    }

    package init(dimensions: [String], cells: [Cell], fallback: PriceModel? = nil) {
        self.dimensions = dimensions
        self.cells = cells
        self.fallback = fallback
    }

    /// The place of the first cell that matches these values, one for each of the matrix's dimensions.
    package func cell(for values: [String]) -> Int? { cells.firstIndex { $0.matches(values) } }

    /// The place of the cell that prices usage with these values of a meter's dimensions; the number of cells for the
    /// default, and nil where there is none.
    package func place(of values: [String], dimensions: [String]) -> Int? {
        cell(for: chosen(values, dimensions)) ?? (fallback == nil ? nil : cells.count)
    }

    /// Of a meter's values those that decide the price.
    package func chosen(_ values: [String], _ names: [String]) -> [String] {
        dimensions.map { name in names.firstIndex(of: name).map { values[$0] } ?? "" }
    }
}

/// A fee for each plan period that covers some units, used or not, and the price of the units beyond them: a flat rate
/// with overage, or a reserved quantity.
package struct CoveredPrice: Hashable, Sendable {
    package var units: ExactDecimal
    package var fee: Fee
    package var overage: PriceModel

    package enum Fee: Hashable, Sendable {
        /// One amount for all covered units.
        case amount(ExactDecimal)
        /// For each covered unit.
        case perUnit(ExactDecimal)

        var isPerUnit: Bool {
            if case .perUnit = self { return true }
            return false
        }
    }

    package init(units: ExactDecimal, fee: Fee, overage: PriceModel) {
        self.units = units
        self.fee = fee
        self.overage = overage
    }
}

/// Provider cost × (1 + markup).
package struct CostPlusPrice: Hashable, Sendable {
    /// What one unit of cost is billed at: 1 + markup, or tiers of it by spend.
    package var factor: RateScale
    package var taxes: PassOn
    package var credits: PassOn

    /// What becomes of charges of one category.
    package enum PassOn: String, Sendable, CaseIterable {
        case markedUp = "marked-up"
        /// Billed as the provider charged it.
        case passedThrough = "passed-through"
        /// Not billed.
        case leftOut = "left-out"
    }

    package init(factor: RateScale, taxes: PassOn = .markedUp, credits: PassOn = .markedUp) {
        self.factor = factor
        self.taxes = taxes
        self.credits = credits
    }

    package init(markup: ExactDecimal) { self.init(factor: .one(ExactDecimal.one + markup)) }

    package func passOn(_ category: ChargeCategory) -> PassOn {
        switch category {
        case .tax: taxes
        case .credit: credits
        case .usage, .purchase, .adjustment: .markedUp
        }
    }
}

/// From the unit that a meter counts to the one that is priced: bytes to GiB.
package struct UnitConversion: Hashable, Sendable {
    package var operation: Operation
    package var unit: String
    /// Nil keeps every digit; a quotient that does not end is cut at the most digits that decimals are read with.
    package var rounding: Rounding?

    package enum Operation: Hashable, Sendable {
        case multiply(ExactDecimal)
        case divide(ExactDecimal)
    }

    package struct Rounding: Hashable, Sendable {
        package var mode: RoundingMode
        package var digits: Int

        package init(_ mode: RoundingMode, digits: Int) {
            self.mode = mode
            self.digits = digits
        }
    }

    package init(_ operation: Operation, unit: String, rounding: Rounding? = nil) {
        self.operation = operation
        self.unit = unit
        self.rounding = rounding
    }

    /// Whether results may be quotients that were cut. Sums of them are settled at so many digits, by which a third times
    /// three is one again; what prices make of them at fewer, since a price multiplies what was cut off too: half a cent is
    /// half a cent again.
    private var isCut: Bool {
        if case .divide = operation { return rounding == nil }
        return false
    }
    private static let quantityDigits = ExactDecimal.mostFractionDigits - 6
    private static let amountDigits = ExactDecimal.mostFractionDigits - 12

    package func settled(_ quantity: ExactDecimal) -> ExactDecimal { settled(quantity, at: Self.quantityDigits) }
    package func settledAmount(_ amount: ExactDecimal) -> ExactDecimal { settled(amount, at: Self.amountDigits) }

    private func settled(_ value: ExactDecimal, at digits: Int) -> ExactDecimal {
        isCut && value.scale > digits ? value.rounded(to: digits).normalized : value
    }

    /// A converted quantity as a weight, in the meter's unit again where the conversion cut it, so that quantities that are
    /// in a simple proportion split an amount in that proportion.
    package func weight(_ value: ExactDecimal) -> ExactDecimal {
        guard isCut, case .divide(let divisor) = operation else { return value }
        return settled(value * divisor)
    }

    package func apply(_ quantity: ExactDecimal) -> ExactDecimal {
        switch operation {
        case .multiply(let factor):
            let exact = quantity * factor
            return (rounding.map { exact.rounded(to: $0.digits, $0.mode) } ?? exact).normalized
        case .divide(let divisor):
            return quantity.divided(
                by: divisor, to: rounding?.digits ?? ExactDecimal.mostFractionDigits,
                rounding?.mode ?? .halfAwayFromZero
            ).normalized
        }
    }
}
