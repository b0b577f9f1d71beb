import BillingTerms
import Catalog
import Foundation
import Importing
import Metering
import Testing

/// What becomes of rows that nobody expects: of unknown names, of the future, too late, or of a shape of their own.
@Suite struct EventPolicyTests {
    private static let header = "event_id,customer_id,project_id,meter,value,timestamp\n"

    private func event(_ id: String, _ value: Int = 1, day: String = "2026-10-05") -> String {
        "\(id),atlas,atlas-web,storage,\(value),\(day)T00:00:00Z\n"
    }

    // MARK: Unknown names

    @Test func unknownNamesAreIgnoredWhereAskedFor() throws {
        let strange = (1...7).map { "m\($0),atlas,,meter-\(8 - $0),1,1791158400\n" }.joined()
        let text = Self.header + event("1") + strange + "c,nobody,,storage,1,1791158400\nc,nobody,,strange,1,x\n"
        let fixture = Fixture().add("a.csv", text)
        #expect(try fixture.run().quarantine.count == 9)
        fixture.workspace.business.unknownMeters = .ignore
        fixture.workspace.business.unknownCustomers = .ignore
        for threads in [1, 3] {
            let outcome = try fixture.run(threads: threads, options: MeterReadingOptions(chunkSize: 60, windowSize: 64))
            #expect(outcome.quarantine.isEmpty && outcome.reports[0].rowsKept == 10)
            #expect(outcome.result.unbilled["a.csv"]?.ignored == 9)
            #expect(outcome.usage.map(\.sum) == [1])
            let notes = outcome.findings.filter { $0.code == .ignoredRows }
            #expect(
                notes.map(\.message) == [
                    "2 rows of unknown customers, such as \"nobody\"",
                    "7 rows of unknown meters, such as \"meter-1\", \"meter-2\", \"meter-3\", \"meter-4\", \"meter-5\"",
                ])
            #expect(notes.allSatisfy { $0.severity == .note })
        }
    }

    @Test func unknownMetersCanStopARun() throws {
        let fixture = Fixture().add("a.csv", Self.header + "m,atlas,,strange,1,1791158400\n")
        fixture.workspace.business.unknownMeters = .fail
        #expect(try fixture.run().result.policyFailures.map(\.message) == ["1 row of unknown meters"])
    }

    @Test func customersToBeMadeComeWithTheirFirstEventAndProjects() throws {
        let text =
            Self.header
            + "1,new,web,storage,1,2026-10-07T00:00:00Z\n2,new,api,storage,1,2026-10-05T00:00:00Z\n3,other,,storage,1,x\n"
        let fixture = Fixture(unknownCustomers: .create).add("a.csv", text)
        let unknown = try fixture.run().result.unknownCustomers
        #expect(unknown.count == 1)
        #expect(unknown["new"]?.firstEvent.description == "2026-10-05T00:00:00Z")
        #expect(unknown["new"]?.projects == ["web", "api"])
    }

    @Test func oneMeterOfSeveralMayBeUnknown() throws {
        let line =
            #"{"uniqueId":"1","customerId":"atlas","meterTimeInMillis":1791158400000,"values":{"storage":3,"strange":1,"seats":"x"}}"#
        let fixture = Fixture().add("a.jsonl", line + "\n")
        fixture.workspace.business.unknownMeters = .ignore
        let outcome = try fixture.run()
        #expect(outcome.usage.map(\.meter) == ["storage"])
        #expect(outcome.quarantine.map(\.code) == [.badNumber])
        #expect(outcome.reports[0].rowsRead == 3 && outcome.reports[0].rowsKept == 2)
    }

    // MARK: The future

    @Test func eventsOfTheFutureAreSetAsideUntilTheirTimeHasCome() throws {
        let text = Self.header + event("1", day: "2026-10-05") + event("2", day: "2026-10-06")
        let json =
            #"{"id":"3","subject":"atlas","type":"storage","value":1,"time":1791244800001}"# + "\n"
        let fixture = Fixture().add("a.csv", text).add("b.jsonl", json)
        let now = Timestamp(nanoseconds: 1_791_244_800_000_000_000)  // 2026-10-06T00:00:00Z, which is not yet later.
        let outcome = try fixture.run(options: MeterReadingOptions(latest: now))
        #expect(outcome.usage.map(\.eventCount) == [1, 1])
        #expect(outcome.quarantine.map(\.code) == [.futureEvent])
        #expect(outcome.quarantine.map(\.reason) == ["the time \"1791244800001\" is still to come"])
        #expect(try fixture.run().quarantine.isEmpty)
    }

    // MARK: Late

    private static let october = ServicePeriod(start: .first(year: 2026, month: 10), end: .first(year: 2026, month: 11))
    private static let november = ServicePeriod(
        start: .first(year: 2026, month: 11), end: .first(year: 2026, month: 12))

    /// October was billed from a.csv; b.csv came later, with an event and a cancellation.
    private func late(_ policy: LateEventPolicy) throws -> (Fixture, Set<String>) {
        let fixture = Fixture().add("a.csv", Self.header + event("1", 10) + event("2", 20))
        let inputs = Set(try fixture.run().reports.map(\.sha256))
        fixture.add("b.csv", Self.header + event("3", 40) + event("4", 80, day: "2026-11-02"))
        fixture.workspace.business.lateEvents = policy
        return (fixture, inputs)
    }

    private func billed(_ inputs: Set<String>, isIssued: Bool) -> BilledPeriods {
        BilledPeriods([
            "atlas": [BilledPeriods.Period(name: "2026-10", days: Self.october, isIssued: isIssued, inputs: inputs)]
        ])
    }

    @Test(arguments: LateEventPolicy.allCases) func draftsTakeLateEventsUp(policy: LateEventPolicy) throws {
        let (fixture, inputs) = try late(policy)
        let outcome = try fixture.run(billed: billed(inputs, isIssued: false))
        #expect(outcome.usage.map(\.sum) == [70, 80])
        let finding = try #require(outcome.findings.first)
        #expect(
            finding.rendered == """
                b.csv: warning[late-events]: 1 event of 2026-10 came after that was billed
                  = 40 GB
                  = run 2026-10 again: its drafts take that up
                """)
        // Once October was run again, b.csv is among its inputs.
        let again = inputs.union(outcome.reports.map(\.sha256))
        #expect(try fixture.run(billed: billed(again, isIssued: false)).findings.isEmpty)
    }

    @Test func anIssuedInvoiceStays() throws {
        let (reporting, inputs) = try late(.report)
        let told = try reporting.run(billed: billed(inputs, isIssued: true))
        #expect(told.usage.map(\.sum) == [70, 80])
        #expect(
            told.findings.first?.notes.last
                == "the invoice of 2026-10 is issued and stays as it is: it needs a correction")

        let (strict, _) = try late(.quarantine)
        let aside = try strict.run(billed: billed(inputs, isIssued: true))
        #expect(aside.usage.map(\.sum) == [30, 80])
        #expect(aside.quarantine.map(\.reason) == ["the event came after the invoice of 2026-10 was issued"])
        #expect(aside.reports.map(\.rowsQuarantined) == [0, 1] && aside.reports.allSatisfy { $0.isBalanced })
    }

    /// A late event is billed once, whatever is issued after it.
    @Test func theNextInvoiceTakesItOnce() throws {
        let (fixture, inputs) = try late(.nextInvoice)
        let open = try fixture.run(billed: billed(inputs, isIssued: true))
        #expect(open.usage.map(\.sum) == [30, 40, 80])
        #expect(open.usage.map(\.day.description) == ["2026-10-05", "2026-11-01", "2026-11-02"])
        #expect(open.findings.map(\.severity) == [.note])

        // November is issued with b.csv among its inputs: there the event stays.
        let all = inputs.union(open.reports.map(\.sha256))
        let both = BilledPeriods([
            "atlas": [
                BilledPeriods.Period(name: "2026-11", days: Self.november, isIssued: true, inputs: all),
                BilledPeriods.Period(name: "2026-10", days: Self.october, isIssued: true, inputs: inputs),
            ]
        ])
        #expect(try fixture.run(billed: both).usage.map(\.day.description) == open.usage.map(\.day.description))
        // And what comes after both is November's no more.
        fixture.add("c.csv", Self.header + event("5", 160))
        let third = try fixture.run(billed: both)
        #expect(third.usage.map(\.sum) == [30, 40, 80, 160])
        #expect(third.usage.last?.day.description == "2026-12-01")
    }

    @Test func aCancellationMayBeLateToo() throws {
        let mark = "event_id,aflo.cancel_previous_resource_event\n1,true\n"
        let (fixture, inputs) = try late(.report)
        fixture.add("c.csv", mark)
        let outcome = try fixture.run(billed: billed(inputs, isIssued: false))
        #expect(outcome.usage.map(\.sum) == [60, 80])
        #expect(
            outcome.findings.contains {
                $0.message == "1 event of 2026-10 cancelled by a file that came after that was billed"
            })
    }

    // MARK: Shapes

    @Test func booleansOfLikeRecordsAreTheirOwn() throws {
        let meters = [
            Meter(id: "storage", name: "Storage", unit: "GB", aggregation: .sum, dimensions: ["hot"])
        ]
        func line(_ id: Int, _ hot: String) -> String {
            #"{"id":"\#(id)","subject":"atlas","type":"storage","value":1,"time":1791158400,"hot":\#(hot)}"# + "\n"
        }
        let values = ["true", "true", "false", "null", "true", "\"true\""]
        let text = values.enumerated().map { line($0.offset, $0.element) }.joined()
        let outcome = try Fixture(meters: meters).add("a.jsonl", text).run()
        #expect(outcome.usage.map(\.dimensionValues) == [[""], ["false"], ["true"]])
        #expect(outcome.usage.map(\.sum) == [1, 1, 4])
    }

    @Test func aProjectMayStandInADimension() throws {
        let source = Sources.Source(name: "s", files: [], fields: [.project: "team"])
        let json =
            #"{"id":"1","customerId":"borealis","type":"api-calls","value":1,"time":1791158400,"dimensions":{"team":"borealis-b","region":"eu"}}"#
        let csv =
            "event_id,customer_id,meter,value,timestamp,region,team\n2,borealis,api-calls,1,1791158400,eu,borealis-a\n"
        let outcome = try Fixture().add("a.jsonl", json + "\n", source: source).add("b.csv", csv, source: source).run()
        #expect(outcome.usage.map(\.project) == ["borealis-a", "borealis-b"])
        #expect(outcome.usage.allSatisfy { $0.dimensionValues == ["eu", ""] })
    }

    @Test func joinedFilesCannotChangeAnId() throws {
        let row = event("1")
        let outcome = try Fixture().add("a.csv", Self.header + row + "\u{FEFF}" + row + row).run()
        #expect(outcome.reports[0].rowsKept == 1 && outcome.reports[0].rowsDuplicate == 1)
        #expect(outcome.quarantine.map(\.line) == [3] && outcome.quarantine.map(\.code) == [.malformedRecord])
    }

    @Test func aNameThatStandsTwiceIsRefused() throws {
        let text = "event_id,customer_id,meter,value,timestamp,value\n1,atlas,storage,1,1791158400,2\n"
        let outcome = try Fixture().add("a.csv", text).run()
        #expect(outcome.reports[0].status == .refused)
        #expect(
            outcome.findings.map(\.message) == ["expected one column \"value\" in the header, found two"])
    }

    @Test func aFileThatMayHaveBeenCutIsTold() throws {
        let text = Self.header + "1,atlas,,storage,1,2026-10-05T00:00:00Z"
        let outcome = try Fixture().add("a.csv", text).run()
        #expect(outcome.findings.map(\.code) == [.unfinishedRow] && outcome.reports[0].rowsKept == 1)
        let unused = Self.header.replacing("timestamp\n", with: "timestamp,note\n")
        #expect(
            try Fixture().add("a.csv", unused + "1,atlas,,storage,1,2026-10-05T00:00:00Z,x").run().findings.map(\.code)
                == [.unknownColumns])
        #expect(try Fixture().add("a.csv.gz", bytes: Container.gzip(Array(text.utf8))).run().findings.isEmpty)
        let source = Sources.Source(name: "s", files: [], mayLackFinalLineEnd: true)
        #expect(try Fixture().add("a.csv", text, source: source).run().findings.isEmpty)
    }

    @Test func longTextsAreNotKept() throws {
        let long = String(repeating: "x", count: 1_001)
        let csv = "event_id,customer_id,meter,value,timestamp,region\n1,atlas,api-calls,1,1791158400,\(long)\n"
        let outcome = try Fixture().add("a.csv", csv).run()
        #expect(outcome.quarantine.map(\.reason) == ["expected at most 1000 bytes for the dimension \"region\""])
        let megabyte = String(repeating: "k", count: 1 << 20)
        let usual = #"{"id":"1","subject":"atlas","type":"storage","value":1,"time":1791158400"#
        let notes = try Fixture().add("a.jsonl", usual + "}\n" + usual + ",\"\(megabyte)\":1}\n").run().findings
        #expect(notes.map(\.message) == ["nothing uses \"\(String(repeating: "k", count: 100))…\""])
    }

    /// Chunks that hold no line end are passed over; they were searched to the file's end, each of them.
    @Test func aFileOfOneLineIsReadOnce() throws {
        let text = Self.header + "1,atlas,,storage,1,2026-10-05T00:00:00Z\n\"" + String(repeating: "x", count: 300_000)
        let outcome = try Fixture().add("a.csv", text).run(options: MeterReadingOptions(chunkSize: 100, windowSize: 64))
        #expect(outcome.reports[0].status == .refused && outcome.reports[0].rowsRead == 0)
    }
}
