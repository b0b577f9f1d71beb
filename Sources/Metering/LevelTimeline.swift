import BillingTerms
import Catalog

/// One event of a series: what meters of levels and windows keep of it until all are there.
package struct SeriesEvent: Hashable, Sendable, Comparable {
    package var instant: Timestamp
    package var value: ExactDecimal
    /// For `unique` meters: a number that stands for the counted dimension's value.
    package var distinct: UInt32

    package init(instant: Timestamp, value: ExactDecimal, distinct: UInt32 = 0) {
        self.instant = instant
        self.value = value
        self.distinct = distinct
    }

    package static func < (left: SeriesEvent, right: SeriesEvent) -> Bool {
        (left.instant, left.value, left.distinct) < (right.instant, right.value, right.distinct)
    }
}

/// A level as it stands between events: zero before the first step, and each step's level until the next one.
struct LevelTimeline {
    struct Step {
        /// Nanoseconds since 1970.
        var instant: Int64
        var level: ExactDecimal
    }

    private(set) var steps: [Step] = []

    /// Of one series' events, rising. Their order within one instant changes nothing.
    init(_ events: some RandomAccessCollection<SeriesEvent>, rule: LevelRule) {
        var level = ExactDecimal.zero
        var first = events.startIndex
        while first != events.endIndex {
            let instant = events[first].instant
            let end = events[first...].firstIndex { $0.instant != instant } ?? events.endIndex
            level = LevelTimeline.level(after: events[first..<end], from: level, rule.events)
            append(Step(instant: instant.nanoseconds, level: level))
            if let timeout = rule.timeout, !level.isZero {
                let falls = instant.nanoseconds + timeout
                if end == events.endIndex || events[end].instant.nanoseconds > falls {
                    level = .zero
                    append(Step(instant: falls, level: level))
                }
            }
            first = end
        }
    }

    /// The level after all events of one instant, rising by value.
    private static func level(
        after events: some BidirectionalCollection<SeriesEvent>, from level: ExactDecimal, _ kind: LevelRule.Events
    ) -> ExactDecimal {
        switch kind {
        case .levels: return events.last?.value ?? level
        case .changes: return level + events.lazy.map(\.value).sum()
        case .switches:
            let opens = events.contains { !$0.value.isZero }
            let closes = events.contains { $0.value.isZero }
            return opens && closes ? level : (opens ? .one : .zero)
        }
    }

    private mutating func append(_ step: Step) {
        if step.level != (steps.last?.level ?? .zero) { steps.append(step) }
    }

    /// The sum of several levels at each instant.
    init(sumOf parts: [LevelTimeline]) {
        var changes: [Step] = []
        for part in parts {
            var before = ExactDecimal.zero
            for step in part.steps {
                changes.append(Step(instant: step.instant, level: step.level - before))
                before = step.level
            }
        }
        changes.sort { $0.instant < $1.instant }
        var level = ExactDecimal.zero
        for (place, change) in changes.enumerated() {
            level += change.level
            let isLast = place + 1 == changes.count || changes[place + 1].instant != change.instant
            if isLast { append(Step(instant: change.instant, level: level)) }
        }
    }
}

/// Goes along a timeline, one stretch of time after the other.
struct LevelWalk {
    private let steps: [LevelTimeline.Step]
    private var next: Int
    private var level: ExactDecimal
    /// Of how many levels it is kept how long they stood.
    private let mostSpans: Int

    /// Begins at an instant, with the level that is carried into it.
    init(_ timeline: LevelTimeline, from start: Int64, mostSpans: Int) {
        steps = timeline.steps
        self.mostSpans = mostSpans
        next = steps.firstIndex { $0.instant > start } ?? steps.count
        level = next == 0 ? .zero : steps[next - 1].level
    }

    /// Whether the level is zero from one instant, where the walk stands, to another: a step at the first instant has
    /// happened, one at the last has not.
    func isIdle(from start: Int64, until end: Int64) -> Bool {
        var (level, next) = (level, next)
        if next < steps.count, steps[next].instant == start { (level, next) = (steps[next].level, next + 1) }
        return level.isZero && (next == steps.count || steps[next].instant >= end)
    }

    /// What the level comes to from one instant to another, where the walk goes on. The steps that happen at the first
    /// instant have happened, those at the last one have not.
    mutating func advance(from start: Int64, to end: Int64) -> Usage.Level {
        if next < steps.count, steps[next].instant == start { step() }
        var result = Usage.Level(integral: .zero, peak: level, final: level, spans: [])
        var now = start
        while now < end {
            let until = next < steps.count ? min(steps[next].instant, end) : end
            result.add(level, for: until - now, mostSpans)
            now = until
            if now < end { step() }
        }
        result.final = level
        result.spans?.sort { $0.level < $1.level }
        return result
    }

    private mutating func step() {
        level = steps[next].level
        next += 1
    }
}

extension Usage.Level {
    fileprivate mutating func add(_ level: ExactDecimal, for nanoseconds: Int64, _ mostSpans: Int) {
        peak = max(peak, level)
        guard !level.isZero else { return }
        integral += level * ExactDecimal(Int(nanoseconds))
        guard let known = spans else { return }
        if let place = known.firstIndex(where: { $0.level == level }) {
            spans?[place].nanoseconds += nanoseconds
        } else if known.count < mostSpans {
            spans?.append(Span(level: level.normalized, nanoseconds: nanoseconds))
        } else {
            spans = nil
        }
    }
}
