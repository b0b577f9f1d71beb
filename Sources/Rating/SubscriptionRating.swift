import BillingTerms
import Catalog
import Metering

/// One subscription's plan period with what is needed to price it. All lines of the period refer to the same terms.
package final class PeriodTerms: Sendable {
    let customer: Customer
    package let subscription: Subscription
    package let plan: PricingPlan
    let prices: PriceList
    package let period: PlanPeriod
    /// What costs nothing at first; that of the version in force when the subscription began.
    package let trial: Trial?
    let rounding: RoundingMode

    init(
        customer: Customer, subscription: Subscription, plan: PricingPlan, prices: PriceList, period: PlanPeriod,
        trial: Trial?, rounding: RoundingMode
    ) {
        self.customer = customer
        self.subscription = subscription
        self.plan = plan
        self.prices = prices
        self.period = period
        self.trial = trial
        self.rounding = rounding
    }

    /// As the subscription has it, with its overrides.
    package var version: PlanVersion { prices.version }

    /// Whether usage or cost of this day and project is priced here.
    func takes(_ day: CalendarDay, _ project: ProjectID) -> Bool {
        period.billed.contains(day) && subscription.covers(project)
    }

    /// Whether a line is for this plan period.
    package func covers(_ line: RatedLine) -> Bool {
        line.subscription == subscription.id && line.plan == plan.id && period.billed.contains(line.period.start)
    }

    /// The amount as money; a sum beyond 30 digits parks the customer.
    package func money(_ exact: ExactDecimal, for item: String) throws(Parked) -> Money {
        guard let money = Money(rounding: exact, to: customer.currency, rounding) else {
            throw Parked([
                Finding(
                    .amountTooLarge, "the amount of \"\(item)\" has more than 30 digits", at: customer.place,
                    notes: ["the customer \"\(customer.id)\" is parked: nothing is billed to it in this run"])
            ])
        }
        return money
    }

    /// A line for an amount that is already money: a minimum, a commitment, a service fee.
    package func line(
        _ kind: RatedLine.Kind, itemID: String, description: String, amount: Money, quantity: ExactDecimal = .one,
        unit: String, unitPrice: ExactDecimal, period: ServicePeriod, tax: String? = nil, isDiscountable: Bool = false,
        working: [WorkingStep]
    ) throws(Parked) -> RatedLine {
        let part = PricedPart(
            quantity: quantity, unit: unit, unitPrice: unitPrice, amount: amount.decimal, working: working)
        return try line(
            kind, project: subscription.project, itemID: itemID, description: "\(plan.name): \(description)",
            part: part, period: period, tax: tax, isDiscountable: isDiscountable)
    }

    /// What a part comes to: rounded to money once. In a credit unit it is rounded to the unit's digits first, and that
    /// amount, which the reader sees, is converted.
    func amount(_ part: PricedPart, for item: String, in credit: CreditUnit? = nil) throws(Parked) -> PartAmount {
        var working: [WorkingStep] = []
        var exact = part.amount
        var credits: CreditAmount?
        if let credit, let ratio = credit.ratio(to: customer.currency) {
            let units = exact.rounded(to: credit.digits, rounding)
            if units != exact {
                working.append(
                    WorkingStep("rounded to \(credit.name)", exact.normalized.description, units.description))
            }
            exact = units * ratio
            credits = CreditAmount(unit: credit.id, name: credit.name, amount: units, ratio: ratio)
            working.append(
                WorkingStep(
                    "\(credit.name) to \(customer.currency)", "\(units) × \(ratio)", exact.normalized.description))
        }
        let gross = try money(exact, for: item)
        if gross.decimal != exact {
            working.append(
                WorkingStep("rounded to \(customer.currency)", exact.normalized.description, gross.decimal.description)
            )
        }
        return PartAmount(
            gross: gross, exact: gross.decimal == exact ? nil : exact, credits: credits, working: working)
    }

    /// A line of an amount that is known. One in a credit unit names it in its description, and has its unit price in
    /// money like every other line.
    func line(
        _ kind: RatedLine.Kind, project: ProjectID?, itemID: String, description: String, part: PricedPart,
        amount: PartAmount, period: ServicePeriod? = nil, tax: String?, isDiscountable: Bool, isPrepayable: Bool = true,
        meter: MeterID? = nil, splitValues: [String: String] = [:], conversion: CurrencyConversion? = nil,
        before: [WorkingStep] = []
    ) -> RatedLine {
        let credits = amount.credits
        var line = RatedLine(
            kind: kind, project: project, itemID: itemID,
            description: self.description(description, credits, isShared: project == nil), plan: plan.id,
            planVersion: version.from, subscription: subscription.id, tier: part.tier,
            period: period ?? self.period.billed, quantity: part.quantity, unit: part.unit,
            unitPrice: credits.map { part.unitPrice * $0.ratio } ?? part.unitPrice, grossAmount: amount.gross, tax: tax,
            isDiscountable: isDiscountable, isPrepayable: isPrepayable, meter: meter, splitValues: splitValues,
            conversion: conversion, credits: credits, working: before + part.working + amount.working)
        line.exactAmount = amount.exact
        return line
    }

    /// With whose subscription it is, where another customer pays and no project says it, and the credits that it comes to.
    private func description(_ text: String, _ credits: CreditAmount?, isShared: Bool) -> String {
        let holder = isShared ? subscription.holder.map { $0 + ": " } ?? "" : ""
        return holder + text + (credits.map { ", \($0.amount) \($0.name)" } ?? "")
    }

    /// A line whose amount is its part's.
    func line(
        _ kind: RatedLine.Kind, project: ProjectID?, itemID: String, description: String, part: PricedPart,
        period: ServicePeriod? = nil, tax: String?, isDiscountable: Bool, isPrepayable: Bool = true
    ) throws(Parked) -> RatedLine {
        line(
            kind, project: project, itemID: itemID, description: description, part: part,
            amount: try amount(part, for: itemID), period: period, tax: tax, isDiscountable: isDiscountable,
            isPrepayable: isPrepayable)
    }
}

/// Rates one customer for one run. Pure: the same values give the same lines.
package struct CustomerRating: Sendable {
    let catalog: RatingCatalog
    package let customer: Customer
    package let run: ServicePeriod
    let usage: CustomerUsage
    /// The places of each meter's usage.
    let usageOfMeters: [MeterID: [Int]]
    /// The plan periods that close in the run, in the order of the subscriptions.
    package private(set) var terms: [PeriodTerms] = []

    package init(catalog: RatingCatalog, customer: Customer, run: ServicePeriod, usage: CustomerUsage) {
        self.catalog = catalog
        self.customer = customer
        self.run = run
        self.usage = usage
        usageOfMeters = Dictionary(grouping: usage.usage.indices) { usage.usage[$0].meter }
        terms = customer.subscriptions.flatMap { subscription -> [PeriodTerms] in
            guard let plan = workspace.plans[subscription.plan] else { return [] }
            return subscription.periods(of: plan, closingIn: run).compactMap { terms(subscription, plan, $0) }
        }
    }

    package var workspace: Workspace { catalog.workspace }

    /// Nil before the plan's first version.
    package func terms(_ subscription: Subscription, _ plan: PricingPlan, _ period: PlanPeriod) -> PeriodTerms? {
        let overrides = subscription.overrides
        return catalog.prices(of: plan, on: period.billed.start, overrides).map { prices in
            PeriodTerms(
                customer: customer, subscription: subscription, plan: plan, prices: prices, period: period,
                trial: catalog.prices(of: plan, on: subscription.from, overrides)?.version.trial,
                rounding: workspace.business.rounding)
        }
    }

    /// The usage that a price takes up in a plan period.
    func usage(_ price: UsagePrice, in terms: PeriodTerms) -> [Usage] {
        let places = usageOfMeters[price.meter.id] ?? []
        return places.filter { place in
            terms.takes(usage.usage[place].day, usage.usage[place].project) && price.takes(usage.usage[place])
        }.map { usage.usage[$0] }
    }

    /// The days that this run bills, by subscription, in the order of the customer's file. A first period's fee in advance
    /// is a matter of its own: it is due before that period closes.
    package var billedPeriods: [(subscription: String, days: ServicePeriod)] {
        let begun = customer.subscriptions.compactMap { subscription -> (String, ServicePeriod)? in
            guard run.contains(subscription.from), let plan = workspace.plans[subscription.plan] else { return nil }
            return ("\(subscription.id), first fee", subscription.firstPeriod(of: plan).billed)
        }
        return terms.map { ($0.subscription.id, $0.period.billed) } + begun
    }
}
