import BillingTerms
import Importing
import Ledger

/// Compares the inbox with the books: what an earlier run read must still be there, or the period cannot be repeated.
struct InputCheck {
    let ledger: Ledger
    let files: [FileReport]
    /// The days that this run needs, of each customer.
    let days: [ServicePeriod]

    /// Warnings for files whose content changed; errors for files that are gone and held events of these days.
    func findings() throws -> [Finding] {
        let present = Set(files.map(\.sha256))
        let paths = Dictionary(files.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        return try ledger.presentImports().compactMap { record in
            let known = record.report
            guard known.status == .imported, !present.contains(known.sha256) else { return nil }
            if let now = paths[known.path] { return replaced(known, by: now) }
            return isNeeded(known) ? missing(known) : nil
        }
    }

    /// A day more on either side, for zones.
    private func isNeeded(_ file: FileReport) -> Bool {
        guard let first = file.firstSecond, let last = file.lastSecond else { return false }
        return days.contains { days in
            first < Int64(days.end.number + 1) * 86_400 && last >= Int64(days.start.number - 1) * 86_400
        }
    }

    private func replaced(_ known: FileReport, by now: FileReport) -> Finding {
        Finding(
            .warning, .inputReplaced, "the file holds other content than when it was imported",
            at: Place(file: known.path),
            notes: [
                "then \(numbered(known.rowsKept, "row was", "rows were")) kept, now \(now.rowsKept); the present content is billed",
                "its SHA-256 was \(known.sha256.prefix(16))…, it is \(now.sha256.prefix(16))…",
            ])
    }

    private func missing(_ known: FileReport) -> Finding {
        Finding(
            .inputMissing, "an earlier run billed from this file, and it is gone", at: Place(file: known.path),
            notes: [
                "it held \(numbered(known.rowsKept, "row")) (SHA-256 \(known.sha256.prefix(16))…)",
                "put it back below inbox/, under any name, and run again; nothing is billed without it",
            ])
    }
}
