import BillingTerms
import Catalog
import TestWorkspaces

/// Draws prices of every model, with every option that a price may have.
extension RandomBillingMaker {
    static let creditUnit: CreditUnit = {
        guard let currency = Currency(code: "EUR") else { preconditionFailure("EUR is a currency") }
        return CreditUnit(
            id: "token", name: "tokens", ratios: [currency: ExactDecimal(coefficient: 25, scale: 3)], digits: 1)
    }()

    mutating func price(_ item: ProductItem) -> ItemPrice {
        let model = model(item)
        var price = ItemPrice(item: item.id, model: model)
        switch model {
        case .flat, .percentage, .dynamic, .costPlus: break
        case .covered(let covered):
            price.included = covered.units
            price.includedFor = random.element(of: Pool.allCases)
        default:
            price.included = random.once(in: 3) ? number(most: 500) : .zero
            price.includedFor = random.element(of: Pool.allCases)
        }
        if random.once(in: 2) { price.tiersFor = random.element(of: Pool.allCases) }
        if case .usage = item.origin, random.once(in: 3) { price.conversion = conversion(model) }
        if random.once(in: 6) { price.minimum = number(scales: [2]) }
        if random.once(in: 6) { price.maximum = (price.minimum ?? .zero) + number(scales: [2]) }
        if random.once(in: 6) { price.creditUnit = Self.creditUnit.id }
        return price
    }

    private mutating func conversion(_ model: PriceModel) -> UnitConversion {
        let operation: UnitConversion.Operation =
            random.once(in: 2)
            ? .multiply(ExactDecimal(coefficient: Int128(random.number(1...2_000)), scale: random.below(4)))
            : .divide(ExactDecimal(random.element(of: [3, 7, 60, 1_024])))
        let modes: [RoundingMode] = [.up, .down, .halfAwayFromZero]
        let isRounded = random.once(in: 2) && !model.isOfAmounts
        return UnitConversion(
            operation, unit: "v",
            rounding: isRounded ? .init(random.element(of: modes), digits: random.below(3)) : nil)
    }

    private mutating func model(_ item: ProductItem) -> PriceModel {
        if random.once(in: 10) { return .flat(number()) }
        guard case .usage(let selection) = item.origin else { return .costPlus(costPlus()) }
        let isSum = selection.meter == "sums"
        switch random.below(8) {
        case 0 where selection.meter != "users": return .matrix(matrix(isSum: isSum))
        case 1:
            return .covered(
                CoveredPrice(
                    units: number(most: 300), fee: random.once(in: 2) ? .amount(number()) : .perUnit(number()),
                    overage: unitModel()))
        case 2 where isSum, 3 where isSum: return .percentage(percentage())
        case 4 where isSum: return .dynamic
        case 5 where !isSum && random.once(in: 2):
            var price = percentage()
            (price.freeEvents, price.leastPerEvent, price.mostPerEvent) = (0, nil, nil)
            return .percentage(price)
        default: return unitModel()
        }
    }

    private mutating func unitModel() -> PriceModel {
        switch random.below(5) {
        case 0: .perUnit(number())
        case 1: .package(size: size(), price: number(), rounding: random.element(of: BlockRounding.allCases))
        case 2: .graduated(tiers())
        case 3: .volume(tiers())
        default: .stairstep(tiers().map { Stair(upTo: $0.upTo, amount: $0.unitPrice) })
        }
    }

    private mutating func size() -> ExactDecimal { number() + ExactDecimal(coefficient: 1, scale: random.below(2)) }

    private mutating func tiers() -> [Tier] {
        var tiers: [Tier] = []
        var bound = ExactDecimal.zero
        let rounding = random.element(of: BlockRounding.allCases)
        var block = random.once(in: 4) ? Tier.Block(size: size(), rounding: rounding) : nil
        let hasOwnBlocks = random.once(in: 3)
        for _ in 0..<random.below(4) {
            if hasOwnBlocks { block = random.once(in: 2) ? Tier.Block(size: size(), rounding: rounding) : nil }
            bound += ExactDecimal(coefficient: Int128(random.number(1...300)), scale: random.below(2))
            tiers.append(
                Tier(upTo: bound, unitPrice: number(), flat: random.once(in: 3) ? number() : nil, block: block))
        }
        return tiers + [Tier(upTo: nil, unitPrice: number(), flat: random.once(in: 3) ? number() : nil, block: block)]
    }

    // MARK: Amounts

    private mutating func rates(_ rate: (inout RandomBillingMaker) -> ExactDecimal) -> RateScale {
        guard random.once(in: 2) else { return .one(rate(&self)) }
        let tiers = tiers().map { Tier(upTo: $0.upTo, unitPrice: rate(&self), flat: $0.flat) }
        return random.once(in: 2) ? .graduated(tiers) : .volume(tiers)
    }

    private mutating func costPlus() -> CostPlusPrice {
        CostPlusPrice(
            factor: rates { ExactDecimal(coefficient: Int128($0.random.number(800...1_500)), scale: 3) },
            taxes: random.element(of: CostPlusPrice.PassOn.allCases),
            credits: random.element(of: CostPlusPrice.PassOn.allCases))
    }

    private mutating func percentage() -> PercentagePrice {
        var price = PercentagePrice(
            rate: rates { ExactDecimal(coefficient: Int128($0.random.number(1...1_000)), scale: 3) })
        if random.once(in: 2) { price.feePerEvent = number(most: 200, scales: [1, 2]) }
        if random.once(in: 2) { price.freeEvents = random.number(1...6) }
        if random.once(in: 2) { price.freeAmount = number(most: 2_000) }
        guard case .one = price.rate, random.once(in: 2), price.freeAmount == nil || price.freeEvents > 0 else {
            return price
        }
        if random.once(in: 2) { price.leastPerEvent = number(most: 1_000, scales: [1, 2]) }
        if random.once(in: 2) {
            price.mostPerEvent = max(price.leastPerEvent ?? .zero, price.feePerEvent) + number(most: 3_000, scales: [1])
        }
        return price
    }

    private mutating func matrix(isSum: Bool) -> MatrixPrice {
        let cells = (0...random.below(3)).map { _ in
            MatrixPrice.Cell(
                values: [RandomBilling.regions.filter { _ in random.once(in: 2) }], model: cellModel(isSum))
        }
        // Without a default some customers are parked, but only a few.
        let isOpen = random.once(in: 12)
        return MatrixPrice(dimensions: ["region"], cells: cells, fallback: isOpen ? nil : cellModel(isSum))
    }

    private mutating func cellModel(_ isSum: Bool) -> PriceModel {
        isSum && random.once(in: 4) ? .percentage(percentage()) : unitModel()
    }
}

extension PriceModel {
    /// Whether some of it prices amounts, which no conversion may round.
    var isOfAmounts: Bool {
        switch self {
        case .percentage, .dynamic: true
        case .matrix(let matrix):
            (matrix.cells.map(\.model) + [matrix.fallback].compactMap(\.self)).contains(where: \.isOfAmounts)
        default: false
        }
    }
}
