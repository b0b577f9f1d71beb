import Foundation
import TestWorkspaces
import Testing

/// What operators and scripts rely on: silence, exit codes, one JSON object.
@Suite struct ConventionTests {
    @Test func silenceMeansSuccess() throws {
        let workspace = try Prepared.fresh()
        for arguments in [["check"], ["import"], ["run", "--period", "2026-10"], ["run", "--period", "2026-10"]] {
            let answer = try Program.run(arguments + ["--workspace", workspace.root])
            #expect(answer.code == 0)
            #expect(answer.output == "", "\(arguments)")
            #expect(answer.errors == "", "\(arguments)")
        }
    }

    /// A workspace at a path that scripts get wrong.
    @Test func anyPathWillDo() throws {
        let folder = try TemporaryWorkspace(below: Scratch.folder)
        let root = folder.root + "/Abrechnung 2026 – «Süd» 'a'/가나/"
        let made = try Program.run(["init", root])
        #expect(made.code == 0)
        #expect(made.output.contains("made a workspace in \(root)"))
        try folder.write(SmallMonth.events, to: String(root.dropFirst(folder.root.count + 1)) + "inbox/é vents (1).CSV")
        #expect(try Program.run(["run", "-w", root, "-p", "2026-10"]).code == 0)
        #expect(FileManager.default.fileExists(atPath: root + "out/2026-10/example/example-web.xlsx"))
        let again = try Program.run(["init", root])
        #expect(again.code == 74)
        #expect(again.errors.contains("there is a workspace already: billwright.yaml exists"))
    }

    @Test func jsonIsOneObject() throws {
        let workspace = try Prepared.billed()
        let commands = [
            ["run", "-p", "2026-10"], ["run", "-p", "2026-10", "--dry-run"], ["check"], ["import"], ["status"],
            ["usage", "-p", "2026-10"], ["costs", "-p", "2026-10"], ["explain", "2026-10/example"],
            ["explain", "2026-10/example", "2"],
        ]
        for command in commands {
            let answer = try Program.run(command + ["--json", "--workspace", workspace.root])
            #expect(answer.code == 0)
            #expect(try answer.json()["format_version"] as? Int == 1, "\(command)")
            #expect(answer.output.filter { $0 == "\n" }.count == 1, "\(command)")
        }
        let run = try workspace.bill("2026-10", "--json").json()
        #expect(run["period"] as? String == "2026-10")
        #expect(run["amount_due"] as? [String: String] == ["EUR": "21.04"])
        #expect(run["is_unchanged"] as? Bool == true)
    }

    @Test func findingsAreSaidEvenWhenQuiet() throws {
        let workspace = try Prepared.fresh()
        try workspace.write("no export", to: "inbox/letter.txt")
        let loud = try workspace.bill("2026-10")
        let quiet = try workspace.bill("2026-10", "--quiet")
        #expect(loud.code == 1 && quiet.code == 1)
        #expect(quiet.errors == loud.errors)
    }

    @Test func aDryRunWritesNothing() throws {
        for workspace in [try Prepared.fresh(), try Prepared.billed()] {
            try workspace.write(
                SmallMonth.header + "x1,example,example-web,api-calls,90000,2026-10-09T10:00:00Z,eu\n",
                to: "inbox/x.csv")
            let before = try workspace.tree()
            #expect(try workspace.bill("2026-10", "--dry-run").code == 0)
            // Where October was billed, its new event is late for it, and said to be.
            let late: Int32 = before["ledger.sqlite"] == nil ? 0 : 1
            #expect(try workspace.bill("2026-11", "--dry-run").code == late)
            #expect(try workspace.billwright("import", "--dry-run").code == late)
            #expect(try workspace.billwright("usage", "--period", "2026-10").code == 0)
            #expect(try workspace.billwright("costs", "--period", "2026-10").code == 0)
            #expect(try workspace.tree() == before)
        }
    }

    @Test func importCountsEveryRow() throws {
        let workspace = try Prepared.fresh()
        let outside = try TemporaryWorkspace(below: Scratch.folder)
        let rows = """
            n1,example,example-web,api-calls,5,2026-10-08T10:00:00Z,eu
            e1,example,example-web,api-calls,1500,2026-10-05T10:00:00Z,eu
            n2,example,example-web,api-calls,five,2026-10-08T10:00:00Z,eu

            """
        try outside.write(SmallMonth.header + rows, to: "new.csv")
        let first = try workspace.billwright("import", outside.root + "/new.csv", "--json")
        #expect(first.code == 1)
        let files = try #require(try first.json()["files"] as? [[String: Any]])
        #expect(files.map { $0["path"] as? String } == ["inbox/meters/events.csv", "inbox/new.csv"])
        for file in files {
            let counts = ["read", "kept", "duplicate", "quarantined"].map { file[$0] as? Int ?? -1 }
            #expect(counts[0] == counts[1] + counts[2] + counts[3])
        }
        #expect(files.reduce(0) { $0 + ($1["read"] as? Int ?? 0) } == 6)
        #expect(files.reduce(0) { $0 + ($1["kept"] as? Int ?? 0) } == 4)
        #expect(outside.exists("new.csv"))
        #expect(workspace.exists("inbox/new.csv"))
        // Again: nothing new, and nothing changes.
        let before = try workspace.tree()
        let second = try workspace.billwright("import", outside.root + "/new.csv", "--json")
        #expect(second.output == first.output)
        #expect(try workspace.tree() == before)
    }

    @Test func importTakesNothingItCannotRead() throws {
        let workspace = try Prepared.fresh()
        let missing = try workspace.billwright("import", "/nowhere/at all.csv")
        #expect(missing.code == 66)
        #expect(missing.firstError.hasPrefix("/nowhere/at all.csv: error[input-missing]:"))
        try workspace.write("other", to: "elsewhere/events.csv")
        try workspace.write("first", to: "inbox/events.csv")
        let clash = try workspace.billwright("import", workspace.root + "/elsewhere/events.csv")
        #expect(clash.code == 74)
        #expect(clash.firstError.hasSuffix("inbox/events.csv holds something else already"))
        #expect(try workspace.text("inbox/events.csv") == "first")
    }

    @Test func status() throws {
        let before = try Prepared.fresh().billwright("status")
        #expect(before.output == "imported: 0 files, 0 rows kept, 0 set aside\nno period was run yet\n")
        let after = try Prepared.billed().billwright("status")
        #expect(
            after.output == """
                imported: 1 file, 3 rows kept, 0 set aside
                2026-10  run 1, complete, 3 drafts, due 21.04 EUR

                """)
    }

    @Test func explain() throws {
        let workspace = try Prepared.billed()
        try expectGolden(try workspace.billwright("explain", "2026-10/example").output, "explain-document.txt")
        try expectGolden(try workspace.billwright("explain", "2026-10/example", "2").output, "explain-line.txt")
        for (arguments, told) in [
            (["2026-10/exmple"], "Error: there is no document \"2026-10/exmple\"; nearest: 2026-10/example"),
            (["2026-10/example", "99"], "Error: 2026-10/example has no line 99; its lines: 1, 2, 3, 4, 5"),
            (["2026-11/example"], "Error: no documents of the period \"2026-11\"; periods that were run: 2026-10"),
        ] {
            let answer = try Program.run(["explain"] + arguments + ["-w", workspace.root])
            #expect(answer.code == 64)
            #expect(answer.firstError == told)
        }
    }

    @Test func usage() throws {
        let workspace = try Prepared.fresh()
        let csv = try workspace.billwright("usage", "-p", "2026-10", "--by", "project,meter", "--format", "csv")
        #expect(
            csv.output == """
                project,meter,events,quantity,unit,sum,max,distinct\r
                example-data,api-calls,1,700,calls,700,700,\r
                example-web,api-calls,2,4000,calls,4000,2500,\r

                """)
        let table = try workspace.billwright("usage", "-p", "2026-10", "--by", "region")
        #expect(
            table.output == """
                region  meter      events  quantity  unit    sum   max
                eu      api-calls       3      4700  calls  4700  2500

                """)
        let json = try workspace.billwright("usage", "-p", "2026-10", "--format", "json").json()
        #expect((json["usage"] as? [[String: Any]])?.first?["sum"] as? String == "4700")
        let wrong = try workspace.billwright("usage", "-p", "2026-10", "--by", "color")
        #expect(wrong.code == 64)
        #expect(
            wrong.firstError
                == "Error: no meter has a dimension \"color\"; --by takes customer, project, meter, day, month, region")
    }

    @Test func usageGroupedFilteredAndRanked() throws {
        let workspace = try Prepared.fresh()
        func usage(_ arguments: String...) throws -> String {
            try Program.run(["usage", "-w", workspace.root, "-p", "2026-10"] + arguments).output
        }
        #expect(
            try usage("--by", "project,month", "--top", "1") == """
                project      month    meter      events  quantity  unit    sum   max
                example-web  2026-10  api-calls       2      4000  calls  4000  2500
                (1 other)             api-calls       1       700  calls   700   700
                total                 api-calls       3      4700  calls  4700  2500

                """)
        #expect(
            try usage("--by", "day,dimension:region", "--project", "example-web", "--sort", "amount", "--format", "csv")
                == """
                day,dimension:region,meter,events,quantity,unit,sum,max,distinct\r
                2026-10-06,eu,api-calls,1,2500,calls,2500,2500,\r
                2026-10-05,eu,api-calls,1,1500,calls,1500,1500,\r

                """)
        #expect(try usage("--dimension", "region=us*") == "no usage, 2026-10-01 – 2026-10-31\n")
        #expect(
            try usage("--dimension", "region=e*", "--meter", "api-calls", "--by", "customer", "--format", "csv")
                .hasSuffix("\r\nexample,api-calls,3,4700,calls,4700,2500,\r\n"))
        let days = try Program.run([
            "usage", "-w", workspace.root, "--from", "2026-10-06", "--to", "2026-10-07", "--by", "meter", "--json",
        ]).json()
        #expect(days["from"] as? String == "2026-10-06" && days["to"] as? String == "2026-10-07")
        #expect((days["usage"] as? [[String: Any]])?.first?["events"] as? Int == 2)
        for (arguments, told) in [
            (["--meter", "api-cals"], "Error: no meter is named \"api-cals\"; nearest: \"api-calls\""),
            (["--dimension", "colour=red"], "Error: no dimension is named \"colour\"; known: region"),
        ] {
            let answer = try Program.run(["usage", "-w", workspace.root, "-p", "2026-10"] + arguments)
            #expect(answer.code == 64 && answer.firstError == told)
        }
    }

    /// Levels of two projects are two, and the total is what both are priced for.
    @Test func usageOfLevelsAddsUpOverProjects() throws {
        let workspace = try Prepared.fresh()
        try workspace.replace("aggregation: sum", by: "aggregation: max", in: "catalog/meters.yaml")
        #expect(
            try workspace.billwright("usage", "-p", "2026-10", "--by", "project").output == """
                project       meter      events  quantity  unit    sum   max
                example-data  api-calls       1       700  calls   700   700
                example-web   api-calls       2      2500  calls  4000  2500
                total         api-calls       3      3200  calls  4700  2500

                """)
    }

    @Test(arguments: [
        ["--nope"], ["run"], ["run", "--period", "2026-13"], ["run", "--period", "2026-10", "--as-of", "soon"],
        ["run", "--period", "2026-10", "--threads", "0"], ["run", "--period", "2026-10", "--lock-wait", "-1"],
        ["run", "--period", "0206-10"], ["run", "--period", "9999"], ["usage", "--period", "0206-10"], ["costs"],
        ["run", "--period", "2026-10", "--threads", "100000"], ["usage", "--period", "2026-10", "--threads", "0"],
        ["run", "--period", "last-year", "--as-of", "0001-01-01"], ["burn"],
    ])
    func wrongUsage(arguments: [String]) throws {
        let answer = try Program.run(arguments)
        #expect(answer.code == 64)
        #expect(answer.firstError.hasPrefix("Error: "))
    }

    @Test func versionAndHelp() throws {
        #expect(try Program.run(["--version"]).output.contains(/^\d+\.\d+\.\d+\n$/))
        let help = try Program.run(["--help"])
        #expect(help.code == 0)
        for command in ["init", "check", "import", "run", "explain", "usage", "costs", "status"] {
            #expect(help.output.contains("\n  \(command) "), "\(command)")
            #expect(try Program.run([command, "--help"]).code == 0)
        }
    }
}
