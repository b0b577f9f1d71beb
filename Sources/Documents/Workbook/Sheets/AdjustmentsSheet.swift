import BillingTerms
import Invoicing

/// Promotions and credits as they were applied, and below them what each credit grant held and holds.
enum AdjustmentsSheet {
    static let name = "Adjustments"

    static func layout(_ currency: Currency) -> DataLayout {
        DataLayout(
            name: name,
            columns: [
                .text("Type"), .text("Code"), .wrapped("Description", widest: 40), .text("Applies to", widest: 28),
                .number("Basis"), .number("Rate"), .number("Amount"), .text("Currency"), .number("Balance before"),
                .number("Balance after"), .text("Expires"), .wrapped("How it is computed", widest: 60),
            ], currency: currency)
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
        let (sheet, row) = try data.finish()
        if !document.creditStatements.isEmpty { try writeStatements(document, to: sheet, at: row + 1, page) }
    }

    private static func balanceFormula(_ adjustment: Adjustment, _ data: DataSheet) -> String? {
        guard let before = adjustment.balanceBefore, let after = adjustment.balanceAfter,
            LiveFormula.sum([before.decimal, -adjustment.amount.decimal], gives: after.decimal)
        else { return nil }
        return "ROUND(\(data.cell("Balance before"))-\(data.cell("Amount")),\(after.currency.minorDigits))"
    }

    /// opening + granted − used − expired = closing, a row for each grant.
    private static func writeStatements(
        _ document: InvoiceDocument, to sheet: Sheet, at top: Int, _ page: WorkbookPage
    ) throws(Findings) {
        let digits = document.currency.minorDigits
        let headings = [
            "Credit", "Code", "Name", "Expires", "Opening", "Granted", "Used", "Expired", "Closing", "Currency",
            "Status and how", "Used by project",
        ]
        try sheet.text(top, 0, "Credit statement", CellStyle(place: .heading))
        let header = top + 1
        for (column, heading) in headings.enumerated() {
            let isNumber = (4...8).contains(column)
            try sheet.text(header, column, heading, CellStyle(place: isNumber ? .numberHeader : .header))
        }
        let number = CellStyle(place: .body, number: .decimal(digits))
        let text = CellStyle(place: .body)
        for (index, statement) in document.creditStatements.enumerated() {
            let row = header + 1 + index
            try sheet.text(row, 0, statement.kind.rawValue, text)
            try sheet.text(row, 1, statement.grant.text, text)
            try sheet.text(row, 2, statement.name, CellStyle(place: .body, wraps: true))
            if let expires = statement.expires {
                try sheet.day(row, 3, expires, .body)
            } else {
                try sheet.text(row, 3, "", text)
            }
            let amounts = [statement.opening, statement.granted, statement.used, statement.expired]
            for (offset, amount) in amounts.enumerated() { try sheet.number(row, 4 + offset, amount.decimal, number) }
            let parts = [
                statement.opening.decimal, statement.granted.decimal, -statement.used.decimal,
                -statement.expired.decimal,
            ]
            let isLive = LiveFormula.sum(parts, gives: statement.closing.decimal)
            let line = row + 1
            try sheet.number(
                row, 8, statement.closing.decimal, number,
                formula: isLive ? "ROUND(E\(line)+F\(line)-G\(line)-H\(line),\(digits))" : nil)
            try sheet.text(row, 9, document.currency.code, text)
            try sheet.text(row, 10, CreditText.remarks(statement).joined(separator: "; "), text)
            try sheet.text(row, 11, CreditText.projects(statement), CellStyle(place: .body, wraps: true))
        }
    }
}

/// What a credit statement says in words beside its amounts.
enum CreditText {
    /// Its status where it is not simply there, its amounts in the unit in which it was granted, and how a reward came
    /// about.
    static func remarks(_ statement: CreditStatement) -> [String] {
        var remarks: [String] = []
        if let status = statement.status, status != .active { remarks.append(status.rawValue) }
        if let units = units(statement) { remarks.append(units) }
        return remarks + (statement.working ?? []).map(WorkingText.sentence)
    }

    /// "1250 + 0 − 300 − 0 = 950 tokens".
    static func units(_ statement: CreditStatement) -> String? {
        guard let unit = statement.unit else { return nil }
        let amounts = [statement.opening, statement.granted, statement.used, statement.expired, statement.closing]
        let numbers = amounts.map { unit.quantity($0).description }
        return "\(numbers[0]) + \(numbers[1]) − \(numbers[2]) − \(numbers[3]) = \(numbers[4]) \(unit.name)"
    }

    static func projects(_ statement: CreditStatement) -> String {
        (statement.projects ?? []).map { "\($0.name) \($0.used.decimal)" }.joined(separator: "\n")
    }
}
