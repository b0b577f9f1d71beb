import BillingTerms
import Catalog

/// The plan periods over which an amount is promised, with what falls due in this run.
package struct CommitmentSpan: Sendable {
    /// The subscription and the first day: spending is carried under it from bill to bill.
    package var id: CommitmentID
    package var commitment: Commitment
    package var days: ServicePeriod
    /// Prorated where it is the promise of a single plan period of which the subscription has a part.
    package var amount: Money
    package var working: [WorkingStep]
    package var terms: PeriodTerms
    /// Whether it begins in this run, which is when it is paid if in advance.
    package var begins: Bool
    /// The plan periods of it that close in this run, counted from 0, with their days.
    package var closing: [(number: Int, days: ServicePeriod)]
    /// How many plan periods it has.
    package var periodCount: Int
    /// Whether its last plan period closes in this run.
    package var ends: Bool
}

extension CustomerRating {
    /// The commitments that this run's bill has to do with: those that have begun, or are paid in advance with it, and had
    /// not ended before it.
    package func commitmentSpans() throws(Parked) -> [CommitmentSpan] {
        var spans: [CommitmentSpan] = []
        for subscription in customer.subscriptions {
            guard let commitment = subscription.commitment, let plan = workspace.plans[subscription.plan] else {
                continue
            }
            var first = plan.wholePeriod(
                containing: commitment.from ?? subscription.from, countedFrom: subscription.periodsFrom)
            while first.start <= run.end, subscription.until.map({ first.start < $0 }) ?? true {
                let span = try span(commitment, from: first, of: subscription, plan)
                if let span, span.days.end > run.start, span.days.start <= run.end { spans.append(span) }
                guard commitment.periods == nil else { break }
                first = plan.wholePeriod(containing: first.end, countedFrom: subscription.periodsFrom)
            }
        }
        return spans
    }

    private func span(
        _ commitment: Commitment, from first: ServicePeriod, of subscription: Subscription, _ plan: PricingPlan
    ) throws(Parked) -> CommitmentSpan? {
        let start = max(first.start, subscription.from)
        let firstEnd = subscription.until.map { min($0, first.end) } ?? first.end
        let billed = ServicePeriod(start: start, end: firstEnd)
        guard let terms = terms(subscription, plan, PlanPeriod(whole: first, billed: billed)) else { return nil }
        let count = commitment.periods ?? 1
        var closing: [(number: Int, days: ServicePeriod)] = []
        var (whole, end) = (first, firstEnd)
        for number in 0..<count {
            if number > 0 { whole = plan.wholePeriod(containing: whole.end, countedFrom: subscription.periodsFrom) }
            end = subscription.until.map { min($0, whole.end) } ?? whole.end
            let begins = max(whole.start, start)
            guard begins < end else { break }
            if run.contains(end - 1) { closing.append((number, ServicePeriod(start: begins, end: end))) }
        }
        var amount = commitment.amount
        var working = [WorkingStep("commitment", "for \(ServicePeriod(start: start, end: end))", "\(amount)")]
        if commitment.periods == nil {
            let prorated = terms.prorated(amount, name: "commitment")
            amount = prorated.amount
            working += prorated.working
        }
        let isFirst = start == subscription.from
        return CommitmentSpan(
            id: CommitmentID("\(subscription.id)/\(start)"), commitment: commitment,
            days: ServicePeriod(start: start, end: max(start + 1, end)),
            amount: try terms.money(amount, for: commitment.name), working: working, terms: terms,
            begins: run.contains(isFirst ? start : start - 1), closing: closing, periodCount: count,
            ends: closing.contains { $0.number == count - 1 || $0.days.end == subscription.until })
    }
}
