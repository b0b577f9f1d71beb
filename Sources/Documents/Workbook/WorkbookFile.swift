import BillingTerms
import CWorkbookArchive
import CXlsxWriter
import Foundation

/// A workbook that libxlsxwriter is writing. Every return code is looked at; the first failure ends the writing.
///
/// One owner, one thread. Texts that the library keeps pointers to live as long as the workbook.
final class WorkbookFile {
    let book: UnsafeMutablePointer<lxw_workbook>
    let formats: WorkbookFormats
    let file: OutputFile
    private(set) var sheets: [Sheet] = []
    private var keptTexts: [UnsafeMutablePointer<CChar>] = []
    private var isOpen = true

    init(_ file: OutputFile, temporaryFolder: String?) throws(Findings) {
        self.file = file
        var texts: [UnsafeMutablePointer<CChar>] = []
        var options = lxw_workbook_options()
        if let temporaryFolder, let text = strdup(temporaryFolder) {
            options.tmpdir = text
            texts.append(text)
        }
        guard let book = workbook_new_opt(file.fullPath, &options) else {
            for text in texts { free(text) }
            throw WorkbookFile.failure(file, "the workbook cannot be begun: out of memory")
        }
        self.book = book
        formats = WorkbookFormats(book)
        keptTexts = texts
    }

    deinit {
        // Left by an error: closing frees the library's memory and files. What it writes is not looked at any more.
        if isOpen { _ = workbook_close(book) }
        for text in keptTexts { free(text) }
    }

    /// A C text that lives until the workbook is gone.
    func kept(_ text: String) -> UnsafeMutablePointer<CChar>? {
        guard let copy = strdup(text) else { return nil }
        keptTexts.append(copy)
        return copy
    }

    func addSheet(_ name: String) throws(Findings) -> Sheet {
        guard let pointer = workbook_add_worksheet(book, name) else {
            throw WorkbookFile.failure(file, "the sheet \(name) cannot be made")
        }
        let sheet = Sheet(pointer, name: name, book: self)
        sheets.append(sheet)
        return sheet
    }

    /// Lets formulas use `name` for a cell of a sheet: `Total_EUR`.
    func define(_ name: String, _ cell: String) throws(Findings) {
        try check(workbook_define_name(book, name, "=" + cell))
    }

    func setProperties(title: String, subject: String, author: String, status: String, day: CalendarDay)
        throws(Findings)
    {
        var properties = lxw_doc_properties()
        properties.title = kept(CellText.clean(title))
        properties.subject = kept(CellText.clean(subject))
        properties.author = kept(CellText.clean(author))
        properties.company = properties.author
        properties.status = kept(status)
        // Never the clock: the same document gives the same bytes.
        properties.created = time_t(day.number) * 86_400
        try check(workbook_set_properties(book, &properties))
    }

    func close() throws(Findings) {
        isOpen = false
        try check(workbook_close(book))
        let fault = bw_workbook_archive_error()
        if fault != 0 {
            throw WorkbookFile.failure(file, "the workbook cannot be written: \(String(cString: strerror(fault)))")
        }
        if bw_workbook_part_was_lost() != 0 {
            throw WorkbookFile.failure(file, "the workbook cannot be written: out of memory")
        }
    }

    func check(_ code: lxw_error) throws(Findings) {
        guard code != LXW_NO_ERROR else { return }
        let reason = lxw_strerror(code).map { String(cString: $0) } ?? "error \(code.rawValue)"
        throw WorkbookFile.failure(file, "the workbook cannot be written: \(reason)")
    }

    private static func failure(_ file: OutputFile, _ message: String) -> Findings {
        Findings([Finding(.error, .cannotWrite, message, at: Place(file: file.fullPath))])
    }
}

/// A sheet of a workbook, and what must be found in it when it is read back.
final class Sheet {
    let pointer: UnsafeMutablePointer<lxw_worksheet>
    let name: String
    unowned let book: WorkbookFile
    /// Rows that have cells, for the read-back.
    private(set) var rowCount = 0
    private var rowsSeen: Set<UInt32> = []
    private var lastRow: UInt32?
    /// Cells whose numbers are read back.
    var expectedCells: [(cell: String, value: ExactDecimal)] = []
    /// Columns whose sum over the data rows is read back.
    var expectedSums: [(column: String, rows: ClosedRange<Int>, sum: ExactDecimal)] = []

    init(_ pointer: UnsafeMutablePointer<lxw_worksheet>, name: String, book: WorkbookFile) {
        self.pointer = pointer
        self.name = name
        self.book = book
    }

    /// `'Lines 2'!$A$5`.
    func reference(_ row: Int, _ column: Int) -> String {
        "'\(name)'!$\(Sheet.letters(column))$\(row + 1)"
    }

    func text(_ row: Int, _ column: Int, _ text: String, _ style: CellStyle) throws(Findings) {
        note(row)
        let format = book.formats[style]
        if text.isEmpty {
            try book.check(worksheet_write_blank(pointer, lxw_row_t(row), lxw_col_t(column), format))
        } else {
            let cell = CellText.cell(text)
            try book.check(worksheet_write_string(pointer, lxw_row_t(row), lxw_col_t(column), cell, format))
        }
    }

    /// Writes the number next to `value`, live when a formula is given. False when the cell cannot hold every digit;
    /// no formula is written then.
    @discardableResult
    func number(
        _ row: Int, _ column: Int, _ value: ExactDecimal, _ style: CellStyle, formula: String? = nil
    ) throws(Findings) -> Bool {
        note(row)
        let (double, isExact) = CellNumber.double(value)
        let format = book.formats[style]
        if let formula, isExact {
            try book.check(
                worksheet_write_formula_num(
                    pointer, lxw_row_t(row), lxw_col_t(column), "=" + formula, format, double))
        } else {
            try book.check(worksheet_write_number(pointer, lxw_row_t(row), lxw_col_t(column), double, format))
        }
        return isExact
    }

    /// A formula whose result is a text.
    func textFormula(_ row: Int, _ column: Int, _ formula: String, _ result: String, _ style: CellStyle)
        throws(Findings)
    {
        note(row)
        try book.check(
            worksheet_write_formula_str(
                pointer, lxw_row_t(row), lxw_col_t(column), "=" + formula, book.formats[style], result))
    }

    func day(_ row: Int, _ column: Int, _ day: CalendarDay, _ place: CellStyle.Place) throws(Findings) {
        // Serial 25,569 is 1 January 1970.
        try number(row, column, ExactDecimal(day.number + 25_569), CellStyle(place: place, number: .day))
    }

    /// A link to the first cell of another sheet.
    func link(_ row: Int, _ column: Int, to target: String, text: String) throws(Findings) {
        note(row)
        let format = book.formats[CellStyle(place: .link)]
        try book.check(
            worksheet_write_url_opt(
                pointer, lxw_row_t(row), lxw_col_t(column), "internal:'\(target)'!A1", format, CellText.clean(text), nil
            ))
    }

    func setColumn(_ column: Int, width: Double) throws(Findings) {
        try book.check(worksheet_set_column(pointer, lxw_col_t(column), lxw_col_t(column), width, nil))
    }

    func setRow(_ row: Int, height: Double) throws(Findings) {
        note(row)
        try book.check(worksheet_set_row(pointer, lxw_row_t(row), height, nil))
    }

    /// A row with cells or a height stands in the file.
    private func note(_ row: Int) {
        let row = UInt32(row)
        guard row != lastRow else { return }
        lastRow = row
        if rowsSeen.insert(row).inserted { rowCount += 1 }
    }

    /// How a sheet comes to the width of its paper.
    enum PageScale {
        case fitted
        /// In percent, with a new page from a row on: Excel keeps to no such row where it fits a sheet itself.
        case fixed(UInt16, newPageAt: Int)
    }

    /// Paper, repeated rows and the page's header and footer.
    func setPage(
        reference: String, draft: String?, repeatsFirstRow: Bool, scale: PageScale = .fitted
    ) throws(Findings) {
        worksheet_set_paper(pointer, 9)
        worksheet_set_landscape(pointer)
        switch scale {
        case .fitted: worksheet_fit_to_pages(pointer, 1, 0)
        case .fixed(let percent, let row):
            worksheet_set_print_scale(pointer, percent)
            var breaks: [lxw_row_t] = [lxw_row_t(row), 0]
            try book.check(worksheet_set_h_pagebreaks(pointer, &breaks))
        }
        worksheet_set_margins(pointer, 0.5, 0.5, 0.75, 0.75)
        if repeatsFirstRow { try book.check(worksheet_repeat_rows(pointer, 0, 0)) }
        if let draft {
            try book.check(worksheet_set_header(pointer, "&C&\"-,Bold\"&12&KB45309" + CellText.pageText(draft)))
        }
        // The font code keeps digits of the text apart from the size.
        let small = "&8&\"-,Regular\""
        let footer =
            "&L\(small)\(CellText.pageText(reference))&C\(small)\(CellText.pageText(name))&R\(small)Page &P of &N"
        try book.check(worksheet_set_footer(pointer, footer))
    }

    /// `A` to `XFD`.
    static func letters(_ column: Int) -> String {
        var text = ""
        var rest = column
        repeat {
            text = String(UnicodeScalar(UInt8(65 + rest % 26))) + text
            rest = rest / 26 - 1
        } while rest >= 0
        return text
    }
}
