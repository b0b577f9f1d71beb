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
