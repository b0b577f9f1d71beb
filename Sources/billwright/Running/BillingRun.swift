import BillingTerms
import Catalog
import Documents
import Foundation
import Importing
import Invoicing
import Ledger

/// The main job, whole: what arrived is imported, metered, rated, invoiced, written, published and booked, in this
/// order. Each stage is one call; nothing is published unless every stage before it is through.
struct BillingRun {
    let root: String
    let period: BillingPeriod
    let work: WorkOptions
    let now: Timestamp
    let console: Console

    func perform() throws -> RunSummary {
        let progress = Progress(console)
        defer { progress.end() }
        try WorkspaceFolder.require(root)
        let lock = work.dryRun ? nil : try WorkspaceFolder.lock(root, wait: work.lockWait, now: now)
        defer { lock?.release() }

        progress.stage("reading the configuration")
        let workspace = try WorkspaceReader.read(root: root)
        let ledger = try openLedger()

        progress.stage("importing")
        let days = workspace.daysNeeded(for: period.days)
        let inbox = try Inbox.list(root: root, settleSeconds: workspace.business.settleSeconds, now: now)
        let imported = try ImportStage(
            workspace: workspace, inbox: inbox, days: days, firstBatches: try ledger.firstBatches(),
            threads: work.threadCount, memoryLimit: work.memoryLimit
        ).books()
        let inputs = try checkInputs(imported, against: ledger, days: days, workspace)

        progress.stage("rating and invoicing")
        let outcomes = try BillingStage(
            workspace: workspace, period: period, ledger: ledger, audit: audit(workspace, imported),
            threads: work.threadCount
        ).outcomes(imported)
        try refuseBrokenTotals(outcomes)
        let findings = (imported.findings + inputs + outcomes.findings + (try periodFindings(workspace, ledger)))
            .sorted()
        let report = ReportStage(
            workspace: workspace, period: period, imported: imported, outcomes: outcomes, findings: findings
        ).report
        var summary = RunSummary(period: period, report: report, bills: outcomes.bills)
        guard !work.dryRun else { return summary }

        progress.stage("writing documents")
        var publication = Publication(outputFolder: root + "/out", name: period.name)
        try publication.begin()
        do {
            let documents = try DocumentStage(
                root: root, customers: Array(workspace.customers.keys), folder: publication.staging,
                threads: work.threadCount
            ).write(outcomes.bills, report: report)
            progress.stage("publishing")
            try publication.publish(ownFiles: try previousFiles(publication))
            let outcome = try ledger.commitRun(try commit(documents, workspace, imported, outcomes))
            publication.finish()
            summary.note(outcome, folder: publication.target, files: documents.files.count)
        } catch {
            publication.abandon()
            throw error
        }
        return summary
    }

    // MARK: Before

    private func openLedger() throws -> Ledger {
        try Ledger.open(path: root + "/ledger.sqlite", readOnly: work.dryRun, shownAs: "ledger.sqlite")
    }

    /// What was billed from before must still be there, and rows may have to be good (`on_bad_row: fail`).
    private func checkInputs(
        _ imported: ImportedBooks, against ledger: Ledger, days: [CustomerID: ServicePeriod], _ workspace: Workspace
    ) throws -> [Finding] {
        let findings = try InputCheck(ledger: ledger, files: imported.files, days: Array(days.values)).findings()
        let mustStop =
            !imported.refusals.isEmpty || findings.contains { $0.code == .inputMissing }
            || (workspace.business.badRows == .fail && !imported.quarantine.isEmpty)
        if mustStop { throw Findings(imported.findings + findings) }
        return findings
    }

    private func audit(_ workspace: Workspace, _ imported: ImportedBooks) -> Audit {
        Audit(
            toolVersion: toolVersion, configurationHash: workspace.configurationHash,
            zoneDataVersion: BillingZone.dataVersion, inputs: imported.auditInputs)
    }

    // MARK: Between

    /// An invoice that is not the sum of its projects is a bug: then nothing at all is published.
    private func refuseBrokenTotals(_ outcomes: [BillingStage.Outcome]) throws {
        let broken = outcomes.findings.filter { $0.code == .totalsDiffer }
        if !broken.isEmpty { throw Findings(broken) }
    }

    private func periodFindings(_ workspace: Workspace, _ ledger: Ledger) throws -> [Finding] {
        var findings: [Finding] = []
        let open = workspace.customers.values.filter { now < $0.zone.start(of: period.days.end) }
        if let first = open.first {
            findings.append(
                Finding(
                    .note, .periodOpen,
                    "\(period.name) is not over for \(open.count) customers, such as \"\(first.id)\"",
                    notes: ["the drafts will change with what is still to come"]))
        }
        for later in try ledger.laterDrafts(than: period) {
            findings.append(
                Finding(
                    .note, .laterDrafts,
                    "\(later.periodName) was run before this: its balances follow from these drafts",
                    notes: ["if credit or promotions changed here, run \(later.periodName) again"]))
        }
        return findings
    }

    // MARK: After

    /// What the run before wrote into the folder, so that files of others can be told from them.
    private func previousFiles(_ publication: Publication) throws -> Set<String> {
        struct Manifest: Decodable {
            struct File: Decodable { var path: String }
            var outputs: [File]
        }
        guard let data = FileManager.default.contents(atPath: publication.target + "/run.json") else { return [] }
        let manifest = try? JSONDecoder().decode(Manifest.self, from: data)
        return Set((manifest?.outputs.map(\.path) ?? []) + ["run.json"])
    }

    private func commit(
        _ documents: DocumentStage.Result, _ workspace: Workspace, _ imported: ImportedBooks,
        _ outcomes: [BillingStage.Outcome]
    ) throws -> RunCommit {
        return RunCommit(
            facts: RunFacts(
                period: period, configurationHash: workspace.configurationHash, toolVersion: toolVersion,
                zoneDataVersion: BillingZone.dataVersion, inputsHash: try imported.inputsHash,
                manifestHash: documents.manifestHash, status: outcomes.hasParked ? .incomplete : .complete),
            files: imported.files, quarantine: imported.quarantine, billings: documents.billings, recordedAt: now)
    }
}
