import BillingTerms

/// A customer on a plan, from a day up to, not including, another.
package struct Subscription: Hashable, Sendable {
    package var id: String
    package var plan: PricingPlanID
    package var from: CalendarDay
    package var until: CalendarDay?
    /// A day on which a plan period begins, where the first day is not one: the periods of an anniversary plan are counted
    /// from it, in both directions.
    package var anchor: CalendarDay?
    /// Multiplies the plan's fees, from the first day on.
    package var quantity: ExactDecimal
    /// Other quantities from later days on, rising by day.
    package var quantityChanges: [QuantityChange]
    /// The project that the plan's fees are charged to; nil when they are shared.
    package var project: ProjectID?
    /// The projects that the subscription is for; nil when it is for all of the customer's.
    package var projects: [ProjectID]?
    package var addOns: [SubscribedAddOn]
    package var overrides: PlanOverrides
    package var commitment: Commitment?
    /// Whose subscription it is, where a parent is billed for it: shown on lines that name no project.
    package var holder: String?

    package struct QuantityChange: Hashable, Sendable {
        package var from: CalendarDay
        package var quantity: ExactDecimal

        package init(from: CalendarDay, quantity: ExactDecimal) {
            self.from = from
            self.quantity = quantity
        }
    }

    package init(
        id: String, plan: PricingPlanID, from: CalendarDay, until: CalendarDay? = nil, anchor: CalendarDay? = nil,
        quantity: ExactDecimal = .one, quantityChanges: [QuantityChange] = [], project: ProjectID? = nil,
        projects: [ProjectID]? = nil, addOns: [SubscribedAddOn] = [], overrides: PlanOverrides = PlanOverrides(),
        commitment: Commitment? = nil, holder: String? = nil
    ) {
        self.id = id
        self.plan = plan
        self.from = from
        self.until = until
        self.anchor = anchor
        self.quantity = quantity
        self.quantityChanges = quantityChanges
        self.project = project
        self.projects = projects
        self.addOns = addOns
        self.overrides = overrides
        self.commitment = commitment
        self.holder = holder
    }

    /// The day from which the periods of an anniversary plan are counted.
    package var periodsFrom: CalendarDay { anchor ?? from }

    package func covers(_ day: CalendarDay) -> Bool { from <= day && (until.map { day < $0 } ?? true) }
    package func covers(_ project: ProjectID) -> Bool { projects.map { $0.contains(project) } ?? true }

    /// Whether there is a day on which both hold.
    package func overlaps(_ other: Subscription) -> Bool {
        (until.map { other.from < $0 } ?? true) && (other.until.map { from < $0 } ?? true)
    }

    /// Whether there is a project that both are for.
    package func sharesProjects(with other: Subscription) -> Bool {
        guard let projects, let others = other.projects else { return true }
        return projects.contains(where: others.contains)
    }

    package func quantity(on day: CalendarDay) -> ExactDecimal {
        quantityChanges.last { $0.from <= day }?.quantity ?? quantity
    }

    /// The days of a period, cut where the quantity changes.
    package func quantities(in days: ServicePeriod) -> [(days: ServicePeriod, quantity: ExactDecimal)] {
        var result: [(days: ServicePeriod, quantity: ExactDecimal)] = []
        var start = days.start
        for change in quantityChanges where days.start < change.from && change.from < days.end {
            result.append((ServicePeriod(start: start, end: change.from), quantity(on: start)))
            start = change.from
        }
        return result + [(ServicePeriod(start: start, end: days.end), quantity(on: start))]
    }
}

/// What a subscription has otherwise than its plan, by the plan's own ids.
package struct PlanOverrides: Hashable, Sendable {
    /// Fee id → amount.
    package var fees: [String: ExactDecimal]
    /// In place of the plan's price of the same item.
    package var prices: [ItemPrice]
    /// Item → included units.
    package var included: [ProductItemID: ExactDecimal]
    package var minimum: ExactDecimal?
    /// Whether the plan's trial holds; it does not for a customer who had one before.
    package var hasTrial: Bool

    package init(
        fees: [String: ExactDecimal] = [:], prices: [ItemPrice] = [], included: [ProductItemID: ExactDecimal] = [:],
        minimum: ExactDecimal? = nil, hasTrial: Bool = true
    ) {
        self.fees = fees
        self.prices = prices
        self.included = included
        self.minimum = minimum
        self.hasTrial = hasTrial
    }

    /// Whether the subscription has the plan as it is.
    package var isEmpty: Bool {
        fees.isEmpty && prices.isEmpty && included.isEmpty && minimum == nil && hasTrial
    }
}

extension PlanVersion {
    /// The version as a subscription has it.
    package func with(_ overrides: PlanOverrides) -> PlanVersion {
        guard !overrides.isEmpty else { return self }
        var version = self
        for place in version.fees.indices {
            if let amount = overrides.fees[version.fees[place].id] { version.fees[place].amount = amount }
        }
        for place in version.prices.indices {
            let item = version.prices[place].item
            if let price = overrides.prices.first(where: { $0.item == item }) { version.prices[place] = price }
            if let included = overrides.included[item] { version.prices[place].included = included }
        }
        if let minimum = overrides.minimum { version.minimum?.amount = minimum }
        if !overrides.hasTrial { version.trial = nil }
        return version
    }
}

package struct SubscribedAddOn: Hashable, Sendable {
    package var addOn: AddOnID
    package var from: CalendarDay
    package var until: CalendarDay?
    package var quantity: ExactDecimal
    package var project: ProjectID?

    package init(
        addOn: AddOnID, from: CalendarDay, until: CalendarDay? = nil, quantity: ExactDecimal = .one,
        project: ProjectID? = nil
    ) {
        self.addOn = addOn
        self.from = from
        self.until = until
        self.quantity = quantity
        self.project = project
    }
}
