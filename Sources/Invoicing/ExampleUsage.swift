import BillingTerms
import Catalog
import Metering

/// What a plan's example says was used, brought to days as Metering does it with events: an entry is an event of its value at
/// the beginning of its day, of which a level persists. Two kinds of meters are told their quantity instead, since nobody
/// writes down a hundred events by hand: `count` and `unique` so many events or values, and what is measured in time so much
/// of it on the day.
struct ExampleUsage {
    let workspace: Workspace
    let customer: Customer
    let project: ProjectID
    /// All days that the example's bill looks at.
    let days: ServicePeriod

    private struct Entry {
        let series: JointLine.Series
        let said: PlanExample.Usage
        let instant: Timestamp
        /// Values of `unique` meters that came before this entry's: each entry counts others.
        let distinctBefore: Int
    }

    func waist(_ said: [PlanExample.Usage]) -> (usage: [Usage], joint: [JointUsage]) {
        var entries: [Entry] = []
        for (place, usage) in said.enumerated() {
            guard let meter = workspace.meters[usage.meter] else { continue }
            let values = meter.dimensions.map { usage.dimensions[$0] ?? "" }
            guard meter.counts(values) else { continue }
            // Entries of one day count in their order; a level stands from the day's beginning.
            let start = customer.zone.start(of: usage.day)
            let later = meter.needsEventsInOrder ? 0 : Int64(place)
            entries.append(
                Entry(
                    series: JointLine.Series(project: project, meter: meter, dimensionValues: values), said: usage,
                    instant: Timestamp(nanoseconds: start.nanoseconds + later),
                    distinctBefore: entries.reduce(0) { $0 + $1.said.wholeQuantity }))
        }
        let isInOrder: (Entry) -> Bool = { $0.series.meter.needsEventsInOrder && !$0.series.meter.isToldAsTime }
        let series = Dictionary(grouping: entries.filter(isInOrder), by: \.series).mapValues { entries in
            entries.map { SeriesEvent(instant: $0.instant, value: $0.said.quantity) }
        }
        let bounds = DayBounds(days, zone: customer.zone)
        return (entries.filter { !isInOrder($0) }.map(usage) + usage(of: series, bounds), joint(series, bounds))
    }

    private func usage(_ entry: Entry) -> Usage {
        let (said, meter) = (entry.said, entry.series.meter)
        let isCount = meter.aggregation == .count || meter.aggregation == .unique
        let count = isCount ? said.wholeQuantity : 1
        var detail = workspace.eventDetails[meter.id].map { UsageDetail($0) }
        detail?.add(said.quantity, at: entry.instant)
        let distinct = meter.aggregation == .unique ? entry.distinctBefore..<(entry.distinctBefore + count) : 0..<0
        var usage = Usage(
            customer: customer.id, project: project, meter: meter.id,
            dimensionValues: entry.series.dimensionValues, day: said.day, eventCount: count,
            sum: said.quantity, maximum: said.quantity,
            latest: Usage.Latest(instant: entry.instant, value: said.quantity),
            distinct: distinct.map { UInt32(clamping: $0) }, detail: detail)
        if meter.isToldAsTime, let unit = meter.timeUnit.nanoseconds {
            let integral = said.quantity * ExactDecimal(Int(unit))
            usage.level = Usage.Level(integral: integral, peak: said.quantity, final: .zero, spans: nil)
        }
        return usage
    }

    private func usage(of series: [JointLine.Series: [SeriesEvent]], _ bounds: DayBounds) -> [Usage] {
        series.flatMap { key, events in
            SeriesMetering(meter: key.meter, bounds: bounds).days(of: events).map {
                Usage(
                    $0, customer: customer.id, project: project, meter: key.meter.id,
                    dimensionValues: key.dimensionValues)
            }
        }.sorted {
            ($0.meter.text, $0.day, $0.dimensionValues.joined()) < ($1.meter.text, $1.day, $1.dimensionValues.joined())
        }
    }

    private func joint(_ series: [JointLine.Series: [SeriesEvent]], _ bounds: DayBounds) -> [JointUsage] {
        let keys = series.keys.sorted { $0.dimensionValues.lexicographicallyPrecedes($1.dimensionValues) }
        return JointLine.all(keys, items: workspace.productItems.values, matrices: workspace.matrices).flatMap { line in
            line.usage(SeriesMetering(meter: keys[line.members[0]].meter, bounds: bounds), customer: customer.id) {
                series[keys[$0]] ?? []
            }
        }
    }
}

extension PlanExample.Usage {
    fileprivate var wholeQuantity: Int { max(0, Int(quantity.rounded(to: 0).description) ?? 0) }
}

extension Meter {
    /// Time of which an example says how much there was, in the meter's unit.
    fileprivate var isToldAsTime: Bool {
        (aggregation == .timeWeighted || aggregation == .duration) && window == nil && timeUnit != .period
    }
}
