import BillingTerms

/// What earlier periods used up of a customer's grants and promotions: the balances with which a period begins.
///
/// Only transactions in force count: a reversed one, and its reversal, are gone.
package struct CarriedForward: Hashable, Sendable {
    package static let nothing = CarriedForward()

    private struct GrantKey: Hashable {
        var grant: CreditGrantID
        var currency: Currency
    }

    private struct PromotionKey: Hashable {
        var promotion: PromotionID
        var currency: Currency
    }

    private var used: [GrantKey: [DatedCreditUse]] = [:]
    private var earned: [GrantKey: Money] = [:]
    private var expired: [GrantKey: CreditExpiry] = [:]
    private var given: [PromotionKey: PromotionUse] = [:]
    private var spent: [CommitmentUse: Money] = [:]

    /// What invoices took from each grant, in the grant's currency. A grant that was kept in another currency once
    /// counts there only.
    package func creditUse(in currency: Currency) -> [CreditGrantID: Money] {
        datedCreditUse(in: currency).mapValues { $0.map(\.amount).sum(currency) }
    }

    /// The same, period by period, in no order.
    package func datedCreditUse(in currency: Currency) -> [CreditGrantID: [DatedCreditUse]] {
        var uses: [CreditGrantID: [DatedCreditUse]] = [:]
        for (key, list) in used where key.currency == currency { uses[key.grant] = list }
        return uses
    }

    /// What rewards put into the grants that hold what they earned.
    package func creditEarned(in currency: Currency) -> [CreditGrantID: Money] {
        var amounts: [CreditGrantID: Money] = [:]
        for (key, amount) in earned where key.currency == currency { amounts[key.grant] = amount }
        return amounts
    }

    /// What each grant lost at its expiry, and in which period that was last posted.
    package func creditExpiry(in currency: Currency) -> [CreditGrantID: CreditExpiry] {
        var expiries: [CreditGrantID: CreditExpiry] = [:]
        for (key, expiry) in expired where key.currency == currency { expiries[key.grant] = expiry }
        return expiries
    }

    /// How many invoices each promotion has lowered, and by how much in all.
    package func promotionUse(in currency: Currency) -> [PromotionID: PromotionUse] {
        var uses: [PromotionID: PromotionUse] = [:]
        for (key, use) in given where key.currency == currency { uses[key.promotion] = use }
        return uses
    }

    /// What was spent towards each commitment.
    package func commitmentSpending(in currency: Currency) -> [CommitmentID: Money] {
        var spending: [CommitmentID: Money] = [:]
        for (key, amount) in spent where amount.currency == currency { spending[key.commitment] = amount }
        return spending
    }

    /// Adds what one transaction in force posted.
    mutating func add(_ posting: Posting, period: String, periodStart: CalendarDay, periodEnd: CalendarDay) {
        let currency = posting.amount.currency
        switch posting.ledgerAccount {
        case .creditUsed(_, let grant):
            used[GrantKey(grant: grant, currency: currency), default: []].append(
                DatedCreditUse(periodStart: periodStart, amount: posting.amount))
        case .creditEarned(_, let grant):
            earned[GrantKey(grant: grant, currency: currency), default: .zero(currency)] -= posting.amount
        case .creditExpired(_, let grant):
            let key = GrantKey(grant: grant, currency: currency)
            let before = expired[key]
            let isLater = before.map { $0.periodEnd <= periodEnd } ?? true
            expired[key] = CreditExpiry(
                amount: (before?.amount ?? .zero(currency)) + posting.amount,
                periodName: isLater ? period : before?.periodName ?? period,
                periodEnd: isLater ? periodEnd : before?.periodEnd ?? periodEnd)
        case .promotionGiven(_, let promotion):
            let key = PromotionKey(promotion: promotion, currency: currency)
            given[key, default: PromotionUse(promotion, cycles: 0, amount: .zero(currency))].amount += posting.amount
        case .commitmentSpent(_, let commitment):
            let key = CommitmentUse(commitment, amount: .zero(currency))
            spent[key, default: key.amount] += posting.amount
        case .creditGrant, .promotion, .commitment:
            break
        }
    }

    mutating func add(cycles: Int, of promotion: PromotionID, in currency: Currency) {
        let key = PromotionKey(promotion: promotion, currency: currency)
        given[key, default: PromotionUse(promotion, cycles: 0, amount: .zero(currency))].cycles += cycles
    }
}

/// What the invoices of one run period took from a grant.
package struct DatedCreditUse: Hashable, Sendable {
    package var periodStart: CalendarDay
    package var amount: Money
}

/// What a grant lost at its expiry.
package struct CreditExpiry: Hashable, Sendable {
    package var amount: Money
    /// The run period in which the expiry was last posted, and the first day after it.
    package var periodName: String
    package var periodEnd: CalendarDay
}
