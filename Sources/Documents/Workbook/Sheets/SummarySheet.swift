import BillingTerms
import CXlsxWriter
import Invoicing

/// The document at a glance: what it is, from whom to whom, and the way from the charges to the amount due, all of it
/// computed from the other sheets.
struct SummarySheet {
    static let name = "Summary"

    static func totalName(_ currency: Currency) -> String { "Total_\(currency.code)" }
    static func amountDueName(_ currency: Currency) -> String { "AmountDue_\(currency.code)" }
    static func netName(_ currency: Currency) -> String { "Net_\(currency.code)" }

    let document: InvoiceDocument
    /// How many documents stand on the sheet of invoices; without any there is no such sheet.
    let partCount: Int
    let page: WorkbookPage
    let labels: Labels
    let sheet: Sheet
    /// Columns: facts in A and B, a gap, amounts in D and E.
    static let widths = [26.0, 44, 4, 40, 22]

    static func write(
        _ document: InvoiceDocument, partCount: Int, on page: WorkbookPage, labels: Labels
    ) throws(Findings) {
        let sheet = try page.sheet(name, tabColor: Palette.accent)
        let summary = SummarySheet(document: document, partCount: partCount, page: page, labels: labels, sheet: sheet)
        try summary.write()
    }

    private func write() throws(Findings) {
        for (column, width) in SummarySheet.widths.enumerated() { try sheet.setColumn(column, width: width) }
        worksheet_gridlines(sheet.pointer, UInt8(LXW_HIDE_ALL_GRIDLINES.rawValue))
        worksheet_activate(sheet.pointer)
        var left = 3
        try writeFacts(row: &left)
        try writeParties(row: &left)
        try writePayment(row: &left)
        var right = 3
        try writeTotals(row: &right)
        try writeTitle()
        right += 1
        try writeContents(row: &right)
        right += 1
        try writeNotes(row: &right)
        let charts = max(left, right) + 1
        try SummaryCharts(summary: self).write(from: charts)
        // The columns fill a page at this scale where the font's digits are wide, and nearly where they are narrow.
        try sheet.setPage(
            reference: page.reference, draft: page.draft, repeatsFirstRow: false,
            scale: .fixed(72, newPageAt: charts))
    }

    private func writeTitle() throws(Findings) {
        let kind = labels[document.role == .invoice ? "invoice" : "statement"]
        let isDraft = document.status == .draft
        let title = isDraft ? labels["draft"] + " · " + kind : kind
        try sheet.setRow(0, height: 32)
        try sheet.setRow(1, height: 18)
        try sheet.text(0, 0, title, CellStyle(place: isDraft ? .draft : .title))
        try sheet.text(1, 0, document.number ?? document.reference, CellStyle(place: .label))
        let due = labels["amount_due"] + " (\(document.currency.code))"
        try sheet.text(0, 3, due, CellStyle(place: .subtitle))
        try sheet.text(1, 3, labels("due_on", ["date": document.dueDate.description]), CellStyle(place: .label))
        let style = CellStyle(place: .headline, number: .decimal(document.currency.minorDigits))
        try sheet.number(
            0, 4, document.totals.amountDue.decimal, style, formula: SummarySheet.amountDueName(document.currency))
    }

    // MARK: Left

    func heading(_ row: inout Int, _ text: String, columns: ClosedRange<Int>) throws(Findings) {
        for column in columns {
            try sheet.text(row, column, column == columns.lowerBound ? text : "", CellStyle(place: .heading))
        }
        row += 1
    }

    private func fact(_ row: inout Int, _ label: String, _ value: String?) throws(Findings) {
        guard let value, !value.isEmpty else { return }
        try sheet.text(row, 0, labels[label], CellStyle(place: .label))
        try sheet.text(row, 1, value, CellStyle(place: .value, wraps: true))
        row += 1
    }

    private func fact(_ row: inout Int, _ label: String, _ day: CalendarDay) throws(Findings) {
        try sheet.text(row, 0, labels[label], CellStyle(place: .label))
        try sheet.day(row, 1, day, .value)
        row += 1
    }

    private func writeFacts(row: inout Int) throws(Findings) {
        try heading(&row, labels[document.role == .invoice ? "invoice" : "statement"], columns: 0...1)
        try fact(&row, "number", document.number)
        try fact(&row, "reference", document.reference)
        try fact(&row, "status", labels[document.status == .draft ? "draft" : "issued"])
        try fact(&row, "customer", document.customer.text)
        if let project = document.project { try fact(&row, "project", SummarySheet.named(project)) }
        try fact(&row, "issue_date", document.issueDate)
        try fact(&row, "due_date", document.dueDate)
        try fact(&row, "service_period", document.period.description)
        try fact(&row, "time_zone", document.zone)
        try fact(&row, "currency", document.currency.code)
        try fact(&row, "purchase_order", document.purchaseOrder)
        try fact(&row, "buyer_reference", document.buyerReference)
        if document.role == .statement {
            try sheet.text(row, 0, labels["statement_note"], CellStyle(place: .note))
            row += 1
        }
        row += 1
    }

    private static func named(_ project: ProjectSummary) -> String {
        guard let id = project.id?.text, id != project.name else { return project.name }
        return "\(project.name) (\(id))"
    }

    private func writeParties(row: inout Int) throws(Findings) {
        for (label, party) in [("from", document.seller), ("bill_to", document.buyer)] {
            try heading(&row, labels[label], columns: 0...1)
            let address = ([party.name] + party.address + [party.country ?? ""]).filter { !$0.isEmpty }
            for line in address {
                try sheet.text(row, 0, line, CellStyle(place: .value))
                row += 1
            }
            try fact(&row, "tax_id", party.taxID)
            try fact(&row, "registration", party.registration)
            try fact(&row, "email", party.email)
            row += 1
        }
    }

    private func writePayment(row: inout Int) throws(Findings) {
        try heading(&row, labels["payment"], columns: 0...1)
        let payment = document.payment
        try fact(&row, "terms", payment.terms ?? labels("net_days", ["days": String(payment.dueDays)]))
        try fact(&row, "bank", payment.bank)
        for (label, value) in [("IBAN", payment.iban), ("BIC", payment.bic)] {
            guard let value else { continue }
            try sheet.text(row, 0, label, CellStyle(place: .label))
            try sheet.text(row, 1, value, CellStyle(place: .value))
            row += 1
        }
        try fact(&row, "reference", document.number ?? document.reference)
        row += 1
    }

    // MARK: Right

    private func writeTotals(row: inout Int) throws(Findings) {
        let totals = document.totals
        let digits = document.currency.minorDigits
        try heading(&row, labels["totals"] + " (\(document.currency.code))", columns: 3...4)
        let gross = try sumRow(
            &row, "sum_of_charges", totals.sumOfLineGrossAmounts, of: "Gross",
            document.lines.map(\.grossAmount), sign: 1)
        let discounts = try sumRow(
            &row, "discounts", -totals.discounts, of: "Discount", document.lines.map(\.discountAmount), sign: -1)
        let subtotal = try differenceRow(
            &row, "subtotal", totals.sumOfLineNetAmounts,
            [(gross, totals.sumOfLineGrossAmounts), (discounts, -totals.discounts)])
        let credit = try sumRow(
            &row, "promotional_credit", -totals.promotionalCredit, of: "Promotional credit",
            document.lines.map(\.promotionalCredit), sign: -1)
        let net = try differenceRow(
            &row, "total_without_tax", totals.totalWithoutTax,
            [(subtotal, totals.sumOfLineNetAmounts), (credit, -totals.promotionalCredit)])
        try page.book.define(SummarySheet.netName(document.currency), sheet.reference(net, 4))
        var parts = [(net, totals.totalWithoutTax)]
        for (index, tax) in document.taxes.enumerated() {
            let label = "\(tax.name) \((tax.rate * .hundred).shortText) %"
            let source = "'\(TaxSheet.name)'!$F$\(index + 2)"
            try amount(row, label, tax.taxAmount, .sum, formula: source)
            parts.append((row, tax.taxAmount))
            row += 1
        }
        let total = try differenceRow(&row, "total_with_tax", totals.totalWithTax, parts)
        try page.book.define(SummarySheet.totalName(document.currency), sheet.reference(total, 4))
        let paid = try paidRow(&row)
        let due = row
        let isLive = LiveFormula.sum(
            [totals.totalWithTax.decimal, -totals.paidAmount.decimal], gives: totals.amountDue.decimal)
        try amount(
            due, labels["amount_due"], totals.amountDue, .due,
            formula: isLive ? "ROUND(E\(total + 1)+E\(paid + 1),\(digits))" : nil)
        try sheet.setRow(due, height: 22)
        try page.book.define(SummarySheet.amountDueName(document.currency), sheet.reference(due, 4))
        for (cell, money) in [(total, totals.totalWithTax), (due, totals.amountDue)]
        where CellNumber.double(money.decimal).isExact {
            sheet.expectedCells.append(("E\(cell + 1)", money.decimal))
        }
        row += 1
    }

    /// The sum of a column of the Lines, or the value where the lines cannot give it.
    private func sumRow(
        _ row: inout Int, _ label: String, _ value: Money, of column: String, _ parts: [Money], sign: Int
    ) throws(Findings) -> Int {
        let isLive = LiveFormula.sum(parts.map(\.decimal), gives: (value.decimal * ExactDecimal(sign)))
        let columns = (0..<page.partCount(rows: document.lines.count)).map { part in
            let table = DataSheet.partName(LinesSheet.name, part, "_")
            return "SUMIFS(\(table)[\(column)],\(table)[Currency],\"\(document.currency.code)\")"
        }
        let formula = "\(sign < 0 ? "-" : "")ROUND(\(columns.joined(separator: "+")),\(document.currency.minorDigits))"
        try amount(row, labels[label], value, .sum, formula: isLive ? formula : nil)
        row += 1
        return row - 1
    }

    /// The sum of cells above.
    private func differenceRow(
        _ row: inout Int, _ label: String, _ value: Money, _ parts: [(row: Int, amount: Money)]
    ) throws(Findings) -> Int {
        let isLive = LiveFormula.sum(parts.map(\.amount.decimal), gives: value.decimal)
        let sum = parts.map { "E\($0.row + 1)" }.joined(separator: "+")
        try amount(
            row, labels[label], value, .strongSum,
            formula: isLive ? "ROUND(\(sum),\(document.currency.minorDigits))" : nil)
        row += 1
        return row - 1
    }

    private func paidRow(_ row: inout Int) throws(Findings) -> Int {
        let kind = Adjustment.Kind.prepaidCredit
        let parts = document.adjustments.filter { $0.kind == kind }.map(\.amount.decimal)
        let isLive = LiveFormula.sum(parts, gives: document.totals.paidAmount.decimal)
        let sum = page.sumWhere(
            AdjustmentsSheet.name, "Amount", key: "Type",
            is: SumKey(cell: "\"\(kind.rawValue)\"", text: kind.rawValue, isPlain: true),
            rows: document.adjustments.count)
        try amount(
            row, labels["prepaid_applied"], -document.totals.paidAmount, .sum,
            formula: isLive ? "-ROUND(\(sum),\(document.currency.minorDigits))" : nil)
        row += 1
        return row - 1
    }

    /// A label and an amount; digits that the cell cannot hold stand beside it.
    func amount(
        _ row: Int, _ label: String, _ value: Money, _ place: CellStyle.Place, formula: String? = nil
    ) throws(Findings) {
        try sheet.text(row, 3, label, CellStyle(place: place))
        let style = CellStyle(place: place, number: .decimal(value.currency.minorDigits))
        let isExact = try sheet.number(row, 4, value.decimal, style, formula: formula)
        if !isExact { try sheet.text(row, 5, value.description, CellStyle(place: .note)) }
    }

    private func writeContents(row: inout Int) throws(Findings) {
        try heading(&row, labels["contents"], columns: 3...4)
        var contents: [(String, Int)] = []
        if partCount > 0 { contents.append((InvoicesSheet.name, partCount)) }
        if document.scope == .consolidated { contents.append((ProjectsSheet.name, document.projects.count)) }
        contents += [
            (LinesSheet.name, document.lines.count), (UsageSheet.name, document.usage.count),
            (AdjustmentsSheet.name, document.adjustments.count),
        ]
        let statements = document.creditStatements.count
        if statements > 0 { contents.append((CreditsSheet.name, statements)) }
        contents.append((TaxSheet.name, document.taxes.count))
        for (name, count) in contents {
            try sheet.link(row, 3, to: name, text: name)
            try sheet.number(row, 4, ExactDecimal(count), CellStyle(place: .label, number: .integer))
            row += 1
        }
        try sheet.link(row, 3, to: AuditSheet.name, text: AuditSheet.name)
        row += 1
    }

    /// In lines as wide as both columns, since a text that has nothing on its right is not cut there.
    private func writeNotes(row: inout Int) throws(Findings) {
        guard !document.notes.isEmpty else { return }
        try heading(&row, labels["notes"], columns: 3...4)
        let width = Int(SummarySheet.widths[3] + SummarySheet.widths[4])
        for line in document.notes.flatMap({ CellText.broken($0, width: width) }) {
            try sheet.text(row, 3, line, CellStyle(place: .note))
            row += 1
        }
        row += 1
    }
}
