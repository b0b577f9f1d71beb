/// The two ways in which Azure writes the money of a month (Microsoft, "Understand Cost Management data": actual and
/// amortised cost). They are never added together.
package enum CostView: String, Hashable, Sendable {
    /// As invoiced: a reservation or savings plan costs on the day of its purchase, and the use that it covers nothing.
    case actual
    /// Purchases spread over the use that they cover, and over the hours in which nothing used them.
    case amortised
}

/// What rows say about the view that they are of, for files without a manifest that names it.
package struct CostViewEvidence: Hashable, Sendable {
    /// A commitment that was paid for: only the actual view has that.
    package var hasCommitmentPurchase = false
    /// A share of a commitment's price on use or on idle time: only the amortised view has that.
    package var hasSpreadCommitment = false

    package init() {}

    mutating func add(_ other: CostViewEvidence) {
        hasCommitmentPurchase = hasCommitmentPurchase || other.hasCommitmentPurchase
        hasSpreadCommitment = hasSpreadCommitment || other.hasSpreadCommitment
    }

    /// A month without commitments is the same in both views, and so is one that shows both kinds of rows: as invoiced.
    package var view: CostView { hasSpreadCommitment && !hasCommitmentPurchase ? .amortised : .actual }
}
