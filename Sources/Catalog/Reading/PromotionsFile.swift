import BillingTerms

/// Reads `catalog/promotions.yaml`.
enum PromotionsFile {
    static func read(_ root: ConfigurationMapping) -> [Promotion] {
        let promotions = root.mappings("promotions", what: "a promotion").compactMap(promotion)
        root.finish()
        return promotions
    }

    private static func promotion(_ mapping: ConfigurationMapping) -> Promotion? {
        let id = mapping.declaredID("id", .promotion)
        let name = mapping.requiredText("name", "as it stands on the invoice")
        let discount = discount(mapping)
        let scope = scope(mapping)
        let dimensions = mapping.freeMapping("where")
        let charges = mapping.choices("charges", as: ChargeKind.self)
        if case .items(let items) = scope { mapping.checkItemsAreCharged(items, charges) }
        let priority = mapping.value("priority", expected: "a whole number") { Int($0) } ?? 100
        let from = mapping.day("from")
        let until = mapping.day("until")
        mapping.checkOrder(from, until)
        let cycles = mapping.count("cycles")
        let months = mapping.count("months")
        let capPerCycle = mapping.amount("cap_per_cycle")
        let capInTotal = mapping.amount("cap_in_total")
        let remainder = mapping.choice("remainder", as: Promotion.Remainder.self) ?? .lost
        let combination = mapping.choice("combine", as: Promotion.Combination.self) ?? .yes
        let tags = mapping.texts("customer_tags")
        let onlyForTags = mapping.texts("only_for_tags")
        let code = mapping.node("code") == nil ? nil : mapping.declaredID("code", .promotionCode)
        mapping.finish()
        guard let id, let name, let discount else { return nil }
        var promotion = Promotion(
            id: PromotionID(id), name: name, discount: discount, scope: scope, dimensions: dimensions,
            priority: priority, from: from, until: until, cycles: cycles, months: months, capPerCycle: capPerCycle,
            capInTotal: capInTotal, remainder: remainder, combination: combination, customerTags: tags,
            onlyForTags: onlyForTags, code: code)
        promotion.charges = charges
        check(promotion, mapping)
        addDimensionChecks(promotion, mapping)
        return promotion
    }

    // MARK: What is taken off

    private static func discount(_ mapping: ConfigurationMapping) -> Promotion.Discount? {
        let keys = ["percentage", "amount", "tiers"].filter { mapping.node($0) != nil }
        guard keys.count < 2 else {
            mapping.context.report(
                .invalidValue, "a promotion is one of a percentage, an amount or tiers, not several of them",
                at: mapping.keyPlace(keys[1]))
            askForAll(mapping)
            return nil
        }
        switch keys.first {
        case "percentage":
            askForAll(mapping)
            return mapping.percentage("percentage", most: .hundred).map { .percentage($0) }
        case "amount":
            guard let currency = requiredCurrency(mapping), let amount = mapping.amount("amount") else { return nil }
            return .fixed(amount, currency)
        case "tiers":
            let mode = mapping.choice("tier_mode", as: SpendTiers.Mode.self) ?? .graduated
            let tiers = tiers(mapping)
            guard let currency = requiredCurrency(mapping), let tiers else { return nil }
            return .tiered(SpendTiers(mode: mode, tiers: tiers, currency: currency))
        default:
            askForAll(mapping)
            mapping.missing(
                "percentage",
                "what the promotion takes off: \"percentage\", \"amount\" with \"currency\", or \"tiers\"")
            return nil
        }
    }

    /// Keys that another kind of discount has are known, be it that they say nothing here.
    private static func askForAll(_ mapping: ConfigurationMapping) {
        for key in ["amount", "currency", "tiers", "tier_mode"] { _ = mapping.node(key) }
    }

    private static func requiredCurrency(_ mapping: ConfigurationMapping) -> Currency? {
        if mapping.node("currency") == nil { mapping.missing("currency", "the currency of the amount, such as EUR") }
        return mapping.currency("currency")
    }

    /// Tiers rise, and only the last one is open.
    private static func tiers(_ mapping: ConfigurationMapping) -> [SpendTiers.Tier]? {
        let entries = mapping.mappings("tiers", what: "a tier")
        if entries.isEmpty { mapping.missing("tiers", "a list of up_to and percentage, the last one without up_to") }
        var tiers: [SpendTiers.Tier] = []
        var isSound = !entries.isEmpty
        for (place, entry) in entries.enumerated() {
            let upTo = entry.amount("up_to")
            let rate = entry.percentage("percentage", most: .hundred)
            if entry.node("percentage") == nil { entry.missing("percentage", "such as 10%") }
            let isLast = place == entries.count - 1
            if let upTo, upTo <= tiers.last?.upTo ?? .zero {
                entry.context.report(
                    .tierOrder, "tiers must rise: \(upTo) does not lie above \(tiers.last?.upTo ?? .zero)",
                    at: entry.valuePlace("up_to"))
                isSound = false
            } else if isLast == (entry.node("up_to") != nil) {
                entry.context.report(.tierOrder, "the last tier, and only that one, must be open", at: entry.place)
                isSound = false
            }
            entry.finish()
            if let rate { tiers.append(SpendTiers.Tier(upTo: upTo, rate: rate)) }
        }
        return isSound && tiers.count == entries.count ? tiers : nil
    }

    // MARK: For what

    private static func scope(_ mapping: ConfigurationMapping) -> Promotion.Scope {
        let items = mapping.references("items", .productItem).map { ProductItemID($0) }
        let plans = mapping.references("plans", .plan).map { PricingPlanID($0) }
        let projects = mapping.references("projects", .project).map { ProjectID($0) }
        let given = [!items.isEmpty, !plans.isEmpty, !projects.isEmpty].count { $0 }
        if given > 1 {
            mapping.context.report(
                .invalidValue, "a promotion is for items, for plans or for projects, not for several of them",
                at: mapping.place)
        }
        if !items.isEmpty { return .items(items) }
        if !plans.isEmpty { return .plans(plans) }
        return projects.isEmpty ? .invoice : .projects(projects)
    }

    private static func check(_ promotion: Promotion, _ mapping: ConfigurationMapping) {
        func report(_ key: String, _ message: String, _ note: String) {
            mapping.context.report(.contradiction, message, at: mapping.keyPlace(key), notes: [note])
        }
        if promotion.code != nil, !promotion.customerTags.isEmpty {
            report(
                "customer_tags", "a promotion with a code is not given by tag as well",
                "\"only_for_tags\" restricts it to customers with one of these tags")
        }
        if promotion.remainder == .carried, promotion.capPerCycle == nil {
            if case .fixed = promotion.discount { return }
            report(
                "remainder", "nothing would be left to carry",
                "a remainder is that of a fixed \"amount\" or of a \"cap_per_cycle\"")
        }
    }

    /// A dimension must be one that lines can be told apart by.
    private static func addDimensionChecks(_ promotion: Promotion, _ mapping: ConfigurationMapping) {
        for (name, place) in mapping.placedKeys("where") {
            mapping.context.later { workspace in
                let declared = workspace.meters.values.flatMap(\.dimensions)
                guard !declared.contains(name) else { return nil }
                let near = nearestName(to: name, among: declared)
                return Finding(
                    .unknownReference, "no meter declares a dimension \"\(name)\"", at: place,
                    notes: near.map { ["nearest: \"\($0)\""] } ?? [])
            }
            guard case .items(let items) = promotion.scope else { continue }
            mapping.context.later { workspace in
                for case .usage(let selection)? in items.map({ workspace.productItems[$0]?.origin })
                where !selection.split.contains(name) && selection.filter[name] == nil {
                    let item = items.first { workspace.productItems[$0]?.origin == .usage(selection) }
                    return Finding(
                        .contradiction,
                        "the lines of the item \"\(item?.text ?? "")\" cannot be told apart by \"\(name)\"", at: place,
                        notes: ["the promotion would never apply: add \"split: [\(name)]\" to the item"])
                }
                return nil
            }
        }
    }
}

extension ConfigurationMapping {
    /// A whole number above zero.
    func count(_ key: String) -> Int? {
        value(key, expected: "a whole number above zero") { Int($0).flatMap { $0 > 0 ? $0 : nil } }
    }

    /// `until` is the first day that no longer counts, so it lies after `from`.
    func checkOrder(_ from: CalendarDay?, _ until: CalendarDay?, key: String = "until") {
        if let from, let until, until <= from {
            context.report(
                .periodOrder, "\"\(key)\" (\(until)) must lie after \"from\" (\(from))", at: valuePlace(key))
        }
    }
}
