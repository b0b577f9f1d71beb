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
        discussion: "Nothing is written; the rows are those that a run of the period would price.")

    enum Format: String, ExpressibleByArgument, CaseIterable { case table, csv, json }

    @OptionGroup var options: CommonOptions
    @OptionGroup var period: PeriodOptions

    @Option(help: ArgumentHelp("Comma-separated: customer, project, meter, day, or a dimension.", valueName: "keys"))
    var by = "customer,meter"

    @Option(help: "How to print: table, csv or json.")
    var format = Format.table

    @Option(help: ArgumentHelp("How many threads to use; all processors when not given.", valueName: "count"))
    var threads: Int?

    @Option(help: MemorySize.help)
    var memoryLimit: MemorySize?

    func validate() throws { try Threads.check(threads) }

    func run() throws {
        let console = options.console
        let period = try period.resolved()
        try reporting(console) {
            try WorkspaceFolder.require(options.root)
            let workspace = try WorkspaceReader.read(root: options.root)
            let keys = try UsageKeys(by, workspace: workspace)
            let ledger = try Ledger.open(
                path: options.root + "/ledger.sqlite", readOnly: true, shownAs: "ledger.sqlite")
            let inbox = try Inbox.list(
                root: options.root, settleSeconds: workspace.business.settleSeconds, now: self.period.now)
            let days = Dictionary(uniqueKeysWithValues: workspace.customers.keys.map { ($0, period.days) })
            let imported = try ImportStage(
                workspace: workspace, inbox: inbox, days: days, firstBatches: try ledger.firstBatches(),
                threads: Threads.count(threads), memoryLimit: memoryLimit
            ).books()
            console.report(imported.findings)
            let table = UsageTable(imported.usage, keys: keys, workspace: workspace)
            switch options.json ? .json : format {
            case .table: try console.result(table.text)
            case .csv: try console.bytes(table.csv(threads: Threads.count(threads)))
            case .json: try console.result(table.json)
            }
            return imported.findings.contains { $0.severity != .note } ? Exit.findings : Exit.done
        }
    }
}

/// What usage is grouped by.
struct UsageKeys {
    enum Key: Equatable {
        case customer, project, meter, day
        case dimension(String)
    }

    let keys: [Key]
    let names: [String]

    init(_ text: String, workspace: Workspace) throws {
        let dimensions = Set(workspace.meters.values.flatMap(\.dimensions))
        names = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        keys = try names.map { name in
            switch name {
            case "customer": return .customer
            case "project": return .project
            case "meter": return .meter
            case "day": return .day
            default:
                guard dimensions.contains(name) else {
                    let known = ["customer", "project", "meter", "day"] + dimensions.sorted()
                    throw ValidationError(
                        "no meter has a dimension \"\(name)\"; --by takes \(known.joined(separator: ", "))")
                }
                return .dimension(name)
            }
        }
    }

    /// The place of the day among the keys, where it is one.
    var dayPlace: Int? { keys.firstIndex(of: .day) }

    /// The keys of usage on any day; the day's own place is left empty.
    func values(_ run: UsageBook.Run, _ meter: Meter) -> [String] {
        keys.map { key in
            switch key {
            case .customer: run.customer.text
            case .project: run.project.text
            case .meter: run.meter.text
            case .day: ""
            case .dimension(let name): meter.dimensions.firstIndex(of: name).map { run.dimensionValues[$0] } ?? ""
            }
        }
    }
}

/// Usage added up by its keys. Sums of different meters are never mixed: where the keys do not tell them apart, the meter
/// is added as a key.
///
/// There may be a row for every day of every series: rows are numbers until they are printed.
struct UsageTable: Sendable {
    /// What rows have in common that differ in their day only.
    private struct Group {
        var values: [String]
        var meter: Meter
    }

    private struct Row {
        var group: Int
        /// 0 where the day is no key.
        var day: Int
        /// The entries of the book that it adds up: these, and more where they do not stand together.
        var entries: Range<Int>
        var more: [Range<Int>] = []

        mutating func add(_ others: Range<Int>) {
            if more.isEmpty, entries.upperBound == others.lowerBound {
                entries = entries.lowerBound..<others.upperBound
            } else {
                more.append(others)
            }
        }
    }

    private let book: UsageBook
    private let header: [String]
    private let dayPlace: Int?
    private var groups: [Group] = []
    private var rows: [Row] = []

    init(_ book: UsageBook, keys: UsageKeys, workspace: Workspace) {
        let addsMeter = !keys.keys.contains(.meter)
        self.book = book
        header = keys.names + (addsMeter ? ["meter"] : [])
        dayPlace = keys.dayPlace
        // What belongs together mostly stands together in the book; what does not is brought together by sorting.
        for run in book.runs {
            guard let meter = workspace.meters[run.meter] else { continue }
            let values = keys.values(run, meter) + (addsMeter ? [run.meter.text] : [])
            if groups.last?.values != values { groups.append(Group(values: values, meter: meter)) }
            if dayPlace == nil {
                add(run.entries, day: 0)
            } else {
                for entry in run.entries { add(entry..<entry + 1, day: book.day(ofEntry: entry).number) }
            }
        }
        if zip(rows, rows.dropFirst()).contains(where: { !precedes($0, $1) }) { sortAndJoin() }
    }

    /// Adds entries of the last group.
    private mutating func add(_ entries: Range<Int>, day: Int) {
        let group = groups.count - 1
        if let last = rows.last, last.group == group, last.day == day {
            rows[rows.count - 1].add(entries)
        } else {
            rows.append(Row(group: group, day: day, entries: entries))
        }
    }

    private mutating func sortAndJoin() {
        var joined: [Row] = []
        for row in rows.sorted(by: { precedes($0, $1) }) {
            if let last = joined.last, !precedes(last, row) {
                for entries in [row.entries] + row.more { joined[joined.count - 1].add(entries) }
            } else {
                joined.append(row)
            }
        }
        rows = joined
    }

    private func precedes(_ left: Row, _ right: Row) -> Bool {
        if left.group == right.group { return left.day < right.day }
        let (a, b) = (groups[left.group].values, groups[right.group].values)
        for place in a.indices {
            if place == dayPlace {
                if left.day != right.day { return left.day < right.day }
            } else if a[place] != b[place] {
                return a[place].utf8.lexicographicallyPrecedes(b[place].utf8)
            }
        }
        return false
    }

    private static let columnNames = ["events", "quantity", "unit", "sum", "max", "distinct"]
}

// The figures of a row.
extension UsageTable {
    private struct Figures {
        var events: Int
        var quantity: ExactDecimal
        var sum: ExactDecimal
        var maximum: ExactDecimal
        /// nil for meters that do not count distinct values.
        var distinct: ExactDecimal?
    }

    private func figures(_ row: Row) -> Figures {
        let meter = groups[row.group].meter
        if row.entries.count == 1, row.more.isEmpty, let figures = quickFigures(row.entries.lowerBound, meter) {
            return figures
        }
        if row.entries.count == 1, row.more.isEmpty {
            let only = book[row.entries.lowerBound]
            return Figures(
                events: only.eventCount, quantity: meter.aggregation.quantity(of: only), sum: only.sum,
                maximum: only.maximum, distinct: meter.uniqueDimension == nil ? nil : ExactDecimal(only.distinct.count))
        }
        let all = ([row.entries] + row.more).flatMap { $0.map { book[$0] } }
        return Figures(
            events: all.reduce(0) { $0 + $1.eventCount }, quantity: meter.aggregation.quantity(of: all),
            sum: Meter.Aggregation.sum.quantity(of: all), maximum: Meter.Aggregation.max.quantity(of: all),
            distinct: meter.uniqueDimension == nil ? nil : Meter.Aggregation.unique.quantity(of: all))
    }

    /// For the aggregations that need nothing but what every table shows.
    private func quickFigures(_ entry: Int, _ meter: Meter) -> Figures? {
        guard let only = book.figures(ofEntry: entry) else { return nil }
        let distinct = ExactDecimal(only.distinctCount)
        let quantity: ExactDecimal
        switch meter.aggregation {
        case .sum: quantity = only.sum
        case .max: quantity = only.maximum
        case .count: quantity = ExactDecimal(only.eventCount)
        case .unique: quantity = distinct
        default: return nil
        }
        return Figures(
            events: only.eventCount, quantity: quantity, sum: only.sum, maximum: only.maximum,
            distinct: meter.uniqueDimension == nil ? nil : distinct)
    }

    private func cells(_ row: Row) -> [String] {
        let figures = figures(row)
        var keys = groups[row.group].values
        if let dayPlace { keys[dayPlace] = CalendarDay(number: row.day).description }
        return keys + [
            String(figures.events), figures.quantity.shortText, groups[row.group].meter.unit, figures.sum.shortText,
            figures.maximum.shortText, figures.distinct?.shortText ?? "",
        ]
    }

    var text: String {
        let first = header.count
        return columns(
            rows.map(cells), header: header + Self.columnNames,
            rightAligned: [first, first + 1, first + 3, first + 4, first + 5]
        ).joined(separator: "\n")
    }

    var json: String {
        get throws {
            let objects = rows.map { row in
                Dictionary(zip(header + Self.columnNames, cells(row)), uniquingKeysWith: { first, _ in first })
            }
            return try Versioned(["usage": objects]).json
        }
    }
}

// As CSV, where millions of rows may be asked for.
extension UsageTable {
    func csv(threads: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        for (place, name) in (header + Self.columnNames).enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(field: name)
        }
        bytes += [0x0D, 0x0A]
        let starts = Array(stride(from: 0, to: rows.count, by: 4_096))
        let parts = try parallelMap(starts, threads: threads) { start in
            csv(rows[start..<min(start + 4_096, rows.count)])
        }
        bytes.reserveCapacity(bytes.count + parts.reduce(0) { $0 + $1.count })
        for part in parts { bytes += part }
        return bytes
    }

    private func csv(_ rows: ArraySlice<Row>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rows.count * 96)
        // The keys before and behind the day, which many rows have in common.
        var (group, before, behind, unit) = (-1, [UInt8](), [UInt8](), [UInt8]())
        var dayTexts: [Int: [UInt8]] = [:]
        for row in rows {
            if row.group != group {
                group = row.group
                (before, behind, unit) = texts(of: groups[group])
            }
            bytes += before
            if dayPlace != nil {
                if dayTexts[row.day] == nil {
                    dayTexts[row.day] = Array("\(CalendarDay(number: row.day)),".utf8)
                }
                bytes += dayTexts[row.day] ?? []
            }
            bytes += behind
            append(figures(row), unit, to: &bytes)
        }
        return bytes
    }

    private func append(_ figures: Figures, _ unit: [UInt8], to bytes: inout [UInt8]) {
        ExactDecimal(figures.events).append(to: &bytes)
        bytes.append(UInt8(ascii: ","))
        figures.quantity.normalized.append(to: &bytes)
        bytes += unit
        figures.sum.normalized.append(to: &bytes)
        bytes.append(UInt8(ascii: ","))
        figures.maximum.normalized.append(to: &bytes)
        bytes.append(UInt8(ascii: ","))
        figures.distinct?.append(to: &bytes)
        bytes.append(0x0D)
        bytes.append(0x0A)
    }

    private func texts(of group: Group) -> (before: [UInt8], behind: [UInt8], unit: [UInt8]) {
        var (before, behind) = ([UInt8](), [UInt8]())
        for (place, value) in group.values.enumerated() where place != dayPlace {
            if place < dayPlace ?? .max { before.append(field: value) } else { behind.append(field: value) }
            if place < dayPlace ?? .max { before.append(UInt8(ascii: ",")) } else { behind.append(UInt8(ascii: ",")) }
        }
        var unit: [UInt8] = [UInt8(ascii: ",")]
        unit.append(field: group.meter.unit)
        unit.append(UInt8(ascii: ","))
        return (before, behind, unit)
    }
}

extension [UInt8] {
    /// In quotes where CSV asks for them.
    fileprivate mutating func append(field text: String) {
        let asksForQuotes = text.utf8.contains { byte in
            switch byte {
            case 0x0A, 0x0D, 0x22, 0x2C: true
            default: false
            }
        }
        self += asksForQuotes ? Array("\"\(text.replacing("\"", with: "\"\""))\"".utf8) : Array(text.utf8)
    }
}
