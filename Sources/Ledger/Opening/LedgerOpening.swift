import BillingTerms
import Foundation
import GRDB

extension Ledger {
    /// Opens the workspace's ledger, or makes one.
    ///
    /// A file that is not a ledger, is damaged or comes from a newer version is refused with `.ledgerDamaged` and stays
    /// as it is, byte for byte. An older ledger is brought up to date in one transaction, after a copy was put beside it
    /// (`ledger.sqlite.v1.backup`). What an interrupted run left half written is undone.
    ///
    /// With `readOnly` nothing is ever written: a missing ledger reads as an empty one, an older one is brought up to
    /// date in memory only.
    package static func open(path: String, readOnly: Bool = false, shownAs shownPath: String? = nil) throws -> Ledger {
        try open(path: path, readOnly: readOnly, shownAs: shownPath ?? path, migrations: Migration.all)
    }

    static func open(path: String, readOnly: Bool, shownAs shownPath: String, migrations: [Migration]) throws -> Ledger
    {
        let known = migrations.last?.version ?? 0
        let kind = try LedgerHeader.read(path: path, shownPath: shownPath)
        let isInterrupted = hasJournal(path: path)
        switch kind {
        case .absent where readOnly && !isInterrupted:
            return try inMemory(migrations: migrations, isReadOnly: true)
        case .foreign where !isInterrupted:
            throw LedgerDamage.notALedger(shownPath)
        case .sqlite(let header) where !isInterrupted:
            try header.check(known: known, shownPath: shownPath)
        case .absent, .foreign, .sqlite:
            break  // SQLite undoes the interrupted transaction first; then the header is looked at again.
        }
        do {
            return try opened(path: path, readOnly: readOnly, shownPath: shownPath, migrations: migrations)
        } catch let error as DatabaseError {
            if readOnly, isInterrupted, [.SQLITE_READONLY, .SQLITE_CANTOPEN].contains(error.resultCode) {
                return try undoneInMemory(path: path, shownPath: shownPath, migrations: migrations)
            }
            throw LedgerDamage.explained(error, shownPath: shownPath)
        }
    }

    /// The books as the next run will find them after it has undone an interrupted one: read from a copy, because only a
    /// writer may undo anything in the file itself.
    private static func undoneInMemory(path: String, shownPath: String, migrations: [Migration]) throws -> Ledger {
        let files = FileManager.default
        let folder = files.temporaryDirectory.path + "/billwright-" + UUID().uuidString
        let copy = folder + "/ledger.sqlite"
        defer { try? files.removeItem(atPath: folder) }
        do {
            try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for suffix in ["", "-journal"] { try files.copyItem(atPath: path + suffix, toPath: copy + suffix) }
        } catch {
            throw LedgerDamage.damaged(shownPath, "an interrupted run is in it, and it cannot be copied to be read")
        }
        let undone = try open(path: copy, readOnly: false, shownAs: shownPath, migrations: migrations)
        let memory = try DatabaseQueue(configuration: configuration(readOnly: false))
        try undone.database.backup(to: memory)
        try undone.close()
        return Ledger(memory, shownPath: shownPath, isReadOnly: true)
    }

    /// A ledger that is gone when it is closed.
    static func inMemory(migrations: [Migration] = Migration.all, isReadOnly: Bool = false) throws -> Ledger {
        let database = try DatabaseQueue(configuration: configuration(readOnly: false))
        try database.write { db in try bringUpToDate(db, from: 0, migrations) }
        return Ledger(database, shownPath: fileName, isReadOnly: isReadOnly)
    }

    private static func opened(
        path: String, readOnly: Bool, shownPath: String, migrations: [Migration]
    ) throws -> Ledger {
        let known = migrations.last?.version ?? 0
        let database = try DatabaseQueue(path: path, configuration: configuration(readOnly: readOnly))
        let ledger = Ledger(database, shownPath: shownPath, isReadOnly: readOnly)
        let (header, isEmpty) = try database.read { db in
            (try LedgerHeader.read(db), try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") == 0)
        }
        if isEmpty && header == LedgerHeader(applicationID: 0, version: 0) {
            if readOnly { return try inMemory(migrations: migrations, isReadOnly: true) }
            try database.write { db in try bringUpToDate(db, from: 0, migrations) }
            return ledger
        }
        try header.check(known: known, shownPath: shownPath)
        try ledger.checkPages()
        if !readOnly {
            try database.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA journal_mode = DELETE") }
        }
        guard header.version < known else { return ledger }
        if readOnly {
            let copy = try DatabaseQueue(configuration: configuration(readOnly: false))
            try database.backup(to: copy)
            try copy.write { db in try bringUpToDate(db, from: header.version, migrations) }
            return Ledger(copy, shownPath: shownPath, isReadOnly: true)
        }
        try LedgerBackup.make(of: database, at: "\(path).v\(header.version).backup", shownPath: shownPath)
        try database.write { db in try bringUpToDate(db, from: header.version, migrations) }
        return ledger
    }

    /// A rollback journal (`DELETE`), not WAL: there is one writer, a batch, and between runs the books are one file
    /// that can be copied, restored or opened on a read-only disk; WAL leaves two more files when the run is killed, and
    /// its last commits stand in one of them. `EXTRA` is `FULL` and also flushes the folder after the journal is gone, so
    /// that what was reported as booked outlives a power cut; `FULL` alone promises that in WAL only.
    private static func configuration(readOnly: Bool) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = readOnly
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { db in
            try db.execute(
                sql: """
                    PRAGMA synchronous = EXTRA;
                    PRAGMA temp_store = MEMORY;
                    PRAGMA cache_size = -65536;
                    PRAGMA trusted_schema = OFF;
                    """)
        }
        return configuration
    }

    /// Versions and tables change together, or not at all: the version is part of the transaction.
    private static func bringUpToDate(_ db: Database, from version: Int, _ migrations: [Migration]) throws {
        for migration in migrations where migration.version > version {
            try migration.apply(db)
            try db.execute(sql: "PRAGMA user_version = \(migration.version)")
        }
        try db.execute(sql: "PRAGMA application_id = \(LedgerHeader.applicationID)")
    }

    private static func hasJournal(path: String) -> Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path + "-journal")
        return (attributes?[.size] as? Int ?? 0) > 0
    }

    /// Reads every page of the file and checks the structure of tables and indexes.
    private func checkPages() throws {
        let problem = try database.read { db in try String.fetchOne(db, sql: "PRAGMA quick_check(1)") }
        guard problem == "ok" else { throw LedgerDamage.damaged(shownPath, problem ?? "it cannot be checked") }
    }
}
