import BillingTerms
import CXlsxWriter
import Invoicing

/// The Summary's charts, each beside the numbers it shows.
struct SummaryCharts {
    let summary: SummarySheet

    private var sheet: Sheet { summary.sheet }
    private var document: InvoiceDocument { summary.document }
    private var labels: Labels { summary.labels }

    func write(from row: Int) throws(Findings) {
        var row = row
        let shares = AmountShares(document)
        if !shares.entries.isEmpty { try writeShares(shares, row: &row) }
        let days = DailyAmounts(document)
        if days.entries.count > 1 { try writeDays(days, row: &row) }
    }

    private func writeShares(_ shares: AmountShares, row: inout Int) throws(Findings) {
        let title = labels[shares.isByProject ? "by_project" : "by_item"]
        try summary.heading(&row, title, columns: 0...4)
        let first = row
        for entry in shares.entries {
            try sheet.text(row, 3, entry.name, CellStyle(place: .sum))
            try sheet.number(row, 4, entry.amount.decimal, number(.sum), formula: formula(entry, shares, row))
            row += 1
        }
        let last = row - 1
        if let other = shares.other {
            try summary.amount(row, labels["other"], other, .sum)
            row += 1
        }
        try chart(
            LXW_CHART_BAR, title: title, rows: first...last, at: first, height: max(9, min(20, last - first + 3)),
            description: description(title, shares.entries.map { ($0.name, $0.amount) }))
        row = max(row, first + max(9, min(20, last - first + 3))) + 1
    }

    /// From the Projects sheet, or the sum of the item's lines.
    private func formula(_ entry: AmountShares.Entry, _ shares: AmountShares, _ row: Int) -> String? {
        if let project = entry.projectRow {
            let column = ProjectsSheet.layout(document.currency).letters("Without tax")
            return project < summary.page.rowLimit ? "'\(ProjectsSheet.name)'!$\(column)$\(project + 2)" : nil
        }
        let lines = document.lines.filter { $0.rated.itemID.utf8.elementsEqual(entry.key.utf8) }
        guard LiveFormula.sum(lines.map(\.netAmount.decimal), gives: entry.amount.decimal) else { return nil }
        let lower = Set(shares.entries.map { $0.key.lowercased() })
        let key = SumKey(cell: "D\(row + 1)", text: entry.key, isPlain: lower.count == shares.entries.count)
        let sum = summary.page.sumWhere(LinesSheet.name, "Net", key: "Item", is: key, rows: document.lines.count)
        return "ROUND(\(sum),\(document.currency.minorDigits))"
    }

    private func writeDays(_ days: DailyAmounts, row: inout Int) throws(Findings) {
        let title = labels[days.isByMonth ? "by_month" : "by_day"]
        try summary.heading(&row, title, columns: 0...4)
        let first = row
        for entry in days.entries {
            try sheet.day(row, 3, entry.day, .sum)
            try sheet.number(row, 4, entry.amount.decimal, number(.sum))
            row += 1
        }
        let last = row - 1
        if !days.rest.isZero {
            try summary.amount(row, labels["without_days"], days.rest, .sum)
            row += 1
        }
        let amounts = days.entries.map(\.amount.decimal) + [days.rest.decimal]
        let isLive = LiveFormula.sum(amounts, gives: document.totals.sumOfLineNetAmounts.decimal)
        try summary.amount(
            row, labels["subtotal"], document.totals.sumOfLineNetAmounts, .strongSum,
            formula: isLive ? "ROUND(SUM(E\(first + 1):E\(row)),\(document.currency.minorDigits))" : nil)
        row += 1
        try chart(
            LXW_CHART_COLUMN, title: title, rows: first...last, at: first, height: 14,
            dayFormat: days.isByMonth ? "mmm yyyy" : "d mmm",
            description: description(title, days.entries.map { ($0.day.description, $0.amount) }))
        row = max(row, first + 14) + 1
    }

    private func number(_ place: CellStyle.Place) -> CellStyle {
        CellStyle(place: place, number: .decimal(document.currency.minorDigits))
    }

    /// For those who do not see the chart: what it shows and its largest parts.
    private func description(_ title: String, _ entries: [(name: String, amount: Money)]) -> String {
        let largest = entries.sorted { $0.amount > $1.amount }.prefix(5).map { "\($0.name) \($0.amount)" }
        return CellText.clean("\(title). " + largest.joined(separator: ", "))
    }

    private func chart(
        _ type: lxw_chart_type, title: String, rows: ClosedRange<Int>, at row: Int, height: Int,
        dayFormat: String = "", description: String
    ) throws(Findings) {
        guard let chart = workbook_add_chart(sheet.book.book, UInt8(type.rawValue)) else { return }
        let categories = "=" + sheet.reference(rows.lowerBound, 3) + ":$D$\(rows.upperBound + 1)"
        let values = "=" + sheet.reference(rows.lowerBound, 4) + ":$E$\(rows.upperBound + 1)"
        guard let series = chart_add_series(chart, categories, values) else { return }
        chart_series_set_name(series, CellText.clean(title))
        var fill = lxw_chart_fill()
        fill.color = Palette.accent
        chart_series_set_fill(series, &fill)
        chart_set_series_gap(chart, 60)
        chart_title_off(chart)
        chart_legend_set_position(chart, UInt8(LXW_CHART_LEGEND_NONE.rawValue))
        style(chart, isBar: type == LXW_CHART_BAR, dayFormat: dayFormat)
        var options = lxw_chart_options()
        options.description = sheet.book.kept(description)
        options.object_position = UInt8(LXW_OBJECT_MOVE_DONT_SIZE.rawValue)
        options.x_scale = 500.0 / 480
        options.y_offset = 6
        options.y_scale = Double(height * 20) / 288
        try sheet.book.check(worksheet_insert_chart_opt(sheet.pointer, lxw_row_t(row), 0, chart, &options))
    }

    private func style(_ chart: UnsafeMutablePointer<lxw_chart>, isBar: Bool, dayFormat: String) {
        var font = lxw_chart_font()
        font.color = Palette.muted
        font.size = 9
        var none = lxw_chart_line()
        none.none = 1
        var rule = lxw_chart_line()
        rule.color = Palette.rule
        rule.width = 0.75
        chart_chartarea_set_line(chart, &none)
        // Of a bar chart the library calls the upright axis y, though it holds the categories.
        let categories = isBar ? chart.pointee.y_axis : chart.pointee.x_axis
        let values = isBar ? chart.pointee.x_axis : chart.pointee.y_axis
        for axis in [categories, values] { chart_axis_set_num_font(axis, &font) }
        chart_axis_set_line(categories, &rule)
        chart_axis_set_line(values, &none)
        chart_axis_major_gridlines_set_visible(categories, 0)
        chart_axis_major_gridlines_set_visible(values, 1)
        chart_axis_major_gridlines_set_line(values, &rule)
        chart_axis_set_num_format(values, "#,##0")
        if isBar { chart_axis_set_reverse(categories) } else { chart_axis_set_num_format(categories, dayFormat) }
    }
}
