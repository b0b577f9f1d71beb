import BillingTerms
import Catalog
import Importing

/// Events of the meters that must see theirs in the order of time: 32 bytes each, kept until all are there. That is the
/// memory that such meters cost; what the others add up as it comes stays bounded.
struct GatheredEvents: Sendable {
    struct Event: Sendable {
        var instant: Int64
        /// As in `EventRecord`; the place of a wide one among the share's.
        var mantissa: Int64
        var series: UInt32
        /// The place of the value among all of its dimension.
        var distinct: UInt32
        var scale: UInt8
        /// The share that holds the wide value; -1 for compact ones.
        var wideShare: Int32 = -1
    }

    private let reading: MeterReading
    /// Of all threads, a series' events together.
    private let events: [Event]
    /// Where each series' events begin, and at the end how many there are.
    private let starts: [Int]

    init(_ reading: MeterReading, seriesCount: Int, _ parts: [[Event]]) {
        self.reading = reading
        guard parts.contains(where: { !$0.isEmpty }) else {
            (events, starts) = ([], [])
            return
        }
        var starts = [Int](repeating: 0, count: seriesCount + 1)
        for part in parts { for event in part { starts[Int(event.series) + 1] += 1 } }
        for series in 0..<seriesCount { starts[series + 1] += starts[series] }
        var next = starts
        events = Array(unsafeUninitializedCapacity: starts[seriesCount]) { buffer, count in
            for part in parts {
                for event in part {
                    buffer.initializeElement(at: next[Int(event.series)], to: event)
                    next[Int(event.series)] += 1
                }
            }
            count = starts[seriesCount]
        }
        self.starts = starts
    }

    /// In no order.
    func events(of series: Int) -> [SeriesEvent] {
        guard !starts.isEmpty else { return [] }
        return events[starts[series]..<starts[series + 1]].map { event in
            SeriesEvent(
                instant: Timestamp(nanoseconds: event.instant), value: value(event), distinct: event.distinct)
        }
    }

    private func value(_ event: Event) -> ExactDecimal {
        guard event.wideShare >= 0 else {
            return ExactDecimal(coefficient: Int128(event.mantissa), scale: Int(event.scale)).normalized
        }
        return reading.shares[Int(event.wideShare)].wideValues[Int(event.mantissa)].normalized
    }
}

/// What one thread sets apart while the others' events are added up.
struct EventGathering {
    private let reading: MeterReading
    private let series: UsageSeries
    private let plan: UsagePlan
    private(set) var events: [GatheredEvents.Event] = []
    /// By meter: the events that its filter leaves out.
    private(set) var filteredCounts: [Int]
    /// By meter: the events of a duration that are neither 1 nor 0.
    private(set) var oddSwitchCounts: [Int]

    init(_ reading: MeterReading, _ series: UsageSeries, _ plan: UsagePlan) {
        self.reading = reading
        self.series = series
        self.plan = plan
        filteredCounts = Array(repeating: 0, count: reading.catalog.meters.count)
        oddSwitchCounts = filteredCounts
    }

    mutating func gather(_ block: UnsafeMutablePointer<EventRecord>, count: Int, share: Int) {
        let places = series.places[share]
        for index in 0..<count where block[index].flags & EventRecord.isDropped == 0 {
            let record = block[index]
            let place = Int(places[Int(record.series)])
            switch plan.roles[place] {
            case .addedUp: continue
            case .filteredOut: filteredCounts[series.entries[place].meter] += 1
            case .gathered(let bounds): gather(record, place, share, bounds)
            }
        }
    }

    private mutating func gather(_ record: EventRecord, _ place: Int, _ share: Int, _ bounds: UsagePlan.Gathering) {
        guard record.instant >= bounds.from, record.instant < bounds.until else { return }
        var event = GatheredEvents.Event(
            instant: record.instant, mantissa: record.mantissa, series: UInt32(place), distinct: 0,
            scale: UInt8(truncatingIfNeeded: record.scale))
        if record.flags & EventRecord.isWide != 0 { event.wideShare = Int32(share) }
        let meter = series.entries[place].meter
        if reading.catalog.meters[meter].aggregation == .duration, !EventGathering.isSwitch(record) {
            oddSwitchCounts[meter] += 1
        }
        let unique = reading.catalog.uniqueDimensionOfMeter[meter]
        if unique >= 0 { event.distinct = series.distinctPlaces[unique][share][Int(record.distinctValue)] }
        events.append(event)
    }

    /// 1 or 0, however written.
    private static func isSwitch(_ record: EventRecord) -> Bool {
        guard record.flags & EventRecord.isWide == 0 else { return false }
        return record.mantissa == 0 || record.mantissa == CompactDecimal.power(record.scale)
    }
}

/// Brings gathered events to their days.
struct GatheredMetering: Sendable {
    let catalog: MeterCatalog
    let series: UsageSeries
    let plan: UsagePlan
    let events: GatheredEvents

    /// A series' days; its distinct values are places.
    func days(of number: Int) -> [MeteredDay] {
        metering(number)?.days(of: events.events(of: number)) ?? []
    }

    private func metering(_ number: Int) -> SeriesMetering? {
        guard let gathering = plan.gathering(of: number) else { return nil }
        return SeriesMetering(
            meter: catalog.meters[series.entries[number].meter], bounds: plan.bounds[gathering.bounds])
    }

    /// The highest level of several dimension values together, for each item and split of a `high-water` meter.
    func jointUsage(
        _ items: [ProductItem], _ matrices: [ProductItemID: [MatrixPrice]]
    ) -> [CustomerID: [JointUsage]] {
        var ofCustomers: [Int: [Int]] = [:]
        for (number, entry) in series.entries.enumerated() where catalog.meters[entry.meter].needsJointSeries {
            guard plan.gathering(of: number) != nil else { continue }
            ofCustomers[catalog.projects[entry.project].customer, default: []].append(number)
        }
        var result: [CustomerID: [JointUsage]] = [:]
        for (customer, numbers) in ofCustomers where numbers.count > 1 {
            let id = catalog.customers[customer].id
            let members = numbers.map { number in
                let entry = series.entries[number]
                return JointLine.Series(
                    project: catalog.projects[entry.project].id, meter: catalog.meters[entry.meter],
                    dimensionValues: entry.dimensionValues)
            }
            result[id] = JointLine.all(members, items: items, matrices: matrices).flatMap { line -> [JointUsage] in
                guard let metering = metering(numbers[line.members[0]]) else { return [] }
                return line.usage(metering, customer: id) { events.events(of: numbers[$0]) }
            }
        }
        return result
    }
}
