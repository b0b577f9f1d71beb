import Foundation
import Testing

@testable import FileFormats

private func check(_ bytes: [UInt8]) -> FileFormatError? {
    failure { () throws(FileFormatError) in
        var inner: FileFormatError?
        bytes.withUnsafeBytes { region in
            inner = failure { () throws(FileFormatError) in
                var cursor = try JSONCursor(region)
                try cursor.finish()
            }
        }
        if let inner { throw inner }
    }
}

private func check(_ text: String) -> FileFormatError? { check(Array(text.utf8)) }

/// Texts after the categories of RFC 8259: what must be taken, and what must not.
@Suite struct JSONGrammarTests {
    static let accepted = [
        "{}", "[]", "null", "true", "false", "0", "-0", "-1", "12", "0.5", "-0.0", "1e5", "1E+5", "1e-05", "0e1",
        "123456789012345678901234567890.12345678901234567890e400", "\"\"", "\"a\"", " [ ] ", "\t\r\n{\n}\r\n",
        "[1,2,3]", "[[],[[]],{}]", "{\"a\":1}", "{\"a\":{\"b\":[{}]}}", "{\"\":0}", "{\"a\":1,\"a\":2}",
        "[null,1,\"1\",{}]",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\u0000\"", "\"\\u00e9\\uD83C\\uDFB2\"", "\"\\uDBFF\\uDFFF\"", "\"é값🎲\"",
        "\"\u{7F}\"", "\"\u{2028}\"", "\"/\"", "\"a\\\\\"", "[\"\\\\\",\"b\"]", "\"\\uFFFF\"", "[1 , 2\n,\t3]",
        "{\"a\" : \"b\" , \"c\" : [ ] }", "[0.1e1,1.5E-3]", "\"0123456789abcdef0123456789abcdef\\n\"",
    ]

    static let refused = [
        "", " ", "{", "}", "[", "]", ",", ":", "[1,]", "[,1]", "[,]", "[1,,2]", "[1 2]", "[1}", "{1}", "{\"a\"}",
        "{\"a\":}", "{\"a\":1,}", "{,}", "{\"a\" 1}", "{\"a\"::1}", "{\"a\":1 \"b\":2}", "{a:1}", "{'a':1}", "{1:1}",
        "{\"a\":1]", "{null:1}", "{[]:1}", "[]]", "{}}", "[][]", "{}{}", "1 2", "null null", "nul", "nulll", "NULL",
        "True",
        "tru", "falsee", "nan", "NaN", "Infinity", "-Infinity", "-", "+1", "01", "-01", "00", "1.", ".5", "-.5", "1.e1",
        "1e", "1e+", "1E-", "1ee1", "1.2.3", "0x10", "1_000", "1,234", "1a", "-a", "--1", "0.", "[1.]", "[-]", "[+1]",
        "\"", "\"a", "'a'", "\"\\\"", "\"\\", "\"\\a\"", "\"\\x41\"", "\"\\u\"", "\"\\u12\"", "\"\\u12G4\"", "\"\\u123",
        "\"\\U0041\"", "\"\\uD800\"", "\"\\uDC00\"", "\"\\uD800\\uD800\"", "\"\\uD800x\"", "\"\\uD800\\n\"",
        "\"\\uDFB2\\uD83C\"", "\"\n\"", "\"\t\"", "\"\u{0}\"", "\"\u{1F}\"", "\"a\" b", "// x\n1", "1 // x", "/* */ 1",
        "[1] #", "\u{FEFF}1", "[\u{A0}]", "\u{C}1", "[\u{B}1]", "{\"a\":1}\u{0}", "*", "[*]", "\\u0031", "\"a\":1",
        "{\"a\":\"b\"", "[\"a\"", "[{}", "{\"a\":[}", "[\"x\",", "{\"a\":1,", "{\"a\":", "{\"a", "tr", "[fals", "-0x1",
    ]

    @Test(arguments: accepted)
    func `is taken`(text: String) {
        let error = check(text)
        #expect(error == nil, "\(error.map(String.init(describing:)) ?? "")")
    }

    @Test(arguments: refused)
    func `is refused`(text: String) {
        let error = check(text)
        #expect(error?.kind == .malformedJSON || error?.kind == .truncated)
        #expect(error?.line != nil && error?.column != nil && error?.byteOffset != nil)
    }

    @Test func `Foundation takes and refuses the same`() {
        for text in Self.accepted + Self.refused {
            // Foundation takes trailing commas, and white space of UTF-8 marks, which RFC 8259 does not.
            guard !["[1,]", "{\"a\":1,}", "\u{FEFF}1", "{,}", "[,]"].contains(text) else { continue }
            // It refuses numbers beyond the range of a Double; we keep them as text.
            guard !text.contains("e400") else { continue }
            let parsed = try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
            #expect((parsed != nil) == (check(text) == nil), "\(text.debugDescription)")
        }
    }

    @Test func `every cut of a value is a truncated text`() {
        let text = Array("{\"a\":[1.5e-3,\"x\\u00e9\\uD83C\\uDFB2\",true,null,{\"b\":false}]}".utf8)
        for length in 0..<text.count {
            #expect(check(Array(text[..<length]))?.kind == .truncated, "\(length) bytes")
        }
        #expect(check(text) == nil)
    }

    @Test func `bytes that are not UTF-8 are refused with their place`() {
        let error = check(Array("[\n \"é".utf8) + [0xC3, 0x28] + Array("\"]".utf8))
        #expect(error?.kind == .notUTF8)
        #expect(error?.line == 2)
        #expect(error?.column == 4)
        #expect(error?.byteOffset == 6)
    }

    @Test func `nesting is bounded`() {
        let brackets = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
        #expect(check(brackets) == nil)
        #expect(check("[\(brackets)]")?.kind == .nestingTooDeep)
        #expect(check(String(repeating: "[", count: 1_000_000))?.kind == .nestingTooDeep)
        #expect(check(String(repeating: "{\"a\":", count: 1_000_000))?.column == 1 + 5 * 128)
        let mixed = String(repeating: "[{\"a\":", count: 64) + "0" + String(repeating: "}]", count: 64)
        #expect(check(mixed) == nil)
        #expect(check(mixed.replacing("0}]}]", with: "0]}}]"))?.kind == .malformedJSON)
    }

    @Test func `errors say what was expected and what was found`() {
        let messages = [
            "[1 2]": "expected a comma or the end of the array, found \"2\"",
            "{\"a\" 1}": "expected a colon after the key, found \"1\"",
            "{a:1}": "expected a key in quotes, found \"a\"",
            "[NaN]": "expected a value, found \"N\"",
            "\"a\tb\"":
                "expected a character that may stand in a string, found the control character 9",
            "{\"a\":1": "expected a comma or the end of the object, found the end of the text",
            "\"\\uD800\"": "expected the second half of a surrogate pair, found \"\"\"",
            "1 é":
                "expected the end of the value, found another character",
        ]
        for (text, message) in messages { #expect(check(text)?.message == message) }
    }
}
