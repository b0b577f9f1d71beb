import ArgumentParser
import BillingTerms

/// A row of an answer, with an amount that can be compared and added up within its scope only: a currency, a meter.
protocol GroupedRow: Sendable {
    var scope: String { get }
    var amount: ExactDecimal { get }
    /// Several rows of one scope as one.
    static func joined(_ rows: [Self]) -> Self
}

/// Which rows of an answer are shown, and in which order. Rows that are not shown on their own are shown together, so that
/// the totals hold.
struct Arrangement {
    enum Sort: String, ExpressibleByArgument, CaseIterable { case amount, name }

    var sort = Sort.name
    /// So many of each scope.
    var top: Int?

    enum Shown<Row: Sendable>: Sendable {
        case group(Row)
        /// So many that are not among the first.
        case others(Int, Row)
    }

    /// Whether all rows are shown as they come.
    var keepsAll: Bool { sort == .name && top == nil }

    /// The rows that are shown, which are made when they are asked for.
    struct Arranged<Rows: RandomAccessCollection & Sendable>: Sendable
    where Rows.Element: GroupedRow, Rows.Index == Int {
        fileprivate let all: Rows
        /// Nil for all.
        fileprivate let chosen: [Shown<Rows.Element>]?

        var count: Int { chosen?.count ?? all.count }
        subscript(place: Int) -> Shown<Rows.Element> { chosen?[place] ?? .group(all[place]) }
    }

    /// `rows` come in the order of their names.
    func arrange<Rows>(_ rows: Rows) -> Arranged<Rows> {
        Arranged(all: rows, chosen: keepsAll ? nil : choose(rows))
    }

    private func choose<Row: GroupedRow>(_ rows: some RandomAccessCollection<Row>) -> [Shown<Row>] {
        let rows = Array(rows)
        let amounts = rows.map(\.amount)
        var kept: [Int] = []
        var ranked: [Shown<Row>] = []
        var others: [Shown<Row>] = []
        for places in Self.scopes(rows) {
            let falling = places.sorted { (amounts[$1], $0) < (amounts[$0], $1) }
            let count = top ?? falling.count
            let rest = falling.dropFirst(count).sorted()
            kept += falling.prefix(count)
            ranked += falling.prefix(count).map { .group(rows[$0]) }
            guard !rest.isEmpty else { continue }
            let joined = Shown.others(rest.count, Row.joined(rest.map { rows[$0] }))
            ranked.append(joined)
            others.append(joined)
        }
        return sort == .amount ? ranked : kept.sorted().map { .group(rows[$0]) } + others
    }

    /// One for each scope with several rows, in the order of the scopes; a single row is its own total.
    static func totals<Row: GroupedRow>(_ rows: some RandomAccessCollection<Row>) -> [Row] {
        let rows = Array(rows)
        return scopes(rows).filter { $0.count > 1 }.map { Row.joined($0.map { rows[$0] }) }
    }

    private static func scopes(_ rows: [some GroupedRow]) -> [[Int]] {
        Dictionary(grouping: rows.indices) { rows[$0].scope }.sorted {
            $0.key.utf8.lexicographicallyPrecedes($1.key.utf8)
        }.map(\.value)
    }
}
