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
    /// One for each tax under the line's code, in their order; empty before tax is computed.
    var taxes: [Money] = []
    var prepaid: [(grant: CreditGrantID, amount: Money)] = []

    init(gross: Money) {
        self.gross = gross
    }

    var currency: Currency { gross.currency }
    var discount: Money { discounts.reduce(.zero(currency)) { $0 + $1.amount } }
    var net: Money { gross - discount }
    var credit: Money { creditBeforeTax.reduce(.zero(currency)) { $0 + $1.amount } }
    var taxable: Money { net - credit }
    var tax: Money { taxes.sum(currency) }
    var withTax: Money { taxable + tax }
    var paid: Money { prepaid.reduce(.zero(currency)) { $0 + $1.amount } }
    var due: Money { withTax - paid }

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
        for tax in taxes {
            for (place, part) in spread(tax, \.taxable).enumerated() { parts[place].taxes.append(part) }
        }
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
    /// That of the line's last day.
    let tax: LineTax
    /// A promotion keeps the line to itself.
    var isClosed = false
}

/// A code's taxes at the rates of a day. Most lines of a bill share one.
final class LineTax: Sendable {
    let code: TaxCode
    let charged: [ChargedTax]
    /// What all of them together come to.
    let rate: ExactDecimal
    let group: TaxGroup

    init(code: TaxCode, charged: [ChargedTax]) {
        self.code = code
        self.charged = charged
        rate = charged.effectiveRate.normalized
        group = TaxGroup(code: code.code, rates: charged.map(\.rate))
    }
}

/// The lines of one code and its rates: tax is computed once on what they come to.
struct TaxGroup: Hashable {
    var code: String
    var rates: [ExactDecimal]
}

/// A tax's total, and the lines it was computed on: those of `group`, as the `place`-th tax of their code.
struct BillTax {
    var subtotal: TaxSubtotal
    var group: TaxGroup
    var place: Int
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
    var taxes: [BillTax] = []
    var creditUsedNow: [CreditGrantID: Money] = [:]
    /// What rewards earn by this bill's usage, with how it comes about.
    var earnedNow: [CreditGrantID: Money] = [:]
    var earnedWorking: [CreditGrantID: [WorkingStep]] = [:]
    /// The part of credit before tax that is tax, where prices contain it.
    var taxInsideCredit: Money
    var promotionUses: [PromotionID: PromotionMovement] = [:]
    /// What this bill's lines add to each commitment.
    var commitmentsSpent: [CommitmentID: Money] = [:]
    var findings: [Finding] = []
    /// The exact sum of all lines, where only that is rounded.
    private var roundedExactly = ExactDecimal.zero
    private var knownTaxes: [TaxOfDay: LineTax] = [:]

    private struct TaxOfDay: Hashable {
        var code: String
        var day: CalendarDay
    }

    init(context: BillingContext) {
        self.context = context
        taxInsideCredit = .zero(context.customer.currency)
        projectRanks = Dictionary(
            context.customer.projects.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    var customer: Customer { context.customer }
    var currency: Currency { context.customer.currency }

    /// Adds rated lines, each with its tax. A line's own code, a reduced rate for instance, takes the place of the
    /// customer's where that is of the standard category; reverse charge, exemption and the like are about the customer and
    /// hold for every line.
    mutating func add(_ rated: [RatedGroup]) throws(Parked) {
        guard rated.contains(where: { !$0.lines.isEmpty }) else { return }
        let isTaxed = context.workspace.business.tax(code: customer.tax)?.category == .standard
        let first = lines.count
        let place = context.workspace.business.roundingPlace
        lines.reserveCapacity(first + rated.reduce(0) { $0 + $1.lines.count })
        for group in rated where !group.lines.isEmpty {
            let group = place == .item ? roundedTogether(group) : group
            for line in group.lines {
                let own = line.tax.map { customer.taxInstead[$0] ?? $0 }
                let code = isTaxed ? own ?? customer.tax : customer.tax
                lines.append(
                    BillLine(
                        rated: line, amounts: LineAmounts(gross: line.grossAmount), group: groups.count,
                        rank: line.project.flatMap { projectRanks[$0] } ?? projectRanks.count,
                        tax: try tax(code, on: line.period.lastDay)))
            }
            groups.append(group)
        }
        if place == .total { roundTogether(from: first) }
        // Lines are large: they are moved only when some stand where they do not belong.
        let order = lines.indices.sorted { (lines[$0].rank, $0) < (lines[$1].rank, $1) }
        if order != Array(lines.indices) { lines = order.map { lines[$0] } }
    }

    private mutating func tax(_ code: String, on day: CalendarDay) throws(Parked) -> LineTax {
        let key = TaxOfDay(code: code, day: day)
        if let known = knownTaxes[key] { return known }
        guard let tax = context.workspace.business.tax(code: code),
            let charged = context.workspace.business.charged(tax, on: day)
        else { throw parkedWithoutRate(code, day) }
        let line = LineTax(code: tax, charged: charged)
        knownTaxes[key] = line
        return line
    }

    private func parkedWithoutRate(_ code: String, _ day: CalendarDay) -> Parked {
        Parked([
            Finding(
                .missingRate, "the tax \"\(code)\" has no rate on \(day)", at: customer.place,
                notes: ["the customer \"\(customer.id)\" is parked: nothing is billed to it in this run"])
        ])
    }

    /// An item's lines, of which the sum of the exact amounts is rounded, and each takes what lies next to its own.
    private func roundedTogether(_ group: RatedGroup) -> RatedGroup {
        let exact = group.lines.map { $0.exactAmount ?? $0.grossAmount.decimal }
        guard group.lines.count > 1, let whole = Money(rounding: exact.sum(), to: currency, context.rounding) else {
            return group
        }
        var group = group
        for (place, part) in whole.allocated(nextTo: exact).enumerated() where part != group.lines[place].grossAmount {
            group.lines[place].working.append(
                WorkingStep(
                    "rounded with the item's other lines", group.lines[place].grossAmount.decimal.description,
                    part.decimal.description))
            group.lines[place].grossAmount = part
        }
        return group
    }

    /// Rounds the sum of all exact amounts so far once, and gives each new line whole minor units next to its exact
    /// amount. What the lines before were rounded by goes on into the sum, so that the invoice is off by less than one.
    private mutating func roundTogether(from first: Int) {
        let exact = lines[first...].map { $0.rated.exactAmount ?? $0.rated.grossAmount.decimal }
        roundedExactly += exact.sum()
        let before = lines[..<first].map(\.amounts.gross).sum(currency)
        guard let whole = Money(rounding: roundedExactly, to: currency, context.workspace.business.rounding) else {
            return
        }
        for (place, part) in zip(first..., (whole - before).allocated(nextTo: exact)) {
            guard part != lines[place].amounts.gross else { continue }
            lines[place].rated.working.append(
                WorkingStep(
                    "rounded with the sum of all lines", lines[place].amounts.gross.decimal.description,
                    part.decimal.description))
            lines[place].amounts = LineAmounts(gross: part)
        }
    }

    /// The name of what took a discount off a line: a promotion's, or that of a trial, a free tier or a commitment.
    func discountName(_ id: PromotionID) -> String {
        context.workspace.promotions[id]?.name ?? adjustments.first { $0.id == id.text }?.description ?? id.text
    }

    /// The lines that satisfy a condition.
    func places(where isWanted: (RatedLine) -> Bool) -> [Int] {
        lines.indices.filter { isWanted(lines[$0].rated) }
    }

    /// The groups with what discounts left of their lines in place of the gross amounts.
    var netGroups: [RatedGroup] {
        let lines = Dictionary(grouping: lines, by: \.group)
        return groups.indices.map { place in
            var group = groups[place]
            group.lines = (lines[place] ?? []).map { line in
                var rated = line.rated
                rated.grossAmount = line.amounts.net
                return rated
            }
            return group
        }
    }

    /// Splits an amount over some lines by what each has left, so that the parts add up and none falls below zero.
    func spread(_ amount: Money, over places: [Int], by base: (LineAmounts) -> Money) -> [Money] {
        let bases = netted(places.map { base(lines[$0].amounts) }, of: places)
        switch context.workspace.business.discountSplit {
        case .largestRemainder: return amount.allocated(over: bases.map(\.decimal))
        case .largestLine: return amount.allocated(toLargestOf: bases)
        }
    }

    /// What an item's maximum takes off, it takes off the lines of its own item. Otherwise a discount over items of several tax
    /// rates would leave one rate's total below zero, and with it tax on nothing.
    func netted(_ amounts: [Money], of places: [Int]) -> [Money] {
        // Corrections and refunds are below zero in their quantity, not in their price.
        let maxima = Set(amounts.indices.filter { lines[places[$0]].rated.unitPrice.isNegative })
        guard !maxima.isEmpty else { return amounts }
        var amounts = amounts
        let items = Dictionary(grouping: amounts.indices) { index in
            let line = lines[places[index]].rated
            return [line.itemID, line.plan.text, line.subscription, line.project?.text]
        }
        for indices in items.values {
            let above = indices.filter { amounts[$0].minorUnits > 0 }
            let owed = indices.filter(maxima.contains).map { min(.zero(currency), amounts[$0]) }.sum(currency)
            let taken = min(.zero(currency) - owed, above.map { amounts[$0] }.sum(currency))
            guard taken.minorUnits > 0 else { continue }
            for (index, part) in zip(above, taken.allocated(over: above.map { amounts[$0].decimal })) {
                amounts[index] -= part
            }
        }
        return amounts
    }

    /// What some lines come to together, and not less than zero: the most that can be taken off them.
    func basis(of places: [Int], _ base: (LineAmounts) -> Money) -> Money {
        max(.zero(currency), places.map { base(lines[$0].amounts) }.sum(currency))
    }
}

/// What a bill is made from besides rated lines; each step of the bill refers to it.
package final class BillingContext: Sendable {
    package let catalog: RatingCatalog
    package let customer: Customer
    package let period: BillingPeriod
    package let balances: CarriedBalances
    package let audit: Audit

    package var workspace: Workspace { catalog.workspace }

    package init(
        catalog: RatingCatalog, customer: Customer, period: BillingPeriod, balances: CarriedBalances, audit: Audit
    ) {
        self.catalog = catalog
        self.customer = customer
        self.period = period
        self.balances = balances
        self.audit = audit
    }
}
