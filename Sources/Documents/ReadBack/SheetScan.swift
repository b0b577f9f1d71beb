import BillingTerms

/// A sheet's XML, read for what the read-back asks: how many rows there are, and the numbers of chosen cells.
struct SheetScan {
    private(set) var rowCount = 0
    private(set) var isComplete = false
    /// `P12` → the text of its value.
    private(set) var values: [String: ExactDecimal] = [:]
    private(set) var sums: [ExactDecimal]

    /// `columns` are summed over their rows, `cells` are kept.
    init(_ xml: [UInt8], columns: [(column: String, rows: ClosedRange<Int>)], cells: Set<String>) {
        sums = columns.map { _ in .zero }
        let keys = columns.map { Array($0.column.utf8) }
        xml.withUnsafeBufferPointer { bytes in
            var position = 0
            while let tag = SheetScan.next(UInt8(ascii: "<"), in: bytes, from: position) {
                position = tag + 1
                guard position + 6 < bytes.count else { break }
                if bytes[position] == UInt8(ascii: "r"), SheetScan.matches("row ", bytes, position) {
                    rowCount += 1
                } else if bytes[position] == UInt8(ascii: "c"), SheetScan.matches("c r=\"", bytes, position) {
                    readCell(bytes, &position, columns: columns, keys: keys, cells: cells)
                }
            }
            isComplete = SheetScan.matches("</worksheet>", bytes, max(0, bytes.count - 12))
        }
    }

    private mutating func readCell(
        _ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int,
        columns: [(column: String, rows: ClosedRange<Int>)], keys: [[UInt8]], cells: Set<String>
    ) {
        let start = position + 5
        guard let end = SheetScan.next(UInt8(ascii: "\""), in: bytes, from: start) else { return }
        position = end
        var letters = start
        while letters < end, bytes[letters] >= UInt8(ascii: "A") { letters += 1 }
        let column = keys.firstIndex { $0.elementsEqual(bytes[start..<letters]) }
        let name = cells.isEmpty ? "" : String(decoding: bytes[start..<end], as: UTF8.self)
        let isWanted = cells.contains(name)
        guard column != nil || isWanted, let value = SheetScan.value(bytes, from: end) else { return }
        if isWanted { values[name] = value }
        guard let column, let row = Int(String(decoding: bytes[letters..<end], as: UTF8.self)),
            columns[column].rows.contains(row)
        else { return }
        sums[column] += value
    }

    /// The number between `<v>` and `</v>` of the cell that begins before `from`.
    private static func value(_ bytes: UnsafeBufferPointer<UInt8>, from: Int) -> ExactDecimal? {
        var position = from
        while let tag = next(UInt8(ascii: "<"), in: bytes, from: position) {
            if matches("<v>", bytes, tag) {
                guard let end = next(UInt8(ascii: "<"), in: bytes, from: tag + 3) else { return nil }
                return try? ExactDecimal(
                    parsing: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[tag + 3..<end]))
            }
            guard matches("<f>", bytes, tag) || matches("</f>", bytes, tag) else { return nil }
            position = tag + 1
        }
        return nil
    }

    private static func next(_ byte: UInt8, in bytes: UnsafeBufferPointer<UInt8>, from: Int) -> Int? {
        var position = from
        while position < bytes.count {
            if bytes[position] == byte { return position }
            position += 1
        }
        return nil
    }

    private static func matches(_ text: StaticString, _ bytes: UnsafeBufferPointer<UInt8>, _ at: Int) -> Bool {
        guard at + text.utf8CodeUnitCount <= bytes.count else { return false }
        for index in 0..<text.utf8CodeUnitCount where bytes[at + index] != text.utf8Start[index] { return false }
        return true
    }
}
