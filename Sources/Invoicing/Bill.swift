import BillingTerms
import Catalog
import Rating

/// The amounts of a line, or of a project's part of one. Each is taken off, or put on, what those above left.
struct LineAmounts {
    var gross: Money
    /// What each promotion takes off, in the order in which they were applied.
    var discounts: [(promotion: PromotionID, amount: Money)] = []
    /// Credit taken off before tax: promotional, and prepaid where the business treats it so.
    var creditBeforeTax: [(grant: CreditGrantID, amount: Money)] = []
    var tax: Money
    var prepaid: [(grant: CreditGrantID, amount: Money)] = []

    init(gross: Money) {
        self.gross = gross
        tax = .zero(gross.currency)
    }

    var currency: Currency { gross.currency }
    var discount: Money { discounts.map(\.amount).sum(currency) }
    var net: Money { gross - discount }
    var credit: Money { creditBeforeTax.map(\.amount).sum(currency) }
    var taxable: Money { net - credit }
    var withTax: Money { taxable + tax }
    var paid: Money { prepaid.map(\.amount).sum(currency) }
    var due: Money { withTax - paid }

    var totals: InvoiceTotals {
        InvoiceTotals(
            sumOfLineGrossAmounts: gross, discounts: discount, sumOfLineNetAmounts: net, promotionalCredit: credit,
            totalWithoutTax: taxable, totalTax: tax, totalWithTax: withTax, paidAmount: paid, amountDue: due)
    }

    /// Splits every amount over `weights`, so that each amount's parts add up to it and no part is lowered below zero:
    /// each deduction is split over what the ones before it left.
    func split(over weights: [ExactDecimal]) -> [LineAmounts] {
        var parts = gross.allocated(over: weights).map(LineAmounts.init(gross:))
        func spread(_ amount: Money, _ base: (LineAmounts) -> Money) -> [Money] {
            amount.allocated(over: parts.map { base($0).decimal.magnitude })
        }
        for (promotion, amount) in discounts {
            for (place, part) in spread(amount, \.net).enumerated() { parts[place].discounts.append((promotion, part)) }
        }
        for (grant, amount) in creditBeforeTax {
            for (place, part) in spread(amount, \.taxable).enumerated() {
                parts[place].creditBeforeTax.append((grant, part))
            }
        }
        for (place, part) in spread(tax, \.taxable).enumerated() { parts[place].tax = part }
        for (grant, amount) in prepaid {
            for (place, part) in spread(amount, \.due).enumerated() { parts[place].prepaid.append((grant, part)) }
        }
        return parts
    }
}

/// A line while it goes through the steps.
struct BillLine {
    var rated: RatedLine
    var amounts: LineAmounts
    /// The group whose usage stands behind it.
    var group: Int
    /// The place of its project in the customer's file; behind all for a shared line.
    var rank: Int
    var taxCode: TaxCode
    var taxRate: ExactDecimal
}

/// A customer's bill while it is made: the steps of `RatingOrder` fill it one after the other.
struct Bill {
    let context: BillingContext
    private let projectRanks: [ProjectID: Int]
    var groups: [RatedGroup] = []
    /// In the order of the documents: by project as the customer's file has them, shared ones last. Where a cent could go
    /// to either of two lines, it goes to the one that is read first.
    var lines: [BillLine] = []
    var adjustments: [Adjustment] = []
    var taxes: [TaxSubtotal] = []
    var creditUsedNow: [CreditGrantID: Money] = [:]
    var promotionUses: [PromotionID: PromotionMovement] = [:]
    /// What this bill's lines add to each commitment.
    var commitmentsSpent: [CommitmentID: Money] = [:]
    var findings: [Finding] = []

    init(context: BillingContext) {
        self.context = context
        projectRanks = Dictionary(
            context.customer.projects.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    var customer: Customer { context.customer }
    var currency: Currency { context.customer.currency }

    /// Adds rated lines, each with its tax. A line's own code, a reduced rate for instance, takes the place of the
    /// customer's where that is of the standard category; reverse charge, exemption and the like are about the customer and
    /// hold for every line.
    mutating func add(_ rated: [RatedGroup]) throws(Parked) {
        let isTaxed = context.workspace.business.tax(code: customer.tax)?.category == .standard
        for group in rated where !group.lines.isEmpty {
            for line in group.lines {
                let code = isTaxed ? line.tax ?? customer.tax : customer.tax
                guard let tax = context.workspace.business.tax(code: code), let rate = tax.rate(on: line.period.lastDay)
                else {
                    throw Parked([
                        Finding(
                            .missingRate, "the tax \"\(code)\" has no rate on \(line.period.lastDay)",
                            at: customer.place,
                            notes: ["the customer \"\(customer.id)\" is parked: nothing is billed to it in this run"])
                    ])
                }
                lines.append(
                    BillLine(
                        rated: line, amounts: LineAmounts(gross: line.grossAmount), group: groups.count,
                        rank: line.project.flatMap { projectRanks[$0] } ?? projectRanks.count, taxCode: tax,
                        taxRate: rate))
            }
            groups.append(group)
        }
        lines = lines.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }.map(\.element)
    }

    /// The name of what took a discount off a line: a promotion's, or that of a trial, a free tier or a commitment.
    func discountName(_ id: PromotionID) -> String {
        context.workspace.promotions[id]?.name ?? adjustments.first { $0.id == id.text }?.description ?? id.text
    }

    /// The lines that satisfy a condition.
    func places(where isWanted: (RatedLine) -> Bool) -> [Int] {
        lines.indices.filter { isWanted(lines[$0].rated) }
    }

    /// Splits an amount over some lines by what each has left, so that the parts add up and none falls below zero.
    func spread(_ amount: Money, over places: [Int], by base: (LineAmounts) -> Money) -> [Money] {
        amount.allocated(over: places.map { base(lines[$0].amounts).decimal })
    }

    /// What some lines come to together, and not less than zero: the most that can be taken off them.
    func basis(of places: [Int], _ base: (LineAmounts) -> Money) -> Money {
        max(.zero(currency), places.map { base(lines[$0].amounts) }.sum(currency))
    }
}

/// What a bill is made from besides rated lines.
package struct BillingContext: Sendable {
    package var workspace: Workspace
    package var customer: Customer
    package var period: BillingPeriod
    package var balances: CarriedBalances
    package var audit: Audit

    package init(
        workspace: Workspace, customer: Customer, period: BillingPeriod, balances: CarriedBalances, audit: Audit
    ) {
        self.workspace = workspace
        self.customer = customer
        self.period = period
        self.balances = balances
        self.audit = audit
    }
}
