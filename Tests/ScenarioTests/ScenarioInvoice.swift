import BillingTerms
import Foundation
import Invoicing
import Rating

/// A bill as a plain text table, in which every figure of the invoice stands.
struct ScenarioInvoice {
    let bill: CustomerBill
    /// Whether the working of each line is shown too.
    let showsWorking: Bool

    private var invoice: InvoiceDocument { bill.consolidated }

    var text: String {
        var lines = table
        lines += invoice.lines.compactMap(conversion)
        if showsWorking { lines += [""] + invoice.lines.flatMap(working) }
        lines += [""] + totals
        if invoice.projects.count > 1 { lines += [""] + projects }
        if !invoice.creditStatements.isEmpty { lines += [""] + statements }
        if !bill.findings.isEmpty { lines += [""] + bill.findings.flatMap(ScenarioInvoice.words) }
        return lines.joined(separator: "\n")
    }

    /// A finding without its place, which a scenario does not have.
    static func words(_ finding: Finding) -> [String] {
        var finding = finding
        finding.place = nil
        return finding.rendered.components(separatedBy: "\n")
    }

    // MARK: Lines

    /// Columns that say nothing in this invoice are left out.
    private var table: [String] {
        let lines = invoice.lines
        let columns: [(head: String, isNumber: Bool, isShown: Bool, value: (InvoiceLine) -> String)] = [
            ("no", true, true, { "\($0.number)" }),
            ("project", false, invoice.projects.count > 1, { $0.project?.text ?? "shared" }),
            ("item", false, true, { $0.rated.description }),
            ("tier", false, lines.contains { !$0.rated.tier.isEmpty }, { $0.rated.tier }),
            ("days", false, lines.contains { $0.rated.period != invoice.period }, { "\($0.rated.period)" }),
            ("quantity", true, true, { $0.rated.quantity.description + " " + $0.rated.unit }),
            ("price", true, true, { $0.rated.unitPrice.description }),
            ("gross", true, true, { $0.grossAmount.decimal.description }),
            ("discount", true, !invoice.totals.discounts.isZero, { $0.discountAmount.decimal.description }),
            ("credit", true, !invoice.totals.promotionalCredit.isZero, { $0.promotionalCredit.decimal.description }),
            (
                "net", true, !invoice.totals.discounts.isZero || !invoice.totals.promotionalCredit.isZero,
                { $0.taxableAmount.decimal.description }
            ),
            ("tax", true, invoice.taxes.count > 1, { ($0.taxRate * 100).shortText + " %" }),
        ]
        let shown = columns.filter(\.isShown)
        let rows = [shown.map(\.head)] + lines.map { line in shown.map { $0.value(line) } }
        let widths = shown.indices.map { place in rows.map { $0[place].count }.max() ?? 0 }
        return rows.map { row in
            let cells = shown.indices.map { place in
                let blanks = String(repeating: " ", count: widths[place] - row[place].count)
                return shown[place].isNumber ? blanks + row[place] : row[place] + blanks
            }
            return cells.joined(separator: "  ").trimmingTrailingBlanks
        }
    }

    private func conversion(_ line: InvoiceLine) -> String? {
        line.rated.conversion.map {
            "line \(line.number): \($0.originalAmount) \($0.originalCurrency) at \($0.rate), \($0.rule), rate of \($0.rateDate)"
        }
    }

    private func working(_ line: InvoiceLine) -> [String] {
        line.rated.working.map { "line \(line.number), \($0.label): \($0.calculation) = \($0.result)" }
    }

    // MARK: Totals

    private var totals: [String] {
        let totals = invoice.totals
        var rows: [(String, Money)] = [("gross", totals.sumOfLineGrossAmounts)]
        for adjustment in invoice.adjustments where adjustment.kind.isDiscount {
            rows.append(("less \(adjustment.id), of \(adjustment.basis.decimal)", adjustment.amount))
        }
        if !totals.discounts.isZero { rows.append(("net", totals.sumOfLineNetAmounts)) }
        for adjustment in invoice.adjustments where !adjustment.kind.isDiscount && !isPaid(adjustment) {
            rows.append(("less credit \(adjustment.id)", adjustment.amount))
        }
        rows.append(("without tax", totals.totalWithoutTax))
        for tax in invoice.taxes {
            let rate = (tax.rate * 100).shortText
            rows.append(("\(tax.name) \(rate) % of \(tax.taxableAmount.decimal)", tax.taxAmount))
        }
        rows.append(("with tax", totals.totalWithTax))
        for adjustment in invoice.adjustments where isPaid(adjustment) {
            rows.append(("paid by \(adjustment.id)", adjustment.amount))
        }
        rows.append(("due in \(invoice.currency)", totals.amountDue))
        let left = rows.map(\.0.count).max() ?? 0
        let right = rows.map(\.1.decimal.description.count).max() ?? 0
        return rows.map { name, amount in
            let digits = amount.decimal.description
            return name + String(repeating: " ", count: left - name.count + 2 + right - digits.count) + digits
        }
    }

    /// Whether a grant settled the total after tax.
    private func isPaid(_ adjustment: Adjustment) -> Bool {
        adjustment.kind == .prepaidCredit && !invoice.totals.paidAmount.isZero
    }

    private var projects: [String] {
        invoice.projects.map { project in
            let totals = project.totals
            return "project \(project.id?.text ?? "shared"): without tax \(totals.totalWithoutTax.decimal), "
                + "tax \(totals.totalTax.decimal), due \(totals.amountDue.decimal)"
        }
    }

    private var statements: [String] {
        invoice.creditStatements.flatMap { statement -> [String] in
            let status = statement.status == .pending ? ", pending" : ""
            let units = statement.unit.map { ", \($0.text(statement.closing))" } ?? ""
            let amounts: [(String, Money)] = [
                ("opening", statement.opening), ("granted", statement.granted), ("used", statement.used),
                ("expired", statement.expired), ("closing", statement.closing),
            ]
            let words = amounts.map { "\($0.0) \($0.1.decimal)" }.joined(separator: ", ")
            let head = "credit \(statement.grant): \(words)\(units)\(status)"
            let working = (statement.working ?? []).map { "  \($0.label): \($0.calculation) = \($0.result)" }
            return [head] + working + uses(statement)
        }
    }
}

extension ScenarioInvoice {
    private func uses(_ statement: CreditStatement) -> [String] {
        guard invoice.projects.count > 1 else { return [] }
        return (statement.projects ?? []).map { "  of which \($0.project?.text ?? "shared") \($0.used.decimal)" }
    }
}

extension String {
    fileprivate var trimmingTrailingBlanks: String { String(reversed().drop { $0 == " " }.reversed()) }
}
