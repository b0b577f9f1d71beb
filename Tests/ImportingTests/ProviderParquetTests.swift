import BillingTerms
import Catalog
import FileFormats
import Foundation
import Metering
import Testing

@testable import Importing

/// Bills in Parquet beside the same rows in CSV, both written by `Parquet/bills.py`.
@Suite struct ProviderParquetTests {
    private static func bytes(_ name: String) throws -> [UInt8] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Parquet/Bills")
        return Array(try Data(contentsOf: folder.appending(path: name)))
    }

    private static let bills: [(String, ProviderFormat, rows: Int)] = [
        ("focus", .focus, 20), ("aws-cur-athena", .awsCUR, 16), ("aws-cur2", .awsDataExport, 16),
        ("azure", .azureCosts, 16), ("google", .googleCloud, 16), ("hyperbilling", .hyperbilling, 16),
    ]

    private func read(_ file: ProviderFile) throws -> (format: ProviderFormat, [ProviderCharge], ProviderFileReading) {
        guard case .bill(let format)? = try ProviderContent(of: file) else {
            throw FileFormatError(.noHeader, "no bill")
        }
        var charges: [ProviderCharge] = []
        let reading = ProviderBillReader(detail: .everything).read(file, of: format) { charges.append($0) }
        return (format, charges, reading)
    }

    @Test("every charge is that of the CSV", arguments: bills)
    func sameCharges(_ name: String, _ format: ProviderFormat, _ rows: Int) throws {
        let folder = try InboxFolder()
        let table = try read(folder.write("account_id=1/bill.bin", Self.bytes(name + ".parquet")))
        let text = try read(folder.write("account_id=1/bill.csv", Self.bytes(name + ".csv")))
        #expect(table.format == format)
        #expect(text.format == format)
        #expect(table.2.report.rowsRead == rows)
        #expect(table.2.report.rowsKept == rows)
        #expect(table.2.report.billedCost == text.2.report.billedCost)
        #expect(table.2.findings.map(\.code) == text.2.findings.map(\.code))
        #expect(table.2.report.sha256.count == 64)
        let byteCount = try Self.bytes(name + ".parquet").count
        #expect(table.2.report.byteCount == byteCount)
        for (index, (found, expected)) in zip(table.1, text.1).enumerated() {
            var found = found
            // A CSV's first row is on its second line.
            found.line += 1
            // Which number a group has is nobody's business.
            #expect("\(found.common.group)" == "\(expected.common.group)", "row \(index + 1)")
            (found.common, found.group) = (expected.common, expected.group)
            #expect("\(found)" == "\(expected)", "row \(index + 1)")
        }
        #expect(table.1.count == text.1.count)
    }

    @Test("rows that cannot be billed are named by their number and column")
    func rowsSetAside() throws {
        let folder = try InboxFolder()
        try folder.write("a/bill.parquet", Self.bytes("focus-broken.parquet"))
        let bills = folder.costs()
        let report = try #require(bills.reports.first)
        #expect(report.rowsRead == 20)
        #expect(report.rowsKept == 17)
        #expect(report.rowsQuarantined == 3)
        #expect(
            bills.findings.filter { $0.code != .unassignedCost }.map(\.rendered) == [
                """
                a/bill.parquet: error[quarantined-rows]: 3 rows of 20 set aside
                  = 0.604544586261859 Groats in 1 row is not billed
                  = the cost of 2 rows is not known
                """,
                """
                a/bill.parquet:10: error[bad-number]: expected a decimal number in BilledCost, found "nan": \
                not a decimal number (character 1)
                  = row set aside; its cost is not known
                  = it is row 10 of the file, in its row group 1
                """,
                """
                a/bill.parquet:18: error[bad-number]: expected a decimal number in BilledCost, found nothing
                  = row set aside; its cost is not known
                  = it is row 18 of the file, in its row group 2
                """,
                """
                a/bill.parquet:19: error[bad-currency]: expected a currency of ISO 4217 in BillingCurrency, \
                found "Groats"
                  = row set aside; 0.604544586261859 Groats not billed
                  = it is row 19 of the file, in its row group 2
                """,
            ])
        #expect(bills.quarantine.map(\.line) == [10, 18, 19])
        let lines = String(decoding: try Self.bytes("focus-broken.csv"), as: UTF8.self).split(separator: "\n")
        #expect(bills.quarantine.map(\.original) == [10, 18, 19].map { String(lines[$0]) })
    }

    @Test("columns that sources.yaml maps")
    func mapped() throws {
        let folder = try InboxFolder()
        let columns: [ChargeField: String] = [
            .cost: "CostInBillingCurrency", .billedDate: "Date", .account: "SubscriptionId",
            .currency: "BillingCurrencyCode",
        ]
        let sums = try ["azure.parquet", "azure.csv"].map { name in
            var file = try folder.write(name, Self.bytes(name))
            file.source = Sources.Source(name: "own", files: [], charges: columns)
            let (format, charges, reading) = try read(file)
            #expect(format == .spaceONE)
            #expect(charges.count == 16)
            return reading.report.billedCost
        }
        #expect(sums[0] == sums[1])
    }

    @Test("a table that is no bill is refused, with the remedy")
    func meters() throws {
        let folder = try InboxFolder()
        let place = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "FileFormatsTests/Parquet/Fixtures/duckdb-v1.parquet")
        try folder.write("events.parquet", Array(try Data(contentsOf: place)))
        #expect(
            folder.costs().findings.map(\.rendered) == [
                """
                events.parquet: error[unknown-format]: expected a provider's bill, found Parquet with other columns; \
                meter exports are read as text only
                  = export it as CSV or JSON lines, or convert it: \
                duckdb -c "COPY (FROM 'bill.parquet') TO 'bill.csv'"
                  = nothing of it is billed
                """
            ])
    }

    @Test("parts that a manifest names")
    func manifest() throws {
        let folder = try InboxFolder()
        let place = "cur/20260301-20260401/"
        try folder.write(
            place + "cur-Manifest.json",
            """
            {"assemblyId": "20260402T010203Z", "account": "112233445566", "reportName": "cur", "compression": "Parquet",
             "billingPeriod": {"start": "20260301T000000.000Z", "end": "20260401T000000.000Z"},
             "reportKeys": ["store/cur/cur/year=2026/month=3/cur-00001.snappy.parquet"]}
            """)
        #expect(folder.costs().findings.map(\.code) == [.missingPart])
        try folder.write("cur/year=2026/month=3/cur-00001.snappy.parquet", Self.bytes("aws-cur-athena.parquet"))
        let bills = folder.costs()
        #expect(bills.findings.filter { $0.code != .unassignedCost } == [])
        #expect(bills.reports.map(\.status) == [.imported, .imported])
        let text = try InboxFolder()
        try text.write("cur.csv", Self.bytes("aws-cur-athena.csv"))
        #expect(bills.book.controlTotals.map(\.read) == text.costs().book.controlTotals.map(\.read))
    }

    @Test("a damaged part changes nothing", arguments: [12, 400, 3000])
    func damaged(_ offset: Int) throws {
        let folder = try InboxFolder()
        var bytes = try Self.bytes("aws-cur-athena.parquet")
        bytes.removeSubrange(offset..<offset + 5)
        try folder.write("a/bill-00001.parquet", bytes)
        try folder.write("a/bill-00002.parquet", Self.bytes("focus.parquet"))
        let bills = folder.costs()
        #expect(bills.book.controlTotals.isEmpty)
        #expect(bills.findings.contains { $0.code == .brokenFile && $0.place?.file == "a/bill-00001.parquet" })
        #expect(bills.reports.filter { $0.status == .imported } == [])
    }

    @Test("what is not read is refused by name, with the remedy")
    func refused() throws {
        let folder = try InboxFolder()
        var encrypted = try Self.bytes("focus.parquet")
        encrypted.replaceSubrange((encrypted.count - 4)..., with: Array("PARE".utf8))
        try folder.write("a/part.parquet", encrypted)
        let bills = folder.costs()
        #expect(bills.reports.map(\.content) == [.parquet])
        #expect(bills.reports.map(\.status) == [.refused])
        #expect(
            bills.findings.map(\.rendered) == [
                """
                a/part.parquet: error[unknown-format]: the file is encrypted
                  = export it as CSV or JSON lines, or convert it: \
                duckdb -c "COPY (FROM 'bill.parquet') TO 'bill.csv'"
                  = nothing of it is billed
                """
            ])
    }

    @Test("a file that is cut is broken")
    func cut() throws {
        let folder = try InboxFolder()
        try folder.write("a/part.parquet", Array("PAR1....PAR1".utf8))
        #expect(
            folder.costs().findings.map(\.rendered) == [
                """
                a/part.parquet (byte 12): error[broken-file]: expected the footer of a Parquet file at its end, found none
                  = nothing of it is billed
                """
            ])
    }

    @Test("damaged bills: every row is accounted for, and none is billed twice", arguments: bills)
    func fuzz(_ name: String, _ format: ProviderFormat, _ rows: Int) throws {
        let rounds = ProcessInfo.processInfo.environment["BILLWRIGHT_FUZZ_ROUNDS"].flatMap(Int.init) ?? 60
        let intact = try Self.bytes(name + ".parquet")
        let folder = try InboxFolder()
        for seed in 0..<UInt64(rounds) {
            var generator = SeededGenerator(seed: seed)
            var bytes = intact
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                bytes[Int.random(in: 4..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            let file = try folder.write("account_id=1/bill.parquet", bytes)
            var count = 0
            let reading = ProviderBillReader().read(file, of: format) { count += $0.continuesRow ? 0 : 1 }
            #expect(reading.report.isBalanced, "seed \(seed)")
            #expect(reading.isRefused || reading.report.rowsKept == count, "seed \(seed)")
            #expect(!reading.isRefused || !reading.findings.isEmpty, "seed \(seed)")
        }
    }
}
