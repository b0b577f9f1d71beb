import BillingTerms
import GRDB
import Invoicing

/// A run period after another one that has drafts.
package struct LaterDrafts: Hashable, Sendable {
    package var periodName: String
    package var days: ServicePeriod
    package var customers: [CustomerID]
}

extension Ledger {
    /// The documents of a period that count, by reference; superseded drafts are left out.
    package func documents(of periodName: String) throws -> [InvoiceDocument] {
        try read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT content FROM documents WHERE period = ? AND status <> 'superseded' ORDER BY reference
                    """, arguments: [periodName]
            ).map(Draft.document)
        }
    }

    /// What was due for an earlier period, by customer and project: for "change against last period". Empty when it was
    /// never run.
    package func amountsDue(of periodName: String) throws -> [DocumentKey: Money] {
        try read { db in
            var amounts: [DocumentKey: Money] = [:]
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT customer, project, amount_due, currency FROM documents
                    WHERE period = ? AND status <> 'superseded'
                    """, arguments: [periodName])
            while let row = try rows.next() {
                let project: String? = row[1]
                let key = DocumentKey(customer: CustomerID(row[0]), project: project.map { ProjectID($0) })
                amounts[key] = try Stored.amount(row[2], row[3])
            }
            return amounts
        }
    }

    /// The run periods that begin when `period` is over, or later, and have drafts: their balances follow this one's,
    /// so they should be run again after it.
    package func laterDrafts(than period: BillingPeriod) throws -> [LaterDrafts] {
        try read { db in
            var later: [LaterDrafts] = []
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT DISTINCT p.name, p.first_day, p.end_day, d.customer
                    FROM periods p JOIN documents d ON d.period = p.name
                    WHERE p.first_day >= ? AND d.status = 'draft' ORDER BY p.first_day, p.end_day, p.name, d.customer
                    """, arguments: [period.days.end.description])
            while let row = try rows.next() {
                let (name, customer): (String, CustomerID) = (row[0], CustomerID(row[3]))
                if later.last?.periodName == name {
                    later[later.count - 1].customers.append(customer)
                } else {
                    let days = try Stored.days(row[1], row[2])
                    later.append(LaterDrafts(periodName: name, days: days, customers: [customer]))
                }
            }
            return later
        }
    }
}
