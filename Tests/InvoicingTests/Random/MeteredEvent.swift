import BillingTerms
import Catalog
import Metering

/// One event of a meter, before anything is gathered.
struct MeteredEvent {
    var project: ProjectID
    var meter: MeterID
    var day: CalendarDay
    var second: Int
    var value: ExactDecimal
    var region: String
    var user: UInt32
}

extension Workspace {
    /// The events by project, meter, region and day, as Metering hands them over.
    func usage(of events: [MeteredEvent], customer: CustomerID) -> [Usage] {
        struct Key: Hashable {
            var project: ProjectID
            var meter: MeterID
            var region: String
            var day: CalendarDay
        }
        let gathered = Dictionary(grouping: events) { event in
            let isSplit = meters[event.meter]?.dimensions == ["region"]
            return Key(project: event.project, meter: event.meter, region: isSplit ? event.region : "", day: event.day)
        }
        let details = eventDetails
        return gathered.map { key, events in
            let levels = events.map { event in
                let second = Int64(event.day.number) * 86_400 + Int64(event.second)
                return Usage.Latest(instant: Timestamp(nanoseconds: second * 1_000_000_000), value: event.value)
            }
            var detail = details[key.meter].map { UsageDetail($0) }
            for level in levels { detail?.add(level.value, at: level.instant) }
            return Usage(
                customer: customer, project: key.project, meter: key.meter,
                dimensionValues: meters[key.meter]?.dimensions == ["region"] ? [key.region] : [""], day: key.day,
                eventCount: events.count, sum: events.map(\.value).sum(), maximum: events.map(\.value).max() ?? .zero,
                latest: levels.max() ?? levels[0], distinct: Set(events.map(\.user)).sorted(), detail: detail)
        }.sorted { left, right in
            let a = (left.project, left.meter, left.dimensionValues[0], left.day)
            let b = (right.project, right.meter, right.dimensionValues[0], right.day)
            return a < b
        }
    }
}
