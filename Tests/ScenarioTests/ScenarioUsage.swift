import BillingTerms
import Catalog
import Metering

/// The rows of a scenario's `usage` and `costs` sections, brought to days as Metering does it.
struct ScenarioUsage {
    let workspace: Workspace
    let customer: Customer

    /// `2026-10-05 web api-calls 12000 region=eu`; the first word may be an instant, `2026-10-25T00:30:00Z`, or one of the
    /// customer's zone, `2026-10-25T02:30`.
    private struct Event {
        var instant: Timestamp
        var day: CalendarDay
        var project: ProjectID
        var meter: Meter
        var value: ExactDecimal
        var dimensions: [String: String]

        /// In the order of the meter's dimensions.
        var values: [String] { meter.dimensions.map { dimensions[$0] ?? "" } }
    }

    /// What Rating gets of the rows. Meters that need their events in order have them brought to the days that a run of
    /// `period` needs, as Metering does it.
    func waist(_ rows: [String], period: BillingPeriod) throws -> (usage: [Usage], joint: [JointUsage]) {
        let events = try rows.enumerated().filter { !$0.element.trimmingBlanks.isEmpty }
            .map { try event($0.element, place: $0.offset) }.filter { $0.meter.counts($0.values) }
        let inOrder = events.filter(\.meter.needsEventsInOrder)
        let days = workspace.daysNeeded(for: period.days)[customer.id] ?? period.days
        let series = ScenarioSeries(
            workspace: workspace, customer: customer, bounds: DayBounds(days, zone: customer.zone),
            events: Dictionary(grouping: inOrder) {
                JointLine.Series(project: $0.project, meter: $0.meter, dimensionValues: $0.values)
            }.mapValues { $0.map { SeriesEvent(instant: $0.instant, value: $0.value) } })
        let usage = addedUp(events.filter { !$0.meter.needsEventsInOrder }) + series.usage
        let sorted = usage.sorted { left, right in
            let a = [left.project.text, left.meter.text] + left.dimensionValues + [left.day.description]
            let b = [right.project.text, right.meter.text] + right.dimensionValues + [right.day.description]
            return a.lexicographicallyPrecedes(b)
        }
        return (sorted, series.joint)
    }

    /// The others are gathered by day.
    private func addedUp(_ events: [Event]) -> [Usage] {
        struct Key: Hashable {
            var project: ProjectID
            var meter: MeterID
            var values: [String]
            var day: CalendarDay
        }
        var texts: [String: UInt32] = [:]
        var gathered: [Key: [Event]] = [:]
        for event in events {
            let kept = event.meter.aggregation == .unique ? [] : event.meter.dimensions
            let key = Key(
                project: event.project, meter: event.meter.id, values: kept.map { event.dimensions[$0] ?? "" },
                day: event.day)
            gathered[key, default: []].append(event)
        }
        return gathered.map { key, events in
            var distinct = Set<UInt32>()
            for event in events {
                guard let name = event.meter.uniqueDimension, let value = event.dimensions[name] else { continue }
                let number = texts[value] ?? UInt32(texts.count)
                texts[value] = number
                distinct.insert(number)
            }
            var detail = workspace.eventDetails[key.meter].map { UsageDetail($0) }
            for event in events { detail?.add(event.value, at: event.instant) }
            let values = key.values.isEmpty ? events[0].meter.dimensions.map { _ in "" } : key.values
            let levels = events.map { Usage.Latest(instant: $0.instant, value: $0.value) }
            return Usage(
                customer: customer.id, project: key.project, meter: key.meter, dimensionValues: values, day: key.day,
                eventCount: events.count, sum: events.map(\.value).sum(),
                maximum: events.map(\.value).max() ?? .zero, latest: levels.max() ?? levels[0],
                distinct: distinct.sorted(), detail: detail)
        }
    }

    private func event(_ row: String, place: Int) throws -> Event {
        let words = row.split(separator: " ").map(String.init)
        guard words.count >= 4 else { throw ScenarioError("a usage row is day, project, meter, value: \(row)") }
        guard let meter = workspace.meters[MeterID(words[2])] else { throw ScenarioError("no meter \(words[2])") }
        let instant = try Timestamp(parsing: words[0], zone: customer.zone)
        let value = try ExactDecimal(parsing: words[3])
        return Event(
            // Rows of one day count in their order; a level stands from the day's beginning.
            instant: words[0].contains("T") || meter.needsEventsInOrder
                ? instant : Timestamp(nanoseconds: instant.nanoseconds + Int64(place)),
            day: customer.zone.day(of: instant), project: ProjectID(words[1]), meter: meter, value: value,
            dimensions: pairs(words.dropFirst(4)))
    }

    /// `2026-10-05 web aws EC2 100.00 USD region=eu category=usage effective=90`.
    func costs(_ rows: [String]) throws -> [Cost] {
        try rows.filter { !$0.trimmingBlanks.isEmpty }.map { row in
            let words = row.split(separator: " ").map(String.init)
            guard words.count >= 6, let day = CalendarDay(iso: words[0]), let currency = Currency(code: words[5]) else {
                throw ScenarioError("a cost row is day, project, provider, service, cost, currency: \(row)")
            }
            let billed = try ExactDecimal(parsing: words[4])
            let more = pairs(words.dropFirst(6))
            let effective = try more["effective"].map { try ExactDecimal(parsing: $0) } ?? billed
            return Cost(
                customer: customer.id, project: ProjectID(words[1]), serviceAccount: "aws-main", provider: words[2],
                service: words[3], account: "111122223333", region: more["region"] ?? "",
                category: more["category"].flatMap(ChargeCategory.init) ?? .usage, currency: currency, day: day,
                rowCount: 1, billed: billed, effective: effective, list: billed, contracted: billed)
        }
    }

    private func pairs(_ words: ArraySlice<String>) -> [String: String] {
        var result: [String: String] = [:]
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2 { result[parts[0]] = parts[1] }
        }
        return result
    }
}

/// Events by series, brought to their days.
struct ScenarioSeries {
    let workspace: Workspace
    let customer: Customer
    let bounds: DayBounds
    let events: [JointLine.Series: [SeriesEvent]]

    var usage: [Usage] {
        events.flatMap { key, events in
            SeriesMetering(meter: key.meter, bounds: bounds).days(of: events).map {
                Usage(
                    $0, customer: customer.id, project: key.project, meter: key.meter.id,
                    dimensionValues: key.dimensionValues)
            }
        }
    }

    var joint: [JointUsage] {
        let series = Array(events.keys)
        return JointLine.all(series, items: workspace.productItems.values, matrices: workspace.matrices).flatMap {
            line in
            let metering = SeriesMetering(meter: series[line.members[0]].meter, bounds: bounds)
            return line.usage(metering, customer: customer.id) { events[series[$0]] ?? [] }
        }
    }
}
