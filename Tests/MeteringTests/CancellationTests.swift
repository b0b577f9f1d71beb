import BillingTerms
import Catalog
import Foundation
import Importing
import Metering
import Testing

/// Events that are taken back: by rows that name them, and in bulk.
@Suite struct CancellationTests {
    private static let mark = "aflo.cancel_previous_resource_event"
    private static let header = "event_id,customer_id,project_id,meter,value,timestamp,region,tier,\(mark)\n"

    private func event(_ id: String, _ value: Int = 1, mark: String = "") -> String {
        "\(id),atlas,atlas-web,api-calls,\(value),2026-10-05T00:00:00Z,eu,gold,\(mark)\n"
    }
    private func cancellation(_ id: String) -> String { "\(id),,,,,,,,true\n" }

    private func calls(_ outcome: Fixture.Outcome) -> ExactDecimal? { outcome.usage.first?.sum }

    @Test(arguments: [1, 2, 4]) func aCancellationStandsBeforeItsEventOrBehindIt(threads: Int) throws {
        let parts = [event("1", 10), event("2", 5), cancellation("1"), event("3", 2)]
        for order in [[0, 1, 2, 3], [2, 0, 1, 3], [3, 2, 1, 0]] {
            let together = try Fixture().add("a.csv", Self.header + order.map { parts[$0] }.joined())
                .run(threads: threads)
            #expect(calls(together) == 7)
            #expect(together.reports.map(\.rowsKept) == [4])
            let unbilled = try #require(together.result.unbilled["a.csv"])
            #expect(unbilled.cancellations == 1 && unbilled.cancelled == 1 && unbilled.total == 2)
            // In files of their own, whichever is the earlier.
            let apart = Fixture()
            for (number, part) in order.enumerated() { apart.add("\(number).csv", Self.header + parts[part]) }
            #expect(calls(try apart.run(threads: threads)) == 7)
            #expect(try apart.run(threads: threads).findings.map(\.code) == [.cancelledEvents])
        }
    }

    @Test func randomOrdersGiveOneResult() throws {
        var random = SeededGenerator.fresh("cancellations in random order")
        for _ in 0..<20 {
            let count = Int.random(in: 1...60, using: &random)
            let cancelled = Set((0..<count).filter { _ in Int.random(in: 0..<3, using: &random) == 0 })
            // Events twice and cancellations twice now and then; some of events that there are not.
            var rows = (0..<count).map { event("e\($0)", $0 + 1) } + cancelled.map { cancellation("e\($0)") }
            rows += rows.filter { _ in Int.random(in: 0..<5, using: &random) == 0 } + [cancellation("none")]
            let expected = (0..<count).filter { !cancelled.contains($0) }.reduce(0) { $0 + $1 + 1 }
            let fixture = Fixture()
            let files = Int.random(in: 1...4, using: &random)
            let shuffled = rows.shuffled(using: &random)
            for file in 0..<files {
                let own = shuffled.enumerated().filter { $0.offset % files == file }.map(\.element)
                // Two files of the same bytes would be one.
                fixture.add("\(file).csv", Self.header + event("file-\(file)", 0) + own.joined())
            }
            let options = MeterReadingOptions(chunkSize: Int.random(in: 50...5_000, using: &random), windowSize: 64)
            let outcome = try fixture.run(threads: 2, options: options)
            #expect(calls(outcome) ?? 0 == ExactDecimal(expected))
            var unbilled = UnbilledRows()
            for rows in outcome.result.unbilled.values { unbilled += rows }
            #expect(unbilled.cancelled == cancelled.count && unbilled.cancellations == cancelled.count + 1)
            let (read, kept) = outcome.reports.reduce((0, 0)) { ($0.0 + $1.rowsRead, $0.1 + $1.rowsKept) }
            #expect(read == rows.count + files && kept == count + cancelled.count + 1 + files)
            #expect(outcome.reports.allSatisfy { $0.isBalanced })
            #expect(outcome.findings.contains { $0.code == .unknownEvent })
        }
    }

    @Test func whatNamesNoEventIsTold() throws {
        let outcome = try Fixture().add("a.csv", Self.header + event("1") + cancellation("2") + cancellation("2")).run()
        #expect(calls(outcome) == 1)
        #expect(outcome.reports.map(\.rowsKept) == [2] && outcome.reports.map(\.rowsDuplicate) == [1])
        let finding = try #require(outcome.findings.first)
        #expect(finding.code == .unknownEvent && finding.severity == .warning && finding.place?.line == 3)
        #expect(finding.message == "the row cancels the event \"2\", which no file has brought")
        // Without an id nothing is named at all, and what is neither true nor false says nothing.
        let bad = try Fixture().add("a.csv", Self.header + cancellation("") + event("1", mark: "perhaps")).run()
        #expect(bad.quarantine.map(\.code) == [.missingField, .badCancellation])
        #expect(bad.reports.map(\.rowsQuarantined) == [2])
        for mark in ["false", "0", "no", ""] {
            #expect(calls(try Fixture().add("a.csv", Self.header + event("1", mark: mark)).run()) == 1)
        }
        for mark in ["true", "TRUE", "1", "yes"] {
            let text = Self.header + event("1") + event("1", 9, mark: mark)
            #expect(try Fixture().add("a.csv", text).run().usage.isEmpty)
        }
    }

    @Test func aConflictIsSettledFirst() throws {
        // The first content is kept, and cancelled; the second is set aside all the same.
        let outcome = try Fixture().add("a.csv", Self.header + event("1") + event("1", 2) + cancellation("1")).run()
        #expect(outcome.usage.isEmpty && outcome.quarantine.map(\.code) == [.eventConflict])
    }

    @Test func amberfloSendsTheEventAgain() throws {
        func event(_ id: String, _ rest: String) -> String {
            #"{"uniqueId":"\#(id)","customerId":"atlas","meterTimeInMillis":1791158400000,\#(rest)}"# + "\n"
        }
        func dimensions(_ mark: String) -> String {
            #""dimensions":{"region":"eu","tier":"gold","aflo.cancel_previous_resource_event":\#(mark)}"#
        }
        let one = #""meterApiName":"api-calls","meterValue":4"#
        let two = #""values":{"api-calls":4,"storage":8}"#
        for mark in ["true", "\"true\""] {
            // Alike records with other marks, so that none is taken for another.
            let lines =
                event("1", one + "," + dimensions("false")) + event("2", one + "," + dimensions("false"))
                + event("2", one + "," + dimensions(mark)) + event("3", one + "," + dimensions("false"))
            #expect(calls(try Fixture().add("a.jsonl", lines).run()) == 8)
            // Of an event of two meters: both, one, and all by the id alone.
            let several = event("1", two)
            let both = try Fixture().add("a.jsonl", several + event("1", two + "," + dimensions(mark))).run()
            #expect(both.usage.isEmpty && both.reports.map(\.rowsKept) == [4])
            let half = #""values":{"storage":1}"#
            let one = try Fixture().add("a.jsonl", several + event("1", half + "," + dimensions(mark))).run()
            #expect(one.usage.map(\.meter) == ["api-calls"])
            let all = try Fixture().add("a.jsonl", several + #"{"uniqueId":"1",\#(dimensions(mark))}"# + "\n").run()
            #expect(all.usage.isEmpty)
            #expect(all.result.unbilled["a.jsonl"]?.cancelled == 2)
        }
    }

    @Test func aMappedColumnMarksCancellations() throws {
        let source = Sources.Source(
            name: "desk", files: [], fields: [.identity: "ref", .cancel: "storno", .value: "amount"])
        let text = "ref,customer,meter,amount,timestamp,storno\n"
        let rows = "1,atlas,storage,3,1791158400,\n2,atlas,storage,5,1791158400,no\n2,,,,,yes\n"
        let fixture = try Fixture().add("a.csv", text.replacing("customer", with: "customer_id") + rows, source: source)
            .run()
        #expect(fixture.usage.map(\.sum) == [3])
        // A file of cancellations alone is one of events.
        let alone = try Fixture().add("a.csv", Self.header + event("7")).add("b.csv", "event_id,\(Self.mark)\n7,true\n")
            .run()
        #expect(alone.usage.isEmpty && alone.reports.map(\.status) == [.imported, .imported])
        #expect(alone.reports[1].firstSecond == alone.reports[0].firstSecond)
    }

    @Test func cloudEventsAreToldApartBySource() throws {
        func event(_ source: String, _ more: String = "") -> String {
            #"{"specversion":"1.0","id":"1","source":"\#(source)","type":"storage","subject":"atlas","time":"2026-10-05T00:00:00Z","data":{"value":1\#(more)}}"#
                + "\n"
        }
        let mark = #","aflo.cancel_previous_resource_event":"true""#
        let outcome = try Fixture().add("a.jsonl", event("x") + event("y") + event("x", mark)).run()
        #expect(outcome.usage.map(\.eventCount) == [1])
    }

    // MARK: In bulk

    private static let bulkRows =
        header + """
            1,atlas,atlas-web,api-calls,1,2026-10-05T00:00:00Z,eu,gold,
            2,atlas,atlas-web,api-calls,10,2026-10-06T00:00:00Z,us,gold,
            3,cetus,cetus-a,api-calls,100,2026-10-05T21:59:59Z,eu,,
            4,cetus,cetus-b,api-calls,1000,2026-10-05T22:00:00Z,eu,,
            5,borealis,borealis-a,storage,10000,2026-10-06T03:59:59Z,,,
            6,borealis,borealis-b,storage,100000,2026-10-06T04:00:00Z,,,

            """

    private static let sixth = CalendarDay(iso: "2026-10-06")
    private static let bulk: [(BulkCancellation, ExactDecimal)] = [
        (BulkCancellation(reason: "a meter", meters: ["storage"]), 1_111),
        (BulkCancellation(reason: "a customer", customers: ["cetus", "atlas"]), 110_000),
        (BulkCancellation(reason: "a project", projects: ["cetus-b"]), 110_111),
        (BulkCancellation(reason: "a dimension", dimensions: ["region": ["eu", "ap"]]), 110_010),
        (BulkCancellation(reason: "two", meters: ["api-calls"], dimensions: ["tier": ["gold"]]), 111_100),
        // The sixth begins at 22:00 UTC of the day before in Berlin, and at 04:00 UTC in New York.
        (BulkCancellation(reason: "from a day", from: sixth.map { .day($0) }), 10_101),
        (BulkCancellation(reason: "until a day", until: sixth.map { .day($0) }), 101_010),
        (
            BulkCancellation(
                reason: "instants", from: .instant(Timestamp(nanoseconds: 1_791_237_599_000_000_000)),
                until: .instant(Timestamp(nanoseconds: 1_791_237_600_000_000_000))), 111_011
        ),
        (BulkCancellation(reason: "ids", events: ["1", "6", "7"]), 11_110),
        (BulkCancellation(reason: "an id of a customer", customers: ["cetus"], events: ["1", "4"]), 110_111),
        (BulkCancellation(reason: "a source", sources: ["north"]), 0),
        (BulkCancellation(reason: "another source", sources: ["south"]), 111_111),
    ]

    @Test(arguments: bulk.indices) func filters(number: Int) throws {
        let (cancellation, left) = Self.bulk[number]
        let fixture = Fixture().add("a.csv", Self.bulkRows, source: Sources.Source(name: "north", files: []))
        fixture.workspace.cancellations = [cancellation]
        let outcome = try fixture.run()
        #expect(outcome.usage.reduce(ExactDecimal.zero) { $0 + $1.sum } == left, "\(cancellation.reason)")
        #expect(outcome.reports[0].rowsKept == 6 && outcome.reports[0].isBalanced)
        let finding = try #require(outcome.findings.first { $0.place?.file == "catalog/cancellations.yaml" })
        #expect(finding.notes.first == "reason: \(cancellation.reason)")
        #expect(finding.code == (left == 111_111 ? .unknownEvent : .cancelledEvents))
        #expect((outcome.result.unbilled["a.csv"]?.cancelledInBulk ?? 0 == 0) == (left == 111_111))
    }

    @Test func eachEventIsCancelledOnce() throws {
        let fixture = Fixture().add("a.csv", Self.bulkRows + cancellation("1"))
        fixture.workspace.cancellations = [
            BulkCancellation(reason: "first", customers: ["atlas"]),
            BulkCancellation(reason: "second", projects: ["atlas-web"]),
        ]
        let outcome = try fixture.run()
        let unbilled = try #require(outcome.result.unbilled["a.csv"])
        #expect(unbilled.cancelled == 1 && unbilled.cancelledInBulk == 1 && unbilled.cancellations == 1)
        let told = outcome.findings.map { "\($0.code.rawValue): \($0.message)" }
        #expect(
            told == [
                "cancelled-events: 1 event cancelled by rows that name it",
                "cancelled-events: 1 event cancelled in bulk",
                "unknown-event: the cancellation matches no event",
            ])
    }

    /// The rows behind an invoice's line are those that count.
    @Test func rowsBehindALineLeaveThemOut() throws {
        let fixture = Fixture().add("a.csv", Self.header + event("1") + event("2") + cancellation("2"))
        let query = UsageQuery(customer: "atlas", project: "atlas-web", meter: "api-calls", days: Fixture.year)
        let (rows, total) = try UsageImport.rows(files: fixture.files, workspace: fixture.workspace, query: query)
        #expect(total == 1 && rows.map(\.line) == [2])
    }
}
