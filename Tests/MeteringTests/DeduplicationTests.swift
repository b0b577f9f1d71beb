import BillingTerms
import Catalog
import Foundation
import Importing
import Metering
import Testing

/// Which events count when some are there twice.
@Suite struct DeduplicationTests {
    private static let header = "event_id,customer_id,project_id,meter,value,timestamp,region,tier,comment\n"

    private func row(
        _ id: String, _ value: String = "1", time: String = "2026-10-05T00:00:00Z", region: String = "eu",
        comment: String = "", meter: String = "api-calls"
    ) -> String {
        "\(id),atlas,atlas-web,\(meter),\(value),\(time),\(region),gold,\(comment)\n"
    }

    @Test func equalContentIsADuplicateHoweverItIsWritten() throws {
        let json =
            #"{"data":{"tier":"gold","region":"eu"},"value":"1.000","time":1791158400000,"meter":"api-calls","project_id":"atlas-web","customer_id":"atlas","id":"1"}"#
        let outcome = try Fixture()
            .add(
                "a.csv",
                Self.header + row("1") + row("1", "1.0") + row("1", "100e-2", time: "2026-10-05T02:00:00+02:00")
            )
            .add("b.csv", Self.header + row("1", comment: "delivered again") + row("2"))
            .add("c.jsonl", json + "\n").run()
        #expect(outcome.usage.map(\.sum) == [2])
        #expect(outcome.usage.map(\.eventCount) == [2])
        #expect(outcome.reports.map(\.rowsKept) == [1, 1, 0])
        #expect(outcome.reports.map(\.rowsDuplicate) == [2, 1, 1])
        #expect(outcome.quarantine.isEmpty)
        #expect(outcome.reports[0].firstSecond == 1_791_158_400 && outcome.reports[2].firstSecond == nil)
    }

    @Test(arguments: ["2", "1.01"])
    func otherContentIsAConflict(_ value: String) throws {
        for changed in [
            row("1", value), row("1", time: "2026-10-05T00:00:00.000000001Z"), row("1", region: "us"),
            row("1", meter: "storage"),
        ] {
            let outcome = try Fixture().add("a.csv", Self.header + row("1")).add("b.csv", Self.header + changed).run()
            #expect(outcome.usage.map(\.sum) == [1])
            #expect(outcome.reports.map(\.rowsQuarantined) == [0, 1])
            #expect(outcome.quarantine.map(\.code) == [.eventConflict])
            #expect(outcome.quarantine.map(\.reason) == ["the event \"1\" has other content in a.csv:2"])
        }
    }

    @Test func conflictsUnderEachPolicy() throws {
        // Contents A, B, A, C, B over two files.
        let first = Self.header + row("1", "1") + row("1", "2")
        let second = Self.header + row("1", "1") + row("1", "3") + row("1", "2")
        for (policy, sum, kept, duplicate, set) in [
            (ConflictPolicy.keepFirst, 1, [1, 0], [0, 1], [1, 2]), (.fail, 1, [1, 0], [0, 1], [1, 2]),
            (.keepLast, 2, [1, 0], [0, 1], [1, 2]),
        ] {
            for threads in [1, 2, 4] {
                let outcome = try Fixture(conflicts: policy).add("a.csv", first).add("b.csv", second).run(
                    threads: threads)
                #expect(outcome.usage.map(\.sum) == [ExactDecimal(sum)])
                #expect(outcome.reports.map(\.rowsKept) == kept)
                #expect(outcome.reports.map(\.rowsDuplicate) == duplicate)
                #expect(outcome.reports.map(\.rowsQuarantined) == set)
                #expect(outcome.quarantine.count == 3)
                #expect(
                    outcome.result.policyFailures.map(\.message)
                        == (policy == .fail ? ["3 rows in conflict with others"] : []))
            }
        }
    }

    @Test func sourcesHaveIdsOfTheirOwn() throws {
        let north = Sources.Source(name: "north", files: [])
        let south = Sources.Source(name: "south", files: [])
        let text = Self.header + row("1")
        let apart = try Fixture().add("a.csv", text, source: north).add("b.csv", text + row("2"), source: south).run()
        #expect(apart.usage.map(\.sum) == [3])
        let together = try Fixture().add("a.csv", text, source: north).add("b.csv", text + row("2"), source: north)
            .run()
        #expect(together.usage.map(\.sum) == [2])
        // CloudEvents say in each event where it comes from.
        func event(_ source: String) -> String {
            #"{"specversion":"1.0","id":"1","source":"\#(source)","type":"storage","subject":"atlas","time":"2026-10-05T00:00:00Z","data":{"value":1}}"#
                + "\n"
        }
        #expect(try Fixture().add("a.jsonl", event("x") + event("y") + event("x")).run().usage.map(\.eventCount) == [2])
    }

    @Test func rowsWithoutIdCountAsTheyComeAndAFileOnce() throws {
        let text = "customer_id,meter,value,timestamp\natlas,storage,1,1791158400\natlas,storage,1,1791158400\n"
        let outcome = try Fixture().add("a.csv", text).add("copy.csv", text).add(
            "b.csv", text + "atlas,storage,1,1791158400\n"
        ).run()
        #expect(outcome.usage.map(\.eventCount) == [5])
        #expect(outcome.reports.map(\.status) == [.imported, .sameContent, .imported])
        #expect(outcome.reports[0].sha256 == outcome.reports[1].sha256)
        #expect(outcome.reports.map(\.rowsRead) == [2, 0, 3])
        // An empty id is none.
        #expect(try Fixture().add("a.csv", Self.header + row("") + row("")).run().usage.map(\.eventCount) == [2])
    }

    @Test func digestsAreThoseOfTheFiles() throws {
        let text = Self.header + (0..<3_000).map { row("\($0)") }.joined()
        let expected = "sha256 of the whole file, whoever reads which chunk"
        for threads in [1, 2, 3] {
            let options = MeterReadingOptions(chunkSize: 7_001, windowSize: 999)
            let fixture = Fixture().add("a.csv", text).add("b.csv", bytes: [0xEF, 0xBB, 0xBF] + Array(text.utf8))
            let chunked = try fixture.run(threads: threads, options: options)
            let whole = try fixture.run(threads: 1, options: MeterReadingOptions(chunkSize: 1 << 27))
            #expect(chunked.reports.map(\.sha256) == whole.reports.map(\.sha256), "\(expected)")
            #expect(chunked.usage == whole.usage)
            #expect(chunked.reports.map(\.rowsKept) == [3_000, 0])
        }
    }
}
