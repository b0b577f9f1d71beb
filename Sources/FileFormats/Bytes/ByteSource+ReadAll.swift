extension ByteSource {
    /// All that is left of the text, for files that are small by nature.
    ///
    /// Throws `.recordTooLong` beyond `maximumBytes`, else what `read` throws.
    package func readAll(maximumBytes: Int = 64 << 20) throws(FileFormatError) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 64)
        defer { buffer.deallocate() }
        var bytes: [UInt8] = []
        while true {
            let count = try read(into: buffer)
            if count == 0 { return bytes }
            guard bytes.count + count <= maximumBytes else {
                throw FileFormatError(
                    .recordTooLong, "expected a text of at most \(maximumBytes) bytes", byteOffset: offset)
            }
            bytes.append(contentsOf: buffer.prefix(count))
        }
    }
}
