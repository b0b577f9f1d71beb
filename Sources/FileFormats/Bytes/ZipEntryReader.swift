import CDeflate

/// Unpacks entries that are known to be small, each in one step: several times as fast as a stream, which sets itself up
/// anew for every entry.
///
/// One owner, one thread.
package final class ZipEntryReader {
    private let archive: InputFile
    private let decompressor: OpaquePointer

    /// Throws `.cannotRead` when memory ends.
    package init(_ archive: InputFile) throws(FileFormatError) {
        guard let decompressor = libdeflate_alloc_decompressor() else {
            throw FileFormatError(.cannotRead, "out of memory")
        }
        self.archive = archive
        self.decompressor = decompressor
    }

    deinit { libdeflate_free_decompressor(decompressor) }

    /// A file of the archive as a whole, with size, CRC and UTF-8 checked. `index` counts from 0 and is below
    /// `textCount`.
    ///
    /// Throws `.decompressionLimit` beyond `maximumBytes`, else what `InputFile.open` and reading to the end throw.
    package func text(_ index: Int, maximumBytes: Int) throws(FileFormatError) -> [UInt8] {
        let (entry, packed) = try archive.packedEntry(index)
        guard entry.uncompressedSize <= maximumBytes else {
            throw FileFormatError(
                .decompressionLimit, "expected at most \(maximumBytes) bytes after decompression",
                byteOffset: entry.headerOffset)
        }
        let bytes = entry.method == 8 ? try inflated(packed, entry) : packed
        let checksum = libdeflate_crc32(0, bytes, bytes.count)
        guard bytes.count == entry.uncompressedSize, checksum == entry.checksum else {
            throw FileFormatError(
                .corruptChecksum, "the contents of the zip entry do not have the CRC that the archive states",
                byteOffset: entry.headerOffset)
        }
        if let bad = bytes.withUnsafeBytes({ UTF8Check.firstInvalidOffset(in: $0) }) {
            throw FileFormatError(.notUTF8, "expected UTF-8, found another byte", byteOffset: bad)
        }
        return bytes
    }

    private func inflated(_ packed: [UInt8], _ entry: ZipDirectory.Entry) throws(FileFormatError) -> [UInt8] {
        var result = LIBDEFLATE_SUCCESS
        let bytes = [UInt8](unsafeUninitializedCapacity: entry.uncompressedSize) { buffer, count in
            result = libdeflate_deflate_decompress(
                decompressor, packed, packed.count, buffer.baseAddress, buffer.count, nil)
            count = result == LIBDEFLATE_SUCCESS ? buffer.count : 0
        }
        guard result == LIBDEFLATE_SUCCESS else {
            throw FileFormatError(
                .corruptData, "expected \(entry.uncompressedSize) deflated bytes in the zip entry",
                byteOffset: entry.headerOffset)
        }
        return bytes
    }
}
