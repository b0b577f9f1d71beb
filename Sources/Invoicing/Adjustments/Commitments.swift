import BillingTerms
import Catalog
import Rating

extension Bill {
    /// What a customer promised to spend: its payments, spending that they cover, and what is missing at the end. What was
    /// spent is kept in the books, so that the next bill goes on from there.
    mutating func applyCommitments(_ rating: CustomerRating) throws(Parked) {
        for span in try rating.commitmentSpans() {
            let places = places { line in
                line.subscription == span.terms.subscription.id && line.plan == span.terms.plan.id
                    && span.days.contains(line.period.start) && span.commitment.counts.counts(line.kind)
            }
            let before = context.balances.commitmentsSpent[span.id] ?? .zero(currency)
            switch span.commitment.payment {
            case .arrears:
                let spent = places.map { lines[$0].amounts.net }.sum(currency)
                note(spent, of: span)
                if span.ends { try addTrueUp(span, before: before, spent: spent) }
            case .advance, .instalments:
                cover(places, by: span, before: before)
                try addPayments(span)
            }
        }
    }

    private mutating func note(_ spent: Money, of span: CommitmentSpan) {
        if !spent.isZero { commitmentsSpent[span.id] = spent }
    }

    /// The rest of the promise, when its last plan period closes.
    private mutating func addTrueUp(_ span: CommitmentSpan, before: Money, spent: Money) throws(Parked) {
        let missing = span.amount - before - spent
        guard missing.minorUnits > 0 else { return }
        var steps = span.working
        if !before.isZero { steps.append(WorkingStep("spent before", "on earlier bills", "\(before.decimal)")) }
        steps.append(WorkingStep("spent now", "on this bill", "\(spent.decimal)"))
        steps.append(
            WorkingStep(
                "missing", "\(span.amount.decimal) − \(before.decimal) − \(spent.decimal)", "\(missing.decimal)"))
        try add(missing, "true-up", of: span, days: span.days, steps: steps)
    }

    /// Takes spending off what was, or will be, paid for.
    private mutating func cover(_ places: [Int], by span: CommitmentSpan, before: Money) {
        let left = max(.zero(currency), span.amount - before)
        let basis = basis(of: places, \.net)
        let amount = min(left, basis)
        guard amount.minorUnits > 0 else { return }
        let id = PromotionID(span.id.text)
        for (place, part) in zip(places, spread(amount, over: places, by: \.net)) where !part.isZero {
            lines[place].amounts.discounts.append((id, part))
        }
        note(amount, of: span)
        adjustments.append(
            Adjustment(
                kind: .commitment, id: id.text,
                description: "\(planName(span.terms.subscription)): \(span.commitment.name)",
                appliesTo: span.commitment.counts == .usage ? "items" : "items, fees and add-ons", basis: basis,
                amount: amount, balanceBefore: left, balanceAfter: left - amount, expires: span.days.end,
                working: [
                    WorkingStep(
                        "the smaller of what is left and what was spent", "\(left.decimal) and \(basis.decimal)",
                        "\(amount.decimal)")
                ]))
    }

    private mutating func addPayments(_ span: CommitmentSpan) throws(Parked) {
        if span.commitment.payment == .advance {
            if span.begins { try add(span.amount, "paid in advance", of: span, days: span.days, steps: span.working) }
            return
        }
        let parts = span.amount.allocated(over: (0..<span.periodCount).map { _ in .one })
        for (number, days) in span.closing {
            let words = "instalment \(number + 1) of \(span.periodCount)"
            let step = WorkingStep(
                words, "\(span.amount.decimal) ÷ \(span.periodCount), so that the parts add up",
                "\(parts[number].decimal)")
            try add(parts[number], words, of: span, days: days, steps: span.working + [step])
        }
    }

    private mutating func add(
        _ amount: Money, _ words: String, of span: CommitmentSpan, days: ServicePeriod, steps: [WorkingStep]
    ) throws(Parked) {
        let line = try span.terms.line(
            .commitment, itemID: "commitment", description: "\(span.commitment.name), \(words)", amount: amount,
            unit: "payment", unitPrice: amount.decimal, period: days, working: steps)
        try add([RatedGroup(lines: [line])])
    }
}
