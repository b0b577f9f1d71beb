import BillingTerms
import Catalog
import FileFormats
import Importing
import Ledger

/// The inbox as an import before found it: then hashing its files is all that has to be done.
struct KnownInbox {
    let workspace: Workspace
    let inbox: Inbox
    let threads: Int

    /// What became of every file, as it is booked, and what was said of it; nil when something must be read.
    func imported(in ledger: Ledger) throws -> (files: [FileReport], findings: [Finding])? {
        guard isQuiet, !inbox.files.isEmpty else { return nil }
        let booked = Dictionary(
            try ledger.presentImports().map { ($0.report.path, $0.report) }, uniquingKeysWith: { _, last in last })
        // Names and sizes are compared first: where they differ, hashing would be for nothing.
        let reports = inbox.files.compactMap { booked[$0.path] }
        guard reports.map(\.path) == inbox.files.map(\.path),
            zip(reports, inbox.files).allSatisfy({ $0.byteCount == $1.byteCount })
        else { return nil }
        let digests = parallelMap(inbox.files, threads: threads) { file in
            try? ByteSource.digest(ofFile: file.location).hexadecimal
        }
        guard digests == reports.map(\.sha256) else { return nil }
        return try ledger.sealedImport(try seal(reports)).map { (reports, $0.findings) }
    }

    /// The seal of an import of this inbox; nil when its rows must be told one by one, or what was told of them is true
    /// for a time only.
    func seal(_ imported: ImportedBooks) throws -> ImportSeal? {
        let paths = Set(imported.files.map(\.path))
        guard isQuiet, imported.quarantine.isEmpty, imported.unbilled.isEmpty,
            !imported.findings.contains(where: { $0.code == .futureEvent }), paths == Set(inbox.files.map(\.path))
        else { return nil }
        return ImportSeal(seal: try seal(imported.files), findings: imported.findings)
    }

    private var isQuiet: Bool { inbox.findings.isEmpty && inbox.unsettled.isEmpty }

    private func seal(_ files: [FileReport]) throws -> String {
        let hasher = try SHA256Hasher()
        for text in [toolVersion, workspace.configurationHash, BillingZone.dataVersion] {
            hasher.update(Array("\(text)\n".utf8))
        }
        for file in files.sorted(by: { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }) {
            hasher.update(Array("\(file.sha256) \(file.path)\n".utf8))
        }
        return try hasher.finish().hexadecimal
    }
}
