import BillingTerms

/// Reads the subscriptions of a customer's file, and of a plan's examples.
struct SubscriptionReader {
    let context: ConfigurationContext

    func subscriptions(_ root: ConfigurationMapping) -> [Subscription] {
        var list: [Subscription] = []
        for mapping in root.mappings("subscriptions", what: "a subscription") {
            let plan = mapping.requiredReference("plan", .plan, "the plan that is subscribed to")
            let id = mapping.text("id").flatMap { mapping.isIdentifier($0, at: mapping.valuePlace("id")) ? $0 : nil }
            let from = requiredFrom(mapping)
            let terms = terms(mapping, plan: plan, from: from)
            mapping.finish()
            guard let plan, let from else { continue }
            var subscription = terms
            (subscription.id, subscription.plan, subscription.from) = (id ?? plan, PricingPlanID(plan), from)
            if list.contains(where: { $0.id == subscription.id && $0.overlaps(subscription) }) {
                context.report(
                    .periodOrder, "two subscriptions \"\(subscription.id)\" overlap", at: mapping.place,
                    notes: ["give each its own \"id\", or end the first with \"until\""])
            }
            list.append(subscription)
        }
        return list
    }

    /// All keys but `plan`, `id` and `from`, in a subscription that holds them.
    func terms(_ mapping: ConfigurationMapping, plan: String?, from: CalendarDay?) -> Subscription {
        let until = mapping.day("until")
        mapping.checkOrder(from, until)
        let anchor = mapping.day("anchor")
        if anchor != nil { requireAnniversary(mapping, plan: plan) }
        let (quantity, changes) = quantities(mapping, from: from, until: until)
        let project = mapping.reference("project", .project).map { ProjectID($0) }
        let projects = mapping.references("projects", .project).map { ProjectID($0) }
        let addOns = mapping.mappings("add_ons", what: "an add-on").compactMap { addOn($0, from: from) }
        let overrides = mapping.mapping("overrides").map { self.overrides($0, plan: plan) } ?? PlanOverrides()
        let commitment = mapping.mapping("commitment").flatMap {
            CommitmentReader(context: context).commitment($0, plan: plan, from: from, until: until, anchor: anchor)
        }
        return Subscription(
            id: "", plan: "", from: from ?? CalendarDay(number: 0), until: until, anchor: anchor,
            quantity: quantity, quantityChanges: changes, project: project, projects: projects.isEmpty ? nil : projects,
            addOns: addOns,
            overrides: overrides, commitment: commitment)
    }

    /// Calendar periods begin on the same days for everyone.
    private func requireAnniversary(_ mapping: ConfigurationMapping, plan: String?) {
        guard let plan else { return }
        let place = mapping.valuePlace("anchor")
        context.later { workspace in
            guard workspace.plans[PricingPlanID(plan)]?.anchor == .calendar else { return nil }
            return Finding(
                .contradiction, "the periods of the plan \"\(plan)\" are those of the calendar, which have no anchor",
                at: place, notes: ["give the plan \"anchor: anniversary\", or leave it out here"])
        }
    }

    private func requiredFrom(_ mapping: ConfigurationMapping) -> CalendarDay? {
        mapping.required("from", "its first day", expected: "a day such as 2026-01-31") { CalendarDay(iso: $0) }
    }

    // MARK: Quantities

    /// `quantity: 5`, or a list of `{from, quantity}` whose first entry holds from the subscription's first day.
    private func quantities(
        _ mapping: ConfigurationMapping, from: CalendarDay?, until: CalendarDay?
    ) -> (ExactDecimal, [Subscription.QuantityChange]) {
        guard mapping.node("quantity")?.sequence != nil else { return (mapping.amount("quantity") ?? .one, []) }
        var changes: [Subscription.QuantityChange] = []
        var first: ExactDecimal?
        for entry in mapping.mappings("quantity", what: "a quantity") {
            let quantity = entry.requiredAmount("quantity", "how many from that day on")
            let day = entry.day("from")
            if let day {
                let isFirst = first == nil && changes.isEmpty
                let isLate = until.map { $0 <= day } ?? false
                if let last = changes.last?.from ?? (isFirst ? nil : from), day <= last {
                    context.report(
                        .periodOrder, "the quantities must rise by \"from\": \(day) follows \(last)",
                        at: entry.valuePlace("from"))
                } else if isLate || (from.map { isFirst ? day != $0 : day <= $0 } ?? false) {
                    let expected =
                        isFirst ? "the first one holds from the subscription's first day" : "it must lie inside"
                    context.report(
                        .periodOrder, "the quantity from \(day) does not fit the subscription: \(expected)",
                        at: entry.valuePlace("from"))
                }
                if !isFirst, let quantity {
                    changes.append(Subscription.QuantityChange(from: day, quantity: quantity))
                }
            } else if entry.node("from") == nil, first != nil {
                entry.missing("from", "the first day of this quantity; only the first one may leave it out")
            }
            first = first ?? quantity
            entry.finish()
        }
        return (first ?? .one, changes)
    }

    private func addOn(_ mapping: ConfigurationMapping, from start: CalendarDay?) -> SubscribedAddOn? {
        let id = mapping.requiredReference("add_on", .addOn, "which add-on")
        let from = mapping.day("from") ?? start
        let until = mapping.day("until")
        mapping.checkOrder(from, until)
        let quantity = mapping.amount("quantity") ?? .one
        let project = mapping.reference("project", .project).map { ProjectID($0) }
        mapping.finish()
        guard let id, let from else { return nil }
        return SubscribedAddOn(addOn: AddOnID(id), from: from, until: until, quantity: quantity, project: project)
    }

    // MARK: Overrides

    private func overrides(_ mapping: ConfigurationMapping, plan: String?) -> PlanOverrides {
        let inner = OverridesReader(context: context, plan: plan.map { PricingPlanID($0) })
        let overrides = PlanOverrides(
            fees: inner.amounts(mapping, "fees", "fee") { $0.fees.map(\.id) },
            prices: mapping.mappings("prices", what: "a price").compactMap { entry in
                inner.require(
                    entry.text("item") ?? "", at: entry.valuePlace("item"), "price"
                ) { $0.prices.map(\.item.text) }
                return PriceReading.price(entry, context.conventions)
            },
            included: inner.amounts(mapping, "included", "price") { $0.prices.map(\.item.text) }
                .reduce(into: [:]) { $0[ProductItemID($1.key)] = $1.value },
            minimum: mapping.amount("minimum"), hasTrial: mapping.flag("trial") ?? true)
        if overrides.minimum != nil {
            inner.require("minimum", at: mapping.keyPlace("minimum"), "minimum") {
                $0.minimum == nil ? [] : ["minimum"]
            }
        }
        mapping.finish()
        return overrides
    }
}

/// Overrides name what a version of their plan has.
private struct OverridesReader {
    let context: ConfigurationContext
    let plan: PricingPlanID?

    func amounts(
        _ mapping: ConfigurationMapping, _ key: String, _ what: String,
        _ names: @escaping @Sendable (PlanVersion) -> [String]
    ) -> [String: ExactDecimal] {
        guard let inner = mapping.looseMapping(key) else { return [:] }
        var amounts: [String: ExactDecimal] = [:]
        for (name, place) in mapping.placedKeys(key) {
            amounts[name] = inner.amount(name)
            require(name, at: place, what, names)
        }
        return amounts
    }

    func require(
        _ name: String, at place: Place, _ what: String, _ names: @escaping @Sendable (PlanVersion) -> [String]
    ) {
        guard let plan else { return }
        context.later { workspace in
            guard let versions = workspace.plans[plan]?.versions else { return nil }
            let known = Set(versions.flatMap(names)).sorted()
            guard !known.contains(name) else { return nil }
            var note = known.isEmpty ? "the plan has no \(what) at all" : "known: \(known.joined(separator: ", "))"
            if let near = nearestName(to: name, among: known) { note = "nearest: \"\(near)\"" }
            return Finding(
                .unknownReference,
                "the plan \"\(plan)\" has no \(what == name ? what : "\(what) \"\(name)\"") that could be overridden",
                at: place,
                notes: [note])
        }
    }
}

/// Reads a commitment and holds it against its subscription.
private struct CommitmentReader {
    let context: ConfigurationContext

    func commitment(
        _ mapping: ConfigurationMapping, plan: String?, from start: CalendarDay?, until: CalendarDay?,
        anchor: CalendarDay?
    ) -> Commitment? {
        let amount = mapping.requiredAmount("amount", "what the customer has promised to spend")
        let periods = mapping.value("periods", expected: "a whole number of plan periods above zero") {
            Int($0).flatMap { (1...3660).contains($0) ? $0 : nil }
        }
        let from = mapping.day("from")
        let payment = mapping.choice("paid", as: Commitment.Payment.self) ?? .arrears
        let counts = mapping.choice("counts", as: CountedCharges.self) ?? .everything
        let name = mapping.text("name") ?? "Commitment"
        if payment == .instalments, mapping.node("periods") == nil {
            mapping.missing("periods", "over how many plan periods the instalments go")
        }
        if let from, let start, from < start || (until.map { $0 <= from } ?? false) {
            context.report(
                .contradiction, "the commitment begins on \(from), when its subscription does not hold",
                at: mapping.valuePlace("from"), notes: ["the subscription begins on \(start)"])
        }
        let place = mapping.keyPlace("periods")
        mapping.finish()
        guard let amount else { return nil }
        let commitment = Commitment(
            name: name, amount: amount, periods: periods, from: from, payment: payment, counts: counts)
        if let plan, let start, let until, let periods {
            let subscription = Subscription(
                id: "", plan: PricingPlanID(plan), from: start, until: until, anchor: anchor, commitment: commitment)
            context.later { workspace in
                guard let days = workspace.plans[subscription.plan]?.days(of: commitment, of: subscription),
                    until < days.end
                else { return nil }
                return Finding(
                    .contradiction,
                    "the commitment of \(periods) plan periods goes on to \(days.lastDay), its subscription ends before \(until)",
                    at: place, notes: ["lengthen the subscription or shorten the commitment"])
            }
        }
        return commitment
    }
}
