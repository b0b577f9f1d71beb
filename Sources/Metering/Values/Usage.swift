import BillingTerms
import Catalog

/// What one meter counted for one project, one combination of dimension values and one local day of the customer. All
/// of a run's usage, however many events there were, comes down to a bounded number of these: nothing behind Metering
/// sees an event.
///
/// A level persists: it makes usage on each day on which it stands, be there events or not, from the day of the first
/// one until it is zero. Before its first event a level is zero.
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
    /// For `min` meters; nil where it is not asked for, or no event told one.
    package var minimum: ExactDecimal?
    /// For meters of levels, which have usage on days without events too.
    package var level: Level?
    /// For meters with windows shorter than a day: those in which something was used, rising by `index`.
    package var windows: [Window] = []
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

extension Usage {
    /// What a level came to over a day or a window.
    package struct Level: Hashable, Sendable {
        /// Σ level × nanoseconds for which it stood.
        package var integral: ExactDecimal
        /// The highest level that stood for any time, be it carried in.
        package var peak: ExactDecimal
        /// The level at the end.
        package var final: ExactDecimal
        /// How long each level other than zero stood, rising by level; nil where there are too many to show.
        package var spans: [Span]?

        package static let mostShown = 8

        package struct Span: Hashable, Sendable {
            package var level: ExactDecimal
            package var nanoseconds: Int64

            package init(level: ExactDecimal, nanoseconds: Int64) {
                self.level = level
                self.nanoseconds = nanoseconds
            }
        }

        package init(integral: ExactDecimal, peak: ExactDecimal, final: ExactDecimal, spans: [Span]?) {
            self.integral = integral
            self.peak = peak
            self.final = final
            self.spans = spans
        }
    }

    /// What events and level come to, over a day or a window of it.
    package struct Totals: Hashable, Sendable {
        package var eventCount = 0
        package var sum = ExactDecimal.zero
        package var maximum: ExactDecimal?
        package var minimum: ExactDecimal?
        package var latest: Latest?
        package var distinct: [UInt32] = []
        package var level: Level?

        package init() {}
    }

    package struct Window: Hashable, Sendable {
        /// Which window of the day, from 0.
        package var index: Int
        package var totals: Totals

        package init(index: Int, totals: Totals) {
            self.index = index
            self.totals = totals
        }
    }

    /// The day's own.
    package var totals: Totals {
        var totals = Totals()
        totals.eventCount = eventCount
        totals.sum = sum
        totals.maximum = eventCount > 0 ? maximum : nil
        totals.minimum = minimum
        totals.latest = eventCount > 0 ? latest : nil
        totals.distinct = distinct
        totals.level = level
        return totals
    }
}

/// The usage of one line of an item, where that cannot be had from the usage of its parts: the highest level of several
/// dimension values together is not told by the highest of each. Metering makes one for each item of a `high-water` meter
/// that takes in more than one combination of dimension values.
package struct JointUsage: Hashable, Sendable {
    package var item: ProductItemID
    /// Where a matrix prices the item: which of its cells this is.
    package var cell: JointLine.Cell?
    /// Of the dimensions by which the item is split, which are all that `usage.dimensionValues` holds.
    package var usage: Usage

    package init(item: ProductItemID, cell: JointLine.Cell? = nil, usage: Usage) {
        self.item = item
        self.cell = cell
        self.usage = usage
    }
}
