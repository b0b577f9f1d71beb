import BillingTerms
import CXlsxWriter
import Invoicing

/// What the document was made from, and sums that must agree.
enum AuditSheet {
    static let name = "Audit"

    static func write(_ document: InvoiceDocument, on page: WorkbookPage) throws(Findings) {
        let sheet = try page.sheet(name, tabColor: Palette.strongRule)
        let longest = document.audit.inputs.map { CellText.width($0.path) }.max() ?? 0
        let widths = [Double(min(90, max(40, longest + 3))), 48, 22, 18, 14]
        for (column, width) in widths.enumerated() { try sheet.setColumn(column, width: width) }
        worksheet_gridlines(sheet.pointer, UInt8(LXW_HIDE_ALL_GRIDLINES.rawValue))
        var row = 0
        try sheet.text(row, 0, "Audit", CellStyle(place: .title))
        try sheet.setRow(row, height: 30)
        row += 2
        try writeFacts(document, to: sheet, row: &row)
        row += 1
        try writeChecks(checks(of: document), document.currency, to: sheet, row: &row)
        row += 1
        try writeRates(document, to: sheet, row: &row)
        if !document.audit.warnings.isEmpty {
            try heading("Warnings", [], to: sheet, row: &row)
            for warning in document.audit.warnings {
                try sheet.text(row, 0, warning, CellStyle(place: .value))
                row += 1
            }
            row += 1
        }
        try writeInputs(document, to: sheet, row: &row)
        try sheet.setPage(reference: page.reference, draft: page.draft, repeatsFirstRow: false)
    }

    private static func heading(
        _ text: String, _ others: [String], numbers: Set<Int> = [], to sheet: Sheet, row: inout Int
    ) throws(Findings) {
        for column in 0..<5 {
            let title = column == 0 ? text : (column <= others.count ? others[column - 1] : "")
            let isNumber = numbers.contains(column)
            // Off the numbers on its left.
            let place: CellStyle.Place = numbers.contains(column - 1) && !isNumber ? .indentedHeading : .heading
            try sheet.text(row, column, title, CellStyle(place: place, number: isNumber ? .integer : .text))
        }
        row += 1
    }

    private static func writeFacts(_ document: InvoiceDocument, to sheet: Sheet, row: inout Int) throws(Findings) {
        let audit = document.audit
        try heading("Made from", [], to: sheet, row: &row)
        let facts = [
            ("Document", document.reference), ("Period", document.periodName),
            ("Days", document.period.description), ("Time zone", document.zone),
            ("Tool version", audit.toolVersion), ("Configuration (SHA-256)", audit.configurationHash),
            ("Zone data", audit.zoneDataVersion),
        ]
        for (label, value) in facts {
            try sheet.text(row, 0, label, CellStyle(place: .label))
            try sheet.text(row, 1, value, CellStyle(place: .value))
            row += 1
        }
    }

    /// Those of the customer's whole bill, and those that hold within the document.
    private static func checks(of document: InvoiceDocument) -> [Audit.Check] {
        let totals = document.totals
        let currency = document.currency
        var checks = document.audit.checks
        checks.append(
            Audit.Check(
                name: "net of this document = sum of its lines", left: totals.sumOfLineNetAmounts,
                right: document.lines.map(\.netAmount).sum(currency)))
        checks.append(
            Audit.Check(
                name: "tax of this document = sum of its rates", left: totals.totalTax,
                right: document.taxes.map(\.taxAmount).sum(currency)))
        return checks
    }

    private static func writeChecks(
        _ checks: [Audit.Check], _ currency: Currency, to sheet: Sheet, row: inout Int
    ) throws(Findings) {
        try heading(
            "Check", ["One side", "Other side", "Difference", "Result"], numbers: [1, 2, 3], to: sheet, row: &row)
        let style = CellStyle(place: .sum, number: .decimal(currency.minorDigits))
        for check in checks {
            try sheet.text(row, 0, check.name, CellStyle(place: .sum))
            try sheet.number(row, 1, check.left.decimal, style)
            try sheet.number(row, 2, check.right.decimal, style)
            let difference = check.left - check.right
            let isLive = LiveFormula.sum([check.left.decimal, -check.right.decimal], gives: difference.decimal)
            let line = row + 1
            try sheet.number(
                row, 3, difference.decimal, style,
                formula: isLive ? "ROUND(B\(line)-C\(line),\(currency.minorDigits))" : nil)
            try sheet.textFormula(
                row, 4, "IF(D\(line)=0,\"OK\",\"CHECK\")", check.holds ? "OK" : "CHECK",
                CellStyle(place: check.holds ? .result : .alarm))
            row += 1
        }
    }

    private static func writeRates(_ document: InvoiceDocument, to sheet: Sheet, row: inout Int) throws(Findings) {
        var seen: Set<String> = []
        var conversions: [(text: String, rate: ExactDecimal, day: CalendarDay, source: String)] = []
        for line in document.lines {
            guard let conversion = line.rated.conversion else { continue }
            let text = "\(conversion.originalCurrency) → \(document.currency)"
            guard seen.insert("\(text) \(conversion.rate) \(conversion.rateDate) \(conversion.source)").inserted else {
                continue
            }
            conversions.append((text, conversion.rate, conversion.rateDate, conversion.source))
        }
        guard !conversions.isEmpty else { return }
        try heading("Exchange rates", ["Date", "Rate", "", "Source"], numbers: [2], to: sheet, row: &row)
        for entry in conversions {
            try sheet.text(row, 0, entry.text, CellStyle(place: .sum))
            let short = entry.rate.normalized
            try sheet.day(row, 1, entry.day, .sum)
            try sheet.number(row, 2, short, CellStyle(place: .sum, number: .decimal(short.scale)))
            try sheet.text(row, 3, "", CellStyle(place: .sum))
            try sheet.text(row, 4, entry.source, CellStyle(place: .sum))
            row += 1
        }
        row += 1
    }

    private static func writeInputs(_ document: InvoiceDocument, to sheet: Sheet, row: inout Int) throws(Findings) {
        guard !document.audit.inputs.isEmpty else { return }
        try heading("Input files", ["SHA-256", "", "Rows"], numbers: [3], to: sheet, row: &row)
        for input in document.audit.inputs {
            guard row < lastRow else { break }
            try sheet.text(row, 0, input.path, CellStyle(place: .value))
            try sheet.text(row, 1, input.sha256, CellStyle(place: .value))
            try sheet.number(row, 3, ExactDecimal(input.rows), CellStyle(place: .value, number: .integer))
            row += 1
        }
    }

    private static let lastRow = 1_048_000
}
