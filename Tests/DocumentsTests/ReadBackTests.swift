import BillingTerms
import Foundation
import Testing

@testable import Documents

/// What libxlsxwriter or the disk may do to a file must not go unseen.
@Suite struct ReadBackTests {
    let scratch: Scratch
    let file: OutputFile
    let expectation: WorkbookExpectation
    let bytes: [UInt8]

    init() throws {
        scratch = try Scratch()
        file = OutputFile(folder: scratch.path, path: "book.xlsx")
        let labels = try TemplateFolder(nil).labels.labels(for: "en")
        expectation = try InvoiceWorkbook.write(
            Fixture().documents()[0], to: file, labels: labels, temporaryFolder: scratch.path)
        bytes = try file.read()
    }

    private func message(_ bytes: [UInt8], _ expectation: WorkbookExpectation) throws -> String {
        do {
            try WorkbookReader.verify(bytes, expectation, file: file)
            return ""
        } catch {
            let finding = try #require(error.list.first)
            #expect(finding.code == .readBack)
            #expect(finding.place?.file == file.fullPath)
            return finding.message
        }
    }

    @Test func wholeWorkbook() throws {
        #expect(try message(bytes, expectation) == "")
    }

    @Test(arguments: [0, 10, 100, 5_000])
    func cutWorkbook(length: Int) throws {
        #expect(try message(Array(bytes.prefix(length)), expectation) != "")
    }

    @Test func cutAnywhere() throws {
        for length in stride(from: 0, to: bytes.count, by: 997) {
            #expect(try message(Array(bytes.prefix(length)), expectation) != "", "cut at \(length)")
        }
    }

    @Test func changedByte() throws {
        var changed = bytes
        changed[bytes.count / 2] ^= 0x10
        #expect(try message(changed, expectation) != "")
    }

    @Test func lostRows() throws {
        var document = Fixture().documents()[0]
        document.lines.removeLast()
        let labels = try TemplateFolder(nil).labels.labels(for: "en")
        let other = OutputFile(folder: scratch.path, path: "other.xlsx")
        _ = try InvoiceWorkbook.write(document, to: other, labels: labels, temporaryFolder: nil)
        let found = try message(try other.read(), expectation)
        #expect(found == "the workbook is not what was written: the sheet Lines has 8 rows instead of 9")
    }

    @Test func otherTotal() throws {
        var changed = expectation
        let index = try #require(changed.sheets.firstIndex { $0.name == "Summary" })
        changed.sheets[index].cells[0].value += Fixture.decimal("0.01")
        #expect(try message(bytes, changed).contains("instead of 2683.45"))
        changed = expectation
        let lines = try #require(changed.sheets.firstIndex { $0.name == "Lines" })
        let net = try #require(changed.sheets[lines].sums.firstIndex { $0.column == "O" })
        changed.sheets[lines].sums[net].sum -= Fixture.decimal("0.01")
        #expect(try message(bytes, changed).contains("the column O of Lines adds up to 2360.76 instead of 2360.75"))
    }

    @Test func csv() throws {
        let file = OutputFile(folder: scratch.path, path: "lines.csv")
        let csv = LineCSV.document(Fixture(evil: "\r\n\"").documents()[0], dialect: .standard)
        try file.write(csv.bytes)
        #expect(try TextReader.verify(file, csv).byteCount == csv.bytes.count)
        try file.write(Array(csv.bytes.dropLast(40)))
        #expect(throws: Findings.self) { try TextReader.verify(file, csv) }
    }

    @Test func page() throws {
        let file = OutputFile(folder: scratch.path, path: "page.html")
        let page = Array("<html>12.50</html>".utf8)
        try file.write(page)
        #expect(throws: Never.self) { try TextReader.verify(file, page: page, holds: ["12.50"]) }
        #expect(throws: Findings.self) { try TextReader.verify(file, page: page, holds: ["12.51"]) }
        #expect(throws: Findings.self) { try TextReader.verify(file, page: page + page, holds: []) }
    }

    @Test func placesThatCannotBeWritten() throws {
        let documents = Fixture().documents()
        for format in DocumentWriter.Format.allCases {
            let writer = try DocumentWriter(DocumentWriter.Options(formats: [format]))
            do {
                _ = try writer.write(documents, folderName: "atlas", into: "/dev/null")
                Issue.record("an error was expected")
            } catch {
                #expect(error.list.first?.code == .cannotWrite)
            }
        }
        let folder = OutputFile(folder: scratch.path, path: "atlas/atlas.xlsx")
        try OutputFile.createFolder(folder.fullPath)
        do {
            _ = try DocumentWriter(DocumentWriter.Options(formats: [.xlsx])).write(
                documents, folderName: "atlas", into: scratch.path)
            Issue.record("an error was expected")
        } catch {
            #expect(error.list.first?.place?.file == folder.fullPath)
        }
    }
}
