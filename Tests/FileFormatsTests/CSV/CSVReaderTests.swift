import Testing

@testable import FileFormats

/// All records of a text, read in windows of `size` bytes.
private func records(_ text: String, size: Int = 1 << 18, rules: CSVRules = CSVRules()) throws -> [[String]] {
    let source = try ByteSource.open(bytes: Array(text.utf8), options: ReadingOptions(readSize: size))
    let reader = CSVReader(withoutHeader: source, rules: rules, bufferSize: size)
    var records: [[String]] = []
    while try reader.next() { records.append((0..<reader.fieldCount).map { reader.string($0) }) }
    return records
}

private func failureOfReading(_ text: String, size: Int, rules: CSVRules = CSVRules()) -> FileFormatError? {
    failure { () throws(FileFormatError) in
        let source = try ByteSource.open(bytes: Array(text.utf8))
        let reader = try CSVReader(source: source, rules: rules, bufferSize: size)
        while try reader.next() {}
    }
}

@Suite struct CSVReaderTests {
    @Test(arguments: chunkSizes)
    func `the header and the records come apart`(size: Int) throws {
        let source = try ByteSource.open(bytes: Array("\u{FEFF}a,\"b c\",ü\r\n1,2,3\r\n".utf8))
        let reader = try CSVReader(source: source, bufferSize: size)
        #expect(reader.header == ["a", "b c", "ü"])
        #expect(try reader.next())
        #expect((0..<reader.fieldCount).map { reader.string($0) } == ["1", "2", "3"])
        #expect(try !reader.next())
        #expect(try !reader.next())
    }

    @Test(arguments: chunkSizes)
    func `quoted fields hold delimiters, quotes and line ends`(size: Int) throws {
        let text = "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\"\",\"\"\"\"\n\"\r\n\",x\n"
        let expected = [["a,b", "say \"hi\"", "two\nlines", "", "\""], ["\r\n", "x"]]
        #expect(try records(text, size: size) == expected)
    }

    @Test(arguments: chunkSizes)
    func `a quote within an unquoted field is text`(size: Int) throws {
        #expect(
            try records("5\" disk,a\"\"b,c\"\n d,\"e\"\n", size: size) == [
                ["5\" disk", "a\"\"b", "c\""], [" d", "e"],
            ])
    }

    @Test(arguments: chunkSizes)
    func `LF, CRLF and blank lines`(size: Int) throws {
        #expect(try records("\n\r\na,b\r\n\r\n\nc,d\n\n", size: size) == [["a", "b"], ["c", "d"]])
        #expect(try records("a,\r\n,\n", size: size) == [["a", ""], ["", ""]])
    }

    @Test func `a quoted empty field is no blank line`() throws {
        #expect(try records("a\n\"\"\nb\n") == [["a"], [""], ["b"]])
    }

    @Test(arguments: ["a,b\n1,2", "a,b\n1,2\n", "a,b\n1,2\n\n", "a,b\n1,\"2\""], chunkSizes)
    func `whether the last record had its line end is known`(text: String, size: Int) throws {
        let reader = try CSVReader(source: .open(bytes: Array(text.utf8)), bufferSize: size)
        #expect(try reader.next())
        #expect(reader.string(1) == "2")
        #expect(try !reader.next())
        #expect(reader.lastRecordEndedWithNewline == text.hasSuffix("\n"))
    }

    @Test func `other delimiters`() throws {
        #expect(try records("a;b,c;\"d;e\"\n", rules: CSVRules(delimiter: UInt8(ascii: ";"))) == [["a", "b,c", "d;e"]])
        #expect(try records("a\tb\n", rules: CSVRules(delimiter: UInt8(ascii: "\t"))) == [["a", "b"]])
    }

    @Test(arguments: chunkSizes)
    func `every field knows its line and column`(size: Int) throws {
        let text = "가,b\n\n\"l1\nl2\",\"é\",x\nq,r\n"
        let reader = CSVReader(withoutHeader: try .open(bytes: Array(text.utf8)), bufferSize: size)
        var places: [String] = []
        while try reader.next() {
            for field in 0..<reader.fieldCount {
                places.append("\(reader.line) \(reader.line(ofField: field)):\(reader.column(ofField: field))")
            }
        }
        #expect(places == ["1 1:1", "1 1:3", "3 3:1", "3 4:5", "3 4:9", "5 5:1", "5 5:3"])
    }

    @Test(arguments: chunkSizes)
    func `the original bytes of a record are kept`(size: Int) throws {
        let text = "a,b\r\n\"x \"\"y\"\"\",  z \r\n"
        let reader = try CSVReader(source: .open(bytes: Array(text.utf8)), bufferSize: size)
        #expect(try reader.next())
        #expect(String(decoding: reader.recordBytes, as: UTF8.self) == "\"x \"\"y\"\"\",  z ")
        #expect(reader.byteOffset == 5)
        #expect(String(decoding: reader.rawField(0), as: UTF8.self) == "\"x \"\"y\"\"\"")
        #expect(reader.fieldWasQuoted(0))
        #expect(!reader.fieldWasQuoted(1))
    }

    @Test func `fields of a record stay where they are while others are asked for`() throws {
        let reader = CSVReader(withoutHeader: try .open(bytes: Array("\"a\"\"\",\"b\"\"\",\"c\"\"\"".utf8)))
        #expect(try reader.next())
        let fields = (0..<3).map { reader.field($0) }
        for _ in 0..<10 { _ = reader.field(1) }
        #expect(fields.map { String(decoding: $0, as: UTF8.self) } == ["a\"", "b\"", "c\""])
    }

    struct Refused: CustomTestStringConvertible, Sendable {
        let text: String
        let kind: FileFormatError.Kind
        let line: Int
        let column: Int
        var testDescription: String { "\(kind): \(text.debugDescription)" }
    }

    static let refused: [Refused] = [
        .init(text: "a,b\n1,\"x\"y\n", kind: .unexpectedCharacterAfterQuote, line: 2, column: 6),
        .init(text: "a,b\n\"é\" ,2\n", kind: .unexpectedCharacterAfterQuote, line: 2, column: 4),
        .init(text: "a\n\"1\n2\"3\n", kind: .unexpectedCharacterAfterQuote, line: 3, column: 3),
        .init(text: "a,b\n1,\"x\n2,3\n", kind: .unclosedQuote, line: 2, column: 3),
        .init(text: "a\n\"", kind: .unclosedQuote, line: 2, column: 1),
        .init(text: "a\n\"\"\"", kind: .unclosedQuote, line: 2, column: 1),
        .init(text: "a,b\n1\r2,3\n", kind: .bareCarriageReturn, line: 2, column: 3),
        .init(text: "a\r\r\n", kind: .bareCarriageReturn, line: 1, column: 3),
        .init(text: "a\n1\r", kind: .bareCarriageReturn, line: 2, column: 3),
        .init(text: "a\n\"1\"\r", kind: .bareCarriageReturn, line: 2, column: 5),
        .init(text: "", kind: .emptyFile, line: 1, column: 1),
        .init(text: "\n\r\n\n", kind: .noHeader, line: 1, column: 1),
    ]

    @Test(arguments: refused, chunkSizes)
    func `broken texts are refused with their place`(_ refused: Refused, size: Int) {
        // The same again far behind, where blocks of 64 bytes are scanned at once.
        for prefix in [0, 100] {
            let rows = String(repeating: "1,2\n", count: prefix)
            let error = failureOfReading(rows + refused.text, size: size)
            if prefix > 0 && (refused.kind == .emptyFile || refused.kind == .noHeader) { continue }
            #expect(error?.kind == refused.kind)
            #expect(error?.line == refused.line + prefix)
            #expect(error?.column == refused.column)
        }
    }

    @Test(arguments: chunkSizes)
    func `records and their fields are bounded`(size: Int) {
        let rules = CSVRules(maximumRecordBytes: 20, maximumFields: 5)
        let long = String(repeating: "x", count: 21)
        #expect(failureOfReading("a,b\n1,2\n\(long)\n", size: size, rules: rules)?.kind == .recordTooLong)
        #expect(failureOfReading("a,b\n1,2\n\(long)", size: size, rules: rules)?.line == 3)
        #expect(failureOfReading("a\n\"\(long)\n\(long)", size: size, rules: rules)?.line == 2)
        #expect(failureOfReading("a,b\n\(long.dropFirst())\n", size: size, rules: rules) == nil)
        #expect(failureOfReading("a,b\n1,2,3,4,5,6\n", size: size, rules: rules)?.kind == .tooManyFields)
        #expect(failureOfReading("a,b\n1,2\n1,2,3,4,5,6", size: size, rules: rules)?.line == 3)
        #expect(failureOfReading("a,b\n1,2,3,4,5\n1,2,3,4,5", size: size, rules: rules) == nil)
    }

    @Test func `an unclosed quote in a large file does not take the memory`() {
        let text = "a,b\n\"" + String(repeating: "0123456789,\n", count: 100_000)
        let error = failureOfReading(text, size: 1 << 12, rules: CSVRules(maximumRecordBytes: 1 << 16))
        #expect(error?.kind == .recordTooLong)
        #expect(error?.line == 2)
    }

    @Test(arguments: chunkSizes)
    func `records before a fault of the source come first, and the fault has a line`(size: Int) throws {
        let reader = try CSVReader(
            source: .open(bytes: Array("a,b\n1,2\n3,".utf8) + [0xFF] + Array("\n4,5\n".utf8)), bufferSize: size)
        #expect(try reader.next())
        let error = failure { () throws(FileFormatError) in _ = try reader.next() }
        #expect(error?.kind == .notUTF8)
        #expect(error?.line == 3)
        #expect(error?.column == 3)
        #expect(failure { () throws(FileFormatError) in _ = try reader.next() } == error)
    }

    @Test func `a record cut by a damaged archive is not given out`() throws {
        let file = Archives.gzip("a,b\n1,2\n3,4")
        let reader = try CSVReader(source: .open(bytes: Array(file.dropLast())))
        #expect(try reader.next())
        #expect(failure { () throws(FileFormatError) in _ = try reader.next() }?.kind == .truncated)
    }
}
