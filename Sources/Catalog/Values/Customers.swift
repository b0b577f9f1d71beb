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
    package var billing: Billing
    package var projects: [Project]
    /// Where usage goes that names no project. Nil sets such rows aside when there is more than one project.
    package var defaultProject: ProjectID?
    package var subscriptions: [Subscription]
    package var promotions: [AssignedPromotion]
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
        buyerReference: String? = nil, purchaseOrder: String? = nil, tax: String = "", billing: Billing = .consolidated,
        projects: [Project], defaultProject: ProjectID? = nil, subscriptions: [Subscription] = [],
        promotions: [AssignedPromotion] = [], credits: [CreditGrant] = [], parent: CustomerID? = nil,
        place: Place? = nil
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
        self.billing = billing
        self.projects = projects
        self.defaultProject = defaultProject
        self.subscriptions = subscriptions
        self.promotions = promotions
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

/// A price reduction (`catalog/promotions.yaml`).
package struct Promotion: Hashable, Sendable {
    package var id: PromotionID
    package var name: String
    package var discount: Discount
    package var scope: Scope
    /// Smaller numbers first; within one number percentages come before fixed amounts.
    package var priority: Int
    package var from: CalendarDay?
    package var until: CalendarDay?
    /// Only for so many invoices that it lowers; nil without end.
    package var cycles: Int?
    /// The most that it takes off one invoice, and in all.
    package var capPerCycle: ExactDecimal?
    package var capInTotal: ExactDecimal?
    /// Given to every customer with one of these tags, without assignment.
    package var customerTags: [String]

    package enum Discount: Hashable, Sendable {
        /// A fraction: 0.10 for 10 %.
        case percentage(ExactDecimal)
        case fixed(ExactDecimal, Currency)
    }

    package enum Scope: Hashable, Sendable {
        case invoice
        case items([ProductItemID])
        case plans([PricingPlanID])
        case projects([ProjectID])
    }

    package init(
        id: PromotionID, name: String, discount: Discount, scope: Scope = .invoice, priority: Int = 100,
        from: CalendarDay? = nil, until: CalendarDay? = nil, cycles: Int? = nil, capPerCycle: ExactDecimal? = nil,
        capInTotal: ExactDecimal? = nil, customerTags: [String] = []
    ) {
        self.id = id
        self.name = name
        self.discount = discount
        self.scope = scope
        self.priority = priority
        self.from = from
        self.until = until
        self.cycles = cycles
        self.capPerCycle = capPerCycle
        self.capInTotal = capInTotal
        self.customerTags = customerTags
    }
}

/// A promotion given to one customer, from a day on.
package struct AssignedPromotion: Hashable, Sendable {
    package var promotion: PromotionID
    package var from: CalendarDay?
    package var until: CalendarDay?

    package init(promotion: PromotionID, from: CalendarDay? = nil, until: CalendarDay? = nil) {
        self.promotion = promotion
        self.from = from
        self.until = until
    }
}

/// An amount that a customer may use up: given (promotional) or bought (prepaid).
package struct CreditGrant: Hashable, Sendable {
    package var id: CreditGrantID
    package var name: String
    package var kind: Kind
    package var amount: Money
    /// What was paid for a prepaid grant.
    package var price: Money?
    package var from: CalendarDay
    /// The first day on which it no longer counts.
    package var expires: CalendarDay?
    /// Smaller numbers are used first.
    package var priority: Int
    /// Only for these projects; all when empty.
    package var projects: [ProjectID]
    /// Only for these items; all when empty.
    package var items: [ProductItemID]

    package enum Kind: String, Sendable, Codable, CaseIterable {
        /// Lowers the net amount, before tax.
        case promotional
        /// Was paid for: settles the total, after tax.
        case prepaid
    }

    package init(
        id: CreditGrantID, name: String, kind: Kind, amount: Money, price: Money? = nil, from: CalendarDay,
        expires: CalendarDay? = nil, priority: Int = 100, projects: [ProjectID] = [], items: [ProductItemID] = []
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.amount = amount
        self.price = price
        self.from = from
        self.expires = expires
        self.priority = priority
        self.projects = projects
        self.items = items
    }
}
