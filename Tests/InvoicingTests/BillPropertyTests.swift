import BillingTerms
import Catalog
import Invoicing
import Metering
import Rating
import TestWorkspaces
import Testing

/// What must hold for every bill, on random customers with promotions, credits and several projects.
@Suite struct BillPropertyTests {
    /// A bill of a random customer with what it was made from.
    private struct Sample: Sendable {
        let seed: UInt64
        let billing: RandomBilling
        let bill: CustomerBill

        /// Nil when the customer is parked or has nothing to pay.
        init?(seed: UInt64) {
            self.seed = seed
            billing = RandomBilling(seed: seed)
            guard let bill = try? billing.invoicing(billing.usage).bill() else { return nil }
            self.bill = bill
        }

        /// Whether a grant's settings let it give more than it holds.
        func givesInAdvance(_ grant: String) -> Bool {
            billing.customer.credits.contains {
                $0.id.text == grant && $0.givesInAdvance(until: billing.period.days.end)
            }
        }
    }

    /// The same bills for every test.
    private static let samples = SeededRandom.seeds(400).compactMap { Sample(seed: $0 &* 7_000_003) }

    /// Names the seeds of the bills that fail a check.
    private func forEachBill(_ check: (Sample) -> [String]) {
        for sample in Self.samples {
            for failure in check(sample) { Issue.record("seed \(sample.seed): \(failure)") }
        }
    }

    @Test func mostRandomCustomersAreBilled() { #expect(Self.samples.count > SeededRandom.seeds(200).count) }

    @Test func projectsAddUpToTheWhole() {
        forEachBill { sample in
            let invoice = sample.bill.consolidated
            let sum = sample.bill.projects.map(\.totals).reduce(.zero(invoice.currency), +)
            var failures = sum == invoice.totals ? [] : ["projects come to \(sum), the whole to \(invoice.totals)"]
            if invoice.projects.map(\.totals) != sample.bill.projects.map(\.totals) {
                failures.append("a project's summary differs from its document")
            }
            for code in Set(invoice.taxes.map(\.code)) {
                let parts = sample.bill.projects.flatMap(\.taxes).filter { $0.code == code }
                let whole = invoice.taxes.filter { $0.code == code }
                if parts.map(\.taxAmount).sum(invoice.currency) != whole.map(\.taxAmount).sum(invoice.currency) {
                    failures.append("tax \(code) of the projects differs")
                }
            }
            for adjustment in invoice.adjustments {
                let parts = sample.bill.projects.flatMap(\.adjustments).filter {
                    $0.id == adjustment.id && $0.kind == adjustment.kind
                }
                if parts.map(\.amount).sum(invoice.currency) != adjustment.amount {
                    failures.append("\(adjustment.id) of the projects differs")
                }
            }
            return failures
        }
    }

    @Test func linesAddUpToTheTotals() {
        forEachBill { sample in
            sample.bill.documents.flatMap { document -> [String] in
                let (lines, totals, currency) = (document.lines, document.totals, document.currency)
                let identities: [(String, Money, Money)] = [
                    ("gross", lines.map(\.grossAmount).sum(currency), totals.sumOfLineGrossAmounts),
                    ("discounts", lines.map(\.discountAmount).sum(currency), totals.discounts),
                    ("net", lines.map(\.netAmount).sum(currency), totals.sumOfLineNetAmounts),
                    ("credit", lines.map(\.promotionalCredit).sum(currency), totals.promotionalCredit),
                    ("taxable", lines.map(\.taxableAmount).sum(currency), totals.totalWithoutTax),
                    ("taxed", taxedOnce(document), totals.totalWithoutTax),
                    ("tax", document.taxes.map(\.taxAmount).sum(currency), totals.totalTax),
                    ("net is", totals.sumOfLineGrossAmounts - totals.discounts, totals.sumOfLineNetAmounts),
                    ("without tax is", totals.sumOfLineNetAmounts - totals.promotionalCredit, totals.totalWithoutTax),
                    ("with tax is", totals.totalWithoutTax + totals.totalTax, totals.totalWithTax),
                    ("due and paid are", totals.amountDue + totals.paidAmount, totals.totalWithTax),
                ]
                var failures = identities.filter { $0.1 != $0.2 }.map {
                    "\(document.reference): \($0.0) \($0.1), \($0.2)"
                }
                for line in lines {
                    if line.grossAmount - line.discountAmount != line.netAmount
                        || line.netAmount - line.promotionalCredit != line.taxableAmount
                    {
                        failures.append("\(document.reference): line \(line.number) does not add up")
                    }
                }
                return failures
            }
        }
    }

    /// Of several taxes on the same lines the base of the first one, which compounds on none.
    private func taxedOnce(_ document: InvoiceDocument) -> Money {
        var codes: Set<String> = []
        return document.taxes.filter {
            codes.insert("\($0.lineCode ?? $0.code) \($0.lineCode == nil ? $0.rate : 0)").inserted
        }
        .map(\.taxableAmount).sum(document.currency)
    }

    @Test func nothingFallsBelowZero() {
        forEachBill { sample in
            sample.bill.documents.flatMap { document -> [String] in
                var failures: [String] = []
                for line in document.lines {
                    let amounts = [line.discountAmount, line.promotionalCredit] + line.discounts.map(\.amount)
                    // A correction within a trial gives nothing back, as what it corrects cost nothing.
                    if amounts.contains(where: \.isNegative) && !line.grossAmount.isNegative {
                        failures.append("line \(line.number): a deduction below zero")
                    }
                    let isOutside =
                        line.grossAmount.isNegative
                        ? line.taxableAmount < line.grossAmount || line.taxableAmount.minorUnits > 0
                        : line.taxableAmount.isNegative
                    if isOutside {
                        failures.append(
                            "\(document.reference), line \(line.number): \(line.grossAmount) → \(line.taxableAmount)")
                    }
                }
                let totals = document.totals
                let hasCorrections = document.lines.contains(where: \.grossAmount.isNegative)
                let deductions =
                    [totals.promotionalCredit, totals.paidAmount] + (hasCorrections ? [] : [totals.discounts])
                if deductions.contains(where: \.isNegative) {
                    failures.append("\(document.reference): a deduction below zero")
                }
                if totals.amountDue.isNegative && !document.lines.contains(where: \.grossAmount.isNegative) {
                    failures.append("\(document.reference): \(totals.amountDue) due")
                }
                return failures
            }
        }
    }

    @Test func creditsNeverGiveMoreThanTheyHold() {
        forEachBill { sample in
            let invoice = sample.bill.consolidated
            var failures: [String] = []
            for statement in invoice.creditStatements {
                let total = statement.opening + statement.granted - statement.used - statement.expired
                if total != statement.closing
                    || [statement.used, statement.expired].contains(where: \.isNegative)
                    || statement.closing.isNegative && !statement.opening.isNegative
                        && !sample.givesInAdvance(statement.grant.text)
                {
                    failures.append("\(statement)")
                }
            }
            for adjustment in invoice.adjustments where adjustment.kind != .promotion {
                guard let before = adjustment.balanceBefore, let after = adjustment.balanceAfter else { continue }
                let taken = sample.billing.hasIncludedTax ? before - after : adjustment.amount
                if taken > before && !sample.givesInAdvance(adjustment.id) || after != before - taken
                    || adjustment.amount > adjustment.basis
                {
                    failures.append("\(adjustment.id): \(adjustment.amount) of \(before)")
                }
            }
            for statement in invoice.creditStatements {
                let parts = (statement.projects ?? []).map(\.used).sum(invoice.currency)
                if parts != statement.used { failures.append("\(statement.grant): projects used \(parts)") }
            }
            let used = sample.bill.grantMovements.map(\.used).sum(invoice.currency)
            if !sample.billing.hasIncludedTax, used != invoice.totals.promotionalCredit + invoice.totals.paidAmount {
                failures.append(
                    "\(used) taken from grants, \(invoice.totals.promotionalCredit) and \(invoice.totals.paidAmount) given"
                )
            }
            return failures
        }
    }

    @Test func promotionsStayWithinTheirLimits() {
        forEachBill { sample in
            sample.bill.consolidated.adjustments.filter { $0.kind == .promotion }.compactMap { adjustment in
                guard let promotion = sample.billing.workspace.promotions[PromotionID(adjustment.id)] else {
                    return "unknown"
                }
                let before = sample.billing.balances.promotionsUsed[promotion.id]
                let used = before?.amount.decimal ?? 0
                var limits = [adjustment.basis.decimal]
                let isCarried = promotion.remainder == .carried
                let given = ExactDecimal(min((before?.cycles ?? 0) + 1, promotion.cycles ?? 1_000))
                limits += [promotion.capPerCycle.map { isCarried ? max(0, $0 * given - used) : $0 }].compactMap { $0 }
                limits += [promotion.capInTotal.map { max(0, $0 - used) }].compactMap { $0 }
                var mayGoOn = false
                if case .fixed(let amount, _) = promotion.discount {
                    limits.append(isCarried ? max(0, amount * given - used) : amount)
                    mayGoOn = isCarried
                }
                let isOverdue = promotion.cycles.map { (before?.cycles ?? 0) >= $0 && !mayGoOn } ?? false
                let isSound = limits.allSatisfy { adjustment.amount.decimal <= $0 } && !isOverdue
                return isSound ? nil : "\(adjustment.id) takes \(adjustment.amount), limits \(limits)"
            }
        }
    }

    @Test func taxIsComputedOncePerRate() {
        forEachBill { sample in
            let invoice = sample.bill.consolidated
            // Where the settings round it elsewhere, the second implementation tells what it is.
            guard sample.billing.workspace.business.conventions.invoice.taxRounding == .rate else { return [] }
            var failures: [String] = []
            for tax in invoice.taxes where tax.lineCode == nil {
                let lines = invoice.lines.filter { $0.taxCode == tax.code && $0.taxRate == tax.rate }
                let taxable = lines.map(\.taxableAmount).sum(invoice.currency)
                let amount = Money(rounding: taxable.decimal * tax.rate, to: invoice.currency)
                // Tax that prices contain is what the customer pays less the rounded base: a cent next to its product.
                let isIncluded = sample.billing.workspace.business.tax(code: tax.code)?.isIncluded ?? false
                let difference = (amount ?? tax.taxAmount) - tax.taxAmount
                let isNext = difference.isZero || isIncluded && difference.minorUnits.magnitude == 1
                if taxable != tax.taxableAmount || !isNext { failures.append("\(tax)") }
            }
            for tax in invoice.taxes where tax.lineCode != nil {
                let amount = Money(rounding: tax.taxableAmount.decimal * tax.rate, to: invoice.currency)
                if amount != tax.taxAmount { failures.append("\(tax)") }
            }
            if Set(invoice.taxes.map { "\($0.code) \($0.rate)" }).count != invoice.taxes.count {
                failures.append("a rate stands twice")
            }
            return failures
        }
    }

    @Test func theOrderOfRowsChangesNothing() {
        var random = SeededRandom(42)
        forEachBill { sample in
            let usage = sample.billing.usage
            let shuffled = CustomerUsage(
                usage: usage.usage.shuffled(using: &random), costs: usage.costs.shuffled(using: &random))
            guard var other = try? sample.billing.invoicing(shuffled).bill() else { return ["parked in another order"] }
            var bill = sample.bill
            // The rows behind the lines stand in the order in which they came.
            bill.consolidated.usage = []
            other.consolidated.usage = []
            var failures = bill.consolidated == other.consolidated ? [] : ["another order, another invoice"]
            if bill.projects.map(\.totals) != other.projects.map(\.totals) { failures.append("other project totals") }
            return failures
        }
    }
}
