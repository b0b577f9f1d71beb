import GRDB

/// A step from one version of the books to the next.
///
/// A migration that was released is never changed: ledgers exist that went through it. What it got wrong, a later one
/// puts right. One file each, in this folder.
struct Migration: Sendable {
    /// The version of the books after it; versions count from 1 without gaps (`PRAGMA user_version`).
    let version: Int
    let apply: @Sendable (Database) throws -> Void

    /// All of them, oldest first.
    static let all: [Migration] = [
        Migration(version: 1, apply: createFirstBooks),
        Migration(version: 2, apply: createImportSeals),
    ]
}

extension Migration {
    /// Makes a table append-only, for whoever opens the file with whatever program.
    static func refuseChanges(of table: String, _ db: Database) throws {
        for change in ["UPDATE", "DELETE"] {
            try db.execute(
                sql: """
                    CREATE TRIGGER \(table)_refuse_\(change.lowercased()) BEFORE \(change) ON \(table)
                    BEGIN SELECT RAISE(ABORT, '\(table) is append-only: corrections are new rows'); END
                    """)
        }
    }
}
