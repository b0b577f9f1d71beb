import BillingTerms

/// How CSV files are written.
package struct CSVDialect: Hashable, Sendable {
    package var separator: UInt8
    package var decimalPoint: UInt8
    /// Excel needs one to take a file for UTF-8.
    package var hasByteOrderMark: Bool
    /// Whether a text that a spreadsheet would take for a formula gets an apostrophe in front.
    package var guardsFormulas: Bool

    package init(
        separator: UInt8 = UInt8(ascii: ","), decimalPoint: UInt8 = UInt8(ascii: "."), hasByteOrderMark: Bool = false,
        guardsFormulas: Bool = true
    ) {
        self.separator = separator
        self.decimalPoint = decimalPoint
        self.hasByteOrderMark = hasByteOrderMark
        self.guardsFormulas = guardsFormulas
    }

    /// RFC 4180.
    package static let standard = CSVDialect()
    /// What Excel opens by a double click where the comma is the decimal sign.
    package static let excelEurope = CSVDialect(
        separator: UInt8(ascii: ";"), decimalPoint: UInt8(ascii: ","), hasByteOrderMark: true)
}

/// Rows of a CSV file as bytes: RFC 4180 with CRLF, ISO dates, plain numbers.
package struct CSVText {
    let dialect: CSVDialect
    package private(set) var bytes: [UInt8] = []
    private(set) var rowCount = 0
    private var isAtRowStart = true

    package init(_ dialect: CSVDialect) { self.dialect = dialect }

    package mutating func header(_ names: [String]) {
        if dialect.hasByteOrderMark { bytes += [0xEF, 0xBB, 0xBF] }
        for name in names { field(name) }
        endRow()
        rowCount = 0
    }

    /// A text from data; never a formula.
    package mutating func text(_ value: String?) {
        guard let value, let first = value.utf8.first else { return field("") }
        if dialect.guardsFormulas && CSVText.startsFormula(first) { field("'" + value) } else { field(value) }
    }

    /// Texts from data as they stand in a file next to each other, for rows that have them in common.
    package static func fields(_ texts: some Sequence<String>, _ dialect: CSVDialect = .standard) -> [UInt8] {
        var file = CSVText(dialect)
        for text in texts { file.text(text) }
        return file.bytes
    }

    /// What `fields` returns, or a text that needs no quotes.
    package mutating func plain(_ text: UnsafeRawBufferPointer) {
        separate()
        bytes.append(contentsOf: text)
    }

    package mutating func integer(_ value: Int?) {
        guard let value else { return field("") }
        number(Int128(value), scale: 0)
    }
    mutating func day(_ value: CalendarDay?) { field(value?.description ?? "") }
    mutating func amount(_ value: Money?) { number(value?.decimal) }

    /// Every digit, a point, no grouping.
    package mutating func number(_ value: ExactDecimal?) {
        guard let value else { return field("") }
        separate()
        let start = bytes.count
        value.append(to: &bytes)
        localisePoint(from: start)
    }

    /// `coefficient / 10^scale` without zeros at the end of its fraction.
    package mutating func number(_ coefficient: Int128, scale: Int) {
        separate()
        let start = bytes.count
        ExactDecimal.append(coefficient, scale: scale, to: &bytes)
        localisePoint(from: start)
    }

    private mutating func localisePoint(from start: Int) {
        guard dialect.decimalPoint != UInt8(ascii: ".") else { return }
        if let point = bytes[start...].firstIndex(of: UInt8(ascii: ".")) { bytes[point] = dialect.decimalPoint }
    }

    package mutating func endRow() {
        bytes.append(UInt8(ascii: "\r"))
        bytes.append(UInt8(ascii: "\n"))
        isAtRowStart = true
        rowCount += 1
    }

    static func startsFormula(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D: true
        default: false
        }
    }

    private mutating func separate() {
        if !isAtRowStart { bytes.append(dialect.separator) }
        isAtRowStart = false
    }

    private mutating func field(_ value: String) {
        separate()
        let quotes = value.utf8.contains {
            $0 == UInt8(ascii: "\"") || $0 == dialect.separator || $0 == 0x0D || $0 == 0x0A || $0 == 0
        }
        guard quotes else {
            bytes.append(contentsOf: value.utf8)
            return
        }
        bytes.append(UInt8(ascii: "\""))
        for byte in value.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            // A NUL ends the file for many readers.
            if byte == 0 { bytes += Array("\u{FFFD}".utf8) } else { bytes.append(byte) }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
