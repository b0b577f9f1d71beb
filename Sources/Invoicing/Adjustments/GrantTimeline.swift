import BillingTerms
import Catalog

/// What a grant held and lost, day by day: filled up on its days, lowered by invoices, cut down to its rollover at each
/// recurrence and to nothing at its expiry. Pure: the books tell what invoices took and when; all else follows from the
/// catalog, however many runs there were or were not.
///
/// An invoice may use what the grant holds on any day of its period, the oldest first, so that as little as possible
/// expires.
struct GrantTimeline {
    let grant: CreditGrant
    /// What earlier invoices took, each with its period's first day.
    private let uses: [CarriedUse]

    init(_ grant: CreditGrant, uses: [CarriedUse]) {
        self.grant = grant
        self.uses = uses.sorted { ($0.from, $0.amount.minorUnits) < ($1.from, $1.amount.minorUnits) }
    }

    /// Sums from the grant's beginning up to a day.
    struct State {
        var granted: Money
        var expired: Money
        /// Granted less used less expired. Below zero where the grant's file was changed after more was used: then what is
        /// granted later makes up for it first.
        var balance: Money
        /// What the last of the uses could take.
        var lastUsed: Money
    }

    /// At the end of the day before `day`, expiry on `day` itself included, with one more use from `period` on.
    func state(at day: CalendarDay, using amount: Money? = nil, from start: CalendarDay? = nil) -> State {
        let zero = Money.zero(grant.amount.currency)
        var state = State(granted: zero, expired: zero, balance: zero, lastUsed: zero)
        var rest = uses.filter { $0.from < day }.map { (from: $0.from, amount: $0.amount) }
        if let amount, let start { rest.append((start, amount)) }
        let last = rest.count - 1

        /// What was to be used and could not be, is taken from what comes later: the books say that it was given.
        func take(by day: CalendarDay) {
            for place in rest.indices where rest[place].from <= day {
                let taken = min(rest[place].amount, state.balance)
                rest[place].amount -= taken
                state.balance -= taken
                if amount != nil, place == last { state.lastUsed += taken }
            }
        }
        for event in events(until: day) {
            // Uses that begin before this day have had their chance with what was there then.
            take(by: event.day - 1)
            if let keeps = event.keeps {
                let lost = max(zero, state.balance - keeps)
                state.expired += lost
                state.balance -= lost
            } else {
                state.granted += grant.amount
                state.balance += grant.amount
                take(by: event.day)
            }
        }
        take(by: day - 1)
        for (place, use) in rest.enumerated() where amount == nil || place != last { state.balance -= use.amount }
        return state
    }

    private struct Event {
        var day: CalendarDay
        /// What is left by a cut; nil where the grant is filled up.
        var keeps: Money?
    }

    /// In order; on one day what is left is cut down before the grant is filled up.
    private func events(until end: CalendarDay) -> [Event] {
        let cuts = grant.cuts(after: grant.from, through: end).map { Event(day: $0.day, keeps: $0.keeps) }
        let grants = grant.grantDays(before: end).map { Event(day: $0, keeps: nil) }
        return (cuts + grants).sorted { left, right in
            left.day != right.day ? left.day < right.day : left.keeps != nil && right.keeps == nil
        }
    }
}
