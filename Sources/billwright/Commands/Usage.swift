import ArgumentParser
import BillingTerms
import Catalog
import Foundation
import Importing
import Ledger
import Metering

struct UsageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage", abstract: "Shows the usage of a period, grouped as asked.",
        discussion: """
            Nothing is written; the rows are those that a run of the period would price. Meters are never added up: where the \
            keys do not tell them apart, the meter is added as a key. Several of one filter mean any of them.
            """)

    @OptionGroup var options: CommonOptions
    @OptionGroup var query: QueryOptions

    @Option(
        help: ArgumentHelp(
            "Comma-separated: customer, project, meter, day, month, or a dimension (dimension:NAME where its name is one of these).",
            valueName: "keys"))
    var by = "customer,meter"

    @OptionGroup(title: "Filters") var filters: UsageFilterOptions

    @Option(help: ArgumentHelp("How many threads to use; all processors when not given.", valueName: "count"))
    var threads: Int?

    func validate() throws { try Threads.check(threads) }

    func run() throws {
        let console = options.console
        let period = try query.days()
        try reporting(console) {
            try WorkspaceFolder.require(options.root)
            let workspace = try WorkspaceReader.read(root: options.root)
            let keys = try UsageKeys(by, workspace: workspace)
            let filter = try filters.filter(workspace)
            let ledger = try Ledger.open(
                path: options.root + "/ledger.sqlite", readOnly: true, shownAs: "ledger.sqlite")
            let inbox = try Inbox.list(
                root: options.root, settleSeconds: workspace.business.settleSeconds, now: query.reference.now)
            let days = Dictionary(uniqueKeysWithValues: workspace.customers.keys.map { ($0, period) })
            let imported = try ImportStage(
                workspace: workspace, inbox: inbox, days: days, past: ImportedPast(ledger, before: period),
                now: query.reference.now, threads: Threads.count(threads)
            ).books()
            console.report(imported.findings)
            let rows = UsageRows(imported.usage, keys: keys, filter: filter, workspace: workspace, days: period)
            let report = UsageReport(rows, keys: keys, days: period, arrangement: query.arrangement)
            switch options.json ? .json : query.format {
            case .table: try console.result(report.text)
            case .csv: try console.bytes(report.table.csv(threads: Threads.count(threads)))
            case .json: try console.result(report.json)
            }
            return imported.findings.contains { $0.severity != .note } ? Exit.findings : Exit.done
        }
    }
}

/// Which usage `usage` is about.
struct UsageFilterOptions: ParsableArguments {
    @Option(name: .customLong("customer"), help: ArgumentHelp("Only of this customer.", valueName: "id"))
    var customers: [String] = []
    @Option(name: .customLong("project"), help: ArgumentHelp("Only of this project.", valueName: "id"))
    var projects: [String] = []
    @Option(name: .customLong("meter"), help: ArgumentHelp("Only of this meter.", valueName: "id"))
    var meters: [String] = []
    @Option(
        name: .customLong("dimension"),
        help: ArgumentHelp("Only with this dimension; its value may hold stars.", valueName: "name[=pattern]"))
    var dimensions: [String] = []

    func filter(_ workspace: Workspace) throws -> UsageFilter {
        let dimensions = try keyedPatterns(dimensions, of: "--dimension")
        _ = try known(dimensions.keys.sorted(), among: workspace.dimensionNames, "dimension") { $0 }
        return UsageFilter(
            customers: Set(
                try known(customers, among: workspace.customers.keys.map(\.text), "customer", as: { CustomerID($0) })),
            projects: Set(try known(projects, among: workspace.projectNames, "project", as: { ProjectID($0) })),
            meters: Set(try known(meters, among: workspace.meters.keys.map(\.text), "meter", as: { MeterID($0) })),
            dimensions: dimensions)
    }
}

extension Workspace {
    var dimensionNames: [String] { Set(meters.values.flatMap(\.dimensions)).sorted() }
}

struct UsageFilter {
    let customers: Set<CustomerID>
    let projects: Set<ProjectID>
    let meters: Set<MeterID>
    let dimensions: [String: [TextPattern]]

    func includes(_ usage: Usage, _ meter: Meter) -> Bool {
        (customers.isEmpty || customers.contains(usage.customer))
            && (projects.isEmpty || projects.contains(usage.project))
            && (meters.isEmpty || meters.contains(usage.meter))
            && dimensions.allSatisfy { name, patterns in
                guard let place = meter.dimensions.firstIndex(of: name) else { return false }
                let value = usage.dimensionValues[place]
                return !value.isEmpty && patterns.contains { $0.matches(value) }
            }
    }
}

/// What usage is grouped by.
struct UsageKeys {
    enum Key: Equatable {
        case customer, project, meter, day, month
        case dimension(String)
    }

    let keys: [Key]
    let names: [String]
    private static let plain = ["customer", "project", "meter", "day", "month"]

    init(_ text: String, workspace: Workspace) throws {
        let dimensions = workspace.dimensionNames
        names = try groupingNames(text)
        keys = try names.map { name in
            switch name {
            case "customer": return .customer
            case "project": return .project
            case "meter": return .meter
            case "day": return .day
            case "month": return .month
            default:
                let prefix = "dimension:"
                let dimension = name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
                guard dimensions.contains(dimension) else {
                    let known = Self.plain + dimensions
                    throw ValidationError(
                        "no meter has a dimension \"\(dimension)\"; --by takes \(known.joined(separator: ", "))")
                }
                return .dimension(dimension)
            }
        }
    }

    /// The days of a row that holds this day.
    func days(_ day: CalendarDay, of all: ServicePeriod) -> ServicePeriod {
        if keys.contains(.day) { return ServicePeriod(start: day, end: day + 1) }
        guard keys.contains(.month) else { return all }
        let month = ServicePeriod(start: day.firstOfMonth, end: day.firstOfMonth.adding(months: 1))
        return month.intersection(all) ?? all
    }

    var addsMeter: Bool { !keys.contains(.meter) }

    /// The meter stands behind the keys, unless it is one of them. A dimension that has the name of a column of figures is
    /// written as one.
    var columns: KeyColumns {
        let shown = zip(names, keys).map { name, key in
            if case .dimension(let dimension) = key, UsageReport.figureNames.contains(name) {
                return "dimension:" + dimension
            }
            return name
        }
        return KeyColumns(
            names: shown + (addsMeter ? ["meter"] : []), scope: keys.firstIndex(of: .meter) ?? names.count,
            missing: Array(repeating: .nothing("(none)"), count: names.count + 1))
    }

    func values(_ usage: Usage, _ meter: Meter) -> [String] {
        keys.map { key in
            switch key {
            case .customer: usage.customer.text
            case .project: usage.project.text
            case .meter: usage.meter.text
            case .day: usage.day.description
            case .month: String(usage.day.description.prefix(7))
            case .dimension(let name): meter.dimensions.firstIndex(of: name).map { usage.dimensionValues[$0] } ?? ""
            }
        } + (addsMeter ? [usage.meter.text] : [])
    }
}

extension Meter {
    /// Whether its quantity is the plain sum of its events, or how many there are: then whose they are changes nothing.
    fileprivate var isAddedUp: Bool { window == nil && (aggregation == .sum || aggregation == .count) }
}

/// Usage brought together by its keys, in their order. Sums of different meters are never mixed.
struct UsageRows {
    struct Row: GroupedRow, Sendable {
        var values: [String]
        var meter: Meter
        var usage: [Usage]

        /// The days that the row is for, and where each customer's begin.
        var days: ServicePeriod
        var zones: [CustomerID: BillingZone]

        var scope: String { meter.id.text }
        var amount: ExactDecimal { quantity }

        /// As it is priced: each project's usage apart, and what the projects come to added up. A level of one customer and
        /// a level of another are two.
        var quantity: ExactDecimal { owners.map { quantity($0.value, of: $0.key.customer) }.sum() }

        /// Several levels of one project are together highest at an instant that none of them tells.
        var tellsQuantity: Bool {
            meter.aggregation != .highWater || owners.values.allSatisfy { Set($0.map(\.dimensionValues)).count <= 1 }
        }

        private struct Owner: Hashable {
            let customer: CustomerID
            let project: ProjectID
        }

        private var owners: [Owner: [Usage]] {
            if usage.count == 1 || meter.isAddedUp, let first = usage.first {
                return [Owner(customer: first.customer, project: first.project): usage]
            }
            return Dictionary(grouping: usage) { Owner(customer: $0.customer, project: $0.project) }
        }

        private func quantity(_ usage: [Usage], of customer: CustomerID) -> ExactDecimal {
            let period = MeteredPeriod(zone: zones[customer] ?? .utc, whole: days, billed: days)
            return meter.quantity(of: usage, in: period)
        }

        static func joined(_ rows: [Row]) -> Row {
            let start = rows.map(\.days.start).min() ?? rows[0].days.start
            let days = ServicePeriod(start: start, end: rows.map(\.days.end).max() ?? start)
            return Row(
                values: [], meter: rows[0].meter, usage: rows.flatMap(\.usage), days: days, zones: rows[0].zones)
        }

        fileprivate func precedes(_ other: Row) -> Bool {
            for (left, right) in zip(values, other.values) where left != right {
                return left.utf8.lexicographicallyPrecedes(right.utf8)
            }
            return false
        }
    }

    private(set) var rows: [Row] = []

    init(_ book: UsageBook, keys: UsageKeys, filter: UsageFilter, workspace: Workspace, days: ServicePeriod) {
        let zones = workspace.customers.mapValues(\.zone).reduce(into: [:]) { $0[$1.key] = $1.value }
        // What belongs together mostly stands together in the book; what does not is brought together by sorting.
        for usage in book {
            guard let meter = workspace.meters[usage.meter], filter.includes(usage, meter) else { continue }
            let values = keys.values(usage, meter)
            if rows.last?.values == values {
                rows[rows.count - 1].usage.append(usage)
            } else {
                rows.append(
                    Row(
                        values: values, meter: meter, usage: [usage], days: keys.days(usage.day, of: days), zones: zones
                    ))
            }
        }
        if zip(rows, rows.dropFirst()).contains(where: { !$0.precedes($1) }) { sortAndJoin() }
    }

    private mutating func sortAndJoin() {
        rows.sort { $0.precedes($1) }
        var joined: [Row] = []
        for row in rows {
            if joined.last?.values == row.values {
                joined[joined.count - 1].usage += row.usage
            } else {
                joined.append(row)
            }
        }
        rows = joined
    }
}

/// The answer of `usage`, to be printed.
struct UsageReport {
    let table: ResultTable
    private let totals: () -> [[ResultTable.Cell]]
    private let days: ServicePeriod

    static let figureNames = ["events", "quantity", "unit", "sum", "max", "distinct"]

    init(_ rows: UsageRows, keys: UsageKeys, days: ServicePeriod, arrangement: Arrangement) {
        self.days = days
        let columns = keys.columns
        let shown = arrangement.arrange(rows.rows)
        let all = rows.rows
        table = ResultTable(header: columns.names + Self.figureNames, rowCount: shown.count) { place in
            switch shown[place] {
            case .group(let row):
                columns.cells(row.values.map { $0.isEmpty ? nil : $0 }) + Self.figures(row)
            case .others(let count, let row): columns.others(count, scope: row.scope) + Self.figures(row)
            }
        }
        totals = { Arrangement.totals(all).map { columns.total(scope: $0.scope) + Self.figures($0) } }
    }

    private static func figures(_ row: UsageRows.Row) -> [ResultTable.Cell] {
        let sum = row.usage.lazy.map(\.sum).sum()
        let maximum = row.usage.lazy.map(\.maximum).max() ?? .zero
        let distinct = row.usage.reduce(into: Set<UInt32>()) { $0.formUnion($1.distinct) }
        let isUnique = row.meter.uniqueDimension != nil
        return [
            .count(row.usage.reduce(0) { $0 + $1.eventCount }),
            row.tellsQuantity ? .amount(row.quantity) : .nothing(""),
            .text(row.meter.unit), .amount(sum), .amount(maximum),
            isUnique ? .amount(ExactDecimal(distinct.count)) : .nothing(""),
        ]
    }

    private var wholeTable: ResultTable {
        var table = table
        table.totals = totals()
        return table
    }

    var text: String { table.rowCount == 0 ? "no usage, \(days)" : wholeTable.text }

    var json: String {
        get throws { try Versioned(Answer(self)).json }
    }

    private struct Answer: Encodable {
        var from: CalendarDay
        /// The last day.
        var to: CalendarDay
        var usage: [[String: ResultTable.Cell]]
        var totals: [[String: ResultTable.Cell]]

        init(_ report: UsageReport) {
            from = report.days.start
            to = report.days.lastDay
            let table = report.wholeTable
            (usage, totals) = (table.objects, table.totalObjects)
        }
    }
}
