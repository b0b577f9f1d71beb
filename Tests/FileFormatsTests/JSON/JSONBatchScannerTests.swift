import Testing

@testable import FileFormats

/// A line as `number start..<end`, and its tokens as `kind start..<end`.
private struct Found: Equatable {
    var lines: [String] = []
    var tokens: [[String]] = []
    var error: FileFormatError?
}

private func scan(_ bytes: [UInt8], isLast: Bool = true, limits: JSONLimits = JSONLimits()) -> (Found, consumed: Int) {
    let scanner = JSONBatchScanner(limits: limits)
    var found = Found()
    bytes.withUnsafeBytes { region in
        found.error = failure { () throws(FileFormatError) in try scanner.scan(region, isLast: isLast) }
        var first = 0
        for number in 0..<scanner.lineCount {
            let line = scanner.lines[number]
            let fault = line.isMalformed ? " \(scanner.fault(ofLine: number, in: region))" : ""
            found.lines.append("\(line.number) \(line.start)..<\(line.end)\(fault)")
            found.tokens.append((first..<line.tokenEnd).map { describe(scanner.tokens[$0]) })
            first = line.tokenEnd
        }
    }
    return (found, scanner.consumed)
}

private func describe(_ token: JSONToken) -> String {
    "\(token.kind) \(token.range) \(token.offset) \(token.needsUnescape)"
}

/// The same by a cursor over each line.
private func scanByCursor(_ bytes: [UInt8]) -> Found {
    var found = Found()
    bytes.withUnsafeBytes { region in
        var start = 0
        var number = 0
        while start < region.count, found.error == nil {
            let end = region[start...].firstIndex(of: UInt8(ascii: "\n")) ?? region.count
            scanLine(region, start..<end, number, &found)
            start = end + 1
            number += 1
        }
    }
    return found
}

private func scanLine(_ region: UnsafeRawBufferPointer, _ range: Range<Int>, _ number: Int, _ found: inout Found) {
    let whiteSpace: Set<UInt8> = [0x20, 0x09, 0x0D]
    guard let first = region[range].firstIndex(where: { !whiteSpace.contains($0) }),
        let last = region[range].lastIndex(where: { !whiteSpace.contains($0) })
    else { return }
    var cursor = JSONCursor(
        UnsafeRawBufferPointer(rebasing: region[...last]), from: first, limits: JSONLimits(), isPrefix: false)
    var tokens: [String] = []
    let error = failure { () throws(FileFormatError) in
        while let token = try cursor.next() { tokens.append(describe(token)) }
    }
    if let error, error.kind == .truncated, range.upperBound == region.count {
        found.error = error
        return
    }
    found.lines.append("\(number) \(first)..<\(last + 1)\(error.map { " \($0)" } ?? "")")
    found.tokens.append(error == nil ? tokens : [])
}

@Suite struct JSONBatchScannerTests {
    @Test func `every line has its tokens and its number`() {
        let (found, consumed) = scan(Array("{\"a\":1}\n\n  [true,\"x\\n\"] \r\nnull".utf8))
        #expect(found.lines == ["0 0..<7", "2 11..<23", "3 26..<30"])
        #expect(
            found.tokens == [
                ["beginObject 0..<1 0 false", "key 2..<3 1 false", "number 5..<6 5 false", "endObject 6..<7 6 false"],
                [
                    "beginArray 11..<12 11 false", "true 12..<16 12 false", "string 18..<21 17 true",
                    "endArray 22..<23 22 false",
                ], ["null 26..<30 26 false"],
            ])
        #expect(found.error == nil)
        #expect(consumed == 30)
    }

    @Test func `a malformed line has a fault and no tokens, and the next one is read`() {
        let (found, _) = scan(Array("{}\n{\"a\":01}\n{\"b\n[]\n".utf8))
        #expect(
            found.lines == [
                "0 0..<2", "1 3..<11 line 2, column 7: expected a comma or the end of the object, found \"1\"",
                "2 12..<15 line 3, column 4: expected a closing quote, found the end of the text", "3 16..<18",
            ])
        #expect(found.tokens.map(\.count) == [2, 0, 0, 2])
        #expect(found.error == nil)
    }

    @Test func `what is not complete is left for the next region`() {
        let (found, consumed) = scan(Array("{}\n{\"a\":".utf8), isLast: false)
        #expect(found.lines == ["0 0..<2"])
        #expect(found.error == nil)
        #expect(consumed == 3)
        let (whole, all) = scan(Array("{}\n{}".utf8))
        #expect(whole.lines == ["0 0..<2", "1 3..<5"])
        #expect(all == 5)
    }

    @Test func `a text that ends within a value is refused`() {
        for text in ["{}\n{\"a\":", "{}\n[1", "{}\n\"x", "{}\ntru"] {
            let (found, _) = scan(Array(text.utf8))
            #expect(found.lines == ["0 0..<2"])
            #expect(found.error?.kind == .truncated)
            #expect(found.error?.line == 2)
        }
    }

    @Test func `a malformed line with its line end is not cut, whatever blanks follow`() {
        for rest in ["\n", "\n  ", " \r\n\t", "\n\n "] {
            let (found, _) = scan(Array(("{}\n{\"a\":" + rest).utf8))
            #expect(found.error == nil)
            #expect(found.lines.count == 2)
        }
        #expect(scan(Array("{}\n{\"a\":  ".utf8)).0.error?.kind == .truncated)
    }

    @Test func `lines are bounded, and the arrays grow`() {
        let (long, _) = scan(
            Array("{}\n\"xxxxxxxxxxxxxxx".utf8), isLast: false, limits: JSONLimits(maximumRecordBytes: 10))
        #expect(long.error?.kind == .recordTooLong)
        #expect(long.error?.line == 2)
        let wide = "[" + String(repeating: "0,", count: 50_000) + "0]\n"
        let (found, _) = scan(Array((wide + String(repeating: "1\n", count: 5000)).utf8))
        #expect(found.tokens[0].count == 50_003)
        #expect(found.lines.count == 5001)
        #expect(found.tokens.last?.count == 1)
    }

    @Test(arguments: Fuzzing.seeds(10))
    func `it finds what a cursor over each line finds`(seed: UInt64) {
        var random = SeededRandom(seed)
        let lines = [
            "{\"id\":\"a\",\"value\":-1.5e-3,\"tags\":{\"k\":[true,null,false]}}",
            "{\"b\":\"\\u00e9\\uD83C\\uDFB2 값\"}", "[]",
            "  {\"a\" : [ 1 , 2 ] }  \r", "", "\"0123456789abcdef0123456789abcdef\"", "-0.0e+1", " \t ",
        ].map { Array($0.utf8) }
        let words = [
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u12", "\\uDC00", "nul", "1e", "\n", "\u{1}", "é", " ",
        ]
        .map { Array($0.utf8) }
        for _ in 0..<200 {
            let text = (0..<random.below(6)).flatMap { _ in random.element(of: lines) + [UInt8(ascii: "\n")] }
            let bytes = random.below(4) == 0 ? text : Fuzzing.mutated(text, &random, inserting: words)
            #expect(scan(bytes).0 == scanByCursor(bytes), "seed \(seed): \(bytes)")
        }
    }
}
