import BillingTerms

/// Reads `catalog/add-ons.yaml`.
enum AddOnsFile {
    static func read(_ root: ConfigurationMapping) -> [AddOn] {
        let addOns = root.mappings("add_ons", what: "an add-on").compactMap(addOn)
        root.finish()
        return addOns
    }

    private static func addOn(_ mapping: ConfigurationMapping) -> AddOn? {
        let id = mapping.declaredID("id", .addOn)
        let name = mapping.requiredText("name", "as it stands on the invoice")
        let amount = mapping.requiredAmount("amount", "what it costs")
        let currency = mapping.currency("currency")
        if mapping.node("currency") == nil { mapping.missing("currency", "the currency of the amount, such as EUR") }
        let recurrence = mapping.choice("recurrence", as: AddOn.Recurrence.self)
        if mapping.node("recurrence") == nil { mapping.missing("recurrence", "once or each-period") }
        let prorated = mapping.flag("prorated") ?? true
        let discountable = mapping.flag("discountable") ?? true
        let prepayable = mapping.flag("prepayable") ?? true
        let tax = mapping.reference("tax", .taxCode)
        mapping.finish()
        guard let id, let name, let amount, let currency, let recurrence else { return nil }
        return AddOn(
            id: AddOnID(id), name: name, amount: amount, currency: currency, recurrence: recurrence,
            isProrated: prorated, isDiscountable: discountable, isPrepayable: prepayable, tax: tax)
    }
}

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
        let priority = mapping.value("priority", expected: "a whole number") { Int($0) } ?? 100
        let from = mapping.day("from")
        let until = mapping.day("until")
        mapping.checkOrder(from, until)
        let cycles = mapping.value("cycles", expected: "a whole number above zero") {
            Int($0).flatMap { $0 > 0 ? $0 : nil }
        }
        let capPerCycle = mapping.amount("cap_per_cycle")
        let capInTotal = mapping.amount("cap_in_total")
        let tags = mapping.texts("customer_tags")
        mapping.finish()
        guard let id, let name, let discount else { return nil }
        return Promotion(
            id: PromotionID(id), name: name, discount: discount, scope: scope, priority: priority, from: from,
            until: until, cycles: cycles, capPerCycle: capPerCycle, capInTotal: capInTotal, customerTags: tags)
    }

    private static func discount(_ mapping: ConfigurationMapping) -> Promotion.Discount? {
        let percentage = mapping.percentage("percentage", most: .hundred)
        let amount = mapping.amount("amount")
        let currency = mapping.currency("currency")
        switch (mapping.node("percentage") != nil, mapping.node("amount") != nil) {
        case (true, false): return percentage.map { .percentage($0) }
        case (false, true):
            if mapping.node("currency") == nil {
                mapping.missing("currency", "the currency of the amount, such as EUR")
            }
            guard let amount, let currency else { return nil }
            return .fixed(amount, currency)
        case (true, true):
            mapping.context.report(
                .invalidValue, "a promotion is a percentage or an amount, not both", at: mapping.keyPlace("amount"))
            return nil
        case (false, false):
            mapping.missing(
                "percentage", "what the promotion takes off: \"percentage\" or \"amount\" with \"currency\"")
            return nil
        }
    }

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
}

extension ConfigurationMapping {
    /// `until` is the first day that no longer counts, so it lies after `from`.
    func checkOrder(_ from: CalendarDay?, _ until: CalendarDay?, key: String = "until") {
        if let from, let until, until <= from {
            context.report(
                .periodOrder, "\"\(key)\" (\(until)) must lie after \"from\" (\(from))", at: valuePlace(key))
        }
    }
}
