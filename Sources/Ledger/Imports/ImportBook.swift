import BillingTerms
import GRDB
import Importing

extension Ledger {
    /// Books an import that is not part of a run. Files and rows that are booked already, with the same counts, add
    /// nothing; neither does a second call.
    ///
    /// - Parameter quarantine: every row that these files have set aside now. Rows that an earlier import of a file set
    ///   aside and this one did not are marked as no longer in force.
    /// - Parameter seal: where there is nothing to say of these files but their counts.
    package func record(files: [FileReport], quarantine: [QuarantinedRow] = [], seal: ImportSeal? = nil) throws {
        guard !isReadOnly else { throw LedgerRefusal.readOnly }
        try write { db in
            var batch = ImportBatch(db, run: { nil })
            try batch.book(files, quarantine)
            try seal?.book(db)
        }
    }

    /// All records, in the order in which they were booked.
    package func imports() throws -> [ImportRecord] {
        try read { db in try ImportBook.records(db, where: "", []) }
    }

    /// The last record of each path, by path.
    package func presentImports() throws -> [ImportRecord] {
        try read { db in
            try ImportBook.records(
                db, where: "WHERE f.id IN (SELECT max(id) FROM imported_files GROUP BY path)", []
            )
            .sorted { FilePath($0.report.path) < FilePath($1.report.path) }
        }
    }

    /// The records of one content, under whatever names it came; empty when it was never imported.
    package func imports(sha256: String) throws -> [ImportRecord] {
        try read { db in try ImportBook.records(db, where: "WHERE f.sha256 = ?", [sha256]) }
    }

    /// What a path held when it was last imported; nil when it never was.
    package func lastSHA256(path: String) throws -> String? {
        try read { db in
            try String.fetchOne(
                db, sql: "SELECT sha256 FROM imported_files WHERE path = ? ORDER BY id DESC LIMIT 1", arguments: [path])
        }
    }

    /// The batch in which each content came first: the order in which events with one id compete.
    package func firstBatches() throws -> [String: Int] {
        try read { db in
            var batches: [String: Int] = [:]
            let rows = try Row.fetchCursor(db, sql: "SELECT sha256, min(batch) FROM imported_files GROUP BY sha256")
            while let row = try rows.next() { batches[row[0]] = row[1] }
            return batches
        }
    }
}

/// Reads imports from their tables.
enum ImportBook {
    static func records(_ db: Database, where condition: String, _ arguments: StatementArguments) throws
        -> [ImportRecord]
    {
        let costs = try costsByFile(db, where: condition, arguments)
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT f.id, f.batch, b.run, f.path, f.sha256, f.byte_count, f.content, f.status, f.rows_read,
                    f.rows_kept, f.rows_duplicate, f.rows_quarantined, f.first_second, f.last_second
                FROM imported_files f JOIN batches b ON b.id = f.batch \(condition) ORDER BY f.id
                """, arguments: arguments)
        var records: [ImportRecord] = []
        while let row = try rows.next() {
            let id: Int64 = row[0]
            let report = try report(row, billedCost: costs[id] ?? [:])
            records.append(ImportRecord(batch: row[1], run: row[2], report: report))
        }
        return records
    }

    private static func report(_ row: Row, billedCost: [String: ExactDecimal]) throws -> FileReport {
        FileReport(
            path: row[3], sha256: row[4], byteCount: row[5],
            content: try Stored.choice(row[6], "kind of file"), status: try Stored.choice(row[7], "status of a file"),
            rowsRead: row[8], rowsKept: row[9], rowsDuplicate: row[10], rowsQuarantined: row[11], firstSecond: row[12],
            lastSecond: row[13], billedCost: billedCost)
    }

    private static func costsByFile(
        _ db: Database, where condition: String, _ arguments: StatementArguments
    ) throws -> [Int64: [String: ExactDecimal]] {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT c.imported_file, c.currency, c.billed_cost
                FROM imported_costs c JOIN imported_files f ON f.id = c.imported_file \(condition)
                """, arguments: arguments)
        var costs: [Int64: [String: ExactDecimal]] = [:]
        while let row = try rows.next() { costs[row[0], default: [:]][row[1]] = try Stored.decimal(row[2]) }
        return costs
    }
}
