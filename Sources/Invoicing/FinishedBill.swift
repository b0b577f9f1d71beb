import BillingTerms
import Catalog

/// A customer's bill with every amount on it, checked. Its documents hold each line twice and are long to put together:
/// that is done where somebody writes or reads them, and a dry run does without.
package struct FinishedBill: Sendable {
    let assembly: BillAssembly
    let lines: [BillAssembly.NumberedLine]
    let parts: [BillAssembly.ProjectPart]
    package let totals: InvoiceTotals
    /// In the order of the customer's file, then "shared" where it is kept apart.
    package let projects: [ProjectSummary]
    let checks: [Audit.Check]

    /// What was due for the period before.
    package var previous: Money? { assembly.previous }
    package var findings: [Finding] { assembly.findings }
    package var rebilledCosts: [CustomerBill.RebilledCost] { assembly.rebilledCosts }
    /// Usage events that lines charge for.
    package var pricedEventCount: Int { assembly.pricedEventCount }

    package var documents: CustomerBill { assembly.customerBill(self) }
}
