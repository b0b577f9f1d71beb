import BillingTerms
import Invoicing

/// `credits.csv`: what became of every credit grant in the period, a row for each with opening + granted − used − expired
/// = closing, and below it a row for each project with what it used ("shared" for what is kept apart).
enum CreditCSV {
    static let columns = [
        "period", "customer", "grant", "name", "kind", "status", "project", "opening", "granted", "used", "expired",
        "closing", "expires", "currency", "unit", "unit_ratio", "opening_units", "granted_units", "used_units",
        "expired_units", "closing_units",
    ]

    static func append(_ document: InvoiceDocument, to csv: inout CSVText) {
        for statement in document.creditStatements {
            let amounts = [
                statement.opening, statement.granted, statement.used, statement.expired, statement.closing,
            ]
            append(statement, of: document, project: "", amounts, to: &csv)
            for use in statement.projects ?? [] {
                let project = use.project?.text ?? "shared"
                append(statement, of: document, project: project, [nil, nil, use.used, nil, nil], to: &csv)
            }
        }
    }

    private static func append(
        _ statement: CreditStatement, of document: InvoiceDocument, project: String, _ amounts: [Money?],
        to csv: inout CSVText
    ) {
        csv.text(document.periodName)
        csv.text(document.customer.text)
        csv.text(statement.grant.text)
        csv.text(statement.name)
        csv.text(statement.kind.rawValue)
        csv.text(statement.status?.rawValue)
        csv.text(project)
        for amount in amounts { csv.amount(amount) }
        csv.day(statement.expires)
        csv.text(document.currency.code)
        csv.text(statement.unit?.name)
        csv.number(statement.unit?.ratio)
        for amount in amounts {
            csv.number(amount.flatMap { amount in statement.unit.map { $0.quantity(amount) } })
        }
        csv.endRow()
    }
}
