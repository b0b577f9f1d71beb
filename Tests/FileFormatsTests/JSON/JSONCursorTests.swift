import Testing

@testable import FileFormats

@Suite struct JSONCursorTests {
    /// Every token of the text, one line each.
    private func tokens(_ text: String) throws -> [String] {
        let bytes = Array(text.utf8)
        return try bytes.withUnsafeBytes { region in
            var cursor = try JSONCursor(region)
            var tokens: [String] = []
            while let token = try cursor.next() {
                tokens.append("\(token.offset) \(token.kind) \(cursor.string(of: token))")
            }
            return tokens
        }
    }

    @Test func `tokens come in order with their offsets`() throws {
        let expected = [
            "1 beginObject {", "2 key a", "6 number -1.50e3", "15 key b", "19 beginArray [", "20 string xé",
            "30 true true", "35 false false", "41 null null", "45 endArray ]", "46 endObject }",
        ]
        #expect(try tokens(" {\"a\":-1.50e3, \"b\":[\"x\\u00e9\",true,false,null]}") == expected)
    }

    @Test func `escapes are resolved`() throws {
        let texts = [
            "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"": "\"\\/\u{8}\u{C}\n\r\t", "\"\\u0041\\u00e9\\uac12\"": "Aé값",
            "\"\\uD83C\\uDFB2!\"": "🎲!", "\"\\uDBFF\\uDFFF\"": "\u{10FFFF}", "\"\\u0000\"": "\0", "\"plain\"": "plain",
        ]
        for (text, value) in texts {
            try Array(text.utf8).withUnsafeBytes { region in
                var cursor = try JSONCursor(region)
                let token = try #require(try cursor.next())
                #expect(cursor.string(of: token) == value)
                #expect(token.needsUnescape == text.contains("\\"))
                #expect(token.offset == 0)
                var bytes = Array("before".utf8)
                cursor.appendUnescaped(token, to: &bytes)
                #expect(bytes == Array(("before" + value).utf8))
            }
        }
    }

    @Test func `keys are compared with their escapes resolved`() throws {
        try Array("{\"na\\u006de\":1,\"name\":2,\"names\":3}".utf8).withUnsafeBytes { region in
            var cursor = try JSONCursor(region)
            var found: [Bool] = []
            while let token = try cursor.next(), token.kind != .endObject {
                if token.kind == .key { found.append(cursor.says("name", token)) }
            }
            #expect(found == [true, true, false])
        }
    }

    @Test func `values of no interest are skipped whole`() throws {
        try Array("{\"a\":{\"x\":[1,{}]},\"b\":2,\"c\":[[]],\"d\":\"e\"}".utf8).withUnsafeBytes { region in
            var cursor = try JSONCursor(region)
            var keys: [String] = []
            #expect(try cursor.next()?.kind == .beginObject)
            while let key = try cursor.next(), key.kind == .key {
                keys.append(cursor.string(of: key))
                try cursor.skipValue()
            }
            #expect(keys == ["a", "b", "c", "d"])
            #expect(try cursor.next() == nil)
            #expect(cursor.depth == 0)
        }
    }

    @Test func `numbers keep every digit`() throws {
        let number = "-123456789012345678901234567890.000000000000000000000000000001E-7"
        try Array("[\(number)]".utf8).withUnsafeBytes { region in
            var cursor = try JSONCursor(region)
            _ = try cursor.next()
            let token = try #require(try cursor.next())
            #expect(token.kind == .number)
            #expect(String(decoding: cursor.bytes(of: token), as: UTF8.self) == number)
        }
    }
}

@Suite struct JSONValueTests {
    @Test func `members keep their order and numbers their text`() throws {
        let value = try JSONValue(parsing: Array("{\"z\": 1.10, \"a\": [true, null, \"x\"], \"é\": {}}".utf8))
        #expect(value.members?.map(\.key) == ["z", "a", "é"])
        #expect(value.members?.map(\.keyOffset) == [1, 12, 36])
        #expect(value["z"]?.number == "1.10")
        #expect(value["z"]?.byteOffset == 6)
        #expect(value["a"]?.elements?.map(\.isNull) == [false, true, false])
        #expect(value["a"]?.elements?.first?.bool == true)
        #expect(value["a"]?.elements?.last?.string == "x")
        #expect(value["é"]?.members?.isEmpty == true)
        // Equal for Swift's strings, but not the same bytes, and so not the same key.
        #expect(value["e\u{301}"] == nil)
        #expect(value["missing"] == nil)
    }

    @Test func `a key that occurs twice is refused with its place, or kept`() throws {
        let text = Array("{\"a\":{\n\"b\":1,\"c\":2,\"\\u0062\":3}}".utf8)
        let error = failure { () throws(FileFormatError) in _ = try JSONValue(parsing: text) }
        #expect(error?.kind == .duplicateKey)
        #expect(error?.line == 2)
        #expect(error?.column == 13)
        let kept = try JSONValue(parsing: text, duplicateKeys: .kept)
        #expect(kept["a"]?.members?.count == 3)
        #expect(kept["a"]?.duplicateMembers.map(\.value.number) == ["3"])
        #expect(kept["a"]?["b"]?.number == "1")
    }

    @Test func `deep and broken texts are refused`() {
        for text in ["", "{", "[1", "[1]]", String(repeating: "[", count: 200)] {
            let error = failure { () throws(FileFormatError) in _ = try JSONValue(parsing: Array(text.utf8)) }
            #expect(error?.line == 1)
        }
    }
}
