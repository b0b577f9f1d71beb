import BillingTerms
import Catalog
import Importing
import Metering

/// Reads the inbox: every file recognised by its content, provider bills settled into deliveries, meter events
/// deduplicated, and all of it summed up to the waist.
struct ImportStage {
    let workspace: Workspace
    let inbox: Inbox
    /// The days that Rating needs, and the run's own.
    let days: ServicePeriod
    let run: ServicePeriod
    let threads: Int

    func books() throws -> ImportedBooks {
        let bills = ProviderInbox(inbox.files.map(ProviderFile.init))
        let costs = CostImport(bills, workspace: workspace, days: days)
        var books = ImportedBooks()
        books.findings = inbox.findings + bills.findings + costs.findings + inbox.unsettled.map(unsettledFinding)
        books.files = costs.reports
        books.quarantine = costs.quarantine
        books.unassigned = costs.book.unassigned
        books.controls = costs.book.controlTotals
        books.costs = costs.book.costs.filter { run.contains($0.day) }
        books.setWaist(usage: [], costs: costs.book.costs)
        return books
    }

    private func unsettledFinding(_ file: Inbox.File) -> Finding {
        Finding(
            .note, .unsettledFile, "the file changed less than \(workspace.business.settleSeconds) seconds ago",
            at: Place(file: file.path), notes: ["it may still be written to, and is left for the next run"])
    }
}

extension ProviderFile {
    init(_ file: Inbox.File) {
        self.init(path: file.path, location: file.location, modified: file.modified)
    }
}
