/// One text from beginning to end, as UTF-8 without byte order mark, whatever it was on the disk.
///
/// Everything it delivers has been checked: it is well-formed UTF-8, and a compressed text whose checksum is wrong ends
/// in an error and not in `0`. Memory is bounded whatever the file says.
package final class ByteSource {
    package let encoding: TextEncoding

    /// Bytes of text delivered so far.
    package private(set) var offset = 0

    private let file: InputFile
    private let text: any ByteStream
    private let reader: RawReader?
    private let readAhead: ReadAheadStream?

    /// Text that `prefix` has read ahead and nobody has taken yet.
    private var ahead: ArraySlice<UInt8> = []
    private var finishedDigest: SHA256Digest?

    /// Opens the only text of a file. Throws `.severalEntries` for an archive of more: `InputFile` opens each of them.
    package static func open(
        path: String, options: ReadingOptions = ReadingOptions()
    ) throws(FileFormatError) -> ByteSource {
        try onlyText(of: InputFile(path: path, options: options))
    }

    /// The only text of a file whose bytes are in memory already.
    package static func open(
        bytes: [UInt8], options: ReadingOptions = ReadingOptions()
    ) throws(FileFormatError) -> ByteSource {
        try onlyText(of: InputFile(bytes: bytes, options: options))
    }

    private static func onlyText(of file: InputFile) throws(FileFormatError) -> ByteSource {
        guard file.textCount == 1 else {
            throw FileFormatError(.severalEntries, "expected one file in the zip archive, found \(file.textCount)")
        }
        return try file.open()
    }

    init(
        file: InputFile, stream: any ByteStream, reader: RawReader?, readsAhead: Bool
    ) throws(FileFormatError) {
        readAhead = readsAhead ? ReadAheadStream(stream) : nil
        let stream = readAhead ?? stream
        var head: [UInt8] = []
        try head.append(from: stream, upTo: 4)
        try InputFile.refuseParquet(head)
        let encoding = try TextEncoding(head: head)
        let rest = PrefixedStream(head.dropFirst(encoding.markLength), stream)
        switch encoding {
        case .utf8, .utf8WithMark: text = UTF8Stream(rest)
        case .utf16LittleEndian: text = UTF16Stream(rest, isBigEndian: false)
        case .utf16BigEndian: text = UTF16Stream(rest, isBigEndian: true)
        }
        self.encoding = encoding
        self.file = file
        self.reader = reader
    }

    /// Writes the next bytes of the text into the buffer and returns how many; 0 only at the end, after every check of
    /// the container has passed.
    ///
    /// Throws `.cannotRead`, `.changedWhileReading`, `.truncated`, `.corruptData`, `.corruptChecksum`, `.trailingData`,
    /// `.decompressionLimit`, `.notUTF8`. All bytes before the fault are delivered first.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileFormatError) -> Int {
        guard buffer.count > 0 else { return 0 }
        var count = min(ahead.count, buffer.count)
        if count > 0 {
            buffer.copyBytes(from: ahead.prefix(count))
            ahead = ahead.dropFirst(count)
        } else {
            count = try text.read(into: buffer)
        }
        offset += count
        return count
    }

    /// The next bytes of the text without taking them: `count` of them, or fewer at its end. For recognising formats.
    package func prefix(_ count: Int) throws(FileFormatError) -> [UInt8] {
        var bytes = Array(ahead)
        try bytes.append(from: text, upTo: count)
        ahead = bytes[...]
        return Array(bytes.prefix(count))
    }

    /// SHA-256 of the file on the disk (of the archive, for an entry of one), wherever reading stands. What is left of
    /// the file is read for it, and the text cannot be read on afterwards.
    package func digest() throws(FileFormatError) -> SHA256Digest {
        if let finishedDigest { return finishedDigest }
        // Whoever reads ahead must be done with the file.
        readAhead?.stop()
        let digest: SHA256Digest
        if let hashed = try reader?.finishDigest() {
            file.remember(hashed)
            digest = hashed
        } else {
            digest = try file.digest()
        }
        finishedDigest = digest
        return digest
    }

    /// SHA-256 of a file's bytes on the disk, whatever they are.
    package static func digest(ofFile path: String) throws(FileFormatError) -> SHA256Digest {
        let reader = try RawReader(RawFile(path: path), maximumReadSize: Int.max, hashing: true)
        guard let digest = try reader.finishDigest() else {
            throw FileFormatError(.cannotRead, "the file was not hashed")
        }
        return digest
    }
}

extension [UInt8] {
    /// Appends from the stream until there are `count` bytes, or fewer at its end.
    fileprivate mutating func append(from stream: any ByteStream, upTo count: Int) throws(FileFormatError) {
        guard self.count < count else { return }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count - self.count, alignment: 1)
        defer { buffer.deallocate() }
        while self.count < count {
            let room = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(count - self.count))
            let read = try stream.read(into: room)
            if read == 0 { return }
            append(contentsOf: room.prefix(read))
        }
    }
}
