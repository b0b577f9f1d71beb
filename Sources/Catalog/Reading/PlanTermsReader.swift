import BillingTerms

/// Reads what a plan version has beside fees and prices: proration, trial, free tier, minimum, service fee.
struct PlanTermsReader {
    let mapping: ConfigurationMapping

    func trial() -> Trial? {
        guard let inner = mapping.mapping("trial") else { return nil }
        let days = inner.value("days", expected: "a whole number of days above zero") {
            Int($0).flatMap { (1...3660).contains($0) ? $0 : nil }
        }
        let amount = inner.amount("amount")
        if inner.node("days") == nil, inner.node("amount") == nil {
            inner.missing("days", "how long the trial is: \"days\", an \"amount\", or both")
        }
        let items = inner.placedTexts("items")
        inner.finish()
        for item in items { mapping.context.refer(to: .productItem, item.text, at: item.place) }
        requirePrices(items, "the trial is for")
        return Trial(days: days, amount: amount, items: items.map { ProductItemID($0.text) })
    }

    func freeTier() -> FreeTier? {
        guard let inner = mapping.mapping("free_tier") else { return nil }
        let amount = inner.amount("amount")
        let quantities = inner.looseMapping("quantities").map { self.quantities($0, in: inner) } ?? []
        if inner.node("amount") == nil, inner.node("quantities") == nil {
            inner.missing("amount", "what is free: an \"amount\", \"quantities\" of items, or both")
        }
        inner.finish()
        return FreeTier(amount: amount, quantities: quantities)
    }

    /// `{api-calls: 1000}`.
    private func quantities(
        _ inner: ConfigurationMapping, in outer: ConfigurationMapping
    ) -> [FreeTier.ItemQuantity] {
        let keys = outer.placedKeys("quantities")
        let quantities = keys.compactMap { key -> FreeTier.ItemQuantity? in
            mapping.context.refer(to: .productItem, key.text, at: key.place)
            return inner.amount(key.text).map { FreeTier.ItemQuantity(item: ProductItemID(key.text), quantity: $0) }
        }
        requirePrices(keys, "units are free of")
        return quantities
    }

    func minimum() -> PlanMinimum? {
        guard let inner = mapping.mapping("minimum") else { return nil }
        let amount = inner.requiredAmount("amount", "the least that a plan period costs")
        let counts = inner.choice("counts", as: CountedCharges.self) ?? .everything
        let isProrated = inner.flag("prorated") ?? true
        let tax = inner.reference("tax", .taxCode)
        inner.finish()
        return amount.map { PlanMinimum(amount: $0, counts: counts, isProrated: isProrated, tax: tax) }
    }

    func serviceFee() -> ServiceFee? {
        guard let inner = mapping.mapping("service_fee") else { return nil }
        let name = inner.text("name") ?? "Service fee"
        let rate = inner.percentage("percentage", most: .hundred)
        if inner.node("percentage") == nil { inner.missing("percentage", "of what the plan charges, such as 5%") }
        let basis = inner.choice("of", as: ServiceFee.Basis.self) ?? .afterDiscounts
        let discountable = inner.flag("discountable") ?? true
        let tax = inner.reference("tax", .taxCode)
        inner.finish()
        return rate.map {
            ServiceFee(name: name, rate: $0, basis: basis, isDiscountable: discountable, tax: tax)
        }
    }

    /// Items that terms of a version name must be among its prices.
    private func requirePrices(_ items: [(text: String, place: Place)], _ what: String) {
        let priced = mapping.pricedItems
        for item in items where !priced.contains(item.text) && mapping.context.isDeclared(.productItem, item.text) {
            var notes = ["priced here: \(priced.joined(separator: ", "))"]
            if let near = nearestName(to: item.text, among: priced) { notes = ["nearest: \"\(near)\""] }
            if priced.isEmpty { notes = ["this version prices no item"] }
            mapping.context.report(
                .unknownReference, "\(what) \"\(item.text)\", which this version does not price", at: item.place,
                notes: notes)
        }
    }
}

extension ConfigurationMapping {
    /// A version may prorate otherwise than its plan.
    func proration(over planned: Proration) -> Proration {
        Proration(
            method: choice("prorate", as: Proration.Method.self) ?? planned.method, dayCount: planned.dayCount,
            refund: choice("refund", as: Proration.Refund.self) ?? planned.refund, digits: planned.digits)
    }

    /// The items of the version's prices, as they are written.
    fileprivate var pricedItems: [String] {
        guard let prices = node("prices")?.sequence else { return [] }
        return prices.compactMap { $0.mapping?["item"]?.scalar?.string }
    }
}
