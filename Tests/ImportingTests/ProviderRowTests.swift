import BillingTerms
import Catalog
import FileFormats
import Importing
import Testing

/// What makes a row or a file unreadable, and what becomes of it.
@Suite struct ProviderRowTests {
    @Test(
        "every digit is kept",
        arguments: [
            ("1.81E-8", "0.0000000181"), ("0E-10", "0.0000000000"), ("5e-06", "0.000005"), ("35.2E-7", "0.00000352"),
            ("0.0000007173036173892537", "0.0000007173036173892537"),
            ("-136.4749717469754957395107", "-136.4749717469754957395107"),
            ("1234567890.1234567890123456789012345678", "1234567890.1234567890123456789012345678"),
            ("0.123456789012345678901234567890123456", "0.123456789012345678901234567890123456"), ("1.5e3", "1500"),
            ("+2.50", "2.50"),
        ])
    func numbers(_ written: String, _ kept: String) throws {
        let (found, reading) = try charges(CURText.of(written).text, .awsCUR)
        #expect(found.map(\.billedCost.description) == [kept])
        #expect(reading.report.billedCost["USD"] == (try decimal(kept)))
    }

    @Test(
        "what is no plain decimal number is set aside with its place",
        arguments: [
            "1,234.56", "$10.00 ", "0x10", "NaN", "1_000", " 1", "1 ", "-", ".5", "5.", "1e", "Infinity", "--1", "",
            "NULL", "null", "None", "''", "0.1234567890123456789012345678901234567",
        ])
    func badNumbers(_ written: String) throws {
        var text = CURText.of("2")
        text.add(written)
        text.add("3")
        let (found, reading) = try charges(text.text, .awsCUR)
        #expect(found.map(\.billedCost) == [2, 3])
        #expect(reading.report.rowsRead == 3)
        #expect(reading.report.rowsKept == 2)
        #expect(reading.report.rowsQuarantined == 1)
        let row = try #require(reading.quarantine.first)
        #expect(row.code == .badNumber)
        #expect(row.line == 3)
        #expect(row.cost == nil)
        #expect(row.original.hasPrefix("x,012345678901,2026-03-01"))
    }

    /// 12345.67 and 12345.6 look alike to whoever does not know what was to come.
    @Test("a bill that may have been cut inside a cost is told")
    func unfinishedRow() throws {
        let columns = ["lineItem/UsageAccountId", "lineItem/LineItemType", "lineItem/CurrencyCode"]
        func findings(_ last: String, _ end: String, _ source: Sources.Source? = nil) throws -> [FindingCode] {
            let names = columns + ["bill/BillingPeriodStartDate"] + last.split(separator: ",").map(String.init)
            let values = last.hasSuffix("UnblendedCost") ? "SKU1,12345.6" : "12345.6,SKU"
            let text = names.joined(separator: ",") + "\n1,Usage,USD,2026-03-01," + values + end
            let (found, reading) = try charges(text, .awsCUR, source: source)
            #expect(found.map(\.billedCost.description) == ["12345.6"])
            return reading.findings.map(\.code)
        }
        #expect(try findings("product/sku,lineItem/UnblendedCost", "") == [.unfinishedRow])
        #expect(try findings("product/sku,lineItem/UnblendedCost", "\n") == [])
        #expect(try findings("lineItem/UnblendedCost,product/sku", "") == [])
        let source = Sources.Source(name: "desk", files: [], mayLackFinalLineEnd: true)
        #expect(try findings("product/sku,lineItem/UnblendedCost", "", source) == [])
    }

    @Test("the ways to write null", arguments: ["", "NULL", "null", "None", "''", "\\N"])
    func nulls(_ null: String) throws {
        let (found, _) = try charges(
            FOCUSText.of(["ListCost": null, "EffectiveCost": null, "SubAccountId": null]).text, .focus)
        #expect(found.map(\.listCost) == [nil])
        #expect(found.map(\.effectiveCost) == [1])
        #expect(found.map(\.subAccount) == ["BA-1"])
    }

    @Test("a row that is set aside says where, why, and how much money it holds")
    func findingText() throws {
        let text =
            "lineItem/UsageAccountId,lineItem/LineItemType,lineItem/CurrencyCode,lineItem/UnblendedCost,"
            + "bill/BillingPeriodStartDate\n1,Usage,USD,\"1,2\",2026-03-01\n1,Usage,EURO,7.5,2026-03-01\n"
        let (_, reading) = try charges(text, .awsCUR)
        #expect(
            reading.findings.map(\.rendered) == [
                """
                bill.csv: error[quarantined-rows]: 2 rows of 2 set aside
                  = 7.5 EURO in 1 row is not billed
                  = the cost of 1 row is not known
                """,
                """
                bill.csv:2:13: error[bad-number]: expected a decimal number in lineItem/UnblendedCost, found "1,2": \
                not a decimal number (character 2)
                  2 | 1,Usage,USD,"1,2",2026-03-01
                    |             ^^^
                  = row set aside; its cost is not known
                """,
                """
                bill.csv:3:9: error[bad-currency]: expected a currency of ISO 4217 in lineItem/CurrencyCode, found "EURO"
                  3 | 1,Usage,EURO,7.5,2026-03-01
                    |         ^^^^
                  = row set aside; 7.5 EURO not billed
                """,
            ])
        #expect(reading.quarantine.map(\.column) == [13, 9])
    }

    @Test(
        "a time that does not exist", arguments: ["2026-02-29T00:00:00Z", "5/1/25", "2026-03-01T25:00:00Z", "tomorrow"])
    func badTimes(_ written: String) throws {
        for column in ["lineItem/UsageStartDate", "bill/BillingPeriodStartDate"] {
            let (_, reading) = try charges(CURText.of("4", fields: [column: written]).text, .awsCUR)
            #expect(reading.quarantine.map(\.code) == [.badTime])
            #expect(reading.quarantine.map(\.cost) == [4])
            #expect(reading.report.isBalanced)
        }
    }

    @Test("rows of another shape than the header are set aside")
    func rowShape() throws {
        let text = CURText.of("1", "2").text + "a,b,c\n" + CURText.of("3").text.split(separator: "\n")[1] + ",more\n"
        let (found, reading) = try charges(text, .awsCUR)
        #expect(found.map(\.billedCost) == [1, 2])
        #expect(reading.quarantine.map(\.code) == [.rowShape, .rowShape])
        #expect(reading.quarantine.map(\.line) == [4, 5])
        #expect(reading.quarantine.map(\.original.count).first == 5)
        #expect(reading.report.rowsRead == 4 && reading.report.isBalanced)
    }

    @Test("CRLF, byte order mark, blank lines, no line end at the end, quoted line ends")
    func shapesOfText() throws {
        let plain = CURText.of("1", "2", "3")
        var crlf = plain
        crlf.lineEnd = "\r\n"
        let texts = [
            plain.text, crlf.text, "\u{FEFF}" + plain.text, "\n\n" + plain.text, String(plain.text.dropLast()),
            plain.text.replacingOccurrences(of: "\n", with: "\n\n"),
        ]
        for text in texts {
            let (found, reading) = try charges(text, .awsCUR)
            #expect(found.map(\.billedCost) == [1, 2, 3])
            #expect(reading.findings == [])
        }
        var broken = CURText.of("1", fields: ["product/ProductName": "two\nlines"])
        broken.add("x")
        let (found, reading) = try charges(broken.text, .awsCUR)
        #expect(found.map(\.service) == ["two\nlines"])
        #expect(reading.quarantine.map(\.line) == [4])
    }

    @Test("a row that is set aside leaves nothing behind in the next one")
    func nothingLeftBehind() throws {
        var text = CURText()
        text.add("1", ["product/ProductName": "A", "pricing/publicOnDemandCost": "3"])
        for bad in [["lineItem/CurrencyCode": "X"], ["lineItem/UnblendedCost": "?"]] {
            for _ in 0..<2 { text.add("9", bad.merging(["product/ProductName": "B"]) { $1 }) }
            text.add("2", ["product/ProductName": "B"])
            text.add("4", ["product/ProductName": "A"])
        }
        let (found, reading) = try charges(text.text, .awsCUR)
        #expect(found.map(\.service) == ["A", "B", "A", "B", "A"])
        #expect(found.map(\.billedCost) == [1, 2, 4, 2, 4])
        #expect(found.map(\.listCost) == [3, nil, nil, nil, nil])
        #expect(found.map(\.group) == [0, 1, 0, 1, 0])
        #expect(reading.report.rowsQuarantined == 4)
    }

    @Test("a header and nothing else is a bill of nothing")
    func headerOnly() throws {
        let (_, reading) = try charges(CURText().text, .awsCUR)
        #expect(reading.report.status == .imported)
        #expect(reading.report.rowsRead == 0)
        #expect(reading.findings == [])
    }

    @Test("a file that is broken somewhere is refused whole")
    func brokenFiles() throws {
        let whole = CURText.of("1", "2", "3").text
        let compressed = gzipped(whole)
        var wrongSum = compressed
        wrongSum[wrongSum.count - 5] ^= 1
        let broken: [(String, [UInt8])] = [
            ("unclosed quote", Array((whole + "\"never closed").utf8)), ("truncated", Array(compressed.dropLast(20))),
            ("checksum", wrongSum), ("cut row", Array(whole.dropLast(40).utf8)),
            ("not utf-8", Array(whole.utf8) + [0xFF, 0x0A]),
        ]
        for (name, bytes) in broken {
            let folder = try InboxFolder()
            let file = try folder.write("bill.csv", bytes)
            let reading = ProviderBillReader().read(file, of: .awsCUR) { _ in }
            #expect(reading.report.status == .refused, "\(name)")
            #expect(reading.report.rowsRead == 0 && reading.report.billedCost.isEmpty, "\(name)")
            #expect(reading.findings.map(\.code) == [.brokenFile], "\(name)")
            #expect(reading.findings.first?.notes == ["the file is refused whole; nothing of it is billed"])
            let bills = folder.costs()
            // A small compressed file can be broken before its header is read; then nobody knows what it is.
            let isUnreadable = !folder.inbox.unreadable.isEmpty
            #expect(bills.reports.map(\.status) == (isUnreadable ? [] : [.refused]), "\(name)")
            #expect(bills.findings.map(\.code) == [.brokenFile], "\(name)")
            #expect(bills.book.controlTotals == [], "\(name)")
        }
        let folder = try InboxFolder()
        try folder.write("good.csv.gz", compressed)
        #expect(folder.costs().book.controlTotals.map(\.read) == [6])
    }

    @Test("findings of single rows are not without end, but the quarantine is")
    func manyBadRows() throws {
        var text = CURText()
        for _ in 0..<250 { text.add("?") }
        let (_, reading) = try charges(text.text, .awsCUR)
        #expect(reading.quarantine.count == 250)
        #expect(reading.findings.count == 101)
        #expect(reading.findings.first?.notes.last == "the first 100 are listed here, all of them in the quarantine")
    }
}
