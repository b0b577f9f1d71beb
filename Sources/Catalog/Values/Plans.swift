import BillingTerms

/// A plan with its versions (`catalog/plans/<id>.yaml`). The version that counts is the one in force on the first day of
/// the plan period.
package struct PricingPlan: Hashable, Sendable {
    package var id: PricingPlanID
    package var name: String
    package var currency: Currency
    package var cadence: Cadence
    package var anchor: Anchor
    /// Rising by `from`, at least one.
    package var versions: [PlanVersion]
    /// Bills that the plan's owner worked out by hand, for `check`.
    package var examples: [PlanExample]

    package enum Anchor: String, Sendable, CaseIterable {
        /// Periods are those of the calendar: ISO weeks, months, years.
        case calendar
        /// Periods are counted from the subscription's first day.
        case anniversary
    }

    package init(
        id: PricingPlanID, name: String, currency: Currency, cadence: Cadence, anchor: Anchor = .calendar,
        versions: [PlanVersion], examples: [PlanExample] = []
    ) {
        self.id = id
        self.name = name
        self.currency = currency
        self.cadence = cadence
        self.anchor = anchor
        self.versions = versions
        self.examples = examples
    }

    package func version(on day: CalendarDay) -> PlanVersion? { versions.last { $0.from <= day } }
}

/// How long a plan period is: a count of days, ISO weeks, months or years. Three months are a quarter.
package struct Cadence: Hashable, Sendable, CustomStringConvertible {
    package enum Unit: String, Sendable, CaseIterable { case day, week, month, year }

    package var unit: Unit
    package var count: Int

    package init(_ unit: Unit, count: Int = 1) {
        self.unit = unit
        self.count = count
    }

    package var description: String { count == 1 ? unit.rawValue : "\(count) \(unit.rawValue)s" }
}

/// A plan's prices from a day on.
package struct PlanVersion: Hashable, Sendable {
    package var from: CalendarDay
    package var fees: [PlanFee]
    package var prices: [ItemPrice]
    /// The workspace's, as far as the plan does not set its own.
    package var conventions: Conventions
    /// Counts for subscriptions that begin while this version is in force.
    package var trial: Trial?
    package var freeTier: FreeTier?
    package var minimum: PlanMinimum?
    package var serviceFee: ServiceFee?

    package init(
        from: CalendarDay, fees: [PlanFee] = [], prices: [ItemPrice] = [], conventions: Conventions = Conventions(),
        trial: Trial? = nil, freeTier: FreeTier? = nil, minimum: PlanMinimum? = nil, serviceFee: ServiceFee? = nil
    ) {
        self.from = from
        self.fees = fees
        self.prices = prices
        self.conventions = conventions
        self.trial = trial
        self.freeTier = freeTier
        self.minimum = minimum
        self.serviceFee = serviceFee
    }
}

/// An amount per plan period.
package struct PlanFee: Hashable, Sendable {
    package var id: String
    package var name: String
    package var amount: ExactDecimal
    package var timing: Timing
    package var isDiscountable: Bool
    package var tax: String?

    package enum Timing: String, Sendable, CaseIterable {
        /// Charged with the period before; a subscription's first period is charged with itself.
        case advance
        /// Charged when the period has closed.
        case arrears
    }

    package init(
        id: String, name: String, amount: ExactDecimal, timing: Timing = .arrears, isDiscountable: Bool = true,
        tax: String? = nil
    ) {
        self.id = id
        self.name = name
        self.amount = amount
        self.timing = timing
        self.isDiscountable = isDiscountable
        self.tax = tax
    }
}

/// Something sold beside the plan (`catalog/add-ons.yaml`).
package struct AddOn: Hashable, Sendable {
    package var id: AddOnID
    package var name: String
    package var amount: ExactDecimal
    package var currency: Currency
    package var recurrence: Recurrence
    package var isProrated: Bool
    package var isDiscountable: Bool
    /// Whether prepaid credit may pay for it.
    package var isPrepayable: Bool
    package var tax: String?

    package enum Recurrence: String, Sendable, CaseIterable {
        case once
        case eachPeriod = "each-period"
    }

    package init(
        id: AddOnID, name: String, amount: ExactDecimal, currency: Currency, recurrence: Recurrence,
        isProrated: Bool = true, isDiscountable: Bool = true, isPrepayable: Bool = true, tax: String? = nil
    ) {
        self.id = id
        self.name = name
        self.amount = amount
        self.currency = currency
        self.recurrence = recurrence
        self.isProrated = isProrated
        self.isDiscountable = isDiscountable
        self.isPrepayable = isPrepayable
        self.tax = tax
    }
}
