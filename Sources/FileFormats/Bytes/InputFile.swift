import Synchronization

/// A file to be read, recognised by its first bytes and never by its name: plain text, gzip, or a zip archive.
///
/// It can be read several times and by several threads; each `open` gives a reader of its own.
///
/// ```swift
/// let file = try InputFile(path: path)
/// if known.contains(try file.digest()) { return }
/// for text in 0..<file.textCount {
///     let reader = try CSVReader(source: file.open(text))
/// }
/// ```
package final class InputFile: Sendable {
    package enum Container: Hashable, Sendable {
        case plain
        case gzip
        case zip
    }

    package let container: Container

    /// Names of the archive's files in its order, folders left out; empty when the file is no archive.
    package let entryNames: [String]

    package let options: ReadingOptions

    private let file: RawFile
    private let directory: ZipDirectory?
    private let knownDigest = Mutex<SHA256Digest?>(nil)

    /// Throws `.cannotOpen`; `.parquet` and `.unsupportedArchive` for formats that are recognised and not read; and for
    /// a zip archive what its directory has wrong with it (`.truncated`, `.corruptData`, `.archiveWithoutEntries`).
    package convenience init(path: String, options: ReadingOptions = ReadingOptions()) throws(FileFormatError) {
        try self.init(RawFile(path: path), options: options)
    }

    /// A file whose bytes are in memory already.
    package convenience init(bytes: [UInt8], options: ReadingOptions = ReadingOptions()) throws(FileFormatError) {
        try self.init(RawFile(bytes: bytes), options: options)
    }

    private init(_ file: RawFile, options: ReadingOptions) throws(FileFormatError) {
        let magic = try file.bytes(at: 0, count: 8)
        try Self.refuseUnreadable(magic)
        if magic.starts(with: [0x1F, 0x8B]) {
            container = .gzip
            directory = nil
        } else if magic.starts(with: [0x50, 0x4B, 0x03, 0x04]) || magic.starts(with: [0x50, 0x4B, 0x05, 0x06]) {
            container = .zip
            let directory = try ZipDirectory(file)
            let isOffice = directory.entries.contains { $0.name == "[Content_Types].xml" }
            guard !isOffice || options.acceptsOfficeDocuments else {
                throw FileFormatError(.unsupportedArchive, "expected text, found an Office document")
            }
            try directory.requireModestSize(of: file, options.limit)
            self.directory = directory
        } else {
            container = .plain
            directory = nil
        }
        entryNames = directory?.entries.map(\.name) ?? []
        self.file = file
        self.options = options
    }

    /// Bytes of the file as it lies on the disk.
    package var size: Int { file.size }

    /// How many texts the file holds: the files of an archive, else one.
    package var textCount: Int { directory?.entries.count ?? 1 }

    /// A reader of one text of the file, from its beginning. `index` counts from 0 and is below `textCount`. With
    /// `readsAhead` a thread of its own decompresses while the text is looked at. `progress` gets the bytes that are read,
    /// but for those of an archive.
    ///
    /// Throws what is wrong with the beginning of the text: `.encryptedArchive`, `.unsupportedArchive`, `.corruptData`,
    /// `.unsupportedEncoding`, `.parquet`.
    package func open(
        _ index: Int = 0, readsAhead: Bool = false, progress: ReadingProgress? = nil
    ) throws(FileFormatError) -> ByteSource {
        if let directory {
            let stream = try ZipEntryStream(
                file, try entry(index, directory), directoryStart: directory.start, limit: options.limit)
            return try ByteSource(file: self, stream: stream, reader: nil, readsAhead: readsAhead)
        }
        let reader = try RawReader(
            file, maximumReadSize: options.readSize, hashing: options.hashesWhileReading, progress: progress)
        guard container == .gzip else {
            return try ByteSource(file: self, stream: reader, reader: reader, readsAhead: false)
        }
        let stream = try GzipStream(reader, limit: options.limit)
        return try ByteSource(file: self, stream: stream, reader: reader, readsAhead: readsAhead)
    }

    private func entry(_ index: Int, _ directory: ZipDirectory?) throws(FileFormatError) -> ZipDirectory.Entry {
        guard let directory, directory.entries.indices.contains(index) else {
            throw FileFormatError(.archiveWithoutEntries, "the zip archive has no file number \(index + 1)")
        }
        return directory.entries[index]
    }

    /// An entry of an archive and its bytes as they are packed.
    func packedEntry(_ index: Int) throws(FileFormatError) -> (entry: ZipDirectory.Entry, bytes: [UInt8]) {
        let entry = try entry(index, directory)
        let range = try entry.packedBytes(in: file, directoryStart: directory?.start ?? 0)
        return (entry, try file.bytes(at: range.lowerBound, count: range.count))
    }

    /// SHA-256 of the file's bytes as they lie on the disk, computed once by reading all of them.
    package func digest() throws(FileFormatError) -> SHA256Digest {
        if let known = knownDigest.withLock({ $0 }) { return known }
        let reader = try RawReader(file, maximumReadSize: Int.max, hashing: true)
        guard let digest = try reader.finishDigest() else {
            throw FileFormatError(.cannotRead, "the file was not hashed")
        }
        remember(digest)
        return digest
    }

    func remember(_ digest: SHA256Digest) {
        knownDigest.withLock { $0 = digest }
    }

    /// The text as bytes at any offset, for several threads; `nil` when it must be decompressed or converted first.
    package func plainText() throws(FileFormatError) -> PlainText? {
        guard container == .plain else { return nil }
        let head = try file.bytes(at: 0, count: 4)
        let encoding = try TextEncoding(head: head)
        guard encoding == .utf8 || encoding == .utf8WithMark else { return nil }
        return PlainText(file: file, start: encoding.markLength)
    }

    /// Formats that other tools write under the same names; said by name, since "not UTF-8" would not help.
    private static func refuseUnreadable(_ magic: [UInt8]) throws(FileFormatError) {
        try refuseParquet(magic)
        let archives: [(magic: [UInt8], name: String)] = [
            ([0x28, 0xB5, 0x2F, 0xFD], "zstandard"), ([0x42, 0x5A, 0x68], "bzip2"),
            ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "xz"), ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "7z"),
            ([0x04, 0x22, 0x4D, 0x18], "lz4"), ([0x1F, 0x9D], "compress"),
        ]
        for archive in archives where magic.starts(with: archive.magic) {
            throw FileFormatError(.unsupportedArchive, "expected text, gzip or zip, found \(archive.name)")
        }
    }

    static func refuseParquet(_ magic: [UInt8]) throws(FileFormatError) {
        guard !magic.starts(with: [0x50, 0x41, 0x52, 0x31]) else {
            throw FileFormatError(.parquet, "expected text, found parquet", byteOffset: 0)
        }
    }
}

/// How files are read; the defaults are right for everything but tests.
package struct ReadingOptions: Hashable, Sendable {
    /// Most bytes that are read from the disk at once.
    package var readSize: Int

    package var limit: DecompressionLimit

    /// Whether readers hash what they read. Without it `ByteSource.digest` reads the file a second time.
    package var hashesWhileReading: Bool

    /// Whether an archive may be an Office document, whose parts are XML. Among exports one is a mistake.
    package var acceptsOfficeDocuments: Bool

    package init(
        readSize: Int = 1 << 18, limit: DecompressionLimit = DecompressionLimit(), hashesWhileReading: Bool = true,
        acceptsOfficeDocuments: Bool = false
    ) {
        self.readSize = readSize
        self.limit = limit
        self.hashesWhileReading = hashesWhileReading
        self.acceptsOfficeDocuments = acceptsOfficeDocuments
    }
}
