import BillingTerms
import Invoicing

/// A document beside the consolidated one, with the name of its file.
struct ProjectDocument {
    let document: InvoiceDocument
    /// Without extension, in the folder of the consolidated document.
    let fileName: String
}

/// On the consolidated document: a row for each project's document, and below them that they come to the consolidated
/// one, column by column.
enum InvoicesSheet {
    static let name = "Invoices"

    static func layout(_ currency: Currency) -> DataLayout {
        DataLayout(
            name: name,
            columns: [
                .text("Document", widest: 44), .text("Kind"), .text("Status"), .text("Project", widest: 28),
                .text("Project name", widest: 36), .text("Issue date"), .text("Due date"),
            ] + TotalsColumns.columns + [.text("Currency"), .text("File", widest: 44)],
            frozenColumns: 1, currency: currency)
    }

    static func write(
        _ parts: [ProjectDocument], of whole: InvoiceDocument, on page: WorkbookPage
    ) throws(Findings) {
        let sheet = try DataSheet(page, layout(whole.currency), rowCount: parts.count)
        for part in parts {
            let document = part.document
            try sheet.beginRow()
            try sheet.text(document.number ?? document.reference)
            try sheet.text(document.role.rawValue)
            try sheet.text(document.status.rawValue)
            try sheet.text(LinesSheet.key(of: document.project?.id))
            try sheet.text(document.project?.name)
            try sheet.day(document.issueDate)
            try sheet.day(document.dueDate)
            try TotalsColumns.write(document.totals, to: sheet)
            try sheet.text(document.currency.code)
            try sheet.text(part.fileName + ".xlsx")
            try sheet.endRow()
        }
        let (end, row) = try sheet.finish()
        try writeWhole(whole, parts, to: end, at: row + 1, page)
    }

    /// The consolidated document's own totals, and what they differ by from the sums above: nothing.
    private static func writeWhole(
        _ whole: InvoiceDocument, _ parts: [ProjectDocument], to sheet: Sheet, at top: Int, _ page: WorkbookPage
    ) throws(Findings) {
        let columns = layout(whole.currency)
        let digits = whole.currency.minorDigits
        for (row, label) in [(top, whole.number ?? whole.reference), (top + 1, "Difference")] {
            for column in columns.columns.indices {
                try sheet.text(row, column, column == 0 ? label : "", CellStyle(place: .body))
            }
        }
        try sheet.text(top, 1, whole.role.rawValue, CellStyle(place: .body))
        let own = formulas(whole, page)
        for (place, column) in TotalsColumns.names.enumerated() {
            let index = columns.index(column)
            let value = TotalsColumns.amounts(whole.totals)[place]
            let values = parts.map { TotalsColumns.amounts($0.document.totals)[place].decimal }
            let number = CellStyle(place: .body, number: .decimal(digits))
            try sheet.number(top, index, value.decimal, number, formula: own[place])
            let isLive = LiveFormula.sum(values + [-value.decimal], gives: Money.zero(whole.currency).decimal)
            let sum = "SUM(\(page.columns(name, column, rows: parts.count)))"
            try sheet.number(
                top + 1, index, values.sum() - value.decimal, number,
                formula: isLive ? "ROUND(\(sum)-\(columns.letters(column))\(top + 1),\(digits))" : nil)
        }
        let last = columns.index("Currency")
        try sheet.text(top, last, whole.currency.code, CellStyle(place: .body))
        let cells = TotalsColumns.names.map { "\(columns.letters($0))\(top + 2)=0" }.joined(separator: ",")
        let holds = TotalsColumns.names.indices.allSatisfy { place in
            parts.map { TotalsColumns.amounts($0.document.totals)[place].decimal }.sum()
                == TotalsColumns.amounts(whole.totals)[place].decimal
        }
        try sheet.textFormula(
            top + 1, last, "IF(AND(\(cells)),\"OK\",\"CHECK\")", holds ? "OK" : "CHECK",
            CellStyle(place: holds ? .result : .alarm))
    }

    /// Where the other sheets hold the consolidated document's totals; nil for those that they hold as values.
    private static func formulas(_ whole: InvoiceDocument, _ page: WorkbookPage) -> [String?] {
        let (currency, digits) = (whole.currency, whole.currency.minorDigits)
        func lines(_ column: String, _ amounts: [Money], _ total: Money) -> String? {
            guard LiveFormula.sum(amounts.map(\.decimal), gives: total.decimal) else { return nil }
            return "ROUND(SUM(\(page.columns(LinesSheet.name, column, rows: whole.lines.count))),\(digits))"
        }
        let totals = whole.totals
        let (all, due) = (SummarySheet.totalName(currency), SummarySheet.amountDueName(currency))
        return [
            lines("Gross", whole.lines.map(\.grossAmount), totals.sumOfLineGrossAmounts),
            lines("Discount", whole.lines.map(\.discountAmount), totals.discounts),
            lines("Net", whole.lines.map(\.netAmount), totals.sumOfLineNetAmounts),
            lines("Promotional credit", whole.lines.map(\.promotionalCredit), totals.promotionalCredit),
            SummarySheet.netName(currency),
            LiveFormula.sum(
                [totals.totalWithTax.decimal, -totals.totalWithoutTax.decimal], gives: totals.totalTax.decimal)
                ? "ROUND(\(all)-\(SummarySheet.netName(currency)),\(digits))" : nil,
            all,
            LiveFormula.sum(
                [totals.totalWithTax.decimal, -totals.amountDue.decimal], gives: totals.paidAmount.decimal)
                ? "ROUND(\(all)-\(due),\(digits))" : nil,
            due,
        ]
    }
}

/// The columns from what is charged to what is due, of a sheet with a row for each document or project.
enum TotalsColumns {
    static let names = [
        "Gross", "Discount", "Net", "Promotional credit", "Without tax", "Tax", "Total", "Prepaid applied",
        "Amount due",
    ]
    static let columns: [DataColumn] = names.map { .total($0) }

    /// In the order of the columns.
    static func amounts(_ totals: InvoiceTotals) -> [Money] {
        [
            totals.sumOfLineGrossAmounts, totals.discounts, totals.sumOfLineNetAmounts, totals.promotionalCredit,
            totals.totalWithoutTax, totals.totalTax, totals.totalWithTax, totals.paidAmount, totals.amountDue,
        ]
    }

    /// What follows from the cells on its left is live.
    static func write(_ totals: InvoiceTotals, to sheet: DataSheet) throws(Findings) {
        try sheet.amount(totals.sumOfLineGrossAmounts)
        try sheet.amount(totals.discounts)
        try sheet.result(
            totals.sumOfLineNetAmounts, ("Gross", totals.sumOfLineGrossAmounts), .minus, ("Discount", totals.discounts))
        try sheet.amount(totals.promotionalCredit)
        try sheet.result(
            totals.totalWithoutTax, ("Net", totals.sumOfLineNetAmounts), .minus,
            ("Promotional credit", totals.promotionalCredit))
        try sheet.amount(totals.totalTax)
        try sheet.result(
            totals.totalWithTax, ("Without tax", totals.totalWithoutTax), .plus, ("Tax", totals.totalTax))
        try sheet.amount(totals.paidAmount)
        try sheet.result(
            totals.amountDue, ("Total", totals.totalWithTax), .minus, ("Prepaid applied", totals.paidAmount))
    }
}
