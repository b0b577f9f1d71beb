import BillingTerms
import Catalog

/// The plan period that a quantity is for: how long it is, and which windows it has.
package struct MeteredPeriod: Hashable, Sendable {
    package var zone: BillingZone
    /// As the plan counts.
    package var whole: ServicePeriod
    /// What is billed of it.
    package var billed: ServicePeriod

    package init(zone: BillingZone, whole: ServicePeriod, billed: ServicePeriod) {
        self.zone = zone
        self.whole = whole
        self.billed = billed
    }

    /// In elapsed time, so that a day of 25 hours counts 25.
    package func nanoseconds(of days: ServicePeriod) -> Int64 {
        zone.start(of: days.end).nanoseconds - zone.start(of: days.start).nanoseconds
    }

    /// How many windows the billed days have.
    func count(_ window: MeterWindow) -> Int {
        if window.isDay { return billed.dayCount }
        return (0..<billed.dayCount).reduce(0) { count, day in
            let start = billed.start + day
            let length = nanoseconds(of: ServicePeriod(start: start, end: start + 1))
            return count + window.count(inDayOf: length)
        }
    }
}

extension MeterWindow {
    var nanoseconds: Int64 { Int64(minutes) * 60_000_000_000 }

    func count(inDayOf length: Int64) -> Int { Int((length + nanoseconds - 1) / nanoseconds) }
}

/// Which window of which day.
package struct WindowPlace: Hashable, Sendable, Comparable {
    package var day: CalendarDay
    /// From 0.
    package var index: Int

    package static func < (left: WindowPlace, right: WindowPlace) -> Bool {
        (left.day, left.index) < (right.day, right.index)
    }
}

package struct WindowValue: Hashable, Sendable {
    package var place: WindowPlace
    package var value: ExactDecimal
}

extension Meter {
    /// The quantity of several days and dimension values together, in a plan period. Nothing used is zero.
    package func quantity(of usage: some Collection<Usage>, in period: MeteredPeriod) -> ExactDecimal {
        guard let window else { return periodQuantity(usage, period) }
        return outerQuantity(of: windowValues(of: usage, in: period).map(\.value), window, in: period)
    }

    /// The same, compiled for arrays: every line asks for it.
    package func quantity(of usage: [Usage], in period: MeteredPeriod) -> ExactDecimal {
        guard let window else { return periodQuantity(usage, period) }
        return outerQuantity(of: windowValues(of: usage, in: period).map(\.value), window, in: period)
    }

    /// What one day adds, for showing.
    package func quantity(ofDay usage: Usage, in period: MeteredPeriod) -> ExactDecimal {
        let day = ServicePeriod(start: usage.day, end: usage.day + 1)
        return quantity(
            of: CollectionOfOne(usage), in: MeteredPeriod(zone: period.zone, whole: period.whole, billed: day))
    }

    /// Without windows the plan period is the only one.
    private func periodQuantity(_ usage: some Collection<Usage>, _ period: MeteredPeriod) -> ExactDecimal {
        switch aggregation {
        case .sum: return usage.reduce(into: ExactDecimal.zero) { $0 += $1.sum }
        case .count: return ExactDecimal(usage.reduce(0) { $0 + $1.eventCount })
        case .max: return usage.lazy.map(\.maximum).max() ?? .zero
        case .min: return usage.lazy.compactMap(\.minimum).min() ?? .zero
        case .latest: return usage.lazy.map(\.latest).max()?.value ?? .zero
        case .average, .unique, .timeWeighted, .duration:
            return value(of: usage.map(\.totals), period) ?? .zero
        case .runningTotal:
            let last = usage.filter { $0.day == period.billed.lastDay }
            return value(of: last.map(\.totals), period) ?? .zero
        case .highWater:
            let days = Dictionary(grouping: usage, by: \.day).values
            return days.lazy.compactMap { value(of: $0.map(\.totals), period) }.max() ?? .zero
        }
    }

    /// What one window comes to over all dimension values; nil where it has no value.
    private func value(of parts: [Usage.Totals], _ period: MeteredPeriod) -> ExactDecimal? {
        switch aggregation {
        case .sum: return parts.lazy.map(\.sum).sum()
        case .count: return ExactDecimal(parts.reduce(0) { $0 + $1.eventCount })
        case .max: return parts.lazy.compactMap(\.maximum).max()
        case .min: return parts.lazy.compactMap(\.minimum).min()
        case .latest: return parts.lazy.compactMap(\.latest).max()?.value
        case .average:
            let count = parts.reduce(0) { $0 + $1.eventCount }
            return count == 0 ? nil : quotient(parts.lazy.map(\.sum).sum(), ExactDecimal(count))
        case .unique:
            if parts.count == 1 { return ExactDecimal(parts[0].distinct.count) }
            return ExactDecimal(parts.reduce(into: Set<UInt32>()) { $0.formUnion($1.distinct) }.count)
        case .timeWeighted, .duration:
            let length = timeUnit.nanoseconds ?? period.nanoseconds(of: period.whole)
            return quotient(parts.lazy.compactMap { $0.level?.integral }.sum(), ExactDecimal(Int(length)))
        case .highWater: return parts.lazy.compactMap { $0.level?.peak }.sum()
        case .runningTotal: return parts.lazy.compactMap { $0.level?.final }.sum()
        }
    }

    /// Rounded at `digits`, the one place where a quantity of a meter is.
    private func quotient(_ numerator: ExactDecimal, _ denominator: ExactDecimal) -> ExactDecimal {
        numerator.divided(by: denominator, to: digits).normalized
    }

    // MARK: Windows

    /// The values of the windows in which something was used, in their order. Empty without a window.
    package func windowValues(of usage: some Collection<Usage>, in period: MeteredPeriod) -> [WindowValue] {
        guard let window else { return [] }
        var parts: [WindowPlace: [Usage.Totals]] = [:]
        for entry in usage {
            if window.isDay {
                parts[WindowPlace(day: entry.day, index: 0), default: []].append(entry.totals)
            } else {
                for part in entry.windows {
                    parts[WindowPlace(day: entry.day, index: part.index), default: []].append(part.totals)
                }
            }
        }
        return parts.sorted { $0.key < $1.key }.compactMap { place, parts in
            value(of: parts, period).map { WindowValue(place: place, value: $0) }
        }
    }

    /// How many windows the quantity is over: all of the period where an empty one is zero, else those with a value.
    package func windowCount(_ values: Int, in period: MeteredPeriod) -> Int {
        guard let window, aggregation.isZeroWithoutEvents else { return values }
        return max(values, period.count(window))
    }

    private func outerQuantity(
        of values: [ExactDecimal], _ window: MeterWindow, in period: MeteredPeriod
    ) -> ExactDecimal {
        if window.outer == .sum { return values.sum() }
        let count = windowCount(values.count, in: period)
        guard count > 0 else { return .zero }
        let hasEmpty = count > values.count
        switch window.outer {
        case .sum: return values.sum()
        case .max: return (values + (hasEmpty ? [.zero] : [])).max() ?? .zero
        case .min: return (values + (hasEmpty ? [.zero] : [])).min() ?? .zero
        case .average: return quotient(values.sum(), ExactDecimal(count))
        case .percentile, .dropTop:
            guard let rank = window.outer.rank(of: count) else { return .zero }
            let all = values + Array(repeating: ExactDecimal.zero, count: count - values.count)
            return all.sorted()[rank - 1]
        }
    }
}

extension MeterWindow.Outer {
    /// Which of `count` rising values is billed, from 1; nil for other ways, and where all of them are left out.
    package func rank(of count: Int) -> Int? {
        switch self {
        case .percentile(let percent):
            // At least 1, as the percentage is above 0, and at most the count.
            let rank = (percent * ExactDecimal(count)).divided(by: .hundred, to: 0, .up)
            return rank.coefficient(atScale: 0).map { Int($0) }
        case .dropTop(let dropped): return count > dropped ? count - dropped : nil
        case .sum, .max, .min, .average: return nil
        }
    }
}
