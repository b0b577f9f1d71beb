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
            "id,customer_id,meter,time\n1,example,api-calls,2026-10-05T10:00:00Z\n", to: "inbox/few.csv")
        let answer = try workspace.billwright("import")
        #expect(
            answer.errorLines.contains(
                "  = a meter export has a customer, a meter, a value and a time; no column here is the value"))
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
