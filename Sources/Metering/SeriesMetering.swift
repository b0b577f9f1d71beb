import BillingTerms
import Catalog

/// A day of a series, before it is known whose it is.
package struct MeteredDay: Hashable, Sendable {
    package var day: CalendarDay
    package var totals: Usage.Totals
    package var windows: [Usage.Window] = []
}

/// The local days of a zone that are wanted, as instants.
package struct DayBounds: Hashable, Sendable {
    package let days: ServicePeriod
    /// Where each day begins, and at the end where the last one ends; nanoseconds since 1970.
    let starts: [Int64]

    package init(_ days: ServicePeriod, zone: BillingZone) {
        self.days = days
        starts = (0...days.dayCount).map { zone.start(of: days.start + $0).nanoseconds }
    }

    var start: Int64 { starts[0] }
    var end: Int64 { starts[starts.count - 1] }
}

/// Brings the events of one series to its days, for the meters that need to see them in the order of time: those of levels,
/// those with windows shorter than a day, and minima. The others are added up as they come.
///
/// ```swift
/// let days = SeriesMetering(meter: storage, bounds: DayBounds(october, zone: zone)).days(of: events)
/// ```
package struct SeriesMetering: Sendable {
    let meter: Meter
    let bounds: DayBounds

    package init(meter: Meter, bounds: DayBounds) {
        self.meter = meter
        self.bounds = bounds
    }

    /// The days with events or a level, rising. The events may come in any order; those of levels from before the first
    /// wanted day carry their level into it.
    package func days(of events: [SeriesEvent]) -> [MeteredDay] {
        let sorted = events.sorted()
        return days(sorted, meter.aggregation.isOfLevel ? LevelTimeline(sorted, rule: meter.level) : nil)
    }

    /// The days of several series together, whose level is the sum of theirs at each instant.
    package func jointDays(of series: [[SeriesEvent]]) -> [MeteredDay] {
        let sorted = series.map { $0.sorted() }
        let timeline = LevelTimeline(sumOf: sorted.map { LevelTimeline($0, rule: meter.level) })
        return days(sorted.joined().sorted(), timeline)
    }

    /// The window's length where it is shorter than a day.
    private var windowLength: Int64? { meter.window.flatMap { $0.isDay ? nil : $0.nanoseconds } }

    private var mostSpans: Int { meter.level.isPricedByLevel ? .max : Usage.Level.mostShown }

    private func days(_ events: [SeriesEvent], _ timeline: LevelTimeline?) -> [MeteredDay] {
        var result: [MeteredDay] = []
        var place = events.firstIndex { $0.instant.nanoseconds >= bounds.start } ?? events.count
        var walk = timeline.map { LevelWalk($0, from: bounds.start, mostSpans: mostSpans) }
        for (index, (start, end)) in zip(bounds.starts, bounds.starts.dropFirst()).enumerated() {
            let first = place
            while place < events.count, events[place].instant.nanoseconds < end { place += 1 }
            let ofDay = events[first..<place]
            // Without events the level is that of before, and a level of zero is nothing.
            if ofDay.isEmpty, walk?.isIdle(from: start, until: end) ?? true { continue }
            let windows = windowLength.map { ofWindows(ofDay, walk, from: start, to: end, length: $0) } ?? []
            let level = walk?.advance(from: start, to: end)
            result.append(
                MeteredDay(day: bounds.days.start + index, totals: totals(ofDay, level), windows: windows))
        }
        return result
    }

    private func ofWindows(
        _ events: ArraySlice<SeriesEvent>, _ walk: LevelWalk?, from start: Int64, to end: Int64, length: Int64
    ) -> [Usage.Window] {
        var walk = walk
        var result: [Usage.Window] = []
        var place = events.startIndex
        for (index, begin) in stride(from: start, to: end, by: Int(length)).enumerated() {
            let stop = min(begin + length, end)
            let first = place
            while place < events.endIndex, events[place].instant.nanoseconds < stop { place += 1 }
            let isIdle = walk?.isIdle(from: begin, until: stop) ?? true
            let level = walk?.advance(from: begin, to: stop)
            if first < place || !isIdle {
                result.append(Usage.Window(index: index, totals: totals(events[first..<place], level)))
            }
        }
        return result
    }

    private func totals(_ events: ArraySlice<SeriesEvent>, _ level: Usage.Level?) -> Usage.Totals {
        var totals = Usage.Totals()
        totals.eventCount = events.count
        totals.sum = events.lazy.map(\.value).sum()
        totals.maximum = events.lazy.map(\.value).max()
        totals.minimum = events.lazy.map(\.value).min()
        totals.latest = events.last.map { Usage.Latest(instant: $0.instant, value: $0.value) }
        if meter.uniqueDimension != nil { totals.distinct = Set(events.lazy.map(\.distinct)).sorted() }
        totals.level = level
        return totals
    }
}

extension Meter {
    /// Whether its events must be seen in the order of time, by `SeriesMetering`.
    package var needsEventsInOrder: Bool {
        aggregation.isOfLevel || aggregation == .min || window.map { !$0.isDay } ?? false
    }
}

extension Usage {
    package init(
        _ metered: MeteredDay, customer: CustomerID, project: ProjectID, meter: MeterID, dimensionValues: [String]
    ) {
        let totals = metered.totals
        self.init(
            customer: customer, project: project, meter: meter, dimensionValues: dimensionValues, day: metered.day,
            eventCount: totals.eventCount, sum: totals.sum.normalized,
            maximum: totals.maximum?.normalized ?? .zero,
            latest: totals.latest ?? Latest(instant: Timestamp(nanoseconds: 0), value: .zero),
            distinct: totals.distinct)
        minimum = totals.minimum
        level = totals.level
        windows = metered.windows
    }
}
