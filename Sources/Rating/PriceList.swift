import BillingTerms
import Catalog
import Metering

/// A workspace as rating looks at it: every price with the item and the meter that it is for, looked up once for all
/// customers. What many customers share is referred to and never copied, since two threads that count references to the
/// same values wait for each other most of the time.
package final class RatingCatalog: Sendable {
    package let workspace: Workspace
    /// Those of each plan's versions, in their order.
    private let lists: [PricingPlanID: [PriceList]]

    package init(_ workspace: Workspace) {
        self.workspace = workspace
        lists = workspace.plans.reduce(into: [:]) { lists, entry in
            lists[entry.key] = entry.value.versions.map { PriceList($0, workspace) }
        }
    }

    /// The prices in force on a day, as a subscription has them; nil before the plan's first version.
    func prices(of plan: PricingPlan, on day: CalendarDay, _ overrides: PlanOverrides) -> PriceList? {
        guard let place = plan.versions.lastIndex(where: { $0.from <= day }) else { return nil }
        guard overrides.isEmpty, let known = lists[plan.id] else {
            return PriceList(plan.versions[place].with(overrides), workspace)
        }
        return known[place]
    }
}

/// A plan version's prices with what they are for, in the plan's order.
final class PriceList: Sendable {
    /// As the subscription has it, with its overrides.
    let version: PlanVersion
    let ofUsage: [UsagePrice]
    let ofCosts: [CostPrice]
    /// Those that hold the item to a minimum or a maximum.
    let bounded: [(price: ItemPrice, item: ProductItem)]
    private let ofMeters: [MeterID: [UsagePrice]]

    init(_ version: PlanVersion, _ workspace: Workspace) {
        self.version = version
        var ofUsage: [UsagePrice] = []
        var ofCosts: [CostPrice] = []
        var bounded: [(price: ItemPrice, item: ProductItem)] = []
        for price in version.prices {
            guard let item = workspace.productItems[price.item] else { continue }
            let creditUnit = price.creditUnit.flatMap { workspace.creditUnits[$0] }
            if price.minimum != nil || price.maximum != nil { bounded.append((price, item)) }
            switch item.origin {
            case .usage(let selection):
                guard let meter = workspace.meters[selection.meter] else { continue }
                ofUsage.append(
                    UsagePrice(price: price, item: item, selection: selection, meter: meter, creditUnit: creditUnit))
            case .cost(let selection):
                ofCosts.append(CostPrice(price: price, item: item, selection: selection, creditUnit: creditUnit))
            }
        }
        (self.ofUsage, self.ofCosts, self.bounded) = (ofUsage, ofCosts, bounded)
        ofMeters = Dictionary(grouping: ofUsage, by: \.meter.id)
    }

    /// Whether some price takes up this usage.
    func takes(_ usage: Usage) -> Bool {
        ofMeters[usage.meter]?.contains { $0.takes(usage) } ?? false
    }

    func takes(_ cost: Cost) -> Bool { ofCosts.contains { $0.selection.takes(cost) } }
}

/// The price of an item that takes its quantity from a meter.
final class UsagePrice: Sendable {
    let price: ItemPrice
    let item: ProductItem
    let selection: UsageSelection
    let meter: Meter
    let creditUnit: CreditUnit?
    /// Where among the meter's dimensions those are that the item is split by.
    private let splitPlaces: [Int]

    init(price: ItemPrice, item: ProductItem, selection: UsageSelection, meter: Meter, creditUnit: CreditUnit?) {
        self.price = price
        self.item = item
        self.selection = selection
        self.meter = meter
        self.creditUnit = creditUnit
        splitPlaces = selection.split.compactMap { meter.dimensions.firstIndex(of: $0) }
    }

    /// Whether this usage belongs to the item: its meter, and a wanted value of every filtered dimension.
    func takes(_ usage: Usage) -> Bool {
        usage.meter == meter.id && (selection.filter.isEmpty || selection.takes(usage.dimensionValues, of: meter))
    }

    /// The values of the dimensions that the item is split by.
    func splitValues(of usage: Usage) -> [String] {
        splitPlaces.isEmpty ? [] : splitPlaces.map { usage.dimensionValues[$0] }
    }
}

/// The price of an item that takes its cost from provider bills.
final class CostPrice: Sendable {
    let price: ItemPrice
    let item: ProductItem
    let selection: CostSelection
    let creditUnit: CreditUnit?

    init(price: ItemPrice, item: ProductItem, selection: CostSelection, creditUnit: CreditUnit?) {
        self.price = price
        self.item = item
        self.selection = selection
        self.creditUnit = creditUnit
    }
}
