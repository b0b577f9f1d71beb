import BillingTerms

/// What is counted (`catalog/meters.yaml`).
///
/// A meter's quantity for a plan period comes about in up to three steps: events, or the level that they tell, are
/// aggregated over each window inside the period; the windows' values come to one; and what never ends as a decimal (a
/// third of an hour, a mean) is rounded half away from zero at `digits` fraction digits where it arises. Without a window
/// the plan period is the only one.
package struct Meter: Hashable, Sendable {
    package var id: MeterID
    package var name: String
    package var unit: String
    package var aggregation: Aggregation
    /// The dimensions that prices, filters and splits may use. Others in the exports are read past.
    package var dimensions: [String]
    /// For `unique`: the dimension whose distinct values are counted.
    package var uniqueDimension: String?
    /// Declared dimension → the values that count; all must match. Events of other values are left out.
    package var filter: [String: [String]] = [:]
    /// What events tell of the level, for aggregations of levels.
    package var level = LevelRule()
    /// In what the time of `time-weighted` and `duration` is measured.
    package var timeUnit = TimeUnit.hours
    package var window: MeterWindow?
    /// Whether a plan period that is billed in part is charged in part.
    package var partialPeriod = PartialPeriod.whole
    /// Fraction digits at which a quotient that never ends is rounded.
    package var digits = Meter.usualDigits

    package static let usualDigits = 12
    package static let mostDigits = 18

    /// How the events of a window come to a quantity.
    package enum Aggregation: String, Sendable, CaseIterable {
        // Of the values that events carry, whichever dimension values they have.
        case sum, count, unique, max, min, latest, average
        // Of a level that persists until the next event. Each combination of dimension values has a level of its own;
        // the level of several together is their sum at each instant.
        /// The level integrated over time: GB-hours.
        case timeWeighted = "time-weighted"
        /// The highest level, be it one that was carried in.
        case highWater = "high-water"
        /// The level at the end, to which events add and from which they remove.
        case runningTotal = "running-total"
        /// The time between the events that open (1) and those that close (0).
        case duration
    }

    package enum PartialPeriod: String, Sendable, CaseIterable {
        /// The whole quantity is charged.
        case whole
        /// The amount is charged for the share of days that a fee would be.
        case prorated
    }

    package enum TimeUnit: String, Sendable, CaseIterable {
        case seconds, minutes, hours
        /// Of 24 hours each, however long a local day is.
        case days
        /// The plan period's own length: the quantity is the mean level, such as seats or GB-months.
        case period

        /// Nil for `period`, whose length is that of the plan period.
        package var nanoseconds: Int64? {
            switch self {
            case .seconds: 1_000_000_000
            case .minutes: 60_000_000_000
            case .hours: 3_600_000_000_000
            case .days: 86_400_000_000_000
            case .period: nil
            }
        }
    }

    package init(
        id: MeterID, name: String, unit: String, aggregation: Aggregation, dimensions: [String] = [],
        uniqueDimension: String? = nil
    ) {
        self.id = id
        self.name = name
        self.unit = unit
        self.aggregation = aggregation
        self.dimensions = dimensions
        self.uniqueDimension = uniqueDimension
    }
}

extension Meter.Aggregation {
    /// Whether it is of a level that persists, not of the events' values.
    package var isOfLevel: Bool {
        switch self {
        case .timeWeighted, .highWater, .runningTotal, .duration: true
        case .sum, .count, .unique, .max, .min, .latest, .average: false
        }
    }

    /// Whether parts of a period add up to the whole of it, so that a change of plan splits the quantity by itself.
    package var addsUpOverTime: Bool {
        switch self {
        case .sum, .count, .timeWeighted, .duration: true
        case .unique, .max, .min, .latest, .average, .highWater, .runningTotal: false
        }
    }

    /// Whether a window without events has the value zero: nothing was counted, no level stood. For the others it has no
    /// value at all.
    package var isZeroWithoutEvents: Bool {
        switch self {
        case .sum, .count, .unique, .timeWeighted, .highWater, .runningTotal, .duration: true
        case .max, .min, .latest, .average: false
        }
    }

    /// Whether a quotient makes it.
    package var isQuotient: Bool { self == .average || self == .timeWeighted || self == .duration }
}

extension Meter {
    /// Whether the sum of several series must be followed through time: the highest of each, or the levels of each, do not
    /// tell those of all together.
    package var needsJointSeries: Bool {
        aggregation == .highWater || (aggregation == .timeWeighted && level.isPricedByLevel)
    }

    /// What a price is for under `priced_per`: the windows or levels of this meter, where they add up to its quantity, or
    /// the quantity itself.
    package func priced(per wanted: PricedPer) -> PricedPer {
        switch wanted {
        case .window where window?.outer == .sum: .window
        case .level where aggregation == .timeWeighted && timeUnit == .period && window == nil: .level
        case .period, .window, .level: .period
        }
    }

    /// Whether the quantity of a plan period's parts adds up to that of the whole.
    package var addsUpOverTime: Bool {
        window.map { $0.outer == .sum } ?? aggregation.addsUpOverTime
    }

    /// `region = eu or us, class = hot`.
    package var filterText: String {
        filter.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value.joined(separator: " or "))" }
            .joined(separator: ", ")
    }

    /// Whether events of these dimension values count.
    package func counts(_ dimensionValues: [String]) -> Bool {
        filter.allSatisfy { name, values in
            guard let index = dimensions.firstIndex(of: name) else { return false }
            return values.contains { $0.utf8.elementsEqual(dimensionValues[index].utf8) }
        }
    }
}

/// What the events of a level meter tell, and how long it holds.
package struct LevelRule: Hashable, Sendable {
    package var events: Events
    /// Nanoseconds after a series' last event at which its level falls to zero; nil where it stays.
    package var timeout: Int64?
    /// Whether it must be known of every level how long it stood, since a price is for each of them.
    package var isPricedByLevel = false

    package enum Events: String, Sendable, CaseIterable {
        /// An event's value is the level from then on; of several at one instant the largest.
        case levels
        /// An event's value is added to the level; several at one instant all together.
        case changes
        /// 0 closes, anything else opens; both at one instant leave things as they were.
        case switches
    }

    package init(events: Events = .levels, timeout: Int64? = nil) {
        self.events = events
        self.timeout = timeout
    }
}

/// Windows inside the plan period, counted from the beginning of each local day in elapsed time; the last one of a day may
/// be shorter.
package struct MeterWindow: Hashable, Sendable {
    /// A divisor of 1,440; 1,440 is a local day, however long.
    package var minutes: Int
    package var outer: Outer

    /// How the windows' values come to one.
    package enum Outer: Hashable, Sendable {
        case sum, max, min, average
        /// The nearest rank: of n values, rising, the one at place percent × n ÷ 100, rounded up.
        case percentile(ExactDecimal)
        /// The highest value after the n highest are left out.
        case dropTop(Int)
    }

    package static let day = 1_440

    package init(minutes: Int, outer: Outer) {
        self.minutes = minutes
        self.outer = outer
    }

    package var isDay: Bool { minutes == MeterWindow.day }

    /// "day", "hour", "5 minutes".
    package var name: String {
        switch minutes {
        case MeterWindow.day: "day"
        case 60: "hour"
        case let minutes where minutes % 60 == 0: "\(minutes / 60) hours"
        case 1: "minute"
        default: "\(minutes) minutes"
        }
    }
}
