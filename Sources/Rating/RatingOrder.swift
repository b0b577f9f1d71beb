/// The steps from usage and costs to the amount due. The order decides amounts, so it stands here once, as data; rating
/// and invoicing follow this list and nothing else.
package enum RatingStep: String, Sendable, CaseIterable {
    case usageItems = "usage items"
    case costItems = "cost items"
    case itemBounds = "item minimum and maximum"
    case itemPromotions = "item promotions"
    case itemBoundsAfterPromotions = "item minimum and maximum after promotions"
    case planFees = "plan fees"
    case addOns = "add-ons"
    case trials
    case freeTiers = "free tiers"
    case planMinimums = "plan minimums"
    case commitments
    case serviceFees = "service fees"
    case invoicePromotions = "invoice promotions"
    case rewards
    case promotionalCredit = "promotional credit"
    case tax
    case prepaidCredit = "prepaid credit"
}

package enum RatingOrder {
    package static let steps: [(step: RatingStep, reason: String)] = [
        (
            .usageItems,
            "quantities come first: units are converted, included units taken off, and only then is the rest priced"
        ),
        (.costItems, "provider cost is converted and marked up like any other price; both make item lines"),
        (.itemBounds, "a minimum or maximum holds for what the item came to by its prices, over all projects"),
        (.itemPromotions, "a promotion for an item sees that item's price alone, before anything shared is added"),
        (
            .itemBoundsAfterPromotions,
            "where the conventions have it so, the bounds hold for what promotions left: a customer then pays at least the minimum"
        ),
        (.planFees, "fees belong to the plan, not to an item, so item promotions do not touch them"),
        (.addOns, "add-ons are sold beside the plan and follow its periods"),
        (.trials, "a trial may cover items and fees, at what item promotions left of them: nothing is given twice"),
        (.freeTiers, "what a plan gives for nothing counts after a trial, in which nothing is paid anyway"),
        (.planMinimums, "a minimum sees all that its plan period comes to, and charges what is missing"),
        (
            .commitments,
            "a commitment sees the minimum's rest as spending; what was paid for it in advance is taken off here"
        ),
        (
            .serviceFees,
            "a percentage of what the plan charges, minimum and commitment included; promotions for the invoice see it as a line"
        ),
        (
            .invoicePromotions,
            "promotions for a plan, a project or the invoice see every line, at what item promotions left"
        ),
        (
            .rewards,
            "usage earns credit before credit is used, so that a reward may lower the invoice that earned it"
        ),
        (.promotionalCredit, "given credit is a price reduction: it lowers what tax is computed on"),
        (.tax, "tax is due on what remains, once per rate on that rate's total"),
        (.prepaidCredit, "bought credit is money already paid: it settles the total, tax included"),
    ]
}
