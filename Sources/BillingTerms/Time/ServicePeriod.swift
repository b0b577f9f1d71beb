/// The days for which something is charged: from the first day up to, not including, the last one named. The days are
/// those of the customer's billing zone; a day of 23 or 25 hours is one day.
package struct ServicePeriod: Hashable, Sendable, Codable {
    package let start: CalendarDay
    /// The first day after the period.
    package let end: CalendarDay

    /// `end` must not lie before `start`.
    package init(start: CalendarDay, end: CalendarDay) {
        precondition(start <= end, "a period ends after it starts")
        self.start = start
        self.end = end
    }

    package var dayCount: Int { end - start }
    package var isEmpty: Bool { start == end }
    /// The last day inside, as invoices print it.
    package var lastDay: CalendarDay { end - 1 }

    package func contains(_ day: CalendarDay) -> Bool { start <= day && day < end }
    package func contains(_ other: ServicePeriod) -> Bool { start <= other.start && other.end <= end }

    /// The days in both, nil when there are none.
    package func intersection(_ other: ServicePeriod) -> ServicePeriod? {
        let from = max(start, other.start)
        let to = min(end, other.end)
        return from < to ? ServicePeriod(start: from, end: to) : nil
    }
}

extension ServicePeriod: Comparable, CustomStringConvertible {
    package static func < (left: ServicePeriod, right: ServicePeriod) -> Bool {
        left.start != right.start ? left.start < right.start : left.end < right.end
    }

    /// First and last day, both inside: `2026-10-01 – 2026-10-31`.
    package var description: String {
        dayCount <= 1 ? start.description : "\(start) – \(lastDay)"
    }
}
