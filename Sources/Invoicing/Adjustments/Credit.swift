import BillingTerms
import Catalog
import Rating

extension Bill {
    /// Promotional credit, and prepaid credit where the business lowers the taxable amount by it.
    mutating func applyCreditBeforeTax() {
        for grant in grantsInOrder where grant.kind == .promotional || context.workspace.business.prepaid == .beforeTax
        {
            use(grant, base: \.taxable) { line, part in line.amounts.creditBeforeTax.append((grant.id, part)) }
        }
    }

    /// Prepaid credit settles the total after tax.
    mutating func applyPrepaidCredit() {
        for grant in grantsInOrder where grant.kind == .prepaid && context.workspace.business.prepaid == .afterTax {
            use(grant, base: \.due) { line, part in line.amounts.prepaid.append((grant.id, part)) }
        }
    }

    /// Those of the customer's file, and what rewards have earned.
    var grants: [CreditGrant] { customer.credits + earnedGrants }

    /// The order in which grants are used: priority, soonest expiry (unless the oldest come first), oldest, id. What a recurrence cuts down expires then.
    private var grantsInOrder: [CreditGrant] {
        let start = context.period.days.start
        let order = context.workspace.business.conventions.invoice.creditOrder
        let expiring = grants.map { (grant: $0, expiry: $0.nextExpiry(after: start)) }
        return expiring.sorted { left, right in
            if left.grant.priority != right.grant.priority { return left.grant.priority < right.grant.priority }
            if order == .soonestExpiry, left.expiry != right.expiry {
                guard let a = left.expiry else { return false }
                guard let b = right.expiry else { return true }
                return a < b
            }
            if left.grant.from != right.grant.from { return left.grant.from < right.grant.from }
            return left.grant.id < right.grant.id
        }.map(\.grant)
    }

    private func timeline(_ grant: CreditGrant) -> GrantTimeline {
        GrantTimeline(grant, uses: context.balances.creditUsed[grant.id] ?? [])
    }

    /// What this invoice may use of a grant: whatever it holds on some day of the period.
    private func available(_ grant: CreditGrant) -> Money {
        let period = context.period.days
        if let usable = grant.usableFrom, usable >= period.end { return .zero(currency) }
        return timeline(grant).state(at: period.end, using: .most(currency), from: period.start).lastUsed
    }

    private mutating func use(
        _ grant: CreditGrant, base: (LineAmounts) -> Money, assign: (inout BillLine, Money) -> Void
    ) {
        let balance = available(grant)
        let isInAdvance = grant.givesInAdvance(until: context.period.days.end)
        guard balance.minorUnits > 0 || isInAdvance else { return }
        let places = places { line in
            let isWantedProject = grant.projects.isEmpty || (line.project.map(grant.projects.contains) ?? false)
            let isWantedItem = grant.items.isEmpty || line.isOf(grant.items)
            let isWantedCharge = grant.charges.isEmpty || grant.charges.contains(line.kind)
            return isWantedProject && isWantedItem && isWantedCharge
                && (grant.kind == .promotional || line.isPrepayable)
        }
        let basis = basis(of: places, base)
        let amount = isInAdvance ? basis : min(balance, basis)
        guard amount.minorUnits > 0 else { return }
        for (place, part) in zip(places, creditParts(amount, places, base)) where !part.isZero {
            assign(&lines[place], part)
        }
        creditUsedNow[grant.id] = amount
        var working = [
            WorkingStep(
                "the smaller of balance and what is left to pay", "\(balance.decimal) and \(basis.decimal)",
                min(balance, basis).decimal.description)
        ]
        if amount > balance {
            working.append(
                WorkingStep(
                    "beyond it, off what is granted next", "\(basis.decimal) − \(balance.decimal)",
                    amount.decimal.description))
        }
        if let unit = grant.unitView(currency) {
            working.append(WorkingStep("in \(unit.name)", "\(amount.decimal) ÷ \(unit.ratio)", unit.text(amount)))
        }
        adjustments.append(
            Adjustment(
                kind: grant.kind == .promotional ? .promotionalCredit : .prepaidCredit, id: grant.id.text,
                description: grant.name, appliesTo: appliesTo(grant), basis: basis, amount: amount,
                balanceBefore: balance, balanceAfter: balance - amount, expires: grant.expires, working: working))
    }

    /// What each line gets of an amount of credit, in the order of `places`.
    private func creditParts(_ amount: Money, _ places: [Int], _ base: (LineAmounts) -> Money) -> [Money] {
        guard context.workspace.business.conventions.invoice.creditSplit == .lineByLine else {
            return spread(amount, over: places, by: base)
        }
        func rank(_ place: Int) -> Int { lines[place].rated.isFeeOrShared ? 0 : 1 }
        let most = netted(places.map { base(lines[$0].amounts) }, of: places)
        var parts = places.map { _ in Money.zero(currency) }
        var left = amount
        for index in places.indices.sorted(by: { (rank(places[$0]), $0) < (rank(places[$1]), $1) }) {
            parts[index] = min(left, max(.zero(currency), most[index]))
            left -= parts[index]
        }
        return parts
    }

    private func appliesTo(_ grant: CreditGrant) -> String {
        if !grant.charges.isEmpty { return grant.charges.map(\.rawValue).joined(separator: ", ") }
        if !grant.projects.isEmpty { return "projects " + grant.projects.map(\.text).joined(separator: ", ") }
        if !grant.items.isEmpty { return "items " + grant.items.map(\.text).joined(separator: ", ") }
        return "invoice"
    }
}

// MARK: - Statements

extension Bill {
    /// A statement for every grant that moved or holds something in this period, in the order of the customer's file.
    var creditStatements: [CreditStatement] { grants.compactMap(statement) }

    private func statement(_ grant: CreditGrant) -> CreditStatement? {
        let period = context.period.days
        let zero = Money.zero(currency)
        let timeline = timeline(grant)
        let before = timeline.state(at: period.start)
        let used = creditUsedNow[grant.id] ?? zero
        let after = timeline.state(at: period.end, using: used, from: period.start)
        let granted = after.granted - before.granted
        let expired = after.expired - before.expired
        let isPending = grant.from < period.end && (grant.counts.map { $0 >= period.end } ?? true)
        guard isPending || [before.balance, granted, used, expired].contains(where: { !$0.isZero }) else { return nil }
        let hasEnded = grant.expires.map { $0 <= period.end } ?? false
        return CreditStatement(
            grant: grant.id, name: grant.name, kind: grant.kind, opening: before.balance, granted: granted, used: used,
            expired: expired, closing: after.balance, expires: grant.expires,
            status: isPending ? .pending : (hasEnded ? .expired : .active), unit: grant.unitView(currency),
            working: earnedWorking[grant.id] ?? [])
    }

    /// What the books must hold of each grant after this bill. What expired before the period and was never posted, since
    /// no run billed the customer then, is posted now.
    var grantMovements: [GrantMovement] {
        let period = context.period.days
        let zero = Money.zero(currency)
        return grants.compactMap { grant in
            let used = creditUsedNow[grant.id] ?? zero
            let after = timeline(grant).state(at: period.end, using: used, from: period.start)
            let expired = max(zero, after.expired - (context.balances.creditExpired[grant.id] ?? zero))
            let earned = earnedNow[grant.id] ?? zero
            guard ![used, expired, earned].allSatisfy(\.isZero) else { return nil }
            return GrantMovement(grant: grant.id, kind: grant.kind, used: used, expired: expired, earned: earned)
        }
    }

    /// Grants of which less is left than their owner wants to be told of.
    var lowCreditFindings: [Finding] {
        creditStatements.compactMap { statement in
            guard statement.status == .active,
                let limit = grants.first(where: { $0.id == statement.grant })?.alertBelow, statement.closing < limit
            else { return nil }
            return Finding(
                .warning, .lowCredit,
                "\(statement.closing) are left of the credit \"\(statement.grant)\" of \"\(customer.id)\"",
                at: customer.place, notes: ["its \"alert_below\" is \(limit)"])
        }
    }
}

extension RatedLine {
    fileprivate var isFeeOrShared: Bool {
        switch kind {
        case .fee, .addOn, .minimum, .commitment, .serviceFee: true
        case .usage, .cost: project == nil
        }
    }
}

extension Money {
    /// More than any grant holds.
    fileprivate static func most(_ currency: Currency) -> Money {
        Money(minorUnits: 1_000_000_000_000_000_000_000_000_000_000, currency: currency)
    }
}

extension CreditGrant {
    /// When something of it expires next: at its end, or where a recurrence cuts down what is left.
    fileprivate func nextExpiry(after day: CalendarDay) -> CalendarDay? {
        guard let recurrence, recurrence.rollover != .all else { return expires }
        var index = 1
        while recurrence.every.day(index, from: from) <= day { index += 1 }
        let next = recurrence.every.day(index, from: from)
        return expires.map { min($0, next) } ?? next
    }

    fileprivate func unitView(_ currency: Currency) -> CreditStatement.Unit? {
        guard let unit, let ratio = unit.ratio(to: currency) else { return nil }
        return CreditStatement.Unit(name: unit.name, ratio: ratio, digits: unit.digits)
    }
}
