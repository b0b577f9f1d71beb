import BillingTerms

/// Reads a plan's `examples`: what was used, and what has to come of it.
struct PlanExamplesReader {
    let plan: String?

    func examples(_ root: ConfigurationMapping) -> [PlanExample] {
        root.mappings("examples", what: "an example").compactMap(example)
    }

    private func example(_ mapping: ConfigurationMapping) -> PlanExample? {
        let place = mapping.place
        let name = mapping.requiredText("name", "what the example shows")
        let period = mapping.required(
            "period", "which period is billed", expected: "a period such as 2026-10, 2026-W41 or 2026-Q4"
        ) {
            BillingPeriod(absolute: $0)
        }
        let subscription = subscription(mapping, period: period)
        let usage = mapping.mappings("usage", what: "usage").compactMap { self.usage($0, period: period) }
        let costs = mapping.mappings("costs", what: "a provider's cost").compactMap { self.cost($0, period: period) }
        if mapping.node("expect") == nil { mapping.missing("expect", "the amounts that must come out") }
        let expected = mapping.mapping("expect").map { expectations($0, of: mapping) } ?? []
        mapping.finish()
        guard let name, let period, let subscription, !expected.isEmpty else { return nil }
        return PlanExample(
            name: name, period: period, subscription: subscription, usage: usage, costs: costs, expected: expected,
            place: place)
    }

    /// From the first day of the example's period unless it says otherwise.
    private func subscription(_ mapping: ConfigurationMapping, period: BillingPeriod?) -> Subscription? {
        guard let plan, let period else { return nil }
        var subscription = Subscription(id: plan, plan: PricingPlanID(plan), from: period.days.start)
        guard let inner = mapping.mapping("subscription") else { return subscription }
        subscription.from = inner.day("from") ?? period.days.start
        let terms = SubscriptionReader(context: mapping.context).terms(inner, plan: plan, from: subscription.from)
        inner.finish()
        let id = subscription.id
        let from = subscription.from
        subscription = terms
        (subscription.id, subscription.plan, subscription.from) = (id, PricingPlanID(plan), from)
        return subscription
    }

    /// On the period's first day unless it says otherwise.
    private func usage(_ mapping: ConfigurationMapping, period: BillingPeriod?) -> PlanExample.Usage? {
        let meter = mapping.requiredReference("meter", .meter, "what was used")
        let quantity = mapping.node("quantity") == nil ? nil : mapping.decimal("quantity")
        if mapping.node("quantity") == nil { mapping.missing("quantity", "how much was used") }
        let day = mapping.day("day") ?? period?.days.start
        let dimensions = mapping.freeMapping("dimensions").compactMapValues(\.first)
        if let meter {
            for (name, place) in mapping.placedKeys("dimensions") {
                ItemsFile.requireDimension(name, of: MeterID(meter), at: place, mapping.context)
            }
        }
        mapping.finish()
        guard let meter, let quantity, let day else { return nil }
        return PlanExample.Usage(meter: MeterID(meter), quantity: quantity, day: day, dimensions: dimensions)
    }

    private func cost(_ mapping: ConfigurationMapping, period: BillingPeriod?) -> PlanExample.Cost? {
        let provider = mapping.requiredText("provider", "such as aws, azure or google")?.lowercased()
        let service = mapping.text("service") ?? ""
        let category = mapping.choice("category", as: ChargeCategory.self) ?? .usage
        let amount = mapping.decimal("amount")
        if mapping.node("amount") == nil { mapping.missing("amount", "what the provider charged") }
        let currency = mapping.currency("currency")
        if mapping.node("currency") == nil { mapping.missing("currency", "the currency of the amount, such as USD") }
        let day = mapping.day("day") ?? period?.days.start
        mapping.finish()
        guard let provider, let amount, let currency, let day else { return nil }
        return PlanExample.Cost(
            provider: provider, service: service, category: category, amount: amount, currency: currency, day: day)
    }

    /// `{total: 34.00, lines: {api-calls: 24.00, platform: 10.00}}`.
    private func expectations(
        _ mapping: ConfigurationMapping, of example: ConfigurationMapping
    ) -> [PlanExample.Expectation] {
        var expected: [PlanExample.Expectation] = []
        if let total = mapping.decimal("total") {
            expected.append(.init(subject: .total, amount: total, place: mapping.valuePlace("total")))
        }
        if let lines = mapping.looseMapping("lines") {
            for (item, _) in mapping.placedKeys("lines") {
                guard let amount = lines.decimal(item) else { continue }
                expected.append(.init(subject: .item(item), amount: amount, place: lines.valuePlace(item)))
            }
        }
        if mapping.node("total") == nil, mapping.node("lines") == nil {
            mapping.missing("total", "the total without tax, or \"lines\" with the amount of each item and fee")
        }
        mapping.finish()
        return expected
    }
}
