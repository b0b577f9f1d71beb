import BigInt
import BillingTerms
import Catalog
import Rating

/// A second implementation of what comes after rating, written from the specification alone: whole cents and fractions,
/// one list of charges that every step lowers, and grants lived through day by day.
struct NaiveBill {
    struct Charge {
        var rated: RatedLine
        var exact: Fraction
        var rank: Int
        var code: String
        /// What is left after discounts and credit before tax.
        var left = 0
        var gross = 0
        var discounted = false
        var closed = false
        var taxes: [Int] = []
        var paid = 0

        var isItem: Bool { rated.kind == .usage || rated.kind == .cost }
        var due: Int { left + taxes.reduce(0, +) - paid }
    }

    let billing: RandomBilling
    private(set) var charges: [Charge] = []
    private(set) var discounts: [String: Int] = [:]
    private(set) var used: [String: Int] = [:]
    private(set) var expired: [String: Int] = [:]
    private(set) var earned: [String: Int] = [:]

    var withoutTax = 0
    var tax: Int { charges.flatMap(\.taxes).reduce(0, +) }
    var due: Int { charges.map(\.due).reduce(0, +) }

    private var business: Business { billing.workspace.business }
    private var customer: Customer { billing.customer }

    /// `steps` are the rated lines as each step adds them: usage, cost, bounds of items, fees, add-ons.
    init(billing: RandomBilling, steps: [[RatedLine]], quantity: (MeterID) -> Fraction) {
        self.billing = billing
        add(steps[0])
        add(steps[1])
        add(steps[2])
        promote(items: true)
        add(steps[3])
        add(steps[4])
        promote(items: false)
        reward(quantity)
        for grant in grantsInOrder where grant.kind == .promotional || business.prepaid == .beforeTax {
            pay(grant, beforeTax: true)
        }
        withoutTax = charges.map(\.left).reduce(0, +)
        computeTax()
        for grant in grantsInOrder where grant.kind == .prepaid && business.prepaid == .afterTax {
            pay(grant, beforeTax: false)
        }
        for grant in grants {
            let end = live(grant, using: used[grant.id.text] ?? 0)
            let posted = billing.balances.creditExpired[grant.id].map { Int($0.minorUnits) } ?? 0
            if end.expired > posted { expired[grant.id.text] = end.expired - posted }
        }
    }

    // MARK: Charges

    private mutating func add(_ lines: [RatedLine]) {
        let isTaxed = business.tax(code: customer.tax)?.category == .standard
        var new = lines.map { line in
            Charge(
                rated: line, exact: Fraction(line.exactAmount ?? line.grossAmount.decimal),
                rank: customer.projects.firstIndex { $0.id == line.project } ?? customer.projects.count,
                code: isTaxed ? line.tax ?? customer.tax : customer.tax, left: Int(line.grossAmount.minorUnits))
        }
        if business.roundingPlace == .total {
            let before = gross
            let sum = (charges + new).map(\.exact).reduce(.zero, +)
            let parts = Self.nextTo(sum.cents - before, new.map { $0.exact * Fraction(100) })
            for place in new.indices { new[place].left = parts[place] }
            gross = sum.cents
        }
        for place in new.indices { new[place].gross = new[place].left }
        charges += new
        // Stable: Swift's own sort is, and the order is by rank alone.
        charges = charges.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }.map(
            \.element)
    }
    private var gross = 0

    /// What each line weighs in a split: those below zero nothing, and what a maximum takes off lowers the others of its item.
    private func apart(_ places: [Int], _ cents: [Int]) -> [Int] {
        var weights = cents.map { max(0, $0) }
        var seen: [String] = []
        for place in places {
            let name = key(charges[place].rated)
            if seen.contains(name) { continue }
            seen.append(name)
            let mine = places.indices.filter { key(charges[places[$0]].rated) == name }
            let whole = mine.map { weights[$0] }.reduce(0, +)
            let isMaximum: (Int) -> Bool = { charges[places[$0]].rated.unitPrice.signum < 0 }
            let lacking = min(whole, -mine.filter(isMaximum).map { min(0, cents[$0]) }.reduce(0, +))
            let parts = Fraction.split(lacking, over: mine.map { Fraction(weights[$0]) })
            for (part, at) in zip(parts, mine) { weights[at] -= part }
        }
        return weights
    }

    private func key(_ line: RatedLine) -> String {
        "\(line.itemID)|\(line.plan)|\(line.subscription)|\(line.project?.text ?? "shared")"
    }

    /// Cents by largest remainder; what lies below zero takes no part, and what fits nowhere goes to the first.
    private func over(_ amount: Int, _ weights: [Int]) -> [Int] {
        let weights = weights.map { max(0, $0) }
        let whole = weights.reduce(0, +)
        guard whole > 0 else { return weights.indices.map { $0 == 0 ? amount : 0 } }
        var parts = weights.map { Int(BigInt(amount) * BigInt($0) / BigInt(whole)) }
        var left = amount - parts.reduce(0, +)
        if business.discountSplit == .largestLine {
            for place in weights.indices.sorted(by: { (-weights[$0], $0) < (-weights[$1], $1) }) {
                while left > 0, parts[place] < weights[place] {
                    parts[place] += 1
                    left -= 1
                }
            }
            return parts
        }
        let rests = weights.map { Int(BigInt(amount) * BigInt($0) % BigInt(whole)) }
        for place in rests.indices.sorted(by: { (-rests[$0], $0) < (-rests[$1], $1) }) where left > 0 {
            parts[place] += 1
            left -= 1
        }
        return parts
    }

    /// Cents next to shares in cents.
    private static func nextTo(_ amount: Int, _ shares: [Fraction]) -> [Int] {
        var parts = shares.map { $0.isNegative ? -(-$0).roundedUp.whole : $0.roundedDown.whole }
        var left = amount - parts.reduce(0, +)
        let fractions = zip(shares, parts).map { $0 - Fraction($1) }
        let order = parts.indices.sorted {
            fractions[$0] != fractions[$1] ? fractions[$0] > fractions[$1] : $0 < $1
        }
        for place in order where left > 0 {
            parts[place] += 1
            left -= 1
        }
        // Half a cent goes away from zero, so that a sum that changes its sign may take one back.
        if left < 0, let last = order.last { parts[last] += left }
        return parts
    }

    // MARK: Promotions

    private mutating func promote(items: Bool) {
        var mine = billing.workspace.promotions.values.filter { promotion in
            var isForItems = false
            if case .items = promotion.scope { isForItems = true }
            return isForItems == items && customer.promotions.contains { $0.promotion == promotion.id }
        }
        func isFixed(_ promotion: Promotion) -> Int { if case .fixed = promotion.discount { 1 } else { 0 } }
        mine.sort { ($0.priority, isFixed($0), $0.id.text) < ($1.priority, isFixed($1), $1.id.text) }
        var hasBest = false
        for promotion in mine {
            if promotion.combination != .best {
                take(promotion)
            } else if !hasBest {
                hasBest = true
                let amounts = mine.filter { $0.combination == .best }.map { ($0, amount($0) ?? -1) }
                let most = amounts.map(\.1).max() ?? -1
                if let best = amounts.first(where: { $0.1 == most }), most >= 0 { take(best.0) }
            }
        }
    }

    private func places(_ promotion: Promotion) -> [Int] {
        charges.indices.filter { place in
            let (charge, line) = (charges[place], charges[place].rated)
            if charge.closed || !line.isDiscountable || promotion.combination == .no && charge.discounted {
                return false
            }
            if let months = promotion.months, let start = customer.subscriptions.map(\.from.number).min(),
                line.period.start.number >= NaiveCalendar.after(start, months: months)
            {
                return false
            }
            if !promotion.dimensions.isEmpty, !isOfRegion(line, promotion.dimensions["region"] ?? []) { return false }
            if !promotion.charges.isEmpty, !promotion.charges.contains(line.kind) { return false }
            switch promotion.scope {
            case .invoice: return true
            case .items(let ids): return charge.isItem && ids.contains { $0.text == line.itemID }
            case .plans(let ids): return ids.contains(line.plan)
            case .projects(let ids): return line.project.map(ids.contains) ?? false
            }
        }
    }

    private func isOfRegion(_ line: RatedLine, _ regions: [String]) -> Bool {
        if let region = line.splitValues["region"] { return regions.contains(region) }
        guard line.kind == .usage,
            case .usage(let selection)? = billing.workspace.productItems[
                ProductItemID(line.itemID)]?.origin, let filter = selection.filter["region"]
        else { return false }
        return Set(filter).isSubset(of: regions)
    }

    /// Nil where there is nothing that it could lower.
    private func amount(_ promotion: Promotion) -> Int? {
        let before = billing.balances.promotionsUsed[promotion.id]
        let (cycles, given) = (before?.cycles ?? 0, Int(before?.amount.minorUnits ?? 0))
        let isCarried = promotion.remainder == .carried
        var isFixed = false
        if case .fixed = promotion.discount { isFixed = true }
        if let most = promotion.cycles, cycles >= most, !(isFixed && isCarried) { return nil }
        let places = places(promotion)
        if places.isEmpty { return nil }
        let rest = max(0, places.map { charges[$0].left }.reduce(0, +))
        let basis = max(0, places.map { spend(charges[$0]) }.reduce(0, +))
        func carried(_ each: Int) -> Int {
            isCarried ? max(0, each * min(cycles + 1, promotion.cycles ?? Int.max) - given) : each
        }
        var amount: Int
        switch promotion.discount {
        case .percentage(let rate):
            amount = (Fraction(basis, over: 100) * Fraction(rate)).cents
            if let each = onEachLine(promotion, places) { amount = max(0, each.reduce(0, +)) }
        case .fixed(let fixed, _): amount = carried(Fraction(fixed).cents)
        case .tiered(let tiers):
            let spend = Fraction(basis, over: 100)
            var sum = Fraction.zero
            var lower = Fraction.zero
            for tier in tiers.tiers {
                let upper = tier.upTo.map { Fraction($0) }
                if tiers.mode == .volume {
                    if upper.map({ spend <= $0 }) ?? true {
                        sum = spend * Fraction(tier.rate)
                        break
                    }
                } else if spend > lower {
                    sum = sum + (min(upper ?? spend, spend) - lower) * Fraction(tier.rate)
                }
                lower = upper ?? lower
            }
            amount = sum.cents
        }
        amount = min(amount, rest)
        if let cap = promotion.capPerCycle { amount = min(amount, carried(Fraction(cap).cents)) }
        if let cap = promotion.capInTotal { amount = min(amount, max(0, Fraction(cap).cents - given)) }
        return amount
    }

    private func spend(_ charge: Charge) -> Int {
        business.conventions.invoice.percentagesOf == .gross ? charge.gross : charge.left
    }

    /// What a percentage comes to on each line, where it is rounded there.
    private func onEachLine(_ promotion: Promotion, _ places: [Int]) -> [Int]? {
        guard case .percentage(let rate) = promotion.discount, business.conventions.invoice.discountRounding == .line
        else { return nil }
        return places.map { place in
            let cents = (Fraction(spend(charges[place]), over: 100) * Fraction(rate)).cents
            return cents < 0 ? cents : min(cents, max(0, charges[place].left))
        }
    }

    private mutating func take(_ promotion: Promotion) {
        guard let amount = amount(promotion), amount > 0 else { return }
        let places = places(promotion)
        var parts = over(amount, apart(places, places.map { charges[$0].left }))
        if let each = onEachLine(promotion, places), each.reduce(0, +) == amount, each.allSatisfy({ $0 >= 0 }) {
            parts = each
        }
        for (place, part) in zip(places, parts) {
            charges[place].left -= part
            if part > 0 { charges[place].discounted = true }
            if promotion.combination == .no { charges[place].closed = true }
        }
        discounts[promotion.id.text] = amount
    }

    // MARK: Credit

    private mutating func reward(_ quantity: (MeterID) -> Fraction) {
        for reward in billing.workspace.rewards.values where customer.rewards.contains(reward.id) {
            let counted = quantity(reward.selection.meter)
            if counted.isNegative { continue }
            let blocks = (counted / Fraction(reward.block)).roundedDown.whole
            let before = billing.balances.creditEarned.filter { $0.key.text.hasPrefix(reward.id.text + "/") }
            let sum = before.values.map { Int($0.minorUnits) }.reduce(0, +)
            var amount = blocks * Int(reward.amount.minorUnits)
            if let limit = reward.limitPerPeriod { amount = min(amount, Int(limit.minorUnits)) }
            if let limit = reward.limitInTotal { amount = min(amount, max(0, Int(limit.minorUnits) - sum)) }
            if amount > 0 { earned[reward.id.text + "/" + billing.period.name] = amount }
        }
    }

    private var grants: [CreditGrant] {
        var grants = customer.credits
        let now = earned.map { (CreditGrantID($0.key), $0.value) }
        let before = billing.balances.creditEarned.map { ($0.key, Int($0.value.minorUnits)) }
        for (id, amount) in before + now {
            let parts = id.text.split(separator: "/").map(String.init)
            guard let reward = billing.workspace.rewards[RewardID(parts[0])],
                let period = BillingPeriod(absolute: parts[1])
            else { continue }
            let money = Money(minorUnits: Int128(amount), currency: customer.currency)
            grants.append(reward.grant(money, in: period))
        }
        return grants
    }

    /// A recurrence's day, counted in whole periods from the grant's first.
    private func day(_ index: Int, _ grant: CreditGrant) -> Int? {
        guard let every = grant.recurrence?.every else { return index == 0 ? grant.from.number : nil }
        switch every.unit {
        case .day: return grant.from.number + index * every.count
        case .week: return grant.from.number + index * every.count * 7
        case .month: return NaiveCalendar.after(grant.from.number, months: index * every.count)
        case .year: return NaiveCalendar.after(grant.from.number, months: index * every.count * 12)
        }
    }

    private var grantsInOrder: [CreditGrant] {
        let start = billing.period.days.start.number
        func expiry(_ grant: CreditGrant) -> Int {
            var expiry = grant.expires?.number ?? Int.max
            if business.conventions.invoice.creditOrder == .oldest { return 0 }
            if let recurrence = grant.recurrence, recurrence.rollover != .all {
                let next = (1...5000).lazy.compactMap { day($0, grant) }.first { $0 > start }
                expiry = min(expiry, next ?? Int.max)
            }
            return expiry
        }
        return grants.sorted {
            ($0.priority, expiry($0), $0.from.number, $0.id.text) < (
                $1.priority, expiry($1), $1.from.number, $1.id.text
            )
        }
    }

    /// Lives through a grant's days up to the end of the period, in which an invoice asks for `wish`.
    private func live(_ grant: CreditGrant, using wish: Int) -> (used: Int, expired: Int) {
        let period = billing.period.days
        if grant.from >= period.end { return (0, 0) }
        let paid: Int
        switch grant.payment {
        case .settled: paid = grant.from.number
        case .paid(let day): paid = max(grant.from.number, day.number)
        case .pending: return (0, 0)
        }
        let firsts = (0...5000).lazy.compactMap { day($0, grant) }.prefix { $0 <= period.end.number + 400 }
        let days = Array(firsts)
        var asked = (billing.balances.creditUsed[grant.id] ?? []).map { ($0.from.number, Int($0.amount.minorUnits)) }
            .sorted { $0 < $1 }
        asked.append((period.start.number, wish))
        var (balance, expired, used) = (0, 0, 0)
        for today in grant.from.number...period.end.number {
            let isOver = grant.expires.map { $0.number <= today } ?? false
            if grant.expires?.number == today { (balance, expired) = (0, expired + balance) }
            let isNew = days.dropFirst().contains(today) && today > paid
            if isNew, !isOver, let recurrence = grant.recurrence {
                var keeps = balance
                if recurrence.rollover == .nothing { keeps = 0 }
                if case .upTo(let limit) = recurrence.rollover { keeps = min(balance, Int(limit.minorUnits)) }
                keeps = balance < 0 ? balance : keeps
                (balance, expired) = (keeps, expired + balance - keeps)
            }
            if today == period.end.number { break }
            let isPayment = today == paid && (grant.recurrence != nil || today >= grant.from.number)
            let amount = Int(grant.amount.minorUnits)
            if !isOver, isNew, !isPayment, let least = grant.recurrence?.least {
                balance += max(0, Int(least.minorUnits) - max(0, balance))
            }
            if !isOver, isPayment { balance += amount }
            if !isOver, isNew, !isPayment, let recurrence = grant.recurrence {
                switch recurrence.refill {
                case .added: balance += amount
                case .toppedUp: balance += max(0, amount - max(0, balance))
                case .none: break
                }
            }
            for place in asked.indices where asked[place].0 <= today {
                let taken = min(asked[place].1, balance)
                asked[place].1 -= taken
                balance -= taken
                if place == asked.count - 1 { used += taken }
            }
        }
        return (used, expired)
    }

    private mutating func pay(_ grant: CreditGrant, beforeTax: Bool) {
        if let usable = grant.usableFrom, usable >= billing.period.days.end { return }
        let places = charges.indices.filter { place in
            let line = charges[place].rated
            return (grant.projects.isEmpty || line.project.map(grant.projects.contains) ?? false)
                && (grant.items.isEmpty || charges[place].isItem && grant.items.contains { $0.text == line.itemID })
                && (grant.charges.isEmpty || grant.charges.contains(line.kind))
                && (grant.kind == .promotional || line.isPrepayable)
        }
        let bases = places.map { beforeTax ? charges[$0].left : charges[$0].due }
        // Beyond what it holds a grant gives only what its next ones can make up for.
        let end = billing.period.days.end.number
        var isGrantedAgain = false
        if let recurrence = grant.recurrence, recurrence.refill != .none, let counts = grant.counts, counts.number < end
        {
            var index = 1
            while let next = day(index, grant), next < end { index += 1 }
            isGrantedAgain = day(index, grant) ?? Int.max < grant.expires?.number ?? Int.max
        }
        let most = grant.overage == .carried && isGrantedAgain ? Int.max : live(grant, using: 1_000_000_000_000).used
        let amount = min(most, max(0, bases.reduce(0, +)))
        guard amount > 0 else { return }
        let weights = apart(places, bases)
        var parts = over(amount, weights)
        if business.conventions.invoice.creditSplit == .lineByLine {
            var rest = amount
            let isFirst = places.map { !charges[$0].isItem || charges[$0].rated.project == nil }
            for round in [true, false] {
                for place in places.indices where isFirst[place] == round {
                    parts[place] = min(rest, weights[place])
                    rest -= parts[place]
                }
            }
        }
        for (place, part) in zip(places, parts) {
            if beforeTax { charges[place].left -= part } else { charges[place].paid += part }
        }
        used[grant.id.text] = amount
    }

    // MARK: Tax

    /// The taxes of each code in cents, where only their sum is rounded: by falling rate, then by code.
    private func taxesOfTheInvoice() -> [String: [Int]] {
        guard business.conventions.invoice.taxRounding == .invoice else { return [:] }
        var exact: [(code: String, rate: Fraction, taxes: [Fraction])] = []
        for code in Set(charges.map(\.code)) {
            guard let tax = business.tax(code: code), !tax.isIncluded else { continue }
            let codes = tax.together.isEmpty ? [tax] : tax.together.compactMap { business.tax(code: $0) }
            func taxes(on base: Fraction) -> [Fraction] {
                var taxes: [Fraction] = []
                for part in codes {
                    let compounded = zip(codes, taxes).filter { part.compoundsOn.contains($0.0.code) }.map(\.1)
                    let rate = Fraction(part.rate(on: billing.period.days.start) ?? .zero)
                    taxes.append((base + compounded.reduce(.zero, +)) * rate)
                }
                return taxes
            }
            let sum = charges.filter { $0.code == code }.map(\.left).reduce(0, +)
            exact.append((code, taxes(on: Fraction(1)).reduce(.zero, +), taxes(on: Fraction(sum))))
        }
        exact.sort { $0.rate != $1.rate ? $1.rate < $0.rate : $0.code < $1.code }
        let all = exact.flatMap(\.taxes)
        var parts = Self.nextTo((all.reduce(.zero, +) / Fraction(100)).cents, all)
        var result: [String: [Int]] = [:]
        for entry in exact {
            result[entry.code] = Array(parts.prefix(entry.taxes.count))
            parts.removeFirst(entry.taxes.count)
        }
        return result
    }

    private mutating func computeTax() {
        let together = taxesOfTheInvoice()
        for code in Set(charges.map(\.code)) {
            guard let tax = business.tax(code: code) else { continue }
            let places = charges.indices.filter { charges[$0].code == code }
            let taxes = tax.together.isEmpty ? [tax] : tax.together.compactMap { business.tax(code: $0) }
            let rates = taxes.map { Fraction($0.rate(on: billing.period.days.start) ?? .zero) }
            if tax.isIncluded {
                let left = places.map { charges[$0].left }
                let factor = Fraction(1) + rates.reduce(.zero, +)
                let whole = (Fraction(left.reduce(0, +), over: 100) / factor).cents
                let nets = Self.nextTo(whole, left.map { Fraction($0) / factor })
                for (place, net) in zip(places, nets) {
                    charges[place].taxes = [charges[place].left - net]
                    charges[place].left = net
                }
                withoutTax += whole - left.reduce(0, +)
                continue
            }
            var sums: [Int] = []
            for (index, part) in taxes.enumerated() {
                let on = taxes.indices.filter { part.compoundsOn.contains(taxes[$0].code) }
                let bases = places.map { place in
                    charges[place].left + on.map { charges[place].taxes[$0] }.reduce(0, +)
                }
                var amount = (Fraction(bases.reduce(0, +), over: 100) * rates[index]).cents
                if let whole = together[code] { amount = whole[index] }
                var shares = Self.nextTo(amount, bases.map { Fraction($0) * rates[index] })
                if business.conventions.invoice.taxRounding == .line {
                    shares = bases.map { (Fraction($0, over: 100) * rates[index]).cents }
                    amount = shares.reduce(0, +)
                }
                for (place, share) in zip(places, shares) { charges[place].taxes.append(share) }
                sums.append(amount)
            }
        }
    }
}

extension Fraction {
    fileprivate init(_ numerator: Int, over denominator: Int) {
        self.init(BigInt(numerator), over: BigInt(denominator))
    }
    fileprivate var whole: Int { Int(numerator / denominator) }
}
