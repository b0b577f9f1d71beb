import BillingTerms
import GRDB
import Importing

extension Ledger {
    /// The rows that are set aside now, by file and line.
    package func quarantinedRows() throws -> [QuarantinedRow] {
        try read { db in
            let contents = try String.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT f.sha256 FROM quarantined_rows q JOIN imported_files f ON f.id = q.imported_file
                    WHERE q.until_batch IS NULL
                    """)
            var rows: [QuarantinedRow] = []
            for sha256 in contents {
                let path = try QuarantineBook.path(db, sha256: sha256)
                for var row in try QuarantineBook.inForce(db, sha256: sha256).map(\.content.row) {
                    row.file = path
                    rows.append(row)
                }
            }
            return rows.sorted {
                $0.file != $1.file
                    ? FilePath($0.file) < FilePath($1.file) : ($0.line, $0.column ?? 0) < ($1.line, $1.column ?? 0)
            }
        }
    }
}

/// Reads rows that were set aside.
enum QuarantineBook {
    /// A row without its path: a file that is moved keeps its rows.
    struct Content: Hashable {
        var row: QuarantinedRow

        init(_ row: QuarantinedRow) {
            self.row = row
            self.row.file = ""
            self.row.entry = nil
        }
    }

    /// In the order in which they were set aside.
    static func inForce(_ db: Database, sha256: String) throws -> [(id: Int64, content: Content)] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT q.id, q.line, q.column_number, q.code, q.reason, q.original, q.customer, q.meter, q.quantity,
                    q.cost, q.currency
                FROM imported_files f JOIN quarantined_rows q ON q.imported_file = f.id
                WHERE f.sha256 = ? AND q.until_batch IS NULL ORDER BY q.id
                """)
        let rows = try Row.fetchCursor(statement, arguments: [sha256])
        var inForce: [(id: Int64, content: Content)] = []
        while let row = try rows.next() { inForce.append((row[0], try content(row))) }
        return inForce
    }

    /// Where this content stood when it was last imported; a second name for it does not count while the first stands.
    static func path(_ db: Database, sha256: String) throws -> String {
        try String.fetchOne(
            db,
            sql: """
                SELECT path FROM imported_files WHERE sha256 = ?
                ORDER BY status = 'same-content', id DESC LIMIT 1
                """, arguments: [sha256]) ?? ""
    }

    private static func content(_ row: Row) throws -> Content {
        func decimal(_ text: String?) throws -> ExactDecimal? { try text.map(Stored.decimal) }
        return Content(
            QuarantinedRow(
                file: "", line: row[1], column: row[2], code: try Stored.choice(row[3], "finding's code"),
                reason: Stored.foreign(row[4]) ?? "", original: Stored.foreign(row[5]) ?? "",
                customer: Stored.foreign(row[6]), meter: Stored.foreign(row[7]), quantity: try decimal(row[8]),
                cost: try decimal(row[9]), currency: Stored.foreign(row[10])))
    }
}
