import BillingTerms
import Foundation
import Testing

@testable import Documents

/// What data brings may never become a formula, a tag or a broken file.
@Suite struct EvilTextTests {
    static let evils = [
        "=HYPERLINK(\"http://x\",\"y\")", "+1+1", "-2", "@SUM(A1)", "\t=1", "\r=1", "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>", "'\u{301}\"\u{301}<\u{301}b>", "a\u{0}b\u{1}c\u{1F}", "{{#secret}}{{{x}}}",
        "_x0041_", "]]>&amp;&", "\u{FFFE}\u{FFFF}", "e\u{301}\u{200D}\u{202E}",
        String(repeating: "long ", count: 7_000),
        "</style><script>", "line\r\nbreak,\"quoted\";",
    ]

    @Test(arguments: evils)
    func everyFormatHolds(evil: String) throws {
        let scratch = try Scratch()
        let fixture = Fixture(evil: evil)
        var documents = fixture.documents()
        for index in documents.indices {
            documents[index].seller.name = evil
            documents[index].purchaseOrder = evil
            documents[index].reference = evil
            documents[index].payment.terms = evil
            documents[index].lines[0].rated.itemID = evil
            documents[index].lines[0].rated.unit = evil
        }
        let writer = try DocumentWriter()
        let output = try writer.write(documents, folderName: "atlas", into: scratch.path)
        var report = ReportFixture.report(Fixture(), evil: evil)
        report.businessName = evil
        _ = try writer.writeRun(report, customers: [output], into: scratch.path)

        for name in ["atlas/atlas.html", "atlas/atlas-web.html", "index.html"] {
            let page = try scratch.text(name)
            let bytes = Array(page.utf8)
            #expect(!contains(bytes, "<script"), "\(name)")
            #expect(!contains(bytes, "<img"), "\(name)")
            let accentedQuote = "\"\u{301}"
            #expect(!contains(bytes, accentedQuote), "\(name)")
            #expect(!bytes.contains { $0 < 0x20 && $0 != 0x0A && $0 != 0x09 && $0 != 0x0D })
            #expect(page.components(separatedBy: "<h1>").count == 2)
            #expect(page.components(separatedBy: "</style>").count == 2)
        }
        let workbook = try WorkbookText(scratch.bytes("atlas/atlas.xlsx"))
        let item = try #require(workbook.cell("Lines", "D2"))
        #expect(item.kind == "s")
        #expect(item.formula == "")
    }

    private func contains(_ bytes: [UInt8], _ text: String) -> Bool { Data(bytes).range(of: Data(text.utf8)) != nil }

    @Test func csvFormulas() {
        var csv = CSVText(.standard)
        for text in ["=1", "+1", "-1", "@x", "\tx", "\rx", "plain", "a=b", "", "\"q\"", "a,b"] { csv.text(text) }
        csv.number(Fixture.decimal("-1.50"))
        csv.endRow()
        let expected = "'=1,'+1,'-1,'@x,'\tx,\"'\rx\",plain,a=b,,\"\"\"q\"\"\",\"a,b\",-1.50\r\n"
        #expect(String(decoding: csv.bytes, as: UTF8.self) == expected)
    }

    @Test func csvForExcelInEurope() {
        var csv = CSVText(.excelEurope)
        csv.header(["a", "b"])
        csv.text("x;y,z")
        csv.number(Fixture.decimal("1234.50"))
        csv.endRow()
        #expect(csv.bytes.prefix(3) == [0xEF, 0xBB, 0xBF])
        #expect(String(decoding: csv.bytes.dropFirst(3), as: UTF8.self) == "a;b\r\n\"x;y,z\";1234,50\r\n")
    }

    @Test func cellTexts() {
        #expect(CellText.clean("a\u{0}b\nc\td\u{FFFE}") == "a\u{FFFD}b\nc\td\u{FFFD}")
        #expect(CellText.clean(String(repeating: "x", count: 32_767)).utf16.count == 32_767)
        let cut = CellText.clean(String(repeating: "😀", count: 20_000))
        #expect(cut.utf16.count <= 32_767)
        #expect(cut.hasSuffix("…"))
        #expect(CellText.width("東京 ab\nx") == 7)
        #expect(CellText.pageText("A&B\nC") == "A&&B C")
    }

    @Test func pageTexts() {
        #expect(PageText.value("d'été") == "d'été")
        #expect(PageText.value("\"\u{301}").unicodeScalars.contains("\u{25CC}"))
        let css = PageText.css("a\"</style>\n")
        #expect(css == #"a\22 \3c /style\3e \a "#)
        var html = HTMLText()
        html.text("<a href='x'>&\"\u{301}\u{7}")
        #expect(html.string == "&lt;a href=&#39;x&#39;&gt;&amp;&quot;\u{301}\u{FFFD}")
    }
}
