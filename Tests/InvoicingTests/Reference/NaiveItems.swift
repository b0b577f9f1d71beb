import BillingTerms
import Catalog

/// How items become charges, by the second implementation: single events, no aggregates.
extension NaiveRating {
    func charges(
        _ price: ItemPrice, _ period: Period, _ subscription: Subscription, _ plan: PricingPlan, _ version: PlanVersion
    ) -> [Charge] {
        guard let item = billing.workspace.productItems[price.item] else { return [] }
        let whole = NaiveItem(naive: self, item: item, price: price, period: period, version: version)
        var lines = whole.fees(subscription, plan)
        if case .usage(let selection) = item.origin { lines += whole.zeroUsage(selection, subscription) }
        // What is used in a trial is rated apart.
        var windows = [period.billed]
        if let trial = trialDays(subscription, plan), trial.items.isEmpty || trial.items.contains(price.item),
            period.billed.lowerBound < trial.end, trial.end < period.billed.upperBound
        {
            windows = [period.billed.lowerBound..<trial.end, trial.end..<period.billed.upperBound]
        }
        for days in windows {
            let part = Period(whole: period.whole, billed: days, closes: period.closes)
            let naive = NaiveItem(naive: self, item: item, price: price, period: part, version: version)
            var used: [Line] = []
            switch item.origin {
            case .cost(let selection): used = naive.costs(selection)
            case .usage(let selection): used = naive.usage(selection, highestQuantity(period, subscription, version))
            }
            lines += used.map { Line(project: $0.project, cents: $0.cents, days: days) }
        }
        lines = whole.inOrder(lines)
        lines += bounds(lines, price, period, subscription, plan, version)
        return lines.map { line in
            let days = line.days ?? period.billed
            return Charge(
                item: item.id.text, project: line.project ?? "shared", first: days.lowerBound, end: days.upperBound,
                cents: line.cents)
        }
    }

    private func highestQuantity(_ period: Period, _ subscription: Subscription, _ version: PlanVersion) -> Fraction {
        quantities(period, subscription, version).map(\.quantity).max() ?? Fraction(1)
    }

    /// A line before it knows its item and days. Shared by all projects without one.
    struct Line {
        var project: String?
        var cents: Int
        /// The billed days of the period when nil.
        var days: Range<Int>?
    }

    /// What lifts or lowers the item's sum to its minimum or maximum, split over projects by what each paid.
    private func bounds(
        _ lines: [Line], _ price: ItemPrice, _ period: Period, _ subscription: Subscription, _ plan: PricingPlan,
        _ version: PlanVersion
    ) -> [Line] {
        func cents(_ bound: ExactDecimal?) -> Int? {
            bound.map { (Fraction($0) * share(period.billed, period, plan, version, subscription)).cents }
        }
        let sum = lines.map(\.cents).reduce(0, +)
        var target = sum
        if let least = cents(price.minimum), target < least { target = least }
        if let most = cents(price.maximum), sum > most { target = most }
        guard target != sum else { return [] }
        guard sum > 0 else { return [Line(project: subscription.project?.text, cents: target - sum)] }
        var projects: [String?] = []
        for line in lines where !projects.contains(line.project) { projects.append(line.project) }
        let weights = projects.map { project in
            Fraction(lines.filter { $0.project == project }.map(\.cents).reduce(0, +))
        }
        return zip(projects, Fraction.split(target - sum, over: weights)).map { Line(project: $0, cents: $1) }
    }
}

/// One item in one plan period.
struct NaiveItem {
    let naive: NaiveRating
    let item: ProductItem
    let price: ItemPrice
    let period: NaiveRating.Period
    let version: PlanVersion

    private var billing: RandomBilling { naive.billing }

    private func cents(_ amount: Fraction) -> Int {
        guard price.creditUnit != nil else { return amount.cents }
        // Tokens have one digit and are worth 0.025.
        return (amount.rounded(toTenths: 1) * Fraction(25, over: 1000)).cents
    }

    private var isByQuantity: Bool { version.conventions.flatPrices == .byQuantity }

    func fees(_ subscription: Subscription, _ plan: PricingPlan) -> [NaiveRating.Line] {
        let amount: Fraction
        switch price.model {
        case .flat(let flat): amount = Fraction(flat)
        case .covered(let covered):
            switch covered.fee {
            case .amount(let fee): amount = Fraction(fee)
            case .perUnit(let fee): amount = Fraction(fee) * Fraction(covered.units)
            }
        default: return []
        }
        let parts =
            isByQuantity ? naive.quantities(period, subscription, version) : [(period.billed, Fraction(1))]
        return parts.map { days, times in
            let share = naive.share(days, period, plan, version, subscription)
            return NaiveRating.Line(
                project: subscription.project?.text, cents: cents(amount * times * share), days: days)
        }
    }

    // MARK: Cost

    func costs(_ selection: CostSelection) -> [NaiveRating.Line] {
        guard case .costPlus(let model) = price.model else { return [] }
        struct Slice {
            var project: String
            var service: String
            var sum: Fraction
        }
        let costs = billing.costs.filter { period.billed.contains($0.day.number) }
        var marked: [Slice] = []
        var lines: [NaiveRating.Line] = []
        for project in billing.customer.projects.map(\.id.text) {
            for service in selection.split.isEmpty ? ["EC2,S3"] : ["EC2", "S3"] {
                for passOn in [CostPlusPrice.PassOn.markedUp, .passedThrough] {
                    let own = costs.filter { cost in
                        cost.project.text == project && service.contains(cost.service)
                            && passOn
                                == (cost.category == .tax
                                    ? model.taxes : cost.category == .credit ? model.credits : .markedUp)
                    }
                    guard !own.isEmpty else { continue }
                    let sum = own.map { Fraction($0.billed) }.reduce(.zero, +)
                    if passOn == .passedThrough {
                        lines.append(NaiveRating.Line(project: project, cents: cents(sum)))
                    } else {
                        marked.append(Slice(project: project, service: service, sum: sum))
                    }
                }
            }
        }
        let rate = NaiveRates(scale: model.factor, conventions: version.conventions)
        for slice in marked where slice.sum.isNegative || !rate.isTiered {
            lines += rate.amounts(slice.sum).map { NaiveRating.Line(project: slice.project, cents: cents($0)) }
        }
        let pooled = rate.isTiered ? marked.filter { !$0.sum.isNegative } : []
        let keys = pooled.map { slice in
            price.tiersFor == .customer
                ? "" : price.tiersFor == .project ? slice.project : slice.project + slice.service
        }
        for key in Set(keys) {
            let members = zip(keys, pooled).filter { $0.0 == key }.map(\.1)
            for amount in rate.amounts(members.map(\.sum).reduce(.zero, +)) {
                let parts = Fraction.split(cents(amount), over: members.map(\.sum))
                lines += zip(members, parts).map { NaiveRating.Line(project: $0.project, cents: $1) }
            }
        }
        return inOrder(lines)
    }

    /// Bounds are split in the order of the customer's projects.
    func inOrder(_ lines: [NaiveRating.Line]) -> [NaiveRating.Line] {
        let order = billing.customer.projects.map(\.id.text)
        return order.flatMap { project in lines.filter { $0.project == project } } + lines.filter { $0.project == nil }
    }

    // MARK: Usage

    private struct Share {
        var project: String
        var region: String?
        var cell: Int
        var model: PriceModel
        var events: [MeteredEvent]
        var rest: Fraction

        func key(_ pool: Pool) -> String {
            switch pool {
            case .combination: "\(project)/\(region ?? "-")/\(cell)"
            case .project: project
            case .customer: ""
            }
        }
        var isOfAmounts: Bool { model.isOfAmounts }
    }

    private func events(_ selection: UsageSelection) -> [MeteredEvent] {
        billing.events.filter { event in
            event.meter == selection.meter && period.billed.contains(event.day.number)
                && (selection.filter["region"].map { $0.contains(event.region) } ?? true)
        }
    }

    /// The first tier's flat amount, where it is due although nothing was used.
    func zeroUsage(_ selection: UsageSelection, _ subscription: Subscription) -> [NaiveRating.Line] {
        if case .flat = price.model { return [] }
        guard
            shares(of: events(selection), selection).allSatisfy({ naive.quantity($0.events, selection.meter) == .zero }
            ),
            version.conventions.zeroUsage == .firstFlat, let flat = firstFlat(price.model)
        else { return [] }
        return [NaiveRating.Line(project: subscription.project?.text, cents: cents(flat))]
    }

    /// `highest` is the subscription's highest quantity of the whole period.
    func usage(_ selection: UsageSelection, _ highest: Fraction) -> [NaiveRating.Line] {
        if case .flat = price.model { return [] }
        var shares = shares(of: events(selection), selection)
        var lines: [NaiveRating.Line] = []
        for place in shares.indices {
            shares[place].rest = converted(naive.quantity(shares[place].events, selection.meter))
        }
        var included = Fraction(price.included)
        if case .covered(let covered) = price.model {
            included = Fraction(covered.units) * (isByQuantity ? highest : Fraction(1))
        }
        takeIncluded(included, off: &shares)
        let alone = shares.filter { $0.rest.isNegative && !$0.isOfAmounts }
        for share in alone {
            let amounts = NaivePrice(share.model, version.conventions).amounts(share.rest)
            lines += amounts.map { NaiveRating.Line(project: share.project, cents: cents($0)) }
        }
        let pooled = shares.filter { !$0.rest.isNegative || $0.isOfAmounts }
        let keys = pooled.map { "\($0.cell)|" + $0.key(price.tiersFor) }
        for key in Set(keys) {
            let members = zip(keys, pooled).filter { $0.0 == key }.map(\.1)
            for amount in amounts(of: members) {
                let parts = Fraction.split(cents(amount), over: members.map(\.rest))
                lines += zip(members, parts).map { NaiveRating.Line(project: $0.project, cents: $1) }
            }
        }
        return inOrder(lines)
    }

    private func amounts(of members: [Share]) -> [Fraction] {
        let total = members.map(\.rest).reduce(.zero, +)
        switch members[0].model {
        case .dynamic: return [total]
        case .percentage(let percentage):
            let events = members.flatMap(\.events).sorted {
                ($0.day.number, $0.second, $0.value) < ($1.day.number, $1.second, $1.value)
            }
            let naive = NaivePercentage(price: percentage, conventions: version.conventions)
            guard members[0].events.allSatisfy({ $0.meter == "sums" }) else {
                return naive.amounts(of: total, events: events.count)
            }
            return naive.amounts(events.map { converted(Fraction($0.value)) })
        default: return NaivePrice(members[0].model, version.conventions).amounts(total)
        }
    }

    private func shares(of events: [MeteredEvent], _ selection: UsageSelection) -> [Share] {
        var shares: [Share] = []
        for project in billing.customer.projects.map(\.id.text) {
            for region in selection.split.isEmpty ? [nil] : RandomBilling.regions.sorted().map(Optional.some) {
                let own = events.filter { $0.project.text == project && (region == nil || $0.region == region) }
                if own.isEmpty { continue }
                switch price.model {
                case .matrix(let matrix):
                    for place in 0...matrix.cells.count {
                        let chosen = own.filter { event in
                            let first = matrix.cells.firstIndex { cell in
                                cell.values[0].isEmpty || cell.values[0].contains(event.region)
                            }
                            return (first ?? matrix.cells.count) == place
                        }
                        let model = place < matrix.cells.count ? matrix.cells[place].model : matrix.fallback
                        guard !chosen.isEmpty, let model else { continue }
                        shares.append(
                            Share(
                                project: project, region: region, cell: place, model: model, events: chosen, rest: .zero
                            ))
                    }
                case .covered(let covered):
                    shares.append(
                        Share(
                            project: project, region: region, cell: 0, model: covered.overage, events: own, rest: .zero)
                    )
                default:
                    shares.append(
                        Share(project: project, region: region, cell: 0, model: price.model, events: own, rest: .zero))
                }
            }
        }
        return shares
    }

    private func takeIncluded(_ included: Fraction, off shares: inout [Share]) {
        let wanting = shares.indices.filter { shares[$0].rest > .zero && !shares[$0].isOfAmounts }
        for key in Set(wanting.map { shares[$0].key(price.includedFor) }) {
            let places = wanting.filter { shares[$0].key(price.includedFor) == key }
            let rests = places.map { shares[$0].rest }
            let total = rests.reduce(.zero, +)
            // Thirds of a unit have no last digit to split by; where all is free, nothing needs splitting.
            guard included < total else {
                for place in places { shares[place].rest = .zero }
                continue
            }
            let free = included
            var digits = 0
            for value in rests + [free] { digits = max(digits, value.decimalDigits) }
            let steps = free * Fraction(Fraction.power(digits))
            let parts = places.count == 1 ? [] : Fraction.split(steps, over: rests)
            for (index, place) in places.enumerated() {
                let own = places.count == 1 ? free : parts[index] / Fraction(Fraction.power(digits))
                shares[place].rest = shares[place].rest - own
            }
        }
    }

    private func firstFlat(_ model: PriceModel) -> Fraction? {
        switch model {
        case .graduated(let tiers), .volume(let tiers): tiers[0].flat.map { Fraction($0) }
        case .stairstep(let stairs): Fraction(stairs[0].amount)
        case .covered(let covered): firstFlat(covered.overage)
        default: nil
        }
    }

    private func converted(_ quantity: Fraction) -> Fraction {
        guard let conversion = price.conversion else { return quantity }
        let exact: Fraction
        switch conversion.operation {
        case .multiply(let factor): exact = quantity * Fraction(factor)
        case .divide(let divisor): exact = quantity / Fraction(divisor)
        }
        guard let rounding = conversion.rounding else { return exact }
        let power = Fraction(Fraction.power(rounding.digits))
        let magnitude = (exact.isNegative ? -exact : exact) * power
        let rounded: Fraction
        switch rounding.mode {
        case .up: rounded = magnitude.roundedUp
        case .down: rounded = magnitude.roundedDown
        default: rounded = (magnitude + Fraction(1, over: 2)).roundedDown
        }
        return (exact.isNegative ? -rounded : rounded) / power
    }
}

extension NaiveRating {
    /// What a meter counted in all on the days that this run bills.
    func quantityOfClosingPeriods(_ meter: MeterID) -> Fraction {
        let closing = periods.joined().filter(\.closes)
        return quantity(
            billing.events.filter { event in
                event.meter == meter && closing.contains { $0.billed.contains(event.day.number) }
            }, meter)
    }

    fileprivate func quantity(_ events: [MeteredEvent], _ meter: MeterID) -> Fraction {
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
