import CScan

/// Finds the tokens of all the lines in a region of JSON lines, without an allocation per line or token: for loops over
/// millions of rows. The grammar is that of `JSONCursor`, and every line is checked to its end.
///
/// ```swift
/// try scanner.scan(region, isLast: false)
/// var first = 0
/// for number in 0..<scanner.lineCount {
///     let line = scanner.lines[number]
///     if line.isMalformed { report(scanner.fault(ofLine: number, in: region)) }
///     for token in first..<line.tokenEnd where scanner.tokens[token].kind == .key { ... }
///     first = line.tokenEnd
/// }
/// ```
///
/// Blank lines are left out. Objects are flat sequences: a key, its value's tokens, the next key.
package final class JSONBatchScanner {
    package struct Line: Sendable {
        @usableFromInline
        let line: cscan_json_line

        /// Where the record lies in the region, without white space around it.
        @inlinable package var start: Int { Int(line.start) }
        @inlinable package var end: Int { Int(line.end) }

        /// Index behind the line's last token; they begin where those of the line before it ended.
        @inlinable package var tokenEnd: Int { Int(line.token_end) }

        /// Physical line in the region, from 0.
        @inlinable package var number: Int { Int(line.line) }

        /// Whether the line is no JSON value; then it has no tokens.
        @inlinable package var isMalformed: Bool { line.fault != 0 }
    }

    package let limits: JSONLimits

    /// Valid until the next `scan`: `lineCount` lines, and as many tokens as the last of them says.
    package private(set) var lines: UnsafePointer<Line>
    package private(set) var tokens: UnsafePointer<JSONToken>

    /// Lines found by the last `scan` that are not blank.
    package var lineCount: Int { Int(progress.line_count) }

    /// Bytes of the region that belong to complete lines: what is behind them is to be scanned again with more behind
    /// it.
    package var consumed: Int { Int(progress.position) }

    /// Physical lines in what was consumed, with the blank ones.
    package var physicalLineCount: Int { Int(progress.lines_seen) }

    private var progress = cscan_json_lines()
    private var lineRoom: UnsafeMutablePointer<cscan_json_line>
    private var tokenRoom: UnsafeMutablePointer<cscan_json_token>
    private var lineCapacity = 256
    private var tokenCapacity = 4096

    package init(limits: JSONLimits = JSONLimits()) {
        self.limits = limits
        lineRoom = .allocate(capacity: lineCapacity)
        tokenRoom = .allocate(capacity: tokenCapacity)
        lines = Self.wrapped(lineRoom)
        tokens = Self.wrapped(tokenRoom)
    }

    deinit {
        lineRoom.deallocate()
        tokenRoom.deallocate()
    }

    /// Scans a region of well-formed UTF-8 that begins at a line's beginning. `isLast` says that the text ends with the
    /// region, so that its last line is complete without a line end.
    ///
    /// Of a region beyond 2 GiB only the first 2 GiB are scanned; `consumed` says how far it came.
    ///
    /// Throws `.recordTooLong` when a line is longer than the limit, and `.truncated` when the text ends within a
    /// value; with line, column and offset counted from the region's beginning. The lines before it can be read all the
    /// same.
    package func scan(_ region: UnsafeRawBufferPointer, isLast: Bool) throws(FileFormatError) {
        progress = cscan_json_lines()
        let count = min(region.count, 1 << 31)
        let isLast = isLast && count == region.count
        if let start = region.baseAddress?.assumingMemoryBound(to: UInt8.self) {
            while cscan_json_scan_lines(
                start, UInt32(count), isLast ? 1 : 0, UInt8(clamping: limits.maximumDepth), &progress, tokenRoom,
                UInt32(tokenCapacity), lineRoom, UInt32(lineCapacity)) != 0
            { grow() }
        }
        lines = Self.wrapped(lineRoom)
        tokens = Self.wrapped(tokenRoom)
        if count - consumed > limits.maximumRecordBytes {
            throw Place(in: region, at: consumed).error(
                .recordTooLong, "expected at most \(limits.maximumRecordBytes) bytes in a record")
        }
        if isLast { try requireUncut(region) }
    }

    /// What is wrong with a malformed line, placed in the region.
    package func fault(ofLine number: Int, in region: UnsafeRawBufferPointer) -> FileFormatError {
        let line = lines[number]
        var cursor = JSONCursor(UnsafeRawBufferPointer(rebasing: region[..<line.end]), from: line.start, limits: limits)
        do throws(FileFormatError) {
            try cursor.finish()
            return Place(in: region, at: line.start).error(.malformedJSON, "expected a value")
        } catch {
            return error
        }
    }

    /// The last line of a text, without its line end and not complete, is the cut end of a file.
    private func requireUncut(_ region: UnsafeRawBufferPointer) throws(FileFormatError) {
        guard lineCount > 0, lines[lineCount - 1].isMalformed else { return }
        // Blank rests may follow: what counts is whether this line had its line end.
        guard !region[lines[lineCount - 1].end...].contains(UInt8(ascii: "\n")) else { return }
        let fault = fault(ofLine: lineCount - 1, in: region)
        guard fault.kind == .truncated else { return }
        progress.line_count -= 1
        throw fault
    }

    /// Makes room where there is less than half of it left: the scan does not say which array was full.
    private func grow() {
        if Int(progress.line_count) * 2 >= lineCapacity {
            lineRoom = Self.grown(lineRoom, Int(progress.line_count), lineCapacity * 2)
            lineCapacity *= 2
        }
        // A line whose tokens did not fit is scanned again, so that few tokens can mean that one line has very many.
        tokenRoom = Self.grown(tokenRoom, Int(progress.token_count), tokenCapacity * 2)
        tokenCapacity *= 2
    }

    private static func grown<Element>(
        _ old: UnsafeMutablePointer<Element>, _ count: Int, _ capacity: Int
    ) -> UnsafeMutablePointer<Element> {
        let new = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
        new.initialize(from: old, count: count)
        old.deallocate()
        return new
    }

    /// The same memory under the name of a structure that holds the C structure and nothing else.
    private static func wrapped<Element, Wrapper>(_ room: UnsafeMutablePointer<Element>) -> UnsafePointer<Wrapper> {
        UnsafePointer(UnsafeRawPointer(room).assumingMemoryBound(to: Wrapper.self))
    }
}
