import BillingTerms

/// What must hold of a customer that another one pays for.
struct ParentChecks {
    let context: ConfigurationContext

    func add(_ root: ConfigurationMapping, customer id: CustomerID) {
        guard root.node("parent") != nil else { return }
        let place = root.valuePlace("parent")
        let promotions = root.keyPlace("promotions")
        let credits = root.keyPlace("credits")
        context.later { workspace in
            guard let customer = workspace.customers[id], let circle = workspace.circle(of: customer) else {
                return nil
            }
            return Finding(
                .contradiction, "nobody pays for \"\(id)\": its parents come round to it again", at: place,
                notes: [circle.map(\.text).joined(separator: " → ")])
        }
        context.later { workspace in
            guard let customer = workspace.customers[id],
                let parent = customer.parent.flatMap({ workspace.customers[$0] }),
                parent.currency != customer.currency
            else { return nil }
            return Finding(
                .currencyMismatch,
                "the parent \"\(parent.id)\" is billed in \(parent.currency), the customer \"\(id)\" in \(customer.currency)",
                at: place, notes: ["both must be billed in one currency"])
        }
        let tax = root.node("tax") == nil ? nil : root.valuePlace("tax")
        context.later { workspace in
            guard let tax, let customer = workspace.customers[id],
                let parent = customer.parent.flatMap({ workspace.customers[$0] }), parent.tax != customer.tax
            else { return nil }
            return Finding(
                .contradiction,
                "the tax \"\(customer.tax)\" would never count: \"\(parent.id)\" pays, with \"\(parent.tax)\"", at: tax,
                notes: ["tax is that of who is billed; leave it out here"])
        }
        context.later { workspace in
            guard let customer = workspace.customers[id], let parent = customer.parent else { return nil }
            let isPromotions = !customer.promotions.isEmpty
            guard isPromotions || !customer.credits.isEmpty else { return nil }
            return Finding(
                .contradiction,
                "the customer \"\(id)\" is not billed itself, so its \(isPromotions ? "promotions" : "credits") would never count",
                at: isPromotions ? promotions : credits,
                notes: ["give them to \"\(parent)\", which pays; \"projects\" there can restrict them"])
        }
    }
}

extension Workspace {
    /// The customer's parents up to the one that stands twice; nil where they end.
    fileprivate func circle(of customer: Customer) -> [CustomerID]? {
        var path = [customer.id]
        var next = customer.parent
        while let id = next {
            path.append(id)
            if path.dropLast().contains(id) { return path.first == id ? path : nil }
            next = customers[id]?.parent
        }
        return nil
    }
}

extension Customer {
    /// The first item that two subscriptions price on the same days and for the same projects.
    func pricedTwice(in workspace: Workspace) -> (item: ProductItemID, left: String, right: String)? {
        for (place, left) in subscriptions.enumerated() {
            for right in subscriptions.dropFirst(place + 1)
            where left.overlaps(right) && left.sharesProjects(with: right) {
                let items = workspace.pricedItems(of: left).intersection(workspace.pricedItems(of: right))
                if let item = items.min() { return (item, left.id, right.id) }
            }
        }
        return nil
    }
}

extension Workspace {
    /// The items with a price per use in any version of the subscription's plan; flat amounts may well stand twice.
    fileprivate func pricedItems(of subscription: Subscription) -> Set<ProductItemID> {
        guard let plan = plans[subscription.plan] else { return [] }
        return Set(
            plan.versions.flatMap(\.prices).compactMap { price in
                if case .flat = price.model { return nil }
                return price.item
            })
    }
}
