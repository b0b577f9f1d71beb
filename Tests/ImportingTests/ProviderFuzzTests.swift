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
    ]

    /// Where Hyperbilling's account stands.
    private static let path = "account_id=012345678901/year=2026/month=03/bill"

    @Test("mutated bills", arguments: 0..<12)
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
