import BillingTerms
import Foundation
import Testing

@testable import Documents

@Suite struct GoldenTests {
    @Test(arguments: [
        ("euro", Fixture()), ("german", Fixture(locale: "de_DE", status: .issued)),
        ("yen", Fixture(currency: Currency(code: "JPY")!, locale: "ja")),
        ("dinar", Fixture(currency: Currency(code: "KWD")!, locale: "fr_FR", status: .issued)),
    ])
    func documents(name: String, fixture: Fixture) throws {
        let scratch = try Scratch()
        let output = try DocumentWriter().write(fixture.documents(), folderName: "atlas", into: scratch.path)
        #expect(
            output.files.map(\.path).sorted() == [
                "atlas/atlas-data.csv", "atlas/atlas-data.html", "atlas/atlas-data.xlsx", "atlas/atlas-web.csv",
                "atlas/atlas-web.html", "atlas/atlas-web.xlsx", "atlas/atlas.csv", "atlas/atlas.html",
                "atlas/atlas.xlsx",
            ])
        try Golden.expect(scratch.text("atlas/atlas.csv"), is: "\(name).csv")
        try Golden.expect(scratch.text("atlas/atlas.html"), is: "\(name).html")
        try Golden.expect(WorkbookText(scratch.bytes("atlas/atlas.xlsx")).text, is: "\(name).workbook.txt")
        try Golden.expect(scratch.text("atlas/atlas-data.csv"), is: "\(name)-project.csv")
        try Golden.expect(scratch.text("atlas/atlas-data.html"), is: "\(name)-project.html")
        try Golden.expect(WorkbookText(scratch.bytes("atlas/atlas-data.xlsx")).text, is: "\(name)-project.workbook.txt")
    }

    /// Without workbooks, whose hashes in `run.json` depend on zlib's version.
    @Test func run() throws {
        let scratch = try Scratch()
        let writer = try DocumentWriter(DocumentWriter.Options(formats: [.csv, .html]))
        let fixture = Fixture()
        let output = try writer.write(fixture.documents(), folderName: "atlas", into: scratch.path)
        let files = try writer.writeRun(ReportFixture.report(fixture), customers: [output], into: scratch.path)
        #expect(
            files.map(\.path) == [
                "invoices.csv", "lines.csv", "credits.csv", "reconciliation.csv", "quarantine.csv", "index.html",
                "run.json",
            ])
        for file in files {
            #expect(try scratch.bytes(file.path).count == file.byteCount)
            try Golden.expect(scratch.text(file.path), is: "run-" + file.path)
        }
    }

    @Test func sameBytesEachTimeAndOnEachThread() async throws {
        let writer = try DocumentWriter()
        let scratches = try (0..<4).map { _ in try Scratch() }
        let outputs = try await withThrowingTaskGroup(of: [WrittenFile].self) { group in
            for path in scratches.map(\.path) {
                group.addTask { try writer.write(Fixture().documents(), folderName: "atlas", into: path).files }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for output in outputs { #expect(output == outputs[0]) }
        for file in outputs[0] {
            let first = try scratches[0].bytes(file.path)
            for scratch in scratches { #expect(try scratch.bytes(file.path) == first) }
        }
    }

    @Test func orderOfTheReportDoesNotMatter() throws {
        let scratch = try Scratch()
        let writer = try DocumentWriter(DocumentWriter.Options(formats: [.csv]))
        let report = ReportFixture.report(Fixture())
        var reversed = report
        reversed.inputs.reverse()
        reversed.customers.reverse()
        reversed.findings.reverse()
        reversed.quarantine.reverse()
        reversed.providerCosts.reverse()
        reversed.controls.reverse()
        reversed.dailyCosts.reverse()
        let first = try writer.writeRun(report, customers: [], into: scratch.path)
        #expect(try writer.writeRun(reversed, customers: [], into: scratch.path) == first)
    }
}

extension Fixture: CustomTestStringConvertible {
    var testDescription: String { "\(currency) \(locale)" }
}
