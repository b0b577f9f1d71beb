import BillingTerms
import Invoicing

/// Tax per category and rate: computed once, on the sum of what it applies to.
enum TaxSheet {
    static let name = "Tax"

    static func layout(_ currency: Currency) -> DataLayout {
        DataLayout(
            name: name,
            columns: [
                .text("Tax code"), .text("Name"), .text("Category"), .number("Rate"), .total("Taxable"), .total("Tax"),
                .text("Currency"), .wrapped("Exemption reason", widest: 60),
            ], currency: currency)
    }

    static func write(_ document: InvoiceDocument, on page: WorkbookPage) throws(Findings) {
        let digits = document.currency.minorDigits
        let sheet = try DataSheet(page, layout(document.currency), rowCount: document.taxes.count)
        let codesArePlain =
            Set(document.lines.map { $0.taxCode.lowercased() }).count
            == Set(document.lines.map(\.taxCode)).count
        for tax in document.taxes {
            try sheet.beginRow()
            try sheet.text(tax.code)
            try sheet.text(tax.name)
            try sheet.text(tax.category.rawValue)
            try sheet.percent(tax.rate)
            let key = SumKey(cell: sheet.cell("Tax code"), text: tax.code, isPlain: codesArePlain)
            let sum = page.sumWhere("Lines", "Taxable", key: "Tax code", is: key, rows: document.lines.count)
            let parts = document.lines.filter { $0.taxCode.utf8.elementsEqual(tax.code.utf8) }.map(
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
            try sheet.endRow()
        }
        try sheet.finish()
    }
}
