import CScan

/// An uncompressed UTF-8 file as bytes at any offset, for several threads that each read pieces of it.
///
/// Offsets count from the first byte after the byte order mark. Nothing here checks that the bytes are UTF-8: whoever
/// reads a piece asks `UTF8Check`, while the piece is in the cache.
package struct PlainText: Sendable {
    private let file: RawFile
    private let start: Int

    init(file: RawFile, start: Int) {
        self.file = file
        self.start = start
    }

    package var size: Int { file.size - start }

    /// Fills the buffer as far as the text reaches and returns how many bytes that were.
    ///
    /// Throws `.cannotRead`, `.changedWhileReading`.
    package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(FileFormatError) -> Int {
        try file.read(at: start + offset, into: buffer)
    }

    /// Throws `.changedWhileReading`; to be asked once after the last piece.
    package func requireUnchanged() throws(FileFormatError) {
        try file.requireUnchanged()
    }

    /// The text cut every `size` bytes, without regard to lines.
    package func pieces(of size: Int) -> [Range<Int>] {
        stride(from: 0, to: self.size, by: max(1, size)).map { $0..<min($0 + size, self.size) }
    }
}

package enum UTF8Check {
    /// Offset of the first byte that is not part of well-formed UTF-8, or `nil`. The region must begin and end between
    /// two characters, as lines do.
    package static func firstInvalidOffset(in region: UnsafeRawBufferPointer) -> Int? {
        guard let start = region.baseAddress else { return nil }
        var state = cscan_utf8()
        let end = cscan_utf8_check(start.assumingMemoryBound(to: UInt8.self), region.count, &state)
        if end == region.count && state.missing == 0 { return nil }
        return end - (state.missing > 0 ? Int(state.seen) : 0)
    }
}
