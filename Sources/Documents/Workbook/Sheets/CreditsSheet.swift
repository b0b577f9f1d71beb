import BillingTerms
import Invoicing

/// What every credit grant held and holds, a row for each: opening + granted − used − expired = closing.
enum CreditsSheet {
    static let name = "Credits"

    static func layout(_ document: InvoiceDocument) -> DataLayout {
        let amounts = ["Opening", "Granted", "Used", "Expired", "Closing"]
        var columns: [DataColumn] = [
            .text("Credit"), .text("Code", widest: 28), .wrapped("Name", widest: 36), .text("Status"), .text("Expires"),
        ]
        columns += amounts.map { .total($0) }
        columns += [.text("Currency"), .wrapped("Used by project", widest: 36)]
        if hasUnits(document) {
            columns += [.text("Unit"), .number("Worth of one")] + amounts.map { .number($0 + ", units") }
        }
        columns.append(.wrapped("How it is computed", widest: 60))
        return DataLayout(
            name: name, columns: columns, frozenColumns: 2, currency: document.currency, growsRows: true)
    }

    private static func hasUnits(_ document: InvoiceDocument) -> Bool {
        document.creditStatements.contains { $0.unit != nil }
    }

    static func write(_ document: InvoiceDocument, on page: WorkbookPage) throws(Findings) {
        let sheet = try DataSheet(page, layout(document), rowCount: document.creditStatements.count)
        for statement in document.creditStatements {
            try sheet.beginRow()
            try sheet.text(statement.kind.rawValue)
            try sheet.text(statement.grant.text)
            try sheet.text(statement.name)
            try sheet.text(statement.status?.rawValue)
            try sheet.day(statement.expires)
            try writeAmounts(of: statement, to: sheet)
            try sheet.text(document.currency.code)
            try sheet.text(CreditText.projects(statement))
            if hasUnits(document) { try writeUnits(of: statement, to: sheet) }
            try sheet.text((statement.working ?? []).map(WorkingText.sentence).joined(separator: "\n"))
            try sheet.endRow()
        }
        try sheet.finish()
    }

    private static func writeAmounts(of statement: CreditStatement, to sheet: DataSheet) throws(Findings) {
        for amount in [statement.opening, statement.granted, statement.used, statement.expired] {
            try sheet.amount(amount)
        }
        let parts = [
            statement.opening.decimal, statement.granted.decimal, -statement.used.decimal, -statement.expired.decimal,
        ]
        let sum =
            "\(sheet.cell("Opening"))+\(sheet.cell("Granted"))-\(sheet.cell("Used"))-\(sheet.cell("Expired"))"
        let isLive = LiveFormula.sum(parts, gives: statement.closing.decimal)
        try sheet.amount(
            statement.closing, formula: isLive ? "ROUND(\(sum),\(statement.closing.currency.minorDigits))" : nil)
    }

    private static func writeUnits(of statement: CreditStatement, to sheet: DataSheet) throws(Findings) {
        let amounts = [
            statement.opening, statement.granted, statement.used, statement.expired, statement.closing,
        ]
        try sheet.text(statement.unit?.name)
        try sheet.unitPrice(statement.unit?.ratio)
        for amount in amounts { try sheet.quantity(statement.unit?.quantity(amount)) }
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
