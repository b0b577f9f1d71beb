import BillingTerms
import GRDB

extension Ledger {
    /// Checks everything that must hold in the books, and returns what does not: the file's structure, references,
    /// counts of rows, debits and credits, reversals, and that every document can be read. Empty when all is well.
    package func verify() throws -> [Finding] {
        try read { db in
            var verification = Verification(db: db, shownPath: shownPath)
            for check in Verification.checks { try check(&verification) }
            return verification.findings
        }
    }
}

/// The checks of `verify`, each with what it looks for.
struct Verification {
    let db: Database
    let shownPath: String
    private(set) var findings: [Finding] = []

    init(db: Database, shownPath: String) {
        self.db = db
        self.shownPath = shownPath
    }

    typealias Check = (inout Verification) throws -> Void

    static var checks: [Check] {
        [
            { try $0.checkFile() },
            { try $0.checkReferences() },
            { try $0.checkCounts() },
            { try $0.checkQuarantine() },
            { try $0.checkTransactions() },
            { try $0.checkPlanPeriods() },
            { try $0.checkDocuments() },
        ]
    }

    mutating func report(_ message: String) {
        findings.append(
            Finding(
                .error, .ledgerDamaged, message, at: Place(file: shownPath),
                notes: ["put a backup in its place; runs after it can be repeated from the inputs"]))
    }

    private mutating func checkFile() throws {
        for problem in try String.fetchAll(db, sql: "PRAGMA integrity_check(20)") where problem != "ok" {
            report("the file's structure is damaged: \(problem)")
        }
    }

    private mutating func checkReferences() throws {
        let rows = try Row.fetchAll(db, sql: "PRAGMA foreign_key_check")
        for row in rows.prefix(20) {
            let (table, parent): (String, String) = (row[0], row[2])
            report("a row of \(table) refers to a row of \(parent) that is not there")
        }
    }

    /// Rows read are those kept, duplicate and quarantined.
    private mutating func checkCounts() throws {
        for record in try ImportBook.records(db, where: "", []) where !record.report.isBalanced {
            report(LedgerRefusal.miscounted(path: record.report.path).description)
        }
    }

    /// As many rows are set aside as the last import of their file counted; none of a file that was replaced.
    private mutating func checkQuarantine() throws {
        let rows = try Row.fetchAll(
            db,
            sql: """
                WITH present AS (
                    SELECT * FROM imported_files WHERE id IN (SELECT max(id) FROM imported_files GROUP BY path)
                ),
                counted AS (
                    SELECT sha256, sum(rows_quarantined) AS rows FROM present
                    WHERE status NOT IN ('same-content', 'waiting') GROUP BY sha256
                ),
                held AS (
                    SELECT f.sha256, count(*) AS rows FROM quarantined_rows q
                    JOIN imported_files f ON f.id = q.imported_file WHERE q.until_batch IS NULL GROUP BY f.sha256
                )
                SELECT (SELECT min(path) FROM imported_files WHERE sha256 = counted.sha256), counted.rows,
                    coalesce(held.rows, 0) FROM counted LEFT JOIN held USING (sha256)
                WHERE counted.rows <> coalesce(held.rows, 0)
                """)
        for row in rows {
            let (path, counted, held): (String, Int, Int) = (row[0], row[1], row[2])
            report("\(path): rows set aside: \(counted) counted, \(held) in the ledger")
        }
    }

    /// No two run periods bill the same days of a subscription.
    private mutating func checkPlanPeriods() throws {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT DISTINCT a.customer, a.subscription, a.period, b.period
                FROM billed_plan_periods a JOIN billed_plan_periods b
                    ON a.customer = b.customer AND a.subscription = b.subscription
                    AND a.first_day < b.end_day AND a.end_day > b.first_day AND a.period < b.period
                """)
        for row in rows {
            let (customer, subscription): (String, String) = (row[0], row[1])
            let (first, second): (String, String) = (row[2], row[3])
            report("\(customer): days of subscription \(subscription) are billed in \(first) and in \(second)")
        }
    }

    /// Every document can be read, and is what its columns say.
    private mutating func checkDocuments() throws {
        let rows = try Row.fetchCursor(
            db, sql: "SELECT period, customer, project, reference, currency, amount_due, content FROM documents")
        while let row = try rows.next() {
            let reference: String = row[3]
            do {
                let document = try Draft.document(row[6])
                let due = try Stored.amount(row[5], row[4])
                let project: String? = row[2]
                let agrees =
                    document.periodName == row[0] && document.customer == CustomerID(row[1])
                    && document.project?.id == project.map { ProjectID($0) } && document.reference == reference
                    && document.totals.amountDue == due
                if !agrees { report("\(reference): the document is not what the ledger's columns say") }
            } catch let unreadable as Stored.Unreadable {
                report("\(reference): \(unreadable.what)")
            }
        }
    }
}
