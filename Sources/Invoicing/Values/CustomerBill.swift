import BillingTerms
import Catalog
import Rating

/// What earlier periods left behind: read from the ledger, never recomputed.
package struct CarriedBalances: Sendable {
    /// What bills of earlier periods took from each grant.
    package var creditUsed: [CreditGrantID: [CarriedUse]]
    /// What was posted as lost by expiry.
    package var creditExpired: [CreditGrantID: Money]
    /// What rewards earned, by the grants that hold it.
    package var creditEarned: [CreditGrantID: Money]
    package var promotionsUsed: [PromotionID: PromotionMovement]
    /// What was spent towards each commitment, by the id of `CommitmentSpan`.
    package var commitmentsSpent: [CommitmentID: Money]
    /// The amount due of each project in the period before, and of the customer as a whole.
    package var previousByProject: [ProjectID: Money]
    package var previous: Money?

    package init(
        creditUsed: [CreditGrantID: [CarriedUse]] = [:], creditExpired: [CreditGrantID: Money] = [:],
        creditEarned: [CreditGrantID: Money] = [:], promotionsUsed: [PromotionID: PromotionMovement] = [:],
        commitmentsSpent: [CommitmentID: Money] = [:],
        previousByProject: [ProjectID: Money] = [:], previous: Money? = nil
    ) {
        self.creditUsed = creditUsed
        self.creditExpired = creditExpired
        self.creditEarned = creditEarned
        self.promotionsUsed = promotionsUsed
        self.commitmentsSpent = commitmentsSpent
        self.previousByProject = previousByProject
        self.previous = previous
    }
}

/// What the bills of one period took from a grant.
package struct CarriedUse: Hashable, Sendable {
    /// The period's first day.
    package var from: CalendarDay
    package var amount: Money

    package init(from: CalendarDay, amount: Money) {
        self.from = from
        self.amount = amount
    }
}

/// How often a promotion lowered an invoice, and by how much in all.
package struct PromotionMovement: Hashable, Sendable, Codable {
    package var cycles: Int
    package var amount: Money

    package init(cycles: Int, amount: Money) {
        self.cycles = cycles
        self.amount = amount
    }
}

/// What a bill takes from a grant, what the grant loses by expiring in the bill's period, and what a reward put into it.
package struct GrantMovement: Hashable, Sendable, Codable {
    package var grant: CreditGrantID
    package var kind: CreditGrant.Kind
    package var used: Money
    package var expired: Money
    package var earned: Money

    package init(grant: CreditGrantID, kind: CreditGrant.Kind, used: Money, expired: Money, earned: Money) {
        self.grant = grant
        self.kind = kind
        self.used = used
        self.expired = expired
        self.earned = earned
    }
}

/// All documents of one customer for one run, with what they take from credits and promotions.
package struct CustomerBill: Sendable {
    package var consolidated: InvoiceDocument
    /// In the order of the customer's file, then "shared" where it is kept apart.
    package var projects: [InvoiceDocument]
    package var grantMovements: [GrantMovement]
    package var promotionUses: [PromotionID: PromotionMovement]
    package var commitmentsSpent: [CommitmentID: Money]
    package var billedPeriods: [BilledPeriod]
    package var rebilledCosts: [RebilledCost]
    /// What was due for the period before.
    package var previous: Money?
    package var findings: [Finding]

    /// A plan period that this bill charges, so that no other draft charges it again.
    package struct BilledPeriod: Hashable, Sendable, Codable {
        package var subscription: String
        package var period: ServicePeriod

        package init(subscription: String, period: ServicePeriod) {
            self.subscription = subscription
            self.period = period
        }
    }

    /// What the customer pays, after discounts and before credit and tax, for one service account's cost.
    package struct RebilledCost: Hashable, Sendable, Codable {
        package var provider: String
        package var serviceAccount: ServiceAccountID
        package var project: ProjectID?
        /// The provider's currency.
        package var costCurrency: Currency
        package var netAmount: Money
    }

    package var documents: [InvoiceDocument] { [consolidated] + projects }
}
