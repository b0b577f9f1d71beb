import BillingTerms
import Catalog
import Metering

/// Usage brought together by its keys, in their order. Sums of different meters are never mixed.
///
/// There may be a row for every day of everything that is used: rows are numbers until they are looked at.
struct UsageRows: RandomAccessCollection, Sendable {
    let groups: [UsageGroup]
    let spans: UsageSpans
    let source: Source

    /// What all rows are made of.
    final class Source: Sendable {
        let book: UsageBook
        let keys: UsageKeys
        let days: ServicePeriod
        let meters: [Meter]
        /// Where each customer's days begin.
        let zones: [CustomerID: BillingZone]
        let dayTexts: DayTexts

        init(_ book: UsageBook, _ keys: UsageKeys, _ days: ServicePeriod, _ workspace: Workspace) {
            (self.book, self.keys, self.days, meters) = (book, keys, days, Array(workspace.meters.values))
            zones = Dictionary(uniqueKeysWithValues: workspace.customers.values.map { ($0.id, $0.zone) })
            dayTexts = DayTexts(days)
        }
    }

    init(
        _ book: UsageBook, keys: UsageKeys, filter: UsageFilter, workspace: Workspace, days: ServicePeriod,
        threads: Int
    ) {
        source = Source(book, keys, days, workspace)
        groups = UsageGroup.all(source, filter: filter, threads: threads)
        spans = UsageSpans(groups, source, threads: threads)
    }

    var startIndex: Int { 0 }
    var endIndex: Int { spans.rows.count }

    subscript(place: Int) -> Row {
        let span = spans.rows[place]
        return Row(source: source, group: groups[Int(span.group)], days: span.days, entries: spans.entries(of: span))
    }

    /// What was used by one group in some days.
    struct Row: GroupedRow {
        let source: Source
        let group: UsageGroup
        fileprivate(set) var days: ServicePeriod
        /// The entries of the book that it adds up.
        fileprivate(set) var entries: [Range<Int>]

        var meter: Meter { source.meters[group.meter] }
        var scope: String { meter.id.text }
        var amount: ExactDecimal { figures.quantity ?? .zero }

        var values: [String] {
            var values = group.values
            for (place, key) in source.keys.keys.enumerated() {
                if key == .day { values[place] = days.start.description }
                if key == .month { values[place] = String(days.start.description.prefix(7)) }
            }
            return values
        }

        static func joined(_ rows: [Row]) -> Row {
            var all = rows[0]
            all.entries = rows.flatMap(\.entries)
            let start = rows.map(\.days.start).min() ?? all.days.start
            all.days = ServicePeriod(start: start, end: rows.map(\.days.end).max() ?? start)
            return all
        }
    }
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

    var figures: Figures {
        let quick = source.book.withEntries { view in
            entries.withUnsafeBufferPointer { QuickFigures($0, view, QuickMeter(meter)) }
        }
        if let quick { return Figures(quick) }
        let usage = entries.flatMap { $0.map { source.book[$0] } }
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
            of: usage, in: MeteredPeriod(zone: source.zones[customer] ?? .utc, whole: days, billed: days))
    }

    private struct Owner: Hashable {
        let customer: CustomerID
        let project: ProjectID
    }
}

/// A row's figures as whole numbers, where entries as they lie in memory tell them: for tables of millions of rows.
struct QuickFigures {
    let all: UsageBook.Figures
    private(set) var quantity: Int128
    private(set) var quantityScale: Int
    let countsDistinct: Bool

    /// Nil where a quantity is more than what the entries show, or a number has more digits than an entry holds.
    init?(_ entries: UnsafeBufferPointer<Range<Int>>, _ view: UsageBook.EntryView, _ meter: QuickMeter) {
        guard let aggregation = meter.aggregation, meter.isAddedUp || entries.count == 1 && entries[0].count == 1,
            let all = view.figures(of: entries)
        else { return nil }
        self.all = all
        countsDistinct = meter.countsDistinct
        quantityScale = 0
        switch aggregation {
        case .sum: (quantity, quantityScale) = (all.sum, all.sumScale)
        case .max: (quantity, quantityScale) = (Int128(all.maximum), all.maximumScale)
        case .count: quantity = Int128(all.eventCount)
        case .unique: quantity = Int128(all.distinct.nonzeroBitCount)
        default: return nil
        }
    }
}

/// What figures depend on of a meter.
struct QuickMeter {
    /// Nil where a quantity is more than what one window comes to.
    let aggregation: Meter.Aggregation?
    let isAddedUp: Bool
    let countsDistinct: Bool

    init(_ meter: Meter) {
        aggregation = meter.window == nil ? meter.aggregation : nil
        isAddedUp = meter.isAddedUp
        countsDistinct = meter.uniqueDimension != nil
    }
}

extension UsageRows.Row.Figures {
    fileprivate init(_ quick: QuickFigures) {
        func decimal(_ coefficient: Int128, _ scale: Int) -> ExactDecimal {
            ExactDecimal(coefficient: coefficient, scale: scale).normalized
        }
        let all = quick.all
        self.init(
            events: all.eventCount, quantity: decimal(quick.quantity, quick.quantityScale),
            sum: decimal(all.sum, all.sumScale), maximum: decimal(Int128(all.maximum), all.maximumScale),
            distinct: quick.countsDistinct ? ExactDecimal(all.distinct.nonzeroBitCount) : nil)
    }
}

extension Meter {
    /// Whether its quantity is the plain sum of its events, or how many there are: then whose they are changes nothing.
    fileprivate var isAddedUp: Bool { window == nil && (aggregation == .sum || aggregation == .count) }
}
