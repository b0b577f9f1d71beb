import BillingTerms
import Catalog
import Rating

extension Bill {
    /// A subscription's first days, or its first spending, cost nothing: shown as a discount, so that the invoice says
    /// what it will cost later.
    mutating func applyTrials(_ rating: CustomerRating) {
        for subscription in customer.subscriptions {
            guard let trial = context.workspace.plans[subscription.plan]?.trial(of: subscription) else { continue }
            apply(trial, of: subscription)
        }
    }

    private mutating func apply(_ trial: Trial, of subscription: Subscription) {
        let id = PromotionID("\(subscription.id)/trial")
        let days = trial.days.map { ServicePeriod(start: subscription.from, end: subscription.from + $0) }
        var parts: [(place: Int, amount: Money)] = []
        for place in places(where: { trial.covers($0, of: subscription) }) {
            // A correction of what cost nothing gives nothing back, so that amounts below zero count too; so does what an
            // item's maximum takes off.
            let net = lines[place].amounts.net
            let period = lines[place].rated.period
            let part = days.map { share(of: lines[place], on: $0, period) } ?? net
            if !part.isZero { parts.append((place, part)) }
        }
        guard !parts.isEmpty else { return }
        var basis = parts.map(\.amount).sum(currency)
        if trial.amount != nil { basis = max(.zero(currency), basis) }
        var amount = basis
        var steps = [WorkingStep("in the trial", days.map(\.description) ?? "from the first day", "\(basis.decimal)")]
        var before: Money?
        if let limit = trial.amount.flatMap({ Money(rounding: $0, to: currency) }) {
            let left = max(.zero(currency), limit - (context.balances.promotionsUsed[id]?.amount ?? .zero(currency)))
            before = left
            amount = min(left, basis)
            steps.append(
                WorkingStep(
                    "left of \(limit.decimal)", "the smaller of \(basis.decimal) and \(left.decimal)",
                    "\(amount.decimal)"))
        }
        guard !amount.isZero else { return }
        if trial.amount != nil {
            // Lines below zero have no share.
            let shares = amount.allocated(over: netted(parts.map(\.amount), of: parts.map(\.place)).map(\.decimal))
            for place in parts.indices { parts[place].amount = shares[place] }
        }
        for (place, part) in parts where !part.isZero { lines[place].amounts.discounts.append((id, part)) }
        if before != nil { promotionUses[id] = PromotionMovement(cycles: 1, amount: amount) }
        adjustments.append(
            Adjustment(
                kind: .trial, id: id.text, description: "\(planName(subscription)): trial",
                appliesTo: trial.coversFees
                    ? "items and fees" : (["items"] + trial.items.map(\.text)).joined(separator: " "),
                basis: basis, amount: amount, balanceBefore: before, balanceAfter: before.map { $0 - amount },
                expires: days?.end, working: steps))
    }

    /// The part of a line for a period that falls on some days, counted by days: rounded itself, or what the other days'
    /// part, rounded from the line's exact amount, leaves of it.
    private func share(of line: BillLine, on days: ServicePeriod, _ period: ServicePeriod) -> Money {
        guard let touched = days.intersection(period) else { return .zero(currency) }
        let net = line.amounts.net
        func rounded(_ amount: ExactDecimal, _ days: Int) -> Money {
            let exact = amount.prorated(days, of: period.dayCount, to: ExactDecimal.mostFractionDigits)
            return Money(rounding: exact, to: currency, context.rounding) ?? .zero(currency)
        }
        switch context.workspace.business.conventions.invoice.trialRounding {
        case .discount: return rounded(net.decimal, touched.dayCount)
        case .rest:
            let exact = line.amounts.discounts.isEmpty ? line.rated.exactAmount : nil
            return net - rounded(exact ?? net.decimal, period.dayCount - touched.dayCount)
        }
    }

    /// The plan's name, with whose subscription it is where another customer pays.
    func planName(_ subscription: Subscription) -> String {
        let name = context.workspace.plans[subscription.plan]?.name ?? subscription.plan.text
        return subscription.holder.map { "\($0): \(name)" } ?? name
    }
}

extension PricingPlan {
    /// The trial of the version in force when the subscription began.
    fileprivate func trial(of subscription: Subscription) -> Trial? {
        version(on: subscription.from)?.with(subscription.overrides).trial
    }
}

extension Trial {
    fileprivate func covers(_ line: RatedLine, of subscription: Subscription) -> Bool {
        guard line.subscription == subscription.id, line.plan == subscription.plan,
            subscription.covers(line.period.start)
        else { return false }
        if !items.isEmpty { return line.isOf(items) }
        switch line.kind {
        case .usage, .cost: return true
        case .fee: return coversFees
        case .addOn, .minimum, .commitment, .serviceFee: return false
        }
    }
}
