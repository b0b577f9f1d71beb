import BillingTerms

/// Something that appears on invoices (`catalog/items.yaml`): it takes its quantity from a meter, or its cost from
/// provider bills.
package struct ProductItem: Hashable, Sendable {
    package var id: ProductItemID
    package var name: String
    package var origin: Origin
    /// A tax code, where the item's differs from the customer's.
    package var tax: String?
    /// Whether promotions apply to it.
    package var isDiscountable: Bool

    package enum Origin: Hashable, Sendable {
        case usage(UsageSelection)
        case cost(CostSelection)
    }

    package init(id: ProductItemID, name: String, origin: Origin, tax: String? = nil, isDiscountable: Bool = true) {
        self.id = id
        self.name = name
        self.origin = origin
        self.tax = tax
        self.isDiscountable = isDiscountable
    }
}

/// Usage of one meter, restricted to dimension values, as one line or one per value of the `split` dimensions.
package struct UsageSelection: Hashable, Sendable {
    package var meter: MeterID
    /// Dimension → the values that count; all must match.
    package var filter: [String: [String]]
    package var split: [String]

    package init(meter: MeterID, filter: [String: [String]] = [:], split: [String] = []) {
        self.meter = meter
        self.filter = filter
        self.split = split
    }
}

extension UsageSelection {
    /// Whether these dimension values of the meter belong to the item: its meter, and a wanted value of every filtered
    /// dimension.
    package func takes(_ dimensionValues: [String], of meter: Meter) -> Bool {
        guard meter.id == self.meter else { return false }
        return filter.allSatisfy { dimension, values in
            meter.dimensions.firstIndex(of: dimension).map { values.contains(dimensionValues[$0]) } ?? false
        }
    }

    /// The values of the dimensions that the item is split by.
    package func splitValues(_ dimensionValues: [String], of meter: Meter) -> [String] {
        split.compactMap { meter.dimensions.firstIndex(of: $0) }.map { dimensionValues[$0] }
    }
}

/// Provider charges taken up by an item, restricted as FOCUS names them, as one line or one per value of `split`.
package struct CostSelection: Hashable, Sendable {
    package var providers: [String]
    package var services: [String]
    package var serviceAccounts: [ServiceAccountID]
    /// Which charge categories are passed on; all when empty.
    package var categories: [ChargeCategory]
    package var cost: CostColumn
    package var split: [CostDimension]

    package init(
        providers: [String] = [], services: [String] = [], serviceAccounts: [ServiceAccountID] = [],
        categories: [ChargeCategory] = [], cost: CostColumn = .billed, split: [CostDimension] = []
    ) {
        self.providers = providers
        self.services = services
        self.serviceAccounts = serviceAccounts
        self.categories = categories
        self.cost = cost
        self.split = split
    }
}

/// FOCUS ChargeCategory.
package enum ChargeCategory: String, Sendable, Codable, CaseIterable {
    case usage, purchase, tax, credit, adjustment
}

/// Which of FOCUS's four cost columns is billed on.
package enum CostColumn: String, Sendable, CaseIterable {
    case billed, effective, list, contracted
}

package enum CostDimension: String, Sendable, CaseIterable {
    case provider, service, account, region
}
