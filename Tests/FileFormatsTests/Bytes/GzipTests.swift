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

    /// All that a stream gives, and how it ends.
    private func contents(
        _ file: [UInt8], isExact: Bool, readsAhead: Bool = false, readSize: Int, bufferSize: Int
    ) throws -> (bytes: [UInt8], error: FileFormatError?) {
        let reader = try RawReader(RawFile(bytes: file), maximumReadSize: readSize, hashing: false)
        let gzip = try GzipStream(reader, limit: DecompressionLimit(), isExact: isExact)
        let stream: any ByteStream = readsAhead ? ReadAheadStream(gzip) : gzip
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 1)
        defer { buffer.deallocate() }
        var bytes: [UInt8] = []
        let error = failure { () throws(FileFormatError) in
            while true {
                let count = try stream.read(into: buffer)
                if count == 0 { return }
                bytes += buffer.prefix(count)
            }
        }
        return (bytes, error)
    }

    /// igzip is the fast way and zlib the word: whatever is wrong with a file, the same is said of it.
    @Test(arguments: Fuzzing.seeds(400))
    func `damage is told as zlib tells it`(seed: UInt64) throws {
        var random = SeededRandom(seed)
        let long = (0..<random.below(3_000)).map { "row \($0),값,\(random.below(100_000))\n" }.joined()
        let file = Archives.gzip(long) + Archives.gzip(text) + Archives.gzip("")
        let damaged =
            random.below(4) == 0 ? file : Fuzzing.mutated(file, &random, inserting: [[0x1F, 0x8B, 8, 0], [0, 0]])
        guard damaged.first == 0x1F else { return }
        let readSize = random.element(of: [1, 3, 50, 4_096, 1 << 18])
        let bufferSize = random.element(of: [1, 7, 1_000, 1 << 16])
        let exact = try contents(damaged, isExact: true, readSize: readSize, bufferSize: bufferSize)
        for readsAhead in [false, true] {
            let fast = try contents(
                damaged, isExact: false, readsAhead: readsAhead, readSize: readSize, bufferSize: bufferSize)
            #expect(fast.error == exact.error, "seed \(seed)")
            // What is delivered before a fault counts for nothing, and the two libraries differ in it.
            if exact.error == nil { #expect(fast.bytes == exact.bytes, "seed \(seed)") }
        }
    }

    @Test func `flags that nobody has defined are refused`() throws {
        var file = Archives.gzip("x")
        file[3] = 0x80
        let error = failure { () throws(FileFormatError) in _ = try readText(file) }
        #expect(error?.kind == .corruptData)
        #expect(error?.message == "the compressed data is damaged: unknown header flags set")
    }

    /// Long enough that the reading thread is still at work.
    @Test func `reading ahead can be left off at any time, and the file is hashed all the same`() throws {
        var random = SeededRandom(7)
        let long = (0..<200_000).map { "row \($0),\(random.below(1 << 30))\n" }.joined()
        let bytes = Archives.gzip(long)
        let hasher = try SHA256Hasher()
        hasher.update(bytes)
        let digest = try hasher.finish()
        for taken in [0, 1, 100_000] {
            let source = try InputFile(bytes: bytes).open(readsAhead: true)
            let head = try source.prefix(taken)
            #expect(head == Array(long.utf8.prefix(taken)))
            #expect(try source.digest() == digest)
        }
        let whole = try InputFile(bytes: bytes).open(readsAhead: true)
        #expect(try readText(whole) == Array(long.utf8))
        #expect(try whole.digest() == digest)
    }
}
