import BillingTerms
import Foundation
import Invoicing
import Testing

@testable import Documents

@Suite struct LiveFormulaTests {
    private func decimal(_ text: String) -> ExactDecimal { Fixture.decimal(text) }

    @Test func doublesOfUpToFifteenDigitsAreExact() {
        for text in ["0", "0.1", "-12.50", "999999999999999", "0.0000000000000000123", "0.10000000000000000000"] {
            let (double, isExact) = CellNumber.double(decimal(text))
            #expect(isExact, "\(text)")
            #expect(double == Double(text))
        }
        for text in ["1234567890123456", "0.1234567890123456", "99999999999999.99"] {
            let (double, isExact) = CellNumber.double(decimal(text))
            #expect(!isExact, "\(text)")
            #expect(double == Double(text))
        }
    }

    @Test(arguments: [
        ("10000", "0.0004", "4.00", true), ("1234567", "0.00035", "432.10", true),
        // Near enough to a tie that doubles may fall on its other side.
        ("2.5", "0.01", "0.03", false), ("1.15", "0.1", "0.12", false), ("1.005", "1", "1.01", false),
        // Not the product: proration, a flat part, a share.
        ("1", "99.00", "54.29", false),
        // More digits than a cell holds.
        ("1", "0.1234567890123456789", "0.12", false), ("1000000", "123456789.12", "123456789120000.00", false),
        ("-3", "19.90", "-59.70", true), ("0", "12", "0.00", true),
    ])
    func roundedProducts(quantity: String, price: String, amount: String, isLive: Bool) {
        let result = LiveFormula.roundedProduct(
            decimal(quantity), decimal(price), digits: 2, gives: decimal(amount))
        #expect(result == isLive)
    }

    @Test func sums() {
        #expect(LiveFormula.sum([decimal("0.10"), decimal("0.20")], gives: decimal("0.30")))
        #expect(LiveFormula.sum([], gives: decimal("0.00")))
        #expect(!LiveFormula.sum([decimal("0.10"), decimal("0.20")], gives: decimal("0.31")))
        #expect(!LiveFormula.sum([decimal("99999999999999.99")], gives: decimal("99999999999999.99")))
    }

    @Test func keysThatSumifsWouldMisread() {
        for key in ["atlas-web", "Scale Plan", "api_calls.v2"] { #expect(SumKey.isPlain(key)) }
        for key in ["007", ">5", "a*", "what?", "~x", "TRUE", "Jan-20", "may", "=x", "", "müller"] {
            #expect(!SumKey.isPlain(key), "\(key)")
        }
    }
}

@Suite struct WorkbookTests {
    private func workbook(
        _ document: InvoiceDocument, parts: [ProjectDocument] = [], rowLimit: Int = DataSheet.mostRows
    ) throws -> (WorkbookText, ZipParts) {
        let scratch = try Scratch()
        let file = OutputFile(folder: scratch.path, path: "book.xlsx")
        let labels = try TemplateFolder(nil).labels.labels(for: "en")
        let expectation = try InvoiceWorkbook.write(
            document, parts: parts, to: file, labels: labels, temporaryFolder: scratch.path, rowLimit: rowLimit)
        let bytes = try file.read()
        try WorkbookReader.verify(bytes, expectation, file: file)
        return (try WorkbookText(bytes), try ZipParts(bytes))
    }

    @Test func sheets() throws {
        let documents = Fixture().documents()
        let parts = documents.dropFirst().map { ProjectDocument(document: $0, fileName: "atlas-data") }
        #expect(
            try workbook(documents[0], parts: parts).0.sheets.map(\.name) == [
                "Summary", "Invoices", "Projects", "Lines", "Usage", "Adjustments", "Credits", "Tax", "Audit",
            ])
        #expect(
            try workbook(documents[1]).0.sheets.map(\.name) == [
                "Summary", "Lines", "Usage", "Adjustments", "Tax", "Audit",
            ])
    }

    /// A share of a line is not quantity × price, but the totals are formulas all the same.
    @Test func sharedLinesHoldValues() throws {
        let (text, _) = try workbook(Fixture().documents()[1])
        #expect(text.cell("Lines", "M2")?.formula == "ROUND(J2*L2,2)")
        let share = try #require(text.cell("Lines", "M5"))
        #expect(share.formula == "")
        #expect(share.value == "9.52")
        let due = try #require(text.sheets[0].cells.first { $0.formula.hasPrefix("AmountDue_EUR") })
        #expect(due.value == "383.7")
    }

    /// Beyond fifteen digits the number is rounded by the format, and the exact one stands beside it as text.
    @Test func longAmounts() throws {
        var fixture = Fixture()
        fixture.currency = Currency(code: "KRW")!
        var document = fixture.documents()[0]
        let huge = Money(minorUnits: 12_345_678_901_234_567, currency: fixture.currency)
        document.lines[0].rated.grossAmount = huge
        document.lines[0].rated.unitPrice = Fixture.decimal("0.1234567890123456789")
        document.lines[0].netAmount = huge - document.lines[0].discountAmount
        document.lines[0].taxableAmount = document.lines[0].netAmount - document.lines[0].promotionalCredit
        document.totals = fixture.totals(document.lines, document.taxes, paid: document.totals.paidAmount)
        let (text, _) = try workbook(document)
        let gross = try #require(text.cell("Lines", "M2"))
        #expect(gross.formula == "")
        let exact = try #require(text.cell("Lines", "Z2"))
        #expect(exact.value.contains("Unit price 0.1234567890123456789"))
        #expect(exact.value.contains("Gross 12345678901234567"))
        #expect(text.cell("Lines", "Z1")?.value == "Exact values")
        #expect(text.sheets[0].cells.contains { $0.value.hasSuffix(" KRW") })
    }

    @Test func sheetsGoOnInTheNext() throws {
        let (text, parts) = try workbook(Fixture().documents()[0], rowLimit: 4)
        #expect(text.sheets.map(\.name).filter { $0.hasPrefix("Lines") } == ["Lines", "Lines 2"])
        #expect(text.sheets.count { $0.name.hasPrefix("Usage") } == 16)
        #expect(text.cell("Lines 2", "B2")?.value == "5")
        let gross = try #require(text.sheets[0].cells.first { $0.formula.contains("[Gross]") })
        #expect(
            gross.formula
                == "ROUND(SUMIFS(Lines[Gross],Lines[Currency],\"EUR\")+SUMIFS(Lines_2[Gross],Lines_2[Currency],\"EUR\"),2)"
        )
        #expect(gross.value == "2404.37")
        #expect(parts.names.count { $0.hasPrefix("xl/tables/") } == 1 + 2 + 16 + 1 + 1 + 1)
    }

    @Test func emptyDocument() throws {
        var document = Fixture().documents()[0]
        document.lines = []
        document.usage = []
        document.taxes = []
        document.adjustments = []
        document.creditStatements = []
        document.projects = []
        document.totals = .zero(document.currency)
        let (text, _) = try workbook(document)
        #expect(text.sheets[0].cells.contains { $0.formula == "AmountDue_EUR" && $0.value == "0" })
    }

    @Test func pageSetupAndProperties() throws {
        let (_, parts) = try workbook(Fixture().documents()[0])
        let lines = String(decoding: try parts.content("xl/worksheets/sheet3.xml"), as: UTF8.self)
        for part in [
            "orientation=\"landscape\"", "fitToHeight=\"0\"", "state=\"frozen\"", "Page &amp;P of &amp;N", "DRAFT",
            "<tabColor rgb=\"FF1F2937\"/>",
        ] { #expect(lines.contains(part), "\(part)") }
        let book = String(decoding: try parts.content("xl/workbook.xml"), as: UTF8.self)
        #expect(book.contains("<definedName name=\"AmountDue_EUR\">'Summary'!$E$"))
        #expect(book.contains("_xlnm.Print_Titles"))
        let core = String(decoding: try parts.content("docProps/core.xml"), as: UTF8.self)
        #expect(core.contains("2026-11-01T00:00:00Z"))
        let drawing = String(decoding: try parts.content("xl/drawings/drawing1.xml"), as: UTF8.self)
        #expect(drawing.contains("descr=\"Amount by project. Atlas Data 1864.48 EUR, Atlas Web 396.28 EUR\""))
        #expect(!lines.contains("mergeCell"))
    }

    /// Excel takes `_x0041_` in a file for the letter A; it must be written as what it says.
    @Test func codesInTexts() throws {
        var document = Fixture().documents()[0]
        document.lines[0].rated.itemID = "_x0041_"
        #expect(try workbook(document).0.cell("Lines", "D2")?.value == "_x005F_x0041_")
    }

    /// The parts of a line by day add up to the line.
    @Test func dailyAmountsAddUp() {
        let document = Fixture().documents()[0]
        let days = DailyAmounts(document)
        #expect(days.entries.count == 31)
        #expect(days.entries.map(\.amount).sum(document.currency) + days.rest == document.totals.sumOfLineNetAmounts)
        let months = DailyAmounts(document, mostDays: 10)
        #expect(months.isByMonth)
        #expect(months.entries.map(\.day) == [Fixture.day("2026-10-01")])
    }
}
