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
                workspace: workspace, inbox: inbox, days: days, firstBatches: try ledger.firstBatches(),
                threads: Threads.count(threads)
            ).books()
            console.report(imported.findings)
            let table = UsageTable(imported.usage, keys: keys, workspace: workspace)
            switch options.json ? .json : format {
            case .table: try console.result(table.text)
            case .csv: try console.bytes(table.csv)
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
struct UsageTable {
    private struct Row {
        var values: [String]
        var meter: Meter
        var usage: [Usage]
    }

    private let header: [String]
    private var rows: [Row] = []

    init(_ book: UsageBook, keys: UsageKeys, workspace: Workspace) {
        let addsMeter = !keys.keys.contains(.meter)
        header = keys.names + (addsMeter ? ["meter"] : [])
        var known: [[String]: Int] = [:]
        var last: (values: [String], place: Int)?
        for usage in book {
            guard let meter = workspace.meters[usage.meter] else { continue }
            let values = keys.values(usage, meter) + (addsMeter ? [usage.meter.text] : [])
            // Most groups stand together in the book.
            if let last, last.values == values {
                rows[last.place].usage.append(usage)
                continue
            }
            let place = known[values] ?? rows.count
            if place == rows.count {
                known[values] = place
                rows.append(Row(values: values, meter: meter, usage: [usage]))
            } else {
                rows[place].usage.append(usage)
            }
            last = (values, place)
        }
        rows.sort { $0.values.lexicographicallyPrecedes($1.values) { $0.utf8.lexicographicallyPrecedes($1.utf8) } }
    }

    private static let columnNames = ["events", "quantity", "unit", "sum", "max", "distinct"]

    private func cells(_ row: Row) -> [String] {
        let all = row.usage
        let distinct = row.meter.uniqueDimension == nil ? "" : Meter.Aggregation.unique.quantity(of: all).description
        return row.values + [
            Meter.Aggregation.count.quantity(of: all).description, row.meter.aggregation.quantity(of: all).shortText,
            row.meter.unit, Meter.Aggregation.sum.quantity(of: all).shortText,
            Meter.Aggregation.max.quantity(of: all).shortText, distinct,
        ]
    }

    var text: String {
        let first = header.count
        return columns(
            rows.map(cells), header: header + Self.columnNames,
            rightAligned: [first, first + 1, first + 3, first + 4, first + 5]
        ).joined(separator: "\n")
    }

    var csv: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rows.count * 80)
        append(header + Self.columnNames, to: &bytes)
        for row in rows { append(cells(row), to: &bytes) }
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
