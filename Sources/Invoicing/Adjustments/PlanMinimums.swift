import BillingTerms
import Catalog
import Rating

extension Bill {
    /// Charges what a plan period is below its plan's minimum.
    mutating func addPlanMinimums(_ rating: CustomerRating) throws(Parked) {
        for terms in rating.terms {
            guard let minimum = terms.version.minimum else { continue }
            var required = minimum.amount
            var steps = [WorkingStep("minimum", "for each \(terms.plan.cadence)", "\(minimum.amount)")]
            if minimum.isProrated {
                let prorated = terms.prorated(minimum.amount, name: "minimum")
                required = prorated.amount
                steps += prorated.working
            }
            let least = try terms.money(required, for: "minimum")
            let charged = try charged(terms, minimum.counts, rating, steps: &steps)
            guard charged < least else { continue }
            let missing = least - charged
            steps.append(
                WorkingStep("missing", "\(least.decimal) − \(charged.decimal)", "\(missing.decimal)"))
            let line = try terms.line(
                .minimum, itemID: "minimum", description: "minimum, what is missing", amount: missing,
                unit: terms.plan.cadence.description, unitPrice: missing.decimal, period: terms.period.billed,
                tax: minimum.tax, working: steps)
            try add([RatedGroup(lines: [line])])
        }
    }

    /// What the plan period comes to: its lines at what discounts left of them, and what was charged for it in advance by
    /// an earlier bill, at its gross amount.
    private func charged(
        _ terms: PeriodTerms, _ counts: CountedCharges, _ rating: CustomerRating, steps: inout [WorkingStep]
    ) throws(Parked) -> Money {
        let here = places { terms.covers($0) && counts.counts($0.kind) }.map { lines[$0].amounts.net }.sum(currency)
        steps.append(
            WorkingStep(
                "charged for \(terms.period.billed)", counts == .usage ? "items" : "items, fees and add-ons",
                "\(here.decimal)"))
        guard counts == .everything else { return here }
        let before = try rating.chargedBefore(terms).map(\.grossAmount).sum(currency)
        if !before.isZero {
            steps.append(WorkingStep("charged in advance", "on an earlier bill", "\(before.decimal)"))
        }
        return here + before
    }
}

extension CountedCharges {
    func counts(_ kind: RatedLine.Kind) -> Bool {
        switch kind {
        case .usage, .cost: true
        case .fee, .addOn, .minimum: self == .everything
        case .commitment, .serviceFee: false
        }
    }
}
