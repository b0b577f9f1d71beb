import Foundation
import Testing

@testable import FileFormats

/// A record that is like one before is read without the parser; then it must be what the parser would have read.
@Suite struct JSONRecordShapeTests {
    private static let record =
        #"{"id":"68bbf362-3b16-46e4","customer":"cus_000075","value":-11.505758,"flag":true,"time":"2026-10-01T00:00:50Z","note":""}"#

    private static let others = [
        #"{"id":"1","customer":"c","value":0,"flag":false,"time":"t","note":"a text of more than sixteen bytes"}"#,
        #"{"id":"","customer":"Zürich","value":10.0,"flag":true,"time":"","note":"~"}"#,
        #"{"id":"","customer":"c","value":10.0,"flag":true,"time":"","note":"\"\u00fc\ud83d\ude00\""}"#,
    ]

    private static let unlike = [
        #"{"id":"1","customer":"c","value":0,"flag":null,"time":"t","note":""}"#,
        #"{"id":"1","customer":"c","value":1e3,"flag":true,"time":"t","note":""}"#,
        #"{"id":"1","customer":"c","value":01,"flag":true,"time":"t","note":""}"#,
        #"{"id":"1","customer":"c","value":1.,"flag":true,"time":"t","note":""}"#,
        #"{"id":"1","customer":"c","value":-,"flag":true,"time":"t","note":""}"#,
        #"{"id":"\"","customer":"c","value":1,"flag":true,"time":"t","note":""}"#,
        #"{"id":"1","customer":"c","value":1,"flag":true,"time":"t","note":"\ud83d"}"#,
        #"{"id":"1","customer":"c","value":1,"flag":true,"time":"t","note":"\x"}"#,
        #"{"id":"1", "customer":"c","value":1,"flag":true,"time":"t","note":""}"#,
        #"{"ID":"1","customer":"c","value":1,"flag":true,"time":"t","note":""}"#,
        #"{"id":"1","customer":"c","value":1,"flag":true,"time":"t","note":""} "#,
        #"{"id":"1","customer":"c","value":1,"flag":true,"time":"t","note":"""#, #"{"id":"1"#, "{", "",
    ]

    private func values(of record: UnsafeRawBufferPointer) throws -> [JSONToken] {
        var cursor = JSONCursor(validUTF8: record)
        var tokens: [JSONToken] = []
        while let token = try cursor.next() {
            switch token.kind {
            case .string, .number, .true, .false: tokens.append(token)
            default: break
            }
        }
        return tokens
    }

    /// The values that the shape of `record` finds in another one; nil where that has another shape. Nobody looks at the
    /// last one, the note.
    private func spans(of bytes: [UInt8]) throws -> [Range<Int>]? {
        let (shape, count) = try Array(Self.record.utf8).withUnsafeBytes { record in
            let values = try values(of: record)
            let shaped = values.enumerated().map { JSONRecordShape.Value($1, isUsed: $0 < values.count - 1) }
            return (JSONRecordShape(record, values: shaped), values.count)
        }
        defer { shape.deallocate() }
        let spans = UnsafeMutablePointer<JSONRecordShape.Span>.allocate(capacity: count + 1)
        defer { spans.deallocate() }
        // Memory that ends with the record, so that a read behind it is found.
        let found = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        defer { found.deallocate() }
        found.copyBytes(from: bytes)
        let length = shape.matches(UnsafeRawBufferPointer(found), into: spans)
        guard length > 0, length == bytes.count else { return nil }
        return (0..<count).map { Int(spans[$0].start)..<Int(spans[$0].end) }
    }

    @Test(arguments: [record] + others) func whatIsLikeItIsReadAsTheParserReadsIt(text: String) throws {
        let bytes = Array(text.utf8)
        let parsed = try bytes.withUnsafeBytes { try values(of: $0) }
        #expect(try spans(of: bytes) == parsed.map(\.range))
    }

    @Test(arguments: unlike) func whatDiffersIsLeftToTheParser(text: String) throws {
        #expect(try spans(of: Array(text.utf8)) == nil)
    }

    @Test(arguments: Fuzzing.seeds(20)) func changedBytesAreReadAsTheParserReadsThem(seed: UInt64) throws {
        var random = SeededRandom(seed)
        let pieces = Array(#""\,:{}019.eE-+tfn a"#.utf8) + [0x00, 0x1F, 0x7F]
        var matches = 0
        for _ in 0..<2_000 {
            var bytes = Array(Self.record.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = pieces.randomElement(using: &random) ?? 0
                case 1: bytes.insert(pieces.randomElement(using: &random) ?? 0, at: place)
                default: bytes.remove(at: place)
                }
            }
            guard let found = try spans(of: bytes) else { continue }
            matches += 1
            let parsed = try bytes.withUnsafeBytes { try values(of: $0) }
            #expect(found == parsed.map(\.range), "\(String(decoding: bytes, as: UTF8.self))")
        }
        #expect(matches > 50)
    }
}
