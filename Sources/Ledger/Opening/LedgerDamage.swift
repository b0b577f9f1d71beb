import BillingTerms
import GRDB

/// Findings about the ledger as a file.
enum LedgerDamage {
    static func notALedger(_ shownPath: String) -> Findings {
        refusal(
            shownPath, "expected a billwright ledger, found another kind of file",
            "nothing was read or changed; move the file away, or put the ledger's backup in its place")
    }

    static func newer(_ shownPath: String, found: Int, known: Int) -> Findings {
        refusal(
            shownPath, "the ledger is of version \(found), this billwright knows versions up to \(known)",
            "nothing was changed; use the billwright that wrote it, or a newer one")
    }

    static func damaged(_ shownPath: String, _ what: String) -> Findings {
        refusal(
            shownPath, "the ledger is damaged: \(what)", "nothing was billed or changed; put a backup in its place")
    }

    private static func refusal(_ shownPath: String, _ message: String, _ note: String) -> Findings {
        Findings([Finding(.error, .ledgerDamaged, message, at: Place(file: shownPath), notes: [note])])
    }

    static func cannotWrite(_ shownPath: String, _ what: String) -> Findings {
        Findings([
            Finding(
                .error, .cannotWrite, "the ledger cannot be written: \(what)", at: Place(file: shownPath),
                notes: ["nothing was booked; run again when it can"])
        ])
    }

    /// What a database error means to an operator. One that means a bug stays as it is.
    static func explained(_ error: DatabaseError, shownPath: String) -> any Error {
        let what = error.message ?? "\(error.resultCode)"
        switch error.resultCode {
        case .SQLITE_CORRUPT: return damaged(shownPath, what)
        case .SQLITE_NOTADB: return notALedger(shownPath)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return Findings([
                Finding(
                    .error, .locked, "another program holds the ledger", at: Place(file: shownPath),
                    notes: ["nothing was booked; run again when it has finished"])
            ])
        case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
            return cannotWrite(shownPath, what)
        default: return error
        }
    }
}
