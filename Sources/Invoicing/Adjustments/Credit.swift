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

    /// The order in which grants are used: priority, soonest expiry, oldest, id.
    private var grantsInOrder: [CreditGrant] {
        customer.credits.filter(isUsable).sorted { left, right in
            if left.priority != right.priority { return left.priority < right.priority }
            if left.expires != right.expires {
                guard let a = left.expires else { return false }
                guard let b = right.expires else { return true }
                return a < b
            }
            if left.from != right.from { return left.from < right.from }
            return left.id < right.id
        }
    }

    /// A grant counts for an invoice when it began by the period's last day and had not expired on its first.
    private func isUsable(_ grant: CreditGrant) -> Bool {
        grant.from < context.period.days.end && (grant.expires.map { context.period.days.start < $0 } ?? true)
    }

    func balanceBefore(_ grant: CreditGrant) -> Money {
        grant.amount - (context.balances.creditUsed[grant.id] ?? .zero(currency))
    }

    private mutating func use(
        _ grant: CreditGrant, base: (LineAmounts) -> Money, assign: (inout BillLine, Money) -> Void
    ) {
        let balance = balanceBefore(grant)
        let places = places { line in
            let isWantedProject = grant.projects.isEmpty || (line.project.map(grant.projects.contains) ?? false)
            let isWantedItem = grant.items.isEmpty || line.isOf(grant.items)
            return isWantedProject && isWantedItem && (grant.kind == .promotional || line.isPrepayable)
        }
        let basis = basis(of: places, base)
        let amount = min(balance, basis)
        guard amount.minorUnits > 0 else { return }
        for (place, part) in zip(places, spread(amount, over: places, by: base)) where !part.isZero {
            assign(&lines[place], part)
        }
        creditUsedNow[grant.id] = amount
        adjustments.append(
            Adjustment(
                kind: grant.kind == .promotional ? .promotionalCredit : .prepaidCredit, id: grant.id.text,
                description: grant.name, appliesTo: appliesTo(grant), basis: basis, amount: amount,
                balanceBefore: balance, balanceAfter: balance - amount, expires: grant.expires,
                working: [
                    WorkingStep(
                        "the smaller of balance and what is left to pay", "\(balance.decimal) and \(basis.decimal)",
                        amount.decimal.description)
                ]))
    }

    private func appliesTo(_ grant: CreditGrant) -> String {
        if !grant.projects.isEmpty { return "projects " + grant.projects.map(\.text).joined(separator: ", ") }
        if !grant.items.isEmpty { return "items " + grant.items.map(\.text).joined(separator: ", ") }
        return "invoice"
    }

    /// A statement for every grant that moved or holds something in this period, in the order of the customer's file.
    var creditStatements: [CreditStatement] {
        let period = context.period.days
        let zero = Money.zero(currency)
        return customer.credits.filter(isUsable).compactMap { grant in
            let before = balanceBefore(grant)
            let isNew = period.contains(grant.from)
            let used = creditUsedNow[grant.id] ?? zero
            let expires = grant.expires.map { $0 <= period.end } ?? false
            let expired = expires ? before - used : zero
            guard isNew || !before.isZero else { return nil }
            return CreditStatement(
                grant: grant.id, name: grant.name, kind: grant.kind, opening: isNew ? before - grant.amount : before,
                granted: isNew ? grant.amount : zero, used: used, expired: expired, closing: before - used - expired,
                expires: grant.expires)
        }
    }
}
