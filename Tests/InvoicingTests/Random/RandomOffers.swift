import BillingTerms
import Catalog
import Invoicing
import TestWorkspaces

extension RandomBillingMaker {
    mutating func promotions(_ projects: [Project]) -> [Promotion] {
        guard let currency = Currency(code: "EUR") else { preconditionFailure("EUR is a currency") }
        return (0..<random.below(5)).map { place in
            let discount: Promotion.Discount =
                random.once(in: 2)
                ? .percentage(ExactDecimal(coefficient: Int128(random.number(0...1000)), scale: 3))
                : .fixed(number(scales: [0, 2]), currency)
            let scopes: [Promotion.Scope] = [
                .invoice, .items([random.element(of: Self.items).id, random.element(of: Self.items).id]),
                .plans([random.once(in: 2) ? "basic" : "other"]), .projects([random.element(of: projects).id]),
            ]
            return Promotion(
                id: PromotionID("promo\(place)"), name: "Promotion", discount: discount,
                scope: random.element(of: scopes), priority: random.below(3), cycles: random.once(in: 3) ? 2 : nil,
                capPerCycle: random.once(in: 3) ? number(scales: [2]) : nil,
                capInTotal: random.once(in: 3) ? number(scales: [2]) : nil)
        }
    }

    mutating func credits(_ period: BillingPeriod, _ projects: [Project], _ currency: Currency) -> [CreditGrant] {
        (0..<random.below(5)).map { place in
            let from = period.days.start + random.number(-60...20)
            return CreditGrant(
                id: CreditGrantID("grant\(place)"), name: "Grant", kind: random.once(in: 2) ? .prepaid : .promotional,
                amount: Money(
                    minorUnits: Int128(random.element(of: [0, 1, random.below(50_000)])), currency: currency),
                from: from, expires: random.once(in: 2) ? from + random.number(1...120) : nil,
                priority: random.below(2), projects: random.once(in: 4) ? [random.element(of: projects).id] : [],
                items: random.once(in: 4) ? [random.element(of: Self.items).id] : [])
        }
    }

    /// What earlier invoices used of some grants and promotions.
    mutating func balances(_ customer: Customer) -> CarriedBalances {
        var balances = CarriedBalances()
        for grant in customer.credits where random.once(in: 3) {
            let used = grant.amount.isZero ? 0 : random.below(Int(grant.amount.minorUnits) + 1)
            balances.creditUsed[grant.id] = [
                CarriedUse(from: grant.from, amount: Money(minorUnits: Int128(used), currency: customer.currency))
            ]
        }
        for assigned in customer.promotions where random.once(in: 3) {
            balances.promotionsUsed[assigned.promotion] = PromotionMovement(
                cycles: random.number(1...3),
                amount: Money(minorUnits: Int128(random.below(10_000)), currency: customer.currency))
        }
        return balances
    }
}
