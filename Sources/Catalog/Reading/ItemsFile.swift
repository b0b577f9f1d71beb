import BillingTerms

/// Reads `catalog/items.yaml`.
enum ItemsFile {
    static func read(_ root: ConfigurationMapping) -> [ProductItem] {
        let items = root.mappings("items", what: "a product item").compactMap(item)
        root.finish()
        return items
    }

    private static func item(_ mapping: ConfigurationMapping) -> ProductItem? {
        let id = mapping.declaredID("id", .productItem)
        let name = mapping.requiredText("name", "as it stands on the invoice")
        let tax = mapping.reference("tax", .taxCode)
        let discountable = mapping.flag("discountable") ?? true
        let usage = usageSelection(mapping)
        let cost = mapping.mapping("cost").map(costSelection)
        let origin: ProductItem.Origin?
        switch (usage, cost) {
        case (let usage?, nil): origin = .usage(usage)
        case (nil, let cost?): origin = .cost(cost)
        case (nil, nil):
            mapping.missing(
                "meter", "an item takes its quantity from a meter, or its cost from provider bills (\"cost\")")
            origin = nil
        default:
            mapping.context.report(
                .invalidValue, "an item has a meter or a cost, not both", at: mapping.keyPlace("cost"))
            origin = nil
        }
        mapping.finish()
        guard let id, let name, let origin else { return nil }
        return ProductItem(id: ProductItemID(id), name: name, origin: origin, tax: tax, isDiscountable: discountable)
    }

    static func usageSelection(_ mapping: ConfigurationMapping) -> UsageSelection? {
        let meter = mapping.reference("meter", .meter)
        let filter = mapping.freeMapping("where")
        let split = mapping.texts("split")
        guard let meter else { return nil }
        for (name, place) in mapping.placedKeys("where") + mapping.placedTexts("split") {
            requireDimension(name, of: MeterID(meter), at: place, mapping.context)
        }
        return UsageSelection(meter: MeterID(meter), filter: filter, split: split)
    }

    static func requireDimension(
        _ name: String, of meter: MeterID, at place: Place, _ context: ConfigurationContext
    ) {
        context.later { workspace in
            guard let meter = workspace.meters[meter], !meter.dimensions.contains(name) else { return nil }
            let near = nearestName(to: name, among: meter.dimensions)
            return Finding(
                .unknownReference, "the meter \"\(meter.id)\" declares no dimension \"\(name)\"", at: place,
                notes: [near.map { "nearest: \"\($0)\"" } ?? "declared: \(meter.dimensions.joined(separator: ", "))"])
        }
    }

    private static func costSelection(_ mapping: ConfigurationMapping) -> CostSelection {
        let providers = mapping.texts("providers").map { $0.lowercased() }
        let services = mapping.texts("services")
        let accounts = mapping.references("service_accounts", .serviceAccount).map { ServiceAccountID($0) }
        let categories = mapping.choices("categories", as: ChargeCategory.self)
        let column = mapping.choice("column", as: CostColumn.self) ?? .billed
        let split = mapping.choices("split", as: CostDimension.self)
        mapping.finish()
        return CostSelection(
            providers: providers, services: services, serviceAccounts: accounts, categories: categories, cost: column,
            split: split)
    }
}

extension ConfigurationMapping {
    /// A list of values of a fixed set.
    func choices<T: RawRepresentable & CaseIterable>(_ key: String, as type: T.Type) -> [T] where T.RawValue == String {
        note(key, .choices(T.allCases.map(\.rawValue)))
        return placedTexts(key).compactMap { text, place in
            if let value = T(rawValue: text) { return value }
            reportUnknownChoice(text, of: key, among: T.allCases.map(\.rawValue), at: place)
            return nil
        }
    }
}
