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
    package var roundingPlace: RoundingPlace
    package var discountSplit: DiscountSplit
    /// What plans start from.
    package var conventions: Conventions
    package var taxes: [TaxCode]
    /// The code for customers and items that name none.
    package var defaultTax: String
    /// Codes by the place of the customer, for those that name none.
    package var taxRegions: [TaxRegion]
    package var prepaid: PrepaidPlace
    package var sharedAmounts: SharedAmounts
    package var unknownCustomers: UnknownCustomerPolicy
    package var newCustomers: NewCustomers?
    package var unknownMeters: UnknownMeterPolicy
    package var lateEvents: LateEventPolicy
    package var futureEvents: FutureEventPolicy
    /// Clocks differ, and zones are mistaken: an event so much later than now is not yet of the future.
    package var futureToleranceHours: Int
    package var badRows: BadRowPolicy
    package var conflicts: ConflictPolicy
    package var exchangeRule: ExchangeRule
    package var exchangeRoute: ExchangeRoute
    package var payment: PaymentTerms
    /// A line of text under every invoice.
    package var notes: [String]
    /// A file that changed less than this many seconds ago is still being written, and left for the next run.
    package var settleSeconds: Int
    /// The plan of customers that name no subscription.
    package var defaultPlan: PricingPlanID?

    package init(
        seller: Party, zone: BillingZone, currency: Currency, locale: String = "en",
        rounding: RoundingMode = .halfAwayFromZero, roundingPlace: RoundingPlace = .line,
        discountSplit: DiscountSplit = .largestRemainder, conventions: Conventions = Conventions(),
        taxes: [TaxCode] = [], defaultTax: String = "", taxRegions: [TaxRegion] = [],
        prepaid: PrepaidPlace = .afterTax, sharedAmounts: SharedAmounts = .byNet,
        unknownCustomers: UnknownCustomerPolicy = .quarantine, newCustomers: NewCustomers? = nil,
        unknownMeters: UnknownMeterPolicy = .quarantine, lateEvents: LateEventPolicy = .report,
        futureEvents: FutureEventPolicy = .quarantine, futureToleranceHours: Int = 24,
        badRows: BadRowPolicy = .quarantine,
        conflicts: ConflictPolicy = .keepFirst, exchangeRule: ExchangeRule = .periodEnd,
        exchangeRoute: ExchangeRoute = ExchangeRoute(), payment: PaymentTerms = PaymentTerms(), notes: [String] = [],
        settleSeconds: Int = 0, defaultPlan: PricingPlanID? = nil
    ) {
        self.seller = seller
        self.zone = zone
        self.currency = currency
        self.locale = locale
        self.rounding = rounding
        self.roundingPlace = roundingPlace
        self.discountSplit = discountSplit
        self.conventions = conventions
        self.taxes = taxes
        self.defaultTax = defaultTax
        self.taxRegions = taxRegions
        self.prepaid = prepaid
        self.sharedAmounts = sharedAmounts
        self.unknownCustomers = unknownCustomers
        self.newCustomers = newCustomers
        self.unknownMeters = unknownMeters
        self.lateEvents = lateEvents
        self.futureEvents = futureEvents
        self.futureToleranceHours = futureToleranceHours
        self.badRows = badRows
        self.conflicts = conflicts
        self.exchangeRule = exchangeRule
        self.exchangeRoute = exchangeRoute
        self.payment = payment
        self.notes = notes
        self.settleSeconds = settleSeconds
        self.defaultPlan = defaultPlan
    }
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

/// What becomes of usage of customers that nobody knows. Ignored rows are counted and told once a file.
package enum UnknownCustomerPolicy: String, Sendable, CaseIterable { case create, quarantine, ignore, fail }
package enum UnknownMeterPolicy: String, Sendable, CaseIterable { case quarantine, ignore, fail }

/// What becomes of events of days that were billed before the events arrived.
package enum LateEventPolicy: String, Sendable, CaseIterable {
    /// Told: drafts take them up when their period is run again, invoices that are issued do not.
    case report
    /// Once their period's invoice is issued, they are billed in the first period that is not.
    case nextInvoice = "next-invoice"
    /// Once their period's invoice is issued, they are set aside.
    case quarantine
}

/// What becomes of events that lie in the future.
package enum FutureEventPolicy: String, Sendable, CaseIterable { case quarantine, keep }

/// What a customer gets whom an export named first (`unknown_customers: create`).
package struct NewCustomers: Hashable, Sendable {
    /// Nil for the workspace's default plan.
    package var plan: PricingPlanID?
    /// The first day of the subscription; that of the customer's first event where it is not given.
    package var from: CalendarDay?
    package var tags: [String]
    package var tax: String?

    package init(plan: PricingPlanID? = nil, from: CalendarDay? = nil, tags: [String] = [], tax: String? = nil) {
        self.plan = plan
        self.from = from
        self.tags = tags
        self.tax = tax
    }
}

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

/// How a rate comes about that the file of rates does not have. Without either setting it is missing.
package struct ExchangeRoute: Hashable, Sendable {
    /// One divided by the rate of the opposite direction.
    package var usesInverse: Bool
    /// By way of this currency.
    package var through: Currency?

    package init(usesInverse: Bool = false, through: Currency? = nil) {
        self.usesInverse = usesInverse
        self.through = through
    }
}
