import BillingTerms

/// Reads `catalog/plans/<id>.yaml`.
enum PlanFile {
    static func read(_ root: ConfigurationMapping) -> PricingPlan? {
        let id = root.declaredID("id", .plan)
        let name = root.requiredText("name", "as it stands on the invoice")
        let currency = root.currency("currency")
        if root.node("currency") == nil { root.missing("currency", "the currency of the prices, such as EUR") }
        let cadence = root.required(
            "period", "how long a billing period is",
            expected: "day, week, month or year, or a count such as \"3 months\"",
            cadence)
        let anchor = root.choice("anchor", as: PricingPlan.Anchor.self) ?? .calendar
        if let cadence, anchor == .calendar, !divides(cadence) {
            root.context.report(
                .invalidValue, "periods of \(cadence) do not fit the calendar: use anchor: anniversary",
                at: root.valuePlace("period"))
        }
        let entries = root.mappings("versions", what: "a plan version")
        let versions = entries.compactMap(version)
        if entries.isEmpty, root.node("versions")?.sequence?.isEmpty ?? (root.node("versions") == nil) {
            root.missing("versions", "at least one, each with the day \"from\" which its prices hold")
        }
        for (earlier, later) in zip(versions, versions.dropFirst()) where later.from <= earlier.from {
            root.context.report(
                .periodOrder, "the versions must rise by \"from\": \(later.from) follows \(earlier.from)",
                at: root.keyPlace("versions"))
        }
        let examples = PlanExamplesReader(plan: id).examples(root)
        root.finish()
        guard let id, let name, let currency, let cadence, !versions.isEmpty else { return nil }
        return PricingPlan(
            id: PricingPlanID(id), name: name, currency: currency, cadence: cadence, anchor: anchor, versions: versions,
            examples: examples)
    }

    /// `month`, `1 month`, `3 months`.
    private static func cadence(_ text: String) -> Cadence? {
        let words = text.split(separator: " ")
        guard let last = words.last, words.count <= 2 else { return nil }
        guard let count = words.count == 2 ? Int(words[0]) : 1, (1...366).contains(count) else { return nil }
        let unit =
            Cadence.Unit(rawValue: String(last))
            ?? Cadence.Unit(rawValue: String(last.hasSuffix("s") ? last.dropLast() : last))
        return unit.map { Cadence($0, count: count) }
    }

    /// Whether periods of this length begin on the same days of every year: calendar periods must.
    private static func divides(_ cadence: Cadence) -> Bool {
        switch cadence.unit {
        case .day, .week, .year: cadence.count == 1
        case .month: 12 % cadence.count == 0
        }
    }

    private static func version(_ mapping: ConfigurationMapping) -> PlanVersion? {
        let from = mapping.required(
            "from", "the first day on which these prices hold", expected: "a day such as 2026-01-31"
        ) {
            CalendarDay(iso: $0)
        }
        let terms = PlanTermsReader(mapping: mapping)
        let proration = terms.proration
        let zeroUsage = mapping.choice("zero_usage", as: ZeroUsage.self) ?? .nothing
        let fees = mapping.mappings("fees", what: "a fee").compactMap(fee)
        let prices = mapping.mappings("prices", what: "a price").compactMap(price)
        var seen = Set<ProductItemID>()
        for price in prices where !seen.insert(price.item).inserted {
            mapping.context.report(
                .duplicateID, "the item \"\(price.item)\" has two prices in one version", at: mapping.keyPlace("prices")
            )
        }
        var feeIDs = Set<String>()
        for fee in fees where !feeIDs.insert(fee.id).inserted {
            mapping.context.report(
                .duplicateID, "there are two fees \"\(fee.id)\" in one version", at: mapping.keyPlace("fees"),
                notes: ["give each its own \"id\""])
        }
        let (trial, freeTier, minimum) = (terms.trial(), terms.freeTier(), terms.minimum())
        let (serviceFee, reservations) = (terms.serviceFee(), terms.reservations())
        mapping.finish()
        guard let from else { return nil }
        return PlanVersion(
            from: from, fees: fees, prices: prices, proration: proration, zeroUsage: zeroUsage, trial: trial,
            freeTier: freeTier, minimum: minimum, serviceFee: serviceFee, reservations: reservations)
    }

    private static func fee(_ mapping: ConfigurationMapping) -> PlanFee? {
        let name = mapping.requiredText("name", "as it stands on the invoice")
        let id = mapping.text("id") ?? name
        let amount = mapping.requiredAmount("amount", "what is charged each period")
        let timing = mapping.choice("charged", as: PlanFee.Timing.self) ?? .arrears
        let discountable = mapping.flag("discountable") ?? true
        let tax = mapping.reference("tax", .taxCode)
        mapping.finish()
        guard let name, let id, let amount else { return nil }
        return PlanFee(id: id, name: name, amount: amount, timing: timing, isDiscountable: discountable, tax: tax)
    }

    static func price(_ mapping: ConfigurationMapping) -> ItemPrice? {
        let item = mapping.requiredReference("item", .productItem, "the product item that is priced")
        let model = model(mapping)
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

    private static func model(_ mapping: ConfigurationMapping) -> PriceModel? {
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
            let rounding = mapping.choice("round", as: BlockRounding.self) ?? .up
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
