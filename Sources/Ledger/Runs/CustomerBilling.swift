import BillingTerms
import Importing

/// Everything that a run bills to one customer.
package struct CustomerBilling: Sendable {
    package var customer: CustomerID
    /// The consolidated document and those of the projects.
    package var drafts: [Draft]
    /// The plan periods that the drafts bill: those that close inside the run's period.
    package var planPeriods: [BilledPlanPeriod]
    /// What invoices and expiry take from the customer's grants in this period.
    package var creditUses: [CreditUse]
    package var promotionUses: [PromotionUse]
    /// What was spent towards the customer's commitments.
    package var commitmentUses: [CommitmentUse]

    package init(
        customer: CustomerID, drafts: [Draft], planPeriods: [BilledPlanPeriod] = [], creditUses: [CreditUse] = [],
        promotionUses: [PromotionUse] = [], commitmentUses: [CommitmentUse] = []
    ) {
        self.customer = customer
        self.drafts = drafts
        self.planPeriods = planPeriods
        self.creditUses = creditUses
        self.promotionUses = promotionUses
        self.commitmentUses = commitmentUses
    }
}

/// A period of a subscription's plan. Days of one subscription are billed by the drafts of one run period only.
package struct BilledPlanPeriod: Hashable, Sendable {
    package var subscription: String
    package var days: ServicePeriod

    package init(subscription: String, days: ServicePeriod) {
        self.subscription = subscription
        self.days = days
    }
}

/// Which customers a run was for.
package enum RunScope: Hashable, Sendable {
    /// All of them: a customer without a billing loses the drafts of an earlier run of the period.
    case everyCustomer
    /// These (`--customer`); the drafts of the others stay as they are.
    case only(Set<CustomerID>)

    func includes(_ customer: CustomerID) -> Bool {
        switch self {
        case .everyCustomer: true
        case .only(let customers): customers.contains(customer)
        }
    }
}

/// All that a run adds to the books.
package struct RunCommit: Sendable {
    package var facts: RunFacts
    package var scope: RunScope
    package var files: [FileReport]
    package var quarantine: [QuarantinedRow]
    package var billings: [CustomerBilling]
    /// When the run is booked, where the caller wants it on record.
    package var recordedAt: Timestamp?

    package init(
        facts: RunFacts, scope: RunScope = .everyCustomer, files: [FileReport] = [], quarantine: [QuarantinedRow] = [],
        billings: [CustomerBilling], recordedAt: Timestamp? = nil
    ) {
        self.facts = facts
        self.scope = scope
        self.files = files
        self.quarantine = quarantine
        self.billings = billings
        self.recordedAt = recordedAt
    }
}

/// What a commit did.
package struct RunOutcome: Hashable, Sendable {
    /// The run in the books; that of the earlier, equal run when nothing changed.
    package var run: Int
    /// The ledger held all of this already; its file was not touched.
    package var isUnchanged: Bool
    /// Drafts of other run periods that billed the same days of a subscription. They no longer count.
    package var superseded: [SupersededDrafts]
}

/// One customer's drafts of a run period that another run period took over.
package struct SupersededDrafts: Hashable, Sendable {
    package var customer: CustomerID
    package var periodName: String
}
