import BillingTerms
import Catalog

/// A second implementation of metering, written from the rules alone: minute by minute, each series for itself, with
/// fractions. It knows nothing of days brought together, steps or carried totals.
struct NaiveMetering {
    let metering: RandomMetering

    private var meter: Meter { metering.meter }

    /// The quantity of each line by its split value; a line of nothing is left out.
    var quantities: [String: Fraction] {
        let chosen = metering.events.filter { event in
            metering.selection.filter["region"].map { $0.contains(event.region) } ?? true
        }
        let lines = Dictionary(grouping: chosen) { metering.selection.split.isEmpty ? "" : $0.volume }
        return lines.mapValues(quantity).filter { $0.value != .zero }
    }

    /// The part of the days that a prorated quantity is charged for.
    var share: Fraction {
        let isProrated = meter.partialPeriod == .prorated && meter.window?.outer != .sum
        let addsUp = meter.window == nil && [.sum, .count, .timeWeighted, .duration].contains(meter.aggregation)
        return isProrated && !addsUp
            ? Fraction(metering.billed.dayCount) / Fraction(metering.whole.dayCount) : Fraction(1)
    }

    // MARK: Time

    private func day(_ minute: Int) -> Int {
        metering.zone.day(of: Timestamp(nanoseconds: Int64(minute) * 60_000_000_000)).number
    }

    /// Every minute of some days.
    private func minutes(of days: ServicePeriod) -> [Int] {
        let noon = days.start.number * 1_440
        return (noon - 2_000..<noon + days.dayCount * 1_440 + 2_000).filter {
            (days.start.number..<days.end.number).contains(day($0))
        }
    }

    /// The minutes of each window; without windows those of the period.
    private var windows: [[Int]] {
        let all = minutes(of: metering.billed)
        guard let window = meter.window else { return [all] }
        let days = Dictionary(grouping: all, by: day).sorted { $0.key < $1.key }.map(\.value)
        if window.minutes == 1_440 { return days }
        return days.flatMap { day in
            stride(from: 0, to: day.count, by: window.minutes).map {
                Array(day[$0..<min($0 + window.minutes, day.count)])
            }
        }
    }

    // MARK: Levels

    /// Tenths at each minute up to the last that is asked for.
    private func levels(_ events: [RandomMetering.Event], until end: Int) -> [Int: Int] {
        guard let first = events.map(\.minute).min(), first < end else { return [:] }
        let byMinute = Dictionary(grouping: events, by: \.minute)
        let timeout = meter.level.timeout.map { Int($0 / 60_000_000_000) }
        var levels: [Int: Int] = [:]
        var level = 0
        var heard = first
        for minute in first..<end {
            if let now = byMinute[minute]?.map(\.value) {
                switch meter.level.events {
                case .levels: level = now.max() ?? 0
                case .changes: level += now.reduce(0, +)
                case .switches:
                    if !now.contains(0) { level = 10 }
                    if !now.contains(10) { level = 0 }
                }
                heard = minute
            } else if let timeout, minute - heard >= timeout {
                level = 0
            }
            levels[minute] = level
        }
        return levels
    }

    // MARK: Quantities

    private func quantity(_ events: [RandomMetering.Event]) -> Fraction {
        let windows = windows
        let end = (windows.last?.last ?? 0) + 1
        let series = Dictionary(grouping: events) { [$0.region, $0.volume] }.values
        let levels = meter.aggregation.isOfLevel ? series.map { self.levels($0, until: end) } : []
        func level(_ minute: Int) -> Int { levels.reduce(0) { $0 + ($1[minute] ?? 0) } }
        let values = windows.compactMap { window -> Fraction? in
            let minutes = Set(window)
            return value(window, events.filter { minutes.contains($0.minute) }, level)
        }
        guard let window = meter.window else { return values.first ?? .zero }
        let sorted = values.sorted()
        switch window.outer {
        case .sum: return values.reduce(.zero, +)
        case .max: return sorted.last ?? .zero
        case .min: return sorted.first ?? .zero
        case .average: return values.isEmpty ? .zero : rounded(values.reduce(.zero, +) / Fraction(values.count))
        case .dropTop(let count): return sorted.dropLast(count).last ?? .zero
        case .percentile(let percent):
            // The first value that at least so many per cent of all do not exceed.
            return sorted.enumerated().first { place, _ in
                Fraction(place + 1) * Fraction(100) >= Fraction(percent) * Fraction(sorted.count)
            }?.element ?? .zero
        }
    }

    private func value(_ minutes: [Int], _ events: [RandomMetering.Event], _ level: (Int) -> Int) -> Fraction? {
        let values = events.map { tenths($0.value) }
        switch meter.aggregation {
        case .sum: return values.reduce(.zero, +)
        case .count: return Fraction(events.count)
        case .unique: return Fraction(Set(events.map(\.user)).count)
        case .max: return values.max()
        case .min: return values.min()
        case .latest:
            let last = events.map(\.minute).max()
            return events.filter { $0.minute == last }.map { tenths($0.value) }.max()
        case .average: return events.isEmpty ? nil : rounded(values.reduce(.zero, +) / Fraction(events.count))
        case .timeWeighted, .duration:
            return rounded(tenths(minutes.map(level).reduce(0, +)) / Fraction(unitMinutes) * unitFactor)
        case .highWater: return minutes.map { tenths(level($0)) }.max()
        case .runningTotal: return minutes.last.map { tenths(level($0)) }
        }
    }

    private func tenths(_ value: Int) -> Fraction { Fraction(value) / Fraction(10) }

    private var unitMinutes: Int {
        switch meter.timeUnit {
        case .seconds, .minutes: 1
        case .hours: 60
        case .days: 1_440
        case .period: minutes(of: metering.whole).count
        }
    }

    private var unitFactor: Fraction { Fraction(meter.timeUnit == .seconds ? 60 : 1) }

    /// Half away from zero at the meter's digits.
    private func rounded(_ value: Fraction) -> Fraction {
        let power = (0..<meter.digits).reduce(Fraction(1)) { product, _ in product * Fraction(10) }
        let half = Fraction(1) / Fraction(2)
        let magnitude = ((value.isNegative ? -value : value) * power + half).roundedDown / power
        return value.isNegative ? -magnitude : magnitude
    }
}
