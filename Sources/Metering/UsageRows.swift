import BillingTerms
import Catalog
import Importing
import Synchronization

/// Which events are asked for: those behind a quantity of an invoice.
package struct UsageQuery: Sendable {
    package var customer: CustomerID
    package var project: ProjectID
    package var meter: MeterID
    /// Dimension → the values that count; all must match.
    package var filter: [String: [String]]
    /// Only what this cell of a matrix prices.
    package var cell: (matrix: MatrixPrice, place: Int)?
    /// Days in the customer's zone.
    package var days: ServicePeriod

    package init(
        customer: CustomerID, project: ProjectID, meter: MeterID, filter: [String: [String]] = [:],
        cell: (matrix: MatrixPrice, place: Int)? = nil, days: ServicePeriod
    ) {
        self.customer = customer
        self.project = project
        self.meter = meter
        self.filter = filter
        self.cell = cell
        self.days = days
    }
}

extension UsageImport {
    /// The rows of the exports behind some usage, duplicates left out: the first `limit` of them in the order of files
    /// and lines, and how many there are in all. Of a level, the rows from before the days that set what is carried into
    /// them are among these. The files are read and deduplicated anew, as the import did.
    package static func rows(
        files: [MeterFile], order: MeterFileOrder = .asGiven, workspace: Workspace, query: UsageQuery,
        billed: BilledPeriods = BilledPeriods(), limit: Int = 100, threads: Int = 2,
        options: MeterReadingOptions = MeterReadingOptions()
    ) throws -> (rows: [SourceRow], total: Int) {
        let reading = try MeterReading.run(
            files: files, order: order, catalog: MeterCatalog(workspace), threads: threads, options: options)
        let series = UsageSeries(reading)
        let collectors = (0..<max(1, threads)).map { _ in
            MatchingEvents(
                reading, series, query, zone: workspace.customers[query.customer]?.zone ?? .utc, limit: limit)
        }
        _ = try deduplicate(reading, series, workspace, billed, collectors: collectors)
        let carried = MatchingEvents.lastBefore(collectors)
        let found = (collectors.flatMap(\.events) + carried).sorted {
            reading.order(of: $0.place) < reading.order(of: $1.place)
        }
        let rows = try reading.sourceRows(of: Array(found.prefix(max(0, limit))))
        return (rows, collectors.reduce(carried.count) { $0 + $1.total })
    }
}

/// Keeps the first events of one thread that a query asks for.
final class MatchingEvents: EventCollector, @unchecked Sendable {
    private let reading: MeterReading
    private let series: UsageSeries
    private let matches: [Bool]
    private let days: ServicePeriod
    private let zone: BillingZone
    private let limit: Int
    private(set) var events: [EventReference] = []
    private(set) var total = 0
    /// How events from before the days carry a level into them; nil where they do not.
    private let rule: LevelRule?
    private let start: Int64
    /// By series, of one instant each: what a level was set to before the days.
    private var before: [Int: [EventReference]] = [:]

    init(_ reading: MeterReading, _ series: UsageSeries, _ query: UsageQuery, zone: BillingZone, limit: Int) {
        self.reading = reading
        self.series = series
        self.zone = zone
        self.limit = limit
        days = query.days
        start = zone.start(of: query.days.start).nanoseconds
        rule = reading.catalog.meters.first { $0.id == query.meter && $0.aggregation.isOfLevel }?.level
        let catalog = reading.catalog
        matches = series.entries.map { entry in
            let (project, customer) = catalog.projects[entry.project]
            let meter = catalog.meters[entry.meter]
            guard project == query.project, meter.id == query.meter, catalog.customers[customer].id == query.customer
            else { return false }
            guard meter.counts(entry.dimensionValues) else { return false }
            if let (matrix, place) = query.cell,
                matrix.place(of: entry.dimensionValues, dimensions: meter.dimensions) != place
            {
                return false
            }
            return query.filter.allSatisfy { name, values in
                guard let index = meter.dimensions.firstIndex(of: name) else { return false }
                return values.contains { $0.utf8.elementsEqual(entry.dimensionValues[index].utf8) }
            }
        }
    }

    func collect(_ block: UnsafeMutablePointer<EventRecord>, count: Int, share: Int) {
        for index in 0..<count where block[index].flags & EventRecord.isDropped == 0 {
            let record = block[index]
            let place = Int(series.places[share][Int(record.series)])
            guard matches[place] else { continue }
            let instant = Timestamp(nanoseconds: record.instant)
            let isBefore = record.instant < start && rule != nil
            guard isBefore || days.contains(zone.day(of: instant)) else { continue }
            let event = EventReference(
                place: record.place, instant: instant, value: reading.shares[share].value(of: record),
                dimensionValues: series.entries[place].dimensionValues)
            // A level is what it was last set to; of changes all count.
            if isBefore, rule?.events != .changes {
                keepLast(event, of: place)
                continue
            }
            total += 1
            events.append(event)
            if events.count > max(0, limit) * 2 + 1_000 { keepFirst() }
        }
    }

    private func keepLast(_ event: EventReference, of place: Int) {
        let known = before[place]?.first?.instant
        if let timeout = rule?.timeout, event.instant.nanoseconds + timeout <= start { return }
        if let known, event.instant < known { return }
        before[place] = (known == event.instant ? before[place] ?? [] : []) + [event]
    }

    /// What the levels of all series were last set to before the days, over all threads.
    static func lastBefore(_ parts: [MatchingEvents]) -> [EventReference] {
        var last: [Int: [EventReference]] = [:]
        for (place, events) in parts.flatMap(\.before) {
            let known = last[place]?.first?.instant
            if let known, let instant = events.first?.instant, instant < known { continue }
            last[place] = (known == events.first?.instant ? last[place] ?? [] : []) + events
        }
        return last.values.flatMap(\.self)
    }

    private func keepFirst() {
        events.sort { reading.order(of: $0.place) < reading.order(of: $1.place) }
        events.removeLast(events.count - max(0, limit))
    }
}
