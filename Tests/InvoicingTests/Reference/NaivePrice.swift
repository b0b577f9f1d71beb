import BillingTerms
import Catalog

/// The price models of quantities, as the specification's table has them.
struct NaivePrice {
    private let model: PriceModel
    private let conventions: Conventions

    init(_ model: PriceModel, _ conventions: Conventions) {
        self.model = model
        self.conventions = conventions
    }

    /// The amount of each line; a negative quantity is a correction, which takes back what its magnitude would cost,
    /// but no block that was only begun.
    func amounts(_ quantity: Fraction) -> [Fraction] {
        if quantity.isNegative, conventions.negativeUsage == .nothing { return [] }
        if quantity.isNegative { return priced(-quantity, isCorrection: true).map { -$0 } }
        return quantity == .zero ? [] : priced(quantity, isCorrection: false)
    }

    private func priced(_ quantity: Fraction, isCorrection: Bool) -> [Fraction] {
        switch model {
        case .perUnit(let unitPrice): return [quantity * Fraction(unitPrice)]
        case .package(let size, let price, let rounding):
            return [blocks(quantity, size, rounding, isCorrection) * Fraction(price)]
        case .graduated(let tiers): return graduated(quantity, tiers, isCorrection)
        case .volume(let tiers):
            guard let tier = tiers.first(where: { holds(quantity, $0.upTo) }) else { return [] }
            return [units(quantity, tier, isCorrection)] + (tier.flat.map { [Fraction($0)] } ?? [])
        case .stairstep(let stairs):
            return stairs.first { holds(quantity, $0.upTo) }.map { [Fraction($0.amount)] } ?? []
        case .flat, .percentage, .matrix, .dynamic, .covered, .costPlus: return []
        }
    }

    private func graduated(_ quantity: Fraction, _ tiers: [Tier], _ isCorrection: Bool) -> [Fraction] {
        var amounts: [Fraction] = []
        for (place, tier) in tiers.enumerated() {
            let lower = place == 0 ? Fraction.zero : tiers[place - 1].upTo.map { Fraction($0) } ?? .zero
            guard quantity > lower else { continue }
            let upper = tier.upTo.map { min(Fraction($0), quantity) } ?? quantity
            amounts.append(units(upper - lower, tier, isCorrection))
            let isLast = tier.upTo.map { quantity <= Fraction($0) } ?? true
            if let flat = tier.flat, isLast || conventions.tierFlats == .entered { amounts.append(Fraction(flat)) }
        }
        return amounts
    }

    private func units(_ quantity: Fraction, _ tier: Tier, _ isCorrection: Bool) -> Fraction {
        guard let block = tier.block else { return quantity * Fraction(tier.unitPrice) }
        return blocks(quantity, block.size, block.rounding, isCorrection) * Fraction(tier.unitPrice)
    }

    private func blocks(
        _ quantity: Fraction, _ size: ExactDecimal, _ rounding: BlockRounding, _ isCorrection: Bool
    ) -> Fraction {
        let blocks = quantity / Fraction(size)
        switch rounding {
        case .up: return isCorrection ? blocks.roundedDown : blocks.roundedUp
        case .down: return blocks.roundedDown
        case .none: return blocks
        }
    }

    private func holds(_ quantity: Fraction, _ bound: ExactDecimal?) -> Bool {
        guard let bound else { return true }
        return conventions.tierBounds == .inclusive ? quantity <= Fraction(bound) : quantity < Fraction(bound)
    }
}

/// One rate of an amount, or tiers of rates.
struct NaiveRates {
    let scale: RateScale
    let conventions: Conventions

    init(scale: RateScale, conventions: Conventions) {
        self.scale = scale
        // An amount below zero is a refund: what holds for quantities does not hold for money.
        var conventions = conventions
        conventions.negativeUsage = .correction
        self.conventions = conventions
    }

    var isTiered: Bool {
        if case .one = scale { return false }
        return true
    }

    func amounts(_ amount: Fraction) -> [Fraction] {
        switch scale {
        case .one(let rate): [amount * Fraction(rate)]
        case .graduated(let tiers): NaivePrice(.graduated(tiers), conventions).amounts(amount)
        case .volume(let tiers): NaivePrice(.volume(tiers), conventions).amounts(amount)
        }
    }
}

/// A rate of what events carry, one event after the other.
struct NaivePercentage {
    let price: PercentagePrice
    let conventions: Conventions

    /// `events` in the order in which they happened.
    func amounts(_ events: [Fraction]) -> [Fraction] {
        let least = price.leastPerEvent.map { Fraction($0) }
        let most = price.mostPerEvent.map { Fraction($0) }
        let fee = Fraction(price.feePerEvent)
        var base = Fraction.zero
        var (fees, leasts, mosts) = (0, 0, 0)
        for paid in paid(events) {
            if case .one(let rate) = price.rate {
                let cost = paid * Fraction(rate) + fee
                if let least, cost < least {
                    leasts += 1
                    continue
                }
                if let most, cost >= most {
                    mosts += 1
                    continue
                }
            }
            base = base + paid
            fees += 1
        }
        if price.freeEvents == 0, let free = price.freeAmount, base > .zero {
            base = base - min(base, Fraction(free))
        }
        return NaiveRates(scale: price.rate, conventions: conventions).amounts(base)
            + [fee * Fraction(fees), (least ?? .zero) * Fraction(leasts), (most ?? .zero) * Fraction(mosts)]
    }

    /// Of a quantity that is no sum of amounts: only as much of it as a free amount leaves.
    func amounts(of quantity: Fraction, events: Int) -> [Fraction] {
        let free = max(.zero, min(quantity, price.freeAmount.map { Fraction($0) } ?? .zero))
        return NaiveRates(scale: price.rate, conventions: conventions).amounts(quantity - free)
            + [Fraction(price.feePerEvent) * Fraction(events)]
    }

    /// What is paid of each event that is not free.
    private func paid(_ events: [Fraction]) -> [Fraction] {
        var running = Fraction.zero
        var isOverrun = false
        var paid: [Fraction] = []
        for (place, amount) in events.enumerated() {
            guard place < price.freeEvents, !isOverrun else {
                paid.append(amount)
                continue
            }
            if let free = price.freeAmount, running + amount > Fraction(free) {
                isOverrun = true
                paid.append(running + amount - Fraction(free))
            } else {
                running = running + amount
            }
        }
        return paid
    }
}
