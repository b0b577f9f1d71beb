import BillingTerms

/// What a delivery of a bill is a delivery of: one billing account's month (or other billing period) at one provider.
/// Of several deliveries of the same, one counts.
package struct BillCoverage: Hashable, Sendable, Comparable {
    package var provider: String
    /// In the form in which accounts are compared: an Azure account is written as a path in one format and bare in another.
    package var billingAccount: String
    package var periodStart: CalendarDay

    package init(provider: String, billingAccount: String, periodStart: CalendarDay) {
        self.provider = provider
        self.billingAccount = ProviderNames.accountKey(billingAccount, provider: provider)
        self.periodStart = periodStart
    }

    package init(of charge: ProviderCharge) {
        self.init(
            provider: charge.provider, billingAccount: charge.billingAccount,
            periodStart: charge.billingPeriod.start)
    }

    package static func < (left: BillCoverage, right: BillCoverage) -> Bool {
        (left.provider, left.billingAccount, left.periodStart) < (
            right.provider, right.billingAccount, right.periodStart
        )
    }
}

/// What a file holds of one `BillCoverage`.
package struct CoveredCharges: Sendable {
    package var rowCount = 0
    /// In the form of `ProviderNames.accountKey`.
    package var subAccounts: Set<String> = []
    /// By currency code.
    package var billedCost: [String: ExactSum] = [:]
    package var firstSecond: Int64?
    package var lastSecond: Int64?

    package init() {}

    package static func += (total: inout CoveredCharges, other: CoveredCharges) {
        total.rowCount += other.rowCount
        total.subAccounts.formUnion(other.subAccounts)
        for (currency, sum) in other.billedCost { total.billedCost[currency, default: ExactSum()] += sum }
        total.include(firstSecond: other.firstSecond, lastSecond: other.lastSecond)
    }

    mutating func include(firstSecond first: Int64?, lastSecond last: Int64?) {
        if let first { firstSecond = min(firstSecond ?? first, first) }
        if let last { lastSecond = max(lastSecond ?? last, last) }
    }

    /// `1 row`, `12 rows`.
    package var rowText: String { numbered(rowCount, "row") }

    /// `1234.5 USD, 20 EUR`.
    package var costText: String {
        let amounts = billedCost.sorted { $0.key < $1.key }.map { "\($0.value.value) \($0.key)" }
        return amounts.isEmpty ? "no cost" : amounts.joined(separator: ", ")
    }
}
