import BillingTerms
import FileFormats
import Foundation

// Reading the texts of a file, whole or in chunks.
extension MeterWorker {
    /// Reads the rows of a text that begin in `start ..< limit`. `fill` delivers the text from any offset at or behind
    /// `start` on, in order.
    func readLines(
        of text: MeterText, start: Int, limit: Int, skipsHeader: Bool, checksUTF8: Bool, fill: @escaping TextWindow.Fill
    ) {
        window.begin(at: start, limit: limit, fill: fill)
        defer { window.end() }
        let result: (end: Int, fault: FileFormatError?)
        switch text.format {
        case .csv(let layout):
            result = csvRows(delimiter: layout.delimiter).read(
                layout, into: self, limit: limit, skipsHeader: skipsHeader, checksUTF8: checksUTF8)
        case .jsonLines, .json:
            json.begin(keys: text.keys)
            result = readJSONLines(limit: limit, checksUTF8: checksUTF8)
            share.noteUnknown(json.unknown, file: text.file)
        }
        endChunk(at: result.end, fault: result.fault)
    }

    /// Reads records that follow each other without regard to lines.
    func readRecords(of text: MeterText, source: ByteSource) {
        json.begin(keys: text.keys)
        var fault: FileFormatError?
        do throws(FileFormatError) {
            let records = JSONRecords(source: source, checksLines: false, bufferSize: 1 << 20)
            while try records.next() {
                moveOn(to: records.byteOffset)
                take(json: records.record, at: records.byteOffset)
            }
        } catch {
            fault = error
        }
        share.noteUnknown(json.unknown, file: text.file)
        endChunk(at: source.offset, fault: fault)
    }

    private func readJSONLines(limit: Int, checksUTF8: Bool) -> (end: Int, fault: FileFormatError?) {
        window.refill(dropping: 0)
        while true {
            let bytes = window.bytes
            let offset = window.offset
            var position = 0
            let complete = bytes.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
            let isLast = window.isAtEnd && window.fault == nil
            let invalid = checksUTF8 ? window.invalidUTF8(inFirst: isLast ? bytes.count : complete) : nil
            while position < complete {
                if offset + position >= limit { break }
                if let invalidOffset = invalid?.byteOffset, invalidOffset < offset + complete { break }
                if let next = takeMatched(bytes, position, complete, offset: offset) {
                    position = next
                    continue
                }
                let end = lineEnd(bytes, position, complete)
                take(line: bytes, position, end, offset: offset)
                position = end + 1
            }
            if offset + position >= limit { return (offset + position, nil) }
            if let invalid { return (offset + position, invalid) }
            if isLast {
                let fault = takeLast(line: bytes, position, offset: offset)
                return (offset + bytes.count, fault)
            }
            if let fault = window.fault { return (offset + position, fault) }
            moveOn(to: offset + position)
            guard position > 0 || bytes.count <= JSONLimits().maximumRecordBytes else {
                return (
                    offset, FileFormatError(.recordTooLong, "expected at most 16 MiB in a line", byteOffset: offset)
                )
            }
            window.refill(dropping: position)
        }
    }

    /// Takes the record of the line that begins here, if it is like others before; returns where the next line begins.
    @inline(__always)
    private func takeMatched(
        _ bytes: UnsafeRawBufferPointer, _ from: Int, _ complete: Int, offset: Int
    ) -> Int? {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[from..<complete])
        let length = json.match(rest)
        guard length > 0, let start = rest.baseAddress else { return nil }
        var end = from + length
        // `complete` is behind a line end, so that there is one.
        while bytes[end] != 0x0A {
            guard isBlank(bytes[end]) else { return nil }
            end += 1
        }
        assembler.seeds = textSeeds
        json.takeMatched(at: start)
        if let seeds = json.sourceSeeds { assembler.seeds = seeds }
        take(rowAt: offset + from)
        return end + 1
    }

    @inline(__always)
    private func lineEnd(_ bytes: UnsafeRawBufferPointer, _ from: Int, _ complete: Int) -> Int {
        // `complete` is behind a line end, so that there is one.
        guard let start = bytes.baseAddress, let found = memchr(start + from, 0x0A, complete - from) else {
            return complete
        }
        return UnsafeRawPointer(found) - start
    }

    @inline(__always)
    private func take(line bytes: UnsafeRawBufferPointer, _ from: Int, _ to: Int, offset: Int) {
        let (first, end) = trimmed(bytes, from, to)
        if first < end { take(json: UnsafeRawBufferPointer(rebasing: bytes[first..<end]), at: offset + first) }
    }

    /// The last line of a text that has no line end: where it is not complete, the file was cut.
    private func takeLast(line bytes: UnsafeRawBufferPointer, _ from: Int, offset: Int) -> FileFormatError? {
        let (first, end) = trimmed(bytes, from, bytes.count)
        guard first < end else { return nil }
        let record = UnsafeRawBufferPointer(rebasing: bytes[first..<end])
        var cursor = JSONCursor(validUTF8: record)
        do throws(FileFormatError) {
            try cursor.finish()
        } catch  where error.kind == .truncated {
            return error.shifted(lines: 0, bytes: offset + first)
        } catch {
            // Malformed and complete: set aside as any other line.
        }
        take(json: record, at: offset + first)
        return nil
    }

    /// A line without the blanks around it.
    @inline(__always)
    private func trimmed(_ bytes: UnsafeRawBufferPointer, _ from: Int, _ to: Int) -> (Int, Int) {
        var (from, to) = (from, to)
        while to > from, isBlank(bytes[to - 1]) { to -= 1 }
        while from < to, isBlank(bytes[from]) { from += 1 }
        return (from, to)
    }

    /// What JSON takes for white space, and nothing else: whoever looks at the row again must find it at the same place.
    @inline(__always)
    private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0D || byte == 0x09 || byte == 0x0A }

    /// Takes up one JSON record: an event, or an event of each meter in its `values`.
    @inline(__always)
    private func take(json record: UnsafeRawBufferPointer, at offset: Int) {
        assembler.seeds = textSeeds
        if json.read(record) != nil {
            countRow()
            refuse(rowAt: offset)
            return
        }
        if let seeds = json.sourceSeeds { assembler.seeds = seeds }
        if json.hasValues, !json.values.isEmpty {
            takeValues(at: offset)
        } else {
            take(rowAt: offset)
        }
    }

    private func takeValues(at offset: Int) {
        for (meter, value) in json.values {
            assembler.setMeter(meter, value: value)
            countRow()
            var record = EventRecord()
            let fault = assembler.assemble(&record)
            if fault == .none {
                assembler.readIdentityOfMeter(&record)
                keep(record, offset)
            } else {
                pass(fault, rowAt: offset)
            }
        }
    }
}
