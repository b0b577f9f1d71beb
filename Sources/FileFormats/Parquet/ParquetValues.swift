/// The values of a page, one after the other, without the nulls between them.
protocol ParquetValues: AnyObject {
    /// Appends the next value as text, without ending it.
    func appendNext(to arena: ParquetArena) throws(FileFormatError)
}

enum ParquetEncoding {
    /// Throws for encodings that are unknown or not made for the type.
    static func values(
        _ encoding: Int, _ bytes: UnsafeRawBufferPointer, _ leaf: ParquetSchema.Leaf
    ) throws(FileFormatError) -> any ParquetValues {
        let text = ParquetText(leaf)
        switch (encoding, leaf.type) {
        case (0, .boolean): return PackedBooleans(ParquetBits(bytes, width: 1), text)
        case (0, _): return PlainValues(bytes, text)
        case (3, .boolean):
            var bytes = ParquetBytes(bytes)
            return RunBooleans(try ParquetRuns(bytes.take(bytes.length()), width: 1), text)
        case (5, .int32), (5, .int64): return DeltaIntegers(try ParquetDeltas(bytes), text)
        case (6, .byteArray): return try DeltaLengthValues(bytes, text)
        case (7, .byteArray), (7, .fixedByteArray): return try DeltaValues(bytes, text)
        case (9, .int32), (9, .int64), (9, .float), (9, .double), (9, .fixedByteArray):
            return try SplitValues(bytes, text)
        default:
            throw .unreadParquet("the encoding \(name(encoding)) of \(leaf.type) is not read")
        }
    }

    static func isDictionary(_ encoding: Int) -> Bool { encoding == 2 || encoding == 8 }

    static func name(_ encoding: Int) -> String {
        let names = [
            0: "PLAIN", 2: "PLAIN_DICTIONARY", 3: "RLE", 4: "BIT_PACKED", 5: "DELTA_BINARY_PACKED",
            6: "DELTA_LENGTH_BYTE_ARRAY", 7: "DELTA_BYTE_ARRAY", 8: "RLE_DICTIONARY", 9: "BYTE_STREAM_SPLIT",
        ]
        return names[encoding] ?? "number \(encoding)"
    }
}

/// PLAIN: values of one length, or each behind its length.
private final class PlainValues: ParquetValues {
    @exclusivity(unchecked) private var bytes: ParquetBytes
    private let text: ParquetText

    init(_ bytes: UnsafeRawBufferPointer, _ text: ParquetText) {
        self.bytes = ParquetBytes(bytes)
        self.text = text
    }

    func appendNext(to arena: ParquetArena) throws(FileFormatError) {
        let length = text.type == .byteArray ? try bytes.length() : text.byteCount
        try text.append(bytes.take(length), to: arena)
    }
}

private final class PackedBooleans: ParquetValues {
    @exclusivity(unchecked) private var bits: ParquetBits
    private let text: ParquetText

    init(_ bits: ParquetBits, _ text: ParquetText) {
        self.bits = bits
        self.text = text
    }

    func appendNext(to arena: ParquetArena) throws(FileFormatError) {
        try text.append(Int64(bits.next()), to: arena)
    }
}

private final class RunBooleans: ParquetValues {
    @exclusivity(unchecked) private var runs: ParquetRuns
    private let text: ParquetText

    init(_ runs: ParquetRuns, _ text: ParquetText) {
        self.runs = runs
        self.text = text
    }

    func appendNext(to arena: ParquetArena) throws(FileFormatError) {
        try text.append(Int64(runs.next()), to: arena)
    }
}

/// DELTA_BINARY_PACKED: each number as what it is above the one before, in blocks that have a least difference, and in
/// these in miniblocks of one width.
struct ParquetDeltas {
    private(set) var bytes: ParquetBytes
    private let perMiniblock: Int
    private let miniblocks: Int
    /// Numbers that are still to come.
    private(set) var left: Int
    private var last: Int64
    private var isFirst = true
    private var least: Int64 = 0
    private var widths = UnsafeRawBufferPointer(start: nil, count: 0)
    private var miniblock: Int
    private var leftInMiniblock = 0
    private var packed = ParquetBits(UnsafeRawBufferPointer(start: nil, count: 0), width: 0)

    private static let mostInBlock = 1 << 20

    init(_ bytes: UnsafeRawBufferPointer) throws(FileFormatError) {
        self.bytes = ParquetBytes(bytes)
        let perBlock = try self.bytes.count()
        miniblocks = try self.bytes.count()
        guard (1...Self.mostInBlock).contains(perBlock), (1...perBlock).contains(miniblocks),
            perBlock % miniblocks == 0, perBlock / miniblocks % 8 == 0
        else { throw .corruptParquet("the blocks of differences have an impossible size") }
        perMiniblock = perBlock / miniblocks
        miniblock = miniblocks
        left = try self.bytes.count()
        last = try self.bytes.zigzag()
    }

    mutating func next() throws(FileFormatError) -> Int64 {
        guard left > 0 else { throw .cutParquet }
        left -= 1
        if isFirst {
            isFirst = false
            return last
        }
        if leftInMiniblock == 0 { try startMiniblock() }
        leftInMiniblock -= 1
        last = last &+ least &+ Int64(bitPattern: try packed.next())
        return last
    }

    private mutating func startMiniblock() throws(FileFormatError) {
        if miniblock == miniblocks {
            least = try bytes.zigzag()
            widths = try bytes.take(miniblocks)
            miniblock = 0
        }
        let width = Int(widths[miniblock])
        guard width <= 64 else { throw .corruptParquet("expected differences of at most 64 bits") }
        packed = ParquetBits(try bytes.take(width * (perMiniblock / 8)), width: width)
        miniblock += 1
        leftInMiniblock = perMiniblock
    }

    /// What stands behind all of the numbers, of which none has been taken yet.
    func bytesBehind() throws(FileFormatError) -> ParquetBytes {
        var copy = self
        var rest = max(0, left - 1)
        while rest > 0 {
            try copy.startMiniblock()
            rest -= min(rest, perMiniblock)
        }
        return copy.bytes
    }
}

private final class DeltaIntegers: ParquetValues {
    @exclusivity(unchecked) private var deltas: ParquetDeltas
    private let text: ParquetText

    init(_ deltas: ParquetDeltas, _ text: ParquetText) {
        self.deltas = deltas
        self.text = text
    }

    func appendNext(to arena: ParquetArena) throws(FileFormatError) {
        let value = try deltas.next()
        // Differences of 32-bit numbers wrap around as they do.
        try text.append(text.type == .int32 ? Int64(Int32(truncatingIfNeeded: value)) : value, to: arena)
    }
}

/// All lengths, then all bytes.
private struct DeltaLengths {
    private var lengths: ParquetDeltas
    private var bytes: ParquetBytes

    init(_ bytes: ParquetBytes) throws(FileFormatError) {
        var rest = bytes
        lengths = try ParquetDeltas(rest.takeRest())
        self.bytes = try lengths.bytesBehind()
    }

    mutating func next() throws(FileFormatError) -> UnsafeRawBufferPointer {
        guard let length = Int(exactly: try lengths.next()) else { throw .cutParquet }
        return try bytes.take(length)
    }
}

/// DELTA_LENGTH_BYTE_ARRAY.
private final class DeltaLengthValues: ParquetValues {
    @exclusivity(unchecked) private var values: DeltaLengths
    private let text: ParquetText

    init(_ bytes: UnsafeRawBufferPointer, _ text: ParquetText) throws(FileFormatError) {
        values = try DeltaLengths(ParquetBytes(bytes))
        self.text = text
    }

    func appendNext(to arena: ParquetArena) throws(FileFormatError) { try text.append(values.next(), to: arena) }
}

/// DELTA_BYTE_ARRAY: how much of the value before each one begins with, and what follows.
private final class DeltaValues: ParquetValues {
    @exclusivity(unchecked) private var prefixes: ParquetDeltas
    @exclusivity(unchecked) private var suffixes: DeltaLengths
    @exclusivity(unchecked) private var value: [UInt8] = []
    private let text: ParquetText

    init(_ bytes: UnsafeRawBufferPointer, _ text: ParquetText) throws(FileFormatError) {
        prefixes = try ParquetDeltas(bytes)
        suffixes = try DeltaLengths(prefixes.bytesBehind())
        self.text = text
    }

    func appendNext(to arena: ParquetArena) throws(FileFormatError) {
        let prefix = try prefixes.next()
        guard prefix >= 0, prefix <= value.count else {
            throw .corruptParquet("a value begins with more than the one before it has")
        }
        value.removeSubrange(Int(prefix)...)
        value.append(contentsOf: try suffixes.next())
        var failure: FileFormatError?
        value.withUnsafeBytes { bytes in
            do throws(FileFormatError) { try text.append(bytes, to: arena) } catch { failure = error }
        }
        if let failure { throw failure }
    }
}

/// BYTE_STREAM_SPLIT: the first bytes of all values, then the second ones, and so on.
private final class SplitValues: ParquetValues {
    private let bytes: UnsafeRawBufferPointer
    private let count: Int
    @exclusivity(unchecked) private var number = 0
    @exclusivity(unchecked) private var value: [UInt8]
    private let text: ParquetText

    init(_ bytes: UnsafeRawBufferPointer, _ text: ParquetText) throws(FileFormatError) {
        guard bytes.count % text.byteCount == 0 else { throw .cutParquet }
        self.bytes = bytes
        count = bytes.count / text.byteCount
        value = Array(repeating: 0, count: text.byteCount)
        self.text = text
    }

    func appendNext(to arena: ParquetArena) throws(FileFormatError) {
        guard number < count else { throw .cutParquet }
        for place in value.indices { value[place] = bytes[place * count + number] }
        number += 1
        var failure: FileFormatError?
        value.withUnsafeBytes { bytes in
            do throws(FileFormatError) { try text.append(bytes, to: arena) } catch { failure = error }
        }
        if let failure { throw failure }
    }
}
