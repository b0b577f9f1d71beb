import BillingTerms

/// One side of a transaction: an amount that a ledger account receives (positive, a debit) or gives (negative).
package struct Posting: Hashable, Sendable {
    package var ledgerAccount: LedgerAccount
    package var amount: Money

    package init(_ ledgerAccount: LedgerAccount, _ amount: Money) {
        self.ledgerAccount = ledgerAccount
        self.amount = amount
    }
}

/// What an invoice, or a grant's expiry, took from a credit grant, or what a reward put into one.
package struct CreditUse: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// It lowered or settled an invoice.
        case used
        /// It was left when the grant expired.
        case expired
        /// A reward earned it: the grant gains.
        case earned
    }

    package var grant: CreditGrantID
    package var kind: Kind
    /// What the grant loses, or gains where it is earned; negative only where a correction gives something back.
    package var amount: Money

    package init(_ grant: CreditGrantID, kind: Kind = .used, amount: Money) {
        self.grant = grant
        self.kind = kind
        self.amount = amount
    }
}

/// What a promotion gave on a customer's invoices of one run period.
package struct PromotionUse: Hashable, Sendable {
    package var promotion: PromotionID
    /// How many invoices it lowered, for promotions that end after so many.
    package var cycles: Int
    /// What it took off, for promotions that are capped in total.
    package var amount: Money

    package init(_ promotion: PromotionID, cycles: Int = 1, amount: Money) {
        self.promotion = promotion
        self.cycles = cycles
        self.amount = amount
    }
}

/// What a bill's lines came to of what a customer had promised to spend.
package struct CommitmentUse: Hashable, Sendable {
    package var commitment: CommitmentID
    package var amount: Money

    package init(_ commitment: CommitmentID, amount: Money) {
        self.commitment = commitment
        self.amount = amount
    }
}

/// What one customer's drafts of one run period use up: one transaction in the books.
struct BillingUse: Hashable {
    private(set) var credits: [CreditUse]
    private(set) var promotions: [PromotionUse]
    private(set) var commitments: [CommitmentUse]

    /// Uses of one grant, or one promotion, are added up and put in order, so that equal use is equal however the
    /// caller listed it. Credit uses of nothing are left out.
    init(credits: [CreditUse], promotions: [PromotionUse], commitments: [CommitmentUse] = []) {
        var taken: [CreditUse: Money] = [:]
        for use in credits {
            let key = CreditUse(use.grant, kind: use.kind, amount: .zero(use.amount.currency))
            taken[key, default: .zero(use.amount.currency)] += use.amount
        }
        self.credits = taken.filter { !$0.value.isZero }
            .map { CreditUse($0.key.grant, kind: $0.key.kind, amount: $0.value) }
            .sorted(by: BillingUse.comesBefore)
        var given: [PromotionUse: PromotionUse] = [:]
        for use in promotions {
            let key = PromotionUse(use.promotion, cycles: 0, amount: .zero(use.amount.currency))
            given[key, default: key].cycles += use.cycles
            given[key, default: key].amount += use.amount
        }
        self.promotions = given.values.filter { $0.cycles != 0 || !$0.amount.isZero }
            .sorted {
                $0.promotion != $1.promotion
                    ? $0.promotion < $1.promotion : $0.amount.currency < $1.amount.currency
            }
        var spent: [CommitmentUse: Money] = [:]
        for use in commitments {
            let key = CommitmentUse(use.commitment, amount: .zero(use.amount.currency))
            spent[key, default: key.amount] += use.amount
        }
        self.commitments = spent.filter { !$0.value.isZero }
            .map { CommitmentUse($0.key.commitment, amount: $0.value) }
            .sorted {
                $0.commitment != $1.commitment
                    ? $0.commitment < $1.commitment : $0.amount.currency < $1.amount.currency
            }
    }

    var isEmpty: Bool { credits.isEmpty && promotions.isEmpty && commitments.isEmpty }

    private static func comesBefore(_ left: CreditUse, _ right: CreditUse) -> Bool {
        if left.grant != right.grant { return left.grant < right.grant }
        if left.kind != right.kind { return left.kind.rank < right.kind.rank }
        return left.amount.currency < right.amount.currency
    }

    /// Both sides of every use: the grant gives, its use or its expiry receives.
    func postings(of customer: CustomerID) -> [Posting] {
        var postings: [Posting] = []
        for use in credits {
            let change = use.kind == .earned ? use.amount : -use.amount
            postings.append(Posting(.creditGrant(customer, use.grant), change))
            switch use.kind {
            case .earned: postings.append(Posting(.creditEarned(customer, use.grant), -use.amount))
            case .used: postings.append(Posting(.creditUsed(customer, use.grant), use.amount))
            case .expired: postings.append(Posting(.creditExpired(customer, use.grant), use.amount))
            }
        }
        for use in promotions {
            postings.append(Posting(.promotion(customer, use.promotion), -use.amount))
            postings.append(Posting(.promotionGiven(customer, use.promotion), use.amount))
        }
        for use in commitments {
            postings.append(Posting(.commitment(customer, use.commitment), -use.amount))
            postings.append(Posting(.commitmentSpent(customer, use.commitment), use.amount))
        }
        return postings
    }
}

extension CreditUse.Kind {
    /// The order in which one grant's uses are posted.
    fileprivate var rank: Int {
        switch self {
        case .earned: 0
        case .used: 1
        case .expired: 2
        }
    }
}

extension Sequence where Element == Posting {
    /// The first currency in which these postings do not add up to nothing; nil when debits equal credits.
    var unbalancedCurrency: Currency? {
        var sums: [Currency: Int128] = [:]
        for posting in self {
            let (sum, overflow) = sums[posting.amount.currency, default: 0]
                .addingReportingOverflow(posting.amount.minorUnits)
            if overflow { return posting.amount.currency }
            sums[posting.amount.currency] = sum
        }
        return sums.filter { $0.value != 0 }.keys.min()
    }
}
