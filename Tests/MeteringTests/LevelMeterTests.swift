import BillingTerms
import Catalog
import Importing
import Metering
import OrderedCollections
import Testing

/// Meters that need their events in order: what whole exports come to.
@Suite struct LevelMeterTests {
    private static let header = "event_id,customer_id,project_id,meter,value,timestamp,region,user\n"

    private static func meter(
        _ id: MeterID, _ aggregation: Meter.Aggregation, window: MeterWindow? = nil, timeout: Int64? = nil
    ) -> Meter {
        var meter = Meter(id: id, name: id.text, unit: "u", aggregation: aggregation, dimensions: ["region"])
        if aggregation == .unique { meter.uniqueDimension = "user" }
        meter.window = window
        meter.level.timeout = timeout
        if aggregation == .runningTotal { meter.level.events = .changes }
        if aggregation == .duration { meter.level.events = .switches }
        return meter
    }

    static let meters = [
        meter("hours", .timeWeighted), meter("peak", .highWater),
        meter("seats", .runningTotal, timeout: 40 * 3_600_000_000_000), meter("open", .duration),
        meter("lowest", .min), meter("hourly", .unique, window: MeterWindow(minutes: 60, outer: .max)),
        meter("plain", .sum),
    ]

    private static func days(_ first: String, _ count: Int) -> ServicePeriod {
        guard let day = CalendarDay(iso: first) else { preconditionFailure("a day") }
        return ServicePeriod(start: day, end: day + count)
    }

    private static let hour = ExactDecimal(3_600_000_000_000)

    @Test func aLevelIsThereOnDaysWithoutEvents() throws {
        // Berlin's 25 October has 25 hours.
        let rows = "1,cetus,,hours,2,2026-10-24T10:00:00Z,eu,\n2,cetus,,hours,0,2026-10-26T23:30:00Z,eu,\n"
        let fixture = Fixture(meters: Self.meters).add("a.csv", Self.header + rows)
        let usage = try fixture.run(range: .everybody(Self.days("2026-10-20", 20))).usage
        #expect(usage.map(\.day.description) == ["2026-10-24", "2026-10-25", "2026-10-26", "2026-10-27"])
        #expect(usage.map(\.eventCount) == [1, 0, 0, 1])
        #expect(
            usage.map { $0.level?.integral } == [Self.hour * 24, Self.hour * 50, Self.hour * 48, Self.hour])
        #expect(usage.map { $0.level?.final } == [2, 2, 2, 0] && usage.map { $0.level?.peak } == [2, 2, 2, 2])
        // The same level, carried in.
        let later = try fixture.run(range: .everybody(Self.days("2026-10-26", 1))).usage
        #expect(later == [usage[2]])
        let after = try fixture.run(range: .everybody(Self.days("2026-10-28", 9))).usage
        #expect(after.isEmpty)
    }

    @Test func levelsOfOneInstantDoNotDependOnTheirOrder() throws {
        let at = "2026-10-05T10:00:00Z,,\n"
        let rows = [
            "1,atlas,,hours,5,", "2,atlas,,hours,7,", "3,atlas,,seats,5,", "4,atlas,,seats,-2,", "5,atlas,,open,1,",
            "6,atlas,,open,0,",
        ]
        for order in [rows, rows.reversed()] {
            let text = Self.header + order.map { $0 + at }.joined()
            let usage = try Fixture(meters: Self.meters).add("a.csv", text)
                .run(range: .everybody(Self.days("2026-10-05", 1))).usage
            #expect(usage.map(\.meter) == ["hours", "open", "seats"])
            #expect(usage.map { $0.level?.final } == [7, 0, 3])
        }
    }

    @Test func lowestValuesAndHourlyUsers() throws {
        var rows = "1,atlas,,lowest,5,2026-10-05T10:00:00Z,,\n2,atlas,,lowest,-3.50,2026-10-05T11:00:00Z,,\n"
        for (place, user) in ["ann", "bob", "ann", "cid"].enumerated() {
            rows += "u\(place),atlas,,hourly,1,2026-10-05T10:\(place)0:00Z,eu,\(user)\n"
        }
        rows += "u9,atlas,,hourly,1,2026-10-05T11:00:00Z,us,ann\nu10,atlas,,hourly,1,2026-11-05T11:00:00Z,us,zoe\n"
        let october = Self.days("2026-10-01", 31)
        let usage = try Fixture(meters: Self.meters).add("a.csv", Self.header + rows).run(range: .everybody(october))
            .usage
        try #require(usage.map(\.meter) == ["hourly", "hourly", "lowest"])
        #expect(usage[2].minimum == ExactDecimal(coefficient: -35, scale: 1))
        #expect(usage[0].windows.map(\.index) == [10] && usage[1].windows.map(\.index) == [11])
        #expect(usage[0].distinct == [0, 1, 2] && usage[1].windows[0].totals.distinct == [0])
        let period = MeteredPeriod(zone: .utc, whole: october, billed: october)
        #expect(Self.meters[5].quantity(of: usage[0...1], in: period) == 3)
    }

    @Test func aFilterLeavesEventsOutAndSaysSo() throws {
        var meters = Self.meters
        for place in meters.indices { meters[place].filter = ["region": ["eu"]] }
        var rows = ""
        for (place, meter) in ["hours", "plain", "lowest"].enumerated() {
            rows += "a\(place),atlas,,\(meter),5,2026-10-05T10:00:00Z,eu,\n"
            rows +=
                "b\(place),atlas,,\(meter),7,2026-10-05T10:00:00Z,us,\nc\(place),atlas,,\(meter),8,2026-10-05T10:00:00Z,,\n"
        }
        let fixture = Fixture(meters: meters).add("a.csv", Self.header + rows)
        let day = Self.days("2026-10-05", 1)
        let outcome = try fixture.run(range: .everybody(day))
        #expect(outcome.usage.map(\.meter) == ["hours", "lowest", "plain"])
        #expect(outcome.usage.map(\.sum) == [5, 5, 5])
        #expect(outcome.reports[0].rowsKept == 9)
        #expect(
            outcome.findings.map(\.rendered)
                == ["hours", "lowest", "plain"].map {
                    """
                    note[filtered-events]: 2 events of the meter "\($0)" are left out by its filter
                      = only region = eu counts (catalog/meters.yaml)
                    """
                })
        let query = UsageQuery(customer: "atlas", project: "atlas-web", meter: "plain", days: day)
        #expect(try UsageImport.rows(files: fixture.files, workspace: fixture.workspace, query: query).total == 1)
    }

    @Test func aSwitchThatIsNeitherOpenNorClosedIsTold() throws {
        let rows = "1,atlas,,open,1.0,2026-10-05T10:00:00Z,,\n2,atlas,,open,2,2026-10-06T10:00:00Z,,\n"
        let outcome = try Fixture(meters: Self.meters).add("a.csv", Self.header + rows)
            .run(range: .everybody(Self.days("2026-10-05", 2)))
        #expect(outcome.usage.map { $0.level?.final } == [1, 1])
        #expect(
            outcome.findings.map(\.rendered) == [
                """
                warning[odd-switch]: 1 event of the meter "open" is neither 1 nor 0
                  = a duration is opened by 1 and closed by 0; any other value is counted as 1
                """
            ])
    }

    @Test func theRowsBehindALevelAreThoseThatSetIt() throws {
        var rows = "1,atlas,,hours,9,2026-08-01T10:00:00Z,eu,\n2,atlas,,hours,2,2026-09-24T10:00:00Z,eu,\n"
        rows += "3,atlas,,hours,4,2026-10-24T10:00:00Z,eu,\n4,atlas,,hours,5,2026-08-02T10:00:00Z,us,\n"
        rows += "5,atlas,,seats,1,2026-08-01T10:00:00Z,eu,\n6,atlas,,seats,1,2026-10-01T10:00:00Z,eu,\n"
        rows += "7,atlas,,open,1,2026-11-01T00:00:00Z,eu,\n"
        let fixture = Fixture(meters: Self.meters).add("a.csv", Self.header + rows)
        func lines(_ meter: MeterID) throws -> [Int] {
            let query = UsageQuery(
                customer: "atlas", project: "atlas-web", meter: meter, days: Self.days("2026-10-01", 31))
            let found = try UsageImport.rows(files: fixture.files, workspace: fixture.workspace, query: query)
            #expect(found.total == found.rows.count)
            return found.rows.map(\.line)
        }
        #expect(try lines("hours") == [3, 4, 5])
        #expect(try lines("seats") == [6, 7])
        #expect(try lines("open").isEmpty)
    }

    /// What a day shows of its levels is the whole of its integral, or nothing.
    @Test func spansAddUpToTheIntegral() throws {
        var random = SeededGenerator.fresh("spans")
        for count in [1, 5, 8, 9, 30] {
            let start = Self.days("2026-10-05", 1)
            let events = (0..<count).map { place in
                SeriesEvent(
                    instant: Timestamp(
                        nanoseconds: BillingZone.utc.start(of: start.start).nanoseconds
                            + Int64.random(in: 0..<86_400_000_000_000, using: &random)),
                    value: ExactDecimal(place + 1))
            }
            let bounds = DayBounds(start, zone: .utc)
            let day = try #require(SeriesMetering(meter: Self.meters[0], bounds: bounds).days(of: events).first)
            let level = try #require(day.totals.level)
            #expect((level.spans == nil) == (count > 8))
            let sum = level.spans.map { $0.map { $0.level * ExactDecimal(Int($0.nanoseconds)) }.sum() }
            #expect(sum.map { $0 == level.integral } ?? true)
        }
    }

    // MARK: Properties

    private static func events(_ count: Int, _ random: inout SeededGenerator) -> [TestEvent] {
        let owners = [("atlas", "atlas-web"), ("borealis", "borealis-a"), ("cetus", "cetus-a")]
        return (0..<count).map { index in
            let owner = owners[Int.random(in: 0..<3, using: &random)]
            let meter = meters[Int.random(in: 0..<meters.count, using: &random)].id.text
            let values = ["1", "0", "-3", "12.345678", "0.12345678901234567890123456", "99999999999999999999", "2.50"]
            // Around Berlin's and New York's changes of clocks, and often at one instant with others.
            let minute = Int64.random(in: 0..<10 * 1_440, using: &random)
            let rounded = Bool.random(using: &random) ? minute - minute % 60 : minute
            return TestEvent(
                id: "e\(index)", customer: owner.0, project: owner.1, meter: meter,
                value: meter == "open" ? ["0", "1"][index % 2] : values[index % 7],
                time: Timestamp(nanoseconds: (1_792_800_000 + rounded * 60) * 1_000_000_000),
                region: ["eu", "us"][Int.random(in: 0..<2, using: &random)],
                user: "u\(Int.random(in: 0..<80, using: &random))", note: "")
        }
    }

    @Test func orderThreadsAndChunksChangeNothing() throws {
        var random = SeededGenerator.fresh("levels")
        for _ in 0..<6 {
            var all = Self.events(500, &random)
            all += all.prefix(80)
            var expected: (usage: [Usage], joint: [JointUsage])?
            for threads in [1, 2, 4] {
                all.shuffle(using: &random)
                let fixture = Fixture(meters: Self.meters)
                fixture.workspace.productItems = [
                    "peak": ProductItem(id: "peak", name: "Peak", origin: .usage(UsageSelection(meter: "peak")))
                ]
                for file in 0..<3 {
                    var text = TestEvent.line(TestEvent.header, &random)
                    for (place, event) in all.enumerated() where place % 3 == file {
                        text += TestEvent.line(event.csv, &random)
                    }
                    fixture.add("f\(file).csv", text)
                }
                let options = MeterReadingOptions(chunkSize: Int.random(in: 1...3_000, using: &random))
                let outcome = try fixture.run(
                    range: .everybody(Self.days("2026-10-24", 8)), threads: threads, options: options)
                let joint = outcome.result.book.customers.flatMap { outcome.result.book.jointUsage(of: $0) }
                let isSame = expected.map { $0.usage == outcome.usage && $0.joint == joint } ?? true
                #expect(isSame, "\(threads) threads")
                expected = (outcome.usage, joint)
            }
            let (usage, joint) = try #require(expected)
            #expect(!joint.isEmpty)
            Self.expectEngine(all, usage)
        }
    }

    /// The import's usage of each series is what `SeriesMetering` makes of its events, in the order of the book.
    private static func expectEngine(_ all: [TestEvent], _ usage: [Usage]) {
        var seen: Set<String> = []
        let events = all.filter { seen.insert($0.id).inserted }
        for meter in meters where meter.needsEventsInOrder && meter.uniqueDimension == nil {
            for (key, ofSeries) in Dictionary(
                grouping: events.filter { $0.meter == meter.id.text },
                by: {
                    [$0.customer, $0.project, $0.region]
                })
            {
                let zone = Fixture.customers.first { $0.id.text == key[0] }?.zone ?? .utc
                let bounds = DayBounds(days("2026-10-24", 8), zone: zone)
                let found = usage.filter {
                    $0.meter == meter.id && $0.project.text == key[1] && $0.dimensionValues == [key[2]]
                }
                let expected = SeriesMetering(meter: meter, bounds: bounds).days(
                    of: ofSeries.compactMap { event in
                        (try? ExactDecimal(parsing: event.value)).map { SeriesEvent(instant: event.time, value: $0) }
                    }
                ).map {
                    Usage(
                        $0, customer: CustomerID(key[0]), project: ProjectID(key[1]), meter: meter.id,
                        dimensionValues: [key[2]])
                }
                let isSame = found == expected
                #expect(isSame, "\(meter.id) of \(key)")
            }
        }
    }
}
