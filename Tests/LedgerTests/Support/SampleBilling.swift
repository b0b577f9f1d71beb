import BillingTerms
import Catalog
import Foundation
import Importing
import Invoicing

@testable import Ledger

let euro = currency("EUR")
let dollar = currency("USD")

func currency(_ code: String) -> Currency {
    guard let currency = Currency(code: code) else { preconditionFailure("\(code) is not a currency") }
    return currency
}

/// Cents.
func eur(_ cents: Int) -> Money { Money(minorUnits: Int128(cents), currency: euro) }

func day(_ text: String) -> CalendarDay {
    guard let day = CalendarDay(iso: text) else { preconditionFailure("\(text) is not a day") }
    return day
}

func period(_ name: String) -> BillingPeriod {
    guard let period = BillingPeriod(absolute: name) else { preconditionFailure("\(name) is not a period") }
    return period
}

func facts(_ periodName: String, outputs: String = "outputs-1") -> RunFacts {
    RunFacts(
        period: period(periodName), configurationHash: "configuration-1", toolVersion: "0.1.0",
        zoneDataVersion: "2025b", inputsHash: "inputs-1", manifestHash: outputs)
}

/// A document with nothing on it but what is due.
func document(_ periodName: String, _ customer: CustomerID, project: ProjectID? = nil, due: Money) -> InvoiceDocument {
    let days = period(periodName).days
    var totals = InvoiceTotals.zero(due.currency)
    totals.amountDue = due
    let reference = "\(periodName)/\(customer)" + (project.map { "/\($0)" } ?? "")
    return InvoiceDocument(
        scope: project == nil ? .consolidated : .project, role: project == nil ? .invoice : .statement,
        reference: reference, customer: customer, seller: Party(name: "Northwind Cloud"), buyer: Party(name: "Buyer"),
        project: project.map { ProjectSummary(id: $0, name: $0.text, totals: totals) }, periodName: periodName,
        period: days, zone: "UTC", locale: "en", issueDate: days.end, dueDate: days.end + 14, payment: PaymentTerms(),
        currency: due.currency, lines: [], totals: totals, taxes: [])
}

/// A customer's billing with one draft.
func billing(
    _ periodName: String, _ customer: CustomerID, due: Int = 1_000, credits: [CreditUse] = [],
    promotions: [PromotionUse] = [], plans: [String] = []
) throws -> CustomerBilling {
    CustomerBilling(
        customer: customer, drafts: [try Draft(document(periodName, customer, due: eur(due)))],
        planPeriods: plans.map { BilledPlanPeriod(subscription: "main", days: period($0).days) }, creditUses: credits,
        promotionUses: promotions)
}

func file(_ path: String, sha256: String, kept: Int = 10, duplicate: Int = 0, quarantined: Int = 0) -> FileReport {
    FileReport(
        path: path, sha256: sha256, byteCount: 1_000, content: .meterCSV, rowsRead: kept + duplicate + quarantined,
        rowsKept: kept, rowsDuplicate: duplicate, rowsQuarantined: quarantined, firstSecond: 1_790_000_000,
        lastSecond: 1_790_000_100)
}

func row(_ path: String, line: Int, original: String = "atlas,soon,api-calls,12") -> QuarantinedRow {
    QuarantinedRow(
        file: path, line: line, column: 7, code: .badTime, reason: "expected a time, found \"soon\"",
        original: original,
        customer: "atlas", meter: "api-calls", quantity: 12)
}
