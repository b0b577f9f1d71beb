import Foundation
import TestWorkspaces
import Testing

/// Cancellations, and events that nobody expects, through the program.
@Suite struct EventPolicyRunTests {
    private static let header =
        "event_id,customer_id,project_id,meter,value,timestamp,region,aflo.cancel_previous_resource_event\n"

    @Test func cancellationsAreCountedEverywhere() throws {
        let workspace = try Prepared.billed()
        try workspace.write(Self.header + "e2,,,,,,,true\n", to: "inbox/cancel.csv")
        try workspace.write(
            "cancellations:\n  - { reason: load test, projects: [example-data] }\n", to: "catalog/cancellations.yaml")
        let answer = try workspace.bill("2026-10", "--json")
        #expect(answer.code == 0)
        let rows = try #require(try answer.json()["usage_rows"] as? [String: Any])
        #expect(rows["read"] as? Int == 4 && rows["kept"] as? Int == 4)
        #expect(
            rows["unbilled"] as? [String: Int]
                == ["cancellations": 1, "cancelled": 1, "cancelled_in_bulk": 1, "ignored": 0])
        let manifest = try workspace.text("out/2026-10/run.json")
        #expect(manifest.contains("\"cancelled_in_bulk\" : 1"))
        #expect(manifest.contains("1 event cancelled in bulk"))
        let index = try workspace.text("out/2026-10/index.html")
        #expect(index.contains("cancelled or ignored") && index.contains("3 of the kept not billed"))
        // What is left of October is e1 alone, and the same whoever comes first.
        #expect(try workspace.billwright("usage", "--period", "2026-10", "--format", "csv").output.contains(",1,1500,"))
        // The cancellation is needed for as long as the month is billed.
        try workspace.remove("inbox/cancel.csv")
        let without = try workspace.bill("2026-10")
        #expect(without.code == 66 && without.errors.contains("error[input-missing]"))
    }

    @Test func theImportSaysWhatIsNotBilled() throws {
        let workspace = try Prepared.fresh()
        try workspace.write(Self.header + "e2,,,,,,,true\nx,,,,,,,true\n", to: "inbox/cancel.csv")
        let answer = try workspace.billwright("import", "--json")
        #expect(answer.code == 1)
        #expect(
            answer.firstError
                == "inbox/cancel.csv:3: warning[unknown-event]: the row cancels the event \"x\", which no file has brought"
        )
        let files = try #require(try answer.json()["files"] as? [[String: Any]])
        #expect((files[0]["unbilled"] as? [String: Int])?["cancellations"] == 2)
        #expect((files[1]["unbilled"] as? [String: Int])?["cancelled"] == 1)
        // Once more changes nothing.
        let ledger = try workspace.tree()["ledger.sqlite"]
        #expect(try workspace.billwright("import").code == 1)
        #expect(try workspace.tree()["ledger.sqlite"] == ledger)
    }

    @Test func unknownCustomersAreMade() throws {
        let workspace = try Prepared.billed()
        try workspace.replace(
            "unknown_customers: quarantine",
            by: "unknown_customers: create\nnew_customers: { plan: standard, tags: [new] }\n#",
            in: "billwright.yaml")
        let rows = """
            n1,new-co,,api-calls,5000,2026-10-09T10:00:00Z,eu,
            n2,new-co,,api-calls,1000,2026-10-08T10:00:00Z,eu,
            n3,"bad id",,api-calls,1,2026-10-08T10:00:00Z,eu,
            n4,taken,example-web,api-calls,1,2026-10-08T10:00:00Z,eu,
            n5,other,other-a,api-calls,1,2026-10-08T10:00:00Z,eu,
            n6,other,other-b,api-calls,1,2026-10-08T10:00:00Z,eu,

            """
        try workspace.write(Self.header + rows, to: "inbox/new.csv")
        let dry = try workspace.bill("2026-10", "--dry-run")
        #expect(dry.errors.contains("warning[customer-created]: the customer \"new-co\" would be made"))
        #expect(workspace.names("customers") == ["example.yaml"])

        let answer = try workspace.bill("2026-10")
        #expect(answer.code == 1)
        #expect(
            answer.firstError
                == "customers/new-co.yaml: warning[customer-created]: the customer \"new-co\" was made, on the plan \"standard\" from 2026-10-08"
        )
        #expect(workspace.names("customers") == ["example.yaml", "new-co.yaml", "other.yaml"])
        #expect(
            try workspace.text("customers/new-co.yaml") == """
                # Made by billwright, because an export named this customer (unknown_customers: create).
                id: "new-co"
                name: "new-co"
                tags: ['new']
                subscriptions:
                  - { plan: 'standard', from: 2026-10-08 }

                """)
        #expect(
            try workspace.text("customers/other.yaml").contains(
                "projects:\n  - { id: 'other-a' }\n  - { id: 'other-b' }"))
        #expect(workspace.names("out/2026-10").contains("new-co") && workspace.names("out/2026-10").contains("other"))
        #expect(answer.errors.contains("no customer has the id \"bad id\""))
        #expect(answer.errors.contains("no customer has the id \"taken\""))
        // They are customers now, and nothing is made twice.
        let again = try workspace.bill("2026-10")
        #expect(again.code == 1 && !again.errors.contains("customer-created"))
    }

    @Test func customersAreMadeOnTheDefaultPlan() throws {
        let workspace = try Prepared.fresh()
        try workspace.replace(
            "unknown_customers: quarantine", by: "unknown_customers: create\ndefault_plan: standard\n#",
            in: "billwright.yaml")
        try workspace.write(
            Self.header + "n1,new-co,,api-calls,5000,2026-10-09T10:00:00Z,eu,\n", to: "inbox/new.csv")
        let answer = try workspace.bill("2026-10")
        #expect(answer.firstError.hasSuffix("the customer \"new-co\" was made, on the default plan"))
        #expect(!(try workspace.text("customers/new-co.yaml").contains("subscriptions")))
        #expect(workspace.names("out/2026-10").contains("new-co"))
    }

    @Test func lateEventsAreToldUntilTheirMonthIsRunAgain() throws {
        let workspace = try Prepared.billed()
        let text = Self.header + "late,example,example-web,api-calls,90000,2026-10-08T10:00:00Z,eu,\n"
        try workspace.write(text, to: "inbox/late.csv")
        let told = "inbox/late.csv: warning[late-events]: 1 event of 2026-10 came after that was billed"
        #expect(try workspace.bill("2026-11").firstError == told)
        #expect(try workspace.bill("2026-11").firstError == told)
        #expect(!(try workspace.bill("2026-10").errors.contains("late-events")))
        #expect(!(try workspace.bill("2026-11").errors.contains("late-events")))
    }

    @Test func eventsOfTheFutureAreSetAside() throws {
        let workspace = try Prepared.fresh()
        let text = Self.header + "f,example,example-web,api-calls,1,2099-10-08T10:00:00Z,eu,\n"
        try workspace.write(text, to: "inbox/future.csv")
        let answer = try workspace.billwright("import")
        #expect(answer.code == 1)
        #expect(
            answer.firstError
                == "inbox/future.csv:2:35: error[future-event]: the time \"2099-10-08T10:00:00Z\" is still to come")
        try workspace.replace("on_bad_row", by: "future_events: keep\non_bad_row", in: "billwright.yaml")
        #expect(try workspace.billwright("import").code == 0)
    }

    /// 300 MB without a line end, of which the disk holds one block; what is read of it fits a small memory.
    @Test(arguments: [
        "event_id,customer_id,meter,value,timestamp\n1", "event_id,customer_id,meter,value,timestamp\n\"",
        #"{"id":"1","subject":"example","type":"api-calls","value":1,"time":1791158400}"# + "\n{\"id\":\"",
        #"[{"id":"1","subject":"example","type":"api-calls","value":1,"time":1791158400},{"id":""#, "{\"a\":\"",
    ])
    func aLineWithoutEnd(beginning: String) throws {
        let workspace = try Prepared.fresh()
        try workspace.write(beginning, to: "inbox/line")
        let handle = try #require(FileHandle(forWritingAtPath: workspace.root + "/inbox/line"))
        try handle.truncate(atOffset: 300 << 20)
        try handle.close()
        let answer = try Program.shell("ulimit -v 1500000; billwright import --workspace '\(workspace.root)'")
        #expect(answer.code == 1)
        #expect(answer.firstError.contains("error[broken-file]") || answer.firstError.contains("error[unknown-format]"))
    }
}
