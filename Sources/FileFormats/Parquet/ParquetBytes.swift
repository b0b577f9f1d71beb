/// Bytes of a Parquet file with a place in them. Every step is checked against their end: nothing that a file says about
/// its own sizes is believed.
struct ParquetBytes {
    let bytes: UnsafeRawBufferPointer
    private(set) var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var left: Int { bytes.count - position }

    mutating func take(_ count: Int) throws(FileFormatError) -> UnsafeRawBufferPointer {
        guard count >= 0, count <= left else { throw .cutParquet }
        let start = position
        position += count
        return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
    }

    mutating func takeRest() -> UnsafeRawBufferPointer {
        let start = position
        position = bytes.count
        return UnsafeRawBufferPointer(rebasing: bytes[start...])
    }

    mutating func byte() throws(FileFormatError) -> UInt8 {
        guard left > 0 else { throw .cutParquet }
        position += 1
        return bytes[position - 1]
    }

    /// Four bytes, the lowest first.
    mutating func length() throws(FileFormatError) -> Int {
        Int(UInt32(littleEndian: try take(4).loadUnaligned(as: UInt32.self)))
    }

    /// Seven bits a byte, the lowest first, at most 64 bits.
    mutating func varint() throws(FileFormatError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            let byte = try byte()
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw .corruptParquet("expected a number of at most 64 bits")
    }

    /// A signed number whose sign is its lowest bit.
    mutating func zigzag() throws(FileFormatError) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// A varint that counts something.
    mutating func count() throws(FileFormatError) -> Int {
        guard let count = Int(exactly: try varint()) else { throw .corruptParquet("expected a count") }
        return count
    }
}

extension FileFormatError {
    static var cutParquet: FileFormatError {
        FileFormatError(.corruptData, "the Parquet data ends where more of it is expected")
    }

    static func corruptParquet(_ message: String, at offset: Int? = nil) -> FileFormatError {
        FileFormatError(.corruptData, message, byteOffset: offset)
    }

    /// Of what the format allows and this reader does not know.
    static func unreadParquet(_ message: String) -> FileFormatError { FileFormatError(.parquet, message) }

    /// The same error, of a column.
    func inParquetColumn(_ name: String, at offset: Int) -> FileFormatError {
        FileFormatError(kind, "column \(name): \(message)", byteOffset: byteOffset ?? offset)
    }
}
