/// Something that delivers bytes from beginning to end.
protocol ByteStream: AnyObject {
    /// Writes at least one byte into a buffer that is not empty and returns how many; 0 only at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileFormatError) -> Int
}

/// A whole file from its first byte to its last, hashed on the way while the bytes are in the cache.
final class RawReader: ByteStream {
    private let file: RawFile
    private let maximumReadSize: Int
    private let hasher: SHA256Hasher?
    private let progress: ReadingProgress?
    private(set) var position = 0

    init(
        _ file: RawFile, maximumReadSize: Int, hashing: Bool, progress: ReadingProgress? = nil
    ) throws(FileFormatError) {
        self.progress = progress
        self.file = file
        self.maximumReadSize = max(1, maximumReadSize)
        self.hasher = hashing ? try SHA256Hasher() : nil
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileFormatError) -> Int {
        let piece = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(maximumReadSize))
        let count = try file.read(at: position, into: piece)
        if count == 0 { try file.requireUnchanged() }
        position += count
        progress?.add(bytes: count)
        hasher?.update(UnsafeRawBufferPointer(rebasing: piece.prefix(count)))
        return count
    }

    /// A reader of the same file from its beginning, which does not hash.
    func again() throws(FileFormatError) -> RawReader {
        try RawReader(file, maximumReadSize: maximumReadSize, hashing: false)
    }

    /// The digest of the whole file; reads what nobody has asked for yet. `nil` when the reader does not hash.
    func finishDigest() throws(FileFormatError) -> SHA256Digest? {
        guard let hasher else { return nil }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
        defer { buffer.deallocate() }
        while try read(into: buffer) > 0 {}
        return try hasher.finish()
    }
}
