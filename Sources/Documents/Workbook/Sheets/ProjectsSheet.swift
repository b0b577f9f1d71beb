import BillingTerms
import Invoicing

/// On the consolidated document: a row for each project, which add up to the invoice.
enum ProjectsSheet {
    static let name = "Projects"

    static func layout(_ currency: Currency) -> DataLayout {
        DataLayout(
            name: name,
            columns: [
                .text("Project"), .text("Name", widest: 36), .text("Cost centre"), .total("Gross"), .total("Discount"),
                .total("Net"), .total("Promotional credit"), .total("Without tax"), .total("Tax"), .total("Total"),
                .total("Prepaid applied"), .total("Amount due"), .text("Currency"), .number("Share"),
                .total("Previous"), .number("Change"),
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
        let digits = document.currency.minorDigits
        /// `a - b`, live when it is so.
        func difference(_ a: Money, _ b: Money, is result: Money, _ formula: String) throws(Findings) {
            let isLive = LiveFormula.sum([a.decimal, -b.decimal], gives: result.decimal)
            try sheet.amount(result, formula: isLive ? "ROUND(\(formula),\(digits))" : nil)
        }
        try sheet.beginRow()
        try sheet.text(LinesSheet.key(of: project.id))
        try sheet.text(project.name)
        try sheet.text(project.costCentre)
        try sheet.amount(totals.sumOfLineGrossAmounts)
        try sheet.amount(totals.discounts)
        try difference(
            totals.sumOfLineGrossAmounts, totals.discounts, is: totals.sumOfLineNetAmounts,
            "\(sheet.cell("Gross"))-\(sheet.cell("Discount"))")
        try sheet.amount(totals.promotionalCredit)
        try difference(
            totals.sumOfLineNetAmounts, totals.promotionalCredit, is: totals.totalWithoutTax,
            "\(sheet.cell("Net"))-\(sheet.cell("Promotional credit"))")
        try sheet.amount(totals.totalTax)
        try difference(
            totals.totalWithoutTax, -totals.totalTax, is: totals.totalWithTax,
            "\(sheet.cell("Without tax"))+\(sheet.cell("Tax"))")
        try sheet.amount(totals.paidAmount)
        try difference(
            totals.totalWithTax, totals.paidAmount, is: totals.amountDue,
            "\(sheet.cell("Total"))-\(sheet.cell("Prepaid applied"))")
        try sheet.text(document.currency.code)
        try writeShare(project, of: document, to: sheet)
        try sheet.amount(project.previous)
        if let previous = project.previous {
            try difference(
                totals.amountDue, previous, is: totals.amountDue - previous,
                "\(sheet.cell("Amount due"))-\(sheet.cell("Previous"))")
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
