import BillingTerms

/// Reads how a price model prices, with what it contradicts.
struct PriceModelReading {
    let conventions: Conventions

    private enum ModelName: String, CaseIterable {
        case flat
        case perUnit = "per-unit"
        case package, graduated, volume, stairstep, percentage, matrix, dynamic, overage, reserved
        case costPlus = "cost-plus"

        /// What a cell of a matrix or the price beyond covered units may be.
        var isNested: Bool {
            switch self {
            case .perUnit, .package, .graduated, .volume, .stairstep, .percentage, .dynamic: true
            case .flat, .matrix, .overage, .reserved, .costPlus: false
            }
        }

        var pricesAmounts: Bool { self == .percentage || self == .dynamic }
    }

    func model(_ mapping: ConfigurationMapping) -> PriceModel? {
        guard mapping.node("model") != nil else {
            mapping.missing("model", "one of \(ModelName.allCases.map(\.rawValue).joined(separator: ", "))")
            for key in Self.keysOfModels { _ = mapping.node(key) }
            return nil
        }
        guard let name = mapping.choice("model", as: ModelName.self) else {
            // Which of its keys are wrong cannot be told without its model.
            for key in Self.keysOfModels { _ = mapping.node(key) }
            return nil
        }
        return model(name, mapping)
    }

    private static let keysOfModels = [
        "amount", "unit_price", "size", "price", "round", "tiers", "tiered", "rate", "fee_per_event", "free_events",
        "free_amount", "min_per_event", "max_per_event", "dimensions", "cells", "default", "included", "overage_price",
        "overage", "reserved", "reserved_price", "markup", "taxes", "credits",
    ]

    /// What the keys of prices belong to, for those that stand beside a model without them.
    static let owners: [String: String] = [
        "amount": "the models flat and overage", "unit_price": "the model per-unit",
        "size": "the models package, graduated and volume", "price": "the model package",
        "round": "the models package, graduated and volume, where blocks have a \"size\"",
        "tiers": "the models graduated, volume, stairstep, percentage and cost-plus",
        "tiered": "the models percentage and cost-plus, beside \"tiers\"", "rate": "the model percentage",
        "fee_per_event": "the model percentage", "free_events": "the model percentage",
        "free_amount": "the model percentage", "min_per_event": "the model percentage",
        "max_per_event": "the model percentage", "dimensions": "the model matrix", "cells": "the model matrix",
        "default": "the model matrix", "overage_price": "the models overage and reserved",
        "overage": "the models overage and reserved", "reserved": "the model reserved",
        "reserved_price": "the model reserved", "markup": "the model cost-plus", "taxes": "the model cost-plus",
        "credits": "the model cost-plus",
        "included_for": "\"included\", and says over what these units are counted",
        "tiers_for": "models with tiers or blocks, and says over what these are filled",
    ]

    /// A price inside a price; without a model it is a unit price. Prices of amounts, which have no units, may be refused.
    func nestedModel(_ mapping: ConfigurationMapping, mayPriceAmounts: Bool = true) -> PriceModel? {
        let name = mapping.node("model") == nil ? .perUnit : mapping.choice("model", as: ModelName.self)
        guard let name else { return nil }
        let names = ModelName.allCases.filter { $0.isNested && (mayPriceAmounts || !$0.pricesAmounts) }
        guard names.contains(name) else {
            mapping.context.report(
                .invalidValue, "\(name.rawValue) cannot stand here, inside another price",
                at: mapping.valuePlace("model"),
                notes: ["one of: \(names.map(\.rawValue).joined(separator: ", "))"])
            return nil
        }
        let model = model(name, mapping)
        mapping.finish(owners: Self.owners)
        return model
    }

    private func model(_ name: ModelName, _ mapping: ConfigurationMapping) -> PriceModel? {
        switch name {
        case .flat: mapping.requiredAmount("amount", "what is charged each period").map { .flat($0) }
        case .perUnit: mapping.requiredAmount("unit_price", "what one unit costs").map { .perUnit($0) }
        case .package: package(mapping)
        case .graduated: unitTiers(mapping).map { .graduated($0) }
        case .volume: unitTiers(mapping).map { .volume($0) }
        case .stairstep: stairs(mapping).map { .stairstep($0) }
        case .percentage: percentage(mapping).map { .percentage($0) }
        case .matrix: matrix(mapping).map { .matrix($0) }
        // A multiple of what events carry is a rate of it.
        case .dynamic: mapping.amount("multiplier").map { .percentage(PercentagePrice(rate: .one($0))) } ?? .dynamic
        case .overage: overage(mapping).map { .covered($0) }
        case .reserved: reserved(mapping).map { .covered($0) }
        case .costPlus: costPlus(mapping).map { .costPlus($0) }
        }
    }

    private func package(_ mapping: ConfigurationMapping) -> PriceModel? {
        let block = block(mapping)
        if mapping.node("size") == nil { mapping.missing("size", "how many units a block holds") }
        let price = mapping.requiredAmount("price", "what a block costs")
        guard let block, let price else { return nil }
        return .package(size: block.size, price: price, rounding: block.rounding)
    }

    /// `size` and `round`; nil where there is no size, or a wrong one.
    func block(_ mapping: ConfigurationMapping) -> Tier.Block? {
        let size = mapping.amount("size")
        let rounding = mapping.choice("round", as: BlockRounding.self) ?? conventions.blockRounding
        if let size, size.isZero {
            mapping.context.report(
                .invalidValue, "a block must hold more than nothing", at: mapping.valuePlace("size"))
            return nil
        }
        return size.map { Tier.Block(size: $0, rounding: rounding) }
    }

    private func unitTiers(_ mapping: ConfigurationMapping) -> [Tier]? {
        let everyHasBlocks = mapping.node("size") != nil
        let common = everyHasBlocks ? block(mapping) : nil
        return tiers(mapping, of: everyHasBlocks ? "up_to and price" : "up_to and unit_price") { tier, upTo in
            // A tier may have blocks of its own size.
            let hasBlocks = everyHasBlocks || tier.node("size") != nil
            let block = tier.node("size") != nil ? block(tier) : common
            let unitPrice =
                hasBlocks
                ? tier.requiredAmount("price", "what one block of this tier costs")
                : tier.requiredAmount("unit_price", "what one unit of this tier costs")
            let flat = tier.amount("flat")
            return unitPrice.map { Tier(upTo: upTo, unitPrice: $0, flat: flat, block: block) }
        }
    }

    private func stairs(_ mapping: ConfigurationMapping) -> [Stair]? {
        tiers(mapping, of: "up_to and amount") { tier, upTo in
            tier.requiredAmount("amount", "what every quantity of this step costs")
                .map { Stair(upTo: upTo, amount: $0) }
        }
    }

    // MARK: Covered units

    private func overage(_ mapping: ConfigurationMapping) -> CoveredPrice? {
        let amount = mapping.requiredAmount("amount", "what is charged each period for the included units")
        let included = mapping.requiredAmount("included", "how many units the amount covers")
        guard let overage = overagePrice(mapping), let amount, let included else { return nil }
        return CoveredPrice(units: included, fee: .amount(amount), overage: overage)
    }

    private func reserved(_ mapping: ConfigurationMapping) -> CoveredPrice? {
        let units = mapping.requiredAmount("reserved", "how many units are reserved each period")
        let price = mapping.requiredAmount("reserved_price", "what a reserved unit costs each period, used or not")
        guard let overage = overagePrice(mapping), let units, let price else { return nil }
        return CoveredPrice(units: units, fee: .perUnit(price), overage: overage)
    }

    /// `overage_price: 0.02`, or a model of its own under `overage`.
    private func overagePrice(_ mapping: ConfigurationMapping) -> PriceModel? {
        let unitPrice = mapping.amount("overage_price")
        let nested = mapping.mapping("overage")
        if mapping.node("overage_price") != nil, nested != nil {
            mapping.context.report(
                .invalidValue, "units beyond have one price: \"overage_price\" or \"overage\"",
                at: mapping.keyPlace("overage"))
        }
        if let nested { return nestedModel(nested, mayPriceAmounts: false) }
        if mapping.node("overage_price") == nil {
            mapping.missing("overage_price", "what one unit beyond costs; or a model of its own under \"overage\"")
        }
        return unitPrice.map { .perUnit($0) }
    }

    // MARK: Cost-plus

    private func costPlus(_ mapping: ConfigurationMapping) -> CostPlusPrice? {
        let taxes = mapping.choice("taxes", as: CostPlusPrice.PassOn.self) ?? .markedUp
        let credits = mapping.choice("credits", as: CostPlusPrice.PassOn.self) ?? .markedUp
        let factor = rateScale(
            mapping, key: "markup", missing: "what is added to the provider's cost, such as 8%"
        ) { holder in
            holder.percentage("markup", mayBeNegative: true).flatMap { markup in
                guard markup >= -.one else {
                    holder.context.report(
                        .invalidValue, "a markup below -100% would pay the customer for the provider's cost",
                        at: holder.valuePlace("markup"))
                    return nil
                }
                return .one + markup
            }
        }
        return factor.map { CostPlusPrice(factor: $0, taxes: taxes, credits: credits) }
    }
}
