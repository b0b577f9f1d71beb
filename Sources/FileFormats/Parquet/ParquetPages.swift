/// Room for the bytes of a page, as long as somebody has it.
private final class ParquetRoom {
    let bytes: UnsafeMutableRawBufferPointer

    init(byteCount: Int) { bytes = .allocate(byteCount: byteCount, alignment: 8) }

    deinit { bytes.deallocate() }
}

/// A page of values, unpacked.
final class ParquetPage {
    let valueCount: Int
    /// What all the others point into.
    private let room: ParquetRoom
    private let encoding: Int
    @exclusivity(unchecked) private var repetition: ParquetRuns?
    @exclusivity(unchecked) private var definition: ParquetRuns?
    private let mostRepetition: UInt32
    private let mostDefinition: UInt32
    private let values: UnsafeRawBufferPointer

    fileprivate init(
        _ header: ParquetPageHeader, _ room: ParquetRoom, levelBytes: Int, _ leaf: ParquetSchema.Leaf
    ) throws(FileFormatError) {
        self.room = room
        valueCount = header.valueCount
        mostRepetition = UInt32(leaf.mostRepetition)
        mostDefinition = UInt32(leaf.mostDefinition)
        encoding = header.encoding
        var bytes = ParquetBytes(UnsafeRawBufferPointer(room.bytes))
        var runs: (repetition: ParquetRuns?, definition: ParquetRuns?)
        switch header.kind {
        case .dataV2:
            guard header.repetitionByteCount >= 0, header.repetitionByteCount <= levelBytes else { throw .cutParquet }
            let repetition = try bytes.take(header.repetitionByteCount)
            let definition = try bytes.take(levelBytes - header.repetitionByteCount)
            runs.repetition = try Self.runs(repetition, leaf.mostRepetition)
            runs.definition = try Self.runs(definition, leaf.mostDefinition)
        case .data:
            runs.repetition = try Self.runs(&bytes, leaf.mostRepetition, header.repetitionEncoding)
            runs.definition = try Self.runs(&bytes, leaf.mostDefinition, header.definitionEncoding)
        case .dictionary, .other: break
        }
        (repetition, definition) = runs
        values = bytes.takeRest()
    }

    private static func runs(_ bytes: UnsafeRawBufferPointer, _ most: Int) throws(FileFormatError) -> ParquetRuns? {
        most == 0 ? nil : try ParquetRuns(bytes, width: Int.bitWidth - most.leadingZeroBitCount)
    }

    private static func runs(
        _ bytes: inout ParquetBytes, _ most: Int, _ encoding: Int
    ) throws(FileFormatError) -> ParquetRuns? {
        guard most > 0 else { return nil }
        guard encoding == 3 else {
            throw .unreadParquet("levels in the encoding \(ParquetEncoding.name(encoding)) are not read")
        }
        return try runs(bytes.take(bytes.length()), most)
    }

    /// The levels of the next value. 0 stands for the repetition of what does not repeat.
    func nextLevels() throws(FileFormatError) -> (repetition: UInt8, definition: UInt8) {
        let r = try repetition?.next() ?? 0
        let d = try definition?.next() ?? mostDefinition
        guard r <= mostRepetition, d <= mostDefinition else {
            throw .corruptParquet("a value is nested deeper than the schema")
        }
        return (UInt8(r), UInt8(d))
    }

    var isDictionaryEncoded: Bool { ParquetEncoding.isDictionary(encoding) }

    /// References to the dictionary: how many bits they have stands before them.
    func references() throws(FileFormatError) -> ParquetRuns {
        var bytes = ParquetBytes(values)
        let width = Int(try bytes.byte())
        return try ParquetRuns(bytes.takeRest(), width: width)
    }

    func plainValues(_ leaf: ParquetSchema.Leaf) throws(FileFormatError) -> any ParquetValues {
        try ParquetEncoding.values(encoding, values, leaf)
    }

    /// All values of a dictionary, whose page has no levels.
    func dictionary(_ leaf: ParquetSchema.Leaf) throws(FileFormatError) -> any ParquetValues {
        // PLAIN_DICTIONARY of a dictionary page is the older name of PLAIN.
        guard encoding == 0 || encoding == 2 else {
            throw .unreadParquet("a dictionary in the encoding \(ParquetEncoding.name(encoding)) is not read")
        }
        return try ParquetEncoding.values(0, values, leaf)
    }
}

/// The pages of one column of one row group, from the first to the last.
struct ParquetPages {
    private let file: RawFile
    private let leaf: ParquetSchema.Leaf
    private let codec: Int
    private let end: Int
    private(set) var position: Int
    /// Values that pages are still to bring, nulls among them.
    private(set) var valuesLeft: Int
    /// What all pages of the column became, so that few bytes cannot become very many.
    private var produced = 0

    static let mostPageBytes = 256 << 20

    init(_ chunk: ParquetMetadata.Chunk, _ leaf: ParquetSchema.Leaf, of file: RawFile) throws(FileFormatError) {
        guard !chunk.isEncrypted else { throw .unreadParquet("it is encrypted") }
        guard !chunk.isElsewhere else { throw .unreadParquet("its values are in another file") }
        guard chunk.hasMetadata, chunk.type == leaf.type.rawValue, chunk.path == leaf.path else {
            throw .corruptParquet("a row group describes another column than the schema")
        }
        // The footer and its length stand behind all pages.
        let (end, overflow) = chunk.start.addingReportingOverflow(chunk.byteCount)
        guard chunk.start >= 4, chunk.byteCount >= 0, !overflow, end <= file.size - 8, chunk.valueCount >= 0 else {
            throw .corruptParquet("its values are said to be where the file has none")
        }
        self.file = file
        self.leaf = leaf
        codec = chunk.codec
        position = chunk.start
        self.end = end
        valuesLeft = chunk.valueCount
    }

    enum Next {
        case data(ParquetPage)
        case dictionary(ParquetPage)
        /// A page of values that nobody wants.
        case skipped(Int)
        case end
    }

    /// The next page. One of at most `skipping` values is passed over without being unpacked.
    mutating func next(skipping: Int) throws(FileFormatError) -> Next {
        while valuesLeft > 0 {
            let header = try header()
            let start = position + header.size
            guard header.storedByteCount <= end - start else { throw .cutParquet }
            guard header.storedByteCount <= Self.mostPageBytes, header.byteCount <= Self.mostPageBytes else {
                throw .unreadParquet("a page of more than \(Self.mostPageBytes) bytes is not read")
            }
            let isData = header.kind == .data || header.kind == .dataV2
            if isData {
                guard header.valueCount <= valuesLeft else {
                    throw .corruptParquet("its pages have more values than the row group")
                }
                valuesLeft -= header.valueCount
            }
            position = start + header.storedByteCount
            if header.kind == .other || isData && header.valueCount == 0 { continue }
            if isData, header.valueCount <= skipping { return .skipped(header.valueCount) }
            let page = try unpack(header, from: start)
            return isData ? .data(page) : .dictionary(page)
        }
        return .end
    }

    /// Headers have some tens of bytes, with statistics of long texts more.
    private func header() throws(FileFormatError) -> ParquetPageHeader {
        var room = 256
        while true {
            let bytes = try file.bytes(at: position, count: min(room, end - position))
            var result: Result<ParquetPageHeader, FileFormatError> = .failure(.cutParquet)
            bytes.withUnsafeBytes { bytes in
                do throws(FileFormatError) {
                    result = .success(try ParquetPageHeader(bytes))
                } catch {
                    result = .failure(error)
                }
            }
            if case .success(let header) = result { return header }
            guard bytes.count == room, room < 16 << 20 else { return try result.get() }
            room *= 16
        }
    }

    private mutating func unpack(_ header: ParquetPageHeader, from start: Int) throws(FileFormatError) -> ParquetPage {
        let packed = ParquetRoom(byteCount: header.storedByteCount)
        guard try file.read(at: start, into: packed.bytes) == header.storedByteCount else { throw .cutParquet }
        let stored = UnsafeRawBufferPointer(packed.bytes)
        if let checksum = header.checksum, checksum != ParquetCodec.checksum(stored) {
            throw FileFormatError(.corruptChecksum, "a page has another checksum than it says", byteOffset: start)
        }
        produced += header.byteCount
        try DecompressionLimit().check(produced: produced, consumed: position)
        let levels = header.kind == .dataV2 ? try levelBytes(header) : 0
        let room = ParquetRoom(byteCount: header.byteCount)
        let target = UnsafeMutableRawBufferPointer(rebasing: room.bytes[levels...])
        let values = UnsafeRawBufferPointer(rebasing: stored[levels...])
        room.bytes.copyBytes(from: stored[..<levels])
        // Where nothing is left, some writers compress nothing to nothing.
        if !target.isEmpty || !values.isEmpty {
            let isPlain = header.kind == .dataV2 && !header.isCompressed
            try ParquetCodec.decode(isPlain ? 0 : codec, values, into: target)
        }
        return try ParquetPage(header, room, levelBytes: levels, leaf)
    }

    /// How many bytes of a page of the second version are levels, which are not compressed.
    private func levelBytes(_ header: ParquetPageHeader) throws(FileFormatError) -> Int {
        let (sum, overflow) = header.definitionByteCount.addingReportingOverflow(header.repetitionByteCount)
        guard !overflow, header.definitionByteCount >= 0, header.repetitionByteCount >= 0,
            sum <= header.storedByteCount, sum <= header.byteCount
        else { throw .corruptParquet("the levels of a page are longer than the page") }
        return sum
    }
}
