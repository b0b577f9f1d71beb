import BillingTerms
import Invoicing

/// The run's index: what was billed, what it cost, what somebody should look at, and where everything lies. Its words are
/// English, it is read by those who run the tool.
struct IndexPage {
    let report: RunReport
    let documents: [CustomerID: [DocumentEntry]]
    let formats: Set<DocumentWriter.Format>
    let style = LocaleStyle(locale: "en-GB")

    init(_ report: RunReport, documents: [DocumentEntry], formats: Set<DocumentWriter.Format>) {
        self.report = report
        self.formats = formats
        self.documents = Dictionary(grouping: documents, by: \.customer)
    }

    private var isDraft: Bool { documents.values.contains { $0.contains { $0.status == .draft } } }

    func values() -> PageValues {
        var page = PageValues()
        page.text("title", (isDraft ? "DRAFT · " : "") + "Billing run " + report.periodName)
        page.text("period", report.periodName)
        page.text("days", style.period(report.period))
        page.text("zone", report.zone)
        page.text("business", report.businessName)
        page.flag("isDraft", isDraft)
        page.groups("cards", cards)
        page.rows("findings", findingRows)
        page.markup("totalRows", totalRows)
        page.groups("charts", charts)
        page.markup("customerRows", IndexCustomers(page: self).rows)
        page.rows("costs", costRows)
        page.rows("dailyCosts", dailyRows)
        page.markup("controlRows", controlRows)
        page.rows("unassigned", unassignedRows)
        page.rows("quarantine", quarantineRows, ["note": quarantineNote])
        page.markup("inputRows", inputRows)
        page.text(
            "madeBy",
            "billwright \(report.toolVersion) · configuration \(report.configurationHash.prefix(12)) · "
                + "zone data \(report.zoneDataVersion)")
        var css = PageValues()
        css.css("period", "Billing run " + report.periodName)
        css.css("draft", isDraft ? "DRAFT" : "")
        page.group("css", css)
        return page
    }

    // MARK: At a glance

    /// In which something was billed.
    private var currencies: [Currency] {
        Set(report.customers.filter { $0.totals != nil }.map(\.currency)).sorted()
    }

    private func billed(_ currency: Currency) -> [RunReport.CustomerResult] {
        report.customers.filter { $0.currency == currency && $0.totals != nil }
    }

    private var cards: [PageValues] {
        var cards: [PageValues] = []
        func card(_ label: String, _ value: String, _ note: String, isAlarm: Bool = false) {
            var card = PageValues()
            card.text("label", label)
            card.text("value", value)
            card.text("note", note)
            card.flag("isAlarm", isAlarm)
            cards.append(card)
        }
        for currency in currencies {
            let due = billed(currency).compactMap(\.totals?.amountDue).sum(currency)
            let previous = report.customers.filter { $0.currency == currency }.compactMap(\.previousAmountDue)
            let note = previous.isEmpty ? "no period before" : "last period " + style.money(previous.sum(currency))
            card("Amount due, \(currency.code)", style.money(due), note)
        }
        let parked = report.customers.count { $0.status == .parked }
        card(
            "Customers billed", style.count(report.customers.count - parked),
            parked == 0 ? "none parked" : "\(style.count(parked)) parked", isAlarm: parked > 0)
        let usage = report.usage
        card(
            "Usage rows read", style.count(usage.read),
            "\(style.count(usage.kept)) kept, \(style.count(usage.duplicate)) duplicate, "
                + "\(style.count(usage.quarantined)) set aside"
                + (usage.unbilled.map { "; \(style.count($0.total)) of the kept not billed" } ?? ""),
            isAlarm: usage.quarantined > 0 || !usage.isBalanced)
        let errors = report.findings.count { $0.severity == .error }
        let warnings = report.findings.count - errors
        card(
            "Findings", style.count(report.findings.count),
            "\(counted(errors, "error")), \(counted(warnings, "warning"))", isAlarm: errors > 0)
        return cards
    }

    private func counted(_ count: Int, _ noun: String) -> String {
        style.count(count) + " " + noun + (count == 1 ? "" : "s")
    }

    private var totalRows: HTMLText {
        var html = HTMLText()
        for currency in currencies {
            let customers = billed(currency)
            let totals = customers.compactMap(\.totals).reduce(.zero(currency), +)
            html.markup("<tr>")
            html.rowHeading(currency.code)
            html.numberCell(style.count(customers.count))
            for amount in [
                totals.sumOfLineGrossAmounts, -totals.discounts, -totals.promotionalCredit, totals.totalTax,
                totals.totalWithTax, -totals.paidAmount, totals.amountDue,
            ] {
                html.numberCell(style.amount(amount))
            }
            html.markup("</tr>\n")
        }
        return html
    }

    // MARK: Charts

    private var charts: [PageValues] {
        var charts: [PageValues] = []
        func add(_ caption: String, _ entries: [(label: String, value: ExactDecimal)], _ currency: Currency) {
            guard entries.count > 1 else { return }
            var chart = PageValues()
            chart.text("caption", caption)
            let texts = entries.map { style.number($0.value.rounded(to: currency.minorDigits)) }
            chart.markup("svg", BarChart(title: caption, entries: entries, texts: texts).svg())
            charts.append(chart)
        }
        for currency in currencies {
            let customers = billed(currency).compactMap { customer in
                customer.totals.map { (label: customer.name, value: $0.amountDue.decimal) }
            }
            let largest = customers.sorted { $0.value > $1.value }.prefix(12)
            let few = customers.count > 12 ? ", the twelve largest" : ""
            add("Amount due by customer, \(currency.code)\(few)", Array(largest), currency)
        }
        for currency in Set(report.providerCosts.map(\.currency)).sorted() {
            var providers: [String: ExactDecimal] = [:]
            for cost in report.providerCosts where cost.currency == currency {
                providers[cost.provider, default: .zero] += cost.billedCost
            }
            let entries = providers.sorted { $0.key < $1.key }.map { (label: $0.key, value: $0.value) }
            add("Provider cost by provider, \(currency.code)", entries, currency)
        }
        for (currency, days) in dailyCosts where days.count > 1 {
            var chart = PageValues()
            let caption = "Provider cost by day, \(currency.code)"
            chart.text("caption", caption)
            chart.markup("svg", DayChart(title: caption, days: days).svg())
            charts.append(chart)
        }
        return charts
    }

    /// By currency, the cost of each day over all providers, rising.
    private var dailyCosts: [(currency: Currency, days: [(day: CalendarDay, cost: ExactDecimal)])] {
        Set(report.dailyCosts.map(\.currency)).sorted().map { currency in
            var days: [CalendarDay: ExactDecimal] = [:]
            for cost in report.dailyCosts where cost.currency == currency {
                days[cost.day, default: .zero] += cost.billedCost
            }
            return (currency, days.sorted { $0.key < $1.key }.map { (day: $0.key, cost: $0.value) })
        }
    }

    private var dailyRows: HTMLText {
        var html = HTMLText()
        for (currency, days) in dailyCosts {
            for (day, cost) in days {
                html.markup("<tr>")
                html.rowHeading(style.day(day))
                html.cell(currency.code)
                html.numberCell(style.number(cost))
                html.markup("</tr>\n")
            }
        }
        return html
    }

    // MARK: Findings and rows

    private static let mostFindings = 500
    private static let mostQuarantined = 100

    private var findingRows: HTMLText {
        var html = HTMLText()
        for finding in report.findings.prefix(Self.mostFindings) {
            html.markup("<tr><th scope=\"row\">")
            html.tag(finding.severity.rawValue, isGood: false)
            html.markup("</th><td><code>")
            html.text(finding.code.rawValue)
            html.markup("</code></td><td class=\"text\">")
            html.text(finding.message)
            for note in finding.notes {
                html.markup("<div class=\"small\">")
                html.text(note)
                html.markup("</div>")
            }
            html.markup("</td><td><code>")
            html.text(finding.place.map(IndexPage.place) ?? "")
            html.markup("</code></td></tr>\n")
        }
        let rest = report.findings.count - Self.mostFindings
        if rest > 0 {
            html.markup("<tr><th scope=\"row\"></th><td></td><td>")
            html.text("and \(style.count(rest)) more")
            html.markup("</td><td></td></tr>\n")
        }
        return html
    }

    private static func place(_ place: Place) -> String {
        var text = place.file
        if let line = place.line { text += ":\(line)" }
        if place.line != nil, let column = place.column { text += ":\(column)" }
        return text
    }

    private var quarantineNote: String {
        let count = report.quarantine.count
        return count > Self.mostQuarantined
            ? "The first \(Self.mostQuarantined) of \(style.count(count)) rows; all of them are in"
            : "With the rows as they came:"
    }

    private var quarantineRows: HTMLText {
        var html = HTMLText()
        for row in report.quarantine.prefix(Self.mostQuarantined) {
            html.markup("<tr><th scope=\"row\"><code>")
            html.text("\(row.fileName):\(row.line)" + (row.column.map { ":\($0)" } ?? ""))
            html.markup("</code></th><td><code>")
            html.text(row.code.rawValue)
            html.markup("</code></td>")
            html.cell(row.reason)
            html.cell(row.customer ?? "")
            html.cell(row.meter ?? "")
            let cost = row.cost.map { style.number($0) + " " + (row.currency ?? "") }
            html.numberCell(row.quantity.map(style.quantity) ?? cost ?? "")
            html.markup("</tr>\n")
        }
        return html
    }
}

extension HTMLText {
    /// A word on a coloured ground.
    mutating func tag(_ word: String, isGood: Bool) {
        if isGood { markup("<span class=\"tag ok\">") } else { markup("<span class=\"tag warn\">") }
        text(word)
        markup("</span>")
    }
}
