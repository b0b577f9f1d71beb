import BillingTerms
import Catalog
import Importing
import Metering
import Testing

/// What prices of single events are told: bands of values and first events, whoever read what.
@Suite struct UsageDetailTests {
    private struct Event {
        var day: Int
        var second: Int
        var text: String
        var region: String
        var value: ExactDecimal { (try? ExactDecimal(parsing: text)) ?? .zero }
    }

    /// 2 % with a fee of 0.10, at least 0.50 and at most 5: the least ends at 20, the most begins at 245.
    private static func fixture(_ prices: [PercentagePrice]) throws -> Fixture {
        let fixture = Fixture()
        fixture.workspace.productItems["payments"] = ProductItem(
            id: "payments", name: "Payments", origin: .usage(UsageSelection(meter: "api-calls")))
        let from = try #require(CalendarDay(iso: "2026-01-01"))
        let version = PlanVersion(
            from: from, prices: prices.map { ItemPrice(item: "payments", model: .percentage($0)) })
        fixture.workspace.plans["pro"] = PricingPlan(
            id: "pro", name: "Pro", currency: Fixture.euro, cadence: Cadence(.month), versions: [version])
        return fixture
    }

    private static let price = PercentagePrice(
        rate: .one(ExactDecimal(coefficient: 2, scale: 2)), feePerEvent: ExactDecimal(coefficient: 10, scale: 2),
        freeEvents: 3, leastPerEvent: ExactDecimal(coefficient: 50, scale: 2), mostPerEvent: 5)

    @Test func boundsAreWhereTheBoundedPriceBends() throws {
        let fixture = try Self.fixture([Self.price])
        #expect(fixture.workspace.eventDetails["api-calls"] == EventDetail(bounds: [20, 245], firstEvents: 3))
        #expect(fixture.workspace.eventDetails["storage"] == nil)
        // A bound that does not end lies at the next digit that an event can have.
        let third = PercentagePrice(rate: .one(ExactDecimal(coefficient: 3, scale: 2)), leastPerEvent: 1)
        let bound = try #require(third.eventBounds(nil).least)
        #expect(bound == (try ExactDecimal(parsing: "33." + String(repeating: "3", count: 35) + "4")))
        let thousandth = UnitConversion(.divide(100), unit: "EUR")
        #expect(Self.price.eventBounds(thousandth).least == 2_000)
    }

    @Test func theSameInWhateverOrderAndOnManyThreads() throws {
        var random = SeededGenerator.fresh("event detail")
        let texts = [
            "20", "19.99", "245", "244.999999999999999999999999999999999999", "0", "-3", "1000000", "30",
            "99999999999999999999999",
        ]
        for _ in 0..<6 {
            let events = (0..<200).map { _ in
                Event(
                    day: Int.random(in: 1...3, using: &random), second: Int.random(in: 0..<9, using: &random),
                    text: texts.randomElement(using: &random) ?? "0",
                    region: ["eu", "us"].randomElement(using: &random) ?? "eu")
            }
            for threads in [1, 2, 4] {
                let fixture = try Self.fixture([Self.price])
                for file in 0..<3 {
                    var text = "event_id,customer_id,project_id,meter,value,timestamp,region\n"
                    for (index, event) in events.enumerated().shuffled(using: &random) where index % 3 == file {
                        let time = "2026-10-0\(event.day)T00:00:0\(event.second)Z"
                        text += "e\(index),atlas,,api-calls,\(event.text),\(time),\(event.region)\n"
                    }
                    fixture.add("f\(file).csv", text)
                }
                let usage = try fixture.run(threads: threads, options: MeterReadingOptions(chunkSize: 700)).usage
                #expect(usage.reduce(0) { $0 + $1.eventCount } == events.count)
                for entry in usage {
                    let own = events.filter {
                        entry.day.description == "2026-10-0\($0.day)" && entry.dimensionValues[0] == $0.region
                    }
                    Self.check(try #require(entry.detail), own)
                }
            }
        }
    }

    private static func check(_ detail: UsageDetail, _ events: [Event]) {
        let ordered = events.map { ($0.second, $0.value) }.sorted { $0 < $1 }
        #expect(detail.first.map(\.value) == ordered.prefix(3).map(\.1))
        let bands: [(ExactDecimal?, [ExactDecimal])] = [
            (nil, ordered.map(\.1).filter { $0 < 20 }), (20, ordered.map(\.1).filter { $0 >= 20 && $0 < 245 }),
            (245, ordered.map(\.1).filter { $0 >= 245 }),
        ]
        let expected = bands.filter { !$0.1.isEmpty }
        #expect(detail.bands.map(\.from) == expected.map(\.0))
        #expect(detail.bands.map(\.eventCount) == expected.map(\.1.count))
        #expect(detail.bands.map(\.sum) == expected.map { $0.1.sum() })
    }
}
