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
        var today: CalendarDay?
        for event in events(until: day) {
            // Uses that begin before this day have had their chance with what was there then; what comes to it on this day
            // comes together.
            if event.day != today { take(by: event.day - 1) }
            today = event.day
            switch event.change {
            case .keep(let most):
                let lost = max(zero, state.balance - most)
                state.expired += lost
                state.balance -= lost
            case .raise(let least):
                // What was used in advance is not given a second time.
                let more = max(zero, least - max(zero, state.balance))
                state.granted += more
                state.balance += more
            case .add:
                state.granted += grant.amount
                state.balance += grant.amount
            }
        }
        take(by: day - 1)
        for use in rest { state.balance -= use.amount }
        return state
    }

    private struct Event {
        /// In the order in which they happen on one day.
        enum Change {
            /// No more than this is left.
            case keep(Money)
            /// There is at least so much.
            case raise(to: Money)
            case add

            var rank: Int {
                switch self {
                case .keep: 0
                case .raise: 1
                case .add: 2
                }
            }
        }

        var day: CalendarDay
        var change: Change
        /// Behind what else happens on its day.
        var isLast = false

        var order: (CalendarDay, Int) { (day, isLast ? 3 : change.rank) }
    }

    /// In order; on one day what is left is cut down and raised to the least before the grant is filled up.
    private func events(until end: CalendarDay) -> [Event] {
        var events = grant.cuts(after: grant.from, through: end).map { Event(day: $0.day, change: .keep($0.keeps)) }
        for (place, day) in grant.grantDays(before: end).enumerated() {
            guard place > 0, let recurrence = grant.recurrence else {
                events.append(Event(day: day, change: .add))
                continue
            }
            if let least = recurrence.least { events.append(Event(day: day, change: .raise(to: least))) }
            switch recurrence.refill {
            case .added: events.append(Event(day: day, change: .add))
            case .toppedUp: events.append(Event(day: day, change: .raise(to: grant.amount), isLast: true))
            case .none: break
            }
        }
        return events.sorted { $0.order < $1.order }
    }
}
