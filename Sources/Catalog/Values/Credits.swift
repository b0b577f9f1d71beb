import BillingTerms

/// An amount that a customer may use up: given (promotional) or bought (prepaid).
package struct CreditGrant: Hashable, Sendable {
    package var id: CreditGrantID
    package var name: String
    package var kind: Kind
    /// What is granted: once, or at each recurrence.
    package var amount: Money
    /// What was paid for a prepaid grant.
    package var price: Money?
    package var from: CalendarDay
    /// The first day on which it no longer counts; of a recurring grant, the end of the whole series.
    package var expires: CalendarDay?
    /// Smaller numbers are used first.
    package var priority: Int
    /// Only for these projects; all when empty.
    package var projects: [ProjectID]
    /// Only for these items; all when empty.
    package var items: [ProductItemID]
    /// Only for charges of these kinds; all when empty.
    package var charges: [ChargeKind] = []
    package var payment: Payment
    package var recurrence: Recurrence?
    package var overage = Overage.billed
    /// A warning is given when less is left.
    package var alertBelow: Money?
    /// The unit in which it was granted; its amounts are worth money by the unit's ratio.
    package var unit: CreditUnit?
    /// The first day on which an invoice may use it, where that is later than the grant's own.
    package var usableFrom: CalendarDay?

    package enum Kind: String, Sendable, Codable, CaseIterable {
        /// Lowers the net amount, before tax.
        case promotional
        /// Was paid for: settles the total, after tax.
        case prepaid
    }

    package enum Payment: Hashable, Sendable {
        /// Nothing is waited for: a gift, or paid by its first day.
        case settled
        /// Counts from the day of payment, if that is later than its first.
        case paid(CalendarDay)
        /// Not paid yet: it cannot be used.
        case pending
    }

    /// What becomes of what is charged beyond what the grant holds.
    package enum Overage: String, Sendable, CaseIterable {
        /// It is paid for.
        case billed
        /// It is given in advance, and taken off what is granted next.
        case carried
    }

    /// The grant is filled up again and again from its first day.
    package struct Recurrence: Hashable, Sendable {
        package var every: Cadence
        package var rollover: Rollover
        /// The least that is there after a rollover.
        package var least: Money?
        package var refill: Refill

        package init(every: Cadence, rollover: Rollover = .nothing, least: Money? = nil, refill: Refill = .added) {
            self.every = every
            self.rollover = rollover
            self.least = least
            self.refill = refill
        }
    }

    /// What comes to what rolled over.
    package enum Refill: String, Sendable, CaseIterable {
        /// The amount.
        case added
        /// As much as is missing to the amount.
        case toppedUp = "topped-up"
        /// Nothing: what rolls over is all there is.
        case none
    }

    /// What is left when the grant is filled up again.
    package enum Rollover: Hashable, Sendable {
        /// Expires.
        case nothing
        /// Goes on, but no more than this.
        case upTo(Money)
        case all
    }

    package init(
        id: CreditGrantID, name: String, kind: Kind, amount: Money, price: Money? = nil, from: CalendarDay,
        expires: CalendarDay? = nil, priority: Int = 100, projects: [ProjectID] = [], items: [ProductItemID] = [],
        payment: Payment = .settled, recurrence: Recurrence? = nil, alertBelow: Money? = nil,
        unit: CreditUnit? = nil, usableFrom: CalendarDay? = nil
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.amount = amount
        self.price = price
        self.from = from
        self.expires = expires
        self.priority = priority
        self.projects = projects
        self.items = items
        self.payment = payment
        self.recurrence = recurrence
        self.alertBelow = alertBelow
        self.unit = unit
        self.usableFrom = usableFrom
    }

    /// The first day on which it may be used; nil while it is not paid for.
    package var counts: CalendarDay? {
        switch payment {
        case .settled: from
        case .paid(let day): max(from, day)
        case .pending: nil
        }
    }

    /// The days before `end` on which it is granted: its first one, and each recurrence, counted from its first day so
    /// that the 31st comes back after a short month. Recurrences before payment are lost.
    package func grantDays(before end: CalendarDay) -> [CalendarDay] {
        guard let counts else { return [] }
        let end = expires.map { min($0, end) } ?? end
        guard let recurrence else { return counts < end ? [counts] : [] }
        var days: [CalendarDay] = []
        var index = 0
        var day = from
        while day < end {
            let next = recurrence.every.day(index + 1, from: from)
            // A payment inside a recurrence's days sets it off on that day.
            if next > counts, max(day, counts) < end { days.append(max(day, counts)) }
            index += 1
            day = next
        }
        return days
    }

    /// Whether it gives beyond what it holds, in a period that ends on `end`: only where something is granted afterwards, off
    /// which that can be taken.
    package func givesInAdvance(until end: CalendarDay) -> Bool {
        guard overage == .carried, let recurrence, recurrence.refill != .none, let counts, counts < end else {
            return false
        }
        var index = 1
        while recurrence.every.day(index, from: from) < end { index += 1 }
        let next = recurrence.every.day(index, from: from)
        return expires.map { next < $0 } ?? true
    }

    /// The days up to and including `end`, and after `start`, on which what is left is cut down: to the rollover at each
    /// recurrence, to nothing at its expiry.
    package func cuts(after start: CalendarDay, through end: CalendarDay) -> [(day: CalendarDay, keeps: Money)] {
        var cuts: [(day: CalendarDay, keeps: Money)] = []
        if let recurrence, let counts {
            let zero = Money.zero(amount.currency)
            for day in grantDays(before: end + 1) where day > start && day > counts {
                switch recurrence.rollover {
                case .nothing: cuts.append((day, zero))
                case .upTo(let limit): cuts.append((day, limit))
                case .all: break
                }
            }
        }
        if let expires, expires > start, expires <= end { cuts.append((expires, .zero(amount.currency))) }
        return cuts
    }
}

extension Cadence {
    /// The `index`-th beginning, counted from `start` each time.
    package func day(_ index: Int, from start: CalendarDay) -> CalendarDay {
        switch unit {
        case .day: start + index * count
        case .week: start + index * count * 7
        case .month: start.adding(months: index * count)
        case .year: start.adding(months: index * count * 12)
        }
    }
}

/// Earns promotional credit by usage (`catalog/rewards.yaml`): each whole block of a meter earns an amount, once.
package struct Reward: Hashable, Sendable {
    package var id: RewardID
    package var name: String
    package var selection: UsageSelection
    /// Units that a block holds. What is left below a block at the end of a plan period earns nothing.
    package var block: ExactDecimal
    package var amount: Money
    /// The most that one run period, and all of them, may earn.
    package var limitPerPeriod: Money?
    package var limitInTotal: Money?
    /// How long what was earned may be used; nil without end.
    package var expiresAfter: Cadence?
    package var usable: Usable
    package var from: CalendarDay?
    package var until: CalendarDay?
    /// Given to every customer with one of these tags, without assignment.
    package var customerTags: [String]
    /// When what was earned is used, among the other grants.
    package var priority: Int

    package enum Usable: String, Sendable, CaseIterable {
        /// From the first day after the period in which it was earned.
        case nextPeriod = "next-period"
        /// By the invoice of the period in which it is earned, already.
        case samePeriod = "same-period"
    }

    package init(
        id: RewardID, name: String, selection: UsageSelection, block: ExactDecimal, amount: Money,
        limitPerPeriod: Money? = nil, limitInTotal: Money? = nil, expiresAfter: Cadence? = nil,
        usable: Usable = .nextPeriod, from: CalendarDay? = nil, until: CalendarDay? = nil, customerTags: [String] = [],
        priority: Int = 100
    ) {
        self.id = id
        self.name = name
        self.selection = selection
        self.block = block
        self.amount = amount
        self.limitPerPeriod = limitPerPeriod
        self.limitInTotal = limitInTotal
        self.expiresAfter = expiresAfter
        self.usable = usable
        self.from = from
        self.until = until
        self.customerTags = customerTags
        self.priority = priority
    }

    /// The grant that holds what this reward earned in a period. An id of the workspace has no slash, so that it cannot be
    /// taken for another grant.
    package func grant(_ earned: Money, in period: BillingPeriod) -> CreditGrant {
        CreditGrant(
            id: CreditGrantID(id.text + "/" + period.name), name: "\(name), \(period.name)", kind: .promotional,
            amount: earned, from: period.days.start, expires: expiresAfter.map { $0.day(1, from: period.days.end) },
            priority: priority, usableFrom: usable == .nextPeriod ? period.days.end : nil)
    }

    /// The reward and the period of such a grant's id; nil for other grants.
    package static func earning(of grant: CreditGrantID) -> (reward: RewardID, period: BillingPeriod)? {
        let parts = grant.text.split(separator: "/")
        guard parts.count == 2, let period = BillingPeriod(absolute: String(parts[1])) else { return nil }
        return (RewardID(String(parts[0])), period)
    }
}
