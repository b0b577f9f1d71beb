import BillingTerms
import Catalog
import Foundation
import Importing
import Metering
import Testing

/// The shapes in which exports come: whatever the names and the format, the usage is the same.
@Suite struct FormatTests {
    private func only(_ outcome: Fixture.Outcome) throws -> Usage {
        #expect(outcome.quarantine.isEmpty)
        #expect(outcome.reports.allSatisfy { $0.isBalanced })
        #expect(outcome.usage.count == 1)
        return try #require(outcome.usage.first)
    }

    private func expectFive(_ usage: Usage) {
        #expect(usage.customer == "atlas" && usage.project == "atlas-web" && usage.meter == "api-calls")
        #expect(usage.sum == 5 && usage.eventCount == 1 && usage.maximum == 5)
        #expect(usage.day.description == "2026-10-05")
        #expect(usage.latest.instant.description == "2026-10-05T12:30:00.25Z")
    }

    @Test(arguments: [
        ("uniqueId", "customerId", "meterApiName", "meterValue", "meterTimeInMillis"),
        ("event_id", "customer_id", "meter", "value", "timestamp"),
        ("id", "subject", "code", "quantity", "time"),
        ("transaction_id", "external_customer_id", "event_name", "value", "created"),
        ("identifier", "external_subscription_id", "type", "value", "timestamp"),
    ])
    func everyNameOfEveryField(_ names: (String, String, String, String, String)) throws {
        let (identity, customer, meter, value, time) = names
        let csv = """
            \(identity),\(customer),\(meter),\(value),\(time)
            e1,atlas,api-calls,5,2026-10-05T12:30:00.250Z

            """
        expectFive(try only(Fixture().add("a.csv", csv).run()))
        let json = """
            {"\(identity)":"e1","\(customer)":"atlas","\(meter)":"api-calls","\(value)":5,"\(time)":1791203400250}

            """
        expectFive(try only(Fixture().add("a.json", json).run()))
        // The same event in both is one.
        let both = try Fixture().add("a.csv", csv).add("a.json", json).run()
        expectFive(try only(both))
        #expect(both.reports.map(\.rowsDuplicate) == [0, 1])
    }

    @Test(arguments: [
        // Amberflo.
        #"{"uniqueId":"1","meterApiName":"api-calls","customerId":"atlas","meterValue":5,"meterTimeInMillis":1791203400250,"dimensions":{"region":"eu"}}"#,
        // OpenMeter: CloudEvents.
        #"{"specversion":"1.0","type":"api-calls","id":"1","time":"2026-10-05T12:30:00.250Z","source":"gateway","subject":"atlas","datacontenttype":"application/json","data":{"value":"5","region":"eu"}}"#,
        // Lago, as it is sent.
        #"{"event":{"transaction_id":"1","external_subscription_id":"atlas","code":"api-calls","timestamp":1791203400250,"properties":{"value":5,"region":"eu"}}}"#,
        // Lago, with the milliseconds behind a point.
        #"{"transaction_id":"1","external_subscription_id":"atlas","code":"api-calls","timestamp":"1791203400.250","properties":{"value":5,"region":"eu"}}"#,
        // Stripe.
        #"{"object":"billing.meter_event","created":1791203400,"event_name":"api-calls","identifier":"1","livemode":true,"payload":{"stripe_customer_id":"atlas","value":"5","region":"eu"},"timestamp":1791203400250}"#,
        // Dimensions beside the fields; escapes.
        #"{"id":"1","customer_id":"atl\u0061s","project_id":"atlas-web","meter":"api\u002dcalls","value":"5.0","time":"2026-10-05T14:30:00.250+02:00","region":"e\u0075"}"#,
    ])
    func eventsOfOtherSystems(_ json: String) throws {
        for text in [
            json, json + "\n", "[" + json + "]", "[\n " + json + "\n]\n",
            json.replacingOccurrences(of: ",", with: ",\n"),
        ] {
            let outcome = try Fixture().add("a.json", text).run()
            let usage = try only(outcome)
            expectFive(usage)
            #expect(usage.dimensionValues == ["eu", ""])
            #expect(outcome.reports[0].content == .meterJSON)
        }
    }

    /// As Lago counts: there is nothing but the event.
    @Test func eventsWithoutAValue() throws {
        let outcome = try Fixture().add(
            "a.jsonl",
            """
            {"transaction_id":"1","external_subscription_id":"atlas","code":"events","timestamp":1791203400,"properties":{}}
            {"transaction_id":"2","external_subscription_id":"atlas","code":"events","timestamp":1791203400}
            {"transaction_id":"3","external_subscription_id":"atlas","code":"api-calls","timestamp":1791203400}

            """
        ).run()
        #expect(outcome.usage.map(\.eventCount) == [2])
        #expect(outcome.quarantine.map(\.code) == [.missingField])
    }

    @Test func severalMetersInOneEvent() throws {
        let outcome = try Fixture().add(
            "a.jsonl",
            """
            {"id":"1","customer_id":"atlas","time":"2026-10-05T12:00:00Z","values":{"api-calls":3,"storage":"7.5","unknown":1}}
            {"id":"1","customer_id":"atlas","time":"2026-10-05T12:00:00Z","values":{"storage":7.50,"api-calls":3}}

            """
        ).run()
        #expect(outcome.usage.map(\.meter) == ["api-calls", "storage"])
        #expect(outcome.usage.map(\.sum) == [3, ExactDecimal(coefficient: 75, scale: 1)])
        #expect(outcome.reports[0].rowsRead == 5)
        #expect(outcome.reports[0].rowsKept == 2)
        #expect(outcome.reports[0].rowsDuplicate == 2)
        #expect(outcome.quarantine.map(\.code) == [.unknownMeter])
        #expect(outcome.quarantine.first?.quantity == 1)
    }

    @Test func containersAndEncodings() throws {
        let text = "event_id,customer_id,meter,value,timestamp\r\n\r\ne1,atlas,api-calls,5,2026-10-05T12:30:00.250Z"
        let plain = Array(text.utf8)
        let utf16: [UInt8] = [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        let json = Array(#"{"id":"e2","customer_id":"atlas","meter":"api-calls","value":1,"time":1791203400}"#.utf8)
        for bytes in [plain, [0xEF, 0xBB, 0xBF] + plain, utf16, Container.gzip(plain), Container.gzip(plain + [0x0A])] {
            expectFive(try only(Fixture().add("a", bytes: bytes).run()))
        }
        let zipped = Container.zip([("a.csv", plain), ("b.json", json)])
        let outcome = try Fixture().add("a.zip", bytes: zipped).run()
        #expect(outcome.usage.map(\.sum) == [6])
        #expect(outcome.reports.map(\.rowsRead) == [2])
        let members = Container.gzip(plain + [0x0A]) + Container.gzip(Array("e2,atlas,api-calls,5,1791203400\n".utf8))
        #expect(try Fixture().add("a.gz", bytes: members).run().usage.map(\.sum) == [10])
    }

    @Test func otherDelimitersAndQuotes() throws {
        for delimiter in [";", "\t", "|"] {
            let text = """
                event_id,customer_id,"meter",value,timestamp,region
                "e1",atlas,"api-calls","5",2026-10-05T12:30:00.250Z,"e""u"

                """.replacingOccurrences(of: ",", with: delimiter)
            let usage = try only(Fixture().add("a.csv", text).run())
            expectFive(usage)
            #expect(usage.dimensionValues == ["e\"u", ""])
        }
    }

    @Test func mappedFields() throws {
        let source = Sources.Source(
            name: "partner", files: ["*"], zone: BillingZone(identifier: "Europe/Berlin"),
            fields: [
                .identity: "Ref", .customer: "Account", .meter: "Metric", .value: "data.tokens", .time: "At",
                .project: "workload",
            ], ignored: ["Comment"])
        let json =
            #"{"Ref":"1","Account":"cetus","Metric":"storage","At":"2026-10-05 00:30:00","data":{"tokens":5},"workload":"cetus-a","Comment":"x"}"#
        let usage = try only(Fixture().add("a.json", json, source: source).run())
        #expect(usage.project == "cetus-a" && usage.sum == 5 && usage.day.description == "2026-10-05")
        #expect(usage.latest.instant.description == "2026-10-04T22:30:00Z")
        let csvSource = Sources.Source(
            name: "partner", files: ["*"], zone: BillingZone(identifier: "Europe/Berlin"),
            fields: [.customer: "Account", .value: "Amount"], ignored: ["Comment"])
        let csv = "id,Account,meter,Amount,time,Comment\n1,cetus,storage,5,2026-10-05T00:30:00,x\n"
        let outcome = try Fixture().add("a.csv", csv, source: csvSource).run()
        #expect(try only(outcome).project == "cetus-b")
        #expect(outcome.findings.isEmpty)
    }

    @Test func unknownColumnsAndKeysAreReportedOnce() throws {
        let csv = try Fixture().add(
            "a.csv", "id,customer_id,meter,value,time,region,colour,size\n1,atlas,storage,1,1791203400,eu,r,s\n"
        ).run()
        #expect(csv.findings.map(\.message) == [#"nothing uses "colour", "size""#])
        #expect(csv.findings.map(\.code) == [.unknownColumns])
        let line =
            #"{"id":"1","customer_id":"atlas","meter":"storage","value":1,"time":1791203400,"colour":"r","data":{"region":"eu","deep":{"a":[1]}}}"#
        let json = try Fixture().add("a.jsonl", line + "\n" + line + "\n").run()
        #expect(json.findings.map(\.message) == [#"nothing uses "colour", "data.deep""#])
    }

    @Test func recognition() {
        #expect(MeterExport.recognises(header: ["id", "customer_id", "meter", "value", "time"]))
        #expect(MeterExport.recognises(header: ["customer_id", "meter", "value", "time", "x"]))
        #expect(!MeterExport.recognises(header: ["customer_id", "meter", "value"]))
        #expect(!MeterExport.recognises(header: ["BillingAccountId", "ChargePeriodStart", "BilledCost"]))
        let source = Sources.Source(name: "p", files: [], fields: [.value: "n"])
        #expect(MeterExport.recognises(header: ["customer_id", "meter", "n", "time"], source: source))
        #expect(!MeterExport.recognises(header: ["customer_id", "meter", "value", "time"], source: source))
        func recognise(_ text: String) -> FileReport.Content? { MeterExport.recognise(head: Array(text.utf8)) }
        #expect(recognise("id;customer_id;meter;value;time\n") == .meterCSV)
        #expect(recognise(#"{"customer_id":"a","meter":"m","value":1,"time":1}"#) == .meterJSON)
        #expect(recognise(#"[{"customer_id":"a","values":{"m":1},"time":1}]"#) == .meterJSON)
        #expect(recognise(#"{"billing_account_id":"a","cost":1}"#) == nil)
        #expect(recognise("") == nil)
        #expect(recognise("some text\n") == nil)
    }
}
