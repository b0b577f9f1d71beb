import FileFormats
import Foundation

/// Reads the rows of CSV exports into a worker's cells.
final class CSVRows {
    private let scanner: CSVBatchScanner
    private let delimiter: UInt8
    /// Room for fields with doubled quotes, each at its own offset in the row's window.
    @exclusivity(unchecked) private var unescaped: UnsafeMutablePointer<UInt8>
    @exclusivity(unchecked) private var unescapedCapacity = 0

    init(delimiter: UInt8) {
        self.delimiter = delimiter
        scanner = CSVBatchScanner(rules: CSVRules(delimiter: delimiter))
        unescaped = .allocate(capacity: 1)
    }

    deinit { unescaped.deallocate() }

    /// Reads the rows that begin before `limit`, from where the worker's window stands. Returns the offset of the first
    /// row that is not read, and what is wrong with the text there.
    func read(
        _ layout: CSVLayout, into worker: MeterWorker, limit: Int, skipsHeader: Bool, checksUTF8: Bool
    ) -> (end: Int, fault: FileFormatError?) {
        let window = worker.window
        var isHeaderAhead = skipsHeader
        window.refill(dropping: 0)
        while true {
            var fault: FileFormatError?
            do throws(FileFormatError) {
                // Where the source failed, the text does not end there: its last row may be cut.
                try scanner.scan(window.bytes, isLast: window.isAtEnd && window.fault == nil)
                fault = window.fault
            } catch {
                fault = error.shifted(lines: 0, bytes: window.offset)
            }
            let consumed = scanner.consumed
            let invalid = checksUTF8 ? window.invalidUTF8(inFirst: consumed) : nil
            if let end = take(layout, worker, limit, &isHeaderAhead) {
                // What is wrong behind the limit is another chunk's to say.
                if let invalid, invalid.byteOffset.map({ $0 < end }) ?? true { return (end, invalid) }
                return (end, nil)
            }
            fault = invalid ?? fault
            let end = window.offset + consumed
            if let fault { return (end, fault) }
            if window.isAtEnd {
                if !scanner.endedWithNewline, scanner.recordCount > 0 { worker.noteUnfinishedLine() }
                return (end, lastRowFault(layout))
            }
            window.refill(dropping: consumed)
        }
    }

    /// A file that was cut within its last row shows it by the missing fields and line end.
    private func lastRowFault(_ layout: CSVLayout) -> FileFormatError? {
        guard !scanner.endedWithNewline, scanner.recordCount > 0 else { return nil }
        let last = scanner.recordCount - 1
        let fields = Int(scanner.recordEnds[last]) - scanner.firstSeparator(ofRecord: last)
        guard fields < layout.header.count else { return nil }
        return FileFormatError(
            .truncated, "the file ends within its last row: expected \(layout.header.count) fields, found \(fields)")
    }

    /// Takes the scanned rows; returns the offset of the first one at or beyond the limit when there is one.
    private func take(
        _ layout: CSVLayout, _ worker: MeterWorker, _ limit: Int, _ isHeaderAhead: inout Bool
    ) -> Int? {
        let bytes = worker.window.bytes
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return nil }
        let windowOffset = worker.window.offset
        let separators = scanner.separators
        let recordEnds = scanner.recordEnds
        let columnCount = layout.header.count
        let cells = worker.assembler.cells
        let lastColumn = columnCount - 1
        worker.assembler.clearCells()
        return layout.fills.withUnsafeBufferPointer { fills in
            var first = 0
            var start = 0
            for record in 0..<scanner.recordCount {
                let rowStart = start
                let last = Int(recordEnds[record])
                if windowOffset &+ rowStart >= limit { return windowOffset + rowStart }
                start = Int(separators[last &- 1]) &+ 1
                let rowFirst = first
                first = last
                if last &- rowFirst != columnCount || isHeaderAhead || start &- rowStart <= 2 || base[rowStart] == 0xEF
                {
                    if isBlank(base, rowStart, Int(separators[last - 1]), last - rowFirst) { continue }
                    if isHeaderAhead {
                        isHeaderAhead = false
                        continue
                    }
                    if last - rowFirst != columnCount || CSVRows.beginsWithMark(base + rowStart, start - rowStart) {
                        worker.countRow()
                        worker.refuse(rowAt: windowOffset + rowStart)
                        continue
                    }
                }
                // `rowFirst ..< last` are this row's separators, as many as the layout has columns: every column below
                // has its separator, and all offsets lie in the window.
                for index in 0..<fills.count {
                    let fill = fills[index]
                    let separator = rowFirst &+ fill.column
                    let from = fill.column == 0 ? rowStart : Int(separators[separator &- 1]) &+ 1
                    var to = Int(separators[separator])
                    if fill.column == lastColumn, to > from, base[to &- 1] == UInt8(ascii: "\r") { to &-= 1 }
                    if to > from, base[from] == UInt8(ascii: "\"") {
                        cells[fill.cell] = unquoted(base, from, to, windowCount: bytes.count)
                    } else {
                        cells[fill.cell] = TextCell(start: base + from, count: to &- from)
                    }
                }
                worker.take(rowAt: windowOffset &+ rowStart)
            }
            worker.moveOn(to: windowOffset + start)
            return nil
        }
    }

    /// A byte order mark behind the beginning of a text shows that files were joined. It would become part of the row's
    /// first field, and so of an event's id.
    @inline(never)
    static func beginsWithMark(_ start: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        count >= 3 && start[0] == 0xEF && start[1] == 0xBB && start[2] == 0xBF
    }

    @inline(never)
    private func isBlank(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ fields: Int) -> Bool {
        fields == 1 && (end == start || (end == start + 1 && base[start] == UInt8(ascii: "\r")))
    }

    /// A quoted field without its quotes, doubled ones made single. The scanner has seen to it that the last byte is
    /// the closing quote.
    private func unquoted(_ base: UnsafePointer<UInt8>, _ from: Int, _ to: Int, windowCount: Int) -> TextCell {
        let inner = base + from + 1
        let count = to - from - 2
        guard count > 0, memchr(inner, 0x22, count) != nil else { return TextCell(start: inner, count: max(0, count)) }
        if unescapedCapacity < windowCount {
            // Fields of the rows before are done with; those of this row lie in the new room as well, since the window
            // does not grow within a batch.
            unescaped.deallocate()
            unescaped = .allocate(capacity: windowCount)
            unescapedCapacity = windowCount
        }
        var length = 0
        var position = 0
        while position < count {
            unescaped[from + length] = inner[position]
            length += 1
            position += inner[position] == UInt8(ascii: "\"") ? 2 : 1
        }
        return TextCell(start: unescaped + from, count: length)
    }

    /// Reads one row again, for what is wrong with it: the cells of the row that begins at the region's beginning.
    /// Returns its number of fields.
    func readRow(_ row: UnsafeRawBufferPointer, _ layout: CSVLayout, _ assembler: RowAssembler) -> Int {
        try? scanner.scan(row, isLast: true)
        assembler.clearCells()
        guard scanner.recordCount > 0, let base = row.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
        let fields = Int(scanner.recordEnds[0])
        for fill in layout.fills where fill.column < fields {
            let (from, to) = bounds(ofField: fill.column, in: row)
            let isQuoted = to > from && base[from] == UInt8(ascii: "\"")
            assembler.cells[fill.cell] =
                isQuoted
                ? unquoted(base, from, to, windowCount: row.count)
                : TextCell(start: base + from, count: to - from)
        }
        return fields
    }

    /// Where a field of the row that `readRow` has read lies in it, with its quotes.
    func bounds(ofField field: Int, in row: UnsafeRawBufferPointer) -> (from: Int, to: Int) {
        let from = field == 0 ? 0 : Int(scanner.separators[field - 1]) + 1
        var to = Int(scanner.separators[field])
        if field == Int(scanner.recordEnds[0]) - 1, to > from, row[to - 1] == UInt8(ascii: "\r") { to -= 1 }
        return (from, to)
    }
}
