import BillingTerms
import Foundation
import GRDB

/// The copy that is put beside the ledger before an upgrade.
enum LedgerBackup {
    /// Complete and on the disk when it returns; a killed upgrade leaves no half copy under the final name.
    static func make(of database: DatabaseQueue, at path: String, shownPath: String) throws {
        let unfinished = path + ".unfinished"
        try? FileManager.default.removeItem(atPath: unfinished)
        do {
            let copy = try DatabaseQueue(path: unfinished)
            try database.backup(to: copy)
            try copy.close()
            try flush(unfinished)
            guard rename(unfinished, path) == 0 else { throw POSIXFailure.last() }
            try flush((path as NSString).deletingLastPathComponent)
        } catch let failure as POSIXFailure {
            throw LedgerDamage.cannotWrite(shownPath, "its backup \(path): \(failure.text)")
        }
    }

    /// Flushes a file, or a folder's list of names.
    private static func flush(_ path: String) throws {
        let descriptor = open(path.isEmpty ? "." : path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw POSIXFailure.last() }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw POSIXFailure.last() }
    }
}

/// A failed call of the operating system.
struct POSIXFailure: Error {
    var code: Int32
    var text: String { String(cString: strerror(code)) }

    /// The one that just failed on this thread.
    static func last() -> POSIXFailure { POSIXFailure(code: errno) }
}
