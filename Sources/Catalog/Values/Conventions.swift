import BillingTerms

/// The rules on which billing engines differ, each with a name and a default. `conventions:` in `billwright.yaml` sets them
/// for the workspace and in a plan for that plan; a profile sets several at once, as another engine has them.
///
/// A setting that is added here is read in `ConventionSettings.init(_:)`, and nowhere else.
package struct Conventions: Hashable, Sendable {
    /// Whether a quantity that is exactly a tier's `up_to` lies in that tier.
    package var tierBounds = TierBounds.inclusive
    /// Which flat amounts of graduated tiers are charged.
    package var tierFlats = TierFlats.entered
    /// Whether the first tier's flat amount is charged when nothing was used.
    package var zeroUsage = ZeroUsage.nothing
    /// How a package counts a block that is not full, where the price does not say.
    package var blockRounding = BlockRounding.up
    /// Whether flat item prices are multiplied by the subscription's quantity, as the plan's fees are.
    package var flatPrices = FlatPrices.byQuantity
    /// Over what included units are counted, and tiers filled, where the price does not say.
    package var includedFor = Pool.combination
    package var tiersFor = Pool.combination
    /// What becomes of a quantity below zero. An amount of money below zero, a refund, is always given back.
    package var negativeUsage = NegativeUsage.correction
    /// Whether a quantity is priced as a whole, or what it is made of one by one.
    package var pricedPer = PricedPer.period
    /// Where an item's minimum and maximum stand among the steps.
    package var itemBounds = ItemBoundsPlace.beforePromotions
    /// In which quantity a fee is charged that changes within the period.
    package var quantityChanges = QuantityChanges.byDay
    /// How fees are cut to the days of a part of a period.
    package var proration = Proration()
    /// Those of the invoice as a whole.
    package var invoice = InvoiceConventions()

    package init() {}
}

package enum TierBounds: String, Sendable, CaseIterable {
    /// `up_to: 100` holds 100 (Lago, OpenMeter, Flexprice, Orb, Stripe).
    case inclusive
    /// 100 units reach the next tier (Meteroid's volume prices).
    case exclusive
}

package enum TierFlats: String, Sendable, CaseIterable {
    /// That of every tier that holds a unit.
    case entered
    /// Only that of the last tier that holds a unit.
    case last
}

package enum ZeroUsage: String, Sendable, CaseIterable {
    case nothing
    case firstFlat = "first-flat"
}

package enum NegativeUsage: String, Sendable, CaseIterable {
    /// It takes back what was charged: priced as its magnitude, with the sign put back.
    case correction
    /// It costs nothing (Lago).
    case nothing
}

/// What is priced at once, and fills tiers and blocks, where a meter tells more than one quantity.
package enum PricedPer: String, Sendable, CaseIterable {
    /// The quantity of the plan period.
    case period
    /// Each window of the meter by itself (Flexprice's buckets).
    case window
    /// Each level of a time-weighted meter, for the time for which it stood (Lago's prorated ranges).
    case level
}

package enum ItemBoundsPlace: String, Sendable, CaseIterable {
    case beforePromotions = "before-promotions"
    /// Behind promotions for items, of what they left (OpenMeter, Orb).
    case afterPromotions = "after-promotions"
}

package enum QuantityChanges: String, Sendable, CaseIterable {
    /// Each quantity for its days.
    case byDay = "by-day"
    /// That of the period's first day; a change counts from the next period on.
    case first
    /// That of the period's last day.
    case last
    /// The highest one, whole: what is raised within the period is charged in full, and what is lowered is not given back.
    case highest
}

package enum FlatPrices: String, Sendable, CaseIterable {
    case byQuantity = "by-quantity"
    case once
}

/// What is counted together before included units come off, or before tiers are filled.
package enum Pool: String, Sendable, CaseIterable {
    /// Each project's every combination of the item's split values, or cell of its matrix, for itself.
    case combination
    /// All of a project.
    case project
    /// All projects of the customer; what comes out is split over them by largest remainder.
    case customer
}
