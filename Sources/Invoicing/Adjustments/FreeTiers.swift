import BillingTerms
import Catalog
import Rating

extension Bill {
    /// An amount of each plan period's items that costs nothing. Free quantities were taken off when the items were
    /// priced.
    mutating func applyFreeTiers(_ rating: CustomerRating) {
        for (subscription, terms) in rating.termsBySubscription {
            let id = PromotionID("\(subscription.id)/free-tier")
            var (basis, amount) = (Money.zero(currency), Money.zero(currency))
            var steps: [WorkingStep] = []
            for terms in terms {
                guard let free = terms.version.freeTier?.amount.flatMap({ Money(rounding: $0, to: currency) }) else {
                    continue
                }
                let places = places { terms.covers($0) && ($0.kind == .usage || $0.kind == .cost) }
                let charged = self.basis(of: places, \.net)
                let part = min(free, charged)
                guard part.minorUnits > 0 else { continue }
                for (place, share) in zip(places, spread(part, over: places, by: \.net)) where !share.isZero {
                    lines[place].amounts.discounts.append((id, share))
                }
                basis += charged
                amount += part
                steps.append(
                    WorkingStep(
                        "free in \(terms.period.billed)", "the smaller of \(charged.decimal) and \(free.decimal)",
                        "\(part.decimal)"))
            }
            guard !amount.isZero else { continue }
            adjustments.append(
                Adjustment(
                    kind: .freeTier, id: id.text, description: "\(planName(subscription)): free tier",
                    appliesTo: "items", basis: basis, amount: amount, working: steps))
        }
    }
}

extension CustomerRating {
    /// The closing plan periods of each subscription. Subscriptions of one id follow each other and count as one.
    var termsBySubscription: [(subscription: Subscription, terms: [PeriodTerms])] {
        var result: [(subscription: Subscription, terms: [PeriodTerms])] = []
        for entry in terms {
            if let place = result.firstIndex(where: { $0.subscription.id == entry.subscription.id }) {
                result[place].terms.append(entry)
            } else {
                result.append((entry.subscription, [entry]))
            }
        }
        return result
    }
}
