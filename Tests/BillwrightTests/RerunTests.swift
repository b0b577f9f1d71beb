import Foundation
import TestWorkspaces
import Testing

/// A period may be run again by anyone, on any machine, after any other: the same inputs give the same bytes.
@Suite struct RerunTests {
    /// The sample's October, billed with one thread.
    private static let october = Result {
        let workspace = try TemporaryWorkspace.sample()
        #expect(try workspace.bill("2026-10", "--threads", "1").code == 1)
        return workspace
    }

    @Test func aSecondRunOnFourThreadsChangesNoByte() throws {
        let workspace = try Self.october.get().copy()
        let (out, ledger) = (try workspace.tree("out"), try workspace.tree()["ledger.sqlite"])
        let answer = try workspace.bill("2026-10", "--threads", "4")
        #expect(answer.code == 1)
        #expect(try workspace.tree("out") == out)
        #expect(try workspace.tree()["ledger.sqlite"] == ledger)
    }

    /// Exports under other names and in other folders: what a customer gets is the same but for the workbook's list of the
    /// files that it was made from, which names each file as it is now.
    @Test func namesAndFoldersOfExportsDoNotMatter() throws {
        let workspace = try TemporaryWorkspace.sample()
        let files = FileManager.default
        // A source that is mapped by its path, and AWS's manifest, which names its parts, stay as they are.
        let moved = try workspace.tree("inbox").keys.filter { !$0.contains("service-desk") && !$0.contains("/aws/") }
        try files.createDirectory(atPath: workspace.root + "/inbox/neu", withIntermediateDirectories: true)
        for (number, path) in moved.sorted(by: >).enumerated() {
            let name = number % 2 == 0 ? "neu/\(number)" : "z \(number) – é.\(number)"
            try files.moveItem(atPath: workspace.root + "/inbox/" + path, toPath: workspace.root + "/inbox/" + name)
        }
        #expect(try workspace.bill("2026-10").code == 1)

        let (before, after) = (try Self.october.get().tree("out/2026-10"), try workspace.tree("out/2026-10"))
        let differing = before.keys.filter { before[$0] != after[$0] }.sorted()
        #expect(before.keys.sorted() == after.keys.sorted())
        // Every invoice's CSV and page, invoices.csv and lines.csv are the same bytes. Workbooks have a sheet that lists the
        // files behind the invoice; the run's own files name them too.
        let naming = ["index.html", "quarantine.csv", "reconciliation.csv", "run.json"]
        #expect(differing.filter { !$0.hasSuffix(".xlsx") } == naming)
    }

    @Test func theBalanceOfACreditIsCarriedOn() throws {
        let workspace = try TemporaryWorkspace.small(events: "")
        try workspace.replace(
            "amount: 50.00, from: 2026-01-01", by: "amount: 200.00, from: 2026-09-01",
            in: "customers/example.yaml")
        try workspace.replace(
            "subscriptions:\n  - plan: standard\n    from: 2026-01-01",
            by: "subscriptions:\n  - plan: standard\n    from: 2026-09-01", in: "customers/example.yaml")
        // 74.00 a month; 10 % off for three months: 66.60 net. 200.00 of credit last for three months and leave 0.20.
        let expected = [
            ("2026-09", "7.40", "66.60", "0.00"), ("2026-10", "7.40", "66.60", "0.00"),
            ("2026-11", "7.40", "66.60", "0.00"), ("2026-12", "0.00", "0.20", "87.82"),
        ]
        var first: [String: [String: [UInt8]]] = [:]
        for (period, discount, credit, due) in expected {
            #expect([0, 1].contains(try workspace.bill(period).code))
            let row = try #require(try workspace.rows("out/\(period)/invoices.csv").first)
            #expect(row["discounts"] == discount, "\(period)")
            #expect(row["promotional_credit"] == credit, "\(period)")
            #expect(row["amount_due"] == due, "\(period)")
            first[period] = try workspace.tree("out/\(period)")
        }
        // Again, and not in order: no credit is taken twice, and no promotion gets a fourth month.
        for period in ["2026-10", "2026-12", "2026-09", "2026-10"] {
            _ = try workspace.bill(period)
            #expect(try workspace.tree("out/\(period)")["invoices.csv"] == first[period]?["invoices.csv"], "\(period)")
        }
        #expect(try workspace.billwright("check").code == 0)
    }

    @Test func aCommitmentIsSpentOnce() throws {
        let workspace = try TemporaryWorkspace.small(events: "")
        try workspace.replace(
            "promotions:\n  - { promotion: welcome }\ncredits:\n  - { id: example-start, name: Starting credit, kind: promotional, amount: 50.00, from: 2026-01-01 }\n",
            by: "", in: "customers/example.yaml")
        try workspace.replace(
            "    from: 2026-01-01\n", by: "    from: 2026-09-01\n    commitment: {amount: 300.00, periods: 3}\n",
            in: "customers/example.yaml")
        // 74.00 a month; after three months 300.00 − 222.00 = 78.00 are missing, in the fourth nothing is.
        let expected = [
            ("2026-09", "74.00"), ("2026-10", "74.00"), ("2026-11", "152.00"), ("2026-12", "74.00"),
        ]
        var first: [String: [UInt8]] = [:]
        for (period, net) in expected {
            _ = try workspace.bill(period)
            let row = try #require(try workspace.rows("out/\(period)/invoices.csv").first)
            #expect(row["total_without_tax"] == net, "\(period)")
            first[period] = try workspace.tree("out/\(period)")["invoices.csv"]
        }
        for period in ["2026-11", "2026-09", "2026-10", "2026-11"] {
            _ = try workspace.bill(period)
            #expect(try workspace.tree("out/\(period)")["invoices.csv"] == first[period], "\(period)")
        }
        #expect(try workspace.billwright("check").code == 0)
    }

    /// A child's usage counts in its own zone and stands on its parent's invoice; `explain` finds its rows.
    @Test func aParentIsBilledForItsChildren() throws {
        let workspace = try TemporaryWorkspace.small(
            events: SmallMonth.events + "e4,branch,branch,api-calls,5000,2026-10-31T23:30:00Z,eu\n")
        try workspace.write(
            "id: branch\nname: Branch\nparent: example\nzone: Europe/London\nsubscriptions: [{plan: standard, from: 2026-01-01}]\n",
            to: "customers/branch.yaml")
        #expect(try workspace.bill("2026-10").code == 0)
        let lines = try workspace.rows("out/2026-10/lines.csv")
        // 23:30 UTC on the 31st is still October in London, and November in Berlin: 4,000 × 0.0004 = 1.60.
        let branch = lines.filter { $0["project"] == "branch" && $0["item"] == "api-calls" && $0["tier"] != "included" }
        #expect(branch.map { $0["gross"] } == ["1.60"])
        #expect(workspace.names("out/2026-10").contains("branch") == false)
        #expect(
            try workspace.rows("out/2026-10/invoices.csv").map { $0["customer"] ?? "" }.allSatisfy { $0 == "example" })
        let number = try #require(branch.first?["line"])
        let explained = try workspace.billwright("explain", "2026-10/example", number)
        #expect(explained.output.contains("1 source row:"))
        #expect(try workspace.billwright("check").code == 0)
    }

    /// `check` works out the examples of plans, and tells those that do not hold.
    @Test func checkTellsOfExamplesThatDoNotHold() throws {
        let workspace = try TemporaryWorkspace.small()
        let plan = try workspace.text("catalog/plans/standard.yaml")
        func check(_ total: String) throws -> Answer {
            try workspace.write(
                plan
                    + "examples:\n  - name: A month\n    period: 2026-10\n    usage: [{meter: api-calls, quantity: 3000}]\n    expect: {total: \(total)}\n",
                to: "catalog/plans/standard.yaml")
            return try workspace.billwright("check")
        }
        // 49.00 + (3,000 − 1,000) × 0.0004 = 49.80.
        #expect(try check("49.80").code == 0)
        let differing = try check("49.90")
        #expect(differing.code == 1)
        #expect(differing.errors.contains("expected 49.90 EUR, found 49.80 EUR"))
    }

    /// One command line, run daily, serves every plan: it bills what closes on that day.
    @Test(arguments: [
        ("day", "2026-10-05", ["2026-10-05 2026-10-05"]), ("week", "2026-W41", ["2026-10-05 2026-10-11"]),
        ("week", "2026-10-11", ["2026-10-05 2026-10-11"]), ("week", "2026-10-10", []),
        ("month", "2026-10-31", ["2026-10-01 2026-10-31"]), ("month", "2026-10-30", []),
        ("month", "2026-Q4", ["2026-10-01 2026-10-31", "2026-11-01 2026-11-30", "2026-12-01 2026-12-31"]),
        ("year", "2026-12-31", ["2026-01-01 2026-12-31"]), ("year", "2026", ["2026-01-01 2026-12-31"]),
        ("year", "2026-10", []),
    ])
    func periodsThatCloseAreBilled(plan: String, run: String, billed: [String]) throws {
        let workspace = try TemporaryWorkspace.small()
        try workspace.replace("period: month ", by: "period: \(plan) ", in: "catalog/plans/standard.yaml")
        #expect(try workspace.bill(run).code == 0)
        let lines = try workspace.rows("out/\(run)/lines.csv")
        let periods = Set(lines.map { "\($0["period_start"] ?? "") \($0["period_last_day"] ?? "")" })
        #expect(periods == Set(billed))
    }

    @Test(arguments: [
        ("yesterday", "2026-10-31"), ("last-week", "2026-W43"), ("last-month", "2026-10"), ("last-year", "2025"),
    ])
    func relativePeriods(period: String, name: String) throws {
        let workspace = try TemporaryWorkspace.small()
        let answer = try workspace.bill(period, "--as-of", "2026-11-01", "--json")
        #expect(answer.code == 0)
        #expect(try answer.json()["period"] as? String == name)
        #expect(workspace.names("out") == [name])
    }

    /// It is already tomorrow on Kiritimati when it is still yesterday on Howland Island.
    @Test func yesterdayIsTheMachinesYesterday() throws {
        let workspace = try TemporaryWorkspace.small()
        let days = try ["Etc/GMT-14", "Etc/GMT+12"].map { zone in
            try workspace.billwright("run", "--period", "yesterday", "--dry-run", "--json", environment: ["TZ": zone])
                .json()["first_day"] as? String
        }
        #expect(days[0] != days[1])
    }

    /// A month that was billed as part of a year no longer counts by itself, and the other way round; it is told.
    @Test func overlappingPeriodsReplaceEachOther() throws {
        let workspace = try TemporaryWorkspace.small()
        #expect(try workspace.bill("2026-10").code == 0)
        let year = try workspace.bill("2026")
        #expect(year.code == 1)
        #expect(
            year.firstError
                == "warning[later-drafts]: the drafts of 2026-10 for \"example\" bill the same days and no longer count"
        )
        #expect(try workspace.billwright("check").code == 0)
        #expect(try workspace.bill("2026-10-31").code == 1)
        #expect(try workspace.bill("2026-10").code == 1)
        #expect(try workspace.bill("2026-10").code == 0)
        #expect(try workspace.billwright("check").code == 0)
        let invoice = try #require(try workspace.rows("out/2026-10/invoices.csv").first)
        #expect(invoice["amount_due"] == "21.04")
    }

    /// The same files under the same configuration are hashed and not read: what is said of them is what is booked.
    @Test func aKnownInboxIsNotReadAgain() throws {
        let workspace = try Prepared.fresh()
        let first = try workspace.billwright("import", "--json")
        let books = try workspace.tree()["ledger.sqlite"]
        let again = try workspace.billwright("import", "--json")
        #expect(again.output == first.output)
        #expect(try workspace.tree()["ledger.sqlite"] == books)
        // One digit of one row: other bytes of the same length are read.
        let path = SmallMonth.file
        let text = try TestFiles.text(workspace.root + "/" + path)
        let row = try #require(text.split(separator: "\n").last)
        let digit = try #require(row.lastIndex { "12345678".contains($0) })
        var changed = text
        let next = UInt8(row[digit].asciiValue ?? 0) + 1
        changed.replaceSubrange(digit...digit, with: String(UnicodeScalar(next)))
        try workspace.write(changed, to: path)
        let replaced = try workspace.billwright("import", "--json")
        #expect(replaced.code == 1)
        #expect(replaced.errors.contains("warning[input-replaced]"))
        // So are the same bytes under another configuration.
        try workspace.write(text, to: path)
        #expect(try workspace.billwright("import").code <= 1)
        let meters = try TestFiles.text(workspace.root + "/catalog/meters.yaml")
        try workspace.write(meters + "\n# another configuration\n", to: "catalog/meters.yaml")
        #expect(try workspace.billwright("import").code == 0)
    }
}
