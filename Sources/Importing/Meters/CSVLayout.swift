import BillingTerms
import Catalog
import FileFormats

/// What the columns of one CSV export are.
struct CSVLayout: Sendable {
    let delimiter: UInt8
    let header: [String]
    /// Which column fills which cell, rising by column.
    let fills: [(column: Int, cell: Int)]
    /// Columns that nothing uses.
    let unknown: [String]
    /// A name that is used and stands over two columns: which of them is meant cannot be told.
    let ambiguous: String?

    /// Delimiters that exports use; the first that makes a meter export of the header counts.
    static let delimiters: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: "|")]

    init(header: [String], delimiter: UInt8, names: MeterFieldNames, catalog: MeterCatalog) {
        let columns = names.columns(in: header)
        var fills: [(column: Int, cell: Int)] = columns.map { ($0.value, RowAssembler.index(of: $0.key)) }
        var used = Set(columns.values)
        for (index, dimension) in catalog.dimensions.enumerated() {
            guard let column = header.firstIndex(of: dimension) else { continue }
            fills.append((column, RowAssembler.firstDimension + index))
            used.insert(column)
        }
        self.delimiter = delimiter
        self.header = header
        self.fills = fills.sorted { $0 < $1 }
        ambiguous = header.indices.first { header[..<$0].contains(header[$0]) && Self.isUsed(header[$0], header, used) }
            .map { header[$0] }
        unknown = header.indices.filter { !used.contains($0) && !names.ignored.contains(header[$0]) }
            .map { MeterFieldNames.short(header[$0]) }
    }

    private static func isUsed(_ name: String, _ header: [String], _ used: Set<Int>) -> Bool {
        header.firstIndex(of: name).map(used.contains) ?? false
    }

    func column(ofCell cell: Int) -> Int? { fills.first { $0.cell == cell }?.column }

    /// The header of the text that begins with `head`, for each delimiter: nil when there is none in it.
    static func header(in head: UnsafeRawBufferPointer, isAll: Bool, delimiter: UInt8) -> [String]? {
        let scanner = CSVBatchScanner(rules: CSVRules(delimiter: delimiter))
        // What is wrong behind the header is said when the text is read.
        try? scanner.scan(head, isLast: isAll)
        for record in 0..<scanner.recordCount where !scanner.isBlank(record, in: head) {
            var start = scanner.start(ofRecord: record)
            var names: [String] = []
            for separator in scanner.firstSeparator(ofRecord: record)..<Int(scanner.recordEnds[record]) {
                let end = Int(scanner.separators[separator])
                names.append(name(UnsafeRawBufferPointer(rebasing: head[start..<end])))
                start = end + 1
            }
            // Tools that add a byte order mark to a text that has one already leave the second to us.
            if let first = names.first, first.unicodeScalars.first == "\u{FEFF}" {
                names[0] = String(String.UnicodeScalarView(first.unicodeScalars.dropFirst()))
            }
            return names
        }
        return nil
    }

    private static func name(_ field: UnsafeRawBufferPointer) -> String {
        var text = Substring(String(decoding: field, as: UTF8.self))
        if text.unicodeScalars.last == "\r" { text = Substring(text.unicodeScalars.dropLast()) }
        if text.unicodeScalars.count > 1, text.first == "\"", text.last == "\"" {
            text = Substring(
                text.dropFirst().dropLast().split(separator: "\"\"", omittingEmptySubsequences: false)
                    .joined(separator: "\""))
        }
        return MeterExport.trimmed(String(text))
    }
}
