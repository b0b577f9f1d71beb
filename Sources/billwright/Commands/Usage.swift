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
                workspace: workspace, inbox: inbox, days: days, past: ImportedPast(ledger, before: period),
                now: self.period.now, threads: Threads.count(threads)
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

    func values(_ usage: Usage, _ meter: Meter) -> [String] {
        keys.map { key in
            switch key {
            case .customer: usage.customer.text
            case .project: usage.project.text
            case .meter: usage.meter.text
            case .day: usage.day.description
            case .dimension(let name): meter.dimensions.firstIndex(of: name).map { usage.dimensionValues[$0] } ?? ""
            }
        }
    }
}

/// Usage added up by its keys. Sums of different meters are never mixed: where the keys do not tell them apart, the meter
/// is added as a key.
struct UsageTable: Sendable {
    private struct Row {
        var values: [String]
        var meter: Meter
        var usage: [Usage]

        func precedes(_ other: Row) -> Bool {
            for (left, right) in zip(values, other.values) where left != right {
                return left.utf8.lexicographicallyPrecedes(right.utf8)
            }
            return false
        }
    }

    private let header: [String]
    private var rows: [Row] = []

    init(_ book: UsageBook, keys: UsageKeys, workspace: Workspace) {
        let addsMeter = !keys.keys.contains(.meter)
        header = keys.names + (addsMeter ? ["meter"] : [])
        // What belongs together mostly stands together in the book; what does not is brought together by sorting.
        for usage in book {
            guard let meter = workspace.meters[usage.meter] else { continue }
            let values = keys.values(usage, meter) + (addsMeter ? [usage.meter.text] : [])
            if rows.last?.values == values {
                rows[rows.count - 1].usage.append(usage)
            } else {
                rows.append(Row(values: values, meter: meter, usage: [usage]))
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

    private static let columnNames = ["events", "quantity", "unit", "sum", "max", "distinct"]

    private func cells(_ row: Row) -> [String] {
        let all = row.usage
        let aggregation = row.meter.aggregation
        let distinct = row.meter.uniqueDimension == nil ? "" : Meter.Aggregation.unique.quantity(of: all).description
        let sum = Meter.Aggregation.sum.quantity(of: all).shortText
        return row.values + [
            String(all.reduce(0) { $0 + $1.eventCount }),
            aggregation == .sum ? sum : aggregation.quantity(of: all).shortText,
            row.meter.unit, sum, Meter.Aggregation.max.quantity(of: all).shortText, distinct,
        ]
    }

    var text: String {
        let first = header.count
        return columns(
            rows.map(cells), header: header + Self.columnNames,
            rightAligned: [first, first + 1, first + 3, first + 4, first + 5]
        ).joined(separator: "\n")
    }

    func csv(threads: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        append(header + Self.columnNames, to: &bytes)
        let starts = Array(stride(from: 0, to: rows.count, by: 4_096))
        let parts = try parallelMap(starts, threads: threads) { start in
            var part: [UInt8] = []
            for row in rows[start..<min(start + 4_096, rows.count)] { append(cells(row), to: &part) }
            return part
        }
        for part in parts { bytes += part }
        return bytes
    }

    private func append(_ cells: [String], to bytes: inout [UInt8]) {
        for (place, cell) in cells.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            if cell.utf8.contains(where: { [0x2C, 0x22, 0x0A, 0x0D].contains($0) }) {
                bytes += Array("\"\(cell.replacing("\"", with: "\"\""))\"".utf8)
            } else {
                bytes += cell.utf8
            }
        }
        bytes.append(contentsOf: [0x0D, 0x0A])
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
