import BillingTerms
import Invoicing
import Rating

/// Every charge, with the price that made it.
struct LinesSheet {
    static let name = "Lines"

    static func layout(_ document: InvoiceDocument) -> DataLayout {
        let credits: [DataColumn] = [.number("Credits"), .text("Credit unit"), .number("Worth of one")]
        return DataLayout(
            name: name,
            columns: [
                .text("Invoice", widest: 28), .number("Line"), .text("Project", widest: 28), .text("Item", widest: 28),
                .wrapped("Description", widest: 44), .text("Plan", widest: 24), .text("Tier", widest: 24),
                .text("Period start"), .text("Period end"), .number("Quantity"), .text("Unit", widest: 18),
                .number("Unit price"), .total("Gross"), .total("Discount"), .total("Net"), .text("Tax code"),
                .number("Tax rate"), .text("Currency"), .total("Promotional credit"), .total("Taxable"),
                .text("Project name", widest: 30), .text("Kind"), .text("Plan version"),
                .text("Subscription", widest: 24),
            ] + (hasCredits(document) ? credits : []) + [.wrapped("How it is computed", widest: 60)],
            frozenColumns: 2, printedColumns: 18, currency: document.currency)
    }

    /// Whether some price is in a credit unit.
    private static func hasCredits(_ document: InvoiceDocument) -> Bool {
        document.lines.contains { $0.rated.credits != nil }
    }

    static func write(_ document: InvoiceDocument, on page: WorkbookPage) throws(Findings) {
        let sheet = try DataSheet(page, layout(document), rowCount: document.lines.count)
        let hasCredits = hasCredits(document)
        for line in document.lines { try write(line, of: document, hasCredits: hasCredits, to: sheet) }
        try sheet.finish()
    }

    private static func write(
        _ line: InvoiceLine, of document: InvoiceDocument, hasCredits: Bool, to sheet: DataSheet
    ) throws(Findings) {
        let rated = line.rated
        let digits = document.currency.minorDigits
        try sheet.beginRow()
        try sheet.text(document.number ?? document.reference)
        try sheet.integer(line.number)
        try sheet.text(key(of: line.project))
        try sheet.text(rated.itemID)
        try sheet.text(rated.description)
        try sheet.text(rated.plan.text)
        try sheet.text(rated.tier)
        try sheet.day(rated.period.start)
        try sheet.day(rated.period.isEmpty ? rated.period.start : rated.period.lastDay)
        try sheet.quantity(rated.quantity)
        try sheet.text(rated.unit)
        try sheet.unitPrice(rated.unitPrice)
        let gross = line.grossAmount
        let grossIsLive =
            line.share == nil
            && LiveFormula.roundedProduct(rated.quantity, rated.unitPrice, digits: digits, gives: gross.decimal)
        try sheet.amount(
            gross, formula: grossIsLive ? "ROUND(\(sheet.cell("Quantity"))*\(sheet.cell("Unit price")),\(digits))" : nil
        )
        let discount = line.discountAmount
        try sheet.amount(discount)
        let net = line.netAmount
        let netIsLive = LiveFormula.sum([gross.decimal, -discount.decimal], gives: net.decimal)
        try sheet.amount(
            net, formula: netIsLive ? "ROUND(\(sheet.cell("Gross"))-\(sheet.cell("Discount")),\(digits))" : nil)
        try sheet.text(line.taxCode)
        try sheet.percent(line.taxRate)
        try sheet.text(document.currency.code)
        let credit = line.promotionalCredit
        try sheet.amount(credit)
        let taxableIsLive = LiveFormula.sum([net.decimal, -credit.decimal], gives: line.taxableAmount.decimal)
        try sheet.amount(
            line.taxableAmount,
            formula: taxableIsLive
                ? "ROUND(\(sheet.cell("Net"))-\(sheet.cell("Promotional credit")),\(digits))" : nil)
        try sheet.text(line.projectName)
        try sheet.text(rated.kind.rawValue)
        try sheet.day(rated.planVersion)
        try sheet.text(rated.subscription)
        if hasCredits {
            let credits = line.ownCredits
            try sheet.quantity(credits?.amount)
            try sheet.text(credits?.name)
            try sheet.unitPrice(credits?.ratio)
        }
        try sheet.text(working(of: line))
        try sheet.endRow()
    }

    /// What stands in the Project column; charges that projects share have a word of their own.
    static func key(of project: ProjectID?) -> String { project?.text ?? "(shared)" }

    private static func working(of line: InvoiceLine) -> String {
        var sentences = line.rated.working.map(WorkingText.sentence)
        if let share = line.share { sentences.append("share: " + share) }
        if let conversion = line.rated.conversion {
            let original = "\(conversion.originalAmount) \(conversion.originalCurrency)"
            sentences.append(
                "converted: \(original) at \(conversion.rate) of \(conversion.rateDate) (\(conversion.source), "
                    + "\(conversion.rule))")
        }
        return sentences.joined(separator: "\n")
    }
}
