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
        var workspace = try WorkspaceReader.read(root: root, threads: work.threadCount)
        let writer = try DocumentWriter(workspace: root)
        let ledger = try openLedger()

        progress.stage("importing")
        let imported = try WorkspaceImport(
            root: root, ledger: ledger, period: period, now: now, work: work, progress: progress
        ).books(&workspace)
        let days = workspace.daysNeeded(for: period.days)
        let inputs = try checkInputs(imported, against: ledger, days: days, workspace)

        progress.stage("billing")
        let billing = try BillingStage(
            workspace: workspace, period: period, ledger: ledger, audit: audit(workspace, imported), imported: imported)
        let before = imported.findings + inputs + (try periodFindings(workspace, ledger))
        func report(_ tally: RunTally) -> RunReport {
            ReportStage(
                workspace: workspace, period: period, imported: imported, tally: tally,
                findings: (before + tally.findings).sorted()
            ).report
        }
        guard !work.dryRun else {
            var tally = RunTally()
            try forEachInOrder(workspace.payers, threads: work.threadCount) { payer in
                CustomerTally(billing.outcome(of: payer))
            } take: {
                tally.add($0)
            }
            try tally.refuseBrokenTotals()
            return RunSummary(period: period, report: report(tally))
        }
        return try publish(billing, workspace, imported, ledger, writer, report: report)
    }

    /// Bills and writes customer by customer beside what is there, then puts everything in place and books it.
    private func publish(
        _ billing: BillingStage, _ workspace: Workspace, _ imported: ImportedBooks, _ ledger: Ledger,
        _ writer: DocumentWriter, report: (RunTally) -> RunReport
    ) throws -> RunSummary {
        let progress = Progress(console)
        var publication = Publication(outputFolder: root + "/out", name: period.name)
        try publication.begin()
        do {
            let documents = DocumentStage(
                writer: writer, root: root, customers: Array(workspace.customers.keys), folder: publication.staging)
            let files = try RunFiles(writer, in: publication.staging)
            var tally = RunTally()
            var billings: [CustomerBilling] = []
            try forEachInOrder(workspace.payers.sorted { $0.customer.id < $1.customer.id }, threads: work.threadCount) {
                let outcome = billing.outcome(of: $0)
                return (CustomerTally(outcome), try documents.write(outcome))
            } take: { customer, written in
                tally.add(customer)
                guard let written else { return }
                try files.add(written.output)
                billings.append(written.billing)
            }
            try tally.refuseBrokenTotals()
            progress.stage("publishing")
            let report = report(tally)
            let runFiles = try files.finish(report)
            try publication.publish(ownFiles: try previousFiles(publication))
            let facts = try facts(
                workspace, imported, manifest: runFiles.last, status: tally.hasParked ? .incomplete : .complete)
            let outcome = try ledger.commitRun(
                RunCommit(
                    facts: facts, files: imported.files, quarantine: imported.quarantine, billings: billings,
                    recordedAt: now))
            publication.finish()
            var summary = RunSummary(period: period, report: report)
            summary.note(
                outcome, folder: publication.target, files: files.documentFileCount + runFiles.count)
            return summary
        } catch {
            publication.abandon()
            throw error
        }
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

    private func periodFindings(_ workspace: Workspace, _ ledger: Ledger) throws -> [Finding] {
        var findings: [Finding] = []
        let customers = workspace.customers.values
        let open = customers.indices.filter { now < customers[$0].zone.start(of: period.days.end) }
        if let first = open.first {
            findings.append(
                Finding(
                    .note, .periodOpen,
                    "\(period.name) is not over for \(numbered(open.count, "customer")), such as \"\(customers[first].id)\"",
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

    private func facts(
        _ workspace: Workspace, _ imported: ImportedBooks, manifest: WrittenFile?, status: RunFacts.Status
    ) throws -> RunFacts {
        RunFacts(
            period: period, configurationHash: workspace.configurationHash, toolVersion: toolVersion,
            zoneDataVersion: BillingZone.dataVersion, inputsHash: try imported.inputsHash,
            manifestHash: manifest?.sha256 ?? "", status: status)
    }
}
