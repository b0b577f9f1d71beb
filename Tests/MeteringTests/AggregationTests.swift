import BillingTerms
import Catalog
import Foundation
import Importing
import Metering
import Testing

/// What days come to.
@Suite struct AggregationTests {
    private static let header = "event_id,customer_id,project_id,meter,value,timestamp,region,tier,user\n"

    @Test func daysAreThoseOfTheCustomer() throws {
        // Berlin changes its clocks on 29 March and 25 October 2026, New York on 8 March and 1 November.
        let rows = [
            ("cetus,cetus-a", "2026-03-28T22:59:59.999Z", "2026-03-28"),
            ("cetus,cetus-a", "2026-03-28T23:00:00Z", "2026-03-29"),
            ("cetus,cetus-a", "2026-03-29T21:59:59Z", "2026-03-29"),
            ("cetus,cetus-a", "2026-03-29T22:00:00Z", "2026-03-30"),
            ("cetus,cetus-a", "2026-10-24T22:00:00Z", "2026-10-25"),
            ("cetus,cetus-a", "2026-10-25T22:59:59Z", "2026-10-25"),
            ("cetus,cetus-a", "2026-10-25T23:00:00Z", "2026-10-26"),
            ("borealis,borealis-a", "2026-03-08T04:59:59Z", "2026-03-07"),
            ("borealis,borealis-a", "2026-03-08T05:00:00Z", "2026-03-08"),
            ("borealis,borealis-a", "2026-03-09T03:59:59Z", "2026-03-08"),
            ("borealis,borealis-a", "2026-03-09T04:00:00Z", "2026-03-09"),
            ("atlas,", "2026-03-09T23:59:60Z", "2026-03-09"),
        ]
        var text = Self.header
        for (index, row) in rows.enumerated() { text += "e\(index),\(row.0),storage,1,\(row.1),,,\n" }
        let usage = try Fixture().add("a.csv", text).run().usage
        var expected: [String: Int] = [:]
        for row in rows { expected[row.0.prefix(5) + row.2, default: 0] += 1 }
        #expect(
            Dictionary(
                uniqueKeysWithValues: usage.map { ($0.customer.text.prefix(5) + $0.day.description, $0.eventCount) })
                == expected)
    }

    @Test func onlyWantedDaysAreAddedUpAndAllAreCounted() throws {
        var text = Self.header
        for day in 1...28 {
            text +=
                "a\(day),atlas,,storage,1,2026-02-\(day < 10 ? "0" : "")\(day)T12:00:00Z,,,\nc\(day),cetus,,storage,1,2026-02-\(day < 10 ? "0" : "")\(day)T12:00:00Z,,,\n"
        }
        let fixture = Fixture().add("a.csv", text)
        func period(_ from: Int, _ to: Int) -> ServicePeriod {
            ServicePeriod(start: .first(year: 2026, month: 2) + (from - 1), end: .first(year: 2026, month: 2) + to)
        }
        let part = try fixture.run(range: .everybody(period(3, 5)))
        #expect(part.usage.map(\.day.day) == [3, 4, 5, 3, 4, 5])
        #expect(part.reports[0].rowsKept == 56)
        let each = try fixture.run(range: .each(["cetus": period(27, 28)]))
        #expect(each.usage.map(\.day.day) == [27, 28] && each.usage.allSatisfy { $0.customer == "cetus" })
        #expect(each.result.book.customers == ["cetus"])
        #expect(each.result.book.usage(of: "cetus") == each.usage && each.result.book.usage(of: "atlas").isEmpty)
        let years = ServicePeriod(start: .first(year: 1991, month: 1), end: .first(year: 2100, month: 1))
        #expect(try fixture.run(range: .everybody(years)).usage.count == 56)
        #expect(try fixture.run(range: .everybody(period(1, 0))).usage.isEmpty)
    }

    @Test func sumsAreExactHoweverWide() throws {
        let values = [
            "0.123456789012345678901234567890123456", "1e-36", "-5e-36", "99999999999999999999999999999999999999",
            "1", "0.000001", "123456789.123456789", "900000000000000000", "-0",
            "17.300000000000000000000000000000000000000",
            "1.7E+3", "0.30000000000000004",
        ]
        var text = Self.header
        for (index, value) in values.enumerated() {
            text += "e\(index),atlas,,storage,\(value),2026-10-05T00:00:\(index < 10 ? "0" : "")\(index)Z,,,\n"
        }
        let usage = try #require(Fixture().add("a.csv", text).run().usage.first)
        let numbers = try values.map { try ExactDecimal(parsing: $0) }
        #expect(usage.sum == numbers.sum() && usage.maximum == numbers.max() && usage.eventCount == values.count)
        #expect(usage.latest.value == numbers.last)
        #expect(usage.sum.description == numbers.sum().normalized.description)
    }

    @Test func sumsBeyondSixtyFourAndAHundredAndTwentyEightBits() throws {
        // A scale of 18 beside 18 digits: each compact value takes 120 bits, and 400 of them more than 128.
        var text = Self.header + "small,atlas,,storage,0.000000000000000001,2026-10-05T00:00:00Z,,,\n"
        for index in 0..<400 { text += "e\(index),atlas,,storage,999999999999999999,2026-10-05T00:00:00Z,,,\n" }
        for threads in [1, 2] {
            let usage = try #require(
                Fixture().add("a.csv", text).run(threads: threads, options: MeterReadingOptions(chunkSize: 2_000)).usage
                    .first)
            #expect(usage.sum.description == "399999999999999999600.000000000000000001")
            #expect(usage.maximum == ExactDecimal(999_999_999_999_999_999))
        }
    }

    @Test func latestAndDistinct() throws {
        var text = Self.header
        text += "1,atlas,,seats,5,2026-10-05T10:00:00Z,,,\n2,atlas,,seats,3,2026-10-05T11:00:00.000000002Z,,,\n"
        text +=
            "3,atlas,,seats,4,2026-10-05T11:00:00.000000002Z,,,\n4,atlas,,seats,9,2026-10-05T11:00:00.000000001Z,,,\n"
        for user in 0..<150 { text += "u\(user),atlas,,users,1,2026-10-05T10:00:00Z,,,user-\(user % 100)\n" }
        text += "x,atlas,,users,1,2026-10-06T10:00:00Z,,,user-3\ny,atlas,,users,1,2026-10-06T10:00:00Z,,,\n"
        for threads in [1, 2] {
            let usage = try Fixture().add("a.csv", text).run(
                threads: threads, options: MeterReadingOptions(chunkSize: 500)
            ).usage
            #expect(usage[0].latest.value == 4 && usage[0].maximum == 9)
            #expect(usage[1].distinct.count == 100 && usage[1].eventCount == 150)
            #expect(usage[2].distinct.count == 2)
            let period = MeteredPeriod(zone: .utc, whole: Fixture.year, billed: Fixture.year)
            #expect(Fixture.meters[2].quantity(of: usage[1...2], in: period) == 101)
            #expect(usage[1].distinct == usage[1].distinct.sorted())
        }
    }

    @Test func countingMetersNeedNoValue() throws {
        let line = #"{"id":"1","customer_id":"atlas","meter":"events","time":1791158400,"value":null}"#
        let other = #"{"id":"2","customer_id":"atlas","type":"users","time":1791158400,"data":{"user":"a"}}"#
        let sum = #"{"id":"3","customer_id":"atlas","meter":"storage","time":1791158400,"value":7}"#
        let outcome = try Fixture().add("a.jsonl", sum + "\n" + line + "\n" + other + "\n").run()
        #expect(outcome.usage.map(\.eventCount) == [1, 1, 1])
        #expect(outcome.quarantine.isEmpty)
    }

    @Test func rowsBehindAQuantity() throws {
        var csv = Self.header
        for index in 0..<50 {
            csv +=
                "e\(index),atlas,,api-calls,\(index),2026-10-\(index % 2 == 0 ? "05" : "06")T00:00:00Z,\(index % 3 == 0 ? "eu" : "us"),,\n"
        }
        let json =
            #"{"id":"e0","customer_id":"atlas","meter":"api-calls","value":0,"time":"2026-10-05T00:00:00Z","region":"eu"}"#
        let more =
            #"{"id":"f","customer_id":"atlas","meter":"api-calls","value":7,"time":"2026-10-05T00:00:00Z","region":"eu"}"#
        let fixture = Fixture().add("a.csv", csv).add("b.csv.gz", bytes: Container.gzip(Array(csv.utf8)))
            .add("c.json", "[\n" + json + ",\n" + more + "]")
        let day = CalendarDay.first(year: 2026, month: 10) + 4
        let query = UsageQuery(
            customer: "atlas", project: "atlas-web", meter: "api-calls", filter: ["region": ["eu"]],
            days: ServicePeriod(start: day, end: day + 1))
        let found = try UsageImport.rows(files: fixture.files, workspace: fixture.workspace, query: query, limit: 100)
        #expect(found.total == 10 && found.rows.count == 10)
        #expect(found.rows.map(\.line) == [2, 8, 14, 20, 26, 32, 38, 44, 50, 3])
        #expect(found.rows.last?.file == "c.json" && found.rows.last?.value == 7 && found.rows.last?.original == more)
        #expect(found.rows.first?.dimensionValues == ["eu", ""])
        let usage = try fixture.run(range: .everybody(query.days)).usage.filter { $0.dimensionValues[0] == "eu" }
        #expect(found.rows.map(\.value).sum() == usage.map(\.sum).sum())
        let few = try UsageImport.rows(files: fixture.files, workspace: fixture.workspace, query: query, limit: 3)
        #expect(few.total == 10 && few.rows == Array(found.rows.prefix(3)))
    }
}
