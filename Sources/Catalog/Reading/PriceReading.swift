import BillingTerms

/// Reads a product item's price in a plan.
enum PriceReading {
    static func price(_ mapping: ConfigurationMapping, _ conventions: Conventions) -> ItemPrice? {
        let item = mapping.requiredReference("item", .productItem, "the product item that is priced")
        let model = PriceModelReading(conventions: conventions).model(mapping)
        let conversion = mapping.mapping("convert").flatMap(conversion)
        let (included, includedFor) = included(mapping, model, conventions)
        let tiersFor = tiersFor(mapping, model, conventions)
        let minimum = mapping.amount("minimum")
        let maximum = mapping.amount("maximum")
        if let minimum, let maximum, minimum > maximum {
            mapping.context.report(
                .invalidValue, "the minimum of \(minimum) lies above the maximum of \(maximum)",
                at: mapping.valuePlace("minimum"))
        }
        let creditUnit = mapping.reference("credit_unit", .creditUnit).map { CreditUnitID($0) }
        let beside = mapping.references("beside", .productItem).map { ProductItemID($0) }
        mapping.finish(owners: PriceModelReading.owners)
        guard let item, let model else { return nil }
        var price = ItemPrice(
            item: ProductItemID(item), model: model, conversion: conversion, included: included,
            includedFor: includedFor, tiersFor: tiersFor, minimum: minimum, maximum: maximum, creditUnit: creditUnit)
        price.beside = beside
        PriceFit(price: price, conventions: conventions, mapping: mapping).check()
        return price
    }

    /// A flat amount, an amount in money and a provider's cost have no units that could be included.
    private static func included(
        _ mapping: ConfigurationMapping, _ model: PriceModel?, _ conventions: Conventions
    ) -> (units: ExactDecimal, over: Pool) {
        // The units that an overage price covers stand under the same key, and belong to its model.
        if case .covered(let price)? = model {
            // What is paid for once covers the customer's projects together.
            return (price.units, mapping.choice("included_for", as: Pool.self) ?? .customer)
        }
        guard let units = mapping.amount("included") else { return (.zero, .combination) }
        if let model, let reason = model.reasonAgainstIncludedUnits {
            mapping.context.report(
                .invalidValue, "\(model.name) has no units that could be included", at: mapping.keyPlace("included"),
                notes: [reason])
        }
        return (units, mapping.choice("included_for", as: Pool.self) ?? conventions.includedFor)
    }

    private static func tiersFor(
        _ mapping: ConfigurationMapping, _ model: PriceModel?, _ conventions: Conventions
    ) -> Pool {
        // Flat amounts and unit prices come to the same whatever is counted together.
        guard model?.isPooled ?? true else { return .combination }
        return mapping.choice("tiers_for", as: Pool.self) ?? conventions.tiersFor
    }

    private enum Rounding: String, CaseIterable {
        case up, down, none
        case halfUp = "half-up"

        var mode: RoundingMode? {
            switch self {
            case .up: .up
            case .down: .down
            case .halfUp: .halfAwayFromZero
            case .none: nil
            }
        }
    }

    private static func conversion(_ mapping: ConfigurationMapping) -> UnitConversion? {
        let factor = number(mapping, "factor")
        let divisor = number(mapping, "divide_by")
        let unit = mapping.requiredText("unit", "what one of the converted units is called, such as GiB")
        let rounding = mapping.choice("round", as: Rounding.self)
        let digits = mapping.digits("digits")
        mapping.finish()
        let operation: UnitConversion.Operation
        switch (factor, divisor) {
        case (let factor?, nil): operation = .multiply(factor)
        case (nil, let divisor?): operation = .divide(divisor)
        case (nil, nil):
            if mapping.node("factor") == nil, mapping.node("divide_by") == nil {
                mapping.missing("factor", "what the quantity is multiplied by; or \"divide_by\"")
            }
            return nil
        default:
            mapping.context.report(
                .invalidValue, "a conversion multiplies or divides, not both", at: mapping.keyPlace("divide_by"))
            return nil
        }
        guard let unit else { return nil }
        let mode = rounding.map(\.mode) ?? digits.map { _ in .halfAwayFromZero }
        return UnitConversion(
            operation, unit: unit,
            rounding: mode.flatMap { $0 }.map { UnitConversion.Rounding($0, digits: digits ?? 0) })
    }

    private static func number(_ mapping: ConfigurationMapping, _ key: String) -> ExactDecimal? {
        mapping.value(key, expected: "a decimal number above zero such as 0.001") { text in
            (try? ExactDecimal(parsing: text)).flatMap { $0.signum > 0 ? $0 : nil }
        }
    }
}

extension PriceModel {
    fileprivate var reasonAgainstIncludedUnits: String? {
        switch self {
        case .flat: "model: overage has an amount that includes units, and a price for those beyond"
        case .percentage: "free_events and free_amount say what costs nothing"
        case .dynamic: "its events carry amounts"
        case .costPlus: "it prices a cost, not a quantity"
        case .perUnit, .package, .graduated, .volume, .stairstep, .matrix, .covered: nil
        }
    }

    /// Whether it matters which quantities are priced together.
    fileprivate var isPooled: Bool {
        switch self {
        case .flat, .perUnit, .dynamic: false
        case .package, .graduated, .volume, .stairstep, .percentage, .matrix, .covered: true
        case .costPlus(let price):
            switch price.factor {
            case .one: false
            case .graduated, .volume: true
            }
        }
    }
}

/// Whether a price fits its item, its meter and its plan; looked at once all files are read.
private struct PriceFit {
    let price: ItemPrice
    let conventions: Conventions
    let mapping: ConfigurationMapping

    func check() {
        let (price, wanted) = (price, conventions.pricedPer)
        let places = Places(
            model: mapping.valuePlace("model"), convert: mapping.keyPlace("convert"),
            creditUnit: mapping.valuePlace("credit_unit"),
            pool: mapping.node("tiers_for").map { _ in mapping.valuePlace("tiers_for") },
            included: mapping.node("included_for").map { _ in mapping.valuePlace("included_for") })
        mapping.context.later { workspace in
            guard let origin = workspace.productItems[price.item]?.origin else { return nil }
            if let finding = PriceFit.creditFinding(price, workspace, places) { return finding }
            switch origin {
            case .cost: return PriceFit.costFinding(price, places)
            case .usage(let selection):
                guard let meter = workspace.meters[selection.meter] else { return nil }
                return PriceFit.usageFinding(price, meter, places)
                    ?? PriceFit.apartFinding(price, meter.priced(per: wanted), workspace, places)
                    ?? PriceFit.currencyFinding(price, meter, workspace, places)
            }
        }
        guard case .matrix = price.model else { return }
        for (dimension, place) in mapping.placedTexts("dimensions") { checkDimension(dimension, at: place) }
    }

    private struct Places: Sendable {
        let model: Place
        let convert: Place
        let creditUnit: Place
        let pool: Place?
        let included: Place?
    }

    /// Windows and levels are those of one project and combination of dimension values, with units of their own that are
    /// included.
    private static func apartFinding(
        _ price: ItemPrice, _ per: PricedPer, _ workspace: Workspace, _ places: Places
    ) -> Finding? {
        guard per != .period else { return nil }
        let each = "each \(per.rawValue) of the item \"\(price.item)\" is priced by itself (priced_per)"
        if price.model.nameOfAmountModel == "dynamic" || price.model.pricesSingleEvents {
            return Finding(
                .contradiction, "\(each), and \(price.model.name) prices single events", at: places.model)
        }
        if let place = places.pool, price.tiersFor != .combination {
            return Finding(
                .contradiction, "\(each), so that its tiers cannot be filled for the \(price.tiersFor.rawValue)",
                at: place)
        }
        if let place = places.included, price.includedFor != .combination {
            return Finding(
                .contradiction,
                "\(each), so that its units cannot be included for the \(price.includedFor.rawValue)", at: place)
        }
        let isFree = plans(with: price, workspace).contains { plan in
            plan.versions.contains { $0.freeTier?.units(of: price.item) != nil }
        }
        return isFree
            ? Finding(
                .contradiction, "\(each), which a free tier of units does not reach", at: places.model,
                notes: ["give the price \"included\" units, which count in each \(per.rawValue)"]) : nil
    }

    private static func costFinding(_ price: ItemPrice, _ places: Places) -> Finding? {
        switch price.model {
        case .flat: return nil
        case .costPlus:
            guard price.conversion != nil else { return nil }
            return Finding(
                .invalidValue, "the item \"\(price.item)\" is provider cost, which has no unit to convert",
                at: places.convert)
        default:
            return Finding(
                .invalidValue, "the item \"\(price.item)\" is provider cost, which \(price.model.name) cannot price",
                at: places.model, notes: ["use cost-plus or flat"])
        }
    }

    /// Usage has a quantity to price, provider cost an amount to mark up; either may be replaced by a flat amount.
    private static func usageFinding(_ price: ItemPrice, _ meter: Meter, _ places: Places) -> Finding? {
        if case .costPlus = price.model {
            return Finding(
                .invalidValue, "the item \"\(price.item)\" has a meter, which cost-plus cannot price", at: places.model)
        }
        if let name = price.model.nameOfEventModel, meter.aggregation != .sum || meter.window != nil {
            let found = meter.aggregation == .sum ? "windows" : "the \(meter.aggregation.rawValue)"
            return Finding(
                .invalidValue,
                "\(name) needs the sum of amounts, and the meter \"\(meter.id)\" has \(found)",
                at: places.model,
                notes: name == "percentage"
                    ? ["without free_events, min_per_event and max_per_event it prices any meter's quantity"] : [])
        }
        if price.model.pricesSingleEvents, price.conversion?.rounding != nil {
            return Finding(
                .invalidValue, "a rounded conversion of the sum says nothing of single events, which are priced here",
                at: places.convert, notes: ["leave out \"round\" and \"digits\""])
        }
        return nil
    }

    private static func plans(with price: ItemPrice, _ workspace: Workspace) -> [PricingPlan] {
        workspace.plans.values.filter { $0.versions.contains { $0.prices.contains(price) } }
    }

    private static func creditFinding(_ price: ItemPrice, _ workspace: Workspace, _ places: Places) -> Finding? {
        guard let unit = price.creditUnit.flatMap({ workspace.creditUnits[$0] }),
            let plan = plans(with: price, workspace).first(where: { unit.ratio(to: $0.currency) == nil })
        else { return nil }
        return Finding(
            .currencyMismatch, "the credit unit \"\(unit.id)\" has no ratio to \(plan.currency), the plan's currency",
            at: places.creditUnit, notes: ["give it one in catalog/credit-units.yaml"])
    }

    /// Amounts that events carry are the plan's money: where their unit is a currency it must be the plan's.
    private static func currencyFinding(
        _ price: ItemPrice, _ meter: Meter, _ workspace: Workspace, _ places: Places
    ) -> Finding? {
        guard let name = price.model.nameOfAmountModel, price.creditUnit == nil,
            let currency = Currency(code: price.conversion?.unit ?? meter.unit),
            let plan = plans(with: price, workspace).first(where: { $0.currency != currency })
        else { return nil }
        return Finding(
            .currencyMismatch,
            "\(name) prices amounts in \(currency), and the plan \"\(plan.id)\" is in \(plan.currency)",
            at: places.model)
    }

    private func checkDimension(_ name: String, at place: Place) {
        let item = price.item
        mapping.context.later { workspace in
            guard case .usage(let selection)? = workspace.productItems[item]?.origin,
                let meter = workspace.meters[selection.meter], !meter.dimensions.contains(name)
            else { return nil }
            let near = nearestName(to: name, among: meter.dimensions)
            let declared = meter.dimensions.isEmpty ? "none" : meter.dimensions.joined(separator: ", ")
            return Finding(
                .unknownReference, "the meter \"\(meter.id)\" declares no dimension \"\(name)\"", at: place,
                notes: [near.map { "nearest: \"\($0)\"" } ?? "declared: \(declared)"])
        }
    }
}

extension PriceModel {
    /// The models of this price, down to the cells of a matrix.
    private var leaves: [PriceModel] {
        switch self {
        case .matrix(let matrix): (matrix.cells.map(\.model) + [matrix.fallback].compactMap(\.self)).flatMap(\.leaves)
        case .covered(let price): price.overage.leaves
        default: [self]
        }
    }

    /// The name of a model inside that takes the meter's sum for an amount of money.
    fileprivate var nameOfAmountModel: String? {
        leaves.first { leaf in
            switch leaf {
            case .percentage, .dynamic: true
            default: false
            }
        }?.name
    }

    fileprivate var pricesSingleEvents: Bool { leaves.contains(where: \.looksAtSingleEvents) }

    /// The name of a model inside whose events must each carry an amount.
    fileprivate var nameOfEventModel: String? {
        leaves.first { leaf in
            if case .dynamic = leaf { return true }
            return leaf.looksAtSingleEvents
        }?.name
    }

    private var looksAtSingleEvents: Bool {
        if case .percentage(let price) = self { return price.boundsEvents || price.freeEvents > 0 }
        return false
    }
}

extension ConfigurationMapping {
    /// How many digits after the point something is rounded to.
    func digits(_ key: String) -> Int? {
        value(key, expected: "a whole number from 0 to 20") { Int($0).flatMap { (0...20).contains($0) ? $0 : nil } }
    }
}
