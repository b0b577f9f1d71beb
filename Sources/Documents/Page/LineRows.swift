import BillingTerms
import Invoicing
import Rating

/// The rows of the charges, grouped by project, each with how it came about. There can be thousands, so they are made
/// here and not by the template.
struct LineRows {
    let document: InvoiceDocument
    let labels: Labels
    let style: LocaleStyle
    let hasDiscounts: Bool

    init(_ document: InvoiceDocument, labels: Labels, style: LocaleStyle) {
        self.document = document
        self.labels = labels
        self.style = style
        hasDiscounts = document.lines.contains { !$0.discounts.isEmpty }
    }

    private var columnCount: Int { hasDiscounts ? 7 : 6 }

    func html() -> HTMLText {
        var html = HTMLText()
        let groups = grouped()
        for (name, lines) in groups {
            html.markup("<tbody class=\"group\">\n")
            if groups.count > 1 { appendHeading(name, to: &html) }
            for line in lines { append(line, to: &html) }
            if groups.count > 1 { appendSum(name, lines, to: &html) }
            html.markup("</tbody>\n")
        }
        return html
    }

    /// By project, in the order of their first lines; what is shared comes last.
    private func grouped() -> [(name: String, lines: [InvoiceLine])] {
        guard document.scope == .consolidated else { return [("", document.lines)].filter { !$0.lines.isEmpty } }
        var places: [String: Int] = [:]
        var groups: [(name: String, lines: [InvoiceLine])] = []
        var shared: [InvoiceLine] = []
        for line in document.lines {
            guard let project = line.project?.text else {
                shared.append(line)
                continue
            }
            if let place = places[project] {
                groups[place].lines.append(line)
            } else {
                places[project] = groups.count
                groups.append((line.projectName, [line]))
            }
        }
        if !shared.isEmpty { groups.append((labels["shared"], shared)) }
        return groups
    }

    private func appendHeading(_ name: String, to html: inout HTMLText) {
        html.markup("<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"")
        html.number(columnCount)
        html.markup("\">")
        html.text(name)
        html.markup("</th></tr>\n")
    }

    private func appendSum(_ name: String, _ lines: [InvoiceLine], to html: inout HTMLText) {
        let currency = document.currency
        html.markup("<tr class=\"sum\"><th scope=\"row\" colspan=\"3\">")
        html.text(labels["total"] + " " + name)
        html.markup("</th>")
        html.numberCell(style.amount(lines.map(\.grossAmount).sum(currency)))
        if hasDiscounts { html.numberCell(discount(lines.map(\.discountAmount).sum(currency))) }
        html.markup("<td></td>")
        html.numberCell(style.amount(lines.map(\.netAmount).sum(currency)))
        html.markup("</tr>\n")
    }

    private func append(_ line: InvoiceLine, to html: inout HTMLText) {
        let rated = line.rated
        html.markup("<tr><th scope=\"row\" class=\"text\">")
        html.text(rated.description)
        html.markup("<div class=\"small\">")
        html.text(details(line))
        for sentence in sentences(line) {
            html.markup("<br>")
            html.text(sentence)
        }
        html.markup("</div></th><td class=\"n long\">")
        html.text(style.quantity(rated.quantity))
        html.markup("<div class=\"small\">")
        html.text(rated.unit)
        html.markup("</div></td>")
        html.numberCell(style.unitPrice(rated.unitPrice, document.currency))
        html.numberCell(style.amount(line.grossAmount))
        if hasDiscounts { html.numberCell(discount(line.discountAmount)) }
        html.numberCell(style.percent(line.taxRate))
        html.numberCell(style.amount(line.netAmount))
        html.markup("</tr>\n")
    }

    private func discount(_ amount: Money) -> String { amount.isZero ? "–" : style.amount(-amount) }

    /// "Plan scale, version of 1 Jan 2026 · up to 10000".
    private func details(_ line: InvoiceLine) -> String {
        let rated = line.rated
        var parts: [String] = []
        if !rated.plan.text.isEmpty {
            parts.append(
                "\(labels["plan"]) \(rated.plan), " + labels("plan_version", ["date": style.day(rated.planVersion)]))
        }
        if !rated.tier.isEmpty { parts.append("\(labels["tier"]): \(rated.tier)") }
        if rated.period != document.period { parts.append(style.period(rated.period)) }
        return parts.joined(separator: " · ")
    }

    private func sentences(_ line: InvoiceLine) -> [String] {
        var sentences = line.rated.working.map(WorkingText.sentence)
        sentences += line.discounts.filter { !$0.amount.isZero }.map { "\($0.name): \(style.amount(-$0.amount))" }
        if let share = line.share { sentences.append(labels("share_of", ["share": share])) }
        if let conversion = line.rated.conversion {
            let amount = style.number(conversion.originalAmount) + "\u{A0}" + conversion.originalCurrency.code
            sentences.append(
                labels(
                    "converted",
                    [
                        "amount": amount, "rate": style.number(conversion.rate),
                        "source": conversion.source, "date": style.day(conversion.rateDate),
                    ]))
        }
        return sentences
    }

    /// The same lines for a template that lays out its own table.
    func values() -> [PageValues] {
        document.lines.map { line in
            let rated = line.rated
            var values = PageValues()
            values.text("number", String(line.number))
            values.text("project", line.project == nil ? labels["shared"] : line.projectName)
            values.text("description", rated.description)
            values.text("item", rated.itemID)
            values.text("plan", rated.plan.text)
            values.text("tier", rated.tier)
            values.text("period", style.period(rated.period))
            values.text("quantity", style.quantity(rated.quantity))
            values.text("unit", rated.unit)
            values.text("unitPrice", style.unitPrice(rated.unitPrice, document.currency))
            values.text("gross", style.amount(line.grossAmount))
            values.text("discount", style.amount(-line.discountAmount))
            values.text("net", style.amount(line.netAmount))
            values.text("taxRate", style.percent(line.taxRate))
            values.texts("working", sentences(line))
            return values
        }
    }
}
