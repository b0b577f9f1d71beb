import BillingTerms
import Catalog

extension PeriodTerms {
    /// An amount for this plan period's share of days, exactly as far as it goes, with its working.
    func prorated(
        _ amount: ExactDecimal, quantity: ExactDecimal, days: ServicePeriod? = nil, isProrated: Bool = true
    ) -> (amount: ExactDecimal, working: [WorkingStep]) {
        let full = amount * quantity
        let part = days ?? period.billed
        let times = quantity == .one ? "\(amount)" : "\(quantity.shortText) × \(amount)"
        guard isProrated, version.proration == .day, part != period.whole else {
            return (full, [WorkingStep("fee", times, full.description)])
        }
        let share = full.prorated(part.dayCount, of: period.whole.dayCount, to: ExactDecimal.mostFractionDigits)
        let shown = share.rounded(to: 6).shortText
        return (
            share,
            [
                WorkingStep(
                    "prorated by days", "\(times) × \(part.dayCount) of \(period.whole.dayCount) days (\(part))", shown)
            ]
        )
    }
}

extension CustomerRating {
    /// Plan fees: in arrears when a plan period closes; in advance when the one before it closes, and for a
    /// subscription's first period, before which nothing closes, in the run in which the subscription begins.
    package func feeLines() throws(Parked) -> [RatedGroup] {
        var groups: [RatedGroup] = []
        for terms in begunTerms {
            for fee in terms.version.fees where fee.timing == .advance { groups.append(try group(fee, terms: terms)) }
        }
        for terms in terms {
            for fee in terms.version.fees where fee.timing == .arrears { groups.append(try group(fee, terms: terms)) }
            guard let next = nextTerms(after: terms) else { continue }
            for fee in next.version.fees where fee.timing == .advance { groups.append(try group(fee, terms: next)) }
        }
        return groups
    }

    /// The first period of each subscription that begins in this run.
    private var begunTerms: [PeriodTerms] {
        customer.subscriptions.compactMap { subscription in
            guard run.contains(subscription.from), let plan = workspace.plans[subscription.plan],
                let version = plan.version(on: subscription.from)
            else { return nil }
            return PeriodTerms(
                customer: customer, subscription: subscription, plan: plan, version: version,
                period: subscription.firstPeriod(of: plan), rounding: workspace.business.rounding)
        }
    }

    private func nextTerms(after terms: PeriodTerms) -> PeriodTerms? {
        guard let next = terms.subscription.period(after: terms.period, of: terms.plan),
            let version = terms.plan.version(on: next.billed.start)
        else { return nil }
        return PeriodTerms(
            customer: customer, subscription: terms.subscription, plan: terms.plan, version: version, period: next,
            rounding: terms.rounding)
    }

    private func group(_ fee: PlanFee, terms: PeriodTerms) throws(Parked) -> RatedGroup {
        let label = fee.timing == .advance ? "\(fee.name), in advance" : fee.name
        let quantity = terms.subscription.quantity
        let (amount, steps) = terms.prorated(fee.amount, quantity: quantity)
        let part = PricedPart(
            quantity: quantity, unit: terms.plan.cadence.description, unitPrice: fee.amount, amount: amount,
            working: steps)
        return RatedGroup(lines: [
            try terms.line(
                .fee, project: terms.subscription.project, itemID: fee.id, description: "\(terms.plan.name): \(label)",
                part: part, tax: fee.tax, isDiscountable: fee.isDiscountable)
        ])
    }

    /// Add-ons: once in the plan period in which they begin, or in each that they touch.
    package func addOnLines() throws(Parked) -> [RatedGroup] {
        var groups: [RatedGroup] = []
        for terms in terms {
            for subscribed in terms.subscription.addOns {
                guard let addOn = workspace.addOns[subscribed.addOn],
                    let group = try group(addOn, subscribed, terms: terms)
                else { continue }
                groups.append(group)
            }
        }
        return groups
    }

    private func group(_ addOn: AddOn, _ subscribed: SubscribedAddOn, terms: PeriodTerms) throws(Parked) -> RatedGroup?
    {
        let billed = terms.period.billed
        let days: ServicePeriod
        switch addOn.recurrence {
        case .once:
            guard billed.contains(subscribed.from) else { return nil }
            days = ServicePeriod(start: subscribed.from, end: subscribed.from + 1)
        case .eachPeriod:
            let until = subscribed.until ?? billed.end
            guard until > subscribed.from,
                let touched = ServicePeriod(start: subscribed.from, end: until).intersection(billed)
            else { return nil }
            days = touched
        }
        let isProrated = addOn.isProrated && addOn.recurrence == .eachPeriod
        let (amount, steps) = terms.prorated(
            addOn.amount, quantity: subscribed.quantity, days: days, isProrated: isProrated)
        let unit = addOn.recurrence == .once ? "once" : terms.plan.cadence.description
        let part = PricedPart(
            quantity: subscribed.quantity, unit: unit, unitPrice: addOn.amount, amount: amount, working: steps)
        return RatedGroup(lines: [
            try terms.line(
                .addOn, project: subscribed.project ?? terms.subscription.project, itemID: addOn.id.text,
                description: addOn.name, part: part, period: days, tax: addOn.tax, isDiscountable: addOn.isDiscountable,
                isPrepayable: addOn.isPrepayable)
        ])
    }
}
