import BillingTerms
import GRDB

/// The days of a customer that one run period billed, and from which files.
package struct BilledDays: Hashable, Sendable {
    package var customer: CustomerID
    package var periodName: String
    package var days: ServicePeriod
    package var isIssued: Bool
    /// The SHA-256 of the files whose rows counted.
    package var inputs: Set<String>
}

extension Ledger {
    /// What was billed, for telling which events came after that. Superseded drafts bill nothing.
    package func billedDays() throws -> [BilledDays] {
        try read { db in
            var inputs: [Int64: Set<String>] = [:]
            var billed: [BilledDays] = []
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT d.customer, d.period, d.status, min(b.first_day), max(b.end_day), d.run
                    FROM documents d JOIN billed_plan_periods b ON b.period = d.period AND b.customer = d.customer
                    WHERE d.project IS NULL AND d.status <> 'superseded'
                    GROUP BY d.id ORDER BY d.customer, d.period, d.id
                    """)
            while let row = try rows.next() {
                let run: Int64 = row[5]
                if inputs[run] == nil { inputs[run] = try BilledDays.inputs(db, ofRun: run) }
                billed.append(
                    BilledDays(
                        customer: CustomerID(row[0]), periodName: row[1], days: try Stored.days(row[3], row[4]),
                        isIssued: row[2] == "issued", inputs: inputs[run] ?? []))
            }
            return billed
        }
    }
}

extension BilledDays {
    /// All documents that one run wrote name the same files: one of them is enough.
    fileprivate static func inputs(_ db: Database, ofRun run: Int64) throws -> Set<String> {
        let hashes = try String.fetchAll(
            db,
            sql: """
                SELECT json_extract(input.value, '$.sha256')
                FROM json_each((SELECT content FROM documents WHERE run = ? AND project IS NULL ORDER BY id LIMIT 1),
                    '$.audit.inputs') input
                """, arguments: [run])
        return Set(hashes)
    }
}
