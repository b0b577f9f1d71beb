import BillingTerms
import Catalog
import Invoicing
import TestWorkspaces

extension RandomBillingMaker {
    mutating func promotions(_ projects: [Project]) -> [Promotion] {
        guard let currency = Currency(code: "EUR") else { preconditionFailure("EUR is a currency") }
        return (0..<random.below(5)).map { place in
            let discount: Promotion.Discount
            switch random.below(3) {
            case 0: discount = .percentage(ExactDecimal(coefficient: Int128(random.number(0...1000)), scale: 3))
            case 1: discount = .fixed(number(scales: [0, 2]), currency)
            default: discount = .tiered(spendTiers(currency))
            }
            var isPercentage = true
            if case .fixed = discount { isPercentage = false }
            let cap = random.once(in: 3) ? number(scales: [2]) : nil
            let isCarried = random.once(in: 3) && (cap != nil) == isPercentage
            let scopes: [Promotion.Scope] = [
                .invoice, .items([random.element(of: Self.items).id, random.element(of: Self.items).id]),
                .plans([random.once(in: 2) ? "basic" : "other"]), .projects([random.element(of: projects).id]),
            ]
            var promotion = Promotion(
                id: PromotionID("promo\(place)"), name: "Promotion", discount: discount,
                scope: random.element(of: scopes),
                dimensions: random.once(in: 6) ? ["region": [random.element(of: ["eu", "us"]), ""]] : [:],
                priority: random.below(3), cycles: random.once(in: 3) ? 2 : nil,
                months: random.once(in: 6) ? random.number(1...30) : nil, capPerCycle: cap,
                capInTotal: random.once(in: 3) ? number(scales: [2]) : nil, remainder: isCarried ? .carried : .lost,
                combination: random.element(of: [.yes, .yes, .yes, .no, .best, .best]))
            if random.once(in: 5) { promotion.charges = [.usage, random.element(of: ChargeKind.allCases)] }
            return promotion
        }
    }

    private mutating func spendTiers(_ currency: Currency) -> SpendTiers {
        var tiers: [SpendTiers.Tier] = []
        var bound = ExactDecimal.zero
        for _ in 0..<random.below(3) {
            bound += ExactDecimal(coefficient: Int128(random.number(1...40_000)), scale: 2)
            tiers.append(.init(upTo: bound, rate: percent(random.number(0...60))))
        }
        tiers.append(.init(upTo: nil, rate: percent(random.number(0...100))))
        return SpendTiers(mode: random.once(in: 2) ? .volume : .graduated, tiers: tiers, currency: currency)
    }

    mutating func rewards(_ currency: Currency) -> [Reward] {
        (0..<random.below(3)).map { place in
            func money(_ most: Int) -> Money { Money(minorUnits: Int128(random.below(most)), currency: currency) }
            return Reward(
                id: RewardID("reward\(place)"), name: "Reward",
                selection: .init(meter: random.once(in: 2) ? "sums" : "counts"),
                block: ExactDecimal(random.number(1...300)), amount: money(2_000),
                limitPerPeriod: random.once(in: 3) ? money(3_000) : nil,
                limitInTotal: random.once(in: 3) ? money(5_000) : nil,
                expiresAfter: random.once(in: 2) ? Cadence(.month, count: random.number(1...3)) : nil,
                usable: random.once(in: 2) ? .samePeriod : .nextPeriod, priority: random.below(2))
        }
    }

    private mutating func recurrence(_ amount: Money) -> CreditGrant.Recurrence? {
        guard random.once(in: 2) else { return nil }
        let cadences = [Cadence(.month), Cadence(.month, count: 2), Cadence(.week), Cadence(.day, count: 10)]
        let rollovers: [CreditGrant.Rollover] = [
            .nothing, .all, .upTo(Money(minorUnits: Int128(random.below(20_000)), currency: amount.currency)),
        ]
        let least = Money(minorUnits: Int128(random.below(20_000)), currency: amount.currency)
        return .init(
            every: random.element(of: cadences), rollover: random.element(of: rollovers),
            least: random.once(in: 4) ? least : nil,
            refill: random.once(in: 2) ? .added : random.element(of: CreditGrant.Refill.allCases))
    }

    mutating func credits(_ period: BillingPeriod, _ projects: [Project], _ currency: Currency) -> [CreditGrant] {
        (0..<random.below(5)).map { place in
            let from = period.days.start + random.number(-120...20)
            let amount = Money(
                minorUnits: Int128(random.element(of: [0, 1, random.below(50_000)])), currency: currency)
            let payments: [CreditGrant.Payment] = [
                .settled, .settled, .settled, .pending, .paid(from + random.number(-5...60)),
            ]
            var grant = CreditGrant(
                id: CreditGrantID("grant\(place)"), name: "Grant", kind: random.once(in: 2) ? .prepaid : .promotional,
                amount: amount, from: from, expires: random.once(in: 2) ? from + random.number(1...120) : nil,
                priority: random.below(2), projects: random.once(in: 4) ? [random.element(of: projects).id] : [],
                items: random.once(in: 4) ? [random.element(of: Self.items).id] : [],
                payment: random.element(of: payments), recurrence: recurrence(amount))
            if random.once(in: 4) { grant.charges = [random.element(of: ChargeKind.allCases), .fee] }
            if random.once(in: 8) { grant.overage = .carried }
            return grant
        }
    }

    /// What earlier invoices used of some grants and promotions.
    mutating func balances(_ customer: Customer, _ rewards: [Reward], _ period: BillingPeriod) -> CarriedBalances {
        var balances = CarriedBalances()
        for grant in customer.credits where random.once(in: 3) {
            let used = grant.amount.isZero ? 0 : random.below(Int(grant.amount.minorUnits) + 1)
            balances.creditUsed[grant.id] = (0..<random.number(1...3)).map { part in
                CarriedUse(
                    from: period.days.start - 1 - random.below(90) - part,
                    amount: Money(minorUnits: Int128(used / 2), currency: customer.currency))
            }
            balances.creditExpired[grant.id] = Money(
                minorUnits: Int128(random.below(2_000)), currency: customer.currency)
        }
        for reward in rewards where random.once(in: 2) {
            let earned = BillingPeriod(kind: period.kind, containing: period.days.start - random.number(1...100))
            let id = CreditGrantID(reward.id.text + "/" + earned.name)
            balances.creditEarned[id] = Money(minorUnits: Int128(random.below(5_000)), currency: customer.currency)
            if random.once(in: 2) {
                balances.creditUsed[id] = [
                    CarriedUse(
                        from: earned.days.start,
                        amount: Money(minorUnits: Int128(random.below(3_000)), currency: customer.currency))
                ]
            }
        }
        for assigned in customer.promotions where random.once(in: 3) {
            balances.promotionsUsed[assigned.promotion] = PromotionMovement(
                cycles: random.number(1...3),
                amount: Money(minorUnits: Int128(random.below(10_000)), currency: customer.currency))
        }
        return balances
    }
}
