import BillingTerms

/// A product item's price in a plan.
package struct ItemPrice: Hashable, Sendable {
    package var item: ProductItemID
    package var model: PriceModel
    /// Units that cost nothing, taken off before pricing, for each project and plan period.
    package var included: ExactDecimal

    package init(item: ProductItemID, model: PriceModel, included: ExactDecimal = .zero) {
        self.item = item
        self.model = model
        self.included = included
    }
}

/// How a quantity or a cost becomes an amount. Unit prices keep every digit they were written with.
package enum PriceModel: Hashable, Sendable {
    /// An amount per plan period, whatever the quantity.
    case flat(ExactDecimal)
    /// Quantity × unit price.
    case perUnit(ExactDecimal)
    /// Started blocks × block price.
    case package(size: ExactDecimal, price: ExactDecimal, rounding: BlockRounding)
    /// Each tier prices only the units inside it.
    case graduated([Tier])
    /// The tier reached prices all units.
    case volume([Tier])
    /// Provider cost × (1 + markup).
    case costPlus(markup: ExactDecimal)

    package var name: String {
        switch self {
        case .flat: "flat"
        case .perUnit: "per-unit"
        case .package: "package"
        case .graduated: "graduated"
        case .volume: "volume"
        case .costPlus: "cost-plus"
        }
    }
}

package enum BlockRounding: String, Sendable, CaseIterable { case up, down, none }

/// A step of a graduated or volume price. Bounds are inclusive and cumulative: `upTo: 1000` holds the units up to and
/// including the thousandth.
package struct Tier: Hashable, Sendable {
    /// Nil for the last tier, which is open.
    package var upTo: ExactDecimal?
    package var unitPrice: ExactDecimal
    /// Charged once when the tier is entered.
    package var flat: ExactDecimal?

    package init(upTo: ExactDecimal?, unitPrice: ExactDecimal, flat: ExactDecimal? = nil) {
        self.upTo = upTo
        self.unitPrice = unitPrice
        self.flat = flat
    }
}
