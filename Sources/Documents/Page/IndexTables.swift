import BillingTerms
import Invoicing

/// The customers of a run with their change against the period before, and links to their files.
struct IndexCustomers {
    let page: IndexPage

    var rows: HTMLText {
        var html = HTMLText()
        for customer in page.report.customers { append(customer, to: &html) }
        return html
    }

    private func append(_ customer: RunReport.CustomerResult, to html: inout HTMLText) {
        let style = page.style
        html.markup("<tr><th scope=\"row\" class=\"text\">")
        html.text(customer.name)
        html.markup("<div class=\"small\">")
        html.text(customer.id.text)
        html.markup("</div></th><td>")
        html.tag(customer.status.rawValue, isGood: customer.status == .billed)
        html.markup("</td>")
        html.numberCell(style.count(customer.projects.count))
        html.numberCell(customer.totals.map { style.amount($0.totalWithoutTax) } ?? "–")
        html.numberCell(customer.totals.map { style.money($0.amountDue) } ?? "–")
        html.numberCell(customer.previousAmountDue.map(style.amount) ?? "–")
        html.numberCell(change(customer))
        html.markup("<td class=\"files\">")
        appendFiles(page.documents[customer.id] ?? [], to: &html)
        html.markup("</td></tr>\n")
    }

    /// "+12.50 (+4.2%)".
    private func change(_ customer: RunReport.CustomerResult) -> String {
        guard let due = customer.totals?.amountDue, let previous = customer.previousAmountDue,
            due.currency == previous.currency
        else { return "–" }
        let difference = due - previous
        let sign = difference.isNegative || difference.isZero ? "" : "+"
        let text = sign + page.style.amount(difference)
        guard !previous.isZero else { return text }
        let ratio = difference.decimal.divided(by: previous.decimal.magnitude, to: 3)
        return text + " (" + (ratio.isNegative || ratio.isZero ? "" : "+") + page.style.percent(ratio) + ")"
    }

    private func appendFiles(_ documents: [DocumentEntry], to html: inout HTMLText) {
        let formats = DocumentWriter.Format.allCases.filter { page.formats.contains($0) }
        for document in documents {
            html.markup("<div>")
            html.text(document.scope == .consolidated ? "consolidated" : document.project?.text ?? "shared")
            for format in formats {
                html.markup(" <a href=\"")
                html.text(PageText.link(document.stem + "." + format.rawValue))
                html.markup("\">")
                html.text(format.rawValue)
                html.markup("</a>")
            }
            html.markup("</div>")
        }
    }
}

extension IndexPage {
    var costRows: HTMLText {
        var html = HTMLText()
        for cost in report.providerCosts {
            html.markup("<tr>")
            html.rowHeading(cost.provider)
            html.cell(cost.serviceAccount)
            html.cell(cost.customer)
            html.cell(cost.project)
            html.cell(cost.currency.code)
            html.numberCell(style.number(cost.billedCost))
            html.numberCell(cost.rebilled.map(style.money) ?? "–")
            html.numberCell(margin(cost))
            html.markup("</tr>\n")
        }
        return html
    }

    private func margin(_ cost: RunReport.ProviderCost) -> String {
        guard let margin = cost.margin else { return "–" }
        let text = style.number(margin)
        guard !cost.billedCost.isZero else { return text }
        return text + " (" + style.percent(margin.divided(by: cost.billedCost, to: 3)) + ")"
    }

    var unassignedRows: HTMLText {
        var html = HTMLText()
        for cost in report.unassignedCosts {
            html.markup("<tr>")
            html.rowHeading(cost.provider)
            html.cell(cost.account)
            html.cell(cost.service)
            html.cell(cost.currency.code)
            html.numberCell(style.count(cost.rowCount))
            html.numberCell(style.number(cost.billed.normalized))
            html.markup("</tr>\n")
        }
        return html
    }

    /// Both sides of every identity that the run must keep.
    var controlRows: HTMLText {
        var html = HTMLText()
        func agrees(_ holds: Bool) {
            html.markup("<td>")
            html.tag(holds ? "agrees" : "differs", isGood: holds)
            html.markup("</td></tr>\n")
        }
        for control in report.controls {
            html.markup("<tr>")
            html.rowHeading("Provider cost, \(control.currency.code)")
            for number in [control.read, control.assigned, control.unassigned] {
                html.numberCell(style.number(number))
            }
            html.markup("<td></td><td></td>")
            agrees(control.isBalanced)
        }
        let usage = report.usage
        html.markup("<tr>")
        html.rowHeading("Usage rows")
        html.numberCell(style.count(usage.read))
        html.numberCell(style.count(usage.kept))
        html.markup("<td></td>")
        html.numberCell(style.count(usage.duplicate))
        html.numberCell(style.count(usage.quarantined))
        agrees(usage.isBalanced)
        html.markup("<tr>")
        let rest = [
            (usage.ofOtherDays, "of other days"), (usage.unbilled?.total ?? 0, "cancelled or ignored"),
        ]
        let words = rest.filter { $0.0 > 0 }.map { ", " + $0.1 }.joined()
        html.rowHeading("Usage rows kept: priced, not priced" + words)
        html.numberCell(style.count(usage.kept))
        html.numberCell(style.count(usage.priced))
        html.numberCell(style.count(usage.unpriced))
        for (count, _) in rest {
            if count > 0 { html.numberCell(style.count(count)) } else { html.markup("<td></td>") }
        }
        agrees(usage.ofOtherDays >= 0)
        return html
    }

    var inputRows: HTMLText {
        var html = HTMLText()
        for file in report.inputs {
            html.markup("<tr><th scope=\"row\"><code>")
            html.text(file.path)
            html.markup("</code></th>")
            html.cell(file.content.rawValue)
            html.cell(file.status.rawValue)
            for count in [
                file.byteCount, file.rowsRead, file.rowsKept, file.rowsDuplicate, file.rowsQuarantined,
            ] {
                html.numberCell(style.count(count))
            }
            html.markup("</tr>\n")
        }
        return html
    }
}
