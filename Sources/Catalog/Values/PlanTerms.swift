import BillingTerms

/// What costs nothing at the beginning of a subscription: for some days, up to an amount, or whichever ends first.
package struct Trial: Hashable, Sendable {
    /// Counted from the subscription's first day.
    package var days: Int?
    package var amount: ExactDecimal?
    /// The items that cost nothing; all of the plan's when empty. Add-ons are never part of a trial.
    package var items: [ProductItemID]

    /// A trial for some days alone is for everything, fees too; one up to an amount is for what is used.
    package var coversFees: Bool { items.isEmpty && amount == nil }

    package init(days: Int? = nil, amount: ExactDecimal? = nil, items: [ProductItemID] = []) {
        self.days = days
        self.amount = amount
        self.items = items
    }
}

/// What each plan period has for nothing, over all projects together.
package struct FreeTier: Hashable, Sendable {
    /// Taken off the items' lines.
    package var amount: ExactDecimal?
    /// Units taken off items' quantities before they are priced.
    package var quantities: [ItemQuantity]

    package init(amount: ExactDecimal? = nil, quantities: [ItemQuantity] = []) {
        self.amount = amount
        self.quantities = quantities
    }

    package func units(of item: ProductItemID) -> ExactDecimal? { quantities.first { $0.item == item }?.quantity }

    package struct ItemQuantity: Hashable, Sendable {
        package var item: ProductItemID
        package var quantity: ExactDecimal

        package init(item: ProductItemID, quantity: ExactDecimal) {
            self.item = item
            self.quantity = quantity
        }
    }
}

/// Which of a subscription's charges count towards a minimum or a commitment.
package enum CountedCharges: String, Sendable, CaseIterable {
    /// Items, fees and add-ons.
    case everything
    /// Product items: usage and provider cost.
    case usage
}

/// The least that a plan period costs; what is missing is charged as a line of its own.
package struct PlanMinimum: Hashable, Sendable {
    package var amount: ExactDecimal
    package var counts: CountedCharges
    /// Whether a part of a period has that part of the minimum.
    package var isProrated: Bool
    package var tax: String?

    package init(
        amount: ExactDecimal, counts: CountedCharges = .everything, isProrated: Bool = true, tax: String? = nil
    ) {
        self.amount = amount
        self.counts = counts
        self.isProrated = isProrated
        self.tax = tax
    }
}

/// A percentage of what the plan charges on an invoice.
package struct ServiceFee: Hashable, Sendable {
    package enum Basis: String, Sendable, CaseIterable {
        /// The lines' gross amounts.
        case beforeDiscounts = "before-discounts"
        /// What item promotions, trial, free tier and commitment left. Promotions for the invoice come later and see the
        /// service fee as a line.
        case afterDiscounts = "after-discounts"
    }

    package var name: String
    /// A fraction.
    package var rate: ExactDecimal
    package var basis: Basis
    package var isDiscountable: Bool
    package var tax: String?

    package init(
        name: String, rate: ExactDecimal, basis: Basis = .afterDiscounts, isDiscountable: Bool = true,
        tax: String? = nil
    ) {
        self.name = name
        self.rate = rate
        self.basis = basis
        self.isDiscountable = isDiscountable
        self.tax = tax
    }
}

/// What a customer has promised to spend on a subscription.
package struct Commitment: Hashable, Sendable {
    package enum Payment: String, Sendable, CaseIterable {
        /// Spending is billed as it happens; what is missing is charged when the commitment ends.
        case arrears
        /// Paid whole when it begins; spending is taken off it, and what is left at the end lapses.
        case advance
        /// Paid in equal parts, one with each plan period; spending is taken off the whole from the first day.
        case instalments
    }

    package var name: String
    package var amount: ExactDecimal
    /// Over how many plan periods the amount is promised together; nil when each plan period has its own.
    package var periods: Int?
    /// A day of its first plan period; the subscription's first day when nil.
    package var from: CalendarDay?
    package var payment: Payment
    package var counts: CountedCharges

    package init(
        name: String = "Commitment", amount: ExactDecimal, periods: Int? = nil, from: CalendarDay? = nil,
        payment: Payment = .arrears, counts: CountedCharges = .everything
    ) {
        self.name = name
        self.amount = amount
        self.periods = periods
        self.from = from
        self.payment = payment
        self.counts = counts
    }
}
