import BillingTerms
import Catalog
import Metering
import Rating
import TestWorkspaces

/// A random meter with one item on one plan, and the events of a few series around a plan period that often holds a change
/// of clocks. Instants are whole minutes, so that a plain implementation can count them one by one.
struct RandomMetering {
    struct Event {
        /// Minutes since 1970.
        var minute: Int
        var region: String
        var volume: String
        /// Tenths.
        var value: Int
        var user: UInt32
    }

    let meter: Meter
    let selection: UsageSelection
    let zone: BillingZone
    let whole: ServicePeriod
    let billed: ServicePeriod
    let events: [Event]

    private static let changes: [(zone: String, day: String)] = [
        ("Europe/Berlin", "2026-03-29"), ("Europe/Berlin", "2026-10-25"), ("America/New_York", "2026-03-08"),
        ("America/New_York", "2026-11-01"), ("Australia/Lord_Howe", "2026-04-05"),
        ("Australia/Lord_Howe", "2026-10-04"), ("America/Havana", "2026-03-08"), ("America/Havana", "2026-11-01"),
        ("UTC", "2026-02-28"),
    ]

    init(seed: UInt64) {
        var random = SeededRandom(seed)
        let place = random.element(of: Self.changes)
        guard let zone = BillingZone(identifier: place.zone), let day = CalendarDay(iso: place.day) else {
            preconditionFailure("a zone and a day")
        }
        let start = day - random.below(3)
        whole = ServicePeriod(start: start, end: start + random.number(1...4))
        let end = random.once(in: 3) ? start + random.number(1...whole.dayCount) : whole.end
        billed = ServicePeriod(start: start, end: end)
        meter = Self.meter(&random)
        selection = UsageSelection(
            meter: "m", filter: random.once(in: 3) ? ["region": ["eu"]] : [:],
            split: random.once(in: 3) ? ["volume"] : [])
        self.zone = zone
        let from = Int(zone.start(of: start).nanoseconds / 60_000_000_000)
        let isSwitch = meter.level.events == .switches
        // On a coarse grid events meet at one instant, at a window's bound and where a level falls to zero.
        let grid = random.element(of: [1, 60, 180])
        let regions = random.once(in: 2) ? ["eu"] : ["eu", "us"]
        let volumes = random.once(in: 2) ? ["a"] : ["a", "b"]
        let length = whole.dayCount * 1_440
        events = (0..<random.below(random.element(of: [3, 12, 60]))).map { _ in
            let minute = from + random.number(-random.element(of: [2_000, 300])...length + 200)
            return Event(
                minute: minute - minute % grid, region: random.element(of: regions),
                volume: random.element(of: volumes),
                value: isSwitch ? random.below(2) * 10 : random.number(-20...90) * random.element(of: [1, 10]),
                user: UInt32(random.below(4)))
        }
    }

    private static func meter(_ random: inout SeededRandom) -> Meter {
        var meter = Meter(
            id: "m", name: "M", unit: "u", aggregation: random.element(of: Meter.Aggregation.allCases),
            dimensions: ["region", "volume"])
        if meter.aggregation == .unique { meter.uniqueDimension = "user" }
        if random.once(in: 2) {
            let outers: [MeterWindow.Outer] = [
                .sum, .max, .min, .average, .percentile(95), .percentile(ExactDecimal(coefficient: 505, scale: 1)),
                .dropTop(random.below(40)),
            ]
            meter.window = MeterWindow(
                minutes: random.element(of: [5, 60, 180, 180, MeterWindow.day]), outer: random.element(of: outers))
        }
        if meter.aggregation.isOfLevel {
            switch meter.aggregation {
            case .duration: meter.level.events = .switches
            case .runningTotal: meter.level.events = .changes
            default: meter.level.events = random.once(in: 2) ? .changes : .levels
            }
            if random.once(in: 3) {
                meter.level.timeout = Int64(random.element(of: [7, 60, 180, 1_440])) * 60_000_000_000
            }
        }
        let units = Meter.TimeUnit.allCases.filter { meter.window == nil || $0 != .period }
        meter.timeUnit = random.element(of: units)
        meter.digits = random.element(of: [12, 12, 0, 3])
        if !meter.addsUpOverTime, random.once(in: 2) { meter.partialPeriod = .prorated }
        return meter
    }

    // MARK: As the program does it

    /// What Rating gets of the events.
    func waist(_ events: [Event]) -> CustomerUsage {
        let bounds = DayBounds(whole, zone: zone)
        let metering = SeriesMetering(meter: meter, bounds: bounds)
        let series = Dictionary(grouping: events) { [$0.region, $0.volume] }.sorted {
            $0.key.lexicographicallyPrecedes($1.key)
        }
        let seriesEvents = series.map { $0.value.map(seriesEvent) }
        let usage = zip(series, seriesEvents).flatMap { entry, events in
            metering.days(of: events).map {
                Usage($0, customer: "atlas", project: "web", meter: "m", dimensionValues: entry.key)
            }
        }
        let known = series.map { JointLine.Series(project: "web", meter: meter, dimensionValues: $0.key) }
        let joint = JointLine.all(known, items: [item]).flatMap {
            $0.usage(metering, customer: "atlas") { seriesEvents[$0] }
        }
        return CustomerUsage(usage: usage, jointUsage: joint)
    }

    private func seriesEvent(_ event: Event) -> SeriesEvent {
        SeriesEvent(
            instant: Timestamp(nanoseconds: Int64(event.minute) * 60_000_000_000),
            value: ExactDecimal(coefficient: Int128(event.value), scale: 1), distinct: event.user)
    }

    private var item: ProductItem { ProductItem(id: "i", name: "I", origin: .usage(selection)) }

    /// At one cent for each unit.
    func lines(_ usage: CustomerUsage) throws -> [RatedLine] {
        guard let currency = Currency(code: "EUR") else { preconditionFailure("EUR is a currency") }
        let price = ItemPrice(item: "i", model: .perUnit(.one))
        let plan = PricingPlan(
            id: "p", name: "P", currency: currency, cadence: Cadence(.day, count: whole.dayCount), anchor: .anniversary,
            versions: [PlanVersion(from: whole.start, prices: [price])])
        var customer = Customer(
            id: "atlas", party: Party(name: "Atlas"), currency: currency, zone: zone,
            projects: [Project(id: "web", name: "Web")])
        customer.subscriptions = [
            Subscription(id: "s", plan: "p", from: whole.start, until: billed == whole ? nil : billed.end)
        ]
        let workspace = Workspace(
            business: Business(seller: Party(name: "S"), zone: .utc, currency: currency), meters: ["m": meter],
            productItems: ["i": item], plans: ["p": plan], customers: ["atlas": customer])
        return try CustomerRating(catalog: RatingCatalog(workspace), customer: customer, run: whole, usage: usage)
            .usageLines()
            .flatMap(\.lines)
    }
}
