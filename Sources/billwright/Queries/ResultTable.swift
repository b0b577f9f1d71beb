import BillingTerms
import Documents

/// An answer as rows of cells, to be printed as a table, CSV or JSON with the same figures.
struct ResultTable: Sendable {
    enum Cell: Sendable {
        case text(String)
        case count(Int)
        /// An exact number, in tables with at least so many digits after the point.
        case amount(ExactDecimal, digits: Int = 0)
        /// What a row does not have, as tables say it.
        case nothing(String)
        /// What a group does not have where that is a group of its own: tables and CSV say it.
        case none(String)
    }

    let header: [String]
    let rowCount: Int
    /// Made when they are asked for: there may be millions.
    let row: @Sendable (Int) -> [Cell]
    var totals: [[Cell]] = []
    /// Writes rows as their cells would be written, where there is a shorter way.
    var csvRows: (@Sendable (Range<Int>, inout CSVText) -> Void)?

    // MARK: Table

    var text: String {
        let rows = (0..<rowCount).map(row) + totals
        var fractions = [Int](repeating: 0, count: header.count)
        var isNumber = [Bool](repeating: false, count: header.count)
        for cells in rows {
            for (place, cell) in cells.enumerated() {
                guard cell.isNumber else { continue }
                isNumber[place] = true
                fractions[place] = max(fractions[place], cell.fraction.utf8.count)
            }
        }
        let texts = rows.map { cells in zip(cells, fractions).map { $0.tableText(fraction: $1) } }
        return columns(texts, header: header, rightAligned: Set(isNumber.indices.filter { isNumber[$0] }))
            .joined(separator: "\n")
    }

    // MARK: CSV

    /// Hands the file to `write` piece by piece, in their order.
    func csv(threads: Int = 1, write: ([UInt8]) throws -> Void) throws {
        var file = CSVText(.standard)
        file.header(header)
        try write(file.bytes)
        let starts = Array(stride(from: 0, to: rowCount, by: 512))
        try forEachInOrder(starts, threads: threads) { start in
            var part = CSVText(.standard)
            let rows = start..<min(start + 512, rowCount)
            if let csvRows {
                csvRows(rows, &part)
            } else {
                for place in rows { self.write(place, to: &part) }
            }
            return part.bytes
        } take: {
            try write($0)
        }
    }

    private func write(_ place: Int, to file: inout CSVText) {
        for cell in row(place) { cell.write(to: &file) }
        file.endRow()
    }

    // MARK: JSON

    var objects: [[String: Cell]] { (0..<rowCount).map { object(row($0)) } }
    /// Without what a total does not have.
    var totalObjects: [[String: Cell]] { totals.map { object($0).filter { !$0.value.isMissing } } }

    private func object(_ cells: [Cell]) -> [String: Cell] {
        Dictionary(zip(header, cells), uniquingKeysWith: { first, _ in first })
    }
}

extension ResultTable.Cell: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .count(let count): try container.encode(count)
        case .amount(let amount, _): try container.encode(amount.shortText)
        case .nothing, .none: try container.encodeNil()
        }
    }

    fileprivate var isNumber: Bool {
        switch self {
        case .count, .amount: true
        case .text, .nothing, .none: false
        }
    }

    fileprivate var isMissing: Bool {
        switch self {
        case .nothing, .none: true
        case .text, .count, .amount: false
        }
    }

    fileprivate func write(to file: inout CSVText) {
        switch self {
        case .text(let text), .none(let text): file.text(text)
        case .count(let count): file.integer(count)
        case .amount(let amount, _): file.number(amount.normalized)
        case .nothing: file.text(nil)
        }
    }

    /// The point and what follows it.
    fileprivate var fraction: Substring {
        let text = plainText
        return isNumber ? text.firstIndex(of: ".").map { text[$0...] } ?? "" : ""
    }

    /// Numbers stand with their points one below the other.
    fileprivate func tableText(fraction width: Int) -> String {
        guard isNumber else { return plainText }
        return plainText + String(repeating: " ", count: width - fraction.utf8.count)
    }

    private var plainText: String {
        switch self {
        case .text(let text): Self.harmless(text)
        case .nothing(let text), .none(let text): text
        case .count(let count): String(count)
        case .amount(let amount, let digits): Self.padded(amount, digits)
        }
    }

    private static func padded(_ amount: ExactDecimal, _ digits: Int) -> String {
        let value = amount.normalized
        return (value.scale < digits ? value + ExactDecimal(coefficient: 0, scale: digits) : value).description
    }

    /// Texts of bills must not command a terminal.
    private static func harmless(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
        let scalars = text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }
        return String(String.UnicodeScalarView(scalars))
    }
}

/// The cells of what a row is grouped by, in columns of which one is the scope's: the currency's, the meter's.
struct KeyColumns: Sendable {
    let names: [String]
    let scope: Int
    /// What stands where a row has no value, for each column.
    let missing: [ResultTable.Cell]

    func cells(_ values: [String?]) -> [ResultTable.Cell] {
        zip(values, missing).map { value, missing in value.map { .text($0) } ?? missing }
    }

    /// Of a row that stands for several groups, which says so in the first column that is not the scope's.
    func others(_ count: Int, scope text: String) -> [ResultTable.Cell] {
        labelled(.text(count == 1 ? "(1 other)" : "(\(count) others)"), text)
    }

    func total(scope text: String) -> [ResultTable.Cell] { labelled(.none("total"), text) }

    private func labelled(_ label: ResultTable.Cell, _ text: String) -> [ResultTable.Cell] {
        names.indices.map { $0 == scope ? .text(text) : $0 == (scope == 0 ? 1 : 0) ? label : .nothing("") }
    }
}
