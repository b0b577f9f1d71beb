import BillingTerms
import Catalog
import Invoicing
import Metering
import TestWorkspaces

extension RandomBillingMaker {
    /// Trial, free tier, minimum and service fee, each now and then.
    mutating func addTerms(to version: inout PlanVersion) {
        if random.once(in: 4) {
            let isOfDays = random.once(in: 2)
            version.trial = Trial(
                days: isOfDays ? random.number(1...60) : nil, amount: isOfDays ? nil : number(scales: [2]),
                items: random.once(in: 2) ? [random.element(of: Self.items).id, "cloud"] : [])
        }
        if random.once(in: 4) { version.freeTier = FreeTier(amount: number(scales: [2])) }
        if random.once(in: 4) {
            version.minimum = PlanMinimum(
                amount: number(scales: [2]), counts: random.element(of: CountedCharges.allCases),
                isProrated: random.once(in: 2))
        }
        if random.once(in: 4) {
            version.serviceFee = ServiceFee(
                name: "Service", rate: ExactDecimal(coefficient: Int128(random.number(0...200)), scale: 3),
                basis: random.element(of: ServiceFee.Basis.allCases))
        }
    }

    mutating func quantityChanges(after from: CalendarDay, _ period: BillingPeriod) -> [Subscription.QuantityChange] {
        let days = Set((0..<random.number(1...3)).map { _ in period.days.start + random.number(-20...50) })
        return days.filter { from < $0 }.sorted().map {
            Subscription.QuantityChange(from: $0, quantity: ExactDecimal(random.below(4)))
        }
    }

    mutating func commitment(_ period: BillingPeriod) -> Commitment {
        let payment = random.element(of: Commitment.Payment.allCases)
        let isTogether = payment == .instalments || random.once(in: 2)
        return Commitment(
            amount: number(scales: [2]), periods: isTogether ? random.number(1...6) : nil, payment: payment,
            counts: random.element(of: CountedCharges.allCases))
    }
}
