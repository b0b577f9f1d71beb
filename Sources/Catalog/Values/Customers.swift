import BillingTerms

/// Who is billed (`customers/<id>.yaml`): a company, a department, an environment.
package struct Customer: Hashable, Sendable {
    package var id: CustomerID
    package var party: Party
    package var currency: Currency
    package var zone: BillingZone
    package var locale: String
    package var tags: [String]
    /// What EN 16931 calls buyer reference and purchase order reference.
    package var buyerReference: String?
    package var purchaseOrder: String?
    package var tax: String
    /// Codes of items, fees and add-ons → the codes that take their place in the customer's region.
    package var taxInstead: [String: String]
    package var billing: Billing
    package var projects: [Project]
    /// Where usage goes that names no project. Nil sets such rows aside when there is more than one project.
    package var defaultProject: ProjectID?
    package var subscriptions: [Subscription]
    /// What EN 16931 and tax tables know as the place of supply: a country or a part of one, such as `CA-QC`.
    package var region: String?
    package var promotions: [AssignedPromotion]
    package var rewards: [RewardID]
    package var credits: [CreditGrant]
    /// Who is billed for this customer; nil when it is billed itself.
    package var parent: CustomerID?
    /// The file, for findings about this customer.
    package var place: Place?

    package enum Billing: String, Sendable, CaseIterable {
        /// One invoice, with a statement for each project beside it.
        case consolidated
        /// An invoice for each project, with one consolidated statement.
        case perProject = "per-project"
    }

    package init(
        id: CustomerID, party: Party, currency: Currency, zone: BillingZone, locale: String = "en", tags: [String] = [],
        buyerReference: String? = nil, purchaseOrder: String? = nil, tax: String = "",
        taxInstead: [String: String] = [:], billing: Billing = .consolidated, projects: [Project],
        defaultProject: ProjectID? = nil, subscriptions: [Subscription] = [], region: String? = nil,
        promotions: [AssignedPromotion] = [], rewards: [RewardID] = [], credits: [CreditGrant] = [],
        parent: CustomerID? = nil, place: Place? = nil
    ) {
        self.id = id
        self.party = party
        self.currency = currency
        self.zone = zone
        self.locale = locale
        self.tags = tags
        self.buyerReference = buyerReference
        self.purchaseOrder = purchaseOrder
        self.tax = tax
        self.taxInstead = taxInstead
        self.billing = billing
        self.projects = projects
        self.defaultProject = defaultProject
        self.subscriptions = subscriptions
        self.region = region
        self.promotions = promotions
        self.rewards = rewards
        self.credits = credits
        self.parent = parent
        self.place = place
    }
}

package struct Project: Hashable, Sendable {
    package var id: ProjectID
    package var name: String
    package var costCentre: String?

    package init(id: ProjectID, name: String, costCentre: String? = nil) {
        self.id = id
        self.name = name
        self.costCentre = costCentre
    }
}
