import CZlib

/// Archives made for tests, right in every detail; tests then damage them.
enum Archives {
    static func gzip(_ bytes: [UInt8]) -> [UInt8] { deflate(bytes, windowBits: 15 + 16) }

    static func gzip(_ text: String) -> [UInt8] { gzip(Array(text.utf8)) }

    static func rawDeflate(_ bytes: [UInt8]) -> [UInt8] { deflate(bytes, windowBits: -15) }

    private static func deflate(_ bytes: [UInt8], windowBits: Int32) -> [UInt8] {
        var stream = z_stream()
        deflateInit2_(
            &stream, 6, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        defer { deflateEnd(&stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 64)
        return input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                CZlib.deflate(&stream, Z_FINISH)
                return Array(output.prefix(output.count - Int(stream.avail_out)))
            }
        }
    }

    struct Entry {
        var name: String
        var contents: [UInt8]
        var isDeflated = true
        var flags = 0
        var method: Int?
        var checksum: UInt32?
        var statedSize: Int?
        var isZip64 = false

        init(_ name: String, _ text: String, isDeflated: Bool = true) {
            self.name = name
            contents = Array(text.utf8)
            self.isDeflated = isDeflated
        }
    }

    static func zip(_ entries: [Entry], comment: String = "") -> [UInt8] {
        var archive: [UInt8] = []
        var directory: [UInt8] = []
        for entry in entries {
            let offset = archive.count
            let data = entry.isDeflated ? rawDeflate(entry.contents) : entry.contents
            let checksum = entry.checksum ?? UInt32(crc32_z(0, entry.contents, entry.contents.count))
            let size = entry.statedSize ?? entry.contents.count
            let name = Array(entry.name.utf8)
            let common =
                little(entry.flags, 2) + little(entry.method ?? (entry.isDeflated ? 8 : 0), 2) + little(0, 4)
                + little(Int(checksum), 4)
            let sizes = little(data.count, 4) + little(size, 4)
            archive += little(0x0403_4B50, 4) + little(20, 2) + common + sizes + little(name.count, 2) + little(0, 2)
            archive += name + data
            let extra =
                entry.isZip64
                ? little(1, 2) + little(24, 2) + little(size, 8) + little(data.count, 8) + little(offset, 8) : []
            let allOnes = little(0xFFFF_FFFF, 4)
            directory += little(0x0201_4B50, 4) + little(20, 2) + little(20, 2) + common
            directory += entry.isZip64 ? allOnes + allOnes : sizes
            directory += little(name.count, 2) + little(extra.count, 2) + little(0, 2) + little(0, 8)
            directory += (entry.isZip64 ? allOnes : little(offset, 4)) + name + extra
        }
        let start = archive.count
        archive += directory
        archive += little(0x0605_4B50, 4) + little(0, 4) + little(entries.count, 2) + little(entries.count, 2)
        archive += little(directory.count, 4) + little(start, 4) + little(comment.utf8.count, 2) + Array(comment.utf8)
        return archive
    }

    static func little(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
