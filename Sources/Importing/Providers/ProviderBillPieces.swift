import FileFormats
import Foundation

/// A large uncompressed bill cut into pieces that are read on several cores.
///
/// The cuts lie behind line ends, of which some may stand inside a quoted field: that is not known without reading all
/// before them. But the first piece begins where rows begin; and when a piece can be read to its end, with no quote left
/// open, the next one begins where rows begin, too. So either all pieces can be read, and then they were cut between
/// rows, or the file is read again in one piece.
private struct BillPieces {
    let text: PlainText
    /// Ends with a line end.
    let header: [UInt8]
    let lineCountBefore: Int
    let ranges: [Range<Int>]

    /// Nil when the text is too short to be cut.
    init?(_ text: PlainText, header reader: CSVReader, pieceBytes: Int) throws(FileFormatError) {
        let headerEnd = reader.byteOffset + reader.recordBytes.count
        guard let start = try BillPieces.lineEnd(in: text, from: headerEnd) else { return nil }
        var ranges: [Range<Int>] = []
        var begin = start
        while begin < text.size {
            var end = text.size
            if text.size - begin > pieceBytes {
                end = try BillPieces.lineEnd(in: text, from: begin + pieceBytes) ?? text.size
            }
            ranges.append(begin..<end)
            begin = end
        }
        guard ranges.count > 1 else { return nil }
        self.text = text
        self.ranges = ranges
        header = Array(reader.recordBytes) + [UInt8(ascii: "\n")]
        lineCountBefore = lineEndCount(try BillPieces.bytes(of: text, 0..<start))
    }

    /// The offset behind the first LF at or after an offset.
    private static func lineEnd(in text: PlainText, from offset: Int) throws(FileFormatError) -> Int? {
        var offset = offset
        while offset < text.size {
            let window = try bytes(of: text, offset..<min(offset + 65_536, text.size))
            if let place = window.firstIndex(of: UInt8(ascii: "\n")) { return offset + place + 1 }
            offset += window.count
        }
        return nil
    }

    private static func bytes(of text: PlainText, _ range: Range<Int>) throws(FileFormatError) -> [UInt8] {
        try bytes(of: text, range, behind: [])
    }

    private static func bytes(
        of text: PlainText, _ range: Range<Int>, behind head: [UInt8]
    ) throws(FileFormatError) -> [UInt8] {
        var failure: FileFormatError?
        let bytes = [UInt8](unsafeUninitializedCapacity: head.count + range.count) { buffer, count in
            do throws(FileFormatError) {
                let whole = UnsafeMutableRawBufferPointer(buffer)
                whole.copyBytes(from: head)
                let room = UnsafeMutableRawBufferPointer(rebasing: whole[head.count...].prefix(range.count))
                guard try text.read(at: range.lowerBound, into: room) == range.count else {
                    throw FileFormatError(.changedWhileReading, "the file changed while it was read")
                }
                count = head.count + range.count
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// A piece with the header before it, as if it were a bill of its own.
    func bill(_ range: Range<Int>) throws(FileFormatError) -> [UInt8] {
        try BillPieces.bytes(of: text, range, behind: header)
    }
}

/// Lines of bills are long, so that the C library's search is faster than looking at every byte.
private func lineEndCount(_ bytes: [UInt8]) -> Int {
    bytes.withUnsafeBytes { bytes in
        guard var place = bytes.baseAddress else { return 0 }
        let end = place + bytes.count
        var total = 0
        while let found = memchr(place, 0x0A, end - place) {
            total += 1
            place = UnsafeRawPointer(found) + 1
        }
        return total
    }
}

extension ProviderBillReader {
    /// As `read`, on all cores where the file is large and not compressed. Each piece of it has a sheet of its own, within
    /// which the numbers of groups mean the same; `ProviderCharge.line` counts from an unknown line of the file there.
    package func readSheets<Sheet: Sendable>(
        _ file: ProviderFile, of format: ProviderFormat, newSheet: @Sendable () -> Sheet,
        enter: @Sendable (inout Sheet, ProviderCharge) -> Void
    ) -> (reading: ProviderFileReading, sheets: [Sheet]) {
        defer { progress?.addFile() }
        if let pieces = try? readPieces(file, of: format, newSheet: newSheet, enter: enter) { return pieces }
        var sheet = newSheet()
        let reading = read(file, of: format) { enter(&sheet, $0) }
        return (reading, [sheet])
    }

    /// Nil or an error when the file must be read in one piece.
    private func readPieces<Sheet: Sendable>(
        _ file: ProviderFile, of format: ProviderFormat, newSheet: @Sendable () -> Sheet,
        enter: @Sendable (inout Sheet, ProviderCharge) -> Void
    ) throws(FileFormatError) -> (reading: ProviderFileReading, sheets: [Sheet])? {
        // What needs all rows before the first of them cannot be read in pieces.
        if format.rows.looksAhead { return nil }
        let input = try InputFile(path: file.location, options: ReadingOptions(hashesWhileReading: false))
        guard input.size > pieceBytes, let text = try input.plainText() else { return nil }
        let source = try input.open()
        // JSON has no header to be put before the pieces, and its records no line ends that can be relied on.
        if ProviderContent.isJSON(try source.prefix(512)) { return nil }
        let reader = try CSVReader(source: source)
        guard let pieces = try BillPieces(text, header: reader, pieceBytes: pieceBytes) else { return nil }
        let digest = hashesFiles ? BesideDigest(of: input) : nil
        let results = eachOnAnyCore(pieces.ranges) { range -> (tally: BillTally, sheet: Sheet, lines: Int)? in
            var sheet = newSheet()
            guard let bytes = try? pieces.bill(range),
                let tally = try? tally(of: bytes, file, format, sink: { enter(&sheet, $0) })
            else { return nil }
            progress?.add(bytes: range.count)
            return (tally, sheet, lineEndCount(bytes))
        }
        let sha256 = try digest?.wait().hexadecimal ?? ""
        try text.requireUnchanged()
        var whole = BillTally(file: file.path)
        let headerLines = lineEndCount(pieces.header)
        var linesBefore = pieces.lineCountBefore - headerLines
        for result in results {
            guard let result else { return nil }
            whole.append(result.tally, linesBefore: linesBefore)
            linesBefore += result.lines - headerLines
        }
        var reading = ProviderFileReading(
            report: FileReport(
                path: file.path, sha256: sha256, byteCount: input.size, content: format.content))
        whole.enter(&reading, of: file.source, isPlain: true)
        reading.findings.sort()
        return (reading, results.compactMap { $0?.sheet })
    }

    /// Nil when the text is of another format, or lacks a column.
    private func tally(
        of bytes: [UInt8], _ file: ProviderFile, _ format: ProviderFormat, sink: (ProviderCharge) -> Void
    ) throws(FileFormatError) -> BillTally? {
        try tally(format.rows, of: bytes, file, sink: sink)
    }

    private func tally<Rows: ProviderRowReader>(
        _ type: Rows.Type, of bytes: [UInt8], _ file: ProviderFile, sink: (ProviderCharge) -> Void
    ) throws(FileFormatError) -> BillTally? {
        let source = try ByteSource.open(bytes: bytes, options: ReadingOptions(hashesWhileReading: false))
        let reader = try Rows.open(.text(source), of: file)
        let header = ProviderHeader(reader.header)
        guard Rows.matches(header), let rows = try? Rows(header: header, detail: detail, file: file) else { return nil }
        var loop = ProviderRowLoop(rows: rows, file: file.path, firstGroup: 0)
        try loop.run(
            reader, fieldCount: header.names.count - reader.addedFieldCount, rowLimit: .max, sink: sink)
        return loop.result()
    }
}
