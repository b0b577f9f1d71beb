/// Small numbers in runs: one value many times, or values packed by their bits (apache/parquet-format, `Encodings.md`,
/// "Run Length Encoding / Bit-Packing Hybrid"). Levels, references to a dictionary, and booleans are written so.
struct ParquetRuns {
    private var bytes: ParquetBytes
    private let width: Int
    private var repeated: UInt32 = 0
    private var repeatedLeft = 0
    private var packed: ParquetBits
    private var packedLeft = 0

    /// `width` is how many bits a value has, at most 32.
    init(_ bytes: UnsafeRawBufferPointer, width: Int) throws(FileFormatError) {
        guard (0...32).contains(width) else { throw .corruptParquet("expected values of at most 32 bits") }
        self.bytes = ParquetBytes(bytes)
        self.width = width
        packed = ParquetBits(UnsafeRawBufferPointer(start: nil, count: 0), width: 0)
    }

    mutating func next() throws(FileFormatError) -> UInt32 {
        while true {
            if repeatedLeft > 0 {
                repeatedLeft -= 1
                return repeated
            }
            if packedLeft > 0 {
                packedLeft -= 1
                return UInt32(truncatingIfNeeded: try packed.next())
            }
            try startRun()
        }
    }

    private mutating func startRun() throws(FileFormatError) {
        let head = try bytes.count()
        if head & 1 == 0 {
            repeatedLeft = head >> 1
            repeated = 0
            for place in 0..<(width + 7) / 8 { repeated |= UInt32(try bytes.byte()) << UInt32(place * 8) }
            return
        }
        // Eight values a group. The last group of a page may be cut where no value is left.
        let groups = head >> 1
        let (size, isTooLarge) = groups.multipliedReportingOverflow(by: width)
        guard !isTooLarge, groups <= Int.max / 8 else { throw .cutParquet }
        packed = ParquetBits(try bytes.take(min(size, bytes.left)), width: width)
        packedLeft = groups * 8
    }
}

/// Numbers of the same width of at most 64 bits, the lowest bit first.
struct ParquetBits {
    private let bytes: UnsafeRawBufferPointer
    private let width: Int
    private var bit = 0

    init(_ bytes: UnsafeRawBufferPointer, width: Int) {
        self.bytes = bytes
        self.width = width
    }

    mutating func next() throws(FileFormatError) -> UInt64 {
        guard width > 0 else { return 0 }
        let end = bit + width
        guard end <= bytes.count * 8 else { throw .cutParquet }
        let first = bit >> 3
        let shift = UInt64(bit & 7)
        bit = end
        var value: UInt64 = 0
        if first + 8 <= bytes.count {
            value = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: first, as: UInt64.self))
        } else {
            for place in first..<bytes.count { value |= UInt64(bytes[place]) << UInt64((place - first) * 8) }
        }
        value >>= shift
        // Of nine bytes the last one has the highest bits.
        if Int(shift) + width > 64 { value |= UInt64(bytes[first + 8]) << (64 - shift) }
        return width == 64 ? value : value & (1 << UInt64(width) - 1)
    }
}
