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
    /// Plan fees: in arrears for the period that closes, in advance for the one that follows. A subscription's first
    /// period has no invoice before it, so a fee in advance is charged for it and for the next one together.
    package func feeLines() throws(Parked) -> [RatedGroup] {
        var groups: [RatedGroup] = []
        for terms in terms {
            for fee in terms.version.fees where fee.timing == .arrears {
                groups.append(try group(fee, terms: terms, label: fee.name))
            }
            for fee in terms.version.fees where fee.timing == .advance && terms.period.isFirst {
                groups.append(try group(fee, terms: terms, label: fee.name))
            }
            guard let next = nextTerms(after: terms) else { continue }
            for fee in next.version.fees where fee.timing == .advance {
                groups.append(try group(fee, terms: next, label: "\(fee.name), in advance"))
            }
        }
        return groups
    }

    private func nextTerms(after terms: PeriodTerms) -> PeriodTerms? {
        guard let next = terms.subscription.period(after: terms.period, of: terms.plan),
            let version = terms.plan.version(on: next.billed.start)
        else { return nil }
        return PeriodTerms(
            customer: customer, subscription: terms.subscription, plan: terms.plan, version: version, period: next,
            rounding: terms.rounding)
    }

    private func group(_ fee: PlanFee, terms: PeriodTerms, label: String) throws(Parked) -> RatedGroup {
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
