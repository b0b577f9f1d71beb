import BillingTerms
import Catalog

/// What one meter counted for one project, one combination of dimension values and one local day of the customer. All
/// of a run's usage, however many events there were, comes down to a bounded number of these: nothing behind Metering
/// sees an event.
package struct Usage: Hashable, Sendable {
    package var customer: CustomerID
    package var project: ProjectID
    package var meter: MeterID
    /// In the order of the meter's declared dimensions; the empty text where an event names none.
    package var dimensionValues: [String]
    /// A day of the customer's billing zone.
    package var day: CalendarDay
    package var eventCount: Int
    package var sum: ExactDecimal
    package var maximum: ExactDecimal
    package var latest: Latest
    /// For `unique` meters: the distinct values, as numbers that stand for texts within this run. Rising.
    package var distinct: [UInt32]
    /// For meters whose events some price looks at one by one.
    package var detail: UsageDetail?

    /// The value of the last event; among events of one instant the larger value counts, so that order changes nothing.
    package struct Latest: Hashable, Sendable, Comparable {
        package var instant: Timestamp
        package var value: ExactDecimal

        package init(instant: Timestamp, value: ExactDecimal) {
            self.instant = instant
            self.value = value
        }

        package static func < (left: Latest, right: Latest) -> Bool {
            (left.instant, left.value) < (right.instant, right.value)
        }
    }

    package init(
        customer: CustomerID, project: ProjectID, meter: MeterID, dimensionValues: [String] = [], day: CalendarDay,
        eventCount: Int, sum: ExactDecimal, maximum: ExactDecimal, latest: Latest, distinct: [UInt32] = [],
        detail: UsageDetail? = nil
    ) {
        self.customer = customer
        self.project = project
        self.meter = meter
        self.dimensionValues = dimensionValues
        self.day = day
        self.eventCount = eventCount
        self.sum = sum
        self.maximum = maximum
        self.latest = latest
        self.distinct = distinct
        self.detail = detail
    }
}

extension Meter.Aggregation {
    /// The quantity of several days or dimension values together. Nothing used is zero.
    package func quantity(of usage: some Collection<Usage>) -> ExactDecimal {
        if usage.count == 1, let only = usage.first { return quantity(of: only) }
        switch self {
        case .sum: return usage.lazy.map(\.sum).sum()
        case .count: return ExactDecimal(usage.reduce(0) { $0 + $1.eventCount })
        case .max: return usage.lazy.map(\.maximum).max() ?? .zero
        case .latest: return usage.lazy.map(\.latest).max()?.value ?? .zero
        case .unique:
            var values = Set<UInt32>()
            for entry in usage { values.formUnion(entry.distinct) }
            return ExactDecimal(values.count)
        }
    }

    package func quantity(of usage: Usage) -> ExactDecimal {
        switch self {
        case .sum: usage.sum
        case .count: ExactDecimal(usage.eventCount)
        case .max: usage.maximum
        case .latest: usage.latest.value
        case .unique: ExactDecimal(usage.distinct.count)
        }
    }
}
