import Foundation

/// Reads a CSV text record by record, in memory bounded by its longest record.
///
/// ```swift
/// let reader = try CSVReader(source: .open(path: path))
/// while try reader.next() {
///     guard reader.fieldCount == reader.header.count else { ... }
///     let name = reader.string(0)
/// }
/// ```
///
/// The grammar is that of `CSVBatchScanner`; blank lines are skipped. Bytes and positions of the current record are
/// valid until the next call of `next()`.
package final class CSVReader {
    /// The first record, without the rests of a byte order mark; empty when the text is read without a header.
    package private(set) var header: [String] = []

    /// Physical line on which the current record begins, from 1.
    package private(set) var line = 0

    private let buffer: TextBuffer
    private let scanner: CSVBatchScanner
    private var pending: FileFormatError?
    private var isStarted = false

    /// Number of the record that comes next in the scanner, and the physical line on which it begins.
    private var nextRecord = 0
    private var nextLine = 1

    /// The window and the scanner's separators, as they stand since the last refill.
    private var window = UnsafeRawBufferPointer(start: nil, count: 0)
    private var separators: UnsafeMutablePointer<UInt32>

    // The current record: its bytes in the window without the line end, and its separators.
    private var recordStart = 0
    private var recordEnd = 0
    private var firstSeparator = 0
    private var endSeparator = 0

    /// Room for the fields with doubled quotes of one record, each at its own offset in the record: no two overlap, and
    /// asking twice for a field writes the same bytes again.
    private var unescaped: UnsafeMutableRawBufferPointer = .allocate(byteCount: 0, alignment: 1)

    /// Reads the header. Throws `.emptyFile` for a text without a byte and `.noHeader` for one of blank lines, else
    /// what `next()` throws. `bufferSize` is how much text is looked at together; it grows for longer records.
    package convenience init(
        source: ByteSource, rules: CSVRules = CSVRules(), bufferSize: Int = 1 << 18
    ) throws(FileFormatError) {
        self.init(withoutHeader: source, rules: rules, bufferSize: bufferSize)
        guard try next() else {
            throw buffer.offset + buffer.count == 0
                ? FileFormatError(.emptyFile, "expected a header, found an empty text", line: 1, column: 1)
                : FileFormatError(.noHeader, "expected a header, found only blank lines", line: 1, column: 1)
        }
        header = (0..<fieldCount).map { string($0) }
        // Tools that add a mark to a text that has one already leave the second to us.
        if let first = header.first, first.unicodeScalars.first == "\u{FEFF}" {
            header[0] = String(String.UnicodeScalarView(first.unicodeScalars.dropFirst()))
        }
    }

    /// Reads a text whose first record is data like the others.
    package init(withoutHeader source: ByteSource, rules: CSVRules = CSVRules(), bufferSize: Int = 1 << 18) {
        buffer = TextBuffer(source, capacity: bufferSize)
        scanner = CSVBatchScanner(rules: rules)
        separators = scanner.separators
    }

    deinit {
        unescaped.deallocate()
    }

    /// Moves to the next record that is not a blank line; `false` at the end of the text.
    ///
    /// Throws what `CSVBatchScanner.scan` and `ByteSource.read` throw, placed in the text, after every record before
    /// the fault has been given out. After an error the same error comes again.
    package func next() throws(FileFormatError) -> Bool {
        while true {
            while nextRecord < scanner.recordCount {
                let record = nextRecord
                nextRecord += 1
                if take(record) { return true }
            }
            if let pending { throw pending }
            if isStarted && buffer.isAtEnd { return false }
            refill()
        }
    }

    /// Whether the last record of the text had its line end; meaningful when `next()` has returned `false`. A cut file
    /// ends without one, a complete one may.
    package var lastRecordEndedWithNewline: Bool { scanner.endedWithNewline }

    private func refill() {
        buffer.refill(dropping: isStarted ? scanner.consumed : 0)
        isStarted = true
        nextRecord = 0
        do throws(FileFormatError) {
            // Where the source failed, the text does not end there: its last record may be cut.
            try scanner.scan(buffer.bytes, isLast: buffer.isAtEnd && buffer.fault == nil)
            if let fault = buffer.fault { pending = placed(fault) }
        } catch {
            pending = error.shifted(lines: nextLine - 1, bytes: buffer.offset)
        }
        window = buffer.bytes
        separators = scanner.separators
    }

    /// An error of the source comes without a line: it is the one of the byte that could not be read.
    private func placed(_ fault: FileFormatError) -> FileFormatError {
        let place = Place(in: buffer.bytes, at: buffer.count)
        return fault.placed(line: nextLine - 1 + place.line, column: place.column, byteOffset: nil)
    }

    /// Makes the record the current one; `false` for a blank line. Records are taken one after the other.
    private func take(_ record: Int) -> Bool {
        firstSeparator = record == 0 ? 0 : endSeparator
        recordStart = firstSeparator == 0 ? 0 : Int(separators[firstSeparator - 1]) + 1
        endSeparator = Int(scanner.recordEnds[record])
        var end = Int(separators[endSeparator - 1])
        line = nextLine
        nextLine += 1
        if scanner.innerNewlineCount > 0 {
            nextLine += Place.newlines(in: UnsafeRawBufferPointer(rebasing: window[recordStart..<end]))
        }
        if end > recordStart, window[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        recordEnd = end
        return end > recordStart
    }
}

// The current record.
extension CSVReader {
    package var fieldCount: Int { endSeparator - firstSeparator }

    /// The record as it stands in the text, without its line end.
    package var recordBytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: window[recordStart..<recordEnd])
    }

    /// Offset of the record in the text.
    package var byteOffset: Int { buffer.offset + recordStart }

    /// The field as it stands in the text, with its quotes. `field` is below `fieldCount`.
    package func rawField(_ field: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: window[bounds(ofField: field)])
    }

    package func fieldWasQuoted(_ field: Int) -> Bool {
        rawField(field).first == UInt8(ascii: "\"")
    }

    /// The field's bytes, without the quotes around it and with doubled quotes made single.
    package func field(_ field: Int) -> UnsafeRawBufferPointer {
        let bounds = bounds(ofField: field)
        guard bounds.count > 1, window[bounds.lowerBound] == UInt8(ascii: "\"") else {
            return UnsafeRawBufferPointer(rebasing: window[bounds])
        }
        // The scanner has seen to it that the last byte is the closing quote.
        let inner = UnsafeRawBufferPointer(rebasing: window[bounds.lowerBound + 1..<bounds.upperBound - 1])
        guard let start = inner.baseAddress, memchr(start, 0x22, inner.count) != nil else { return inner }
        return unescape(inner, at: bounds.lowerBound - recordStart)
    }

    package func string(_ field: Int) -> String {
        String(decoding: self.field(field), as: UTF8.self)
    }

    /// Physical line on which the field begins: another than `line` when a field before it holds line ends.
    package func line(ofField field: Int) -> Int {
        line - 1 + Place(in: recordBytes, at: bounds(ofField: field).lowerBound - recordStart).line
    }

    /// Column of the field's first character in its physical line, from 1, counted in Unicode scalars.
    package func column(ofField field: Int) -> Int {
        Place(in: recordBytes, at: bounds(ofField: field).lowerBound - recordStart).column
    }

    private func bounds(ofField field: Int) -> Range<Int> {
        let separator = firstSeparator + field
        let start = field == 0 ? recordStart : Int(separators[separator - 1]) + 1
        return start..<(separator == endSeparator - 1 ? recordEnd : Int(separators[separator]))
    }

    /// Copies a field without its outer quotes and makes the doubled ones within single.
    private func unescape(_ inner: UnsafeRawBufferPointer, at offset: Int) -> UnsafeRawBufferPointer {
        if unescaped.count < recordEnd - recordStart {
            // No pointer into the old room is about: it was too small from the first field of this record on.
            unescaped.deallocate()
            unescaped = .allocate(byteCount: (recordEnd - recordStart) * 2, alignment: 1)
        }
        var end = offset
        var position = 0
        while position < inner.count {
            let byte = inner[position]
            unescaped[end] = byte
            end += 1
            position += byte == UInt8(ascii: "\"") ? 2 : 1
        }
        return UnsafeRawBufferPointer(rebasing: unescaped[offset..<end])
    }
}
