import BillingTerms

/// Items of one plan version that price the same usage: it is charged once for each of them, which may be meant (a base
/// price and a surcharge) or a filter that is missing. A price's `beside` names the items that it is meant beside.
struct PriceOverlap {
    private let prices: [(price: ItemPrice, place: Place)]

    init(_ prices: [(price: ItemPrice, place: Place)]) { self.prices = prices }

    private struct Taken {
        let price: ItemPrice
        let place: Place
        let filter: [String: [String]]
    }

    /// A warning for each item that takes usage of one before it, at its price.
    func findings(_ workspace: Workspace) -> [Finding] {
        var taken: [MeterID: [Taken]] = [:]
        return prices.compactMap { price, place in
            guard price.pricesQuantity, case .usage(let selection)? = workspace.productItems[price.item]?.origin else {
                return nil
            }
            let first = taken[selection.meter, default: []].first { other in
                Self.overlap(other.filter, selection.filter) && !price.isMeant(beside: other.price)
            }
            taken[selection.meter, default: []].append(Taken(price: price, place: place, filter: selection.filter))
            return first.map { finding(price.item, selection.meter, at: place, $0) }
        }
    }

    private func finding(_ item: ProductItemID, _ meter: MeterID, at place: Place, _ first: Taken) -> Finding {
        let other = first.price.item
        return Finding(
            .warning, .priceOverlap, "the item \"\(item)\" prices usage of \"\(meter)\" that \"\(other)\" prices too",
            at: place,
            notes: [
                "\"\(other)\" has its price at \(first.place.file)\(first.place.line.map { ":\($0)" } ?? ""); "
                    + "such usage is charged for both",
                "\"where\" in catalog/items.yaml tells them apart; \"beside: \(other)\" at this price says that it is meant",
            ])
    }

    /// Whether some values of the dimensions pass both filters.
    private static func overlap(_ left: [String: [String]], _ right: [String: [String]]) -> Bool {
        left.allSatisfy { dimension, values in right[dimension].map { $0.contains(where: values.contains) } ?? true }
    }
}

extension ItemPrice {
    /// A flat amount is charged whatever was used.
    fileprivate var pricesQuantity: Bool {
        if case .flat = model { return false }
        return true
    }

    fileprivate func isMeant(beside other: ItemPrice) -> Bool {
        beside.contains(other.item) || other.beside.contains(item)
    }
}
