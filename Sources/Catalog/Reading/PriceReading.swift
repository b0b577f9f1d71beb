import BillingTerms

/// Reads a product item's price in a plan.
enum PriceReading {
    static func price(_ mapping: ConfigurationMapping, _ conventions: Conventions) -> ItemPrice? {
        let item = mapping.requiredReference("item", .productItem, "the product item that is priced")
        let model = model(mapping, conventions)
        // A flat amount and a provider's cost have no units that could be included.
        let included = model?.hasUnits ?? true ? mapping.amount("included") ?? .zero : .zero
        mapping.finish()
        guard let item, let model else { return nil }
        requireFit(model, item: ProductItemID(item), at: mapping.valuePlace("model"), mapping.context)
        return ItemPrice(item: ProductItemID(item), model: model, included: included)
    }

    /// Usage has a quantity to price, provider cost an amount to mark up; either may be replaced by a flat amount.
    private static func requireFit(
        _ model: PriceModel, item: ProductItemID, at place: Place, _ context: ConfigurationContext
    ) {
        context.later { workspace in
            guard let origin = workspace.productItems[item]?.origin else { return nil }
            switch (origin, model) {
            case (_, .flat), (.cost, .costPlus): return nil
            case (.cost, _):
                return Finding(
                    .invalidValue, "the item \"\(item)\" is provider cost, which \(model.name) cannot price", at: place,
                    notes: ["use cost-plus or flat"])
            case (.usage, .costPlus):
                return Finding(
                    .invalidValue, "the item \"\(item)\" has a meter, which cost-plus cannot price", at: place)
            case (.usage, _): return nil
            }
        }
    }

    private enum ModelName: String, CaseIterable {
        case flat
        case perUnit = "per-unit"
        case package, graduated, volume
        case costPlus = "cost-plus"
    }

    private static func model(_ mapping: ConfigurationMapping, _ conventions: Conventions) -> PriceModel? {
        guard mapping.node("model") != nil else {
            mapping.missing("model", "one of \(ModelName.allCases.map(\.rawValue).joined(separator: ", "))")
            return nil
        }
        switch mapping.choice("model", as: ModelName.self) {
        case .flat: return mapping.requiredAmount("amount", "what is charged each period").map { .flat($0) }
        case .perUnit: return mapping.requiredAmount("unit_price", "what one unit costs").map { .perUnit($0) }
        case .package:
            let size = mapping.requiredAmount("size", "how many units a block holds")
            let price = mapping.requiredAmount("price", "what a block costs")
            let rounding = mapping.choice("round", as: BlockRounding.self) ?? conventions.blockRounding
            if let size, size.isZero {
                mapping.context.report(
                    .invalidValue, "a block must hold more than nothing", at: mapping.valuePlace("size"))
                return nil
            }
            guard let size, let price else { return nil }
            return .package(size: size, price: price, rounding: rounding)
        case .graduated: return tiers(mapping).map { .graduated($0) }
        case .volume: return tiers(mapping).map { .volume($0) }
        case .costPlus:
            if mapping.node("markup") == nil {
                mapping.missing("markup", "what is added to the provider's cost, such as 8%")
            }
            return mapping.percentage("markup", mayBeNegative: true).map { .costPlus(markup: $0) }
        case nil: return nil
        }
    }

    /// Tiers rise, are not below zero, and only the last one is open.
    private static func tiers(_ mapping: ConfigurationMapping) -> [Tier]? {
        let entries = mapping.mappings("tiers", what: "a tier")
        if entries.isEmpty { mapping.missing("tiers", "a list of up_to and unit_price, the last one without up_to") }
        var tiers: [Tier] = []
        var isSound = !entries.isEmpty
        for (index, entry) in entries.enumerated() {
            let upTo = entry.amount("up_to")
            let unitPrice = entry.requiredAmount("unit_price", "what one unit of this tier costs")
            let flat = entry.amount("flat")
            let isLast = index == entries.count - 1
            if let upTo, let before = tiers.last?.upTo, upTo <= before {
                entry.context.report(
                    .tierOrder, "tiers must rise: \(upTo) does not lie above \(before)", at: entry.valuePlace("up_to"))
                isSound = false
            } else if let upTo, tiers.isEmpty, upTo.isZero {
                entry.context.report(.tierOrder, "the first tier would hold nothing", at: entry.valuePlace("up_to"))
                isSound = false
            } else if isLast, upTo != nil {
                entry.context.report(
                    .tierOrder, "the last tier must be open: units beyond it would have no price",
                    at: entry.keyPlace("up_to"), notes: ["leave out \"up_to\" there"])
                isSound = false
            } else if !isLast, entry.node("up_to") == nil {
                entry.context.report(.tierOrder, "only the last tier may be open", at: entry.place)
                isSound = false
            }
            entry.finish()
            guard let unitPrice else {
                isSound = false
                continue
            }
            tiers.append(Tier(upTo: upTo, unitPrice: unitPrice, flat: flat))
        }
        return isSound ? tiers : nil
    }
}

extension PriceModel {
    fileprivate var hasUnits: Bool {
        switch self {
        case .flat, .costPlus: false
        case .perUnit, .package, .graduated, .volume: true
        }
    }
}
