import BillingTerms
import GRDB

extension Verification {
    private struct Billing: Hashable {
        var customer: CustomerID
        var periodName: String
    }

    /// Debits equal credits, transactions are complete, reversals are the opposite of what they reverse, and a customer
    /// has at most one transaction in force for a period, and none where all drafts are superseded.
    mutating func checkTransactions() throws {
        let transactions: [LedgerTransaction]
        do {
            transactions = try PostingBook.transactions(db, where: "TRUE", [])
        } catch let unreadable as Stored.Unreadable {
            return report("the postings cannot be read: \(unreadable.what)")
        }
        for transaction in transactions { checkBalance(transaction) }
        try checkCompleteness()
        checkReversals(transactions)
        try checkForce(transactions)
    }

    private mutating func checkBalance(_ transaction: LedgerTransaction) {
        guard let currency = transaction.postings.unbalancedCurrency else { return }
        let refusal = LedgerRefusal.unbalanced(customer: transaction.customer, currency: currency)
        report("transaction \(transaction.id): \(refusal)")
    }

    private mutating func checkCompleteness() throws {
        let cut = try Int.fetchAll(
            db,
            sql: """
                SELECT id FROM transactions t
                WHERE posting_count <> (SELECT count(*) FROM postings p WHERE p.transaction_id = t.id) ORDER BY id
                """)
        for id in cut { report("transaction \(id): postings are missing") }
    }

    private mutating func checkReversals(_ transactions: [LedgerTransaction]) {
        let byID = Dictionary(uniqueKeysWithValues: transactions.map { ($0.id, $0) })
        for reversal in transactions {
            guard let reversed = reversal.reverses.flatMap({ byID[$0] }) else { continue }
            let isOpposite =
                reversal.postings == reversed.postings.map { Posting($0.ledgerAccount, -$0.amount) }
                && reversal.cycles.map(\.cycles) == reversed.cycles.map { -$0.cycles }
                && reversal.customer == reversed.customer && reversal.periodName == reversed.periodName
            if !isOpposite {
                report("transaction \(reversal.id): it is not the opposite of transaction \(reversed.id)")
            }
        }
    }

    private mutating func checkForce(_ transactions: [LedgerTransaction]) throws {
        let reversed = Set(transactions.compactMap(\.reverses))
        var inForce: [Billing: Int64] = [:]
        for transaction in transactions where transaction.reverses == nil && !reversed.contains(transaction.id) {
            let billing = Billing(customer: transaction.customer, periodName: transaction.periodName)
            if let other = inForce.updateValue(transaction.id, forKey: billing) {
                report("transactions \(other) and \(transaction.id) are both in force for one customer and period")
            }
        }
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT customer, period FROM documents GROUP BY customer, period
                HAVING count(*) = sum(status = 'superseded')
                """)
        while let row = try rows.next() {
            let billing = Billing(customer: CustomerID(row[0]), periodName: row[1])
            if let id = inForce[billing] { report("transaction \(id): its drafts are superseded, but it is in force") }
        }
    }
}
