import CZlib

/// What is wrong with a workbook that was opened again.
struct WorkbookDamage: Error {
    let message: String
    init(_ message: String) { self.message = message }
}

/// The parts of a workbook's zip archive as libxlsxwriter writes it: small, with a directory, without Zip64 unless huge.
/// Every part is inflated and its checksum compared.
struct ZipParts {
    private let bytes: [UInt8]
    private var entries: [String: Entry] = [:]
    /// In the order of the directory.
    private(set) var names: [String] = []

    private struct Entry {
        var method: Int
        var checksum: UInt32
        var compressedSize: Int
        var size: Int
        var offset: Int
    }

    init(_ bytes: [UInt8]) throws(WorkbookDamage) {
        self.bytes = bytes
        guard bytes.count >= 22 else { throw WorkbookDamage("it is too short for a workbook") }
        var end = bytes.count - 22
        while end > 0, long(end) != 0x0605_4B50 { end -= 1 }
        guard long(end) == 0x0605_4B50 else { throw WorkbookDamage("the directory of its parts is missing") }
        var position = long(end + 16)
        for _ in 0..<short(end + 10) {
            guard position + 46 <= end, long(position) == 0x0201_4B50 else {
                throw WorkbookDamage("the directory of its parts is damaged")
            }
            let nameLength = short(position + 28)
            let nameEnd = position + 46 + nameLength
            guard nameEnd <= end else { throw WorkbookDamage("the directory of its parts is damaged") }
            let name = String(decoding: bytes[position + 46..<nameEnd], as: UTF8.self)
            entries[name] = Entry(
                method: short(position + 10), checksum: UInt32(long(position + 16)),
                compressedSize: long(position + 20), size: long(position + 24), offset: long(position + 42))
            names.append(name)
            position = nameEnd + short(position + 30) + short(position + 32)
        }
    }

    private func short(_ at: Int) -> Int { at + 2 <= bytes.count ? Int(bytes[at]) | Int(bytes[at + 1]) << 8 : 0 }
    private func long(_ at: Int) -> Int { short(at) | short(at + 2) << 16 }

    /// The content of a part.
    func content(_ name: String) throws(WorkbookDamage) -> [UInt8] {
        guard let entry = entries[name] else { throw WorkbookDamage("the part \(name) is missing") }
        let start = entry.offset + 30 + short(entry.offset + 26) + short(entry.offset + 28)
        guard long(entry.offset) == 0x0403_4B50, start + entry.compressedSize <= bytes.count else {
            throw WorkbookDamage("the part \(name) is cut")
        }
        let packed = bytes[start..<start + entry.compressedSize]
        let content = entry.method == 0 ? Array(packed) : try inflated(packed, size: entry.size, name: name)
        let checksum = content.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) }
        guard content.count == entry.size, UInt32(truncatingIfNeeded: checksum) == entry.checksum else {
            throw WorkbookDamage("the part \(name) does not have its checksum")
        }
        return content
    }

    private func inflated(_ packed: ArraySlice<UInt8>, size: Int, name: String) throws(WorkbookDamage) -> [UInt8] {
        var stream = z_stream()
        guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw WorkbookDamage("zlib cannot start")
        }
        defer { inflateEnd(&stream) }
        var status = Z_OK
        let content = [UInt8](unsafeUninitializedCapacity: size) { output, count in
            packed.withUnsafeBufferPointer { input in
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = UInt32(clamping: input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(clamping: size)
                status = inflate(&stream, Z_FINISH)
            }
            count = size - Int(stream.avail_out)
        }
        guard status == Z_STREAM_END else { throw WorkbookDamage("the part \(name) cannot be unpacked") }
        return content
    }
}
