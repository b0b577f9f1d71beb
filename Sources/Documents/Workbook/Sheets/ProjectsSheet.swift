import BillingTerms
import Invoicing

/// On the consolidated document: a row for each project, which add up to the invoice.
enum ProjectsSheet {
    static let name = "Projects"

    static func layout(_ currency: Currency) -> DataLayout {
        DataLayout(
            name: name,
            columns: [.text("Project"), .text("Name", widest: 36), .text("Cost centre")] + TotalsColumns.columns + [
                .text("Currency"), .number("Share"), .total("Previous"), .total("Change"),
            ], frozenColumns: 1, currency: currency)
    }

    static func write(_ document: InvoiceDocument, on page: WorkbookPage) throws(Findings) {
        let sheet = try DataSheet(page, layout(document.currency), rowCount: document.projects.count)
        for project in document.projects { try write(project, of: document, to: sheet) }
        try sheet.finish()
    }

    private static func write(
        _ project: ProjectSummary, of document: InvoiceDocument, to sheet: DataSheet
    ) throws(Findings) {
        let totals = project.totals
        try sheet.beginRow()
        try sheet.text(LinesSheet.key(of: project.id))
        try sheet.text(project.name)
        try sheet.text(project.costCentre)
        try TotalsColumns.write(totals, to: sheet)
        try sheet.text(document.currency.code)
        try writeShare(project, of: document, to: sheet)
        try sheet.amount(project.previous)
        if let previous = project.previous {
            try sheet.result(
                totals.amountDue - previous, ("Amount due", totals.amountDue), .minus, ("Previous", previous))
        } else {
            try sheet.text(nil)
        }
        try sheet.endRow()
    }

    private static func writeShare(
        _ project: ProjectSummary, of document: InvoiceDocument, to sheet: DataSheet
    ) throws(Findings) {
        let (part, whole) = (project.totals.totalWithTax.decimal, document.totals.totalWithTax.decimal)
        guard !whole.isZero else { return try sheet.text(nil) }
        let share = part.divided(by: whole, to: 4)
        let isLive = LiveFormula.roundedQuotient(part, whole, digits: 4, gives: share)
        let total = SummarySheet.totalName(document.currency)
        try sheet.percent(share, formula: isLive ? "ROUND(\(sheet.cell("Total"))/\(total),4)" : nil)
    }
}
