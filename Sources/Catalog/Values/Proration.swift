import BillingTerms

/// How much of a fee is due for a part of a plan period, and what becomes of a fee that was paid for days after the end.
package struct Proration: Hashable, Sendable {
    package enum Method: String, Sendable, CaseIterable {
        /// Days of the part over days of the whole period; a day of 23 or 25 hours is one day.
        case day
        /// Seconds of the customer's zone: on the days on which clocks change, a day is longer or shorter.
        case second
        /// Every month has 30 days, as banks count (30E/360): the 31st is the 30th. For months and years; shorter periods
        /// are counted by days.
        case thirtyDay = "30-day"
        /// Days over a month of 30, a year of 365, a week of 7: what a day costs is the same in every month. A part costs no
        /// more than the whole.
        case nominal
        /// A fee is due whole, however short the period, in the quantity of the period's first day.
        case none
    }

    package enum DayCount: String, Sendable, CaseIterable {
        /// `until` is the first day that is not charged.
        case halfOpen = "half-open"
        /// The day of `until` is charged too. Usage of that day is not: it belongs to whoever follows.
        case endInclusive = "end-inclusive"
    }

    /// What happens to a fee in advance when its subscription ends within the period.
    package enum Refund: String, Sendable, CaseIterable {
        /// It is charged for the whole period, and the closing bill refunds the days that are left.
        case prorated
        /// The end is taken as known when the fee is charged, and only the days up to it are charged: for fixed terms.
        case knownEnd = "known-end"
        /// It is charged for the whole period and kept.
        case none
    }

    package var method: Method
    package var dayCount: DayCount
    package var refund: Refund
    /// Fraction digits at which the share itself is rounded before it is multiplied; exact where there are none.
    package var digits: Int?

    package init(
        method: Method = .day, dayCount: DayCount = .halfOpen, refund: Refund = .prorated, digits: Int? = nil
    ) {
        self.method = method
        self.dayCount = dayCount
        self.refund = refund
        self.digits = digits
    }
}
