import Foundation
import TestWorkspaces
import Testing

/// `billwright usage` by any keys, beside sums that the test makes of the same events.
@Suite struct UsageTests {
    private struct Event {
        var customer, project, meter, day, region, tier: String
        var value: Int

        func text(_ key: String) -> String {
            switch key {
            case "customer": customer
            case "project": project
            case "meter": meter
            case "day": day
            case "month": String(day.prefix(7))
            case "region": region
            default: tier
            }
        }
    }

    private struct Sums {
        var events = 0
        var sum = 0
        var maximum = Int.min
    }

    /// Two months of two meters with the same dimensions, spread so that every key has several values under every other.
    private static let events: [Event] = (0..<900).map { number in
        let customer = number % 2 == 0 ? "example" : "other"
        return Event(
            customer: customer, project: customer + (number / 2 % 2 == 0 ? "-web" : "-data"),
            meter: number / 4 % 2 == 0 ? "traffic" : "requests",
            day: number / 8 % 2 == 0 ? "2026-10-\(10 + number / 16 % 9)" : "2026-11-\(11 + number / 16 % 7)",
            region: ["eu", "us", ""][number * 7 / 3 % 3], tier: ["b", "a"][number * 5 / 7 % 2],
            value: number * number % 101)
    }

    private static let made = Result {
        let workspace = try TemporaryWorkspace.small(events: "")
        try workspace.replace(
            "meters:",
            by: """
                meters:
                  - { id: traffic, unit: GB, aggregation: sum, dimensions: [region, tier] }
                  - { id: requests, unit: calls, aggregation: sum, dimensions: [tier, region] }
                """, in: "catalog/meters.yaml")
        let other = try workspace.text("customers/example.yaml").replacingOccurrences(of: "example", with: "other")
        try workspace.write(other, to: "customers/other.yaml")
        let rows = events.enumerated().map { number, event in
            "e\(number),\(event.customer),\(event.project),\(event.meter),\(event.value),\(event.day)T12:00:00Z,"
                + "\(event.region),\(event.tier)\n"
        }
        try workspace.write(
            "event_id,customer_id,project_id,meter,value,timestamp,region,tier\n" + rows.joined(),
            to: SmallMonth.file)
        return workspace
    }

    @Test(arguments: [
        "customer", "day", "meter,day", "day,meter", "customer,project,meter,day", "region,day", "day,region",
        "month,customer,day", "day,month", "customer,month,region,day", "tier", "project,tier,month",
        "meter,region,tier,day",
    ])
    func keysInAnyOrder(by keys: String) throws {
        let workspace = try Self.made.get()
        let names = keys.split(separator: ",").map(String.init)
        let columns = names.contains("meter") ? names : names + ["meter"]
        var sums: [[String]: Sums] = [:]
        for event in Self.events {
            let key = columns.map { event.text($0) }
            sums[key, default: Sums()].events += 1
            sums[key, default: Sums()].sum += event.value
            sums[key, default: Sums()].maximum = max(sums[key]?.maximum ?? Int.min, event.value)
        }
        let rows = sums.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, sums in
            (key + [
                "\(sums.events)", "\(sums.sum)",
                key[columns.firstIndex(of: "meter") ?? 0] == "traffic" ? "GB" : "calls",
            ])
            .joined(separator: ",") + ",\(sums.sum),\(sums.maximum),\r"
        }
        for threads in ["1", "3"] {
            let answer = try workspace.billwright(
                "usage", "-p", "2026", "--by", keys, "--format", "csv", "--threads", threads)
            #expect(answer.code == 0)
            #expect(answer.output.split(separator: "\r\n").dropFirst().map { $0 + "\r" } == rows.map { $0[...] })
        }
    }
}
