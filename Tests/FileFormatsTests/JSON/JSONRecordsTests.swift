import Testing

@testable import FileFormats

/// Every record of a text as `line:column@offset bytes`, with `!` before those that have a fault.
private func records(
    _ text: String, size: Int, checksLines: Bool = true, limits: JSONLimits = JSONLimits()
) throws(FileFormatError) -> [String] {
    let source = try ByteSource.open(bytes: Array(text.utf8), options: ReadingOptions(readSize: size))
    let records = JSONRecords(source: source, limits: limits, checksLines: checksLines, bufferSize: size)
    var found: [String] = []
    while try records.next() {
        let bytes = String(decoding: records.record, as: UTF8.self)
        let place = "\(records.line):\(records.column)@\(records.byteOffset)"
        found.append((records.fault == nil ? "" : "!") + place + " " + bytes)
    }
    return found
}

private func layout(_ text: String) throws -> JSONLayout {
    try JSONRecords(source: .open(bytes: Array(text.utf8)), bufferSize: 1).layout
}

private func failureOfReading(_ text: String, size: Int, limits: JSONLimits = JSONLimits()) -> FileFormatError? {
    failure { () throws(FileFormatError) in _ = try records(text, size: size, limits: limits) }
}

@Suite struct JSONRecordsTests {
    @Test(arguments: chunkSizes)
    func `JSON lines`(size: Int) throws {
        let text = "{\"a\":1}\n\n  {\"b\":\"é\"} \r\n\r\n{\"c\":3}"
        let expected = ["1:1@0 {\"a\":1}", "3:3@11 {\"b\":\"é\"}", "5:1@26 {\"c\":3}"]
        #expect(try records(text, size: size) == expected)
        #expect(try records(text + "\n\n", size: size) == expected)
        #expect(try records(text, size: size, checksLines: false) == expected)
    }

    @Test(arguments: chunkSizes)
    func `one array of objects`(size: Int) throws {
        let text = "\n [ {\"a\":[1,2]},\n{\"b\":\"값]\"} ,3\n]\n"
        let expected = ["2:4@4 {\"a\":[1,2]}", "3:1@17 {\"b\":\"값]\"}", "3:13@31 3"]
        #expect(try records(text, size: size) == expected)
        #expect(try records("[]", size: size) == [])
        #expect(try records(" [ ] ", size: size) == [])
    }

    @Test(arguments: chunkSizes)
    func `objects one after the other, over several lines or none`(size: Int) throws {
        let pretty = "{\n  \"a\": 1\n}\n{\n  \"b\": [\n    {}\n  ]\n}\n"
        #expect(
            try records(pretty, size: size)
                == ["1:1@0 {\n  \"a\": 1\n}", "4:1@13 {\n  \"b\": [\n    {}\n  ]\n}"])
        #expect(
            try records("{\"é\":1}{\"b\":2} {\"c\":3}", size: size) == [
                "1:1@0 {\"é\":1}", "1:8@8 {\"b\":2}", "1:16@16 {\"c\":3}",
            ])
    }

    @Test func `the layout is recognised`() throws {
        #expect(try layout("") == .lines)
        #expect(try layout(" \n ") == .lines)
        #expect(try layout("{}") == .lines)
        #expect(try layout("{}\n{}\n") == .lines)
        #expect(try layout("[{}]") == .array)
        #expect(try layout("\n\n[\n{}]") == .array)
        #expect(try layout("{\n}") == .concatenated)
        #expect(try layout("{}{}") == .concatenated)
        #expect(try layout("{\"items\": [\n{\"a\":1}\n]}\n") == .concatenated)
        // The first line is damaged, and the second shows what the text is.
        #expect(try layout("{\"a\":\n{\"a\":1}\n") == .lines)
        #expect(try layout("{\"a\":1,}\n{\"a\":1}\n") == .lines)
        #expect(try layout("{'a':1}\n{\"a\":1}\n") == .lines)
        #expect(try layout("{\n  'a': 1\n}\n") == .concatenated)
    }

    @Test(arguments: chunkSizes)
    func `a text without records has none`(size: Int) throws {
        #expect(try records("", size: size) == [])
        #expect(try records("\n \r\n", size: size) == [])
    }

    @Test(arguments: chunkSizes)
    func `a malformed line is reported and the next one read`(size: Int) throws {
        let text = "{\"a\":1}\n{\"a\":1,}\n{\"a\":\nnull x\n{\"a\":\"\u{1}\"}\n{\"a\":2}\n"
        let expected = [
            "1:1@0 {\"a\":1}", "!2:1@8 {\"a\":1,}", "!3:1@17 {\"a\":", "!4:1@23 null x", "!5:1@30 {\"a\":\"\u{1}\"}",
            "6:1@40 {\"a\":2}",
        ]
        #expect(try records(text, size: size) == expected)
        #expect(try records("{\"a\n{\"a\":1}\n", size: size) == ["!1:1@0 {\"a", "2:1@4 {\"a\":1}"])
    }

    @Test func `the fault of a line is placed in the text`() throws {
        let text = "{\"é\":1}\n  {\"é\":1 2}\n"
        let records = try JSONRecords(source: .open(bytes: Array(text.utf8)), bufferSize: 4)
        #expect(try records.next())
        #expect(try records.next())
        let fault = try #require(records.fault)
        #expect(fault.kind == .malformedJSON)
        #expect([fault.line, fault.column, fault.byteOffset] == [2, 10, 19])
        #expect([records.place(atOffset: 0).line, records.place(atOffset: 0).column] == [2, 3])
        #expect(try !records.next())
        #expect(records.fault == nil)
    }

    struct Refused: CustomTestStringConvertible, Sendable {
        let text: String
        let kind: FileFormatError.Kind
        let line: Int
        let column: Int
        var testDescription: String { "\(kind): \(text.debugDescription)" }
    }

    static let refused: [Refused] = [
        .init(text: "{\"a\":1}\n{\"a\":", kind: .truncated, line: 2, column: 6),
        .init(text: "{\"a\":1}\n{\"a\":\"x", kind: .truncated, line: 2, column: 8),
        .init(text: "{\"a\":1", kind: .truncated, line: 1, column: 7),
        .init(text: "{\n\"a\":1\n}\n{\n\"a\"", kind: .truncated, line: 5, column: 4),
        .init(text: "{\n\"a\":1\n}\n{\n\"a\":1,\n}", kind: .malformedJSON, line: 6, column: 1),
        .init(text: "{\n\"a\":1\n}\n,{\n}", kind: .malformedJSON, line: 4, column: 1),
        .init(text: "{\n\"a\":1\n}\n12", kind: .malformedJSON, line: 4, column: 1),
        .init(text: "[{\"a\":1},\n{\"a\":1,}]", kind: .malformedJSON, line: 2, column: 8),
        .init(text: "[{},\n]", kind: .malformedJSON, line: 2, column: 1),
        .init(text: "[,{}]", kind: .malformedJSON, line: 1, column: 2),
        .init(text: "[{} {}]", kind: .malformedJSON, line: 1, column: 5),
        .init(text: "[{}\n]\n]", kind: .malformedJSON, line: 3, column: 1),
        .init(text: "[{}]\n{}", kind: .malformedJSON, line: 2, column: 1),
        .init(text: "[{},\n{\"é\":\"é", kind: .truncated, line: 2, column: 8),
        .init(text: "[{}\n", kind: .truncated, line: 2, column: 1),
        .init(text: "[", kind: .truncated, line: 1, column: 2),
        .init(text: "[{},", kind: .truncated, line: 1, column: 5),
    ]

    @Test(arguments: refused, chunkSizes)
    func `broken texts are refused with their place`(_ refused: Refused, size: Int) {
        let error = failureOfReading(refused.text, size: size)
        #expect(error?.kind == refused.kind)
        #expect(error?.line == refused.line)
        #expect(error?.column == refused.column)
        #expect(error?.byteOffset != nil)
    }

    @Test(arguments: chunkSizes)
    func `records and their depth are bounded`(size: Int) throws {
        let limits = JSONLimits(maximumDepth: 3, maximumRecordBytes: 30)
        let long = "\"" + String(repeating: "x", count: 40) + "\""
        for text in ["[1,\(long)]", "{\n\"a\":1\n}\n{\"a\":\n\(long)}"] {
            #expect(failureOfReading(text, size: size, limits: limits)?.kind == .recordTooLong)
        }
        // A long line is a record with a fault where it was seen whole, else the end of the text.
        let lines = "{}\n{\"a\":\(long)}\n{}\n"
        let error = failureOfReading(lines, size: size, limits: limits)
        if let error {
            #expect(error.kind == .recordTooLong)
            #expect(error.line == 2)
        } else {
            #expect(try records(lines, size: size, limits: limits)[1].hasPrefix("!2:1@3"))
        }
        #expect(failureOfReading("[[[[[1]]]]]", size: size, limits: limits)?.kind == .nestingTooDeep)
        #expect(try records("{}\n[[[[1]]]]\n{}\n", size: size, limits: limits)[1] == "!2:1@3 [[[[1]]]]")
    }

    @Test(arguments: chunkSizes)
    func `a long array in one line keeps its columns`(size: Int) throws {
        let text = "[" + (0..<200).map { "{\"é\":\($0 % 10)}" }.joined(separator: ",") + "]"
        let found = try records(text, size: size)
        #expect(found.count == 200)
        #expect(found.last == "1:\(2 + 8 * 199)@\(1 + 9 * 199) {\"é\":9}")
        let broken = failureOfReading(text.dropLast(2) + "]", size: size)
        #expect(broken?.column == 2 + 8 * 199 + 6)
    }

    @Test(arguments: chunkSizes)
    func `faults of the source are not taken for the end`(size: Int) {
        for text in ["{}\n{\"a\":1}\n", "[{},{}]", "{\n}\n{\n}"] {
            let whole = Array(Archives.gzip(text).dropLast())
            let error = failure { () throws(FileFormatError) in
                let records = try JSONRecords(source: .open(bytes: whole), bufferSize: size)
                while try records.next() {}
            }
            #expect(error?.kind == .truncated)
            #expect(error?.byteOffset == whole.count)
            let wrong = failure { () throws(FileFormatError) in
                let records = try JSONRecords(source: .open(bytes: Array(text.utf8) + [0xFF]), bufferSize: size)
                while try records.next() {}
            }
            #expect(wrong?.kind == .notUTF8)
            #expect(wrong?.byteOffset == text.utf8.count)
        }
    }
}
