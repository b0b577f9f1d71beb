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
