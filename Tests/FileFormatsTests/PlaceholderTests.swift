import Testing
@testable import FileFormats
@Test func smoke() throws {
    let text = "\u{FEFF}a,b,c\r\n1,\"x \"\"y\"\"\",3\r\n\r\n\"l1\nl2\",q\"q,\n4,5,6"
    for size in [1,2,3,7,64,1000] {
        let r = try CSVReader(source: .open(bytes: Array(text.utf8), options: ReadingOptions(readSize: size)), bufferSize: size)
        #expect(r.header == ["a","b","c"])
        var out: [String] = []
        while try r.next() { out.append((0..<r.fieldCount).map { r.string($0) }.joined(separator: "|") + "@\(r.line):\(r.column(ofField: r.fieldCount-1))") }
        #expect(out == ["1|x \"y\"|3@2:13", "l1\nl2|q\"q|@4:9", "4|5|6@6:5"])
        #expect(!r.lastRecordEndedWithNewline)
    }
}
