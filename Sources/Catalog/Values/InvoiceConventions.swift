import BillingTerms

/// The rules on which billing engines differ once lines are priced: they hold for whole invoices, so that a plan cannot
/// set them.
package struct InvoiceConventions: Hashable, Sendable {
    package var rounding = RoundingMode.halfAwayFromZero
    package var roundingPlace = RoundingPlace.line
    package var discountSplit = DiscountSplit.largestRemainder
    package var prepaid = PrepaidPlace.afterTax
    package var sharedAmounts = SharedAmounts.byNet
    package var taxRounding = TaxRounding.rate
    package var percentagesOf = PercentageBasis.rest
    package var discountRounding = DiscountRounding.total
    package var trialRounding = TrialRounding.discount
    package var creditSplit = CreditSplit.byAmount
    package var creditOrder = CreditOrder.soonestExpiry

    package init() {}
}

/// Which amounts are rounded to whole minor units.
package enum RoundingPlace: String, Sendable, CaseIterable {
    /// Each line by itself; totals are sums of rounded lines.
    case line
    /// What an item comes to in a plan period, for each project and split value: its lines, one for each tier, take whole
    /// minor units next to their exact amounts.
    case item
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

/// Where tax is rounded to whole minor units.
package enum TaxRounding: String, Sendable, CaseIterable {
    /// Each tax once, on the total of its rate (EN 16931 BR-CO-17).
    case rate
    /// Each line's by itself, and then summed.
    case line
    /// The sum of all taxes once; each lies next to its exact amount.
    case invoice
}

/// Of what a percentage is taken where several promotions lower the same lines.
package enum PercentageBasis: String, Sendable, CaseIterable {
    /// Of what those before it left.
    case rest
    /// Of the lines' gross amounts, as far as there is something left.
    case gross
}

/// Where what a percentage takes off is rounded.
package enum DiscountRounding: String, Sendable, CaseIterable {
    /// Once, over all of its lines; then it is split over them.
    case total
    /// On each line, and then summed.
    case line
}

/// Which side of a fee that lies in a trial in part is rounded.
package enum TrialRounding: String, Sendable, CaseIterable {
    /// What the trial takes off.
    case discount
    /// What is left to be paid.
    case rest
}

/// How a grant's credit is spread over the lines that it may lower.
package enum CreditSplit: String, Sendable, CaseIterable {
    /// By what each line comes to.
    case byAmount = "by-amount"
    /// Line by line, fees and what projects share first, then the others as the invoice lists them: the first lines are
    /// paid in full, and grants that are for the others find them untouched.
    case lineByLine = "line-by-line"
}

/// Which of several grants of one priority is used first.
package enum CreditOrder: String, Sendable, CaseIterable {
    case soonestExpiry = "soonest-expiry"
    case oldest
}
