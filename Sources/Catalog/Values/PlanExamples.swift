import BillingTerms

/// A bill that a plan must come to: what a customer with one project used, and what it has to pay before tax.
package struct PlanExample: Hashable, Sendable {
    package var name: String
    package var period: BillingPeriod
    /// On the example's plan; its project is the only one.
    package var subscription: Subscription
    package var usage: [Usage]
    package var costs: [Cost]
    package var expected: [Expectation]
    package var place: Place?

    /// An event of a meter; for `count` and `unique` so many of them, for what is measured in time so much on the day.
    package struct Usage: Hashable, Sendable {
        package var meter: MeterID
        package var quantity: ExactDecimal
        package var day: CalendarDay
        package var dimensions: [String: String]
    }

    /// What a provider charged on one day.
    package struct Cost: Hashable, Sendable {
        package var provider: String
        package var service: String
        package var category: ChargeCategory
        package var amount: ExactDecimal
        package var currency: Currency
        package var day: CalendarDay
    }

    package struct Expectation: Hashable, Sendable {
        package enum Subject: Hashable, Sendable {
            /// The sum of the lines of one item, fee or add-on, by its id, at their net amounts.
            case item(String)
            /// The total without tax.
            case total
        }

        package var subject: Subject
        package var amount: ExactDecimal
        package var place: Place?
    }
}
