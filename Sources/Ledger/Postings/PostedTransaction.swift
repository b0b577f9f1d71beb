import BillingTerms

/// A transaction as it stands in the books, for statements.
package struct PostedTransaction: Hashable, Sendable {
    package var id: Int
    package var periodName: String
    package var customer: CustomerID
    /// The transaction that this one undoes.
    package var reverses: Int?
    /// Neither a reversal nor reversed: it counts.
    package var isInForce: Bool
    package var postings: [Posting]
}

extension Ledger {
    /// Everything that was ever posted for a customer, corrections included, in the order of posting.
    package func transactions(of customer: CustomerID) throws -> [PostedTransaction] {
        try read { db in
            let transactions = try PostingBook.transactions(db, where: "t.customer = ?", [customer.text])
            let reversed = Set(transactions.compactMap(\.reverses))
            return transactions.map { transaction in
                PostedTransaction(
                    id: Int(transaction.id), periodName: transaction.periodName, customer: transaction.customer,
                    reverses: transaction.reverses.map { Int($0) },
                    isInForce: transaction.reverses == nil && !reversed.contains(transaction.id),
                    postings: transaction.postings)
            }
        }
    }
}
