/// The central directory of a zip archive (APPNOTE 6.3, with Zip64): which files lie where.
///
/// Only what the directory lists counts; bytes between the listed entries are not looked at. Entries that overlap are
/// refused, which is how small archives that unpack to petabytes are built.
struct ZipDirectory: Sendable {
    struct Entry: Sendable {
        let name: String
        let method: Int
        let checksum: UInt32
        let compressedSize: Int
        let uncompressedSize: Int
        let headerOffset: Int
        let isEncrypted: Bool

        var isFolder: Bool { name.hasSuffix("/") }

        /// What macOS adds to each archive that it packs: `__MACOSX/._usage.csv`, `.DS_Store`.
        var isOfFileManager: Bool {
            let last = name.split(separator: "/").last ?? ""
            return last.hasPrefix("._") || last == ".DS_Store"
        }
    }

    /// The files, in the order of the directory; folders and what file managers add are left out.
    let entries: [Entry]

    /// Offset of the directory: every entry lies before it.
    let start: Int

    /// Throws `.truncated` when there is no directory at the end, `.corruptData` when it contradicts itself or the
    /// file, `.unsupportedArchive` for archives over several disks, `.archiveWithoutEntries` when it lists no file.
    init(_ file: RawFile) throws(FileFormatError) {
        let end = try EndRecord(file)
        guard end.size <= Self.maximumSize else {
            throw FileFormatError(
                .unsupportedArchive, "expected a zip directory of at most \(Self.maximumSize) bytes",
                byteOffset: end.start)
        }
        let bytes = try file.bytes(at: end.start, count: end.size)
        var parsed: [Entry] = []
        var position = 0
        for _ in 0..<end.entryCount {
            let (entry, next) = try Self.entry(in: bytes, at: position, directoryStart: end.start)
            position = next
            if !entry.isFolder, !entry.isOfFileManager { parsed.append(entry) }
        }
        guard position == bytes.count else {
            throw FileFormatError(
                .corruptData, "the zip directory is longer than its \(end.entryCount) entries",
                byteOffset: end.start + position)
        }
        guard !parsed.isEmpty else {
            throw FileFormatError(.archiveWithoutEntries, "expected a file in the zip archive, found none")
        }
        try Self.requireDisjoint(parsed, before: end.start)
        entries = parsed
        start = end.start
    }

    /// Refuses an archive whose entries come to more than one file may become, as small as each of them may be.
    ///
    /// Throws `.decompressionLimit`.
    func requireModestSize(of file: RawFile, _ limit: DecompressionLimit) throws(FileFormatError) {
        var total = 0
        for entry in entries {
            let (sum, overflow) = total.addingReportingOverflow(entry.uncompressedSize)
            total = overflow ? Int.max : sum
        }
        try limit.check(produced: total, consumed: file.size)
    }

    static let maximumSize = 64 << 20
    static let localHeaderSize = 30
    private static let headerSize = 46

    private static func entry(
        in bytes: [UInt8], at position: Int, directoryStart: Int
    ) throws(FileFormatError) -> (Entry, next: Int) {
        let place = directoryStart + position
        guard bytes.count - position >= headerSize, bytes.littleEndian32(at: position) == 0x0201_4B50 else {
            throw FileFormatError(.corruptData, "expected an entry of the zip directory", byteOffset: place)
        }
        let nameLength = bytes.littleEndian16(at: position + 28)
        let extraLength = bytes.littleEndian16(at: position + 30)
        let commentLength = bytes.littleEndian16(at: position + 32)
        let nameStart = position + headerSize
        let extraStart = nameStart + nameLength
        let next = extraStart + extraLength + commentLength
        guard next <= bytes.count else {
            throw FileFormatError(.corruptData, "an entry of the zip directory is cut", byteOffset: place)
        }
        var uncompressedSize = UInt64(bytes.littleEndian32(at: position + 24))
        var compressedSize = UInt64(bytes.littleEndian32(at: position + 20))
        var headerOffset = UInt64(bytes.littleEndian32(at: position + 42))
        try readZip64(
            bytes, in: extraStart..<extraStart + extraLength, place: place, &uncompressedSize, &compressedSize,
            &headerOffset)
        guard let uncompressed = Int(exactly: uncompressedSize), let compressed = Int(exactly: compressedSize),
            let header = Int(exactly: headerOffset)
        else {
            throw FileFormatError(.corruptData, "an entry of the zip archive has no possible size", byteOffset: place)
        }
        let flags = bytes.littleEndian16(at: position + 8)
        let entry = Entry(
            name: String(decoding: bytes[nameStart..<extraStart], as: UTF8.self),
            method: bytes.littleEndian16(at: position + 10),
            checksum: UInt32(bytes.littleEndian32(at: position + 16)),
            compressedSize: compressed, uncompressedSize: uncompressed, headerOffset: header,
            isEncrypted: flags & 1 != 0)
        return (entry, next)
    }

    /// Takes the 64-bit numbers from extra field 1: only those are there whose 32-bit place holds all ones.
    private static func readZip64(
        _ bytes: [UInt8], in extra: Range<Int>, place: Int, _ uncompressedSize: inout UInt64,
        _ compressedSize: inout UInt64, _ headerOffset: inout UInt64
    ) throws(FileFormatError) {
        var position = extra.lowerBound
        while extra.upperBound - position >= 4 {
            let length = bytes.littleEndian16(at: position + 2)
            let isZip64 = bytes.littleEndian16(at: position) == 1
            var field = position + 4
            let end = field + length
            guard end <= extra.upperBound else { break }
            position = end
            guard isZip64 else { continue }
            for number in 0..<3 {
                let current = [uncompressedSize, compressedSize, headerOffset][number]
                guard current == 0xFFFF_FFFF else { continue }
                guard end - field >= 8 else {
                    throw FileFormatError(.corruptData, "a zip64 field is too short", byteOffset: place)
                }
                let value = bytes.littleEndian(at: field, count: 8)
                switch number {
                case 0: uncompressedSize = value
                case 1: compressedSize = value
                default: headerOffset = value
                }
                field += 8
            }
        }
    }

    private static func requireDisjoint(_ entries: [Entry], before directoryStart: Int) throws(FileFormatError) {
        var free = 0
        for entry in entries.sorted(by: { $0.headerOffset < $1.headerOffset }) {
            guard entry.headerOffset >= free else {
                throw FileFormatError(
                    .corruptData, "entries of the zip archive overlap", byteOffset: entry.headerOffset)
            }
            let (end, overflow) = entry.headerOffset.addingReportingOverflow(localHeaderSize)
            let (dataEnd, dataOverflow) = end.addingReportingOverflow(entry.compressedSize)
            guard !overflow, !dataOverflow, dataEnd <= directoryStart else {
                throw FileFormatError(
                    .corruptData, "an entry of the zip archive reaches into its directory",
                    byteOffset: entry.headerOffset)
            }
            free = dataEnd
        }
    }
}

/// The record at the very end of an archive that says where the directory is.
private struct EndRecord {
    let entryCount: Int
    let size: Int
    let start: Int

    private static let length = 22
    private static let maximumCommentLength = 65_535

    init(_ file: RawFile) throws(FileFormatError) {
        let tailLength = min(file.size, Self.length + Self.maximumCommentLength)
        let tailStart = file.size - tailLength
        let tail = try file.bytes(at: tailStart, count: tailLength)
        guard let position = Self.position(in: tail) else {
            throw FileFormatError(
                .truncated, "expected the directory of the zip archive at the end of the file, found none",
                byteOffset: file.size)
        }
        let place = tailStart + position
        var count = UInt64(tail.littleEndian16(at: position + 10))
        var size = UInt64(tail.littleEndian32(at: position + 12))
        var start = UInt64(tail.littleEndian32(at: position + 16))
        var disks =
            tail.littleEndian16(at: position + 4) | tail.littleEndian16(at: position + 6)
            | (tail.littleEndian16(at: position + 8) ^ tail.littleEndian16(at: position + 10))
        var limit = place
        if let zip64 = try Self.zip64(file, before: place) {
            let record = zip64.bytes
            disks = record.littleEndian32(at: 16) | record.littleEndian32(at: 20)
            count = record.littleEndian(at: 32, count: 8)
            size = record.littleEndian(at: 40, count: 8)
            start = record.littleEndian(at: 48, count: 8)
            limit = zip64.offset
        }
        guard disks == 0 else {
            throw FileFormatError(.unsupportedArchive, "expected a zip archive in one file, found a part of several")
        }
        let (end, overflow) = start.addingReportingOverflow(size)
        // Every entry takes at least 46 bytes, so that a count beyond that cannot be true.
        guard !overflow, end == UInt64(limit), count <= size / 46 else {
            throw FileFormatError(
                .corruptData, "the zip archive says that its directory is where it is not", byteOffset: place)
        }
        self.entryCount = Int(count)
        self.size = Int(size)
        self.start = Int(start)
    }

    /// The last place where the record can be: its comment must reach exactly to the end.
    private static func position(in tail: [UInt8]) -> Int? {
        guard tail.count >= length else { return nil }
        for position in (0...tail.count - length).reversed()
        where tail.littleEndian32(at: position) == 0x0605_4B50
            && position + length + tail.littleEndian16(at: position + 20) == tail.count
        {
            return position
        }
        return nil
    }

    private static func zip64(
        _ file: RawFile, before end: Int
    ) throws(FileFormatError) -> (bytes: [UInt8], offset: Int)? {
        guard end >= 20 else { return nil }
        let locator = try file.bytes(at: end - 20, count: 20)
        guard locator.littleEndian32(at: 0) == 0x0706_4B50 else { return nil }
        guard let offset = Int(exactly: locator.littleEndian(at: 8, count: 8)), offset <= end - 20 - 56 else {
            throw FileFormatError(
                .corruptData, "the zip64 locator points outside of the archive", byteOffset: end - 20)
        }
        let record = try file.bytes(at: offset, count: 56)
        guard record.littleEndian32(at: 0) == 0x0606_4B50 else {
            throw FileFormatError(.corruptData, "expected the zip64 end of the directory", byteOffset: offset)
        }
        return (record, offset)
    }
}

extension ZipDirectory.Entry {
    /// Where the entry's bytes lie in the archive.
    ///
    /// Throws `.encryptedArchive`, `.unsupportedArchive` for other methods than store and deflate, and `.corruptData`
    /// when the entry's own header contradicts the directory.
    func packedBytes(in file: RawFile, directoryStart: Int) throws(FileFormatError) -> Range<Int> {
        let place = headerOffset
        guard !isEncrypted else {
            throw FileFormatError(
                .encryptedArchive, "expected a zip archive without a password, found an encrypted entry",
                byteOffset: place)
        }
        guard method == 0 || method == 8 else {
            throw FileFormatError(
                .unsupportedArchive, "expected a stored or deflated zip entry, found method \(method)",
                byteOffset: place)
        }
        let header = try file.bytes(at: place, count: ZipDirectory.localHeaderSize)
        guard header.count == ZipDirectory.localHeaderSize, header.littleEndian32(at: 0) == 0x0403_4B50,
            header.littleEndian16(at: 8) == method
        else {
            throw FileFormatError(.corruptData, "expected the header of a zip entry", byteOffset: place)
        }
        let start = place + header.count + header.littleEndian16(at: 26) + header.littleEndian16(at: 28)
        guard start <= directoryStart, compressedSize <= directoryStart - start else {
            throw FileFormatError(
                .corruptData, "an entry of the zip archive reaches into its directory", byteOffset: place)
        }
        return start..<start + compressedSize
    }
}
