import BillingTerms
import Catalog
import Importing
import Ledger
import Rating

/// Imports a workspace's inbox. Where `unknown_customers: create` asks for it, customers whom exports name first are made
/// on the way, and their events are read again.
struct WorkspaceImport {
    let root: String
    let ledger: Ledger
    /// What is to be billed; nil when nothing is.
    let period: BillingPeriod?
    let now: Timestamp
    let work: WorkOptions
    let progress: Progress

    /// `workspace` is read anew when customers were made.
    func books(_ workspace: inout Workspace) throws -> ImportedBooks {
        let past = try ImportedPast(ledger, before: period?.days)
        let books = try books(workspace, past)
        // A run that a policy stops makes nobody either.
        guard books.refusals.isEmpty, !books.unknownCustomers.isEmpty else { return books }
        let made = NewCustomerFiles(root: root, workspace: workspace, writes: !work.dryRun).make(
            books.unknownCustomers)
        guard made.isAnyWritten else {
            var books = books
            books.findings += made.findings
            return books
        }
        workspace = try WorkspaceReader.read(root: root)
        var all = try self.books(workspace, past)
        all.findings += made.findings
        return all
    }

    func inbox(of workspace: Workspace) throws -> Inbox {
        try Inbox.list(root: root, settleSeconds: workspace.business.settleSeconds, now: now)
    }

    private func books(_ workspace: Workspace, _ past: ImportedPast) throws -> ImportedBooks {
        try ImportStage(
            workspace: workspace, inbox: try inbox(of: workspace),
            days: period.map { workspace.daysNeeded(for: $0.days) } ?? [:], past: past, now: now,
            threads: work.threadCount, memoryLimit: work.memoryLimit, progress: progress
        ).books()
    }
}
