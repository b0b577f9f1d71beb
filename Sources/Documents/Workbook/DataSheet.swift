import BillingTerms
import CXlsxWriter

/// A column of a data sheet.
struct DataColumn {
    var name: String
    /// Numbers stand on the right, below a heading that does too.
    var isNumber = false
    /// Summed below the table.
    var isTotalled = false
    /// Breaks long texts over several lines instead of growing wide.
    var wraps = false
    var widest = 44

    static func text(_ name: String, widest: Int = 44) -> DataColumn { DataColumn(name: name, widest: widest) }
    static func wrapped(_ name: String, widest: Int = 48) -> DataColumn {
        DataColumn(name: name, wraps: true, widest: widest)
    }
    static func number(_ name: String) -> DataColumn { DataColumn(name: name, isNumber: true) }
    static func total(_ name: String) -> DataColumn { DataColumn(name: name, isNumber: true, isTotalled: true) }
}

/// What a data sheet is called and holds.
struct DataLayout {
    /// Of the sheet and its table: `Lines`.
    var name: String
    var columns: [DataColumn]
    /// Columns that stay in sight when one scrolls to the right.
    var frozenColumns = 0
    /// What paper shows; the columns behind are for the screen. Nil means all.
    var printedColumns: Int?
    /// The amounts' digits, for the total row.
    var currency: Currency
    var tabColor: lxw_color_t = Palette.slate
    /// Whether rows are as tall as their longest text needs, which not every program sees to by itself.
    var growsRows = false

    func index(_ column: String) -> Int { columns.firstIndex { $0.name == column } ?? 0 }
    func letters(_ column: String) -> String { Sheet.letters(index(column)) }
}

/// Rows under a heading as an Excel table: written row by row, measured on the way, and gone on with in another sheet
/// where one is full.
final class DataSheet {
    /// A sheet's most rows (`Rows.most` of the format), less heading and total.
    static let mostRows = 1_048_576 - 2

    let layout: DataLayout
    private let page: WorkbookPage
    private let rowCount: Int
    private let rowLimit: Int
    private var part = 0
    private var sheet: Sheet
    private var row = 0
    private var column = 0
    private var rowsWritten = 0
    private var widths: [Int]
    private var sums: [ExactDecimal]
    private var sumsAreExact: [Bool]
    /// Whether any row has a value: a column without one has no total.
    private var haveValues: [Bool]
    private var inexact: [String] = []
    private var hasExactColumn = false
    /// Of the tallest cell of the row.
    private var lines = 1

    /// The name of the column that holds what a cell's number cannot.
    static let exactColumn = "Exact values"

    init(_ page: WorkbookPage, _ layout: DataLayout, rowCount: Int) throws(Findings) {
        self.layout = layout
        self.page = page
        self.rowCount = rowCount
        rowLimit = page.rowLimit
        widths = layout.columns.map { CellText.width($0.name) + ($0.name.count > 12 ? 0 : 2) }
        sums = layout.columns.map { _ in .zero }
        sumsAreExact = layout.columns.map { _ in true }
        haveValues = layout.columns.map { _ in false }
        sheet = try page.sheet(layout.name, tabColor: layout.tabColor)
    }

    /// The row of the sheet that is being written, as formulas name it.
    var formulaRow: Int { row + 1 }

    /// `N5`: a cell of the row that is being written.
    func cell(_ column: String) -> String { layout.letters(column) + String(formulaRow) }

    func beginRow() throws(Findings) {
        if row == rowLimit {
            try finishPart()
            part += 1
            row = 0
            sheet = try page.sheet(DataSheet.partName(layout.name, part, " "), tabColor: layout.tabColor)
        }
        row += 1
        column = 0
    }

    func endRow() throws(Findings) {
        rowsWritten += 1
        if layout.growsRows, lines > 1 { try sheet.setRow(row, height: min(409, Double(lines) * 15)) }
        lines = 1
        guard !inexact.isEmpty else { return }
        hasExactColumn = true
        try sheet.text(row, layout.columns.count, inexact.joined(separator: "\n"), CellStyle(place: .body, wraps: true))
        inexact.removeAll()
    }

    // MARK: Cells, from left to right

    func text(_ value: String?) throws(Findings) {
        let value = value ?? ""
        let definition = layout.columns[column]
        try sheet.text(row, column, value, CellStyle(place: .body, wraps: definition.wraps))
        if definition.wraps, layout.growsRows {
            lines = max(lines, CellText.lineCount(value, width: definition.widest))
        }
        measure(CellText.width(value))
    }

    func integer(_ value: Int?) throws(Findings) {
        guard let value else { return try text(nil) }
        try number(ExactDecimal(value), .integer, digits: 0)
    }

    func day(_ value: CalendarDay?) throws(Findings) {
        guard let value else { return try text(nil) }
        try sheet.day(row, column, value, .body)
        measure(10)
    }

    /// Live when a formula is given, which must compute exactly `value`.
    func amount(_ value: Money?, formula: String? = nil) throws(Findings) {
        guard let value else { return try text(nil) }
        let digits = value.currency.minorDigits
        sums[column] += value.decimal
        haveValues[column] = true
        if !CellNumber.double(value.decimal).isExact { sumsAreExact[column] = false }
        try number(value.decimal, .decimal(digits), digits: digits, formula: formula)
    }

    enum Sign: String {
        case plus = "+"
        case minus = "-"
    }

    /// What two cells of the row come to; live where they do.
    func result(
        _ value: Money, _ left: (column: String, amount: Money), _ sign: Sign, _ right: (column: String, amount: Money)
    ) throws(Findings) {
        let second = sign == .plus ? right.amount.decimal : -right.amount.decimal
        let formula =
            "ROUND(\(cell(left.column))\(sign.rawValue)\(cell(right.column)),\(value.currency.minorDigits))"
        try amount(
            value, formula: LiveFormula.sum([left.amount.decimal, second], gives: value.decimal) ? formula : nil)
    }

    func quantity(_ value: ExactDecimal?) throws(Findings) {
        guard let value else { return try text(nil) }
        let short = value.normalized
        try number(short, .decimal(short.scale), digits: short.scale)
    }

    func unitPrice(_ value: ExactDecimal?) throws(Findings) {
        guard let value else { return try text(nil) }
        let short = value.normalized
        let digits = max(short.scale, layout.currency.minorDigits)
        try number(short, .decimal(digits), digits: digits)
    }

    /// A fraction, shown as a percentage.
    func percent(_ value: ExactDecimal?, formula: String? = nil) throws(Findings) {
        guard let value else { return try text(nil) }
        let digits = max(0, value.normalized.scale - 2)
        try number(value, .percent(digits), digits: digits, formula: formula)
    }

    func check(_ holds: Bool, formula: String) throws(Findings) {
        try sheet.textFormula(row, column, formula, holds ? "OK" : "CHECK", CellStyle(place: .body))
        measure(6)
    }

    private func number(
        _ value: ExactDecimal, _ style: CellStyle.Number, digits: Int, formula: String? = nil
    ) throws(Findings) {
        let isExact = try sheet.number(row, column, value, CellStyle(place: .body, number: style), formula: formula)
        if !isExact { inexact.append("\(layout.columns[column].name) \(value.shortText)") }
        let whole = value.wholeDigitCount
        measure(whole + (whole - 1) / 3 + (digits > 0 ? min(digits, 15) + 1 : 0) + 1)
    }

    private func measure(_ width: Int) {
        if width > widths[column] { widths[column] = width }
        column += 1
    }

    // MARK: The end of a sheet

    /// The last sheet, and the first row below what stands in it, for a block that follows.
    @discardableResult
    func finish() throws(Findings) -> (sheet: Sheet, rowBelow: Int) {
        try finishPart()
        return (sheet, max(row, 1) + 2)
    }

    private func finishPart() throws(Findings) {
        let lastRow = max(row, 1)
        try addTable(lastRow: lastRow)
        if row > 0, layout.columns.contains(where: \.isTotalled) { try writeTotals(at: lastRow + 1) }
        for (index, definition) in layout.columns.enumerated() {
            try sheet.setColumn(index, width: Double(min(widths[index], definition.widest)) + 3.5)
        }
        if hasExactColumn { try sheet.setColumn(layout.columns.count, width: 48) }
        // Ids such as 007 are texts on purpose.
        let everywhere = "A1:\(Sheet.letters(layout.columns.count))1048576"
        try page.book.check(
            worksheet_ignore_errors(sheet.pointer, UInt8(LXW_IGNORE_NUMBER_STORED_AS_TEXT.rawValue), everywhere))
        worksheet_freeze_panes(sheet.pointer, 1, lxw_col_t(layout.frozenColumns))
        try sheet.setPage(reference: page.reference, draft: page.draft, repeatsFirstRow: true)
        if let printed = layout.printedColumns {
            try page.book.check(
                worksheet_print_area(sheet.pointer, 0, 0, lxw_row_t(lastRow + 1), lxw_col_t(printed - 1)))
        }
        sums = layout.columns.map { _ in .zero }
        sumsAreExact = layout.columns.map { _ in true }
        haveValues = layout.columns.map { _ in false }
        hasExactColumn = false
    }

    private func addTable(lastRow: Int) throws(Findings) {
        var definitions = layout.columns
        if hasExactColumn { definitions.append(.wrapped(DataSheet.exactColumn)) }
        let table = DataSheet.partName(layout.name, part, "_")
        var columns: [lxw_table_column] = definitions.map { definition in
            var column = lxw_table_column()
            column.header = page.book.kept(definition.name)
            column.header_format =
                page.book.formats[
                    CellStyle(place: definition.isNumber ? .numberHeader : .header)]
            return column
        }
        var options = lxw_table_options()
        options.name = page.book.kept(table)
        options.style_type = UInt8(LXW_TABLE_STYLE_TYPE_LIGHT.rawValue)
        options.style_type_number = 0
        options.no_banded_rows = 1
        let code = columns.withUnsafeMutableBufferPointer { buffer -> lxw_error in
            var pointers: [UnsafeMutablePointer<lxw_table_column>?] = buffer.indices.map { index in
                buffer.baseAddress.map { $0 + index }
            }
            pointers.append(nil)
            return pointers.withUnsafeMutableBufferPointer { list in
                options.columns = list.baseAddress
                return worksheet_add_table(
                    sheet.pointer, 0, 0, lxw_row_t(lastRow), lxw_col_t(definitions.count - 1), &options)
            }
        }
        try page.book.check(code)
        try sheet.setRow(0, height: 24)
    }

    /// Right below the table, not in it: a filter leaves it in sight, and it counts what the filter shows.
    private func writeTotals(at total: Int) throws(Findings) {
        let style = CellStyle(place: .total)
        let table = DataSheet.partName(layout.name, part, "_")
        let digits = layout.currency.minorDigits
        try sheet.setRow(total, height: 18)
        for (index, definition) in layout.columns.enumerated() {
            guard definition.isTotalled, haveValues[index] else {
                try sheet.text(total, index, index == 0 ? "Total" : "", style)
                continue
            }
            let formula = "ROUND(SUBTOTAL(109,\(table)[\(definition.name)]),\(digits))"
            let number = CellStyle(place: .total, number: .decimal(digits))
            let isLive = sumsAreExact[index]
            try sheet.number(total, index, sums[index], number, formula: isLive ? formula : nil)
            guard isLive else { continue }
            sheet.expectedSums.append((Sheet.letters(index), 2...(total), sums[index]))
            sheet.expectedCells.append((Sheet.letters(index) + String(total + 1), sums[index]))
        }
    }

    /// `Lines`, `Lines 2`, `Lines 3`; tables take `_` for the blank.
    static func partName(_ name: String, _ part: Int, _ separator: String) -> String {
        part == 0 ? name : name + separator + String(part + 1)
    }
}

/// What all sheets of one workbook share.
struct WorkbookPage {
    let book: WorkbookFile
    /// In every page's foot.
    let reference: String
    /// In every page's head while the document is a draft.
    let draft: String?
    /// The last row of a sheet that data may stand in; smaller in tests.
    var rowLimit = DataSheet.mostRows

    func sheet(_ name: String, tabColor: lxw_color_t) throws(Findings) -> Sheet {
        let sheet = try book.addSheet(name)
        worksheet_set_tab_color(sheet.pointer, tabColor)
        return sheet
    }

    /// The sheets that so many rows take.
    func partCount(rows: Int) -> Int { max(1, (rows + rowLimit - 1) / rowLimit) }

    /// The same column of every part of a table, as arguments of SUM: `Lines[Net],Lines_2[Net]`.
    func columns(_ table: String, _ column: String, rows: Int) -> String {
        (0..<partCount(rows: rows)).map { DataSheet.partName(table, $0, "_") + "[\(column)]" }.joined(separator: ",")
    }

    /// The sum of `column` where `key` equals the text of a cell, whatever signs that text has.
    func sumWhere(_ table: String, _ column: String, key: String, is value: SumKey, rows: Int) -> String {
        (0..<partCount(rows: rows)).map { part in
            let name = DataSheet.partName(table, part, "_")
            // SUMIFS takes `*`, `>5` and `Jan-20` for patterns, comparisons and dates, and upper for lower case.
            return value.isPlain
                ? "SUMIFS(\(name)[\(column)],\(name)[\(key)],\(value.cell))"
                : "SUMPRODUCT(EXACT(\(name)[\(key)],\(value.cell))*\(name)[\(column)])"
        }.joined(separator: "+")
    }
}

/// A cell whose text picks rows.
struct SumKey {
    let cell: String
    /// Whether SUMIFS would compare the text as it stands.
    let isPlain: Bool

    /// `others` are all keys of the column, among which no other may differ only in case.
    init(cell: String, text: String, isPlain: Bool) {
        self.cell = cell
        self.isPlain = isPlain && SumKey.isPlain(text)
    }

    static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, SumKey.isLetter(first), text.utf8.count <= 200 else { return false }
        let allowed = text.utf8.allSatisfy { byte in
            isLetter(byte) || byte &- 0x30 <= 9 || byte == 0x2D || byte == 0x5F || byte == 0x2E || byte == 0x20
        }
        let lower = text.lowercased()
        return allowed && lower != "true" && lower != "false" && !months.contains(String(lower.prefix(3)))
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A }

    private static let months: Set<String> = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]
}
