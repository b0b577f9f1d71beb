import BigInt
import BillingTerms
import Catalog
import Rating

/// A second implementation of rating, written from the specification alone: one straight function after the other over
/// single events, with fractions and days counted one by one. It knows nothing of aggregates, groups or working.
struct NaiveRating {
    let billing: RandomBilling
    /// Of each subscription, in order.
    private(set) var periods: [[Period]] = []

    init(billing: RandomBilling) {
        self.billing = billing
        periods = billing.customer.subscriptions.map { periods($0, billing.plan($0.plan)) }
    }

    /// What a line comes to, and what it is for.
    struct Charge: Hashable, Comparable, CustomStringConvertible {
        var item: String
        var project: String
        var first: Int
        var end: Int
        var cents: Int

        static func < (a: Charge, b: Charge) -> Bool {
            (a.item, a.project, a.first, a.end, a.cents) < (b.item, b.project, b.first, b.end, b.cents)
        }
        var description: String { "\(item) of \(project), days \(first)..<\(end): \(cents)" }
    }

    struct Period {
        var whole: Range<Int>
        var billed: Range<Int>
        var closes: Bool
    }

    private var run: Range<Int> { billing.period.days.start.number..<billing.period.days.end.number }

    /// Every charge that is not zero.
    var charges: [Charge] {
        var charges: [Charge] = []
        for (subscription, periods) in zip(billing.customer.subscriptions, periods) {
            let plan = billing.plan(subscription.plan)
            for period in periods where period.closes { charges += closing(period, subscription, plan) }
            charges += feesInAdvance(periods, subscription, plan)
        }
        return charges.filter { $0.cents != 0 }.sorted()
    }

    // MARK: Periods

    private func isFirstDay(_ day: Int, _ plan: PricingPlan) -> Bool {
        let (_, month, date) = NaiveCalendar.days[day]
        switch plan.cadence.unit {
        case .day: return true
        case .week: return NaiveCalendar.isMonday(day)
        case .month: return date == 1 && (month - 1) % plan.cadence.count == 0
        case .year: return date == 1 && month == 1
        }
    }

    /// The subscription's periods up to two beyond the run.
    private func periods(_ subscription: Subscription, _ plan: PricingPlan) -> [Period] {
        let from = subscription.from.number
        let until = subscription.until?.number ?? Int.max
        var bounds: [Int] = []
        var beyond = 0
        var day = from
        if plan.anchor == .calendar {
            while !isFirstDay(day, plan) { day -= 1 }
            bounds.append(day)
            while beyond < 3 {
                day += 1
                guard isFirstDay(day, plan) else { continue }
                bounds.append(day)
                if day >= run.upperBound { beyond += 1 }
            }
        } else {
            var index = 0
            while beyond < 3 {
                switch plan.cadence.unit {
                case .day: bounds.append(from + index * plan.cadence.count)
                case .week: bounds.append(from + index * plan.cadence.count * 7)
                case .month: bounds.append(NaiveCalendar.after(from, months: index * plan.cadence.count))
                case .year: bounds.append(NaiveCalendar.after(from, months: index * plan.cadence.count * 12))
                }
                index += 1
                if let last = bounds.last, last >= run.upperBound { beyond += 1 }
            }
        }
        return zip(bounds, bounds.dropFirst()).compactMap { start, end in
            let (first, last) = (max(start, from), min(end, until))
            guard first < last else { return nil }
            return Period(
                whole: start..<end, billed: first..<last, closes: last > run.lowerBound && last <= run.upperBound)
        }
    }

    private func version(_ plan: PricingPlan, _ day: Int) -> PlanVersion {
        plan.versions.filter { $0.from.number <= day }.max { $0.from < $1.from } ?? plan.versions[0]
    }

    // MARK: Fees

    private func share(_ days: Range<Int>, _ whole: Range<Int>, _ version: PlanVersion) -> Fraction {
        version.proration == .none ? Fraction(1) : Fraction(days.count) / Fraction(whole.count)
    }

    private func fee(_ fee: PlanFee, _ period: Period, _ subscription: Subscription, _ version: PlanVersion) -> Charge {
        let amount =
            Fraction(fee.amount) * Fraction(subscription.quantity) * share(period.billed, period.whole, version)
        return charge(fee.id, subscription.project, period.billed, amount)
    }

    private func feesInAdvance(_ periods: [Period], _ subscription: Subscription, _ plan: PricingPlan) -> [Charge] {
        var due: [Period] = []
        if run.contains(subscription.from.number) { due.append(periods[0]) }
        for (period, next) in zip(periods, periods.dropFirst()) where period.closes { due.append(next) }
        return due.flatMap { period in
            let version = version(plan, period.billed.lowerBound)
            return version.fees.filter { $0.timing == .advance }.map { fee($0, period, subscription, version) }
        }
    }

    private func closing(_ period: Period, _ subscription: Subscription, _ plan: PricingPlan) -> [Charge] {
        let version = version(plan, period.billed.lowerBound)
        var charges = version.fees.filter { $0.timing == .arrears }.map { fee($0, period, subscription, version) }
        for subscribed in subscription.addOns {
            guard let addOn = billing.workspace.addOns[subscribed.addOn] else { continue }
            let amount = Fraction(addOn.amount) * Fraction(subscribed.quantity)
            let project = subscribed.project ?? subscription.project
            let from = subscribed.from.number
            if addOn.recurrence == .once {
                if period.billed.contains(from) {
                    charges.append(charge(addOn.id.text, project, from..<from + 1, amount))
                }
            } else {
                let days = max(from, period.billed.lowerBound)
                let end = min(subscribed.until?.number ?? .max, period.billed.upperBound)
                guard days < end else { continue }
                let part = addOn.isProrated ? share(days..<end, period.whole, version) : Fraction(1)
                charges.append(charge(addOn.id.text, project, days..<end, amount * part))
            }
        }
        for price in version.prices { charges += self.charges(price, period, subscription, version) }
        return charges
    }

    private func charge(_ item: String, _ project: ProjectID?, _ days: Range<Int>, _ amount: Fraction) -> Charge {
        Charge(
            item: item, project: project?.text ?? "shared", first: days.lowerBound, end: days.upperBound,
            cents: amount.cents)
    }

    // MARK: Items

    private func charges(
        _ price: ItemPrice, _ period: Period, _ subscription: Subscription, _ version: PlanVersion
    ) -> [Charge] {
        guard let item = billing.workspace.productItems[price.item] else { return [] }
        if case .flat(let amount) = price.model {
            let part = share(period.billed, period.whole, version)
            return [charge(item.id.text, subscription.project, period.billed, Fraction(amount) * part)]
        }
        var charges: [Charge] = []
        switch item.origin {
        case .cost(let selection):
            guard case .costPlus(let markup) = price.model else { return [] }
            let costs = billing.costs.filter { period.billed.contains($0.day.number) }
            for project in billing.customer.projects {
                for service in selection.split.isEmpty ? [nil] : ["EC2", "S3"] {
                    let chosen = costs.filter {
                        $0.project == project.id && (service == nil || $0.service == service)
                    }
                    let sum = chosen.map { Fraction($0.billed) }.reduce(.zero, +)
                    let amount = sum * (Fraction(1) + Fraction(markup))
                    charges.append(charge(item.id.text, project.id, period.billed, amount))
                }
            }
        case .usage(let selection):
            let events = billing.events.filter { event in
                event.meter == selection.meter && period.billed.contains(event.day.number)
                    && (selection.filter["region"].map { $0.contains(event.region) } ?? true)
            }
            var total = Fraction.zero
            for project in billing.customer.projects {
                for region in selection.split.isEmpty ? [nil] : RandomBilling.regions.map(Optional.some) {
                    let chosen = events.filter { $0.project == project.id && (region == nil || $0.region == region) }
                    if chosen.isEmpty { continue }
                    let quantity = quantity(chosen, selection.meter)
                    total = total + (quantity.isNegative ? -quantity : quantity)
                    for amount in NaivePrice(price).amounts(quantity) {
                        charges.append(charge(item.id.text, project.id, period.billed, amount))
                    }
                }
            }
            if total == .zero, version.zeroUsage == .firstFlat, let flat = NaivePrice(price).firstFlat {
                charges.append(charge(item.id.text, subscription.project, period.billed, flat))
            }
        }
        return charges
    }

    private func quantity(_ events: [MeteredEvent], _ meter: MeterID) -> Fraction {
        guard !events.isEmpty, let aggregation = billing.workspace.meters[meter]?.aggregation else { return .zero }
        let values = events.map { Fraction($0.value) }
        switch aggregation {
        case .sum: return values.reduce(.zero, +)
        case .count: return Fraction(events.count)
        case .max: return values.max() ?? .zero
        case .min: return values.min() ?? .zero
        case .unique: return Fraction(Set(events.map(\.user)).count)
        case .latest:
            let last = events.map { ($0.day.number, $0.second) }.max { $0 < $1 } ?? (0, 0)
            let values = events.filter { ($0.day.number, $0.second) == last }.map { Fraction($0.value) }
            return values.max() ?? .zero
        case .average, .timeWeighted, .highWater, .runningTotal, .duration:
            preconditionFailure("quotients and levels have a plain implementation of their own: NaiveMetering")
        }
    }
}

/// The price models, as the specification's table has them.
struct NaivePrice {
    private let price: ItemPrice

    init(_ price: ItemPrice) { self.price = price }

    private var tiers: [Tier] {
        switch price.model {
        case .graduated(let tiers), .volume(let tiers): tiers
        default: []
        }
    }

    var firstFlat: Fraction? { tiers.first?.flat.map { Fraction($0) } }

    /// The amount of each line; a negative quantity is a correction, which takes back what its magnitude would cost,
    /// but no included units and no block that was only begun.
    func amounts(_ quantity: Fraction) -> [Fraction] {
        if quantity.isNegative { return priced(-quantity, isCorrection: true).map { -$0 } }
        let included = Fraction(price.included)
        return quantity > included ? priced(quantity - included, isCorrection: false) : []
    }

    private func priced(_ quantity: Fraction, isCorrection: Bool) -> [Fraction] {
        switch price.model {
        case .flat, .costPlus: return []
        case .perUnit(let unitPrice): return [quantity * Fraction(unitPrice)]
        case .package(let size, let blockPrice, let rounding):
            let blocks = quantity / Fraction(size)
            switch rounding {
            case .up: return [(isCorrection ? blocks.roundedDown : blocks.roundedUp) * Fraction(blockPrice)]
            case .down: return [blocks.roundedDown * Fraction(blockPrice)]
            case .none: return [blocks * Fraction(blockPrice)]
            }
        case .graduated:
            var amounts: [Fraction] = []
            for (place, tier) in tiers.enumerated() {
                let lower = place == 0 ? Fraction.zero : tiers[place - 1].upTo.map { Fraction($0) } ?? .zero
                guard quantity > lower else { continue }
                let upper = tier.upTo.map { min(Fraction($0), quantity) } ?? quantity
                amounts.append((upper - lower) * Fraction(tier.unitPrice))
                amounts += tier.flat.map { [Fraction($0)] } ?? []
            }
            return amounts
        case .volume:
            guard quantity > .zero,
                let tier = tiers.first(where: { $0.upTo.map { quantity <= Fraction($0) } ?? true })
            else { return [] }
            return [quantity * Fraction(tier.unitPrice)] + (tier.flat.map { [Fraction($0)] } ?? [])
        }
    }
}

extension Fraction {
    init(_ decimal: ExactDecimal) { self.init(text: decimal.description) }
}
