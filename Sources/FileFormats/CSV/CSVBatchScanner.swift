import CScan

/// Finds the records and fields of a region of CSV, many at once and without an allocation per field: the layer under
/// `CSVReader`, and the one for loops over millions of rows.
///
/// The grammar is RFC 4180. Lines end with LF or CRLF. A field that begins with a quote ends with one, and a delimiter
/// or line end follows; a quote anywhere else is text. CR is only allowed before LF or within quotes.
///
/// The result is two flat arrays that are reused by the next `scan`. `separators` holds the offsets of all delimiters
/// and line ends outside quotes; record `r` owns those from `recordEnds[r - 1]` (0 for the first) up to
/// `recordEnds[r]`:
///
/// ```swift
/// try scanner.scan(region, isLast: false)
/// var first = 0, start = 0
/// for record in 0..<scanner.recordCount {
///     let last = Int(scanner.recordEnds[record])
///     for separator in first..<last {
///         let end = Int(scanner.separators[separator])
///         // A field lies in start..<end: with its quotes, and in the record's last field with the CR of its line end.
///         start = end + 1
///     }
///     first = last
/// }
/// ```
///
/// Blank lines are records of one empty field (see `isBlank`). A last record without line end has a separator at the
/// region's end.
package final class CSVBatchScanner {
    package let rules: CSVRules

    package private(set) var separators: UnsafeMutablePointer<UInt32>
    package private(set) var recordEnds: UnsafeMutablePointer<UInt32>

    /// Complete records found by the last `scan`, blank lines among them.
    package var recordCount: Int { Int(index.record_count) }

    /// Bytes of the region that belong to those records: what is behind them is to be scanned again with more behind
    /// it.
    package var consumed: Int { Int(index.record_start) }

    /// Line ends inside quotes in what was scanned; while it is 0, every record is one line.
    package var innerNewlineCount: Int { Int(index.inner_newlines) }

    /// Whether the last record of the region ended with its line end, and not with the text.
    package private(set) var endedWithNewline = true

    private var index = cscan_csv()
    private var separatorCapacity = 1024
    private var recordCapacity = 256
    private let usesVectors: Bool

    package convenience init(rules: CSVRules = CSVRules()) {
        self.init(rules: rules, usesVectors: true)
    }

    /// `usesVectors: false` takes the portable way also where the processor knows better; tests compare the two.
    init(rules: CSVRules, usesVectors: Bool) {
        var rules = rules
        // Offsets are 32 bits wide; without this a longer record would never be seen to be one.
        rules.maximumRecordBytes = min(rules.maximumRecordBytes, 1 << 30)
        self.rules = rules
        self.usesVectors = usesVectors
        separators = .allocate(capacity: separatorCapacity)
        recordEnds = .allocate(capacity: recordCapacity)
    }

    deinit {
        separators.deallocate()
        recordEnds.deallocate()
    }

    /// Scans a region that begins at a record's beginning. `isLast` says that the text ends with the region, so that
    /// its last record is complete without a line end.
    ///
    /// Of a region beyond 2 GiB only the first 2 GiB are scanned; `consumed` says how far it came.
    ///
    /// Throws `.unexpectedCharacterAfterQuote`, `.bareCarriageReturn`, `.unclosedQuote`, `.recordTooLong` and
    /// `.tooManyFields`, with line, column and offset counted from the region's beginning. The records before the fault
    /// can be read all the same.
    package func scan(_ region: UnsafeRawBufferPointer, isLast: Bool) throws(FileFormatError) {
        index = cscan_csv()
        endedWithNewline = true
        // Offsets are 32 bits wide, and a step of 64 bytes must not overflow them.
        let count = min(region.count, 1 << 31)
        let bytes = UnsafeRawBufferPointer(rebasing: region.prefix(count))
        if count > 0 { try scanAll(bytes) }
        if isLast && count == region.count {
            try finish(bytes)
        } else if count - consumed > rules.maximumRecordBytes {
            throw tooLong(bytes)
        }
    }

    /// Whether the record is an empty line.
    package func isBlank(_ record: Int, in region: UnsafeRawBufferPointer) -> Bool {
        let first = firstSeparator(ofRecord: record)
        guard Int(recordEnds[record]) == first + 1 else { return false }
        let start = start(ofRecord: record)
        let end = Int(separators[first])
        return end == start || (end == start + 1 && region[start] == UInt8(ascii: "\r"))
    }

    /// Index in `separators` of the end of the record's first field.
    package func firstSeparator(ofRecord record: Int) -> Int {
        record == 0 ? 0 : Int(recordEnds[record - 1])
    }

    /// Offset of the record's first byte.
    package func start(ofRecord record: Int) -> Int {
        let first = firstSeparator(ofRecord: record)
        return first == 0 ? 0 : Int(separators[first - 1]) + 1
    }

    private func scanAll(_ bytes: UnsafeRawBufferPointer) throws(FileFormatError) {
        guard let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        let count = UInt32(bytes.count)
        while true {
            let status =
                usesVectors
                ? cscan_csv_index(
                    start, count, rules.scanRules, &index, separators, UInt32(separatorCapacity), recordEnds,
                    UInt32(recordCapacity))
                : cscan_csv_index_portable(
                    start, count, rules.scanRules, &index, separators, UInt32(separatorCapacity), recordEnds,
                    UInt32(recordCapacity))
            switch Int(status) {
            case CSCAN_CSV_DONE: return
            case CSCAN_CSV_FULL: grow()
            default: throw fault(Int(status), in: bytes)
            }
        }
    }

    /// Closes the record that the end of the text ends.
    private func finish(_ bytes: UnsafeRawBufferPointer) throws(FileFormatError) {
        switch Int(index.state) {
        case CSCAN_CSV_QUOTED:
            let field = index.separator_count == 0 ? 0 : Int(separators[Int(index.separator_count) - 1]) + 1
            throw Place(in: bytes, at: field).error(
                .unclosedQuote, "expected a closing quote, found the end of the text")
        case CSCAN_CSV_CARRIAGE_RETURN:
            throw Place(in: bytes, at: bytes.count).error(
                .bareCarriageReturn, "expected LF after CR, found the end of the text")
        default: break
        }
        guard consumed < bytes.count else { return }
        if bytes.count - consumed > rules.maximumRecordBytes { throw tooLong(bytes) }
        let count = index.separator_count - index.record_separators + 1
        if Int(count) > rules.maximumFields { throw fault(CSCAN_CSV_TOO_MANY_FIELDS, in: bytes) }
        grow()
        separators[Int(index.separator_count)] = UInt32(bytes.count)
        index.separator_count += 1
        recordEnds[Int(index.record_count)] = index.separator_count
        index.record_count += 1
        index.record_start = UInt32(bytes.count)
        endedWithNewline = false
    }

    /// Makes room for another block of 64 separators and records where there is none.
    private func grow() {
        if separatorCapacity - Int(index.separator_count) < 64 {
            separators = Self.grown(separators, from: Int(index.separator_count), to: separatorCapacity * 2)
            separatorCapacity *= 2
        }
        if recordCapacity - Int(index.record_count) < 64 {
            recordEnds = Self.grown(recordEnds, from: Int(index.record_count), to: recordCapacity * 2)
            recordCapacity *= 2
        }
    }

    private static func grown(
        _ old: UnsafeMutablePointer<UInt32>, from count: Int, to capacity: Int
    ) -> UnsafeMutablePointer<UInt32> {
        let new = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity)
        new.initialize(from: old, count: count)
        old.deallocate()
        return new
    }
}

extension CSVBatchScanner {
    private func tooLong(_ bytes: UnsafeRawBufferPointer) -> FileFormatError {
        fault(CSCAN_CSV_RECORD_TOO_LONG, in: bytes)
    }

    private func fault(_ status: Int, in bytes: UnsafeRawBufferPointer) -> FileFormatError {
        switch status {
        case CSCAN_CSV_AFTER_QUOTE:
            Place(in: bytes, at: Int(index.position)).error(
                .unexpectedCharacterAfterQuote, "expected a delimiter or line end after a closing quote")
        case CSCAN_CSV_CARRIAGE_RETURN_BARE:
            Place(in: bytes, at: Int(index.position)).error(.bareCarriageReturn, "expected LF after CR")
        case CSCAN_CSV_TOO_MANY_FIELDS:
            Place(in: bytes, at: consumed).error(
                .tooManyFields, "expected at most \(rules.maximumFields) fields in a record")
        default:
            Place(in: bytes, at: consumed).error(
                .recordTooLong, "expected at most \(rules.maximumRecordBytes) bytes in a record")
        }
    }
}
