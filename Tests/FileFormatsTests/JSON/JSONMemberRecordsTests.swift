import FileFormats
import Testing

/// Records that are the elements of a member of a text's objects.
@Suite struct JSONMemberRecordsTests {
    private func records(_ text: String, bufferSize: Int = 1 << 18) throws -> [String] {
        let source = try ByteSource.open(bytes: Array(text.utf8))
        let records = JSONRecords(source: source, elementsOf: "results", bufferSize: bufferSize)
        var found: [String] = []
        while try records.next() { found.append("\(records.line):" + String(decoding: records.record, as: UTF8.self)) }
        return found
    }

    @Test("elements come one by one, whatever stands beside them and however small the window is")
    func elements() throws {
        let text = """
            {"total": {"results": [0]}, "results": [{"a": 1},
              2 , "x,]"], "next": null}
            {"results": []} {"results": [[3]], "results": [4]} {}

            """
        for bufferSize in [1, 2, 7, 64, 1 << 18] {
            #expect(try records(text, bufferSize: bufferSize) == ["1:{\"a\": 1}", "2:2", "2:\"x,]\"", "3:[3]", "3:4"])
        }
        #expect(try records("{\"results\": null}") == [])
        #expect(try records("") == [])
    }

    @Test(
        "what is built otherwise is refused",
        arguments: [
            "[{\"results\": []}]", "{\"results\": [1 2]}", "{\"results\": [1],}", "{\"results\" [1]}", "{results: [1]}",
            "{\"results\": [1]", "{\"results\": [1", "{\"results\": [1,", "{\"results\": [", "{", "{\"a\": 1 \"b\": 2}",
            "{\"results\": [,1]}", "{\"results\": [nul]}",
        ])
    func refused(_ text: String) throws {
        #expect(throws: FileFormatError.self) { try records(text) }
    }
}
