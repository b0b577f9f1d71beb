import BillingTerms
import Metering

/// The rows of groups by days, as numbers.
struct UsageSpans: Sendable {
    struct Row: Sendable {
        let group: UInt32
        let firstDay: Int32
        fileprivate let endDay: Int32
        /// Whether its entries are several ranges, which lie in `listed`.
        fileprivate var isListed = false
        fileprivate var range: Range<Int>

        var days: ServicePeriod {
            ServicePeriod(start: CalendarDay(number: Int(firstDay)), end: CalendarDay(number: Int(endDay)))
        }
    }

    private(set) var rows: [Row] = []
    private var listed: [Range<Int>] = []

    /// The entries of the book that a row adds up.
    func entries(of row: Row) -> [Range<Int>] { row.isListed ? Array(listed[row.range]) : [row.range] }

    /// Nil where whole numbers do not tell them.
    func figures(of row: Row, _ view: UsageBook.EntryView, _ meter: QuickMeter) -> QuickFigures? {
        row.isListed
            ? listed[row.range].withUnsafeBufferPointer { QuickFigures($0, view, meter) }
            : withUnsafePointer(to: row.range) {
                QuickFigures(UnsafeBufferPointer(start: $0, count: 1), view, meter)
            }
    }

    /// In the order of the rows' values.
    init(_ groups: [UsageGroup], _ source: UsageRows.Source, threads: Int) {
        let starts = Array(stride(from: 0, to: groups.count, by: 1_024))
        let parts = parallelMap(starts, threads: threads) { start in
            var part = UsageSpans()
            source.book.withEntries { entries in
                for group in start..<min(start + 1_024, groups.count) {
                    part.add(groups[group].runs, of: group, source, entries)
                }
            }
            return part
        }
        rows.reserveCapacity(parts.reduce(0) { $0 + $1.rows.count })
        for part in parts { add(part) }
        if !source.keys.endsWithTime { sort(groups, source.keys) }
    }

    private init() {}

    private mutating func add(_ other: UsageSpans) {
        let offset = listed.count
        listed += other.listed
        let first = rows.count
        rows += other.rows
        guard !other.listed.isEmpty, offset > 0 else { return }
        for place in rows[first...].indices where rows[place].isListed {
            let range = rows[place].range
            rows[place].range = range.lowerBound + offset..<range.upperBound + offset
        }
    }

    private mutating func add(
        _ runs: [Range<Int>], of group: Int, _ source: UsageRows.Source, _ view: UsageBook.EntryView
    ) {
        guard source.keys.hasTime else { return add(runs, of: group, source.days) }
        guard runs.count > 1 else { return addByDays(runs[0], of: group, source, view) }
        var byDays: [ServicePeriod: [Range<Int>]] = [:]
        for entry in runs.joined() {
            byDays[source.keys.days(view.day(of: entry), of: source.days), default: []].append(entry..<entry + 1)
        }
        for (days, entries) in byDays.sorted(by: { $0.key.start < $1.key.start }) { add(entries, of: group, days) }
    }

    private mutating func addByDays(
        _ run: Range<Int>, of group: Int, _ source: UsageRows.Source, _ view: UsageBook.EntryView
    ) {
        var start = run.lowerBound
        while start < run.upperBound {
            let days = source.keys.days(view.day(of: start), of: source.days)
            var end = start + 1
            while end < run.upperBound, days.contains(view.day(of: end)) { end += 1 }
            add(start..<end, of: group, days)
            start = end
        }
    }

    private mutating func add(_ ranges: [Range<Int>], of group: Int, _ days: ServicePeriod) {
        guard ranges.count > 1 else { return add(ranges[0], of: group, days) }
        add(listed.count..<listed.count + ranges.count, of: group, days, isListed: true)
        listed += ranges
    }

    private mutating func add(_ range: Range<Int>, of group: Int, _ days: ServicePeriod, isListed: Bool = false) {
        rows.append(
            Row(
                group: UInt32(group), firstDay: Int32(days.start.number), endDay: Int32(days.end.number),
                isListed: isListed, range: range))
    }

    /// Where a time stands before other keys, rows of one time stand together. Groups are known by the places of their
    /// values among all, before and behind each time: rows are compared by numbers.
    private mutating func sort(_ groups: [UsageGroup], _ keys: UsageKeys) {
        let ranks = keys.columnsBetweenTimes.map { UsageSpans.ranks(groups, $0) }
        let times = keys.times
        func value(_ row: Row, _ place: Int) -> UInt32 {
            let group = ranks[place / 2][Int(row.group)]
            guard place % 2 == 1 else { return group }
            let day = CalendarDay(number: Int(row.firstDay))
            return UInt32((times[place / 2] == .month ? day.firstOfMonth : day).number)
        }
        let count = ranks.count + times.count
        rows.sort { left, right in
            for place in 0..<count {
                let (a, b) = (value(left, place), value(right, place))
                if a != b { return a < b }
            }
            return false
        }
    }

    /// The place of each group's values in some columns among those of all.
    private static func ranks(_ groups: [UsageGroup], _ columns: Range<Int>) -> [UInt32] {
        let order = groups.indices.sorted {
            UsageGroup.precedes(groups[$0].values[columns], groups[$1].values[columns])
        }
        var ranks = [UInt32](repeating: 0, count: groups.count)
        var rank: UInt32 = 0
        for (place, group) in order.enumerated() {
            if place > 0, groups[order[place - 1]].values[columns] != groups[group].values[columns] { rank += 1 }
            ranks[group] = rank
        }
        return ranks
    }
}
