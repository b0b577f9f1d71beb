import BillingTerms

/// The rules on which billing engines differ once lines are priced: they hold for whole invoices, so that a plan cannot
/// set them.
package struct InvoiceConventions: Hashable, Sendable {
    package var rounding = RoundingMode.halfAwayFromZero
    package var roundingPlace = RoundingPlace.line
    package var discountSplit = DiscountSplit.largestRemainder
    package var prepaid = PrepaidPlace.afterTax
    package var sharedAmounts = SharedAmounts.byNet

    package init() {}
}

/// Which amounts are rounded to whole minor units.
package enum RoundingPlace: String, Sendable, CaseIterable {
    /// Each line by itself; totals are sums of rounded lines.
    case line
    /// The sum of the lines' exact amounts, once; the lines take whole minor units next to their exact amounts, by
    /// largest remainder, so that they still add up.
    case total
}

/// Where the minor units go that are left when a discount is split over lines.
package enum DiscountSplit: String, Sendable, CaseIterable {
    /// One by one to the largest remainders.
    case largestRemainder = "largest-remainder"
    /// To the largest line, as far as it holds them, then to the next.
    case largestLine = "largest-line"
}

/// Whether prepaid credit settles the total (it was paid for, so it is a means of payment) or lowers the taxable amount.
package enum PrepaidPlace: String, Sendable, CaseIterable {
    case afterTax = "after-tax"
    case beforeTax = "before-tax"
}

/// What happens to amounts that belong to no single project: plan fees, invoice discounts, credit.
package enum SharedAmounts: String, Sendable, CaseIterable {
    /// Split over the customer's projects by what each is charged.
    case byNet = "by-net"
    /// Split over the customer's projects in equal parts.
    case equally
    /// Kept as a statement of their own, "shared".
    case separate
}
