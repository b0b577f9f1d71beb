import Testing

@testable import FileFormats

/// Damaged inputs for every parser: none may crash, hang or end without kind and place.
///
/// `FUZZ_ROUNDS=100 swift test --filter FuzzTests` works longer, `FUZZ_SEED=1000` on other inputs.
@Suite struct FuzzTests {
    private static let csvWords = ["\"", "\"\"", ",", "\n", "\r\n", "\r", "é", "\"a\"b", "\u{FEFF}"].map {
        Array($0.utf8)
    }
    private static let jsonWords =
        ["{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\uD800", "\\uDC00", "null", "1e", "-", "\n", "\u{1}", "é"]
        .map { Array($0.utf8) }
    private static let binaryWords: [[UInt8]] = [
        [0], [0xFF, 0xFF, 0xFF, 0xFF], [0x1F, 0x8B, 8, 0], [0x50, 0x4B, 1, 2],
    ]

    private static let csvTexts = [
        "id,customer,value\n1,\"cust, one\",12.5\n2,\"two\nlines\",\"say \"\"hi\"\"\"\n\n3,값,\n",
        "a;b\r\n\"x\";5\" disk\r\n", "\u{FEFF}a,b\n" + String(repeating: "0123456789,\"abc def\"\n", count: 20),
    ].map { Array($0.utf8) }

    private static let jsonTexts = [
        "{\"id\":\"a\",\"value\":-1.5e-3,\"tags\":{\"k\":[true,null]}}\n{\"id\":\"b\\u00e9\\uD83C\\uDFB2\"}\n",
        "[\n  {\"a\": [1, 2, {}]},\n  {\"b\": \"값\"}\n]\n", "{\n  \"a\": 1\n}\n{\n  \"b\": [{}]\n}\n",
        "{}{\"a\":1} {\"b\":2}",
    ].map { Array($0.utf8) }

    @Test(arguments: Fuzzing.seeds(8))
    func `damaged CSV`(seed: UInt64) {
        var random = SeededRandom(seed)
        for _ in 0..<150 {
            let bytes = Fuzzing.mutated(random.element(of: Self.csvTexts), &random, inserting: Self.csvWords)
            let results = [random.element(of: chunkSizes), 1 << 18].map { readCSV(bytes, size: $0) }
            #expect(results[0] == results[1], "seed \(seed): \(bytes)")
            expectPlace(results[0].error, "seed \(seed): \(bytes)")
        }
    }

    @Test(arguments: Fuzzing.seeds(8))
    func `damaged JSON records`(seed: UInt64) {
        var random = SeededRandom(seed)
        for _ in 0..<150 {
            let bytes = Fuzzing.mutated(random.element(of: Self.jsonTexts), &random, inserting: Self.jsonWords)
            let results = [random.element(of: chunkSizes), 1 << 18].map { readJSON(bytes, size: $0) }
            #expect(results[0] == results[1], "seed \(seed): \(bytes)")
            expectPlace(results[0].error, "seed \(seed): \(bytes)")
        }
    }

    @Test(arguments: Fuzzing.seeds(8))
    func `damaged JSON values`(seed: UInt64) {
        var random = SeededRandom(seed)
        for _ in 0..<300 {
            let bytes = Fuzzing.mutated(random.element(of: Self.jsonTexts), &random, inserting: Self.jsonWords)
            let error = failure { () throws(FileFormatError) in
                _ = try JSONValue(parsing: bytes, duplicateKeys: .kept)
            }
            expectPlace(error, "seed \(seed): \(bytes)")
            if error == nil { #expect(String(validating: bytes, as: UTF8.self) != nil, "seed \(seed): \(bytes)") }
        }
    }

    @Test(arguments: Fuzzing.seeds(8))
    func `damaged gzip`(seed: UInt64) {
        var random = SeededRandom(seed)
        let text = Self.csvTexts[0] + Self.jsonTexts[0]
        let good = Archives.gzip(text) + Archives.gzip(text)
        for _ in 0..<150 {
            let bytes = Fuzzing.mutated(good, &random, inserting: Self.binaryWords)
            let results = [random.element(of: chunkSizes), 1 << 18].map { readAll(bytes, chunk: $0) }
            expectSame(results, "seed \(seed): \(bytes)")
            expectPlace(results[0].error, "seed \(seed): \(bytes)")
            // A checksum of 32 bits stands between damage and silence; header fields that nobody needs may differ.
            if bytes.starts(with: [0x1F, 0x8B]), results[0].error == nil {
                let isWhole = [text + text, text].contains(results[0].bytes)
                #expect(isWhole || results[0].bytes == text + text + text, "seed \(seed): \(bytes)")
            }
        }
    }

    @Test(arguments: Fuzzing.seeds(8))
    func `damaged zip`(seed: UInt64) {
        var random = SeededRandom(seed)
        let text = String(decoding: Self.csvTexts[0], as: UTF8.self)
        var large = Archives.Entry("c.csv", text)
        large.isZip64 = true
        let good = Archives.zip([.init("a.csv", text), .init("b/b.csv", text, isDeflated: false), large], comment: "c")
        for _ in 0..<300 {
            let bytes = Fuzzing.mutated(good, &random, inserting: Self.binaryWords)
            guard bytes.starts(with: [0x50, 0x4B, 3, 4]) else { continue }
            let results = [random.element(of: chunkSizes), 1 << 18].map { readAll(bytes, chunk: $0) }
            expectSame(results, "seed \(seed): \(bytes)")
            if let kind = results[0].error?.kind, kind != .archiveWithoutEntries {
                expectPlace(results[0].error, "seed \(seed): \(bytes)")
            }
        }
    }

    /// Of damaged data it depends on the chunks whether the wrong checksum or the wrong text is noticed first.
    private func expectSame(_ results: [Outcome], _ what: String) {
        #expect((results[0].error == nil) == (results[1].error == nil), "\(what)")
        if results[0].error == nil { #expect(results[0] == results[1], "\(what)") }
    }

    private func expectPlace(_ error: FileFormatError?, _ what: String) {
        guard let error, error.kind != .unsupportedArchive else { return }
        #expect(error.hasPlace, "\(error.kind) without a place, \(what)")
        #expect(!error.message.isEmpty)
    }

    private struct Outcome: Equatable {
        var records: [String] = []
        var bytes: [UInt8] = []
        var error: FileFormatError?
    }

    private func readCSV(_ bytes: [UInt8], size: Int) -> Outcome {
        var outcome = Outcome()
        outcome.error = failure { () throws(FileFormatError) in
            let source = try ByteSource.open(bytes: bytes, options: ReadingOptions(readSize: size))
            let reader = try CSVReader(source: source, bufferSize: size)
            outcome.records.append(reader.header.description)
            while try reader.next() {
                let fields = (0..<reader.fieldCount).map { "\(reader.column(ofField: $0)) \(reader.string($0))" }
                outcome.records.append("\(reader.line) \(reader.byteOffset) \(fields)")
            }
        }
        return outcome
    }

    private func readJSON(_ bytes: [UInt8], size: Int) -> Outcome {
        var outcome = Outcome()
        outcome.error = failure { () throws(FileFormatError) in
            let source = try ByteSource.open(bytes: bytes, options: ReadingOptions(readSize: size))
            let records = JSONRecords(source: source, bufferSize: size)
            while try records.next() {
                let text = String(decoding: records.record, as: UTF8.self)
                let fault = records.fault.map { "\($0.kind) \($0)" } ?? ""
                outcome.records.append("\(records.line):\(records.column) \(records.byteOffset) \(text) \(fault)")
            }
        }
        return outcome
    }

    private func readAll(_ bytes: [UInt8], chunk: Int) -> Outcome {
        var outcome = Outcome()
        outcome.error = failure { () throws(FileFormatError) in
            let file = try InputFile(bytes: bytes, options: ReadingOptions(readSize: chunk))
            outcome.records = file.entryNames
            for index in 0..<file.textCount { outcome.bytes += try readText(file.open(index), bufferSize: chunk) }
        }
        return outcome
    }
}
