import ArgumentParser
import BillingTerms
import Catalog
import Documents
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

    @Option(help: MemorySize.help)
    var memoryLimit: MemorySize?

    func validate() throws { try Threads.check(threads) }

    func run() throws {
        let console = options.console
        let period = try query.days()
        let progress = Progress(console)
        try reporting(console) {
            defer { progress.end() }
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
                now: query.reference.now, threads: Threads.count(threads), memoryLimit: memoryLimit,
                progress: progress, hashesFiles: false
            ).books()
            progress.end()
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

    func includes(_ run: UsageBook.Run, _ meter: Meter) -> Bool {
        (customers.isEmpty || customers.contains(run.customer))
            && (projects.isEmpty || projects.contains(run.project))
            && (meters.isEmpty || meters.contains(run.meter))
            && dimensions.allSatisfy { name, patterns in
                guard let place = meter.dimensions.firstIndex(of: name) else { return false }
                let value = run.dimensionValues[place]
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

    var hasTime: Bool { keys.contains(.day) || keys.contains(.month) }

    /// The keys of usage at any time; the times' own places are left empty.
    fileprivate func values(_ run: UsageBook.Run, _ meter: Meter) -> [String] {
        keys.map { key in
            switch key {
            case .customer: run.customer.text
            case .project: run.project.text
            case .meter: run.meter.text
            case .day, .month: ""
            case .dimension(let name): meter.dimensions.firstIndex(of: name).map { run.dimensionValues[$0] } ?? ""
            }
        } + (addsMeter ? [run.meter.text] : [])
    }
}

extension Meter {
    /// Whether its quantity is the plain sum of its events, or how many there are: then whose they are changes nothing.
    fileprivate var isAddedUp: Bool { window == nil && (aggregation == .sum || aggregation == .count) }
}

/// Usage brought together by its keys, in their order. Sums of different meters are never mixed.
///
/// There may be a row for every day of everything that is used: rows are numbers until they are printed.
struct UsageRows {
    /// What rows have in common that differ in their time only.
    fileprivate final class Group: Sendable {
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
        fileprivate unowned(unsafe) var group: Group
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
        fileprivate func write(to file: inout CSVText, _ days: DayFields, _ entries: UsageBook.EntryView) {
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
private struct DayFields: Sendable {
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

/// The answer of `usage`, to be printed.
struct UsageReport {
    private(set) var table: ResultTable
    private let totals: () -> [[ResultTable.Cell]]
    private let days: ServicePeriod

    static let figureNames = ["events", "quantity", "unit", "sum", "max", "distinct"]

    init(_ rows: UsageRows, keys: UsageKeys, days: ServicePeriod, arrangement: Arrangement) {
        self.days = days
        let columns = keys.columns
        let shown = arrangement.arrange(rows.rows)
        table = ResultTable(header: columns.names + Self.figureNames, rowCount: shown.count) { place in
            withExtendedLifetime(rows) {
                switch shown[place] {
                case .group(let row): columns.cells(row.values.map { $0.isEmpty ? nil : $0 }) + Self.figures(row)
                case .others(let count, let row): columns.others(count, scope: row.scope) + Self.figures(row)
                }
            }
        }
        let dayFields = DayFields(days)
        table.csvRows = { [table] places, file in
            withExtendedLifetime(rows) {
                rows.book.withEntries { entries in
                    for place in places {
                        if case .group(let row) = shown[place] {
                            row.write(to: &file, dayFields, entries)
                        } else {
                            table.write(place, to: &file)
                        }
                    }
                }
            }
        }
        totals = {
            withExtendedLifetime(rows) {
                Arrangement.totals(rows.rows).map { columns.total(scope: $0.scope) + Self.figures($0) }
            }
        }
    }

    private static func figures(_ row: UsageRows.Row) -> [ResultTable.Cell] {
        let figures = row.figures
        return [
            .count(figures.events), figures.quantity.map { .amount($0) } ?? .nothing(""), .text(row.meter.unit),
            .amount(figures.sum), .amount(figures.maximum), figures.distinct.map { .amount($0) } ?? .nothing(""),
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
