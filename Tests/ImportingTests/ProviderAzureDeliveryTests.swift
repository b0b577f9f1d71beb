import BillingTerms
import Catalog
import FileFormats
import Importing
import Metering
import Testing

/// Which of Azure's exports are billed: runs, parts, views, scopes.
@Suite struct ProviderAzureDeliveryTests {
    private func read(_ folder: InboxFolder) -> [ExactDecimal] { folder.costs().book.controlTotals.map(\.read) }

    private func statuses(_ folder: InboxFolder) -> [FileReport.Status] { folder.costs().reports.map(\.status) }

    /// A run of an export of March 2026, of one part for each cost.
    private func writeRun(
        _ folder: InboxFolder, _ name: String, run: Int, type: String = "ActualCost", _ costs: [String],
        fields: [String: String] = [:], rowCount: Int = 1
    ) throws {
        let place = "\(name)/20260301-20260331/2026040\(run)1442/r\(run)"
        let blobs = costs.indices.map {
            "{\"blobName\": \"\(place)/part_\($0)_0001.csv\", \"byteCount\": 9, \"dataRowCount\": \(rowCount)}"
        }
        try folder.write(
            place + "/manifest.json",
            """
            {"manifestVersion": "2024-04-01", "exportConfig": {"exportName": "\(name)", "type": "\(type)"},
             "runInfo": {"submittedTime": "2026-04-0\(run)T14:42:00.0000000Z", "runId": "r\(run)",
             "startDate": "2026-03-01T00:00:00"}, "blobs": [\(blobs.joined(separator: ","))]}
            """)
        for (index, cost) in costs.enumerated() {
            try folder.write(
                "\(place)/part_\(index)_0001.csv", BillText.ea.of(fields.merging(["Cost": cost]) { $1 }).text)
        }
    }

    @Test("month-to-date exports restate the month: the latest run counts, with all its parts")
    func runs() throws {
        let folder = try InboxFolder()
        try writeRun(folder, "daily", run: 2, ["10", "5"])
        try writeRun(folder, "daily", run: 1, ["10", "1"])
        #expect(read(folder) == [15])
        #expect(statuses(folder).count { $0 == .superseded } == 3)
    }

    @Test("runs without manifests: the later one counts")
    func looseRuns() throws {
        let folder = try InboxFolder()
        try folder.write("e/1/part_0_0001.csv", BillText.ea.of(["Cost": "3"]).text, day: 2)
        try folder.write("e/2/part_0_0001.csv", BillText.ea.of(["Cost": "4"]).text, day: 3)
        try folder.write("e/2/part_1_0001.csv", BillText.ea.of(["Cost": "5"]).text, day: 3)
        #expect(read(folder) == [9])
    }

    @Test("a part of fewer rows than its manifest says was cut: the run before counts on")
    func fewerRows() throws {
        let folder = try InboxFolder()
        try writeRun(folder, "daily", run: 1, ["10"])
        try writeRun(folder, "daily", run: 2, ["10", "5"], rowCount: 2)
        let bills = folder.costs()
        #expect(bills.book.controlTotals.map(\.read) == [10])
        #expect(
            bills.findings.first { $0.code == .brokenFile }?.rendered == """
                daily/20260301-20260331/202604021442/r2/part_0_0001.csv: error[broken-file]: expected 2 rows, as the \
                manifest says, found 1
                  = the file is refused whole; nothing of it is billed
                """)
        #expect(bills.reports.filter { !$0.isBalanced } == [])
    }

    @Test("actual and amortised cost of one month are never added up: the actual one is billed, whichever is newer")
    func views() throws {
        for (actual, amortised) in [(1, 2), (2, 1)] {
            let folder = try InboxFolder()
            try writeRun(folder, "actual", run: actual, ["100"])
            try writeRun(folder, "amortised", run: amortised, type: "AmortizedCost", ["60", "30"])
            let bills = folder.costs()
            #expect(bills.book.controlTotals.map(\.read) == [100])
            let name = "amortised/20260301-20260331/2026040\(amortised)1442/r\(amortised)/manifest.json"
            #expect(
                bills.findings.filter { $0.code == .amortisedBill }.map(\.rendered) == [
                    """
                    \(name): warning[amortised-bill]: the bill of the azure account "8611537" from 2026-03-01 on is there \
                    as invoiced and amortised
                      = not billed: 2 rows, 90 USD, the amortised view
                      = billed instead: 1 row, 100 USD of \
                    actual/20260301-20260331/2026040\(actual)1442/r\(actual)/manifest.json
                    """
                ])
        }
    }

    @Test("without manifests the rows tell the view")
    func viewsByRows() throws {
        let reserved = ["PricingModel": "Reservation", "ReservationId": "r"]
        let purchase = reserved.merging(["ChargeType": "Purchase", "Cost": "100"]) { $1 }
        let covered = reserved.merging(["Cost": "0"]) { $1 }
        let spread = reserved.merging(["Cost": "60"]) { $1 }
        let idle = reserved.merging(["ChargeType": "UnusedReservation", "Cost": "40"]) { $1 }
        let folder = try InboxFolder()
        try folder.write("amortised.csv", BillText.ea.of(spread, idle, [:]).text, day: 9)
        try folder.write("actual.csv", BillText.ea.of(purchase, covered, [:]).text, day: 1)
        #expect(read(folder) == [110])
        try folder.remove("actual.csv")
        let alone = folder.costs()
        #expect(alone.book.controlTotals.map(\.read) == [110])
        #expect(
            alone.findings.first { $0.code == .amortisedBill }?.rendered == """
                amortised.csv: warning[amortised-bill]: expected the bill of the azure account "8611537" from 2026-03-01 \
                on as invoiced, found only the amortised view
                  = billed all the same: 3 rows, 110 USD
                  = its sum is not that of the provider's invoice; export the actual cost too, and that is billed
                """)
    }

    @Test("a purchase and a share of it in one file: as invoiced")
    func bothKinds() throws {
        let folder = try InboxFolder()
        try folder.write(
            "a.csv",
            BillText.ea.of(
                ["PricingModel": "Reservation", "ChargeType": "Purchase"], ["ChargeType": "UnusedReservation"]
            ).text)
        #expect(folder.costs().findings.filter { $0.code == .amortisedBill } == [])
    }

    @Test("exports of two subscriptions of one account are both billed; one of both replaces them")
    func scopes() throws {
        let folder = try InboxFolder()
        try folder.write("a.csv", BillText.ea.of(["SubscriptionId": "A", "Cost": "1"]).text, day: 1)
        try folder.write("b.csv", BillText.ea.of(["SubscriptionId": "B", "Cost": "2"]).text, day: 2)
        #expect(read(folder) == [3])
        let whole = BillText.ea.of(["SubscriptionId": "a", "Cost": "4"], ["SubscriptionId": "b", "Cost": "5"])
        try folder.write("c.csv", whole.text, day: 3)
        #expect(read(folder) == [9])
        #expect(statuses(folder) == [.superseded, .superseded, .imported])
    }

    @Test("a FOCUS bill of the same account is the same money, however the account is written")
    func focus() throws {
        let folder = try InboxFolder()
        try folder.write("ea.csv", BillText.ea.of([:]).text, day: 1)
        let account = "/providers/Microsoft.Billing/billingAccounts/8611537"
        let sub = "/subscriptions/11111111-aaaa-4bbb-8ccc-000000000001"
        try folder.write(
            "focus.csv",
            FOCUSText.of([
                "ProviderName": "Microsoft", "BillingAccountId": account, "SubAccountId": sub, "BillingCurrency": "USD",
                "BilledCost": "7",
            ]).text, day: 2)
        #expect(read(folder) == [7])
    }

    @Test("manifests of 2021-01-01 name neither export nor month: the folders do")
    func oldManifests() throws {
        let folder = try InboxFolder()
        for (month, days, cost) in [("03", "20260301-20260331", "3"), ("04", "20260401-20260430", "4")] {
            try folder.write(
                "export/\(days)/_manifest.json",
                """
                {"manifestVersion": "2021-01-01", "dataFormat": "csv", "blobCount": 1, "byteCount": 160769,
                 "dataRowCount": 1, "blobs": [{"blobName": "export/\(days)/costs.csv", "byteCount": 160769,
                 "dataRowCount": 1, "headerRowCount": 1, "contentMD5": "x\(month)"}]}
                """)
            let period = ["BillingPeriodStartDate": "\(month)/01/2026", "BillingPeriodEndDate": ""]
            try folder.write("export/\(days)/costs.csv", BillText.ea.of(period.merging(["Cost": cost]) { $1 }).text)
        }
        #expect(read(folder) == [7])
        #expect(statuses(folder) == [.imported, .imported, .imported, .imported])
    }

    @Test("a header without rows is a bill of nothing")
    func headerOnly() throws {
        let folder = try InboxFolder()
        let file = try folder.write("empty.csv", "\u{FEFF}" + BillText.ea.text)
        #expect(try ProviderContent(of: file) == .bill(.azureCosts))
        let bills = folder.costs()
        #expect(bills.reports.map(\.status) == [.imported])
        #expect(bills.findings == [])
    }
}
