import BillingTerms
import FileFormats
import Importing
import Metering
import Testing

/// Which files of an inbox are billed, and what is said of the others.
@Suite struct ProviderDeliveryTests {
    private func read(_ folder: InboxFolder) -> [String: ExactDecimal] {
        Dictionary(uniqueKeysWithValues: folder.costs().book.controlTotals.map { ($0.currency.code, $0.read) })
    }

    private func statuses(_ folder: InboxFolder) -> [String: FileReport.Status] {
        Dictionary(uniqueKeysWithValues: folder.costs().reports.map { ($0.path, $0.status) })
    }

    private let keys = ["store/cur/acme/20260301-20260401/A1/acme-00001.csv", "store/cur/acme/20260301-20260401/A1/acme-00002.csv"]

    @Test("the parts of a manifest are found whatever the folders above are called")
    func prefixes() throws {
        for top in ["", "acme/", "providers/aws/20260301-20260401/", "store/cur/acme/20260301-20260401/"] {
            let folder = try InboxFolder()
            try folder.write(top + "acme-Manifest.json", manifest(assembly: "A1", parts: keys))
            try folder.write(top + "A1/acme-00001.csv", CURText.of("1").text)
            try folder.write(top + "A1/acme-00002.csv", CURText.of("2").text)
            #expect(read(folder) == ["USD": 3], "\(top)")
            #expect(folder.inbox.findings == [])
            #expect(folder.inbox.deliveries.count == 1)
        }
    }

    @Test("parts beside their manifest, without the folder of the assembly")
    func flat() throws {
        let folder = try InboxFolder()
        try folder.write("drop/acme-Manifest.json", manifest(assembly: "A1", parts: keys))
        try folder.write("drop/acme-00001.csv", CURText.of("1").text)
        #expect(statuses(folder).values.contains(.waiting))
        try folder.write("drop/acme-00002.csv", CURText.of("2").text)
        #expect(read(folder) == ["USD": 3])
    }

    @Test("data and metadata in two folders, with a bucket in the address")
    func dataExports() throws {
        let folder = try InboxFolder()
        try folder.write(
            "exports/metadata/BILLING_PERIOD=2026-03/f-Manifest.json",
            "{\"reportName\": \"f\", \"dataFiles\": [\"s3://bucket/x/exports/data/BILLING_PERIOD=2026-03/f-00001.csv.gz\"]}")
        try folder.write("exports/data/BILLING_PERIOD=2026-03/f-00001.csv.gz", gzipped(FOCUSText.of(["BilledCost": "5"]).text))
        #expect(read(folder) == ["EUR": 5])
        #expect(statuses(folder).values.allSatisfy { $0 == .imported })
    }

    @Test("blobs of an Azure export; the later run counts")
    func azureRuns() throws {
        let folder = try InboxFolder()
        for (run, cost) in [("r1", "5"), ("r2", "6")] {
            let stamp = run == "r1" ? "2026-04-04T14:42:00.0000000Z" : "2026-04-05T14:42:00.0000000Z"
            try folder.write(
                "focus/\(run)/manifest.json",
                """
                {"exportConfig": {"exportName": "focus"}, "runInfo": {"submittedTime": "\(stamp)", "runId": "\(run)",
                 "startDate": "2026-03-01"}, "blobs": [{"blobName": "focus/\(run)/part_0_0001.csv"}]}
                """, day: run == "r1" ? 9 : 1)
            try folder.write("focus/\(run)/part_0_0001.csv", FOCUSText.of(["BilledCost": cost]).text)
        }
        #expect(read(folder) == ["EUR": 6])
        #expect(statuses(folder)["focus/r1/part_0_0001.csv"] == .superseded)
    }

    @Test("a missing part holds the whole delivery back")
    func missingPart() throws {
        let folder = try InboxFolder()
        try folder.write("m/acme-Manifest.json", manifest(assembly: "A1", parts: keys))
        try folder.write("m/A1/acme-00001.csv", CURText.of("1").text)
        let bills = folder.costs()
        #expect(bills.book.controlTotals == [])
        #expect(bills.reports.map(\.status) == [.waiting, .waiting])
        #expect(bills.reports.map(\.rowsRead) == [0, 0])
        #expect(
            bills.findings.map(\.rendered) == [
                """
                m/acme-Manifest.json: error[missing-part]: expected 2 parts, found 1
                  = missing: store/cur/acme/20260301-20260401/A1/acme-00002.csv
                  = nothing of this delivery is billed until all its parts are there
                """
            ])
    }

    private func writeTwoAssemblies(_ folder: InboxFolder) throws {
        let current = keys.map { $0.replacingOccurrences(of: "A1", with: "A2") }
        try folder.write("m/acme-Manifest.json", manifest(assembly: "A2", parts: current))
        for (assembly, parts) in [("A1", keys), ("A2", current)] {
            try folder.write("m/\(assembly)/acme-Manifest.json", manifest(assembly: assembly, parts: parts), day: assembly == "A1" ? 9 : 1)
        }
        try folder.write("m/A1/acme-00001.csv", CURText.of("1").text, day: 9)
        try folder.write("m/A1/acme-00002.csv", CURText.of("2").text, day: 9)
        try folder.write("m/A2/acme-00001.csv", CURText.of("10").text)
        try folder.write("m/A2/acme-00002.csv", CURText.of("2").text)
    }

    @Test("the period's manifest names the assembly that counts; parts of others are never added")
    func twoAssemblies() throws {
        let folder = try InboxFolder()
        try writeTwoAssemblies(folder)
        #expect(read(folder) == ["USD": 12])
        #expect(
            statuses(folder) == [
                "m/acme-Manifest.json": .imported, "m/A2/acme-Manifest.json": .sameContent,
                "m/A1/acme-Manifest.json": .superseded, "m/A1/acme-00001.csv": .superseded,
                "m/A1/acme-00002.csv": .superseded, "m/A2/acme-00001.csv": .imported, "m/A2/acme-00002.csv": .imported,
            ])
        #expect(folder.costs().findings.map(\.code).filter { $0 == .superseded }.count == 1)
    }

    @Test("while the newest assembly is incomplete, the newest complete one counts")
    func incompleteNewest() throws {
        let folder = try InboxFolder()
        try writeTwoAssemblies(folder)
        try folder.remove("m/A2/acme-00002.csv")
        #expect(read(folder) == ["USD": 3])
        #expect(statuses(folder)["m/A2/acme-00001.csv"] == .waiting)
        #expect(folder.costs().findings.contains { $0.code == .missingPart && $0.severity == .error })
    }

    @Test("a broken part of the newest assembly changes nothing: the one before counts on")
    func brokenNewest() throws {
        let folder = try InboxFolder()
        try writeTwoAssemblies(folder)
        try folder.write("m/A2/acme-00002.csv", CURText.of("2").text + "\"open")
        #expect(read(folder) == ["USD": 3])
        #expect(statuses(folder)["m/A2/acme-00002.csv"] == .refused)
        #expect(statuses(folder)["m/A2/acme-00001.csv"] == .waiting)
        #expect(statuses(folder)["m/A1/acme-00001.csv"] == .imported)
    }

    @Test("parts of an assembly without manifest of its own are leftovers")
    func leftovers() throws {
        let folder = try InboxFolder()
        try folder.write("m/acme-Manifest.json", manifest(assembly: "A1", parts: keys))
        try folder.write("m/A1/acme-00001.csv", CURText.of("1").text)
        try folder.write("m/A1/acme-00002.csv", CURText.of("2").text)
        try folder.write("m/A0/acme-00001.csv", CURText.of("100").text, day: 9)
        try folder.write("m/A1/acme-00003.csv", CURText.of("100").text, day: 9)
        try folder.write("m/acme-00001.csv.gz", gzipped(CURText.of("1").text), day: 9)
        try folder.write(
            "m/february/acme-00001.csv",
            CURText.of("7", fields: ["bill/BillingPeriodStartDate": "2026-02-01T00:00:00Z"]).text)
        #expect(read(folder) == ["USD": 10])
        #expect(statuses(folder).filter { $0.value == .superseded }.keys.sorted() == ["m/A0/acme-00001.csv", "m/A1/acme-00003.csv", "m/acme-00001.csv.gz"])
    }

    @Test("without manifests the later file of a month counts, whatever the order and the names")
    func redelivery() throws {
        for names in [["a.csv", "b.csv"], ["b.csv", "a.csv"]] {
            let folder = try InboxFolder()
            try folder.write(names[0], CURText.of("1", "2").text, day: 3)
            try folder.write(names[1], CURText.of("1", "5").text, day: 4)
            #expect(read(folder) == ["USD": 6])
            let old = try #require(folder.costs().reports.first { $0.path == names[0] })
            #expect(old.status == .superseded)
            #expect((old.rowsRead, old.rowsKept, old.rowsDuplicate) == (2, 0, 2))
            #expect(old.billedCost == [:])
            #expect(
                folder.costs().findings.filter { $0.code == .superseded }.map(\.rendered) == [
                    """
                    \(names[0]): warning[superseded]: the bill of the aws account "012345678901" from 2026-03-01 on was \
                    delivered again
                      = not billed: 2 rows, 3 USD
                      = billed instead: 2 rows, 6 USD of \(names[1])
                    """
                ])
        }
    }

    @Test("a cost and usage report and a FOCUS bill of one month are the same money")
    func twoFormats() throws {
        let folder = try InboxFolder()
        try folder.write("cur.csv", CURText.of("1").text, day: 3)
        try folder.write(
            "focus.csv",
            FOCUSText.of(["ProviderName": "AWS", "BillingAccountId": "12345678901", "BillingCurrency": "USD", "BilledCost": "2"])
                .text, day: 4)
        #expect(read(folder) == ["USD": 2])
    }

    @Test("only what the later delivery covers is replaced")
    func partialReplacement() throws {
        let folder = try InboxFolder()
        try folder.write(
            "all.csv", FOCUSText.of(["BilledCost": "1"], ["BilledCost": "20", "BillingAccountId": "BA-2"]).text, day: 1)
        try folder.write("one.csv", FOCUSText.of(["BilledCost": "300"]).text, day: 2)
        #expect(read(folder) == ["EUR": 320])
        let partly = try #require(folder.costs().reports.first { $0.path == "all.csv" })
        #expect(partly.status == .imported)
        #expect((partly.rowsRead, partly.rowsKept, partly.rowsDuplicate) == (2, 1, 1))
        #expect(partly.billedCost == ["EUR": 20])
    }

    @Test("files of one folder that differ by a part number are one delivery")
    func numberedParts() throws {
        let folder = try InboxFolder()
        try folder.write("x/bill-00001.csv", CURText.of("1").text, day: 1)
        try folder.write("x/bill-00002.csv", CURText.of("2").text, day: 5)
        #expect(read(folder) == ["USD": 3])
        #expect(folder.inbox.deliveries.map(\.parts.count) == [2])
        try folder.write("y/bill-00001.csv", CURText.of("40").text, day: 6)
        #expect(read(folder) == ["USD": 40])
        try folder.write("y/bill-00001.csv", CURText.of("40").text, day: 4)
        #expect(read(folder) == ["USD": 3])
    }

    @Test("dates in names are no part numbers")
    func datedNames() throws {
        let folder = try InboxFolder()
        try folder.write("bill-20260308.csv", CURText.of("1").text, day: 1)
        try folder.write("bill-20260315.csv", CURText.of("2").text, day: 2)
        try folder.write("bill-2026-03.csv", CURText.of("4").text, day: 3)
        #expect(read(folder) == ["USD": 4])
    }

    @Test("a broken part of several holds the others back")
    func brokenLoosePart() throws {
        let folder = try InboxFolder()
        try folder.write("bill-00001.csv", CURText.of("1").text)
        try folder.write("bill-00002.csv", CURText.of("2").text + "\"open")
        #expect(read(folder) == [:])
        #expect(statuses(folder) == ["bill-00001.csv": .waiting, "bill-00002.csv": .refused])
    }

    @Test("the same bytes count once, under any name")
    func copies() throws {
        let folder = try InboxFolder()
        try folder.write("b.csv", CURText.of("1").text, day: 1)
        try folder.write("c.csv", CURText.of("2").text, day: 2)
        try folder.write("a.csv", CURText.of("1").text, day: 9)
        #expect(read(folder) == ["USD": 2])
        #expect(statuses(folder) == ["a.csv": .superseded, "b.csv": .sameContent, "c.csv": .imported])
        let parts = try InboxFolder()
        try parts.write("x/bill-00001.csv", CURText.of("1").text, day: 1)
        try parts.write("x/bill-00002.csv", CURText.of("2").text, day: 1)
        try parts.write("y/copy.csv", CURText.of("2").text, day: 9)
        try parts.write("z/bill-00001.csv", CURText.of("1").text, day: 9)
        try parts.write("z/bill-00002.csv", CURText.of("2").text, day: 9)
        #expect(read(parts) == ["USD": 3])
    }

    @Test("manifests are told by their keys")
    func otherJSON() throws {
        let folder = try InboxFolder()
        let notes = try folder.write("acme-Manifest.json", "{\"name\": \"acme\"}")
        #expect(try ProviderContent(of: notes) == nil)
    }

    @Test("the order of files, parts and rows changes nothing", arguments: 1...20)
    func order(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let folder = try InboxFolder()
        try writeTwoAssemblies(folder)
        try folder.write("x/bill-00001.csv", FOCUSText.of(["BilledCost": "0.1"], ["BilledCost": "1E-20"]).text)
        try folder.write("x/bill-00002.csv", FOCUSText.of(["BilledCost": "-3.25"], ["BilledCost": "?"]).text)
        try folder.write("y.csv", FOCUSText.of(["BilledCost": "7"]).text)
        let sorted = folder.costs(.acme)
        let shuffled = CostImport(
            ProviderInbox(folder.files.shuffled(using: &generator)), workspace: .acme, days: .always)
        #expect(sorted.reports == shuffled.reports)
        #expect(sorted.findings == shuffled.findings)
        #expect(sorted.quarantine == shuffled.quarantine)
        #expect(sorted.book.costs == shuffled.book.costs)
        #expect(sorted.book.unassigned == shuffled.book.unassigned)
        #expect(sorted.reports.filter { !$0.isBalanced } == [])
    }
}
