import BillingTerms
import Catalog
import Metering

extension PeriodTerms {
    /// The plan period, of which these days are measured.
    func metered(_ days: ServicePeriod) -> MeteredPeriod {
        MeteredPeriod(zone: customer.zone, whole: period.whole, billed: days)
    }

    var metered: MeteredPeriod { metered(period.billed) }

    /// A priced part of a quantity that stands for the whole plan period, where only some days of it are charged: the amount
    /// is charged for the share that a fee would be. Tiers and included units thus see the whole quantity.
    func prorated(_ part: PricedPart, of meter: Meter, on days: ServicePeriod) -> PricedPart {
        guard meter.partialPeriod == .prorated, !meter.addsUpOverTime, !part.amount.isZero else { return part }
        let share = share(of: days, endsHere: days.end == subscription.until)
        guard !share.isWhole else { return part }
        var result = part
        result.amount = share.of(part.amount)
        result.quantity = shownQuantity(of: part.quantity, share: share, price: part.unitPrice, amount: result.amount)
        result.working.append(
            WorkingStep(
                "prorated", "\(part.amount.shortText) × \(share.part) of \(share.whole) \(share.unit) (\(days))",
                result.amount.rounded(to: 6).shortText))
        return result
    }
}

extension Meter {
    /// How a quantity came about, so that a reader can derive it: the levels and how long each stood, or the windows'
    /// values, where they are few; else where they are listed.
    func working(
        of usage: [Usage], quantity: ExactDecimal, in period: MeteredPeriod, isJoint: Bool = false
    ) -> WorkingStep {
        let calculation =
            window.map { windowCalculation(usage, $0, period, quantity) } ?? periodCalculation(usage, period, quantity)
        let together = isJoint ? ", all dimension values together" : ""
        return WorkingStep(
            "\(aggregation.rawValue) of \(name)\(window?.label ?? "")", calculation + together,
            "\(quantity.shortText) \(unit)")
    }

    private static let mostShown = 8

    private func periodCalculation(_ usage: [Usage], _ period: MeteredPeriod, _ quantity: ExactDecimal) -> String {
        let events = numbered(usage.reduce(0) { $0 + $1.eventCount }, "event")
        let days = numbered(dayCount(usage), "day")
        switch aggregation {
        case .sum, .count, .unique: return "\(events) on \(days)"
        case .max: return "highest of \(events)" + day(of: usage) { $0.eventCount > 0 && $0.maximum == quantity }
        case .min: return "lowest of \(events)" + day(of: usage) { $0.minimum == quantity }
        case .latest:
            let last = usage.filter { $0.eventCount > 0 }.map(\.latest).max()
            return "last of \(events)" + day(of: usage) { $0.eventCount > 0 && $0.latest == last }
        case .average: return "\(usage.map(\.sum).sum().shortText) ÷ \(events)"
        case .timeWeighted, .duration: return timeCalculation(usage, period)
        case .highWater:
            let reached = Dictionary(grouping: usage, by: \.day)
                .filter { $0.value.compactMap { $0.level?.peak }.sum() == quantity }.keys.min()
            return "highest level on \(days)" + (reached.map { ", on \($0)" } ?? "")
        case .runningTotal:
            guard level.timeout == nil else { return "level at the end of \(period.billed.lastDay)" }
            let changes = usage.map(\.sum).sum()
            let sign = changes.isNegative ? "−" : "+"
            return
                "\((quantity - changes).shortText) carried in \(sign) \(changes.magnitude.shortText) by \(events)"
        }
    }

    /// Where a quantity was met first: ", on 2026-10-17".
    private func day(of usage: [Usage], where isIt: (Usage) -> Bool) -> String {
        usage.filter(isIt).map(\.day).min().map { ", on \($0)" } ?? ""
    }

    private func dayCount(_ usage: [Usage]) -> Int { usage.count < 2 ? usage.count : Set(usage.map(\.day)).count }

    // MARK: Time

    /// `100 × 360 h + 150 × 384 h`; each level with the time for which it stood.
    private func timeCalculation(_ usage: [Usage], _ period: MeteredPeriod) -> String {
        let days = numbered(dayCount(usage), "day")
        var time: [ExactDecimal: Int64] = [:]
        var isWhole = true
        for entry in usage {
            guard let spans = entry.level?.spans else {
                isWhole = false
                continue
            }
            for span in spans { time[span.level, default: 0] += span.nanoseconds }
        }
        guard isWhole, !time.isEmpty, time.count <= Self.mostShown else {
            return "level × time, added up over \(days)" + inUnit(period)
        }
        let terms = time.sorted { $0.key < $1.key }.map { level, time in
            aggregation == .duration ? TimeText(time).text : "\(level.shortText) × \(TimeText(time).text)"
        }
        let sum = terms.joined(separator: " + ")
        return (timeUnit == .period && terms.count > 1 ? "(\(sum))" : sum) + inUnit(period)
    }

    private func inUnit(_ period: MeteredPeriod) -> String {
        timeUnit == .period
            ? " ÷ \(TimeText(period.nanoseconds(of: period.whole)).text)" : ", in \(timeUnit.rawValue)"
    }

    // MARK: Windows

    private func windowCalculation(
        _ usage: [Usage], _ window: MeterWindow, _ period: MeteredPeriod, _ quantity: ExactDecimal
    ) -> String {
        let values = windowValues(of: usage, in: period)
        let count = windowCount(values.count, in: period)
        let windows = numbered(count, window.isDay ? "day" : "window")
        switch window.outer {
        case .sum:
            guard !values.isEmpty, values.count <= Self.mostShown else {
                return "the values of \(numbered(values.count, window.isDay ? "day" : "window")), added up"
            }
            return values.map(\.value.shortText).joined(separator: " + ")
        case .average: return "\(values.map(\.value).sum().shortText) ÷ \(windows)"
        case .max: return "highest of \(windows)" + place(of: quantity, values, window, period)
        case .min: return "lowest of \(windows)" + place(of: quantity, values, window, period)
        case .percentile(let percent):
            return
                "number \(window.outer.rank(of: count) ?? 0) of \(windows), rising (\(percent.shortText) %, rounded up)"
                + place(of: quantity, values, window, period)
        case .dropTop(let dropped):
            return "highest of \(windows) without the \(dropped) highest"
                + place(of: quantity, values, window, period)
        }
    }

    /// Where the value was first met: a day, or when a window of it begins on a clock on the wall.
    private func place(
        of quantity: ExactDecimal, _ values: [WindowValue], _ window: MeterWindow, _ period: MeteredPeriod
    ) -> String {
        guard let first = values.first(where: { $0.value == quantity })?.place else { return "" }
        if window.isDay { return ", \(first.day)" }
        let second = period.zone.start(of: first.day).seconds + Int64(first.index * window.minutes * 60)
        let minute = (second + period.zone.offset(atSecond: second).offset) / 60 % 1_440
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return ", \(first.day) \(two(minute / 60)):\(two(minute % 60))"
    }
}

extension MeterWindow {
    fileprivate var label: String {
        let each = " in each \(name)"
        switch outer {
        case .sum: return each + ", summed"
        case .max: return each + ", the highest"
        case .min: return each + ", the lowest"
        case .average: return each + ", on average"
        case .percentile(let percent): return each + ", percentile \(percent.shortText)"
        case .dropTop(let count): return each + ", without the top \(count)"
        }
    }
}

/// A length of time in the largest unit of which it is a whole number.
private struct TimeText {
    let text: String

    init(_ nanoseconds: Int64) {
        let units: [(name: String, length: Int64)] = [
            ("h", 3_600_000_000_000), ("min", 60_000_000_000), ("s", 1_000_000_000),
        ]
        if let unit = units.first(where: { nanoseconds % $0.length == 0 }) {
            text = "\(nanoseconds / unit.length) \(unit.name)"
        } else {
            text = ExactDecimal(coefficient: Int128(nanoseconds), scale: 9).shortText + " s"
        }
    }
}
