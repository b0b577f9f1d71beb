extension [UInt8] {
    /// The little-endian number of `count` bytes at `offset`; the caller has made sure that the bytes are there.
    func littleEndian(at offset: Int, count: Int) -> UInt64 {
        var value: UInt64 = 0
        for position in (offset..<offset + count).reversed() { value = value << 8 | UInt64(self[position]) }
        return value
    }

    func littleEndian16(at offset: Int) -> Int { Int(littleEndian(at: offset, count: 2)) }
    func littleEndian32(at offset: Int) -> Int { Int(littleEndian(at: offset, count: 4)) }
}
