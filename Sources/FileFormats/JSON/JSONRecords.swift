import Foundation

/// Reads the records of a JSON text one after the other, in memory bounded by the longest of them: JSON lines, the
/// elements of one array, or values one after the other over several lines.
///
/// ```swift
/// let records = try JSONRecords(source: .open(path: path))
/// while try records.next() {
///     if let fault = records.fault { ...; continue }
///     var cursor = JSONCursor(validUTF8: records.record)
/// }
/// ```
///
/// Of JSON lines, a malformed line is a record with a `fault`, and reading goes on behind it: the line end says where.
/// In the other layouts nothing says where the next record begins, and the text is refused. In every layout a text that
/// ends within a record is refused.
package final class JSONRecords {
    package let layout: JSONLayout

    /// The record's bytes, without white space around them; valid until the next call of `next()`. They are one value
    /// by RFC 8259 unless there is a `fault`.
    package private(set) var record = UnsafeRawBufferPointer(start: nil, count: 0)

    /// Physical line on which the record begins, from 1.
    package private(set) var line = 1

    /// Offset of the record in the text.
    package private(set) var byteOffset = 0

    /// What is wrong with the current record, placed in the text.
    package private(set) var fault: FileFormatError?

    private let buffer: TextBuffer
    private let limits: JSONLimits
    private let checksLines: Bool
    private var pending: FileFormatError?

    /// Where reading stands in the window, and on which physical line.
    var position = 0
    private var positionLine = 1
    private var positionLineStart = LineStart()

    /// Where the current record's line begins.
    private var recordLineStart = LineStart()
    private var progress = Progress.beforeFirst

    /// Set when the records are the elements of a member of the text's objects.
    var member: Member?

    /// Where a line begins in the window; when that is before the window, the characters that went with it.
    private struct LineStart {
        var offset = 0
        var charactersBefore = 0
    }

    private enum Progress {
        case beforeFirst
        case afterRecord
        case finished
    }

    /// Reads as much of the text as shows its layout.
    ///
    /// `checksLines: false` leaves the check of each line to the caller, who walks over it with a `JSONCursor` anyway:
    /// then `fault` is only set for lines that are too long. The last line of a text is checked in any case.
    ///
    /// What is wrong with the text comes from `next()`.
    package convenience init(
        source: ByteSource, limits: JSONLimits = JSONLimits(), checksLines: Bool = true, bufferSize: Int = 1 << 18
    ) {
        let buffer = TextBuffer(source, capacity: bufferSize)
        var layout: JSONLayout?
        while layout == nil {
            buffer.refill(dropping: 0)
            layout = .recognised(in: buffer.bytes, isWhole: buffer.isAtEnd, limits: limits)
            if layout == nil, buffer.count > limits.maximumRecordBytes { layout = .concatenated }
        }
        self.init(buffer, layout: layout ?? .lines, limits: limits, checksLines: checksLines)
    }

    init(_ buffer: TextBuffer, layout: JSONLayout, limits: JSONLimits, checksLines: Bool) {
        self.buffer = buffer
        self.layout = layout
        self.limits = limits
        self.checksLines = checksLines
    }

    /// Moves to the next record; `false` at the end of the text.
    ///
    /// Throws `.malformedJSON`, `.nestingTooDeep`, `.recordTooLong` and `.truncated` where they concern the text and
    /// not one line, and what `ByteSource.read` throws. After an error the same error comes again.
    package func next() throws(FileFormatError) -> Bool {
        fault = nil
        record = UnsafeRawBufferPointer(start: nil, count: 0)
        do throws(FileFormatError) {
            if progress == .finished {
                if let pending { throw pending }
                return false
            }
            if let member { return try nextElement(of: member) }
            switch layout {
            case .lines: return try nextLine()
            case .array: return try nextElement()
            case .concatenated: return try nextConcatenated()
            }
        } catch {
            pending = error
            progress = .finished
            throw error
        }
    }
}

// JSON lines.
extension JSONRecords {
    private func nextLine() throws(FileFormatError) -> Bool {
        while true {
            let end = try lineEnd()
            let isLast = end == buffer.count
            if isLast, let pending = buffer.fault { throw placedAtEnd(pending) }
            let start = position
            begin(at: skippingWhiteSpace(from: start, to: end))
            position = end
            if !isLast {
                position += 1
                positionLine += 1
                positionLineStart = LineStart(offset: position)
            }
            if record(to: end) {
                try checkLine(isLast: isLast)
                return true
            }
            if isLast {
                progress = .finished
                return false
            }
        }
    }

    /// Offset of the next LF, or of the end of the text.
    private func lineEnd() throws(FileFormatError) -> Int {
        var searched = position
        while true {
            let bytes = buffer.bytes
            if searched < bytes.count, let start = bytes.baseAddress,
                let found = memchr(start + searched, 0x0A, bytes.count - searched)
            {
                return UnsafeRawPointer(found) - start
            }
            if buffer.isAtEnd { return bytes.count }
            let seen = bytes.count - position
            guard seen <= limits.maximumRecordBytes else {
                throw tooLong(positionLineStart, positionLine, at: position)
            }
            refill()
            searched = position + seen
        }
    }

    private func checkLine(isLast: Bool) throws(FileFormatError) {
        if record.count > limits.maximumRecordBytes {
            fault = recordTooLong()
            return
        }
        guard checksLines || isLast else { return }
        var cursor = JSONCursor(validUTF8: record, limits: limits)
        do throws(FileFormatError) {
            try cursor.finish()
        } catch {
            let placed = placed(error)
            // Without its line end a line that is not complete is the cut end of a file.
            if isLast && error.kind == .truncated { throw placed }
            fault = placed
        }
    }
}

// Arrays and values one after the other.
extension JSONRecords {
    private func nextElement() throws(FileFormatError) -> Bool {
        if progress == .beforeFirst {
            try skipWhiteSpace()
            position += 1
        }
        try skipWhiteSpace()
        let byte = try peek("an element or the end of the array")
        if byte == UInt8(ascii: "]") {
            position += 1
            return try endArray()
        }
        if progress == .afterRecord {
            guard byte == UInt8(ascii: ",") else {
                throw error(.malformedJSON, "expected a comma or the end of the array")
            }
            position += 1
            try skipWhiteSpace()
        }
        try takeValue()
        return true
    }

    private func endArray() throws(FileFormatError) -> Bool {
        try skipWhiteSpace()
        guard position == buffer.count else {
            throw error(.malformedJSON, "expected the end of the text behind the array")
        }
        if let pending = buffer.fault { throw placedAtEnd(pending) }
        progress = .finished
        return false
    }

    private func nextConcatenated() throws(FileFormatError) -> Bool {
        try skipWhiteSpace()
        if try isAtEndOfText() { return false }
        let first = buffer.bytes[position]
        // Numbers and words need something between them, and nobody exports them one after the other.
        guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else {
            throw error(.malformedJSON, "expected an object")
        }
        try takeValue()
        return true
    }

    /// Whether nothing follows; then reading is finished.
    func isAtEndOfText() throws(FileFormatError) -> Bool {
        guard position == buffer.count else { return false }
        if let pending = buffer.fault { throw placedAtEnd(pending) }
        progress = .finished
        return true
    }

    /// Makes the value that begins at `position` the current record.
    func takeValue() throws(FileFormatError) {
        while true {
            let window = buffer.bytes
            switch JSONStep(window, position, window.count, isWhole: buffer.isAtEnd, limits) {
            case .complete(let end):
                begin(at: position)
                position = end
                _ = record(to: end)
                if record.count > limits.maximumRecordBytes { throw recordTooLong() }
                moveLine(over: record, from: byteOffset - buffer.offset)
                progress = .afterRecord
                return
            case .wrong(let error):
                throw placedInWindow(error)
            case .unfinished(let error):
                if let pending = buffer.fault { throw placedAtEnd(pending) }
                if buffer.isAtEnd { throw placedInWindow(error) }
                guard window.count - position <= limits.maximumRecordBytes else {
                    throw tooLong(positionLineStart, positionLine, at: position)
                }
                refill()
            }
        }
    }

    func peek(_ expectation: String) throws(FileFormatError) -> UInt8 {
        if position < buffer.count { return buffer.bytes[position] }
        if let pending = buffer.fault { throw placedAtEnd(pending) }
        throw error(.truncated, "expected \(expectation), found the end of the text")
    }
}

// The window.
extension JSONRecords {
    private func refill() {
        if positionLineStart.offset < position {
            positionLineStart.charactersBefore += Place.scalars(
                in: bytes(from: max(0, positionLineStart.offset), to: position))
        }
        positionLineStart.offset -= position
        buffer.refill(dropping: position)
        position = 0
    }

    private func bytes(from start: Int, to end: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: buffer.bytes[start..<end])
    }

    /// Moves to the next byte that is not white space, or to the end of the text.
    func skipWhiteSpace() throws(FileFormatError) {
        while true {
            let end = skippingWhiteSpace(from: position, to: buffer.count)
            moveLine(over: bytes(from: position, to: end), from: position)
            position = end
            if position < buffer.count || buffer.isAtEnd { return }
            refill()
        }
    }

    private func skippingWhiteSpace(from start: Int, to end: Int) -> Int {
        let bytes = buffer.bytes
        var position = start
        while position < end, JSONLayout.isWhiteSpace(bytes[position]) { position += 1 }
        return position
    }

    /// Counts the lines of bytes that begin at `start` in the window and have been passed.
    private func moveLine(over bytes: UnsafeRawBufferPointer, from start: Int) {
        let newlines = Place.newlines(in: bytes)
        guard newlines > 0, let last = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return }
        positionLine += newlines
        positionLineStart = LineStart(offset: start + last + 1)
    }

    private func begin(at start: Int) {
        byteOffset = buffer.offset + start
        line = positionLine
        recordLineStart = positionLineStart
    }

    /// Sets the record from where it begins to `end`, without white space there; `false` when nothing is left.
    private func record(to end: Int) -> Bool {
        let start = byteOffset - buffer.offset
        var end = end
        while end > start, JSONLayout.isWhiteSpace(buffer.bytes[end - 1]) { end -= 1 }
        record = bytes(from: start, to: max(start, end))
        return end > start
    }
}

// Places.
extension JSONRecords {
    /// Column of the record's first character in its physical line, from 1, counted in Unicode scalars.
    package var column: Int { place(in: recordLineStart, line, at: byteOffset - buffer.offset).column }

    /// Where in the text the byte at this offset of the current record is.
    package func place(atOffset offset: Int) -> Place {
        place(in: recordLineStart, line, at: byteOffset - buffer.offset + offset)
    }

    /// An error of a `JSONCursor` over the current record, placed in the text.
    package func placed(_ error: FileFormatError) -> FileFormatError {
        guard let offset = error.byteOffset else { return error }
        return place(atOffset: offset).error(error.kind, error.message)
    }

    /// Place of an offset in the window, counted from the beginning of a line at or before it.
    private func place(in lineStart: LineStart, _ line: Int, at offset: Int) -> Place {
        let start = max(0, lineStart.offset)
        let place = Place(in: bytes(from: start, to: buffer.count), at: offset - start)
        return Place(
            line: line - 1 + place.line,
            column: place.line == 1 ? place.column + lineStart.charactersBefore : place.column,
            byteOffset: buffer.offset + offset)
    }

    func error(_ kind: FileFormatError.Kind, _ message: String) -> FileFormatError {
        place(in: positionLineStart, positionLine, at: position).error(kind, message)
    }

    private func recordTooLong() -> FileFormatError {
        tooLong(recordLineStart, line, at: byteOffset - buffer.offset)
    }

    private func tooLong(_ lineStart: LineStart, _ line: Int, at offset: Int) -> FileFormatError {
        place(in: lineStart, line, at: offset).error(
            .recordTooLong, "expected at most \(limits.maximumRecordBytes) bytes in a record")
    }

    /// An error of a cursor over the window.
    private func placedInWindow(_ error: FileFormatError) -> FileFormatError {
        guard let offset = error.byteOffset else { return error }
        return place(in: positionLineStart, positionLine, at: offset).error(error.kind, error.message)
    }

    /// An error of the source: it is at the first byte that could not be read, and has an offset of its own.
    private func placedAtEnd(_ error: FileFormatError) -> FileFormatError {
        let place = place(in: positionLineStart, positionLine, at: buffer.count)
        return error.placed(line: place.line, column: place.column, byteOffset: nil)
    }
}
