import BillingTerms
import Catalog

extension CustomerRating {
    /// Plan fees: in arrears when a plan period closes; in advance when the one before it closes,
    /// and for a subscription's first period, before which nothing closes, in the run in which the subscription begins.
    package func feeLines() throws(Parked) -> [RatedGroup] {
        var lines: [RatedLine] = []
        for terms in begunTerms { lines += try advanceLines(terms) }
        for terms in terms {
            lines += try arrearsLines(terms)
            if let next = nextTerms(after: terms) { lines += try advanceLines(next) }
        }
        return lines.map { RatedGroup(lines: [$0]) }
    }

    /// What was charged in advance for a closing period in an earlier run, as it was charged then.
    package func chargedBefore(_ terms: PeriodTerms) throws(Parked) -> [RatedLine] {
        terms.isChargedInAdvance(within: run) ? [] : try advanceLines(terms)
    }

    /// The first period of each subscription that begins in this run.
    private var begunTerms: [PeriodTerms] {
        customer.subscriptions.compactMap { subscription in
            guard run.contains(subscription.from), let plan = workspace.plans[subscription.plan] else { return nil }
            return terms(subscription, plan, subscription.firstPeriod(of: plan))
        }
    }

    private func nextTerms(after terms: PeriodTerms) -> PeriodTerms? {
        terms.subscription.period(after: terms.period, of: terms.plan).flatMap {
            self.terms(terms.subscription, terms.plan, $0)
        }
    }

    // MARK: In advance

    /// As things stand on the period's first day: in the quantity of that day, and up to the period's end unless the end
    /// is taken as known. What changes afterwards is settled when the period closes.
    private func advanceLines(_ terms: PeriodTerms) throws(Parked) -> [RatedLine] {
        let days = terms.daysInAdvance(within: run)
        let share = terms.share(of: days, endsHere: days.end == terms.subscription.until)
        let quantity = terms.subscription.quantity(on: days.start)
        var lines: [RatedLine] = []
        for fee in terms.version.fees where fee.timing == .advance {
            lines.append(try line(fee, ", in advance", quantity: quantity, share: share, days: days, terms: terms))
        }
        return lines
    }

    // MARK: In arrears

    private func arrearsLines(_ terms: PeriodTerms) throws(Parked) -> [RatedLine] {
        var lines: [RatedLine] = []
        for fee in terms.version.fees {
            switch fee.timing {
            case .arrears:
                for part in terms.quantityParts {
                    lines.append(
                        try line(
                            fee, "", quantity: part.quantity, share: terms.share(of: part),
                            days: part.days, terms: terms))
                }
            case .advance: lines += try settlement(of: fee, terms: terms)
            }
        }
        return lines
    }

    /// What became otherwise after a fee was charged in advance: quantities that changed within the period, and the days
    /// that were left when the subscription ended.
    private func settlement(of fee: PlanFee, terms: PeriodTerms) throws(Parked) -> [RatedLine] {
        let proration = terms.version.conventions.proration
        guard proration.method != .none || terms.version.conventions.quantityChanges != .byDay else { return [] }
        var lines: [RatedLine] = []
        let charged = terms.subscription.quantity(on: terms.period.billed.start)
        for part in terms.quantityParts where part.quantity != charged {
            let more = part.quantity - charged
            if more.isNegative, proration.refund == .none { continue }
            lines.append(
                try line(
                    fee, ", change of quantity", quantity: more, share: terms.share(of: part), days: part.days,
                    terms: terms))
        }
        var kept = proration.chargedEnd(terms.period.billed.end, in: terms.period.whole)
        // Days of a trial were not paid for.
        if let trial = terms.trial, trial.coversFees, let days = terms.trialDays { kept = max(kept, days.end) }
        let paid = terms.daysInAdvance(within: run).end
        if proration.refund == .prorated, proration.method != .none, terms.endsEarly, kept < paid {
            let left = ServicePeriod(start: kept, end: paid)
            lines.append(
                try line(
                    fee, ", refund", quantity: -charged, share: terms.share(of: left, endsHere: false), days: left,
                    terms: terms))
        }
        return lines
    }

    private func line(
        _ fee: PlanFee, _ suffix: String, quantity: ExactDecimal, share: PeriodShare, days: ServicePeriod,
        terms: PeriodTerms
    ) throws(Parked) -> RatedLine {
        let days = terms.shown(days, endsHere: days.end == terms.subscription.until)
        let part = terms.part(
            fee.amount, quantity: quantity, unit: terms.plan.cadence.description, share: share, days: days)
        return try terms.line(
            .fee, project: terms.subscription.project, itemID: fee.id,
            description: "\(terms.plan.name): \(fee.name)\(suffix)", part: part, period: days, tax: fee.tax,
            isDiscountable: fee.isDiscountable)
    }

    // MARK: Add-ons

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
        var days: ServicePeriod
        var share = PeriodShare(part: 1, whole: 1, unit: "period")
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
            if addOn.isProrated {
                let ends = [subscribed.until, terms.subscription.until]
                let endsHere = ends.contains(days.end)
                share = terms.share(of: days, endsHere: endsHere)
                days = terms.shown(days, endsHere: endsHere)
            }
        }
        let part = terms.part(
            addOn.amount, quantity: subscribed.quantity,
            unit: addOn.recurrence == .once ? "once" : terms.plan.cadence.description, share: share, days: days)
        return RatedGroup(lines: [
            try terms.line(
                .addOn, project: subscribed.project ?? terms.subscription.project, itemID: addOn.id.text,
                description: addOn.name, part: part, period: days, tax: addOn.tax, isDiscountable: addOn.isDiscountable,
                isPrepayable: addOn.isPrepayable)
        ])
    }
}

extension PeriodTerms {
    /// The billed days, cut where the quantity changes if each quantity is charged for its days. A fee that is never
    /// prorated has the first day's quantity then.
    var quantityParts: [(days: ServicePeriod, quantity: ExactDecimal)] {
        let parts = subscription.quantities(in: period.billed)
        let quantity: ExactDecimal?
        switch version.conventions.quantityChanges {
        case .byDay where version.conventions.proration.method != .none: return parts
        case .byDay, .first: quantity = parts.first?.quantity
        case .last: quantity = parts.last?.quantity
        case .highest: quantity = parts.map(\.quantity).max()
        }
        return [(period.billed, quantity ?? .one)]
    }

    /// The highest quantity of the billed days that is charged.
    var highestQuantity: ExactDecimal { quantityParts.map(\.quantity).max() ?? .one }

    func share(of part: (days: ServicePeriod, quantity: ExactDecimal)) -> PeriodShare {
        share(of: part.days, endsHere: part.days.end == subscription.until)
    }

    /// Whether the subscription ends before the plan period does.
    var endsEarly: Bool { period.billed.end < period.whole.end }

    /// Whether the fee in advance for this period is charged in this run: with the end of the period before, or with the
    /// subscription's beginning.
    func isChargedInAdvance(within run: ServicePeriod) -> Bool {
        run.contains(period.billed.start == subscription.from ? subscription.from : period.whole.start - 1)
    }

    /// For which days a fee in advance is charged. An end that falls into the same run as the charge is known by then.
    func daysInAdvance(within run: ServicePeriod) -> ServicePeriod {
        let billed = period.billed
        let isKnown: Bool
        switch version.conventions.proration.refund {
        case .knownEnd: isKnown = true
        case .prorated: isKnown = isChargedInAdvance(within: run) && billed.end <= run.end
        case .none: isKnown = false
        }
        return isKnown ? billed : ServicePeriod(start: billed.start, end: period.whole.end)
    }
}
