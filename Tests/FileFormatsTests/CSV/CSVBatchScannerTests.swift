import CScan
import Testing

@testable import FileFormats

/// What a scanner found, in a form that can be compared.
private struct Found: Equatable {
    var separators: [UInt32] = []
    var recordEnds: [UInt32] = []
    var consumed = 0
    var innerNewlines = 0
    var endedWithNewline = true
    var fault: FileFormatError?

    init(_ bytes: [UInt8], _ scanner: CSVBatchScanner, isLast: Bool) {
        fault = failure { () throws(FileFormatError) in
            var inner: FileFormatError?
            bytes.withUnsafeBytes { region in
                inner = failure { () throws(FileFormatError) in try scanner.scan(region, isLast: isLast) }
            }
            if let inner { throw inner }
        }
        recordEnds = (0..<scanner.recordCount).map { scanner.recordEnds[$0] }
        separators = (0..<Int(recordEnds.last ?? 0)).map { scanner.separators[$0] }
        consumed = scanner.consumed
        innerNewlines = scanner.innerNewlineCount
        endedWithNewline = scanner.endedWithNewline
    }
}

@Suite struct CSVBatchScannerTests {
    @Test func `this machine takes the vector path, or says that it does not`() {
        #if arch(x86_64)
            #expect(cscan_csv_is_vectorized() == 0 || cscan_csv_is_vectorized() == 1)
        #else
            #expect(cscan_csv_is_vectorized() == 0)
        #endif
    }

    @Test(arguments: Fuzzing.seeds(12))
    func `the vector path and the portable one find the same`(seed: UInt64) {
        var random = SeededRandom(seed)
        let alphabets = ["a,\n", "aaaaaaaa,\n", "a\",\n", "aaaa\",,,\n\r", "\"\"\"\n,a", "aaaaaaaaaaaaaaaaaaa,\r\n\""]
        let rules = CSVRules(maximumRecordBytes: 300, maximumFields: 40)
        let vector = CSVBatchScanner(rules: rules)
        let portable = CSVBatchScanner(rules: rules, usesVectors: false)
        for _ in 0..<600 {
            let alphabet = Array(random.element(of: alphabets).utf8)
            var bytes = random.bytes(random.below(400), of: alphabet)
            if random.below(2) == 0 { bytes = Self.wellFormed(&random) }
            let isLast = random.below(2) == 0
            let text = String(decoding: bytes, as: UTF8.self).debugDescription
            #expect(
                Found(bytes, vector, isLast: isLast) == Found(bytes, portable, isLast: isLast), "seed \(seed): \(text)")
        }
    }

    @Test(arguments: [
        "\r", "\r\n", ",\"x\"y", ",\"x\"", ",\"x\"\r\n", ",\"\"\"", ",\"\"\"\",", "\"", ",\"a\nb\"", "\n\"\"\n",
    ])
    func `both paths find the same at every place of a block`(piece: String) {
        let vector = CSVBatchScanner()
        let portable = CSVBatchScanner(rules: CSVRules(), usesVectors: false)
        for place in 0..<140 {
            for suffix in ["xxxxxxxxx", "x,\"a\",", "\n", "\"", ",a,b\n", ""] {
                let filler = [UInt8](repeating: UInt8(ascii: "x"), count: 140)
                let bytes = filler[..<place] + Array((piece + suffix).utf8) + filler
                let found = Found(Array(bytes), vector, isLast: false)
                #expect(found == Found(Array(bytes), portable, isLast: false), "\(place) \(suffix.debugDescription)")
            }
        }
    }

    @Test(arguments: Fuzzing.seeds(12))
    func `the reader agrees with a plain second implementation`(seed: UInt64) throws {
        var random = SeededRandom(seed)
        for _ in 0..<250 {
            let alphabet = Array(random.element(of: ["ab,\"\n", "abcdefghij,,\n", "a\",\r\n", "é\"\"\",\n"]).utf8)
            var bytes = random.bytes(random.below(300), of: alphabet)
            if random.below(2) == 0 { bytes = Self.wellFormed(&random) }
            guard String(validating: bytes, as: UTF8.self) != nil, bytes.first != 0 else { continue }
            let size = random.element(of: chunkSizes)
            try compare(bytes, size: size, "seed \(seed), window \(size)")
        }
    }

    private func compare(_ bytes: [UInt8], size: Int, _ what: String) throws {
        let expected = ReferenceCSV(bytes)
        let source = try ByteSource.open(bytes: bytes)
        let reader = CSVReader(withoutHeader: source, bufferSize: size)
        var records: [ReferenceCSV.Record] = []
        let error = failure { () throws(FileFormatError) in
            while try reader.next() {
                let fields = (0..<reader.fieldCount).map { Array(reader.field($0)) }
                records.append(.init(fields: fields, line: reader.line, offset: reader.byteOffset))
            }
        }
        let text = String(decoding: bytes, as: UTF8.self).debugDescription
        #expect(records == expected.records, "\(what): \(text)")
        #expect(error?.kind.rawValue == expected.fault?.kind, "\(what): \(text)")
        #expect(error?.byteOffset == expected.fault?.offset, "\(what): \(text)")
        if error == nil, !bytes.isEmpty { #expect(reader.lastRecordEndedWithNewline == (bytes.last == 0x0A)) }
    }

    /// Random rows as a careful program writes them.
    private static func wellFormed(_ random: inout SeededRandom) -> [UInt8] {
        var bytes: [UInt8] = []
        let columns = 1 + random.below(9)
        let lineEnd = random.element(of: ["\n", "\r\n"])
        for _ in 0..<random.below(20) {
            for column in 0..<columns {
                if column > 0 { bytes.append(UInt8(ascii: ",")) }
                let value = random.bytes(random.below(12), of: Array("abcdefgh 123".utf8))
                if random.below(6) == 0 {
                    let inner = random.bytes(random.below(6), of: Array("ab,\n\r".utf8))
                    bytes += Array("\"".utf8) + inner + Array(random.element(of: ["", "\"\""]).utf8) + Array("\"".utf8)
                } else {
                    bytes += value
                }
            }
            bytes += Array(lineEnd.utf8)
        }
        return bytes
    }

    @Test func `what is not complete is left for the next region`() throws {
        let scanner = CSVBatchScanner()
        let region = Array("a,b\nc,\"d\ne".utf8)
        let found = Found(region, scanner, isLast: false)
        #expect(found.separators == [1, 3])
        #expect(found.recordEnds == [2])
        #expect(found.consumed == 4)
        #expect(found.fault == nil)
        let last = Found(Array("a,b\nc,d".utf8), scanner, isLast: true)
        #expect(last.separators == [1, 3, 5, 7])
        #expect(last.recordEnds == [2, 4])
        #expect(last.consumed == 7)
        #expect(!last.endedWithNewline)
    }

    @Test func `blank lines are told from records`() throws {
        let scanner = CSVBatchScanner()
        let region = Array("\n\r\na\n,\n\"\"\n".utf8)
        region.withUnsafeBytes { region in
            #expect(failure { () throws(FileFormatError) in try scanner.scan(region, isLast: true) } == nil)
            #expect(
                (0..<scanner.recordCount).map { scanner.isBlank($0, in: region) } == [true, true, false, false, false])
            #expect((0..<scanner.recordCount).map { scanner.start(ofRecord: $0) } == [0, 1, 3, 5, 7])
        }
    }

    @Test func `the arrays grow with what is found`() throws {
        let scanner = CSVBatchScanner(rules: CSVRules(maximumFields: 1_000_000))
        let commas = [UInt8](repeating: UInt8(ascii: ","), count: 100_000) + [UInt8(ascii: "\n")]
        #expect(Found(commas, scanner, isLast: true).separators == (0...100_000).map { UInt32($0) })
        let lines = [UInt8](repeating: UInt8(ascii: "\n"), count: 100_000)
        #expect(Found(lines, scanner, isLast: true).recordEnds == (1...100_000).map { UInt32($0) })
    }

    @Test func `an empty region has no records`() {
        let found = Found([], CSVBatchScanner(), isLast: true)
        #expect(found.recordEnds.isEmpty)
        #expect(found.consumed == 0)
        #expect(found.fault == nil)
    }
}
