import CScan

/// A place in a text, for people.
package struct Place: Hashable, Sendable {
    /// Physical line, from 1.
    package let line: Int

    /// Column in the line, from 1, counted in Unicode scalars.
    package let column: Int

    /// Offset from 0.
    package let byteOffset: Int

    init(line: Int, column: Int, byteOffset: Int) {
        self.line = line
        self.column = column
        self.byteOffset = byteOffset
    }

    /// Counts line and column from the region's beginning, which is the beginning of a line.
    package init(in region: UnsafeRawBufferPointer, at offset: Int) {
        let before = UnsafeRawBufferPointer(rebasing: region.prefix(offset))
        let lineStart = (before.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
        byteOffset = offset
        line = 1 + Self.newlines(in: before)
        column = 1 + Self.scalars(in: UnsafeRawBufferPointer(rebasing: before[lineStart...]))
    }

    package func error(_ kind: FileFormatError.Kind, _ message: String) -> FileFormatError {
        FileFormatError(kind, message, line: line, column: column, byteOffset: byteOffset)
    }

    static func newlines(in bytes: UnsafeRawBufferPointer) -> Int {
        guard let start = bytes.baseAddress else { return 0 }
        return cscan_count_newlines(start.assumingMemoryBound(to: UInt8.self), bytes.count)
    }

    /// Every scalar has one byte that does not continue another.
    static func scalars(in bytes: UnsafeRawBufferPointer) -> Int {
        bytes.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
    }
}

extension FileFormatError {
    /// An error placed in a region, as an error placed in the text in which the region begins after so many lines and
    /// bytes.
    package func shifted(lines: Int, bytes: Int) -> FileFormatError {
        FileFormatError(
            kind, message, line: line.map { $0 + lines }, column: column, byteOffset: byteOffset.map { $0 + bytes })
    }
}
