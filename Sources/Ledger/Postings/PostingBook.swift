import BillingTerms
import GRDB

/// A transaction of the books: what the drafts of one customer and period use up, or the reversal of that.
struct LedgerTransaction: Hashable {
    var id: Int64
    var periodName: String
    var customer: CustomerID
    /// The transaction that this one undoes.
    var reverses: Int64?
    var postings: [Posting]
    var cycles: [PromotionCycles]

    /// What its debits say that was used up.
    var use: BillingUse {
        var credits: [CreditUse] = []
        var commitments: [CommitmentUse] = []
        var promotions: [PromotionUse] = cycles.map {
            PromotionUse($0.promotion, cycles: $0.cycles, amount: .zero($0.currency))
        }
        for posting in postings {
            switch posting.ledgerAccount {
            case .creditUsed(_, let grant): credits.append(CreditUse(grant, amount: posting.amount))
            case .creditExpired(_, let grant): credits.append(CreditUse(grant, kind: .expired, amount: posting.amount))
            case .creditEarned(_, let grant): credits.append(CreditUse(grant, kind: .earned, amount: -posting.amount))
            case .promotionGiven(_, let promotion):
                promotions.append(PromotionUse(promotion, cycles: 0, amount: posting.amount))
            case .commitmentSpent(_, let commitment):
                commitments.append(CommitmentUse(commitment, amount: posting.amount))
            case .creditGrant, .promotion, .commitment: break
            }
        }
        return BillingUse(credits: credits, promotions: promotions, commitments: commitments)
    }
}

/// How many invoices a promotion lowered, beside what it gave.
struct PromotionCycles: Hashable {
    var promotion: PromotionID
    var currency: Currency
    var cycles: Int
}

/// Reads and writes transactions. It only ever adds.
enum PostingBook {
    /// Neither a reversal nor reversed.
    static let inForce = """
        t.reverses IS NULL AND NOT EXISTS (SELECT 1 FROM transactions r WHERE r.reverses = t.id)
        """

    /// In the order in which they were posted.
    static func transactions(
        _ db: Database, where condition: String, _ arguments: StatementArguments
    ) throws -> [LedgerTransaction] {
        var transactions: [LedgerTransaction] = []
        var places: [Int64: Int] = [:]
        let heads = try Row.fetchCursor(
            db,
            sql: "SELECT t.id, t.period, t.customer, t.reverses FROM transactions t WHERE \(condition) ORDER BY t.id",
            arguments: arguments)
        while let row = try heads.next() {
            places[row[0]] = transactions.count
            transactions.append(
                LedgerTransaction(
                    id: row[0], periodName: row[1], customer: CustomerID(row[2]), reverses: row[3], postings: [],
                    cycles: []))
        }
        try readPostings(db, where: condition, arguments) { id, posting in
            if let place = places[id] { transactions[place].postings.append(posting) }
        }
        try readCycles(db, where: condition, arguments) { id, cycles in
            if let place = places[id] { transactions[place].cycles.append(cycles) }
        }
        return transactions
    }

    static func readPostings(
        _ db: Database, where condition: String, _ arguments: StatementArguments,
        _ body: (Int64, Posting) throws -> Void
    ) throws {
        let statement = try db.cachedStatement(
            sql: """
                SELECT t.id, p.ledger_account, p.minor_units, p.currency
                FROM transactions t JOIN postings p ON p.transaction_id = t.id
                WHERE \(condition) ORDER BY t.id, p.ordinal
                """)
        let rows = try Row.fetchCursor(statement, arguments: arguments)
        while let row = try rows.next() {
            try body(row[0], Posting(try Stored.ledgerAccount(row[1]), try Stored.money(row[2], row[3])))
        }
    }

    static func readCycles(
        _ db: Database, where condition: String, _ arguments: StatementArguments,
        _ body: (Int64, PromotionCycles) throws -> Void
    ) throws {
        let statement = try db.cachedStatement(
            sql: """
                SELECT t.id, c.promotion, c.currency, c.cycles
                FROM transactions t JOIN promotion_cycles c ON c.transaction_id = t.id
                WHERE \(condition) ORDER BY t.id, c.promotion, c.currency
                """)
        let rows = try Row.fetchCursor(statement, arguments: arguments)
        while let row = try rows.next() {
            let cycles = PromotionCycles(
                promotion: PromotionID(row[1]), currency: try Stored.currency(row[2]), cycles: row[3])
            try body(row[0], cycles)
        }
    }
}

// MARK: - Posting

extension PostingBook {
    /// Posts what a customer's drafts of a period use up. Throws `.unbalanced` before anything is written when debits
    /// and credits differ.
    static func post(_ use: BillingUse, customer: CustomerID, period: String, run: Int64, _ db: Database) throws {
        let cycles = use.promotions.map {
            PromotionCycles(promotion: $0.promotion, currency: $0.amount.currency, cycles: $0.cycles)
        }
        try post(
            LedgerTransaction(
                id: 0, periodName: period, customer: customer, reverses: nil, postings: use.postings(of: customer),
                cycles: cycles), run: run, db)
    }

    /// Posts the opposite of a transaction.
    static func reverse(_ transaction: LedgerTransaction, run: Int64, _ db: Database) throws {
        var reversal = transaction
        reversal.reverses = transaction.id
        reversal.postings = transaction.postings.map { Posting($0.ledgerAccount, -$0.amount) }
        reversal.cycles = transaction.cycles.map {
            PromotionCycles(promotion: $0.promotion, currency: $0.currency, cycles: -$0.cycles)
        }
        try post(reversal, run: run, db)
    }

    private static func post(_ transaction: LedgerTransaction, run: Int64, _ db: Database) throws {
        if let currency = transaction.postings.unbalancedCurrency {
            throw LedgerRefusal.unbalanced(customer: transaction.customer, currency: currency)
        }
        try db.cachedStatement(
            sql: "INSERT INTO transactions (run, period, customer, posting_count, reverses) VALUES (?, ?, ?, ?, ?)"
        ).execute(arguments: [
            run, transaction.periodName, transaction.customer.text, transaction.postings.count, transaction.reverses,
        ])
        let id = db.lastInsertedRowID
        let insertPosting = try db.cachedStatement(
            sql: """
                INSERT INTO postings (transaction_id, ordinal, ledger_account, minor_units, currency)
                VALUES (?, ?, ?, ?, ?)
                """)
        for (ordinal, posting) in transaction.postings.enumerated() {
            try insertPosting.execute(arguments: [
                id, ordinal + 1, posting.ledgerAccount.text, String(posting.amount.minorUnits),
                posting.amount.currency.code,
            ])
        }
        for cycles in transaction.cycles {
            try db.cachedStatement(
                sql: "INSERT INTO promotion_cycles (transaction_id, promotion, currency, cycles) VALUES (?, ?, ?, ?)"
            ).execute(arguments: [id, cycles.promotion.text, cycles.currency.code, cycles.cycles])
        }
    }
}
