import BillingTerms
import Catalog
import Rating

/// Puts a finished bill into documents: the consolidated one, and one for each project whose lines and shares add up to
/// it.
struct BillAssembly {
    private let bill: Bill
    private let billedPeriods: [CustomerBill.BilledPeriod]
    /// Of subscriptions that are not for all projects.
    private let subscriptionProjects: [String: Set<ProjectID>]

    init(bill: Bill, billedPeriods: [(subscription: String, days: ServicePeriod)]) {
        self.bill = bill
        subscriptionProjects = Dictionary(
            bill.customer.subscriptions.compactMap { subscription in
                subscription.projects.map { (subscription.id, Set($0)) }
            }, uniquingKeysWith: { $0.union($1) })
        self.billedPeriods = billedPeriods.map {
            CustomerBill.BilledPeriod(subscription: $0.subscription, period: $0.days)
        }
    }

    private var customer: Customer { bill.customer }
    private var currency: Currency { bill.currency }
    private var business: Business { bill.context.workspace.business }

    /// What the bill comes to, with the checks that it must pass.
    func finished() throws(Parked) -> FinishedBill {
        let lines = bill.lines.indices.map { NumberedLine(place: $0, amounts: bill.lines[$0].amounts) }
        // A statement that nothing but credit stands on is not divided.
        let parts = lines.isEmpty ? [] : projectParts(lines)
        let projects = parts.map { part in
            ProjectSummary(
                id: part.project?.id, name: part.project?.name ?? "Shared", costCentre: part.project?.costCentre,
                totals: totals(part.lines),
                previous: part.project.flatMap { bill.context.balances.previousByProject[$0.id] })
        }
        let whole = totals(lines)
        return FinishedBill(
            assembly: self, lines: lines, parts: parts, totals: whole, projects: projects,
            checks: try checks(whole: whole, projects: projects.map(\.totals)))
    }

    func customerBill(_ finished: FinishedBill) -> CustomerBill {
        if bill.lines.isEmpty { return creditStatement() }
        var audit = bill.context.audit
        audit.checks += finished.checks
        audit.warnings += bill.findings.map(\.message)

        let consolidated = document(
            .consolidated, lines: finished.lines, totals: finished.totals, summary: nil, projects: finished.projects,
            taxes: bill.taxes.map(\.subtotal),
            adjustments: bill.adjustments, statements: statements(finished.parts), audit: audit)
        let documents = zip(finished.parts, finished.projects).map { part, summary in
            document(
                .project, lines: part.lines, totals: summary.totals, summary: summary, projects: [],
                taxes: taxes(of: part.lines), adjustments: adjustments(of: part.lines), statements: [], audit: audit)
        }
        return CustomerBill(
            consolidated: consolidated, projects: documents, grantMovements: bill.grantMovements,
            promotionUses: bill.promotionUses, commitmentsSpent: bill.commitmentsSpent, billedPeriods: billedPeriods,
            rebilledCosts: rebilledCosts,
            previous: bill.context.balances.previous, findings: bill.findings)
    }

    /// Where nothing is billed and a grant expired: one statement, not to be paid, which says what became of the credit.
    private func creditStatement() -> CustomerBill {
        var audit = bill.context.audit
        audit.warnings += bill.findings.map(\.message)
        var statement = document(
            .consolidated, lines: [], totals: .zero(currency), summary: nil, projects: [], taxes: [], adjustments: [],
            statements: bill.creditStatements, audit: audit)
        statement.role = .statement
        return CustomerBill(
            consolidated: statement, projects: [], grantMovements: bill.grantMovements, promotionUses: [:],
            commitmentsSpent: [:],
            billedPeriods: billedPeriods, rebilledCosts: [], previous: bill.context.balances.previous,
            findings: bill.findings)
    }

    // MARK: Projects

    /// A line of the bill, or a project's share of it, by its place there.
    struct NumberedLine {
        var place: Int
        var amounts: LineAmounts
        var share: String?

        /// Counted from 1.
        var number: Int { place + 1 }
    }

    struct ProjectPart {
        /// Nil for what is shared and kept apart.
        var project: Project?
        var lines: [NumberedLine]
    }

    /// Each project's own lines, and its share of every shared line by what its own lines come to.
    private func projectParts(_ lines: [NumberedLine]) -> [ProjectPart] {
        var parts = customer.projects.map { ProjectPart(project: $0, lines: []) }
        var shared: [NumberedLine] = []
        for line in lines {
            if bill.lines[line.place].rated.project == nil {
                shared.append(line)
            } else {
                parts[bill.lines[line.place].rank].lines.append(line)
            }
        }
        guard !shared.isEmpty else { return parts }
        if business.sharedAmounts == .separate { return parts + [ProjectPart(project: nil, lines: shared)] }
        var weights = parts.map { $0.lines.map(\.amounts.net).sum(currency).decimal }
        if business.sharedAmounts == .equally { weights = weights.map { _ in .one } }
        for line in shared {
            let places = places(sharing: bill.lines[line.place].rated)
            var own = places.map { weights[$0] }
            if !own.contains(where: { $0.signum > 0 }) { own = own.map { _ in .one } }
            for (place, amounts) in zip(places, line.amounts.split(over: own)) {
                let share = places.count == 1 ? nil : "\(amounts.gross.decimal) of \(line.amounts.gross)"
                parts[place].lines.append(NumberedLine(place: line.place, amounts: amounts, share: share))
            }
        }
        return parts
    }

    /// The projects that a shared line is split over: those of its subscription.
    private func places(sharing line: RatedLine) -> [Int] {
        guard let projects = subscriptionProjects[line.subscription] else { return Array(customer.projects.indices) }
        return customer.projects.indices.filter { projects.contains(customer.projects[$0].id) }
    }

    private func totals(_ lines: [NumberedLine]) -> InvoiceTotals {
        var (gross, discounts, credit) = (Money.zero(currency), Money.zero(currency), Money.zero(currency))
        var (tax, paid) = (Money.zero(currency), Money.zero(currency))
        for place in lines.indices {
            gross += lines[place].amounts.gross
            discounts += lines[place].amounts.discount
            credit += lines[place].amounts.credit
            tax += lines[place].amounts.tax
            paid += lines[place].amounts.paid
        }
        return InvoiceTotals(gross: gross, discounts: discounts, promotionalCredit: credit, tax: tax, paid: paid)
    }

    private func taxes(of lines: [NumberedLine]) -> [TaxSubtotal] {
        bill.taxes.compactMap { tax in
            let own = lines.filter { bill.lines[$0.place].tax.group == tax.group }
            guard !own.isEmpty else { return nil }
            let compoundsOn = bill.lines[own[0].place].tax.charged[tax.place].compoundsOn
            var part = tax.subtotal
            part.taxableAmount =
                own.map { line in
                    line.amounts.taxable + compoundsOn.map { line.amounts.taxes[$0] }.sum(currency)
                }.sum(currency)
            part.taxAmount = own.map { $0.amounts.taxes[tax.place] }.sum(currency)
            return part
        }
    }

    /// This project's part of every adjustment; balances belong to the customer and stand on the consolidated document.
    private func adjustments(of lines: [NumberedLine]) -> [Adjustment] {
        bill.adjustments.compactMap { adjustment in
            let amounts = lines.flatMap { line -> [Money] in
                switch adjustment.kind {
                case .promotion, .trial, .freeTier, .commitment:
                    line.amounts.discounts.filter { $0.promotion.text == adjustment.id }.map(\.amount)
                case .promotionalCredit, .prepaidCredit:
                    (line.amounts.creditBeforeTax + line.amounts.prepaid).filter { $0.grant.text == adjustment.id }.map(
                        \.amount)
                }
            }
            let amount = amounts.sum(currency)
            guard !amount.isZero else { return nil }
            var part = adjustment
            part.amount = amount
            part.balanceBefore = nil
            part.balanceAfter = nil
            if amount != adjustment.amount {
                part.working.append(
                    WorkingStep("this project's share", "of \(adjustment.amount.decimal)", amount.decimal.description))
            }
            return part
        }
    }

    /// The statement of each grant with what every project used of it, its shares of shared lines included.
    private func statements(_ parts: [ProjectPart]) -> [CreditStatement] {
        bill.creditStatements.map { statement in
            let amounts = parts.map { part in
                part.lines.flatMap { $0.amounts.creditBeforeTax + $0.amounts.prepaid }
                    .filter { $0.grant == statement.grant }.map(\.amount).sum(currency)
            }
            guard amounts.contains(where: { !$0.isZero }) else { return statement }
            var statement = statement
            // Lines whose price contains tax show credit without it; the grant gave it with the tax.
            let used = statement.used.allocated(over: amounts.map(\.decimal))
            statement.projects = zip(parts, used).compactMap { part, used in
                used.isZero
                    ? nil
                    : CreditStatement.ProjectUse(
                        project: part.project?.id, name: part.project?.name ?? "Shared", used: used)
            }
            return statement
        }
    }

    /// Each cost line's net amount, told apart by whose cost it passes on.
    var rebilledCosts: [CustomerBill.RebilledCost] {
        let places = bill.lines.indices.filter { !bill.groups[bill.lines[$0].group].costShares.isEmpty }
        return places.flatMap { place -> [CustomerBill.RebilledCost] in
            let line = bill.lines[place]
            let shares = bill.groups[line.group].costShares
            let parts = line.amounts.net.allocated(over: shares.map(\.cost.magnitude))
            return zip(shares, parts).map { share, part in
                CustomerBill.RebilledCost(
                    provider: share.provider, serviceAccount: share.serviceAccount, project: line.rated.project,
                    costCurrency: share.currency, netAmount: part)
            }
        }
    }

    /// Events behind the lines of usage, each once.
    var pricedEventCount: Int {
        bill.groups.reduce(0) { count, group in
            guard group.lines.first?.kind == .usage else { return count }
            return group.evidence.reduce(count) { $0 + $1.eventCount }
        }
    }

    var previous: Money? { bill.context.balances.previous }
    var findings: [Finding] { bill.findings }

    // MARK: Checks

    /// The identities that every bill must satisfy, with both sides. A bill that breaks one is not written.
    private func checks(whole: InvoiceTotals, projects: [InvoiceTotals]) throws(Parked) -> [Audit.Check] {
        let sum = projects.reduce(.zero(currency), +)
        let taxes = bill.taxes.map(\.subtotal.taxAmount).sum(currency)
        let checks = [
            Audit.Check(
                name: "gross = sum of projects", left: whole.sumOfLineGrossAmounts, right: sum.sumOfLineGrossAmounts),
            Audit.Check(name: "discounts = sum of projects", left: whole.discounts, right: sum.discounts),
            Audit.Check(name: "net = sum of projects", left: whole.sumOfLineNetAmounts, right: sum.sumOfLineNetAmounts),
            Audit.Check(
                name: "promotional credit = sum of projects", left: whole.promotionalCredit,
                right: sum.promotionalCredit),
            Audit.Check(
                name: "total without tax = sum of projects", left: whole.totalWithoutTax, right: sum.totalWithoutTax),
            Audit.Check(name: "tax = sum of projects", left: whole.totalTax, right: sum.totalTax),
            Audit.Check(name: "total with tax = sum of projects", left: whole.totalWithTax, right: sum.totalWithTax),
            Audit.Check(name: "prepaid applied = sum of projects", left: whole.paidAmount, right: sum.paidAmount),
            Audit.Check(name: "amount due = sum of projects", left: whole.amountDue, right: sum.amountDue),
            Audit.Check(name: "tax = sum of tax per rate", left: whole.totalTax, right: taxes),
            Audit.Check(
                name: "discounts = discounts applied", left: whole.discounts,
                right: bill.adjustments.filter { $0.kind.isDiscount }.map(\.amount).sum(currency)),
            Audit.Check(
                name: "credit used = credit applied",
                left: whole.promotionalCredit + bill.taxInsideCredit + whole.paidAmount,
                right: bill.creditUsedNow.values.sum(currency)),
        ]
        let broken = checks.filter { !$0.holds }
        guard broken.isEmpty else {
            throw Parked(
                broken.map {
                    Finding(
                        .totalsDiffer, "\($0.name): \($0.left) is not \($0.right)", at: customer.place,
                        notes: ["this is a bug; nothing is billed to \"\(customer.id)\" in this run"])
                })
        }
        return checks
    }

    // MARK: Documents

    private func document(
        _ scope: InvoiceDocument.Scope, lines: [NumberedLine], totals: InvoiceTotals, summary: ProjectSummary?,
        projects: [ProjectSummary], taxes: [TaxSubtotal], adjustments: [Adjustment], statements: [CreditStatement],
        audit: Audit
    ) -> InvoiceDocument {
        let period = bill.context.period
        let isInvoice = (customer.billing == .consolidated) == (scope == .consolidated)
        let suffix = scope == .project ? "/" + (summary?.id?.text ?? "shared") : ""
        return InvoiceDocument(
            scope: scope, role: isInvoice ? .invoice : .statement, reference: "\(period.name)/\(customer.id)\(suffix)",
            customer: customer.id, seller: business.seller, buyer: customer.party, project: summary,
            buyerReference: customer.buyerReference, purchaseOrder: customer.purchaseOrder, periodName: period.name,
            period: period.days, zone: customer.zone.identifier, locale: customer.locale, issueDate: period.days.end,
            dueDate: period.days.end + business.payment.dueDays, payment: business.payment, notes: business.notes,
            currency: currency, lines: lines.map(invoiceLine), totals: totals, taxes: taxes,
            adjustments: adjustments, creditStatements: statements, projects: projects, usage: usageRows(lines),
            audit: audit)
    }

    private func invoiceLine(_ entry: NumberedLine) -> InvoiceLine {
        let (rank, tax) = (bill.lines[entry.place].rank, bill.lines[entry.place].tax)
        var rated = bill.lines[entry.place].rated
        rated.grossAmount = entry.amounts.gross
        rated.exactAmount = nil
        if let share = entry.share {
            rated.working.append(WorkingStep("this project's share", share, entry.amounts.gross.decimal.description))
        }
        return InvoiceLine(
            number: entry.number, project: rated.project,
            projectName: rated.project == nil ? "Shared" : customer.projects[rank].name, rated: rated,
            discounts: entry.amounts.discounts.filter { !$0.amount.isZero }.map {
                LineDiscount(
                    promotion: $0.promotion, name: bill.discountName($0.promotion), amount: $0.amount)
            },
            netAmount: entry.amounts.net, promotionalCredit: entry.amounts.credit, taxableAmount: entry.amounts.taxable,
            taxCode: tax.code.code, taxRate: tax.rate, share: entry.share)
    }

    /// The days behind the lines, by project, item and day; each names the lines that it went into.
    private func usageRows(_ lines: [NumberedLine]) -> [UsageRow] {
        var numbers: [[Int]] = Array(repeating: [], count: bill.groups.count)
        for entry in lines { numbers[bill.lines[entry.place].group].append(entry.number) }
        let groups = numbers.indices.filter { !numbers[$0].isEmpty && !bill.groups[$0].evidence.isEmpty }
        // A line is of one group, so that no two groups have the same numbers.
        let order = groups.sorted { numbers[$0].lexicographicallyPrecedes(numbers[$1]) }
        var rows: [UsageRow] = []
        rows.reserveCapacity(order.reduce(0) { $0 + bill.groups[$1].evidence.count })
        for group in order {
            let item = bill.groups[group].lines.last?.itemID ?? ""
            for entry in bill.groups[group].evidence {
                rows.append(
                    UsageRow(
                        day: entry.day, project: entry.project, item: item, meter: entry.origin,
                        dimensions: entry.dimensions, quantity: entry.quantity, unit: entry.unit,
                        eventCount: entry.eventCount, lines: numbers[group]))
            }
        }
        return rows
    }
}
