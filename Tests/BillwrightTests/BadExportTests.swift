import Foundation
import TestWorkspaces
import Testing

/// Exports that are broken, strange or gone. What can be billed without guessing is billed and the exit code is 1; what
/// cannot stops the run with nothing published.
@Suite struct BadExportTests {
    private func expectRefused(_ workspace: TemporaryWorkspace, _ code: Int32, _ told: String) throws {
        let before = try Kept(workspace)
        let answer = try workspace.bill("2026-10")
        #expect(answer.code == code)
        #expect(answer.firstError == told)
        #expect(try Kept(workspace) == before)
    }

    /// The rest is billed as before.
    private func expectBilled(_ workspace: TemporaryWorkspace, _ told: String, due: String = "21.04") throws {
        let answer = try workspace.bill("2026-10")
        #expect(answer.code == 1)
        #expect(answer.firstError == told)
        #expect(try workspace.rows("out/2026-10/invoices.csv").first?["amount_due"] == due)
    }

    // MARK: Files that are passed over, with a finding

    @Test func unknownFormat() throws {
        let workspace = try Prepared.billed()
        try workspace.write("Dear colleagues,\nplease find attached\n", to: "inbox/letter.txt")
        try expectBilled(
            workspace,
            "inbox/letter.txt: error[unknown-format]: the content is neither a meter export nor a provider's bill")
    }

    /// A file that is nearly a meter export is told which field it lacks.
    @Test func exportWithoutAValue() throws {
        let workspace = try Prepared.billed()
        try workspace.write(
            "customer_id,meter,time\nexample,api-calls,2026-10-05T10:00:00Z\n", to: "inbox/few.csv")
        let answer = try workspace.billwright("import")
        #expect(
            answer.errorLines.contains(
                "  = a meter export has a customer, a meter, a value and a time; no column here is the value; events that "
                    + "are counted need none where they have an id"))
    }

    /// Events that count by being there need no column for a value, as JSON ones need no key; others are set aside.
    @Test func columnsWithoutAValue() throws {
        let workspace = try Prepared.fresh()
        try workspace.write(
            try workspace.text("catalog/meters.yaml")
                + "  - {id: sign-ins, name: Sign-ins, unit: sign-ins, aggregation: count}\n", to: "catalog/meters.yaml")
        try workspace.write(
            """
            id,customer_id,project_id,meter,time
            s1,example,example-web,sign-ins,2026-10-05T10:00:00Z
            s2,example,example-web,sign-ins,2026-10-05T11:00:00Z
            s2,example,example-web,sign-ins,2026-10-05T11:00:00Z
            a1,example,example-web,api-calls,2026-10-05T10:00:00Z

            """, to: "inbox/few.csv")
        let answer = try workspace.billwright("import")
        #expect(answer.code == 1)
        #expect(
            answer.firstError
                == "inbox/few.csv:5:1: error[missing-field]: the row has no value, and its meter does not count events")
        let usage = try workspace.billwright("usage", "-p", "2026-10", "--by", "meter", "--format", "csv")
        #expect(usage.output.contains("sign-ins,2"), "\(usage.output)")
    }

    /// A template that is broken stops a run before it begins, and `check` tells it too.
    @Test(arguments: [
        ("<p>{{title}}</p>\n{{#lines}}\n<p>{{/taxes}}</p>\n", "a section is closed that is not the one opened last"),
        ("<p>{{title}}</p>\n<p>{{due</p>\n", "a tag is not closed with the braces that opened it"),
        ("<p>{{title}}</p>\n{{#lines}}\n", "a section {{#…}} or {{^…}} is never closed"),
    ])
    func brokenTemplate(text: String, reason: String) throws {
        let workspace = try Prepared.fresh()
        try workspace.write(text, to: "templates/invoice.mustache")
        for answer in [try workspace.billwright("check"), try workspace.bill("2026-10")] {
            #expect(answer.code == 78)
            #expect(
                answer.firstError.firstMatch(of: /^templates\/invoice\.mustache:\d+:\d+: error\[invalid-value\]:/)
                    != nil, "\(answer.errors)")
            #expect(answer.firstError.hasSuffix("this is no Mustache template: \(reason)"), "\(answer.errors)")
        }
    }

    /// Two items that price the same usage are told by `check`, and no longer once the price says that it is meant.
    @Test func itemsThatPriceTheSameUsage() throws {
        let workspace = try Prepared.fresh()
        try workspace.write(
            "items:\n  - {id: surcharge, name: Surcharge, meter: api-calls}\n"
                + (try workspace.text("catalog/items.yaml")).replacing("items:\n", with: ""),
            to: "catalog/items.yaml")
        let plan = try workspace.text("catalog/plans/standard.yaml")
        func check(_ beside: String) throws -> Answer {
            try workspace.write(
                plan.replacing(
                    "    prices:\n",
                    with: "    prices:\n      - {item: surcharge, model: per-unit, unit_price: 0.001\(beside)}\n"),
                to: "catalog/plans/standard.yaml")
            return try workspace.billwright("check")
        }
        let told = try check("")
        #expect(told.code == 1)
        #expect(
            told.firstError.contains(
                "warning[price-overlap]: the item \"api-calls\" prices usage of \"api-calls\" that \"surcharge\" prices too"
            ), "\(told.errors)")
        #expect(try check(", beside: api-calls").code == 0)
    }

    @Test func emptyFiles() throws {
        let workspace = try Prepared.billed()
        try workspace.write("", to: "inbox/empty.csv")
        try expectBilled(
            workspace,
            "inbox/empty.csv: error[unknown-format]: the content is neither a meter export nor a provider's bill")
        try workspace.remove("inbox/empty.csv")
        try workspace.write("", to: "inbox/empty.csv.gz")
        try expectBilled(
            workspace,
            "inbox/empty.csv.gz: error[unknown-format]: the content is neither a meter export nor a provider's bill")
    }

    @Test func cutGzip() throws {
        let workspace = try Prepared.billed()
        let whole = [UInt8](
            try Data(
                contentsOf: URL(fileURLWithPath: Repository.samples + "/inbox/meters/identity/sign-ins-2026-10.csv.gz"))
        )
        try workspace.write(Array(whole.prefix(whole.count / 2)), to: "inbox/cut.csv.gz")
        try expectBilled(
            workspace,
            "inbox/cut.csv.gz (byte 22600): error[broken-file]: expected more compressed data, found the end of the file"
        )
    }

    @Test func cutCSV() throws {
        let workspace = try Prepared.billed()
        try workspace.write(
            SmallMonth.header + "c1,example,example-web,api-calls,1,2026-10-05T10:00:00Z,eu\nc2,example,example-w",
            to: "inbox/cut.csv")
        try expectBilled(
            workspace,
            "inbox/cut.csv: error[broken-file]: the file ends within its last row: expected 7 fields, found 3")
    }

    /// `early.csv` with an event of 0 calls, and `late.csv` with one of "many".
    private static let archive = """
        UEsDBBQAAAAAAAAAX10X5fl1eAAAAHgAAAAJAAAAZWFybHkuY3N2ZXZlbnRfaWQsY3VzdG9tZXJfaWQscHJvamVjdF9pZCxtZXRlcix2\
        YWx1ZSx0aW1lc3RhbXAscmVnaW9uCnoxLGV4YW1wbGUsZXhhbXBsZS13ZWIsYXBpLWNhbGxzLDAsMjAyNi0xMC0wNVQxMDowMDowMFos\
        ZXUKUEsDBBQAAAAAAAAAX13a5OkgewAAAHsAAAAIAAAAbGF0ZS5jc3ZldmVudF9pZCxjdXN0b21lcl9pZCxwcm9qZWN0X2lkLG1ldGVy\
        LHZhbHVlLHRpbWVzdGFtcCxyZWdpb24KejIsZXhhbXBsZSxleGFtcGxlLXdlYixhcGktY2FsbHMsbWFueSwyMDI2LTEwLTI1VDEwOjAw\
        OjAwWixldQpQSwECFAMUAAAAAAAAAF9dF+X5dXgAAAB4AAAACQAAAAAAAAAAAAAAgAEAAAAAZWFybHkuY3N2UEsBAhQDFAAAAAAAAABf\
        Xdrk6SB7AAAAewAAAAgAAAAAAAAAAAAAAIABnwAAAGxhdGUuY3N2UEsFBgAAAAACAAIAbQAAAEABAAAAAA==
        """

    @Test func badRowInAnArchive() throws {
        let workspace = try Prepared.billed()
        try workspace.write([UInt8](#require(Data(base64Encoded: Self.archive))), to: "inbox/month.zip")
        try expectBilled(
            workspace,
            "inbox/month.zip/late.csv:2:34: error[bad-number]: \"many\": not a decimal number (character 1)")
        let row = try workspace.rows("out/2026-10/quarantine.csv").first
        #expect(row?["file"] == "inbox/month.zip/late.csv")
        // The books know it by its archive, and take it for the same row when it is read again.
        #expect(try workspace.billwright("import").code == 1)
        #expect(try workspace.billwright("check").code == 0)
    }

    @Test func folderNamedLikeAFileAndLinks() throws {
        let workspace = try Prepared.billed()
        let files = FileManager.default
        try files.createDirectory(atPath: workspace.root + "/inbox/folder.csv.gz", withIntermediateDirectories: true)
        try files.moveItem(atPath: workspace.root + "/" + SmallMonth.file, toPath: workspace.root + "/elsewhere")
        try files.createSymbolicLink(
            atPath: workspace.root + "/inbox/link to events", withDestinationPath: "../elsewhere")
        #expect(try workspace.bill("2026-10").code == 0)
        #expect(try workspace.rows("out/2026-10/invoices.csv").first?["amount_due"] == "21.04")
        try files.createSymbolicLink(atPath: workspace.root + "/inbox/broken", withDestinationPath: "nowhere")
        try expectBilled(
            workspace, "inbox/broken: error[unreadable-file]: the file cannot be read: no such file or directory")
        try files.removeItem(atPath: workspace.root + "/inbox/broken")
        try files.createSymbolicLink(atPath: workspace.root + "/inbox/circle", withDestinationPath: ".")
        try expectBilled(workspace, "inbox/circle: warning[unknown-format]: a link to a folder that it stands in")
    }

    @Test func namesThatWouldDisturbATerminal() throws {
        let workspace = try Prepared.billed()
        try workspace.write("no export", to: "inbox/a\u{1B}[31m\nerror[x]: b.csv")
        let answer = try workspace.bill("2026-10")
        #expect(answer.code == 1)
        #expect(!answer.errors.contains("\u{1B}"))
        #expect(answer.firstError.contains("error[unknown-format]"))
    }

    @Test func replacedContent() throws {
        let workspace = try Prepared.billed()
        try workspace.write(
            SmallMonth.events + "e4,example,example-web,api-calls,90000,2026-10-08T10:00:00Z,eu\n", to: SmallMonth.file)
        try expectBilled(
            workspace,
            "inbox/meters/events.csv: warning[input-replaced]: the file holds other content than when it was imported",
            due: "59.60")
    }

    // MARK: Customers who are set aside

    @Test func missingExchangeRateParksOneCustomer() throws {
        let workspace = try Prepared.billed()
        try workspace.write(
            "id: second\nname: Second GmbH\nsubscriptions:\n  - { plan: standard, from: 2026-01-01 }\n",
            to: "customers/second.yaml")
        try workspace.replace("\"000000000000\"", by: "\"004512349876\"", in: "accounts.yaml")
        try workspace.overlay(from: Repository.samples + "/inbox/providers/aws", to: "inbox/providers/aws")
        let answer = try workspace.bill("2026-10")
        #expect(answer.code == 1)
        #expect(workspace.names("out/2026-10").filter { !$0.contains(".") } == ["second"])
        let manifest = try workspace.text("out/2026-10/run.json")
        #expect(manifest.contains("\"status\" : \"parked\""))
        #expect(
            answer.firstError
                == "customers/example.yaml:2:5: error[missing-rate]: no exchange rate from USD to EUR for 2026-10-31 or up to 31 days before"
        )
    }

    @Test func unpricedMeterParks() throws {
        let workspace = try Prepared.billed()
        try workspace.replace(
            "    dimensions: [region]\n",
            by: "    dimensions: [region]\n  - { id: logins, name: Logins, unit: login, aggregation: count }\n",
            in: "catalog/meters.yaml")
        try workspace.write(
            SmallMonth.header + "l1,example,example-web,logins,1,2026-10-05T10:00:00Z,eu\n", to: "inbox/logins.csv")
        let answer = try workspace.bill("2026-10")
        #expect(answer.code == 1)
        #expect(
            answer.firstError
                == "customers/example.yaml:2:5: error[unpriced-usage]: the plan \"standard\" has no price for the meter \"logins\""
        )
        #expect(workspace.names("out/2026-10").filter { !$0.contains(".") } == [])
    }

    // MARK: Nothing is billed

    @Test func missingInbox() throws {
        let workspace = try Prepared.billed()
        try workspace.remove("inbox")
        try expectRefused(workspace, 66, "inbox: error[unreadable-file]: the folder is not there or cannot be read")
    }

    @Test func anInputThatWasBilledFromIsGone() throws {
        let workspace = try Prepared.billed()
        try workspace.remove(SmallMonth.file)
        try expectRefused(
            workspace, 66,
            "inbox/meters/events.csv: error[input-missing]: an earlier run billed from this file, and it is gone")
        // Its bytes under any name will do.
        try workspace.write(SmallMonth.events, to: "inbox/Umzug/Oktober")
        #expect(try workspace.bill("2026-10").code == 0)
    }

    @Test(arguments: [
        (
            "on_bad_row: quarantine", "on_bad_row: fail",
            "b1,example,example-web,api-calls,\"1,5\",2026-10-05T10:00:00Z,eu",
            "inbox/z.csv:2:35: error[bad-number]: \"1,5\": not a decimal number (character 2)"
        ),
        (
            "unknown_customers: quarantine", "unknown_customers: fail",
            "b1,exmple,example-web,api-calls,1,2026-10-05T10:00:00Z,eu",
            "inbox/z.csv:2:4: error[unknown-customer]: no customer has the id \"exmple\""
        ),
        (
            "on_conflict: keep-first", "on_conflict: fail",
            "e1,example,example-web,api-calls,7,2026-10-05T10:00:00Z,eu",
            "inbox/z.csv:2:1: error[event-conflict]: the event \"e1\" has other content in inbox/meters/events.csv:2"
        ),
    ])
    func strictPolicies(old: String, new: String, row: String, told: String) throws {
        let workspace = try Prepared.billed()
        try workspace.replace(old, by: new, in: "billwright.yaml")
        try workspace.write(SmallMonth.header + row + "\n", to: "inbox/z.csv")
        try expectRefused(workspace, 65, told)
    }

    @Test func aManifestThatNamesAMissingPart() throws {
        let workspace = try Prepared.billed()
        try workspace.replace("\"000000000000\"", by: "\"004512349876\"", in: "accounts.yaml")
        try workspace.overlay(from: Repository.samples + "/inbox/providers/aws", to: "inbox/providers/aws")
        let month = "inbox/providers/aws/kaikante-cur/20261001-20261101/"
        try workspace.remove(month + "20261103T041500Z/kaikante-cur-00002.csv.gz")
        let answer = try workspace.bill("2026-10")
        #expect(answer.code == 1)
        #expect(
            answer.firstError
                == "inbox/providers/aws/kaikante-cur/20261001-20261101/kaikante-cur-Manifest.json: error[missing-part]: expected 2 parts, found 1"
        )
    }
}

extension TemporaryWorkspace {
    /// Copies the files of a folder below `to`.
    func overlay(from folder: String, to target: String) throws {
        for (path, bytes) in try TestFiles.all(in: folder) { try write(bytes, to: target + "/" + path) }
    }
}
