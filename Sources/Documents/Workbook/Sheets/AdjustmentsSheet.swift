import BillingTerms
import Invoicing

/// Promotions and credits as they were applied.
enum AdjustmentsSheet {
    static let name = "Adjustments"

    static func layout(_ currency: Currency) -> DataLayout {
        DataLayout(
            name: name,
            columns: [
                .text("Type"), .text("Code"), .wrapped("Description", widest: 40), .text("Applies to", widest: 28),
                .number("Basis"), .number("Rate"), .number("Amount"), .text("Currency"), .number("Balance before"),
                .number("Balance after"), .text("Expires"), .wrapped("How it is computed", widest: 60),
            ], currency: currency, growsRows: true)
    }

    static func write(_ document: InvoiceDocument, on page: WorkbookPage) throws(Findings) {
        let digits = document.currency.minorDigits
        let data = try DataSheet(page, layout(document.currency), rowCount: document.adjustments.count)
        for adjustment in document.adjustments {
            try data.beginRow()
            try data.text(adjustment.kind.rawValue)
            try data.text(adjustment.id)
            try data.text(adjustment.description)
            try data.text(adjustment.appliesTo)
            try data.amount(adjustment.basis)
            try data.percent(adjustment.rate)
            let isRate = adjustment.rate.map {
                LiveFormula.roundedProduct(
                    adjustment.basis.decimal, $0, digits: digits, gives: adjustment.amount.decimal)
            }
            try data.amount(
                adjustment.amount,
                formula: isRate == true ? "ROUND(\(data.cell("Basis"))*\(data.cell("Rate")),\(digits))" : nil)
            try data.text(document.currency.code)
            try data.amount(adjustment.balanceBefore)
            try data.amount(adjustment.balanceAfter, formula: balanceFormula(adjustment, data))
            try data.day(adjustment.expires)
            try data.text(adjustment.working.map(WorkingText.sentence).joined(separator: "\n"))
            try data.endRow()
        }
        try data.finish()
    }

    private static func balanceFormula(_ adjustment: Adjustment, _ data: DataSheet) -> String? {
        guard let before = adjustment.balanceBefore, let after = adjustment.balanceAfter,
            LiveFormula.sum([before.decimal, -adjustment.amount.decimal], gives: after.decimal)
        else { return nil }
        return "ROUND(\(data.cell("Balance before"))-\(data.cell("Amount")),\(after.currency.minorDigits))"
    }
}
