import BillingTerms
import Catalog
import Invoicing

/// A document as one self-contained page: what its template may name.
struct InvoicePage {
    let document: InvoiceDocument
    let labels: Labels
    let style: LocaleStyle

    init(_ document: InvoiceDocument, labels: Labels) {
        self.document = document
        self.labels = labels
        style = LocaleStyle(locale: document.locale)
    }

    private var currency: Currency { document.currency }
    private var isDraft: Bool { document.status == .draft }
    private var reference: String { document.number ?? document.reference }
    private var kind: String { labels[document.role == .invoice ? "invoice" : "statement"] }

    /// How the page writes the amount that matters most.
    var amountDue: String { style.money(document.totals.amountDue) }

    func values() -> PageValues {
        var page = PageValues()
        page.labels(labels)
        page.text("language", labels.language)
        page.text("title", (isDraft ? labels["draft"] + " · " : "") + kind + " " + reference)
        page.text("kind", kind)
        page.text("reference", reference)
        page.text("currency", currency.code)
        page.flag("isDraft", isDraft)
        page.flag("isStatement", document.role == .statement)
        page.text("amountDue", amountDue)
        page.text("dueOn", labels("due_on", ["date": style.day(document.dueDate)]))
        page.group("seller", party(document.seller))
        page.group("buyer", party(document.buyer))
        page.groups("facts", PageValues.pairs(facts))
        page.groups("totals", totals)
        page.groups("payment", PageValues.pairs(payment))
        page.texts("notes", document.notes)
        page.flag("hasNotes", !document.notes.isEmpty)
        page.text("madeBy", madeBy)
        addShares(to: &page)
        let lines = LineRows(document, labels: labels, style: style)
        page.flag("hasDiscounts", lines.hasDiscounts)
        page.flag("hasLines", !document.lines.isEmpty)
        page.markup("lineRows", lines.html())
        page.lazyGroups("lines", lines.values)
        page.rows("taxes", taxRows)
        page.rows("adjustments", adjustmentRows)
        page.rows("credits", creditRows)
        var css = PageValues()
        css.css("page", labels["page"])
        css.css("of", labels["of"])
        css.css("reference", reference)
        css.css("draft", isDraft ? labels["draft"] : "")
        page.group("css", css)
        return page
    }

    private var madeBy: String {
        labels(
            "made_by",
            [
                "version": document.audit.toolVersion,
                "configuration": String(document.audit.configurationHash.prefix(12)),
            ])
    }

    private func party(_ party: Party) -> PageValues {
        var values = PageValues()
        values.text("name", party.name)
        values.texts("address", party.address)
        values.text("country", party.country)
        values.text("taxID", party.taxID)
        values.text("registration", party.registration)
        values.text("email", party.email)
        return values
    }

    private var facts: [(label: String, value: String?)] {
        [
            (labels["number"], document.number),
            (labels["reference"], document.number == nil ? nil : document.reference),
            (labels["project"], document.scope == .project ? document.project?.name ?? labels["shared"] : nil),
            (labels["cost_centre"], document.project?.costCentre),
            (labels["issue_date"], style.day(document.issueDate)),
            (labels["due_date"], style.day(document.dueDate)),
            (labels["service_period"], style.period(document.period)), (labels["time_zone"], document.zone),
            (labels["purchase_order"], document.purchaseOrder), (labels["buyer_reference"], document.buyerReference),
        ]
    }

    private var payment: [(label: String, value: String?)] {
        let terms = document.payment.terms ?? labels("net_days", ["days": String(document.payment.dueDays)])
        return [
            (labels["amount_due"], amountDue), (labels["due_date"], style.day(document.dueDate)),
            (labels["terms"], terms), (labels["bank"], document.payment.bank), ("IBAN", document.payment.iban),
            ("BIC", document.payment.bic), (labels["reference"], reference),
        ]
    }

    // MARK: Totals

    /// From what is charged down to what is due.
    private var totals: [PageValues] {
        let totals = document.totals
        var rows: [PageValues] = []
        func row(_ label: String, _ amount: Money, _ weight: String = "", always: Bool = true) {
            guard always || !amount.isZero else { return }
            var values = PageValues()
            values.text("label", label)
            values.text("amount", weight == "final" ? style.money(amount) : style.amount(amount))
            values.text("class", weight)
            rows.append(values)
        }
        row(labels["sum_of_charges"], totals.sumOfLineGrossAmounts)
        if !totals.discounts.isZero {
            row(labels["discounts"], -totals.discounts)
            row(labels["subtotal"], totals.sumOfLineNetAmounts, "strong")
        }
        row(labels["promotional_credit"], -totals.promotionalCredit, always: false)
        row(labels["total_without_tax"], totals.totalWithoutTax, "strong")
        for tax in document.taxes { row("\(tax.name) \(style.percent(tax.rate))", tax.taxAmount) }
        row(labels["total_with_tax"], totals.totalWithTax, "strong")
        row(labels["prepaid_applied"], -totals.paidAmount, always: false)
        row(labels["amount_due"], totals.amountDue, "final")
        return rows
    }

    private var taxRows: HTMLText {
        var html = HTMLText()
        for tax in document.taxes {
            html.markup("<tr><th scope=\"row\">")
            html.text(tax.name)
            let category = labels["category_" + tax.category.rawValue]
            html.markup(" <span class=\"small\">")
            html.text([category, tax.note ?? ""].filter { !$0.isEmpty }.joined(separator: ". "))
            html.markup("</span></th>")
            html.numberCell(style.percent(tax.rate))
            html.numberCell(style.amount(tax.taxableAmount))
            html.numberCell(style.amount(tax.taxAmount))
            html.markup("</tr>\n")
        }
        return html
    }

    // MARK: Promotions and credits

    private var adjustmentRows: HTMLText {
        var html = HTMLText()
        for adjustment in document.adjustments {
            html.markup("<tr><th scope=\"row\" class=\"text\">")
            html.text(adjustment.description)
            html.markup(" <span class=\"small\">")
            let rate = adjustment.rate.map { ", " + style.percent($0) } ?? ""
            html.text(labels[adjustment.kind.rawValue] + rate)
            for step in adjustment.working {
                html.markup("<br>")
                html.text(WorkingText.sentence(step))
            }
            html.markup("</span></th>")
            html.cell(adjustment.appliesTo)
            html.numberCell(style.amount(adjustment.basis))
            html.numberCell(style.amount(-adjustment.amount))
            html.markup("</tr>\n")
        }
        return html
    }

    private var creditRows: HTMLText {
        var html = HTMLText()
        for statement in document.creditStatements {
            html.markup("<tr><th scope=\"row\" class=\"text\">")
            html.text(statement.name)
            html.markup(" <span class=\"small\">")
            let kind = labels[statement.kind.rawValue + "-credit", or: statement.kind.rawValue]
            let status = statement.status.flatMap { $0 == .active ? nil : labels["credit_" + $0.rawValue] }
            html.text(([kind] + [status].compactMap { $0 }).joined(separator: ", "))
            let more =
                [CreditText.units(statement)].compactMap { $0 } + (statement.working ?? []).map(WorkingText.sentence)
            for remark in more {
                html.markup("<br>")
                html.text(remark)
            }
            for use in statement.projects ?? [] where (statement.projects ?? []).count > 1 {
                html.markup("<br>")
                html.text("\(use.project == nil ? labels["shared"] : use.name): \(style.amount(-use.used))")
            }
            html.markup("</span></th>")
            html.cell(statement.expires.map(style.day) ?? "")
            for amount in [
                statement.opening, statement.granted, -statement.used, -statement.expired, statement.closing,
            ] {
                html.numberCell(style.amount(amount))
            }
            html.markup("</tr>\n")
        }
        return html
    }

    // MARK: Shares

    /// The chart of projects, or of items where the document is about one, and its table.
    private func addShares(to page: inout PageValues) {
        let shares = AmountShares(document, most: 15)
        guard shares.entries.count > 1 else { return }
        let caption = labels[shares.isByProject ? "by_project" : "by_item"] + " (\(currency.code))"
        let names = shares.isByProject ? [:] : itemNames
        var entries = shares.entries.map { (label: names[$0.key] ?? $0.name, value: $0.amount) }
        if let other = shares.other { entries.append((labels["other"], other)) }
        let chartOfShares = BarChart(
            title: caption, entries: entries.map { ($0.label, $0.value.decimal) },
            texts: entries.map { style.amount($0.value) })
        var chart = PageValues()
        chart.text("caption", caption)
        chart.markup("svg", chartOfShares.svg())
        page.group("chart", chart)
        addShareTable(shares, names, to: &page)
    }

    private func addShareTable(_ shares: AmountShares, _ names: [String: String], to page: inout PageValues) {
        let whole = document.totals.totalWithoutTax.decimal
        func share(_ amount: Money) -> String {
            whole.isZero ? "" : style.percent(amount.decimal.divided(by: whole, to: 3))
        }
        var html = HTMLText()
        let hasPrevious = document.projects.contains { $0.previous != nil }
        if shares.isByProject {
            for project in document.projects {
                html.markup("<tr>")
                html.rowHeading(project.name)
                html.numberCell(style.amount(project.totals.totalWithoutTax))
                html.numberCell(share(project.totals.totalWithoutTax))
                html.numberCell(style.amount(project.totals.totalTax))
                html.numberCell(style.amount(project.totals.amountDue))
                if hasPrevious { html.numberCell(project.previous.map(style.amount) ?? "–") }
                html.markup("</tr>\n")
            }
        } else {
            for entry in shares.entries {
                html.markup("<tr>")
                html.rowHeading(names[entry.key] ?? entry.name)
                html.numberCell(style.amount(entry.amount))
                html.numberCell(share(entry.amount))
                html.markup("</tr>\n")
            }
            if let other = shares.other {
                html.markup("<tr>")
                html.rowHeading(labels["other"])
                html.numberCell(style.amount(other))
                html.numberCell(share(other))
                html.markup("</tr>\n")
            }
        }
        var table = PageValues()
        table.text("caption", labels[shares.isByProject ? "projects" : "by_item"] + " (\(currency.code))")
        table.text("heading", labels[shares.isByProject ? "project" : "description"])
        table.text("amountHeading", labels[shares.isByProject ? "total_without_tax" : "net"])
        table.flag("hasTotals", shares.isByProject)
        table.flag("hasPrevious", shares.isByProject && hasPrevious)
        table.markup("rows", html)
        page.group("shares", table)
    }

    /// What invoices call an item: the description of its first line.
    private var itemNames: [String: String] {
        Dictionary(document.lines.map { ($0.rated.itemID, $0.rated.description) }) { first, _ in first }
    }
}

extension Labels {
    subscript(_ key: String, or fallback: String) -> String { has(key) ? self[key] : fallback }
}
