import BillingTerms
import Catalog

/// One step of how an amount came about, in numbers: what `explain`, the workbook and the page print. Nobody computes it
/// again.
package struct WorkingStep: Hashable, Sendable, Codable {
    /// "first tier", "included units", "proration".
    package var label: String
    /// "8000 × 0.0004".
    package var calculation: String
    /// "3.20".
    package var result: String

    package init(_ label: String, _ calculation: String, _ result: String) {
        self.label = label
        self.calculation = calculation
        self.result = result
    }
}

/// A charge with its amount, before discounts.
package struct RatedLine: Hashable, Sendable, Codable {
    package typealias Kind = ChargeKind

    package var kind: Kind
    /// The project that is charged; nil for what all projects share.
    package var project: ProjectID?
    /// The product item, fee or add-on.
    package var itemID: String
    package var description: String
    package var plan: PricingPlanID
    /// The first day of the plan version that priced it.
    package var planVersion: CalendarDay
    package var subscription: String
    /// "up to 10000", "over 10000"; empty when the price has no tiers.
    package var tier: String
    package var period: ServicePeriod
    package var quantity: ExactDecimal
    package var unit: String
    /// With every digit it was given.
    package var unitPrice: ExactDecimal
    /// Quantity × unit price, rounded to the currency; the one place where a line is rounded.
    package var grossAmount: Money
    /// What was rounded to it, where that differs; not kept with the document.
    package var exactAmount: ExactDecimal?
    /// The tax code; nil means the customer's.
    package var tax: String?
    package var isDiscountable: Bool
    package var isPrepayable: Bool
    /// The meter whose usage this prices; nil otherwise.
    package var meter: MeterID?
    /// The values of the dimensions that the item is split by.
    package var splitValues: [String: String]
    /// The place of the matrix's cell that prices this, the number of cells for its default; nil without a matrix.
    package var matrixCell: Int?
    package var conversion: CurrencyConversion?
    /// The amount in a credit unit, where the plan prices in one.
    package var credits: CreditAmount?
    package var working: [WorkingStep]

    package init(
        kind: Kind, project: ProjectID?, itemID: String, description: String, plan: PricingPlanID,
        planVersion: CalendarDay, subscription: String, tier: String = "", period: ServicePeriod,
        quantity: ExactDecimal,
        unit: String, unitPrice: ExactDecimal, grossAmount: Money, tax: String? = nil, isDiscountable: Bool = true,
        isPrepayable: Bool = true, meter: MeterID? = nil, splitValues: [String: String] = [:], matrixCell: Int? = nil,
        conversion: CurrencyConversion? = nil, credits: CreditAmount? = nil, working: [WorkingStep] = []
    ) {
        self.kind = kind
        self.project = project
        self.itemID = itemID
        self.description = description
        self.plan = plan
        self.planVersion = planVersion
        self.subscription = subscription
        self.tier = tier
        self.period = period
        self.quantity = quantity
        self.unit = unit
        self.unitPrice = unitPrice
        self.grossAmount = grossAmount
        self.tax = tax
        self.isDiscountable = isDiscountable
        self.isPrepayable = isPrepayable
        self.meter = meter
        self.splitValues = splitValues
        self.matrixCell = matrixCell
        self.conversion = conversion
        self.credits = credits
        self.working = working
    }
}

extension RatedLine {
    /// Whether the line is of one of these product items; fees and add-ons may have the same ids and are not.
    package func isOf(_ items: [ProductItemID]) -> Bool {
        (kind == .usage || kind == .cost) && items.contains { $0.text == itemID }
    }
}

/// A line's amount in a credit unit, and what one unit is worth in the invoice's currency.
package struct CreditAmount: Hashable, Sendable, Codable {
    package var unit: CreditUnitID
    package var name: String
    /// Rounded to the unit's digits.
    package var amount: ExactDecimal
    package var ratio: ExactDecimal

    package init(unit: CreditUnitID, name: String, amount: ExactDecimal, ratio: ExactDecimal) {
        self.unit = unit
        self.name = name
        self.amount = amount
        self.ratio = ratio
    }
}

/// A provider's amount in its own currency and how it was converted.
package struct CurrencyConversion: Hashable, Sendable, Codable {
    package var originalAmount: ExactDecimal
    package var originalCurrency: Currency
    package var rate: ExactDecimal
    package var rateDate: CalendarDay
    package var source: String
    package var rule: String

    package init(
        originalAmount: ExactDecimal, originalCurrency: Currency, rate: ExactDecimal, rateDate: CalendarDay,
        source: String, rule: String
    ) {
        self.originalAmount = originalAmount
        self.originalCurrency = originalCurrency
        self.rate = rate
        self.rateDate = rateDate
        self.source = source
        self.rule = rule
    }
}
