import BillingTerms
import GRDB

extension Ledger {
    /// What periods that end on or before `day` used up, customer by customer: the balances with which a period that
    /// begins on `day` starts. Customers who used nothing are left out.
    ///
    /// A run of a period never looks at that period's own postings, so that running it twice takes nothing twice.
    package func carriedForward(before day: CalendarDay) throws -> [CustomerID: CarriedForward] {
        try carriedForward("p.end_day <= ?", [day.description])
    }

    /// The same for one customer.
    package func carriedForward(before day: CalendarDay, customer: CustomerID) throws -> CarriedForward {
        let carried = try carriedForward("p.end_day <= ? AND t.customer = ?", [day.description, customer.text])
        return carried[customer] ?? .nothing
    }

    /// What invoices of periods that end on or before `day` took from each of the customer's grants.
    package func creditUse(
        before day: CalendarDay, customer: CustomerID, in currency: Currency
    ) throws -> [CreditGrantID: Money] {
        try carriedForward(before: day, customer: customer).creditUse(in: currency)
    }

    /// What the customer's grants lost at their expiry in periods that end on or before `day`.
    package func creditExpiry(
        before day: CalendarDay, customer: CustomerID, in currency: Currency
    ) throws -> [CreditGrantID: CreditExpiry] {
        try carriedForward(before: day, customer: customer).creditExpiry(in: currency)
    }

    /// How many of the customer's invoices each promotion lowered, and by how much, in periods that end on or before
    /// `day`.
    package func promotionUse(
        before day: CalendarDay, customer: CustomerID, in currency: Currency
    ) throws -> [PromotionID: PromotionUse] {
        try carriedForward(before: day, customer: customer).promotionUse(in: currency)
    }

    private func carriedForward(
        _ condition: String, _ arguments: StatementArguments
    ) throws -> [CustomerID: CarriedForward] {
        try read { db in
            let condition =
                "\(PostingBook.inForce) AND EXISTS (SELECT 1 FROM periods p WHERE p.name = t.period AND \(condition))"
            let days = try RunBook.periodDays(db)
            var carried: [CustomerID: CarriedForward] = [:]
            for transaction in try PostingBook.transactions(db, where: condition, arguments) {
                guard let period = days[transaction.periodName] else { continue }
                for posting in transaction.postings {
                    carried[transaction.customer, default: .nothing]
                        .add(
                            posting, period: transaction.periodName, periodStart: period.start, periodEnd: period.end)
                }
                for cycles in transaction.cycles {
                    carried[transaction.customer, default: .nothing]
                        .add(cycles: cycles.cycles, of: cycles.promotion, in: cycles.currency)
                }
            }
            return carried
        }
    }
}
