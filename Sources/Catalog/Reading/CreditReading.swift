import BillingTerms

/// Reads the credit grants of a customer's file.
struct CreditReading {
    /// The customer's.
    let currency: Currency
    let units: [CreditUnit]

    func grant(_ mapping: ConfigurationMapping) -> CreditGrant? {
        let id = mapping.declaredID("id", .creditGrant)
        let name = mapping.text("name")
        let kind = mapping.choice("kind", as: CreditGrant.Kind.self)
        if mapping.node("kind") == nil { mapping.missing("kind", "promotional (given) or prepaid (bought)") }
        let unit = unit(mapping)
        let amount = worth("amount", unit, mapping)
        if mapping.node("amount") == nil { mapping.missing("amount", "what may be used up") }
        let price = mapping.money("price", currency)
        let from = mapping.requiredDay("from", "its first day")
        let expires = mapping.day("expires")
        mapping.checkOrder(from, expires, key: "expires")
        let priority = mapping.value("priority", expected: "a whole number") { Int($0) } ?? 100
        let projects = mapping.references("projects", .project).map { ProjectID($0) }
        let items = mapping.references("items", .productItem).map { ProductItemID($0) }
        let charges = mapping.choices("charges", as: ChargeKind.self)
        mapping.checkItemsAreCharged(items, charges)
        let overage = mapping.choice("overage", as: CreditGrant.Overage.self) ?? .billed
        let payment = payment(mapping, from: from, expires: expires)
        let recurrence = recurrence(unit, mapping)
        if overage == .carried, recurrence.map({ $0.refill == .none }) ?? true {
            mapping.context.report(
                .contradiction, "nothing is granted next, off which what is used beyond could be taken",
                at: mapping.valuePlace("overage"),
                notes: ["a grant carries its overage where it recurs, such as \"every: month\""])
        }
        let alert = worth("alert_below", unit, mapping)
        mapping.finish()
        guard let id, let kind, let amount, let from else { return nil }
        var grant = CreditGrant(
            id: CreditGrantID(id), name: name ?? id, kind: kind, amount: amount, price: price, from: from,
            expires: expires, priority: priority, projects: projects, items: items, payment: payment,
            recurrence: recurrence, alertBelow: alert, unit: unit)
        (grant.charges, grant.overage) = (charges, overage)
        return grant
    }

    private func unit(_ mapping: ConfigurationMapping) -> CreditUnit? {
        guard let name = mapping.reference("unit", .creditUnit), let unit = units.first(where: { $0.id.text == name })
        else { return nil }
        if unit.ratio(to: currency) == nil {
            mapping.context.report(
                .currencyMismatch, "the credit unit \"\(name)\" has no ratio to \(currency)",
                at: mapping.valuePlace("unit"), notes: ["add one to \"ratios\" in catalog/credit-units.yaml"])
        }
        return unit
    }

    /// An amount of money, or of the unit, which is worth money by its ratio: rounded to the currency here, once.
    private func worth(_ key: String, _ unit: CreditUnit?, _ mapping: ConfigurationMapping) -> Money? {
        guard let unit, mapping.node("unit") != nil else { return mapping.money(key, currency) }
        guard let amount = mapping.amount(key), let ratio = unit.ratio(to: currency) else { return nil }
        return Money(rounding: amount * ratio, to: currency)
    }

    /// `paid: 2026-10-05`, or `paid: pending`; without it nothing is waited for.
    private func payment(
        _ mapping: ConfigurationMapping, from: CalendarDay?, expires: CalendarDay?
    ) -> CreditGrant.Payment {
        guard let text = mapping.text("paid") else { return .settled }
        if text == "pending" { return .pending }
        guard let day = CalendarDay(iso: text) else {
            mapping.context.report(
                .invalidValue, "\"\(text)\" is not the day of payment such as 2026-01-31, or pending",
                at: mapping.valuePlace("paid"))
            return .pending
        }
        if let expires, day >= expires {
            mapping.context.report(
                .periodOrder, "the grant was paid on \(day), when it had expired (\(expires))",
                at: mapping.valuePlace("paid"))
        }
        return .paid(day)
    }

    private func recurrence(_ unit: CreditUnit?, _ mapping: ConfigurationMapping) -> CreditGrant.Recurrence? {
        let every = mapping.cadence("every")
        let rollover: CreditGrant.Rollover
        if mapping.node("rollover") == nil {
            rollover = .nothing
        } else if mapping.text("rollover") == "all" {
            rollover = .all
        } else {
            rollover = worth("rollover", unit, mapping).map { .upTo($0) } ?? .nothing
        }
        let least = worth("rollover_minimum", unit, mapping)
        let refill = mapping.choice("refill", as: CreditGrant.Refill.self) ?? .added
        for key in ["rollover", "rollover_minimum", "refill"]
        where mapping.node(key) != nil && mapping.node("every") == nil {
            mapping.context.report(
                .contradiction,
                key == "refill"
                    ? "a grant that does not recur is not filled up again"
                    : "a grant that does not recur has nothing to roll over", at: mapping.keyPlace(key),
                notes: ["add \"every: month\", or leave out \"\(key)\""])
        }
        if let least, case .upTo(let most) = rollover, least > most {
            mapping.context.report(
                .contradiction, "at least \(least) would roll over, and at most \(most)",
                at: mapping.valuePlace("rollover_minimum"))
        }
        // Not by `map`: a closure that captures this value crashes in debug builds of Swift 6.3.
        guard let every else { return nil }
        return CreditGrant.Recurrence(every: every, rollover: rollover, least: least, refill: refill)
    }
}

/// Reads `catalog/rewards.yaml`.
enum RewardsFile {
    static func read(_ root: ConfigurationMapping) -> [Reward] {
        let rewards = root.mappings("rewards", what: "a reward").compactMap(reward)
        root.finish()
        return rewards
    }

    private static func reward(_ mapping: ConfigurationMapping) -> Reward? {
        let id = mapping.declaredID("id", .reward)
        let name = mapping.requiredText("name", "as it stands on the invoice")
        let selection = ItemsFile.usageSelection(mapping)
        if mapping.node("meter") == nil { mapping.missing("meter", "the meter whose blocks earn something") }
        let block = mapping.requiredAmount("per", "how many units earn the amount once")
        if let block, block.isZero {
            mapping.context.report(.invalidValue, "a block must hold more than nothing", at: mapping.valuePlace("per"))
        }
        let currency = mapping.currency("currency")
        if mapping.node("currency") == nil { mapping.missing("currency", "the currency of the amount, such as EUR") }
        if mapping.node("amount") == nil { mapping.missing("amount", "what a block earns") }
        func money(_ key: String) -> Money? { currency.flatMap { mapping.money(key, $0) } }
        let amount = money("amount")
        let perPeriod = money("limit_per_period")
        let inTotal = money("limit_in_total")
        if currency == nil { for key in ["amount", "limit_per_period", "limit_in_total"] { _ = mapping.node(key) } }
        let expires = mapping.cadence("expires_after")
        let usable = mapping.choice("usable", as: Reward.Usable.self) ?? .nextPeriod
        let from = mapping.day("from")
        let until = mapping.day("until")
        mapping.checkOrder(from, until)
        let tags = mapping.texts("customer_tags")
        let priority = mapping.value("priority", expected: "a whole number") { Int($0) } ?? 100
        mapping.finish()
        guard let id, let name, let selection, let block, !block.isZero, let amount else { return nil }
        return Reward(
            id: RewardID(id), name: name, selection: selection, block: block, amount: amount,
            limitPerPeriod: perPeriod, limitInTotal: inTotal, expiresAfter: expires, usable: usable, from: from,
            until: until, customerTags: tags, priority: priority)
    }
}

extension ConfigurationMapping {
    /// Items are charged as usage or cost: with other charges alone there would be nothing.
    func checkItemsAreCharged(_ items: [ProductItemID], _ charges: [ChargeKind]) {
        guard !items.isEmpty, !charges.isEmpty, !charges.contains(.usage), !charges.contains(.cost) else { return }
        context.report(
            .contradiction, "items are charged as usage or cost, which \"charges\" leaves out", at: keyPlace("charges"),
            notes: ["it would never apply: leave out \"items\", or name usage among the charges"])
    }

    /// An amount in a currency, with no more digits than it has.
    func money(_ key: String, _ currency: Currency) -> Money? {
        guard let amount = amount(key) else { return nil }
        guard amount.normalized.scale <= currency.minorDigits, let money = Money(rounding: amount, to: currency) else {
            context.report(
                .invalidValue, "\(amount) has more digits than \(currency) (\(currency.minorDigits) after the point)",
                at: valuePlace(key))
            return nil
        }
        return money
    }

    func requiredDay(_ key: String, _ meaning: String) -> CalendarDay? {
        required(key, meaning, expected: "a day such as 2026-01-31") { CalendarDay(iso: $0) }
    }

    func cadence(_ key: String) -> Cadence? {
        value(key, expected: "day, week, month or year, or a count such as \"3 months\"", PlanFile.cadence)
    }
}
