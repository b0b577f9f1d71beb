import BillingTerms
import Catalog
import Foundation
import Invoicing
import Rating
import Testing

@testable import Ledger

@Suite struct CanonicalJSONTests {
    /// One of each part that a document can have.
    private var fullDocument: InvoiceDocument {
        var full = document("2026-10", "atlas", project: "web", due: eur(12_345))
        full.notes = ["quote \" slash / back \\ line\n tab\t bell\u{07} é 日本 \u{2028} 👩‍👩‍👧", ""]
        let rated = RatedLine(
            kind: .usage, project: "web", itemID: "api", description: "API calls", plan: "team",
            planVersion: day("2026-01-01"), subscription: "main", period: full.period, quantity: 12, unit: "call",
            unitPrice: ExactDecimal(coefficient: 21, scale: 7), grossAmount: eur(-5), meter: "api-calls",
            conversion: CurrencyConversion(
                originalAmount: 3, originalCurrency: dollar, rate: 1, rateDate: day("2026-10-31"), source: "ECB",
                rule: "period end"),
            working: [WorkingStep("first tier", "8000 × 0.0004", "3.20")])
        full.lines = [
            InvoiceLine(
                number: 1, project: nil, projectName: "", rated: rated,
                discounts: [LineDiscount(promotion: "launch", name: "Launch", amount: eur(1))], netAmount: eur(-6),
                promotionalCredit: eur(0), taxableAmount: eur(-6), taxCode: "S", taxRate: 0)
        ]
        full.taxes = [
            TaxSubtotal(code: "S", name: "VAT", category: .standard, rate: 0, taxableAmount: eur(-6), taxAmount: eur(0))
        ]
        full.audit.checks = [Audit.Check(name: "sum", left: eur(1), right: eur(1))]
        return full
    }

    @Test func `a document's text is that of Foundation's encoder, and reads back as the document`() throws {
        for value in [fullDocument, document("2026", "zenith", due: eur(0))] {
            let text = try CanonicalJSON.text(of: value)
            #expect(try text == CanonicalJSON.textByFoundation(of: value))
            #expect(try Draft.document(text) == value)
        }
    }

    private struct Empty: Encodable {}

    private indirect enum Shape: Encodable {
        case square(side: Int)
        case group([Shape])
    }

    private struct Odd: Encodable {
        var widths: [UInt8] = [0, 255]
        var small: Int8 = -128
        var large = UInt64.max
        var flags = [true, false]
        var nothing: String?
        var holes: [Int?] = [1, nil]
        var table = ["b": [1: "x"], "a": [:], "": [2: "y"]]
        var empty = Empty()
        var nested: [[String]] = [[], ["\u{0}\u{1F}\u{7F}"]]
    }

    @Test func `whatever is encoded, the text is that of Foundation's encoder`() throws {
        try expectEqual(Odd())
        try expectEqual([Odd]())
        try expectEqual([Shape.group([.square(side: 1), .group([])])])
        try expectEqual(["a": 0.5])
        try expectEqual([Data([1, 2, 3])])
        try expectEqual(["at": Date(timeIntervalSince1970: 0)])
        try expectEqual([URL(fileURLWithPath: "/tmp/a b")])
        try expectEqual([Decimal(12)])
    }

    private func expectEqual(_ value: some Encodable, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let (own, theirs) = (try CanonicalJSON.text(of: value), try CanonicalJSON.textByFoundation(of: value))
        #expect(own == theirs, sourceLocation: sourceLocation)
    }
}
