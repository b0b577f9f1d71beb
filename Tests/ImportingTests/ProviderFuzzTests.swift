import BillingTerms
import Catalog
import FileFormats
import Foundation
import Importing
import Metering
import Testing

/// Damaged bills: whatever the bytes are, nothing crashes, every row is accounted for, and the control total balances.
/// `BILLWRIGHT_FUZZ_ROUNDS` runs more of them; the seed of a failure is in its message.
@Suite struct ProviderFuzzTests {
    private static let rounds = ProcessInfo.processInfo.environment["BILLWRIGHT_FUZZ_ROUNDS"].flatMap(Int.init) ?? 120

    /// JSON and tables of the formats that come as both are at the end.
    private static let corpus: [(ProviderFormat, String)] = [
        (
            .awsCUR,
            CURText.of(
                "1.5", "0E-10", "-2",
                fields: ["product/ProductName": "Red Hat®, \"HA\"", "resourceTags/user:project": "서울"]
            ).text
        ),
        (
            .awsCUR,
            CURText.of(
                "5.85E-10", "7", fields: ["lineItem/LineItemType": "RIFee", "reservation/UnusedRecurringFee": "4.21"]
            ).text
        ),
        (
            .focus,
            FOCUSText.of(
                ["Tags": "{\"a\": true, \" a\": \"x\\u00e9\"}"], ["BilledCost": "6.123E-7", "ListCost": "NULL"]
            ).text
        ),
        (
            .focus,
            FOCUSText.of(["ChargePeriodStart": "2026-03-02 00:00:00", "ChargeClass": "Correction"], [:], [:]).text
        ),
        (.googleCloud, GoogleText.lines(GoogleText.record, GoogleText.record)),
        (.googleCloud, "[" + GoogleText.record + ",\n" + GoogleText.record + "]"),
        (.googleCloud, GoogleText.csv),
        (.spaceONE, SpaceONEText.csv),
        (.spaceONE, SpaceONEText.results),
        (.hyperbilling, HyperbillingText.lines),
        (.hyperbilling, HyperbillingText.csv),
        (.usageDetail, HyperbillingText.detail),
        (
            .awsDataExport,
            BillText.cur2.of(
                ["product": "{\"product_name\": \"S3\"}"],
                ["product": "{}", "resource_tags": "{\"user_a\": \"\u{c11c}\"}", "discount_total_discount": "-0.1"]
            ).text
        ),
        (.awsCUR, BillText.athena.of([:], ["bill_billing_period_start_date": ""]).text),
        (.awsMonthly, BillText.monthlySample.text),
        (.awsMonthly, "\"Don't see your tags?\"\n" + BillText.monthlySample.text),
        (.azureCosts, BillText.ea.of([:], ["Cost": "1.23E-06", "Date": "2026-03-04"]).text),
        (.azureCosts, BillText.mca.of(["tags": "{\"a\": \"b\"}:"], ["chargeType": "UnusedSavingsPlan"]).text),
        (.azureCosts, BillText.payAsYouGo.of([:], ["UsageDateTime": "2026-03-04 00:00:00"]).text),
    ]

    /// Where Hyperbilling's account stands.
    private static let path = "account_id=012345678901/year=2026/month=03/bill"

    @Test("mutated bills", arguments: 0..<corpus.count)
    func mutations(_ entry: Int) throws {
        let (format, text) = Self.corpus[entry]
        let folder = try InboxFolder()
        for round in 0..<Self.rounds {
            let seed = UInt64(entry * 1_000_000 + round)
            var generator = SeededGenerator(seed: seed)
            var bytes = Array(text.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &generator) { mutate(&bytes, &generator) }
            let file = try folder.write(Self.path, bytes)
            var sums: [String: ExactDecimal] = [:]
            var count = 0
            let reading = ProviderBillReader().read(file, of: format) { charge in
                count += charge.continuesRow ? 0 : 1
                sums[charge.currency.code, default: .zero] += charge.billedCost
            }
            let report = reading.report
            #expect(report.isBalanced, "seed \(seed)")
            #expect(report.rowsQuarantined == reading.quarantine.count, "seed \(seed)")
            if reading.isRefused {
                #expect(report.rowsRead == 0 && !reading.findings.isEmpty, "seed \(seed)")
            } else {
                #expect(report.rowsKept == count && report.billedCost == sums, "seed \(seed)")
            }
            let bills = CostImport(ProviderInbox([file]), workspace: .acme, days: .always)
            #expect(bills.book.controlTotals.filter { !$0.isBalanced } == [], "seed \(seed)")
            for finding in bills.findings { #expect(!finding.rendered.isEmpty) }
        }
    }

    @Test("mutated manifests", arguments: 0..<3)
    func manifests(_ entry: Int) throws {
        let texts = [
            manifest(assembly: "A1", parts: ["x/A1/p-00001.csv", "x/A1/p-00002.csv"]),
            "{\"dataFiles\": [\"s3://b/data/BILLING_PERIOD=2026-03/p-00001.csv\"], \"reportName\": \"p\"}",
            "{\"blobs\": [{\"blobName\": \"p-00001.csv\"}], \"runInfo\": {\"runId\": \"r\", \"submittedTime\": \"2026-04-01T00:00:00Z\"}}",
        ]
        let folder = try InboxFolder()
        try folder.write("m/A1/p-00001.csv", CURText.of("1").text)
        try folder.write("m/p-00001.csv", CURText.of("2").text)
        for round in 0..<Self.rounds {
            var generator = SeededGenerator(seed: UInt64(9_000_000 + entry * 100_000 + round))
            var bytes = Array(texts[entry].utf8)
            for _ in 0..<Int.random(in: 1...4, using: &generator) { mutate(&bytes, &generator) }
            try folder.write("m/p-Manifest.json", bytes)
            let bills = folder.costs()
            #expect(bills.reports.filter { !$0.isBalanced } == [])
            #expect(bills.book.controlTotals.filter { !$0.isBalanced } == [])
        }
    }

    /// What the sheets of a file are given, whatever the number of them: it may not depend on where the file is cut.
    private struct Money: Sendable, Equatable {
        var rows = 0
        var billed = ExactSum()
        var tags = 0

        mutating func enter(_ charge: ProviderCharge) {
            rows += 1
            billed += charge.billedCost
            tags += charge.tags.count
        }

        static func == (left: Money, right: Money) -> Bool {
            left.rows == right.rows && left.billed.value == right.billed.value && left.tags == right.tags
        }
    }

    @Test("a file read in pieces is the file read in one", arguments: 0..<corpus.count)
    func pieces(_ entry: Int) throws {
        let (format, text) = Self.corpus[entry]
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let folder = try InboxFolder()
        var inPieces = 0
        for round in 0..<Self.rounds {
            let seed = UInt64(20_000_000 + entry * 100_000 + round)
            var generator = SeededGenerator(seed: seed)
            var rows: [String] = []
            for _ in 0..<6 {
                rows += lines.dropFirst().dropLast().shuffled(using: &generator).map { line in
                    // Line ends within quotes, which must not be taken for cuts.
                    guard Bool.random(using: &generator) else { return String(line) }
                    return line.replacingOccurrences(of: "Amazon Elastic Compute Cloud", with: "\"EC\n2,\"\"\n\"")
                        .replacingOccurrences(of: "Compute Engine", with: "\"\nGCE\"\"\"")
                }
            }
            var bytes = Array(([String(lines[0])] + rows).map { $0 + "\n" }.joined().utf8)
            if round % 2 == 1 { mutate(&bytes, &generator) }
            let file = try folder.write(Self.path, bytes)
            let size = Int.random(in: 20...bytes.count, using: &generator)
            var whole = Money()
            let one = ProviderBillReader().read(file, of: format) { whole.enter($0) }
            let many = ProviderBillReader(pieceBytes: size).readSheets(
                file, of: format, newSheet: { Money() }, enter: { $0.enter($1) })
            #expect(many.reading.report == one.report, "seed \(seed)")
            #expect(many.reading.findings == one.findings, "seed \(seed)")
            #expect(many.reading.quarantine == one.quarantine, "seed \(seed)")
            if one.isRefused { continue }
            if many.sheets.count > 1 { inPieces += 1 }
            var together = Money()
            for sheet in many.sheets {
                together.rows += sheet.rows
                together.billed += sheet.billed
                together.tags += sheet.tags
            }
            #expect(together == whole, "seed \(seed)")
        }
        // The monthly CSV must be seen as a whole, and JSON has no header that could stand before its pieces.
        let isWhole = format == .awsMonthly || text.hasPrefix("{") || text.hasPrefix("[")
        #expect(isWhole ? inPieces == 0 : inPieces > Self.rounds / 10)
    }

    @Test("places in a file of several pieces are those of the file")
    func placesInPieces() throws {
        var text = CURText.of("1", fields: ["product/ProductName": "a\nb"])
        for number in 0..<500 { text.add("\(number).5") }
        text.add("?")
        for _ in 0..<20 { text.add("1", ["lineItem/LineItemType": "Moon"]) }
        let folder = try InboxFolder()
        let file = try folder.write("bill.csv", "\n\n" + text.text)
        let many = ProviderBillReader(pieceBytes: 4_000).readSheets(
            file, of: .awsCUR, newSheet: { 0 }, enter: { sheet, _ in sheet += 1 })
        #expect(many.sheets.count > 10)
        #expect(many.sheets.reduce(0, +) == 521)
        #expect(many.reading.quarantine.map(\.line) == [506])
        #expect(many.reading.findings == ProviderBillReader().read(file, of: .awsCUR) { _ in }.findings)
        #expect(many.reading.findings.compactMap(\.place?.line) == [506, 507])
    }

    /// Changes, drops, doubles or inserts bytes, with a liking for those that mean something.
    private func mutate(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
        guard !bytes.isEmpty else { return }
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        let special = Array("\",\n\r\u{0}eE-+.0123456789{}[]:/\\ NULé".utf8)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: bytes[place] = special.randomElement(using: &generator) ?? 0
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(special.randomElement(using: &generator) ?? 0, at: place)
        case 3: bytes.insert(contentsOf: bytes[place..<min(place + 40, bytes.count)], at: place)
        default: bytes.removeSubrange(place..<min(place + Int.random(in: 1...30, using: &generator), bytes.count))
        }
    }
}
