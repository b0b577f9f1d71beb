import BillingTerms
import Invoicing
import Rating

/// The lines of invoices as CSV: the columns of each invoice's own file and of the run's `lines.csv`.
enum LineCSV {
    /// Their order is a promise; new ones go to the end.
    static let columns = [
        "invoice", "customer", "line", "project", "project_name", "kind", "item", "description", "plan",
        "plan_version",
        "subscription", "tier", "period_start", "period_last_day", "quantity", "unit", "unit_price", "gross",
        "discount",
        "net", "promotional_credit", "taxable", "tax_code", "tax_rate", "currency", "share", "original_amount",
        "original_currency", "exchange_rate", "exchange_rate_date", "working", "credits", "credit_unit", "credit_ratio",
    ]
    static let netColumn = 19

    static func document(_ document: InvoiceDocument, dialect: CSVDialect) -> CSVText {
        var csv = CSVText(dialect)
        csv.header(columns)
        append(document, to: &csv)
        return csv
    }

    /// Without the header, to be put together with other documents' rows.
    static func append(_ document: InvoiceDocument, to csv: inout CSVText) {
        for line in document.lines { append(line, of: document, to: &csv) }
    }

    private static func append(_ line: InvoiceLine, of document: InvoiceDocument, to csv: inout CSVText) {
        let rated = line.rated
        csv.text(document.number ?? document.reference)
        csv.text(document.customer.text)
        csv.integer(line.number)
        csv.text(line.project?.text)
        csv.text(line.projectName)
        csv.text(rated.kind.rawValue)
        csv.text(rated.itemID)
        csv.text(rated.description)
        csv.text(rated.plan.text)
        csv.day(rated.planVersion)
        csv.text(rated.subscription)
        csv.text(rated.tier)
        csv.day(rated.period.start)
        csv.day(rated.period.isEmpty ? rated.period.start : rated.period.lastDay)
        csv.number(rated.quantity)
        csv.text(rated.unit)
        csv.number(rated.unitPrice)
        csv.amount(line.grossAmount)
        csv.amount(line.discountAmount)
        csv.amount(line.netAmount)
        csv.amount(line.promotionalCredit)
        csv.amount(line.taxableAmount)
        csv.text(line.taxCode)
        csv.number(line.taxRate)
        csv.text(document.currency.code)
        csv.text(line.share)
        csv.number(rated.conversion?.originalAmount)
        csv.text(rated.conversion?.originalCurrency.code)
        csv.number(rated.conversion?.rate)
        csv.day(rated.conversion?.rateDate)
        csv.text(WorkingText.oneLine(rated.working))
        csv.number(line.ownCredits?.amount)
        csv.text(line.ownCredits?.name)
        csv.number(line.ownCredits?.ratio)
        csv.endRow()
    }
}

extension InvoiceLine {
    /// What the line comes to in a credit unit; a project's share of it has no such amount of its own.
    var ownCredits: CreditAmount? { share == nil ? rated.credits : nil }
}

/// How an amount came about, in words.
enum WorkingText {
    static func oneLine(_ steps: [WorkingStep]) -> String {
        steps.map(sentence).joined(separator: "; ")
    }

    static func sentence(_ step: WorkingStep) -> String {
        let calculation = step.calculation.isEmpty ? step.result : step.calculation + " = " + step.result
        return step.label.isEmpty ? calculation : step.label + ": " + calculation
    }
}
