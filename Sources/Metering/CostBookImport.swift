import BillingTerms
import Catalog
import Importing

/// The provider bills of an inbox as a run sees them: read, settled and summed up.
///
/// ```swift
/// let bills = CostImport(ProviderInbox(files), workspace: workspace, days: period.days)
/// for customer in workspace.customers.keys { rate(bills.book.costs(of: customer)) }
/// ```
package struct CostImport: Sendable {
    package let book: CostBook
    /// Of every bill and manifest of the inbox, by path.
    package let reports: [FileReport]
    package let quarantine: [QuarantinedRow]
    /// Of the files, and of costs that are nobody's.
    package let findings: [Finding]

    package init(
        _ inbox: ProviderInbox, workspace: Workspace, days: ServicePeriod, options: MeterReadingOptions? = nil
    ) {
        var book = CostBook(workspace: workspace, days: days)
        let emptySheet = book.newSheet()
        let bills = ProviderImport(inbox, reader: ProviderBillReader(detail: book.detail, progress: options?.progress))
        {
            emptySheet
        } enter: { sheet, charge in
            sheet.enter(charge)
        }
        for file in bills.files {
            for sheet in file.sheets { book.post(sheet) { file.counted.contains($0) } }
        }
        self.book = book
        reports = bills.reports
        quarantine = bills.quarantine
        findings = (bills.findings + book.findings).sorted()
    }
}
