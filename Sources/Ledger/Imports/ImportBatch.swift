import BillingTerms
import GRDB
import Importing

/// Books one import: what is new gets a batch number, what is known adds nothing.
struct ImportBatch {
    private let db: Database
    /// The run that this import is part of; asked for only when there is something to book.
    private let run: () throws -> Int64?
    private var allocated: Int64?

    init(_ db: Database, run: @escaping () throws -> Int64?) {
        self.db = db
        self.run = run
    }

    mutating func book(_ files: [FileReport], _ quarantine: [QuarantinedRow]) throws {
        if let file = files.first(where: { !$0.isBalanced }) { throw LedgerRefusal.miscounted(path: file.path) }
        let rowsBySHA256 = try ImportBatch.rowsBySHA256(files, quarantine)
        let before = try contentsByPath(files)
        for file in files.sorted(by: { FilePath($0.path) < FilePath($1.path) }) { try book(file) }
        try bookQuarantine(files, before: before, rowsBySHA256)
    }

    /// The number of this batch, taken when the first thing is booked.
    private mutating func number() throws -> Int64 {
        if let allocated { return allocated }
        try db.execute(sql: "INSERT INTO batches (run) VALUES (?)", arguments: [try run()])
        allocated = db.lastInsertedRowID
        return db.lastInsertedRowID
    }
}

// MARK: - Files

extension ImportBatch {
    private mutating func book(_ file: FileReport) throws {
        let last = try ImportBook.records(
            db, where: "WHERE f.id = (SELECT max(id) FROM imported_files WHERE path = ?)", [file.path])
        guard last.first?.report != file else { return }
        let batch = try number()
        try db.cachedStatement(
            sql: """
                INSERT INTO imported_files (batch, path, sha256, byte_count, content, status, rows_read, rows_kept,
                    rows_duplicate, rows_quarantined, first_second, last_second)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            batch, file.path, file.sha256, file.byteCount, file.content.rawValue, file.status.rawValue, file.rowsRead,
            file.rowsKept, file.rowsDuplicate, file.rowsQuarantined, file.firstSecond, file.lastSecond,
        ])
        let id = db.lastInsertedRowID
        for (currency, cost) in file.billedCost.sorted(by: { $0.key < $1.key }) {
            try db.cachedStatement(
                sql: "INSERT INTO imported_costs (imported_file, currency, billed_cost) VALUES (?, ?, ?)"
            ).execute(arguments: [id, currency, cost.description])
        }
    }

    /// What the paths held before this import.
    private func contentsByPath(_ files: [FileReport]) throws -> Set<String> {
        var contents: Set<String> = []
        for file in files {
            let last = try db.cachedStatement(
                sql: "SELECT sha256 FROM imported_files WHERE path = ? ORDER BY id DESC LIMIT 1")
            if let sha256 = try String.fetchOne(last, arguments: [file.path]) { contents.insert(sha256) }
        }
        return contents
    }
}

// MARK: - Rows set aside

extension ImportBatch {
    /// Rows in force that are set aside no longer are marked with this batch; rows that are new are added. What stays as
    /// it is, is not written again, so that importing a large file twice does not double the ledger.
    private mutating func bookQuarantine(
        _ files: [FileReport], before: Set<String>, _ rowsBySHA256: [String: [QuarantinedRow]]
    ) throws {
        let present = Set(files.map(\.sha256))
        let counted = Set(files.filter { $0.status != .sameContent && $0.status != .waiting }.map(\.sha256))
        let replaced = before.subtracting(present)
        for sha256 in counted.union(replaced).union(rowsBySHA256.keys).sorted() {
            var new = (rowsBySHA256[sha256] ?? []).map(QuarantineBook.Content.init)
            let inForce = try QuarantineBook.inForce(db, sha256: sha256)
            // Rows of one content usually come back in the same order; then nothing has to be looked up.
            if new == inForce.map(\.content) { continue }
            var kept: [QuarantineBook.Content: Int] = [:]
            for row in new { kept[row, default: 0] += 1 }
            for row in inForce {
                if let count = kept[row.content], count > 0 {
                    kept[row.content] = count - 1
                } else {
                    try mark(row.id)
                }
            }
            new = new.reversed().filter { row in
                guard let count = kept[row], count > 0 else { return false }
                kept[row] = count - 1
                return true
            }.reversed()
            try add(new, sha256: sha256)
        }
    }

    private mutating func mark(_ id: Int64) throws {
        let batch = try number()
        try db.cachedStatement(sql: "UPDATE quarantined_rows SET until_batch = ? WHERE id = ?")
            .execute(arguments: [batch, id])
    }

    private mutating func add(_ rows: [QuarantineBook.Content], sha256: String) throws {
        guard !rows.isEmpty else { return }
        let batch = try number()
        let file = try Int64.fetchOne(
            db, sql: "SELECT max(id) FROM imported_files WHERE sha256 = ?", arguments: [sha256])
        let insert = try db.cachedStatement(
            sql: """
                INSERT INTO quarantined_rows (imported_file, from_batch, line, column_number, code, reason, original,
                    customer, meter, quantity, cost, currency)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        for content in rows {
            let row = content.row
            try insert.execute(arguments: [
                file, batch, row.line, row.column, row.code.rawValue, Stored.foreign(row.reason),
                Stored.foreign(row.original), Stored.foreign(row.customer), Stored.foreign(row.meter),
                row.quantity?.description, row.cost?.description, Stored.foreign(row.currency),
            ])
        }
    }

    private static func rowsBySHA256(
        _ files: [FileReport], _ quarantine: [QuarantinedRow]
    ) throws -> [String: [QuarantinedRow]] {
        var sha256ByPath: [FilePath: String] = [:]
        for file in files {
            guard sha256ByPath.updateValue(file.sha256, forKey: FilePath(file.path)) == nil else {
                throw LedgerRefusal.twice(name: file.path)
            }
        }
        var rows: [String: [QuarantinedRow]] = [:]
        for row in quarantine {
            guard let sha256 = sha256ByPath[FilePath(row.file)] else { throw LedgerRefusal.unknownFile(path: row.file) }
            rows[sha256, default: []].append(row)
        }
        return rows
    }
}
