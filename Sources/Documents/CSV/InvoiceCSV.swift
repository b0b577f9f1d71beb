import BillingTerms
import Invoicing

/// `invoices.csv`: a row for each document of a run. `role` tells what is to be paid from what only shows how it is made
/// up, so that a sum over the invoices counts nothing twice.
enum InvoiceCSV {
    static let columns = [
        "customer", "customer_name", "project", "project_name", "scope", "role", "status", "number", "reference",
        "issue_date", "due_date", "period", "period_start", "period_last_day", "currency", "gross", "discounts", "net",
        "promotional_credit", "total_without_tax", "tax", "total_with_tax", "prepaid_applied", "amount_due", "lines",
        "purchase_order", "buyer_reference", "file",
    ]

    static func append(_ document: InvoiceDocument, file: String, to csv: inout CSVText) {
        let totals = document.totals
        csv.text(document.customer.text)
        csv.text(document.buyer.name)
        csv.text(document.project?.id?.text)
        csv.text(document.project?.name)
        csv.text(document.scope.rawValue)
        csv.text(document.role.rawValue)
        csv.text(document.status.rawValue)
        csv.text(document.number)
        csv.text(document.reference)
        csv.day(document.issueDate)
        csv.day(document.dueDate)
        csv.text(document.periodName)
        csv.day(document.period.start)
        csv.day(document.period.lastDay)
        csv.text(document.currency.code)
        csv.amount(totals.sumOfLineGrossAmounts)
        csv.amount(totals.discounts)
        csv.amount(totals.sumOfLineNetAmounts)
        csv.amount(totals.promotionalCredit)
        csv.amount(totals.totalWithoutTax)
        csv.amount(totals.totalTax)
        csv.amount(totals.totalWithTax)
        csv.amount(totals.paidAmount)
        csv.amount(totals.amountDue)
        csv.integer(document.lines.count)
        csv.text(document.purchaseOrder)
        csv.text(document.buyerReference)
        csv.text(file)
        csv.endRow()
    }
}
