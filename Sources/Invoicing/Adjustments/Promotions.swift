import BillingTerms
import Catalog
import Rating

extension Bill {
    /// Applies the customer's promotions of one kind: those for items, or those for plans, projects and the invoice.
    mutating func applyPromotions(forItems: Bool) {
        for offer in offers where offer.promotion.scope.isForItems == forItems { apply(offer) }
    }

    /// A promotion that this customer has, with the days for which it was given. One that was given more than once is
    /// one offer, so that its caps and cycles count for all of them together.
    private struct Offer {
        var promotion: Promotion
        /// Empty when it holds by a tag, for as long as the promotion itself does.
        var assigned: [AssignedPromotion]

        func holds(on day: CalendarDay) -> Bool {
            func holds(_ from: CalendarDay?, _ until: CalendarDay?) -> Bool {
                (from.map { $0 <= day } ?? true) && (until.map { day < $0 } ?? true)
            }
            return holds(promotion.from, promotion.until)
                && (assigned.isEmpty || assigned.contains { holds($0.from, $0.until) })
        }
    }

    /// Assigned ones and those for one of the customer's tags: by priority, percentages before fixed amounts, then by id.
    private var offers: [Offer] {
        let promotions = context.workspace.promotions
        let offers = promotions.values.compactMap { promotion -> Offer? in
            let assigned = customer.promotions.filter { $0.promotion == promotion.id }
            let isTagged = promotion.customerTags.contains(where: customer.tags.contains)
            return assigned.isEmpty && !isTagged ? nil : Offer(promotion: promotion, assigned: assigned)
        }
        return offers.sorted { left, right in
            let a = (left.promotion.priority, left.promotion.discount.rank)
            let b = (right.promotion.priority, right.promotion.discount.rank)
            return a != b ? a < b : left.promotion.id < right.promotion.id
        }
    }

    private mutating func apply(_ offer: Offer) {
        let promotion = offer.promotion
        let before =
            context.balances.promotionsUsed[promotion.id] ?? PromotionMovement(cycles: 0, amount: .zero(currency))
        if let cycles = promotion.cycles, before.cycles >= cycles { return }
        let places = places { line in
            line.isDiscountable && promotion.scope.covers(line) && offer.holds(on: line.period.start)
        }
        let basis = basis(of: places, \.net)
        guard !basis.isZero, let (amount, steps) = amount(of: promotion, basis: basis, before: before), !amount.isZero
        else {
            return
        }
        for (place, part) in zip(places, spread(amount, over: places, by: \.net)) where !part.isZero {
            lines[place].amounts.discounts.append((promotion.id, part))
        }
        promotionUses[promotion.id] = PromotionMovement(cycles: 1, amount: amount)
        adjustments.append(
            Adjustment(
                kind: .promotion, id: promotion.id.text, description: promotion.name,
                appliesTo: promotion.scope.words, basis: basis, rate: promotion.discount.rate, amount: amount,
                balanceBefore: promotion.capInTotal.flatMap { left($0, before) },
                balanceAfter: promotion.capInTotal.flatMap { left($0, before).map { $0 - amount } }, working: steps))
    }

    private func left(_ cap: ExactDecimal, _ before: PromotionMovement) -> Money? {
        Money(rounding: cap, to: currency).map { max(.zero(currency), $0 - before.amount) }
    }

    /// What the promotion takes off `basis`, within its caps and never more than there is. Nil for a fixed amount in
    /// another currency, which a promotion by tag may have.
    private func amount(
        of promotion: Promotion, basis: Money, before: PromotionMovement
    ) -> (Money, [WorkingStep])? {
        var amount: Money
        var steps: [WorkingStep] = []
        switch promotion.discount {
        case .percentage(let rate):
            guard let rounded = Money(rounding: basis.decimal * rate, to: currency, context.workspace.business.rounding)
            else {
                return nil
            }
            amount = rounded
            steps.append(
                WorkingStep(
                    "\((rate * .hundred).shortText) % of \(promotion.scope.words)",
                    "\(basis.decimal) × \(rate.shortText)", amount.decimal.description))
        case .fixed(let fixed, let fixedCurrency):
            guard fixedCurrency == currency, let rounded = Money(rounding: fixed, to: currency) else { return nil }
            amount = rounded
            steps.append(WorkingStep("fixed amount", fixed.description, amount.decimal.description))
        }
        var limits: [(String, Money)] = [("not more than there is", basis)]
        if let cap = promotion.capPerCycle.flatMap({ Money(rounding: $0, to: currency) }) {
            limits.append(("cap per cycle", cap))
        }
        if let cap = promotion.capInTotal.flatMap({ left($0, before) }) {
            limits.append(("left of the cap of \(promotion.capInTotal?.description ?? "") in total", cap))
        }
        for (name, limit) in limits where amount > limit {
            steps.append(
                WorkingStep(name, "the smaller of \(amount.decimal) and \(limit.decimal)", limit.decimal.description))
            amount = limit
        }
        return (amount, steps)
    }
}

extension Promotion.Discount {
    /// Percentages come before fixed amounts of the same priority.
    fileprivate var rank: Int {
        switch self {
        case .percentage: 0
        case .fixed: 1
        }
    }

    fileprivate var rate: ExactDecimal? {
        if case .percentage(let rate) = self { return rate }
        return nil
    }
}

extension Promotion.Scope {
    fileprivate var isForItems: Bool {
        if case .items = self { return true }
        return false
    }

    fileprivate func covers(_ line: RatedLine) -> Bool {
        switch self {
        case .invoice: true
        case .items(let items): line.isOf(items)
        case .plans(let plans): plans.contains(line.plan)
        case .projects(let projects): line.project.map(projects.contains) ?? false
        }
    }

    fileprivate var words: String {
        switch self {
        case .invoice: "invoice"
        case .items(let items): "items " + items.map(\.text).joined(separator: ", ")
        case .plans(let plans): "plans " + plans.map(\.text).joined(separator: ", ")
        case .projects(let projects): "projects " + projects.map(\.text).joined(separator: ", ")
        }
    }
}
