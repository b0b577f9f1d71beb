import Testing

@testable import FileFormats

@Suite struct GzipTests {
    private let text = (0..<500).map { "row \($0),값,\($0 * $0)\n" }.joined()

    @Test(arguments: chunkSizes)
    func `one member and several are read`(chunk: Int) throws {
        let members = Archives.gzip(text) + Archives.gzip("") + Archives.gzip("second\n") + Archives.gzip("third")
        #expect(try readText(Archives.gzip(text), chunk: chunk) == text)
        #expect(try readText(members, chunk: chunk) == text + "second\nthird")
        #expect(try readText(Archives.gzip(""), chunk: chunk) == "")
    }

    @Test(arguments: chunkSizes)
    func `a character may lie across two members`(chunk: Int) throws {
        let bytes = Array("값".utf8)
        let members = Archives.gzip(Array(bytes[..<1])) + Archives.gzip(Array(bytes[1...]))
        #expect(try readText(members, chunk: chunk) == "값")
    }

    @Test func `a file cut anywhere is refused`() {
        let file = Archives.gzip("first\n") + Archives.gzip("second\n")
        let end = Archives.gzip("first\n").count
        for length in 2..<file.count where length != end {
            let error = failure { () throws(FileFormatError) in _ = try readText(Array(file[..<length]), chunk: 5) }
            #expect(error?.kind == .truncated, "cut after \(length) bytes")
            #expect(error?.byteOffset == length)
        }
    }

    @Test func `a wrong checksum or length is refused`() {
        let file = Archives.gzip(text)
        for place in file.count - 8..<file.count {
            var damaged = file
            damaged[place] ^= 1
            let error = failure { () throws(FileFormatError) in _ = try readText(damaged) }
            #expect(error?.kind == .corruptChecksum)
        }
    }

    @Test func `damaged data is refused`() {
        var file = Archives.gzip(text)
        file[10] = 0xFF
        let error = failure { () throws(FileFormatError) in _ = try readText(file) }
        #expect(error?.kind == .corruptData)
        #expect(error?.byteOffset != nil)
    }

    @Test func `bytes behind the last member are refused`() {
        for garbage: [UInt8] in [[0], [0x20], Array("garbage".utf8)] {
            let error = failure { () throws(FileFormatError) in _ = try readText(Archives.gzip("x") + garbage) }
            #expect(error?.kind == .trailingData)
            #expect(error?.byteOffset == Archives.gzip("x").count)
        }
    }

    @Test func `decompression is bounded in size and ratio`() {
        let zeros = Archives.gzip(Array(repeating: UInt8(ascii: "0"), count: 1 << 20))
        var limits = [DecompressionLimit(maximumBytes: (1 << 20) - 1)]
        limits.append(DecompressionLimit(maximumRatio: 100, ratioFloor: 1 << 16))
        for limit in limits {
            let error = failure { () throws(FileFormatError) in
                _ = try readText(ByteSource.open(bytes: zeros, options: ReadingOptions(limit: limit)))
            }
            #expect(error?.kind == .decompressionLimit)
        }
        let enough = DecompressionLimit(maximumBytes: 1 << 20, maximumRatio: 100, ratioFloor: 1 << 20)
        #expect(
            failure { () throws(FileFormatError) in
                _ = try readText(ByteSource.open(bytes: zeros, options: ReadingOptions(limit: enough)))
            } == nil)
    }
}
