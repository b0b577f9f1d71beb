import BillingTerms
import Catalog
import Foundation
import Importing
import Metering
import Testing

/// What is set aside, why, and where it stands.
@Suite struct QuarantineTests {
    private static let header = "event_id,customer_id,project_id,meter,value,timestamp\n"

    @Test(arguments: [
        (
            "e,atlas,,storage,x1,2026-10-05T00:00:00Z", FindingCode.badNumber, 18,
            "\"x1\": not a decimal number (character 1)"
        ),
        (
            "e,atlas,,storage,\"1,234.5\",2026-10-05T00:00:00Z", .badNumber, 19,
            "\"1,234.5\": not a decimal number (character 2)"
        ),
        ("e,atlas,,storage,0x10,2026-10-05T00:00:00Z", .badNumber, 18, "\"0x10\": not a decimal number (character 2)"),
        ("e,atlas,,storage,NaN,2026-10-05T00:00:00Z", .badNumber, 18, "\"NaN\": not a decimal number (character 1)"),
        ("e,atlas,,storage, 1,2026-10-05T00:00:00Z", .badNumber, 18, "\" 1\": not a decimal number (character 1)"),
        (
            "e,atlas,,storage,1_000,2026-10-05T00:00:00Z", .badNumber, 18,
            "\"1_000\": not a decimal number (character 2)"
        ),
        (
            "e,atlas,,storage,1e99,2026-10-05T00:00:00Z", .badNumber, 18,
            "\"1e99\": the number has more than 38 digits before the point"
        ),
        ("e,atlas,,storage,,2026-10-05T00:00:00Z", .missingField, 18, "the row has no value"),
        ("e,atlas,,storage,1,", .missingField, 20, "the row has no time"),
        (
            "e,atlas,,storage,1,2026-02-29T00:00:00Z", .badTime, 20,
            "\"2026-02-29T00:00:00Z\": there is no such day or time of day"
        ),
        (
            "e,atlas,,storage,1,2026-02-28T00:00:00", .badTime, 20,
            "\"2026-02-28T00:00:00\": the time has no zone; give its source one in sources.yaml"
        ),
        (
            "e,atlas,,storage,1,1989-02-28T00:00:00Z", .badTime, 20,
            "\"1989-02-28T00:00:00Z\": the time lies outside the years 1990 to 2100"
        ),
        ("e,,,storage,1,2026-10-05T00:00:00Z", .missingField, 3, "the row names no customer"),
        ("e,atlas,,,1,2026-10-05T00:00:00Z", .missingField, 10, "the row names no meter"),
        (
            "e,borealis,,storage,1,2026-10-05T00:00:00Z", .missingField, 12,
            "the row names no project, and customer \"borealis\" has no default project"
        ),
        (
            "e,atlas,borealis-a,storage,1,2026-10-05T00:00:00Z", .unknownProject, 9,
            "customer \"atlas\" has no project \"borealis-a\""
        ),
        ("e,atlsa,,storage,1,2026-10-05T00:00:00Z", .unknownCustomer, 3, "no customer has the id \"atlsa\""),
        ("e,atlas,,storgae,1,2026-10-05T00:00:00Z", .unknownMeter, 10, "no meter is named \"storgae\""),
        ("e,atlas,,storage,1", .rowShape, 1, "expected 6 fields, found 5"),
        ("e,atlas,,storage,1,2026-10-05T00:00:00Z,x", .rowShape, 1, "expected 6 fields, found 7"),
    ])
    func everyReasonInCSV(_ row: String, _ code: FindingCode, _ column: Int, _ reason: String) throws {
        let good = "g,atlas,,storage,1,2026-10-05T00:00:00Z\n"
        let outcome = try Fixture().add("a.csv", Self.header + good + row + "\n" + good).run()
        let set = try #require(outcome.quarantine.first)
        #expect(outcome.quarantine.count == 1)
        #expect(set.code == code && set.line == 3 && set.column == column)
        #expect(set.reason == reason)
        #expect(set.original == row)
        #expect(outcome.reports[0].rowsRead == 3 && outcome.reports[0].rowsKept == 1)
        #expect(outcome.reports[0].isBalanced)
        let finding = try #require(outcome.findings.first)
        #expect(finding.code == code && finding.place?.line == 3 && finding.place?.column == column)
        #expect(finding.place?.excerpt == row)
    }

    @Test(arguments: [
        (
            #"{"id":"1","customer_id":"atlas","meter":"storage","value":true,"time":1791203400}"#,
            FindingCode.badNumber, "\"true\": not a decimal number (character 1)"
        ),
        (
            #"{"id":"1","customer_id":"atlas","meter":"storage","value":null,"time":1791203400}"#, .missingField,
            "the row has no value, and its meter does not count events"
        ),
        (
            #"{"id":"1","customer_id":"atlas","meter":"storage","value":1,"time":-1791203400}"#, .badTime,
            "\"-1791203400\": not a time: RFC 3339 (2026-10-05T12:00:00Z) or seconds, ms, µs or ns since 1970 are read"
        ),
        (
            #"{"id":"1","customer_id":{},"meter":"storage","value":1,"time":1791203400}"#, .malformedRecord,
            "expected a text or a number for \"customer_id\""
        ),
        (
            #"{"id":"1","customer_id":"atlas","meter":"storage","value":1,"value":2,"time":1791203400}"#,
            .malformedRecord, "expected every key once in an object, found \"value\" again"
        ),
        (#"[1,2]"#, .malformedRecord, "expected an object"),
        (#"{"id":"1","customer_id":"atlas",}"#, .malformedRecord, "expected a key in quotes, found \"}\""),
    ])
    func everyReasonInJSON(_ line: String, _ code: FindingCode, _ reason: String) throws {
        let good = #"{"id":"g","customer_id":"atlas","meter":"storage","value":1,"time":1791203400}"# + "\n"
        let outcome = try Fixture().add("a.jsonl", good + line + "\n" + good).run()
        let set = try #require(outcome.quarantine.first)
        #expect(outcome.quarantine.count == 1)
        #expect(set.code == code && set.line == 2 && set.column == nil)
        #expect(set.reason == reason)
        #expect(set.original == line)
        let byte = try #require(outcome.findings.first?.place?.byte)
        #expect(byte >= good.utf8.count && byte < good.utf8.count + line.utf8.count)
        #expect(outcome.reports[0].isBalanced && outcome.reports[0].rowsKept == 1)
    }

    @Test func aFindingReadsAsThePersonNeedsIt() throws {
        let rows = Self.header + "e1,atlas,,api-call,12,2026-03-04T00:00:00Z\n"
        let outcome = try Fixture().add("march.csv", rows).run()
        #expect(
            outcome.findings.map(\.rendered) == [
                """
                march.csv:2:11: error[unknown-meter]: no meter is named "api-call"
                  2 | e1,atlas,,api-call,12,2026-03-04T00:00:00Z
                    |           ^^^^^^^^
                  = nearest: "api-calls" (catalog/meters.yaml)
                  = row set aside; 12 units not billed
                """
            ])
    }

    @Test func manyRowsWithOneFaultAreFewFindings() throws {
        var text = Self.header
        for row in 0..<5_000 {
            text +=
                "e\(row),atlas,,api-call,2,2026-03-04T00:00:00Z\nf\(row),nobody\(row),,storage,1,2026-03-04T00:00:00Z\n"
        }
        let outcome = try Fixture(unknownCustomers: .create).add("a.csv", text).run()
        #expect(outcome.quarantine.count == 10_000)
        #expect(outcome.findings.count == 3 + 1 + 20 + 1)
        let messages = outcome.findings.map(\.message)
        #expect(messages.contains("5000 rows in all: no meter is named \"api-call\""))
        #expect(messages.contains("4980 more rows with other names"))
        #expect(outcome.findings.flatMap(\.notes).contains("rows set aside; 10000 units not billed"))
        #expect(outcome.result.unknownCustomers.count == 5_000)
    }

    @Test func policiesThatFail() throws {
        let bad = Self.header + "e1,atlas,,storage,x,2026-03-04T00:00:00Z\n"
        #expect(try Fixture().add("a.csv", bad).run().result.policyFailures.isEmpty)
        #expect(
            try Fixture(badRows: .fail).add("a.csv", bad).run().result.policyFailures.map(\.message) == [
                "1 row cannot be read"
            ])
        let stranger = Self.header + "e1,x,,storage,1,2026-03-04T00:00:00Z\n"
        #expect(
            try Fixture(unknownCustomers: .fail).add("a.csv", stranger).run().result.policyFailures.map(\.message)
                == ["1 row of unknown customers"])
        #expect(try Fixture(badRows: .fail).add("a.csv", stranger).run().result.policyFailures.isEmpty)
    }

    @Test(arguments: [
        (
            "a.csv",
            Array("event_id,customer_id,meter,value,timestamp\n1,atlas,storage,1,1791203400\n2,atlas,sto".utf8),
            "the file ends within its last row: expected 5 fields, found 3"
        ),
        (
            "a.csv",
            Array(
                "event_id,customer_id,meter,value,timestamp\n1,atlas,storage,1,1791203400\n2,\"atlas,storage,1,1791203400\n"
                    .utf8), "expected a closing quote, found the end of the text"
        ),
        (
            "a.jsonl",
            Array(
                "{\"id\":1,\"customer_id\":\"atlas\",\"meter\":\"storage\",\"value\":1,\"time\":1791203400}\n{\"id\":2,\"customer_id\":\"atl"
                    .utf8), "expected a closing quote, found the end of the text"
        ),
        (
            "a.json",
            Array(
                "[{\"id\":1,\"customer_id\":\"atlas\",\"meter\":\"storage\",\"value\":1,\"time\":1791203400},\n{\"id\":2}"
                    .utf8), "expected an element or the end of the array, found the end of the text"
        ),
        (
            "a.json",
            Array(
                "[{\"id\":1,\"customer_id\":\"atlas\",\"meter\":\"storage\",\"value\":1,\"time\":1791203400}\n{\"id\":2}]"
                    .utf8), "expected a comma or the end of the array"
        ),
        (
            "a.csv",
            Array("event_id,customer_id,meter,value,timestamp\n1,atlas,storage,1,1791203400\n2,atl\u{00}".utf8) + [
                0xFF, 0x0A,
            ], "expected UTF-8, found a byte 0xFF that cannot stand here"
        ),
    ])
    func aBrokenFileChangesNothing(_ name: String, _ bytes: [UInt8], _ message: String) throws {
        let good = Self.header + "g,atlas,,storage,1,2026-10-05T00:00:00Z\n"
        for threads in [1, 2] {
            let outcome = try Fixture().add("good.csv", good).add(name + "2", bytes: bytes).run(threads: threads)
            #expect(outcome.usage.map(\.sum) == [1])
            #expect(outcome.reports.map(\.status) == [.imported, .refused])
            #expect(outcome.reports[1].rowsRead == 0 && outcome.reports[1].isBalanced)
            #expect(outcome.findings.map(\.code) == [.brokenFile])
            #expect(outcome.findings.first?.message == message)
            #expect(outcome.findings.first?.notes == ["nothing of it is imported"])
            #expect(outcome.quarantine.isEmpty)
            #expect(outcome.reports[1].sha256.utf8.count == 64)
        }
    }

    @Test func rowsOfAnArchiveNameBothItAndTheirFile() throws {
        let good = Self.header + "a,atlas,,storage,1,2026-10-05T00:00:00Z\n"
        let bad = Self.header + "b,atlas,,storage,x,2026-10-05T00:00:00Z\n"
        let archive = Container.zip([("good.csv", Array(good.utf8)), ("bad.csv", Array(bad.utf8))])
        let outcome = try Fixture().add("a.zip", bytes: archive).run()
        let row = try #require(outcome.quarantine.first)
        #expect([row.file] == outcome.reports.map(\.path))
        #expect((row.entry, row.fileName, row.line) == ("bad.csv", "a.zip/bad.csv", 2))
        #expect(outcome.findings.first?.place?.file == "a.zip/bad.csv")
    }

    @Test func truncatedGzipAndMissingFiles() throws {
        let text = Self.header + (0..<2_000).map { "e\($0),atlas,,storage,1,2026-10-05T00:00:00Z\n" }.joined()
        let whole = Container.gzip(Array(text.utf8))
        var wrongSum = whole
        wrongSum[wrongSum.count - 6] ^= 1
        for bytes in [Array(whole.dropLast(9)), wrongSum, whole + [1, 2, 3]] {
            let outcome = try Fixture().add("a.gz", bytes: bytes).run()
            #expect(outcome.usage.isEmpty)
            #expect(outcome.reports.map(\.status) == [.refused])
            #expect(outcome.findings.map(\.code) == [.brokenFile])
        }
        let fixture = Fixture().add("a.csv", text)
        try FileManager.default.removeItem(atPath: fixture.files[0].path)
        #expect(try fixture.run().findings.map(\.code) == [.unreadableFile])
        #expect(try Fixture().add("a.csv", "a,b\n1,2\n").run().findings.map(\.code) == [.unknownFormat])
        #expect(try Fixture().add("a.csv", "").run().findings.map(\.code) == [.brokenFile])
    }
}
