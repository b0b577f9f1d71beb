import BillingTerms

/// A price reduction (`catalog/promotions.yaml`).
package struct Promotion: Hashable, Sendable {
    package var id: PromotionID
    package var name: String
    package var discount: Discount
    package var scope: Scope
    /// Only lines of these dimension values: dimension → the values that count. All must match.
    package var dimensions: [String: [String]]
    /// Only charges of these kinds; all when empty.
    package var charges: [ChargeKind] = []
    /// Smaller numbers first; within one number percentages come before fixed amounts.
    package var priority: Int
    package var from: CalendarDay?
    package var until: CalendarDay?
    /// Only for so many invoices that it lowers; nil without end.
    package var cycles: Int?
    /// Only for so many months from the day on which the customer got it; nil without end.
    package var months: Int?
    /// The most that it takes off one invoice, and in all; in the customer's currency.
    package var capPerCycle: ExactDecimal?
    package var capInTotal: ExactDecimal?
    /// What becomes of the part of a fixed amount, or of the cap per cycle, that an invoice did not use up.
    package var remainder: Remainder
    package var combination: Combination
    /// Given to every customer with one of these tags, without assignment.
    package var customerTags: [String]
    /// Counts only for customers with one of these tags, however they got it; for all when empty.
    package var onlyForTags: [String]
    /// Given to every customer whose file has redeemed it.
    package var code: String?

    package enum Discount: Hashable, Sendable {
        /// A fraction: 0.10 for 10 %.
        case percentage(ExactDecimal)
        case fixed(ExactDecimal, Currency)
        case tiered(SpendTiers)
    }

    package enum Scope: Hashable, Sendable {
        case invoice
        case items([ProductItemID])
        case plans([PricingPlanID])
        case projects([ProjectID])
    }

    package enum Remainder: String, Sendable, CaseIterable {
        /// Each invoice has the whole amount, and what it leaves is gone.
        case lost
        /// What an invoice leaves is added to what the next one may have.
        case carried
    }

    /// How a promotion gets on with the others of its step (those for items, and those for all the rest).
    package enum Combination: String, Sendable, CaseIterable {
        /// Takes its part of what the ones before it left.
        case yes
        /// Keeps a line to itself: lines that were lowered before are left out, and later ones leave out its lines.
        case no
        /// Of all that say `best`, only the one that takes off the most is applied.
        case best
    }

    package init(
        id: PromotionID, name: String, discount: Discount, scope: Scope = .invoice,
        dimensions: [String: [String]] = [:], priority: Int = 100, from: CalendarDay? = nil, until: CalendarDay? = nil,
        cycles: Int? = nil, months: Int? = nil, capPerCycle: ExactDecimal? = nil, capInTotal: ExactDecimal? = nil,
        remainder: Remainder = .lost, combination: Combination = .yes, customerTags: [String] = [],
        onlyForTags: [String] = [], code: String? = nil
    ) {
        self.id = id
        self.name = name
        self.discount = discount
        self.scope = scope
        self.dimensions = dimensions
        self.priority = priority
        self.from = from
        self.until = until
        self.cycles = cycles
        self.months = months
        self.capPerCycle = capPerCycle
        self.capInTotal = capInTotal
        self.remainder = remainder
        self.combination = combination
        self.customerTags = customerTags
        self.onlyForTags = onlyForTags
        self.code = code
    }
}

/// A percentage that depends on what the lines come to: 10 % of the first 500, 15 % beyond.
package struct SpendTiers: Hashable, Sendable {
    package var mode: Mode
    /// Rising; only the last one is open.
    package var tiers: [Tier]
    package var currency: Currency

    package enum Mode: String, Sendable, CaseIterable {
        /// Each tier's rate counts for the spend inside it.
        case graduated
        /// The rate of the tier reached counts for all of it.
        case volume
    }

    package struct Tier: Hashable, Sendable {
        /// Inclusive; nil for the last tier.
        package var upTo: ExactDecimal?
        /// A fraction.
        package var rate: ExactDecimal

        package init(upTo: ExactDecimal?, rate: ExactDecimal) {
            self.upTo = upTo
            self.rate = rate
        }
    }

    package init(mode: Mode = .graduated, tiers: [Tier], currency: Currency) {
        self.mode = mode
        self.tiers = tiers
        self.currency = currency
    }
}

/// A promotion given to one customer, by name or by a code that was redeemed, from a day on.
package struct AssignedPromotion: Hashable, Sendable {
    package var promotion: PromotionID
    package var from: CalendarDay?
    package var until: CalendarDay?

    package init(promotion: PromotionID, from: CalendarDay? = nil, until: CalendarDay? = nil) {
        self.promotion = promotion
        self.from = from
        self.until = until
    }
}
