/// The contents of a gzip file (RFC 1952): one member or several after each other, each with its CRC and length
/// checked.
///
/// Strict at the end: bytes that are no further member are an error, as is a file that ends within a member.
final class GzipStream: ByteStream {
    private let reader: RawReader
    private let limit: DecompressionLimit
    private let inflater: Inflater
    private let input: UnsafeMutableRawBufferPointer
    private var unread: Range<Int> = 0..<0
    private var isBetweenMembers = true
    private var produced = 0

    init(_ reader: RawReader, limit: DecompressionLimit) throws(FileFormatError) {
        self.reader = reader
        self.limit = limit
        inflater = try Inflater(.gzip)
        input = .allocate(byteCount: 1 << 17, alignment: 64)
    }

    deinit {
        input.deallocate()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileFormatError) -> Int {
        guard buffer.count > 0 else { return 0 }
        while true {
            if unread.isEmpty {
                unread = 0..<(try reader.read(into: input))
                if unread.isEmpty {
                    if isBetweenMembers { return 0 }
                    throw FileFormatError(
                        .truncated, "expected more compressed data, found the end of the file",
                        byteOffset: reader.position)
                }
            }
            let count = try step(into: buffer)
            if count > 0 { return count }
        }
    }

    /// One call of zlib, and the move to the next member where this one ends.
    private func step(into buffer: UnsafeMutableRawBufferPointer) throws(FileFormatError) -> Int {
        let offset = reader.position - unread.count
        if isBetweenMembers {
            // Only the first byte of the magic number is looked at: zlib compares the rest of the header.
            guard input[unread.lowerBound] == 0x1F else {
                throw FileFormatError(
                    .trailingData, "expected the end of the file or another gzip member", byteOffset: offset)
            }
            isBetweenMembers = false
        }
        let progress: Inflater.Progress
        do throws(FileFormatError) {
            progress = try inflater.inflate(UnsafeRawBufferPointer(rebasing: input[unread]), into: buffer)
        } catch {
            throw error.placed(line: nil, column: nil, byteOffset: offset + (error.byteOffset ?? 0))
        }
        unread = (unread.lowerBound + progress.consumed)..<unread.upperBound
        produced += progress.produced
        try limit.check(produced: produced, consumed: reader.position - unread.count)
        if progress.ended {
            inflater.reset()
            isBetweenMembers = true
        } else if progress.consumed == 0 && progress.produced == 0 {
            // zlib always gets on when there is input and room; if ever it did not, this loop would never end.
            throw FileFormatError(.corruptData, "the compressed data does not go on", byteOffset: offset)
        }
        return progress.produced
    }
}
