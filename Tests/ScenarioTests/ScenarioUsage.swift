import BillingTerms
import Catalog
import Metering

/// The rows of a scenario's `usage` and `costs` sections, gathered by day as Metering does it.
struct ScenarioUsage {
    let workspace: Workspace
    let customer: Customer

    /// `2026-10-05 web api-calls 12000 region=eu`; the first word may be an instant, `2026-10-25T00:30:00Z`.
    private struct Event {
        var instant: Timestamp
        var day: CalendarDay
        var project: ProjectID
        var meter: Meter
        var value: ExactDecimal
        var dimensions: [String: String]
    }

    func usage(_ rows: [String]) throws -> [Usage] {
        struct Key: Hashable {
            var project: ProjectID
            var meter: MeterID
            var values: [String]
            var day: CalendarDay
        }
        var texts: [String: UInt32] = [:]
        var gathered: [Key: [Event]] = [:]
        for (place, row) in rows.enumerated() where !row.trimmingBlanks.isEmpty {
            let event = try event(row, place: place)
            let kept = event.meter.aggregation == .unique ? [] : event.meter.dimensions
            let key = Key(
                project: event.project, meter: event.meter.id, values: kept.map { event.dimensions[$0] ?? "" },
                day: event.day)
            gathered[key, default: []].append(event)
        }
        let usage = gathered.map { key, events in
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
        return usage.sorted { left, right in
            let a = [left.project.text, left.meter.text] + left.dimensionValues + [left.day.description]
            let b = [right.project.text, right.meter.text] + right.dimensionValues + [right.day.description]
            return a.lexicographicallyPrecedes(b)
        }
    }

    private func event(_ row: String, place: Int) throws -> Event {
        let words = row.split(separator: " ").map(String.init)
        guard words.count >= 4 else { throw ScenarioError("a usage row is day, project, meter, value: \(row)") }
        guard let meter = workspace.meters[MeterID(words[2])] else { throw ScenarioError("no meter \(words[2])") }
        let instant = try Timestamp(parsing: words[0], zone: customer.zone)
        let value = try ExactDecimal(parsing: words[3])
        return Event(
            // Rows of one day count in their order.
            instant: words[0].contains("T") ? instant : Timestamp(nanoseconds: instant.nanoseconds + Int64(place)),
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
