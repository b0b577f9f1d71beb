import BillingTerms
import Catalog
import Documents
import Metering

/// The answer of `usage`, to be printed.
struct UsageReport {
    private(set) var table: ResultTable
    private let totals: () -> [[ResultTable.Cell]]
    private let days: ServicePeriod

    static let figureNames = ["events", "quantity", "unit", "sum", "max", "distinct"]

    init(_ rows: UsageRows, keys: UsageKeys, days: ServicePeriod, arrangement: Arrangement) {
        self.days = days
        let columns = keys.columns
        let shown = arrangement.arrange(rows)
        table = ResultTable(header: columns.names + Self.figureNames, rowCount: shown.count) { place in
            switch shown[place] {
            case .group(let row): columns.cells(row.values.map { $0.isEmpty ? nil : $0 }) + Self.figures(row)
            case .others(let count, let row): columns.others(count, scope: row.scope) + Self.figures(row)
            }
        }
        if arrangement.keepsAll { table.csvRows = { rows.write($0, to: &$1) } }
        totals = { Arrangement.totals(rows).map { columns.total(scope: $0.scope) + Self.figures($0) } }
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
