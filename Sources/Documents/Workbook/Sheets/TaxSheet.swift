import BillingTerms
import Invoicing

/// Tax per category and rate: computed once, on the sum of what it applies to.
enum TaxSheet {
    static let name = "Tax"

    /// Where several taxes are charged on the same lines, their bases have no sum.
    static func layout(_ document: InvoiceDocument) -> DataLayout {
        let isPlain = document.taxes.allSatisfy { $0.lineCode == nil }
        return DataLayout(
            name: name,
            columns: [
                .text("Tax code"), .text("Name"), .text("Category"), .number("Rate"),
                isPlain ? .total("Taxable") : .number("Taxable"), .total("Tax"), .text("Currency"),
                .wrapped("Exemption reason", widest: 60), .text("EN 16931"), .text("Code on the lines"),
            ], currency: document.currency)
    }

    static func write(_ document: InvoiceDocument, on page: WorkbookPage) throws(Findings) {
        let digits = document.currency.minorDigits
        let sheet = try DataSheet(page, layout(document), rowCount: document.taxes.count)
        let codesArePlain =
            Set(document.lines.map { $0.taxCode.lowercased() }).count
            == Set(document.lines.map(\.taxCode)).count
        for tax in document.taxes {
            try sheet.beginRow()
            try sheet.text(tax.code)
            try sheet.text(tax.name)
            try sheet.text(tax.category.rawValue)
            try sheet.percent(tax.rate)
            let lineCode = tax.lineCode ?? tax.code
            let key = SumKey(cell: sheet.cell("Code on the lines"), text: lineCode, isPlain: codesArePlain)
            let sum = page.sumWhere("Lines", "Taxable", key: "Tax code", is: key, rows: document.lines.count)
            let parts = document.lines.filter { $0.taxCode.utf8.elementsEqual(lineCode.utf8) }.map(
                \.taxableAmount.decimal)
            try sheet.amount(
                tax.taxableAmount,
                formula: LiveFormula.sum(parts, gives: tax.taxableAmount.decimal) ? "ROUND(\(sum),\(digits))" : nil)
            let isLive = LiveFormula.roundedProduct(
                tax.taxableAmount.decimal, tax.rate, digits: digits, gives: tax.taxAmount.decimal)
            try sheet.amount(
                tax.taxAmount,
                formula: isLive ? "ROUND(\(sheet.cell("Taxable"))*\(sheet.cell("Rate")),\(digits))" : nil)
            try sheet.text(document.currency.code)
            try sheet.text(tax.note)
            try sheet.text(tax.category.letters)
            try sheet.text(lineCode)
            try sheet.endRow()
        }
        try sheet.finish()
    }
}
