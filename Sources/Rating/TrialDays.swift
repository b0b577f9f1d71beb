import BillingTerms
import Catalog

extension PeriodTerms {
    /// The first days of the subscription on which chosen items cost nothing.
    package var trialDays: ServicePeriod? {
        trial?.days.map { ServicePeriod(start: subscription.from, end: subscription.from + $0) }
    }

    /// The billed days, cut where a trial of the item ends: what is used in a trial is rated apart, so that it fills no
    /// tier and takes no included unit of what is paid for.
    func pricedDays(of item: ProductItemID) -> [ServicePeriod] {
        let billed = period.billed
        guard let trial, let days = trialDays, trial.items.isEmpty || trial.items.contains(item),
            billed.start < days.end, days.end < billed.end
        else { return [billed] }
        return [
            ServicePeriod(start: billed.start, end: days.end), ServicePeriod(start: days.end, end: billed.end),
        ]
    }
}
