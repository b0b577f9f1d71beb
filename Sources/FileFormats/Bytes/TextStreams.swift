import CScan

/// Some bytes, and then those of another stream.
final class PrefixedStream: ByteStream {
    private var head: ArraySlice<UInt8>
    private let rest: any ByteStream

    init(_ head: ArraySlice<UInt8>, _ rest: any ByteStream) {
        self.head = head
        self.rest = rest
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileFormatError) -> Int {
        guard !head.isEmpty else { return try rest.read(into: buffer) }
        let count = min(head.count, buffer.count)
        buffer.copyBytes(from: head.prefix(count))
        head = head.dropFirst(count)
        return count
    }
}

/// UTF-8 that is checked on its way, in the caller's buffer.
final class UTF8Stream: ByteStream {
    private let bytes: any ByteStream
    private var state = cscan_utf8()
    private var offset = 0

    /// The fault behind bytes that were still good and have been delivered.
    private var pending: FileFormatError?

    init(_ bytes: any ByteStream) {
        self.bytes = bytes
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileFormatError) -> Int {
        if let pending { throw pending }
        let count = try bytes.read(into: buffer)
        guard count > 0, let start = buffer.baseAddress else {
            guard state.missing == 0 else {
                throw FileFormatError(
                    .truncated, "the text ends within a character", byteOffset: offset - Int(state.seen))
            }
            return 0
        }
        let good = cscan_utf8_check(start.assumingMemoryBound(to: UInt8.self), count, &state)
        if good < count {
            let cut = state.missing > 0 ? Int(state.seen) : 0
            let error = FileFormatError(
                .notUTF8, "expected UTF-8, found a byte \(Self.hexadecimal(buffer[good])) that cannot stand here",
                byteOffset: offset + good - cut)
            guard good > 0 else { throw error }
            pending = error
        }
        offset += good
        return good
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0x0" : "0x") + String(byte, radix: 16, uppercase: true)
    }
}

/// UTF-16 that is converted to UTF-8. Spreadsheets write it, so that it need not be fast.
final class UTF16Stream: ByteStream {
    private let bytes: any ByteStream
    private let isBigEndian: Bool

    /// Where the bytes arrive; those before `held` are left over from the last arrival.
    private let input: UnsafeMutableRawBufferPointer
    private var held = 0
    private var isAtEnd = false

    private var converted: ArraySlice<UInt8> = []
    private var offset = 0
    private var pending: FileFormatError?

    init(_ bytes: any ByteStream, isBigEndian: Bool) {
        self.bytes = bytes
        self.isBigEndian = isBigEndian
        input = .allocate(byteCount: 1 << 16, alignment: 2)
    }

    deinit {
        input.deallocate()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileFormatError) -> Int {
        while converted.isEmpty {
            if let pending { throw pending }
            if isAtEnd { return 0 }
            let count = try bytes.read(into: UnsafeMutableRawBufferPointer(rebasing: input[held...]))
            isAtEnd = count == 0
            convert(held + count)
        }
        let count = min(converted.count, buffer.count)
        buffer.copyBytes(from: converted.prefix(count))
        converted = converted.dropFirst(count)
        offset += count
        return count
    }

    /// Converts what is complete of the first `count` bytes of the input and keeps the rest, at most three bytes.
    private func convert(_ count: Int) {
        var output: [UInt8] = []
        output.reserveCapacity(count / 2 * 3)
        var position = 0
        while count - position >= 2 {
            let unit = unit(at: position)
            var length = 2
            var scalar = Unicode.Scalar(unit)
            if unit & 0xFC00 == 0xD800, count - position >= 4 {
                let low = self.unit(at: position + 2)
                if low & 0xFC00 == 0xDC00 {
                    scalar = Unicode.Scalar(0x10000 + (UInt32(unit & 0x3FF) << 10 | UInt32(low & 0x3FF)))
                    length = 4
                }
            } else if unit & 0xFC00 == 0xD800, !isAtEnd {
                break
            }
            guard let scalar, let encoded = UTF8.encode(scalar) else {
                pending = FileFormatError(
                    .notUTF8, "expected UTF-16, found half of a surrogate pair", byteOffset: offset + output.count)
                break
            }
            output.append(contentsOf: encoded)
            position += length
        }
        if isAtEnd, position < count, pending == nil {
            pending = FileFormatError(
                .truncated, "the text ends within a character", byteOffset: offset + output.count)
        }
        held = count - position
        input.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[position..<count]))
        converted = output[...]
    }

    private func unit(at position: Int) -> UInt16 {
        let first = UInt16(input[position])
        let second = UInt16(input[position + 1])
        return isBigEndian ? first << 8 | second : second << 8 | first
    }
}
