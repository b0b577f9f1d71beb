import BillingTerms
import Catalog
import Documents
import Metering

/// Usage brought together by its keys, in their order. Sums of different meters are never mixed.
///
/// There may be a row for every day of everything that is used: rows are numbers until they are printed.
struct UsageRows {
    /// What rows have in common that differ in their time only.
    final class Group: Sendable {
        let values: [String]
        let meter: Meter
        let keys: UsageKeys
        let book: UsageBook
        /// Where each customer's days begin.
        let zones: [CustomerID: BillingZone]
        let columns: [Column]
        let unit: CSVField
        /// Nil where a quantity is more than what one window comes to.
        let quickAggregation: Meter.Aggregation?
        let countsDistinct: Bool

        init(
            _ values: [String], _ meter: Meter, _ keys: UsageKeys, _ book: UsageBook, _ zones: [CustomerID: BillingZone]
        ) {
            (self.values, self.meter, self.keys, self.book, self.zones) = (values, meter, keys, book, zones)
            (quickAggregation, countsDistinct) = (
                meter.window == nil ? meter.aggregation : nil, meter.uniqueDimension != nil
            )
            (columns, unit) = (Self.columns(values, keys), CSVField(meter.unit))
        }

        enum Column {
            case day, month
            /// Those between two that tell the time, as one.
            case fields(CSVField)
        }

        private static func columns(_ values: [String], _ keys: UsageKeys) -> [Column] {
            var columns: [Column] = []
            var texts: [String] = []
            func closeFields() {
                if !texts.isEmpty { columns.append(.fields(CSVField(texts))) }
                texts = []
            }
            for (place, value) in values.enumerated() {
                switch place < keys.keys.count ? keys.keys[place] : .meter {
                case .day:
                    closeFields()
                    columns.append(.day)
                case .month:
                    closeFields()
                    columns.append(.month)
                default: texts.append(value)
                }
            }
            closeFields()
            return columns
        }
    }

    struct Row: GroupedRow, Sendable {
        /// Kept by `UsageRows.groups`: counting references to it, of millions of rows, would take longer than the rows do.
        unowned(unsafe) var group: Group
        /// The days that the row is for.
        fileprivate(set) var days: ServicePeriod
        /// The entries of the book that it adds up: these, and more where they do not stand together.
        fileprivate var entries: Range<Int>
        fileprivate var more: [Range<Int>] = []

        var meter: Meter { group.meter }
        var scope: String { meter.id.text }
        var amount: ExactDecimal { figures.quantity ?? .zero }

        var usage: [Usage] { ([entries] + more).flatMap { $0.map { group.book[$0] } } }

        var values: [String] {
            var values = group.values
            for (place, key) in group.keys.keys.enumerated() {
                if key == .day { values[place] = days.start.description }
                if key == .month { values[place] = String(days.start.description.prefix(7)) }
            }
            return values
        }

        /// The row as CSV, without making cells of it: there may be millions.
        func write(to file: inout CSVText, _ days: DayFields, _ entries: UsageBook.EntryView) {
            for column in group.columns {
                switch column {
                case .day: file.field(days[self.days.start].day)
                case .month: file.field(days[self.days.start].month)
                case .fields(let fields): file.field(fields)
                }
            }
            let figures = figures(entries)
            file.integer(figures.events)
            file.number(figures.quantity?.normalized)
            file.field(group.unit)
            file.number(figures.sum.normalized)
            file.number(figures.maximum.normalized)
            file.number(figures.distinct?.normalized)
            file.endRow()
        }

        static func joined(_ rows: [Row]) -> Row {
            var all = rows[0]
            for row in rows.dropFirst() { all.add(row) }
            let start = rows.map(\.days.start).min() ?? all.days.start
            all.days = ServicePeriod(start: start, end: rows.map(\.days.end).max() ?? start)
            return all
        }

        fileprivate mutating func add(_ other: Row) {
            for entries in [other.entries] + other.more { add(entries) }
        }

        fileprivate mutating func add(_ others: Range<Int>) {
            if more.isEmpty, entries.upperBound == others.lowerBound {
                entries = entries.lowerBound..<others.upperBound
            } else {
                more.append(others)
            }
        }

        fileprivate func precedes(_ other: Row) -> Bool {
            if group === other.group { return days.start < other.days.start }
            for (left, right) in zip(values, other.values) where left != right {
                return left.utf8.lexicographicallyPrecedes(right.utf8)
            }
            return false
        }
    }

    private(set) var rows: [Row] = []
    private var groups: [Group] = []
    let book: UsageBook

    init(_ book: UsageBook, keys: UsageKeys, filter: UsageFilter, workspace: Workspace, days: ServicePeriod) {
        self.book = book
        let zones = workspace.customers.mapValues(\.zone).reduce(into: [:]) { $0[$1.key] = $1.value }
        // What belongs together mostly stands together in the book; what does not is brought together by sorting.
        var group: Group?
        (rows, groups) = book.withEntries { entries in
            var rows: [Row] = []
            var groups: [Group] = []
            for run in book.runs {
                guard let meter = workspace.meters[run.meter], filter.includes(run, meter) else { continue }
                let values = keys.values(run, meter)
                if group?.values != values {
                    let new = Group(values, meter, keys, book, zones)
                    groups.append(new)
                    group = new
                }
                guard let group else { continue }
                guard keys.hasTime else {
                    Self.add(run.entries, to: group, days, &rows)
                    continue
                }
                for entry in run.entries {
                    Self.add(entry..<entry + 1, to: group, keys.days(entries.day(of: entry), of: days), &rows)
                }
            }
            return (rows, groups)
        }
        if zip(rows, rows.dropFirst()).contains(where: { !$0.precedes($1) }) { sortAndJoin() }
    }

    private static func add(_ entries: Range<Int>, to group: Group, _ days: ServicePeriod, _ rows: inout [Row]) {
        let last = rows.count - 1
        if last >= 0, rows[last].group === group, rows[last].days == days {
            rows[last].add(entries)
        } else {
            rows.append(Row(group: group, days: days, entries: entries))
        }
    }

    private mutating func sortAndJoin() {
        var joined: [Row] = []
        for row in rows.sorted(by: { $0.precedes($1) }) {
            if let last = joined.last, !last.precedes(row) {
                joined[joined.count - 1].add(row)
            } else {
                joined.append(row)
            }
        }
        rows = joined
    }
}

/// The days of a period as fields, which rows share.
struct DayFields: Sendable {
    private let first: Int
    private let fields: [(day: CSVField, month: CSVField)]

    init(_ days: ServicePeriod) {
        first = days.start.number
        fields = (first..<days.end.number).map { number in
            let text = CalendarDay(number: number).description
            return (CSVField(text), CSVField(String(text.prefix(7))))
        }
    }

    subscript(day: CalendarDay) -> (day: CSVField, month: CSVField) { fields[day.number - first] }
}

// What a row comes to.
extension UsageRows.Row {
    struct Figures {
        var events: Int
        /// Nil where the row's levels do not tell it.
        var quantity: ExactDecimal?
        var sum: ExactDecimal
        var maximum: ExactDecimal
        /// Nil for meters that do not count distinct values.
        var distinct: ExactDecimal?
    }

    var figures: Figures { group.book.withEntries { figures($0) } }

    fileprivate func figures(_ view: UsageBook.EntryView) -> Figures {
        if entries.count == 1, more.isEmpty, let figures = quickFigures(view) { return figures }
        let usage = usage
        let distinct = usage.reduce(into: Set<UInt32>()) { $0.formUnion($1.distinct) }
        return Figures(
            events: usage.reduce(0) { $0 + $1.eventCount }, quantity: quantity(of: usage),
            sum: usage.lazy.map(\.sum).sum(), maximum: usage.lazy.map(\.maximum).max() ?? .zero,
            distinct: meter.uniqueDimension == nil ? nil : ExactDecimal(distinct.count))
    }

    /// As it is priced: each project's usage apart, and what the projects come to added up. A level of one customer and a
    /// level of another are two.
    private func quantity(of usage: [Usage]) -> ExactDecimal? {
        if usage.count == 1 || meter.isAddedUp, let first = usage.first { return quantity(usage, of: first.customer) }
        let owners = Dictionary(grouping: usage) { Owner(customer: $0.customer, project: $0.project) }
        // Several levels of one project are together highest at an instant that none of them tells.
        let isTold =
            meter.aggregation != .highWater
            || owners.values.allSatisfy { Set($0.map(\.dimensionValues)).count <= 1 }
        return isTold ? owners.map { quantity($0.value, of: $0.key.customer) }.sum() : nil
    }

    private func quantity(_ usage: [Usage], of customer: CustomerID) -> ExactDecimal {
        meter.quantity(
            of: usage, in: MeteredPeriod(zone: group.zones[customer] ?? .utc, whole: days, billed: days))
    }

    private struct Owner: Hashable {
        let customer: CustomerID
        let project: ProjectID
    }

    /// Of a single entry, for the aggregations that need nothing but what every table shows.
    private func quickFigures(_ view: UsageBook.EntryView) -> Figures? {
        guard let aggregation = group.quickAggregation, let only = view.figures(of: entries.lowerBound) else {
            return nil
        }
        let distinct = ExactDecimal(only.distinctCount)
        let quantity: ExactDecimal
        switch aggregation {
        case .sum: quantity = only.sum
        case .max: quantity = only.maximum
        case .count: quantity = ExactDecimal(only.eventCount)
        case .unique: quantity = distinct
        default: return nil
        }
        return Figures(
            events: only.eventCount, quantity: quantity, sum: only.sum, maximum: only.maximum,
            distinct: group.countsDistinct ? distinct : nil)
    }
}

extension Meter {
    /// Whether its quantity is the plain sum of its events, or how many there are: then whose they are changes nothing.
    fileprivate var isAddedUp: Bool { window == nil && (aggregation == .sum || aggregation == .count) }
}
