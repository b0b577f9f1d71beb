/// The contents of a gzip file (RFC 1952): one member or several after each other, each with its CRC and length
/// checked.
///
/// Strict at the end: bytes that are no further member are an error, as is a file that ends within a member.
///
/// igzip does the work as long as nothing is wrong. What it refuses is read again from the file's beginning by zlib,
/// which says what it is and delivers all that can be had before it.
final class GzipStream: ByteStream {
    private enum Decoder {
        case fast(FastInflater)
        case exact(Inflater)
    }

    private var reader: RawReader
    private let limit: DecompressionLimit
    private var decoder: Decoder
    private let input: UnsafeMutableRawBufferPointer
    private var unread: Range<Int> = 0..<0
    private var isBetweenMembers = true
    private var produced = 0

    /// What was delivered before zlib took over, and is not delivered again.
    private var toBeSkipped = 0

    /// Where the last call filled its buffer, there may be more without more input.
    private var wasFilled = false

    /// `isExact` asks for zlib from the beginning; tests compare the two.
    init(_ reader: RawReader, limit: DecompressionLimit, isExact: Bool = false) throws(FileFormatError) {
        self.reader = reader
        self.limit = limit
        decoder = isExact ? .exact(try Inflater(.gzip)) : .fast(FastInflater())
        input = .allocate(byteCount: 1 << 17, alignment: 64)
    }

    deinit {
        input.deallocate()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileFormatError) -> Int {
        guard buffer.count > 0 else { return 0 }
        while true {
            let count = try readAll(into: buffer)
            if toBeSkipped == 0 || count == 0 { return count }
            let skipped = min(toBeSkipped, count)
            toBeSkipped -= skipped
            if skipped == count { continue }
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[skipped..<count]))
            return count - skipped
        }
    }

    private func readAll(into buffer: UnsafeMutableRawBufferPointer) throws(FileFormatError) -> Int {
        while true {
            if unread.isEmpty, !wasFilled || isBetweenMembers {
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

    /// One call of the library, and the move to the next member where this one ends.
    private func step(into buffer: UnsafeMutableRawBufferPointer) throws(FileFormatError) -> Int {
        let offset = reader.position - unread.count
        if isBetweenMembers {
            // Only the first byte of the magic number is looked at: zlib compares the rest of the header.
            guard input[unread.lowerBound] == 0x1F else {
                throw FileFormatError(
                    .trailingData, "expected the end of the file or another gzip member", byteOffset: offset)
            }
            if case .fast = decoder, try !hasUsualHeader() {
                try startAgainExactly()
                return 0
            }
            isBetweenMembers = false
        }
        guard let progress = try inflate(into: buffer, offset: offset) else {
            try startAgainExactly()
            return 0
        }
        let hadInput = !unread.isEmpty
        unread = (unread.lowerBound + progress.consumed)..<unread.upperBound
        produced += progress.produced
        wasFilled = progress.produced == buffer.count
        try limit.check(produced: produced, consumed: reader.position - unread.count)
        if progress.ended {
            reset()
            isBetweenMembers = true
        } else if hadInput && progress.consumed == 0 && progress.produced == 0 {
            // The libraries get on when there is input and room; if ever one did not, this loop would never end.
            throw FileFormatError(.corruptData, "the compressed data does not go on", byteOffset: offset)
        }
        return progress.produced
    }

    private func inflate(
        into buffer: UnsafeMutableRawBufferPointer, offset: Int
    ) throws(FileFormatError) -> Inflater.Progress? {
        let bytes = UnsafeRawBufferPointer(rebasing: input[unread])
        switch decoder {
        case .fast(let inflater): return inflater.inflate(bytes, into: buffer)
        case .exact(let inflater):
            do throws(FileFormatError) {
                return try inflater.inflate(bytes, into: buffer)
            } catch {
                throw error.placed(line: nil, column: nil, byteOffset: offset + (error.byteOffset ?? 0))
            }
        }
    }

    private func reset() {
        switch decoder {
        case .fast(let inflater): inflater.reset()
        case .exact(let inflater): inflater.reset()
        }
    }

    /// Whether the member begins with what igzip judges as zlib does: it does not mind flags that nobody has defined.
    private func hasUsualHeader() throws(FileFormatError) -> Bool {
        let wanted = 4
        while unread.count < wanted {
            let rest = UnsafeRawBufferPointer(rebasing: input[unread])
            input.copyMemory(from: rest)
            let count = try reader.read(into: UnsafeMutableRawBufferPointer(rebasing: input[rest.count...]))
            unread = 0..<rest.count + count
            if count == 0 { return false }
        }
        let header = input[unread].prefix(wanted)
        return header.elementsEqual([0x1F, 0x8B, 8, header[header.startIndex + 3]])
            && header[header.startIndex + 3] & 0xE0 == 0
    }

    private func startAgainExactly() throws(FileFormatError) {
        decoder = .exact(try Inflater(.gzip))
        reader = try reader.again()
        unread = 0..<0
        toBeSkipped = produced
        produced = 0
        isBetweenMembers = true
        wasFilled = false
    }
}
