import BillingTerms

/// Who bills, and the conventions that hold for the whole workspace (`billwright.yaml`).
package struct Business: Sendable {
    package var seller: Party
    /// Where the seller's days begin; a customer may have another zone.
    package var zone: BillingZone
    /// The default currency of customers.
    package var currency: Currency
    package var locale: String
    package var rounding: RoundingMode
    /// What plans start from.
    package var conventions: Conventions
    package var taxes: [TaxCode]
    /// The code for customers and items that name none.
    package var defaultTax: String
    package var prepaid: PrepaidPlace
    package var sharedAmounts: SharedAmounts
    package var unknownCustomers: UnknownCustomerPolicy
    package var badRows: BadRowPolicy
    package var conflicts: ConflictPolicy
    package var exchangeRule: ExchangeRule
    package var payment: PaymentTerms
    /// A line of text under every invoice.
    package var notes: [String]
    /// A file that changed less than this many seconds ago is still being written, and left for the next run.
    package var settleSeconds: Int
    /// The plan of customers that name no subscription.
    package var defaultPlan: PricingPlanID?

    package init(
        seller: Party, zone: BillingZone, currency: Currency, locale: String = "en",
        rounding: RoundingMode = .halfAwayFromZero, conventions: Conventions = Conventions(), taxes: [TaxCode] = [],
        defaultTax: String = "",
        prepaid: PrepaidPlace = .afterTax, sharedAmounts: SharedAmounts = .byNet,
        unknownCustomers: UnknownCustomerPolicy = .quarantine, badRows: BadRowPolicy = .quarantine,
        conflicts: ConflictPolicy = .keepFirst, exchangeRule: ExchangeRule = .periodEnd,
        payment: PaymentTerms = PaymentTerms(), notes: [String] = [], settleSeconds: Int = 0,
        defaultPlan: PricingPlanID? = nil
    ) {
        self.seller = seller
        self.zone = zone
        self.currency = currency
        self.locale = locale
        self.rounding = rounding
        self.conventions = conventions
        self.taxes = taxes
        self.defaultTax = defaultTax
        self.prepaid = prepaid
        self.sharedAmounts = sharedAmounts
        self.unknownCustomers = unknownCustomers
        self.badRows = badRows
        self.conflicts = conflicts
        self.exchangeRule = exchangeRule
        self.payment = payment
        self.notes = notes
        self.settleSeconds = settleSeconds
        self.defaultPlan = defaultPlan
    }

    package func tax(code: String) -> TaxCode? { taxes.first { $0.code == code } }
}

/// A seller or a buyer as an invoice names them (EU VAT Directive art. 226 (3) to (5)).
package struct Party: Hashable, Sendable, Codable {
    package var name: String
    package var address: [String]
    /// ISO 3166-1 alpha-2.
    package var country: String?
    package var taxID: String?
    package var email: String?
    package var registration: String?

    package init(
        name: String, address: [String] = [], country: String? = nil, taxID: String? = nil, email: String? = nil,
        registration: String? = nil
    ) {
        self.name = name
        self.address = address
        self.country = country
        self.taxID = taxID
        self.email = email
        self.registration = registration
    }
}

/// When and how to pay.
package struct PaymentTerms: Hashable, Sendable, Codable {
    package var dueDays: Int
    /// Shown as written, "Net 14".
    package var terms: String?
    package var iban: String?
    package var bic: String?
    package var bank: String?

    package init(dueDays: Int = 30, terms: String? = nil, iban: String? = nil, bic: String? = nil, bank: String? = nil)
    {
        self.dueDays = dueDays
        self.terms = terms
        self.iban = iban
        self.bic = bic
        self.bank = bank
    }
}

/// Categories of EN 16931 (UNTDID 5305), as words.
package enum TaxCategory: String, Sendable, Codable, CaseIterable {
    case standard
    case zero
    case exempt
    case reverseCharge = "reverse-charge"
    case outsideScope = "outside-scope"

    /// Only the standard category carries a rate above zero.
    package var mayHaveRate: Bool { self == .standard }
}

/// A tax by its code, with rates by date.
package struct TaxCode: Hashable, Sendable {
    package var code: String
    /// As the invoice prints it: "VAT", "MwSt.".
    package var name: String
    package var category: TaxCategory
    /// Rates as fractions (0.19), each from its first day, rising.
    package var rates: [DatedRate]
    /// Printed where the category needs a reason ("Reverse charge, art. 196 Directive 2006/112/EC").
    package var note: String?

    package init(code: String, name: String, category: TaxCategory, rates: [DatedRate], note: String? = nil) {
        self.code = code
        self.name = name
        self.category = category
        self.rates = rates
        self.note = note
    }

    package struct DatedRate: Hashable, Sendable {
        package var from: CalendarDay?
        package var rate: ExactDecimal

        package init(from: CalendarDay? = nil, rate: ExactDecimal) {
            self.from = from
            self.rate = rate
        }
    }

    /// The rate in force on a day; zero for the categories that carry none. Nil before the first dated rate.
    package func rate(on day: CalendarDay) -> ExactDecimal? {
        if !category.mayHaveRate { return .zero }
        return rates.last { $0.from.map { $0 <= day } ?? true }?.rate
    }
}

/// Whether prepaid credit settles the total (it was paid for, so it is a means of payment) or lowers the taxable amount.
package enum PrepaidPlace: String, Sendable, CaseIterable {
    case afterTax = "after-tax"
    case beforeTax = "before-tax"
}

/// What happens to amounts that belong to no single project: plan fees, invoice discounts, credit.
package enum SharedAmounts: String, Sendable, CaseIterable {
    /// Split over the customer's projects by what each is charged.
    case byNet = "by-net"
    /// Kept as a statement of their own, "shared".
    case separate
}

package enum UnknownCustomerPolicy: String, Sendable, CaseIterable { case create, quarantine, fail }
package enum BadRowPolicy: String, Sendable, CaseIterable { case quarantine, fail }
package enum ConflictPolicy: String, Sendable, CaseIterable {
    case keepFirst = "keep-first"
    case keepLast = "keep-last"
    case fail
}

/// Which day's exchange rate converts provider costs.
package enum ExchangeRule: String, Sendable, CaseIterable {
    /// The last rate dated on or before the last day of the service period.
    case periodEnd = "period-end"
    /// The last rate dated on or before the day of use.
    case usageDate = "usage-date"
    /// The mean of all rates dated inside the service period.
    case monthlyAverage = "monthly-average"
}
