import ArgumentParser
import BillingTerms
import Catalog
import FileFormats
import Foundation
import Importing
import Ledger

struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Reads exports into the books and says what became of every row; bills nothing.",
        discussion: """
            Without FILE everything in inbox/ is read. A FILE that lies elsewhere is copied into inbox/ first, since runs bill \
            from there.
            """)

    @OptionGroup var options: CommonOptions
    @OptionGroup var work: WorkOptions

    @Argument(help: "Exports to be copied into inbox/ and read.")
    var files: [String] = []

    func run() throws {
        let console = options.console
        let progress = Progress(console)
        try reporting(console) {
            defer { progress.end() }
            try WorkspaceFolder.require(options.root)
            let now = Timestamp(nanoseconds: Int64(Date().timeIntervalSince1970) * 1_000_000_000)
            let lock =
                work.dryRun
                ? nil
                : try WorkspaceFolder.lock(options.root, wait: work.lockWait, now: now)
            defer { lock?.release() }
            var workspace = try WorkspaceReader.read(root: options.root)
            let ledger = try Ledger.open(
                path: options.root + "/ledger.sqlite", readOnly: work.dryRun, shownAs: "ledger.sqlite")
            for file in files { try bringIn(file) }

            let importing = WorkspaceImport(
                root: options.root, ledger: ledger, period: nil, now: now, work: work, progress: progress)
            let inbox = try importing.inbox(of: workspace)
            let known = KnownInbox(workspace: workspace, inbox: inbox, threads: work.threadCount)
            if let before = try known.imported(in: ledger) {
                let inputs = try InputCheck(ledger: ledger, files: before.files, days: []).findings()
                return try tell(
                    ImportSummary(files: before.files, findings: (before.findings + inputs).sorted()), console)
            }
            let imported = try importing.books(&workspace)
            progress.end()
            let findings =
                (imported.findings + (try InputCheck(ledger: ledger, files: imported.files, days: []).findings()))
                .sorted()
            if !imported.refusals.isEmpty { throw Findings(findings) }
            if !work.dryRun {
                try ledger.record(
                    files: imported.files, quarantine: imported.quarantine, seal: try known.seal(imported))
            }
            return try tell(
                ImportSummary(files: imported.files, unbilled: imported.unbilled, findings: findings), console)
        }
    }

    private func tell(_ summary: ImportSummary, _ console: Console) throws -> ExitCode {
        console.report(summary.findings)
        console.summary(summary.text)
        if options.json { try console.result(summary.json) }
        return summary.findings.contains { $0.severity != .note } ? Exit.findings : Exit.done
    }

    /// Copies a file into the inbox under its own name, whole or not at all. The file itself is not touched.
    private func bringIn(_ path: String) throws {
        let inbox = options.root + "/inbox"
        let source = URL(fileURLWithPath: path).standardizedFileURL
        guard FileManager.default.isReadableFile(atPath: source.path) else {
            throw Findings([
                Finding(
                    .inputMissing, "there is no such file, or it cannot be read", at: Place(file: path),
                    notes: ["nothing was imported"])
            ])
        }
        if source.path.hasPrefix(URL(fileURLWithPath: inbox).standardizedFileURL.path + "/") { return }
        let target = inbox + "/" + source.lastPathComponent
        if FileManager.default.fileExists(atPath: target) {
            if FileManager.default.contentsEqual(atPath: target, andPath: source.path) { return }
            throw Findings([
                Finding(
                    .cannotWrite, "inbox/\(source.lastPathComponent) holds something else already",
                    at: Place(file: path),
                    notes: ["give the file another name; nothing was imported"])
            ])
        }
        if work.dryRun { return }
        let part = inbox + "/.\(source.lastPathComponent).part"
        do {
            try FileManager.default.createDirectory(atPath: inbox, withIntermediateDirectories: true)
            try? FileManager.default.removeItem(atPath: part)
            try FileManager.default.copyItem(atPath: source.path, toPath: part)
            try FileManager.default.moveItem(atPath: part, toPath: target)
        } catch {
            try? FileManager.default.removeItem(atPath: part)
            throw Findings([
                Finding(
                    .cannotWrite, "cannot be copied into inbox/: \(error.localizedDescription)", at: Place(file: path))
            ])
        }
    }
}

/// What became of every file.
private struct ImportSummary: Encodable {
    struct File: Encodable {
        var path: String
        var content: String
        var status: String
        var read: Int
        var kept: Int
        var duplicate: Int
        var quarantined: Int
        /// Of the rows kept, those that are not billed; nil when all are.
        var unbilled: UnbilledRows?
        var billedCost: [String: ExactDecimal]
    }

    var formatVersion = 1
    var files: [File]
    var findings: [Finding]

    init(files: [FileReport], unbilled: [String: UnbilledRows] = [:], findings: [Finding]) {
        self.files = files.sorted { $0.path < $1.path }.map {
            File(
                path: $0.path, content: $0.content.rawValue, status: $0.status.rawValue, read: $0.rowsRead,
                kept: $0.rowsKept, duplicate: $0.rowsDuplicate, quarantined: $0.rowsQuarantined,
                unbilled: unbilled[$0.path], billedCost: $0.billedCost)
        }
        self.findings = findings
    }

    var text: String {
        let isAnyUnbilled = files.contains { $0.unbilled != nil }
        let rows = files.map { file in
            let costs = file.billedCost.sorted { $0.key < $1.key }.map { "\($0.value.shortText) \($0.key)" }
            return [
                file.path, file.content, file.status, String(file.read), String(file.kept), String(file.duplicate),
                String(file.quarantined),
            ] + (isAnyUnbilled ? [file.unbilled?.text ?? ""] : []) + [costs.joined(separator: ", ")]
        }
        let header = ["file", "content", "status", "read", "kept", "duplicate", "set aside"]
        return columns(
            rows, header: header + (isAnyUnbilled ? ["kept and not billed"] : []) + ["billed cost"],
            rightAligned: [3, 4, 5, 6]
        ).joined(separator: "\n")
    }
}

extension UnbilledRows {
    /// `2 cancelled, 1 cancellation`.
    var text: String {
        func part(_ count: Int, _ words: String) -> [String] { count > 0 ? ["\(count) \(words)"] : [] }
        return
            (part(cancelled, "cancelled") + part(cancelledInBulk, "cancelled in bulk")
            + part(cancellations, cancellations == 1 ? "cancellation" : "cancellations") + part(ignored, "ignored"))
            .joined(separator: ", ")
    }
}
