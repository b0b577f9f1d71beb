/// How the records of a JSON text follow each other.
package enum JSONLayout: Hashable, Sendable {
    /// One record per line.
    case lines
    /// One array whose elements are the records.
    case array
    /// One record after the other, over as many lines as they like.
    case concatenated
}

extension JSONLayout {
    /// What the beginning of a text shows. `nil` when more of it must be seen.
    ///
    /// The doubtful text is one whose first line is not a record by itself: a record over several lines, or lines of
    /// which the first is damaged. It is the first when a value can be read beyond the line, and the second when it
    /// cannot and the next line is a record by itself.
    static func recognised(in window: UnsafeRawBufferPointer, isWhole: Bool, limits: JSONLimits) -> JSONLayout? {
        guard let first = window.firstIndex(where: { !isWhiteSpace($0) }) else { return isWhole ? .lines : nil }
        if window[first] == UInt8(ascii: "[") { return .array }
        guard let lineEnd = window[first...].firstIndex(of: UInt8(ascii: "\n")) else {
            return isWhole ? recognisedInOneLine(window, first, limits) : nil
        }
        if case .complete = JSONStep(window, first, lineEnd, isWhole: true, limits) {
            return recognisedInOneLine(UnsafeRawBufferPointer(rebasing: window[..<lineEnd]), first, limits)
        }
        switch JSONStep(window, first, window.count, isWhole: isWhole, limits) {
        case .complete: return .concatenated
        case .unfinished where !isWhole: return nil
        case .unfinished: return secondLineIsRecord(window, lineEnd, isWhole, limits) == true ? .lines : .concatenated
        case .wrong:
            let isRecord = secondLineIsRecord(window, lineEnd, isWhole, limits)
            return isRecord.map { $0 ? .lines : .concatenated }
        }
    }

    /// `nil` when more of the text must be seen. A text of one line is lines.
    private static func secondLineIsRecord(
        _ window: UnsafeRawBufferPointer, _ firstEnd: Int, _ isWhole: Bool, _ limits: JSONLimits
    ) -> Bool? {
        guard let start = window[firstEnd...].firstIndex(where: { !isWhiteSpace($0) }) else {
            return isWhole ? true : nil
        }
        guard let end = window[start...].firstIndex(of: UInt8(ascii: "\n")) ?? (isWhole ? window.count : nil) else {
            return nil
        }
        return isRecord(UnsafeRawBufferPointer(rebasing: window[start..<end]), limits)
    }

    /// A line whose value is complete: what follows it in the line decides.
    private static func recognisedInOneLine(
        _ line: UnsafeRawBufferPointer, _ first: Int, _ limits: JSONLimits
    ) -> JSONLayout {
        guard case .complete(let end) = JSONStep(line, first, line.count, isWhole: true, limits),
            let next = line[end...].firstIndex(where: { !isWhiteSpace($0) })
        else { return .lines }
        return line[next] == UInt8(ascii: "{") ? .concatenated : .lines
    }

    private static func isRecord(_ line: UnsafeRawBufferPointer, _ limits: JSONLimits) -> Bool {
        guard line.first == UInt8(ascii: "{") else { return false }
        var cursor = JSONCursor(validUTF8: line, limits: limits)
        do throws(FileFormatError) {
            try cursor.finish()
            return true
        } catch {
            return false
        }
    }

    static func isWhiteSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }
}

/// One value somewhere in a window, as far as the window shows it.
enum JSONStep {
    case complete(end: Int)
    /// The window ends before the value does; `error` is right when nothing comes behind the window.
    case unfinished(error: FileFormatError)
    case wrong(error: FileFormatError)

    /// Looks at the value that begins at `start`, in a window that ends at `end`.
    init(_ window: UnsafeRawBufferPointer, _ start: Int, _ end: Int, isWhole: Bool, _ limits: JSONLimits) {
        let bytes = UnsafeRawBufferPointer(rebasing: window[..<end])
        var cursor = JSONCursor(bytes, from: start, limits: limits, isPrefix: true)
        do throws(FileFormatError) {
            guard let first = try cursor.next() else {
                self = .complete(end: cursor.position)
                return
            }
            while cursor.depth > 0 { _ = try cursor.next() }
            if first.kind == .number, cursor.position == end, !isWhole {
                // The digits may go on behind the window.
                self = .unfinished(error: FileFormatError(.truncated, "expected the end of a number"))
            } else {
                self = .complete(end: cursor.position)
            }
        } catch {
            self = error.kind == .truncated ? .unfinished(error: error) : .wrong(error: error)
        }
    }
}
