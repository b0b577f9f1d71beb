import CZlib

/// The contents of one entry of a zip archive, stored or deflated, with size and CRC checked at its end.
final class ZipEntryStream: ByteStream {
    private let file: RawFile
    private let entry: ZipDirectory.Entry
    private let limit: DecompressionLimit
    private let inflater: Inflater?
    private let input: UnsafeMutableRawBufferPointer
    private var unread: Range<Int> = 0..<0

    /// Offset in the archive of the next compressed byte that has not been read, and of the entry's end.
    private var position: Int
    private let end: Int

    private var produced = 0
    private var checksum: UInt = 0
    private var isFinished = false

    /// Throws what `packedBytes` throws.
    init(
        _ file: RawFile, _ entry: ZipDirectory.Entry, directoryStart: Int, limit: DecompressionLimit
    ) throws(FileFormatError) {
        let packed = try entry.packedBytes(in: file, directoryStart: directoryStart)
        self.file = file
        self.entry = entry
        self.limit = limit
        inflater = entry.method == 8 ? try Inflater(.raw) : nil
        position = packed.lowerBound
        end = packed.upperBound
        input = .allocate(byteCount: 1 << 17, alignment: 64)
    }

    deinit {
        input.deallocate()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileFormatError) -> Int {
        guard buffer.count > 0, !isFinished else { return 0 }
        let count = try inflater == nil ? readStored(into: buffer) : readDeflated(into: buffer)
        if count > 0 {
            checksum = crc32_z(checksum, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), count)
            produced += count
            try limit.check(produced: produced, consumed: entry.compressedSize)
        } else {
            try finish()
        }
        return count
    }

    private func readStored(into buffer: UnsafeMutableRawBufferPointer) throws(FileFormatError) -> Int {
        let piece = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(end - position))
        let count = try file.read(at: position, into: piece)
        position += count
        return count
    }

    private func readDeflated(into buffer: UnsafeMutableRawBufferPointer) throws(FileFormatError) -> Int {
        guard let inflater else { return 0 }
        while true {
            if unread.isEmpty {
                let piece = UnsafeMutableRawBufferPointer(rebasing: input.prefix(end - position))
                unread = 0..<(try file.read(at: position, into: piece))
                position += unread.count
            }
            let offset = position - unread.count
            let progress: Inflater.Progress
            do throws(FileFormatError) {
                progress = try inflater.inflate(UnsafeRawBufferPointer(rebasing: input[unread]), into: buffer)
            } catch {
                throw error.placed(line: nil, column: nil, byteOffset: offset + (error.byteOffset ?? 0))
            }
            unread = (unread.lowerBound + progress.consumed)..<unread.upperBound
            if progress.produced > 0 { return progress.produced }
            if progress.ended { return 0 }
            guard progress.consumed > 0 else {
                throw FileFormatError(
                    .truncated, "expected more compressed data, found the end of the zip entry", byteOffset: end)
            }
        }
    }

    private func finish() throws(FileFormatError) {
        guard unread.isEmpty, position == end, produced == entry.uncompressedSize else {
            throw FileFormatError(
                .corruptData, "expected \(entry.uncompressedSize) bytes in the zip entry, found \(produced)",
                byteOffset: end)
        }
        guard checksum == UInt(entry.checksum) else {
            throw FileFormatError(
                .corruptChecksum, "the contents of the zip entry do not have the CRC that the archive states",
                byteOffset: end)
        }
        isFinished = true
        try file.requireUnchanged()
    }
}
