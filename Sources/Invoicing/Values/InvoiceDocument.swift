import BillingTerms
import Catalog
import Rating

/// An invoice as it is read: the one value from which workbook, CSV and page are written, with the same figures.
///
/// The names of the totals are those of EN 16931. Every amount is rounded money; totals are sums of what stands above.
package struct InvoiceDocument: Hashable, Sendable, Codable {
    package enum Scope: String, Sendable, Codable {
        /// All of a customer's projects.
        case consolidated
        /// One project.
        case project
    }

    package enum Role: String, Sendable, Codable {
        /// To be paid.
        case invoice
        /// Shows how the invoice is made up; not to be paid on its own.
        case statement
    }

    package enum Status: String, Sendable, Codable { case draft, issued }

    package var scope: Scope
    package var role: Role
    package var status: Status
    /// Drawn when it is issued.
    package var number: String?
    /// `2026-10/atlas` or `2026-10/atlas/atlas-web`: names the document before it has a number.
    package var reference: String
    package var customer: CustomerID
    package var seller: Party
    package var buyer: Party
    package var project: ProjectSummary?
    package var buyerReference: String?
    package var purchaseOrder: String?
    package var periodName: String
    /// The days of the run's period; lines have their own.
    package var period: ServicePeriod
    package var zone: String
    package var locale: String
    /// The first day after the period, so that a rerun writes the same date.
    package var issueDate: CalendarDay
    package var dueDate: CalendarDay
    package var payment: PaymentTerms
    package var notes: [String]
    package var currency: Currency
    package var lines: [InvoiceLine]
    package var totals: InvoiceTotals
    package var taxes: [TaxSubtotal]
    package var adjustments: [Adjustment]
    package var creditStatements: [CreditStatement]
    /// On the consolidated document: every project, and "shared" where it is kept apart.
    package var projects: [ProjectSummary]
    package var usage: [UsageRow]
    package var audit: Audit

    package init(
        scope: Scope, role: Role, status: Status = .draft, number: String? = nil, reference: String,
        customer: CustomerID, seller: Party, buyer: Party, project: ProjectSummary? = nil,
        buyerReference: String? = nil, purchaseOrder: String? = nil, periodName: String, period: ServicePeriod,
        zone: String, locale: String, issueDate: CalendarDay, dueDate: CalendarDay, payment: PaymentTerms,
        notes: [String] = [], currency: Currency, lines: [InvoiceLine], totals: InvoiceTotals, taxes: [TaxSubtotal],
        adjustments: [Adjustment] = [], creditStatements: [CreditStatement] = [], projects: [ProjectSummary] = [],
        usage: [UsageRow] = [], audit: Audit = Audit()
    ) {
        self.scope = scope
        self.role = role
        self.status = status
        self.number = number
        self.reference = reference
        self.customer = customer
        self.seller = seller
        self.buyer = buyer
        self.project = project
        self.buyerReference = buyerReference
        self.purchaseOrder = purchaseOrder
        self.periodName = periodName
        self.period = period
        self.zone = zone
        self.locale = locale
        self.issueDate = issueDate
        self.dueDate = dueDate
        self.payment = payment
        self.notes = notes
        self.currency = currency
        self.lines = lines
        self.totals = totals
        self.taxes = taxes
        self.adjustments = adjustments
        self.creditStatements = creditStatements
        self.projects = projects
        self.usage = usage
        self.audit = audit
    }
}

/// A charge on an invoice, with what was taken off it.
package struct InvoiceLine: Hashable, Sendable, Codable {
    /// Counted from 1 in the consolidated document; the project's document keeps the number, so that one line has one
    /// name.
    package var number: Int
    /// "shared" lines stand on a project's document with that project's share.
    package var project: ProjectID?
    package var projectName: String
    package var rated: RatedLine
    /// This line's share of each discount.
    package var discounts: [LineDiscount]
    /// Gross amount less discounts (EN 16931 BT-131).
    package var netAmount: Money
    /// This line's share of promotional credit.
    package var promotionalCredit: Money
    /// What tax is computed on.
    package var taxableAmount: Money
    package var taxCode: String
    package var taxRate: ExactDecimal
    /// On a project's document, for a shared line: "40.00 of 100.00 EUR". Nil otherwise.
    package var share: String?

    package var grossAmount: Money { rated.grossAmount }
    package var discountAmount: Money { discounts.map(\.amount).sum(rated.grossAmount.currency) }

    package init(
        number: Int, project: ProjectID?, projectName: String, rated: RatedLine, discounts: [LineDiscount] = [],
        netAmount: Money, promotionalCredit: Money, taxableAmount: Money, taxCode: String, taxRate: ExactDecimal,
        share: String? = nil
    ) {
        self.number = number
        self.project = project
        self.projectName = projectName
        self.rated = rated
        self.discounts = discounts
        self.netAmount = netAmount
        self.promotionalCredit = promotionalCredit
        self.taxableAmount = taxableAmount
        self.taxCode = taxCode
        self.taxRate = taxRate
        self.share = share
    }
}

package struct LineDiscount: Hashable, Sendable, Codable {
    package var promotion: PromotionID
    package var name: String
    /// Positive: what is taken off.
    package var amount: Money

    package init(promotion: PromotionID, name: String, amount: Money) {
        self.promotion = promotion
        self.name = name
        self.amount = amount
    }
}

/// From what is charged down to what is due; each amount is the one above less or plus the one named.
package struct InvoiceTotals: Hashable, Sendable, Codable {
    package var sumOfLineGrossAmounts: Money
    /// Positive: what promotions take off.
    package var discounts: Money
    /// EN 16931 BT-106: gross less discounts.
    package var sumOfLineNetAmounts: Money
    /// Positive; an allowance on the document (BT-107).
    package var promotionalCredit: Money
    /// BT-109.
    package var totalWithoutTax: Money
    /// BT-110.
    package var totalTax: Money
    /// BT-112.
    package var totalWithTax: Money
    /// BT-113: prepaid credit used.
    package var paidAmount: Money
    /// BT-115.
    package var amountDue: Money

    package init(
        sumOfLineGrossAmounts: Money, discounts: Money, sumOfLineNetAmounts: Money, promotionalCredit: Money,
        totalWithoutTax: Money, totalTax: Money, totalWithTax: Money, paidAmount: Money, amountDue: Money
    ) {
        self.sumOfLineGrossAmounts = sumOfLineGrossAmounts
        self.discounts = discounts
        self.sumOfLineNetAmounts = sumOfLineNetAmounts
        self.promotionalCredit = promotionalCredit
        self.totalWithoutTax = totalWithoutTax
        self.totalTax = totalTax
        self.totalWithTax = totalWithTax
        self.paidAmount = paidAmount
        self.amountDue = amountDue
    }

    /// Derives every amount from those above it.
    init(gross: Money, discounts: Money, promotionalCredit: Money, tax: Money, paid: Money) {
        let net = gross - discounts
        let withoutTax = net - promotionalCredit
        let withTax = withoutTax + tax
        self.init(
            sumOfLineGrossAmounts: gross, discounts: discounts, sumOfLineNetAmounts: net,
            promotionalCredit: promotionalCredit, totalWithoutTax: withoutTax, totalTax: tax, totalWithTax: withTax,
            paidAmount: paid, amountDue: withTax - paid)
    }

    package static func zero(_ currency: Currency) -> InvoiceTotals {
        let zero = Money.zero(currency)
        return InvoiceTotals(gross: zero, discounts: zero, promotionalCredit: zero, tax: zero, paid: zero)
    }

    package static func + (left: InvoiceTotals, right: InvoiceTotals) -> InvoiceTotals {
        InvoiceTotals(
            sumOfLineGrossAmounts: left.sumOfLineGrossAmounts + right.sumOfLineGrossAmounts,
            discounts: left.discounts + right.discounts,
            sumOfLineNetAmounts: left.sumOfLineNetAmounts + right.sumOfLineNetAmounts,
            promotionalCredit: left.promotionalCredit + right.promotionalCredit,
            totalWithoutTax: left.totalWithoutTax + right.totalWithoutTax, totalTax: left.totalTax + right.totalTax,
            totalWithTax: left.totalWithTax + right.totalWithTax, paidAmount: left.paidAmount + right.paidAmount,
            amountDue: left.amountDue + right.amountDue)
    }
}

/// Tax of one category and rate (EN 16931 BG-23): computed once, on the sum of what it applies to.
package struct TaxSubtotal: Hashable, Sendable, Codable {
    package var code: String
    package var name: String
    package var category: TaxCategory
    package var rate: ExactDecimal
    package var taxableAmount: Money
    package var taxAmount: Money
    package var note: String?
    /// The code that stands on the lines, where it is one of several taxes; then the lines' rate is that of all of them.
    package var lineCode: String?

    package init(
        code: String, name: String, category: TaxCategory, rate: ExactDecimal, taxableAmount: Money, taxAmount: Money,
        note: String? = nil, lineCode: String? = nil
    ) {
        self.code = code
        self.name = name
        self.category = category
        self.rate = rate
        self.taxableAmount = taxableAmount
        self.taxAmount = taxAmount
        self.note = note
        self.lineCode = lineCode
    }
}

/// A promotion or a credit as it was applied to the document.
package struct Adjustment: Hashable, Sendable, Codable {
    package enum Kind: String, Sendable, Codable {
        case promotion
        case trial
        case freeTier = "free-tier"
        /// Spending that a commitment's payment covers.
        case commitment
        case promotionalCredit = "promotional-credit"
        case prepaidCredit = "prepaid-credit"

        /// Whether it lowers the net amounts of lines, as promotions do.
        package var isDiscount: Bool {
            switch self {
            case .promotion, .trial, .freeTier, .commitment: true
            case .promotionalCredit, .prepaidCredit: false
            }
        }
    }

    package var kind: Kind
    package var id: String
    package var description: String
    /// "invoice", "API calls", "project atlas-web".
    package var appliesTo: String
    /// The amount that it was computed on or limited by.
    package var basis: Money
    /// A fraction, for percentages.
    package var rate: ExactDecimal?
    /// Positive: what is taken off.
    package var amount: Money
    package var balanceBefore: Money?
    package var balanceAfter: Money?
    package var expires: CalendarDay?
    package var working: [WorkingStep]

    package init(
        kind: Kind, id: String, description: String, appliesTo: String, basis: Money, rate: ExactDecimal? = nil,
        amount: Money, balanceBefore: Money? = nil, balanceAfter: Money? = nil, expires: CalendarDay? = nil,
        working: [WorkingStep] = []
    ) {
        self.kind = kind
        self.id = id
        self.description = description
        self.appliesTo = appliesTo
        self.basis = basis
        self.rate = rate
        self.amount = amount
        self.balanceBefore = balanceBefore
        self.balanceAfter = balanceAfter
        self.expires = expires
        self.working = working
    }
}

/// What a grant held, and what became of it in this period. opening + granted − used − expired = closing.
package struct CreditStatement: Hashable, Sendable, Codable {
    package var grant: CreditGrantID
    package var name: String
    package var kind: CreditGrant.Kind
    package var opening: Money
    package var granted: Money
    package var used: Money
    package var expired: Money
    package var closing: Money
    package var expires: CalendarDay?
    /// Nil on documents of versions that did not know it.
    package var status: Status?
    /// What each project used, its share of shared lines included; together all that was used.
    package var projects: [ProjectUse]?
    /// The credit unit in which it was granted.
    package var unit: Unit?
    /// How a reward came to its amount.
    package var working: [WorkingStep]?

    package enum Status: String, Sendable, Codable {
        case active
        /// Waits for its payment.
        case pending
        /// Ended in this period.
        case expired
    }

    package struct ProjectUse: Hashable, Sendable, Codable {
        /// Nil for what is shared and kept apart.
        package var project: ProjectID?
        package var name: String
        package var used: Money

        package init(project: ProjectID?, name: String, used: Money) {
            self.project = project
            self.name = name
            self.used = used
        }
    }

    /// A unit of the seller's own, and what one is worth.
    package struct Unit: Hashable, Sendable, Codable {
        package var name: String
        package var ratio: ExactDecimal
        package var digits: Int

        package init(name: String, ratio: ExactDecimal, digits: Int) {
            self.name = name
            self.ratio = ratio
            self.digits = digits
        }

        /// So many units are worth `amount`, rounded to the unit's digits: for reading, since money is what is kept.
        package func quantity(_ amount: Money) -> ExactDecimal { amount.decimal.divided(by: ratio, to: digits) }

        /// "1250 tokens".
        package func text(_ amount: Money) -> String { "\(quantity(amount)) \(name)" }
    }

    package init(
        grant: CreditGrantID, name: String, kind: CreditGrant.Kind, opening: Money, granted: Money, used: Money,
        expired: Money, closing: Money, expires: CalendarDay? = nil, status: Status? = nil,
        projects: [ProjectUse]? = nil, unit: Unit? = nil, working: [WorkingStep]? = nil
    ) {
        self.grant = grant
        self.name = name
        self.kind = kind
        self.opening = opening
        self.granted = granted
        self.used = used
        self.expired = expired
        self.closing = closing
        self.expires = expires
        self.status = status
        self.projects = projects
        self.unit = unit
        self.working = working
    }
}

/// A project's part of the consolidated invoice.
package struct ProjectSummary: Hashable, Sendable, Codable {
    /// Nil for what is shared, where it is kept apart.
    package var id: ProjectID?
    package var name: String
    package var costCentre: String?
    package var totals: InvoiceTotals
    /// The amount due for the period before, where one was run.
    package var previous: Money?

    package init(id: ProjectID?, name: String, costCentre: String? = nil, totals: InvoiceTotals, previous: Money? = nil)
    {
        self.id = id
        self.name = name
        self.costCentre = costCentre
        self.totals = totals
        self.previous = previous
    }
}

/// What was used or what it cost on one day, behind a line.
package struct UsageRow: Hashable, Sendable, Codable {
    package var day: CalendarDay
    package var project: ProjectID
    package var item: String
    /// The meter, or the provider and service.
    package var meter: String
    /// "region=eu-west-1, tier=pro".
    package var dimensions: String
    package var quantity: ExactDecimal
    package var unit: String
    package var eventCount: Int
    /// The lines that this quantity went into.
    package var lines: [Int]

    package init(
        day: CalendarDay, project: ProjectID, item: String, meter: String, dimensions: String, quantity: ExactDecimal,
        unit: String, eventCount: Int, lines: [Int] = []
    ) {
        self.day = day
        self.project = project
        self.item = item
        self.meter = meter
        self.dimensions = dimensions
        self.quantity = quantity
        self.unit = unit
        self.eventCount = eventCount
        self.lines = lines
    }
}

/// What the document was made from.
package struct Audit: Hashable, Sendable, Codable {
    package var toolVersion: String
    package var configurationHash: String
    package var zoneDataVersion: String
    package var inputs: [Input]
    package var warnings: [String]
    /// Sums that must agree, with both sides.
    package var checks: [Check]

    package struct Input: Hashable, Sendable, Codable {
        package var path: String
        package var sha256: String
        package var rows: Int

        package init(path: String, sha256: String, rows: Int) {
            self.path = path
            self.sha256 = sha256
            self.rows = rows
        }
    }

    package struct Check: Hashable, Sendable, Codable {
        package var name: String
        package var left: Money
        package var right: Money
        package var holds: Bool { left == right }

        package init(name: String, left: Money, right: Money) {
            self.name = name
            self.left = left
            self.right = right
        }
    }

    package init(
        toolVersion: String = "", configurationHash: String = "", zoneDataVersion: String = "", inputs: [Input] = [],
        warnings: [String] = [], checks: [Check] = []
    ) {
        self.toolVersion = toolVersion
        self.configurationHash = configurationHash
        self.zoneDataVersion = zoneDataVersion
        self.inputs = inputs
        self.warnings = warnings
        self.checks = checks
    }
}
