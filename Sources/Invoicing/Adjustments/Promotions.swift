import BillingTerms
import Catalog
import Rating

extension Bill {
    /// Applies the customer's promotions of one kind: those for items, or those for plans, projects and the invoice.
    mutating func applyPromotions(forItems: Bool) {
        let offers = offers.filter { $0.promotion.scope.isForItems == forItems }
        var isBestApplied = false
        for offer in offers {
            guard offer.promotion.combination == .best else {
                apply(reduction(offer))
                continue
            }
            // The first of them decides when the best one has its turn; among equals the first one is the best.
            if isBestApplied { continue }
            isBestApplied = true
            let rivals = offers.filter { $0.promotion.combination == .best }.compactMap(reduction)
            var best = rivals.first
            for rival in rivals.dropFirst() {
                if let amount = best?.amount, rival.amount > amount { best = rival }
            }
            if rivals.count > 1, let amount = best?.amount {
                let others = rivals.filter { $0.promotion.id != best?.promotion.id }
                let words = others.map { "\($0.promotion.name) \($0.amount.decimal)" }.joined(separator: ", ")
                best?.working.append(WorkingStep("the best of \(rivals.count)", "not " + words, "\(amount.decimal)"))
            }
            apply(best)
        }
    }

    /// A promotion that this customer has, with the days for which it was given. One that was given more than once is
    /// one offer, so that its caps and cycles count for all of them together.
    private struct Offer {
        var promotion: Promotion
        var spans: [(from: CalendarDay?, until: CalendarDay?)]

        func holds(on day: CalendarDay) -> Bool {
            func holds(_ from: CalendarDay?, _ until: CalendarDay?) -> Bool {
                (from.map { $0 <= day } ?? true) && (until.map { day < $0 } ?? true)
            }
            return holds(promotion.from, promotion.until) && spans.contains { holds($0.from, $0.until) }
        }
    }

    /// Those given by name, by code or by one of the customer's tags: by priority, percentages before fixed amounts, then
    /// by id.
    private var offers: [Offer] {
        let offers = context.workspace.promotions.values.compactMap { promotion -> Offer? in
            guard promotion.onlyForTags.isEmpty || promotion.onlyForTags.contains(where: customer.tags.contains) else {
                return nil
            }
            let assigned = customer.promotions.filter { $0.promotion == promotion.id }
            let isTagged = promotion.customerTags.contains(where: customer.tags.contains)
            guard !assigned.isEmpty || isTagged else { return nil }
            let given = assigned.isEmpty ? [AssignedPromotion(promotion: promotion.id)] : assigned
            return Offer(promotion: promotion, spans: given.map { span($0, of: promotion) })
        }
        return offers.sorted { left, right in
            let a = (left.promotion.priority, left.promotion.discount.rank)
            let b = (right.promotion.priority, right.promotion.discount.rank)
            return a != b ? a < b : left.promotion.id < right.promotion.id
        }
    }

    /// Months are counted from the day on which the customer got the promotion; where none is named, from the day on which
    /// both the promotion and the customer's first subscription hold.
    private func span(
        _ assigned: AssignedPromotion, of promotion: Promotion
    ) -> (from: CalendarDay?, until: CalendarDay?) {
        guard let months = promotion.months else { return (assigned.from, assigned.until) }
        let begins = [promotion.from, customer.subscriptions.map(\.from).min()].compactMap { $0 }.max()
        let until = (assigned.from ?? begins).map { $0.adding(months: months) }
        return (assigned.from, [assigned.until, until].compactMap { $0 }.min())
    }

    // MARK: What one takes off

    /// What a promotion would take off the lines as they stand.
    private struct Reduction {
        var promotion: Promotion
        var places: [Int]
        var basis: Money
        var amount: Money
        var rate: ExactDecimal?
        var balance: Money?
        var working: [WorkingStep]
    }

    private func reduction(_ offer: Offer) -> Reduction? {
        let promotion = offer.promotion
        let before = used(promotion)
        if let cycles = promotion.cycles, before.cycles >= cycles, !promotion.goesOnAfterItsCycles { return nil }
        let places = lines.indices.filter { place in
            let line = lines[place]
            let isFree = !line.isClosed && (promotion.combination != .no || !isPromoted(line))
            return isFree && line.rated.isDiscountable && promotion.scope.covers(line.rated)
                && (promotion.charges.isEmpty || promotion.charges.contains(line.rated.kind))
                && hasValues(promotion.dimensions, line.rated) && offer.holds(on: line.rated.period.start)
        }
        guard !places.isEmpty else { return nil }
        let basis = basis(of: places, \.net)
        let spend: Money
        switch context.workspace.business.conventions.invoice.percentagesOf {
        case .rest: spend = basis
        case .gross: spend = self.basis(of: places, \.gross)
        }
        let parts = discountsByLine(promotion, places)
        guard
            let taken = DiscountAmount(
                promotion, spend: spend, rest: basis, byLine: parts.map { max(.zero(currency), $0.sum(currency)) },
                before: before,
                rounding: context.rounding)
        else { return nil }
        return Reduction(
            promotion: promotion, places: places, basis: basis, amount: taken.amount, rate: taken.rate,
            balance: taken.balance, working: taken.working)
    }

    /// What a percentage takes off each line, where it is rounded there; a line below zero lowers what it takes off in all.
    private func discountsByLine(_ promotion: Promotion, _ places: [Int]) -> [Money]? {
        let conventions = context.workspace.business.conventions.invoice
        guard conventions.discountRounding == .line, case .percentage(let rate) = promotion.discount else { return nil }
        return places.map { place in
            let amounts = lines[place].amounts
            let spend = conventions.percentagesOf == .gross ? amounts.gross : amounts.net
            let rounded = Money(rounding: spend.decimal * rate, to: currency, context.rounding) ?? .zero(currency)
            return rounded.isNegative ? rounded : min(rounded, max(.zero(currency), amounts.net))
        }
    }

    /// Whether a promotion lowered the line; trials, free tiers and commitments are none.
    private func isPromoted(_ line: BillLine) -> Bool {
        line.amounts.discounts.contains { context.workspace.promotions[$0.promotion] != nil }
    }

    private func used(_ promotion: Promotion) -> PromotionMovement {
        context.balances.promotionsUsed[promotion.id] ?? PromotionMovement(cycles: 0, amount: .zero(currency))
    }

    /// Whether a line is of these dimension values: by what it is split by, or by what its item is restricted to.
    private func hasValues(_ dimensions: [String: [String]], _ line: RatedLine) -> Bool {
        if dimensions.isEmpty { return true }
        var filter: [String: [String]] = [:]
        if case .usage(let selection)? = context.workspace.productItems[ProductItemID(line.itemID)]?.origin,
            line.kind == .usage
        {
            filter = selection.filter
        }
        return dimensions.allSatisfy { name, values in
            if let value = line.splitValues[name] { return values.contains(value) }
            return filter[name].map { $0.allSatisfy(values.contains) } ?? false
        }
    }

    private mutating func apply(_ reduction: Reduction?) {
        guard let reduction else { return }
        let (promotion, amount) = (reduction.promotion, reduction.amount)
        // A cycle whose amount is carried on counts although it took nothing off.
        guard !amount.isZero else {
            if promotion.remainder == .carried {
                promotionUses[promotion.id] = PromotionMovement(cycles: 1, amount: amount)
            }
            return
        }
        // What each line was lowered by stays as it was rounded there, unless there is less to give.
        let byLine = discountsByLine(promotion, reduction.places)
        let parts =
            byLine.flatMap { $0.sum(currency) == amount && !$0.contains(where: \.isNegative) ? $0 : nil }
            ?? spread(amount, over: reduction.places, by: \.net)
        for (place, part) in zip(reduction.places, parts) {
            if !part.isZero { lines[place].amounts.discounts.append((promotion.id, part)) }
            if promotion.combination == .no { lines[place].isClosed = true }
        }
        promotionUses[promotion.id] = PromotionMovement(cycles: 1, amount: amount)
        adjustments.append(
            Adjustment(
                kind: .promotion, id: promotion.id.text, description: promotion.name,
                appliesTo: promotion.words, basis: reduction.basis, rate: reduction.rate, amount: amount,
                balanceBefore: reduction.balance, balanceAfter: reduction.balance.map { $0 - amount },
                working: reduction.working))
    }
}

/// What a promotion takes off a basis, within its caps and never more than there is, with its working.
private struct DiscountAmount {
    var amount: Money
    var rate: ExactDecimal?
    /// What was left of a cap in total, or of what cycles before carried on.
    var balance: Money?
    var working: [WorkingStep] = []

    private let promotion: Promotion
    private let before: PromotionMovement
    private var currency: Currency { amount.currency }

    /// Nil for an amount or tiers in another currency, which a promotion by tag may have.
    ///
    /// `spend` is what a percentage is of, `rest` what is left to be lowered, and `byLine` what the percentage comes to where
    /// it is rounded on each line.
    init?(
        _ promotion: Promotion, spend basis: Money, rest: Money, byLine: Money?, before: PromotionMovement,
        rounding: RoundingMode
    ) {
        amount = basis
        self.promotion = promotion
        self.before = before
        switch promotion.discount {
        case .percentage(let rate):
            self.rate = rate
            guard let rounded = Money(rounding: basis.decimal * rate, to: basis.currency, rounding) else { return nil }
            working.append(
                WorkingStep(
                    "\((rate * .hundred).shortText) % of \(promotion.words)",
                    "\(basis.decimal) × \(rate.shortText)", rounded.decimal.description))
            amount = rounded
            if let byLine, byLine != rounded {
                working.append(
                    WorkingStep("rounded on each line", "the sum of the lines", byLine.decimal.description))
                amount = byLine
            }
        case .fixed(let fixed, let currency):
            guard currency == basis.currency, let rounded = Money(rounding: fixed, to: currency) else { return nil }
            working.append(WorkingStep("fixed amount", fixed.description, rounded.decimal.description))
            amount = promotion.remainder == .carried ? carried(rounded, "fixed amount") : rounded
        case .tiered(let tiers):
            guard tiers.currency == basis.currency, let rounded = tiered(tiers, basis, rounding) else { return nil }
            amount = rounded
        }
        limit(rest)
    }

    /// Each tier's part of the spend at its rate, or all of it at the rate of the tier reached; rounded once.
    private mutating func tiered(_ tiers: SpendTiers, _ basis: Money, _ rounding: RoundingMode) -> Money? {
        var exact = ExactDecimal.zero
        var lower = ExactDecimal.zero
        for tier in tiers.tiers {
            let isReached = tier.upTo.map { basis.decimal <= $0 } ?? true
            let upper = isReached ? basis.decimal : tier.upTo ?? basis.decimal
            let part = tiers.mode == .graduated ? upper - lower : basis.decimal
            if tiers.mode == .graduated || isReached {
                exact += part * tier.rate
                let name = tier.upTo.map { "up to \($0)" } ?? "beyond \(lower)"
                working.append(
                    WorkingStep(
                        "\((tier.rate * .hundred).shortText) % of the spend \(name)",
                        "\(part) × \(tier.rate.shortText)", (part * tier.rate).normalized.description))
                if tiers.mode == .volume { rate = tier.rate }
            }
            if isReached { break }
            lower = upper
        }
        guard let rounded = Money(rounding: exact, to: basis.currency, rounding) else { return nil }
        if rounded.decimal != exact {
            working.append(WorkingStep("rounded", exact.normalized.description, rounded.decimal.description))
        }
        return rounded
    }

    /// What all cycles up to this one were given, less what they used.
    private mutating func carried(_ each: Money, _ name: String) -> Money {
        let cycles = promotion.cycles.map { min($0, before.cycles + 1) } ?? before.cycles + 1
        let given = Money(minorUnits: each.minorUnits * Int128(cycles), currency: each.currency)
        let left = max(.zero(each.currency), given - before.amount)
        working.append(
            WorkingStep(
                "\(name), with what earlier invoices left",
                "\(cycles) × \(each.decimal) − \(before.amount.decimal)", left.decimal.description))
        balance = left
        return left
    }

    private mutating func limit(_ basis: Money) {
        var limits: [(String, Money)] = [("not more than there is", basis)]
        if let cap = promotion.capPerCycle.flatMap({ Money(rounding: $0, to: currency) }) {
            limits.append(
                ("cap per cycle", promotion.remainder == .carried ? carried(cap, "cap per cycle") : cap))
        }
        if let text = promotion.capInTotal, let cap = Money(rounding: text, to: currency) {
            let left = max(.zero(currency), cap - before.amount)
            balance = left
            limits.append(("left of the cap of \(text) in total", left))
        }
        for (name, limit) in limits where amount > limit {
            working.append(
                WorkingStep(
                    name, "the smaller of \(amount.decimal) and \(limit.decimal)", limit.decimal.description))
            amount = limit
        }
    }
}

extension BillingContext {
    var rounding: RoundingMode { workspace.business.rounding }
}

extension Promotion {
    /// What is left of a fixed amount is used up, however many invoices it takes.
    fileprivate var goesOnAfterItsCycles: Bool {
        if case .fixed = discount { return remainder == .carried }
        return false
    }

    /// "items storage, of region eu".
    fileprivate var words: String {
        let values = dimensions.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.joined(separator: " or "))" }
        let kinds = charges.isEmpty ? [] : ["charged as " + charges.map(\.rawValue).joined(separator: " or ")]
        return ([scope.words] + values.map { "of \($0)" } + kinds).joined(separator: ", ")
    }
}

extension Promotion.Discount {
    /// Percentages, tiered or not, come before fixed amounts of the same priority.
    fileprivate var rank: Int {
        switch self {
        case .percentage, .tiered: 0
        case .fixed: 1
        }
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
