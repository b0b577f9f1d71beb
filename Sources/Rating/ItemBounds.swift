import BillingTerms
import Catalog

extension CustomerRating {
    /// Where an item has a minimum or a maximum: a line for each project that lifts or lowers what the item came to in a
    /// plan period to that bound, all projects together. A part of a period has that part of the bounds, as of fees. The
    /// difference is split over projects by what the item cost them; an item that cost nothing has its minimum charged to
    /// the subscription's project, or to all of them.
    ///
    /// `groups` are the item lines as the step finds them: at their gross amounts, or at what promotions left.
    package func itemBoundLines(
        _ groups: [RatedGroup], _ place: ItemBoundsPlace = .beforePromotions
    ) throws(Parked) -> [RatedGroup] {
        var result: [RatedGroup] = []
        for terms in terms where terms.version.conventions.itemBounds == place {
            for (price, item) in terms.prices.bounded {
                let own = groups.map { group in
                    var group = group
                    group.lines = group.lines.filter { $0.isOf([item.id]) && terms.covers($0) }
                    return group
                }.filter { !$0.lines.isEmpty }
                let sum = own.flatMap(\.lines).map(\.grossAmount).sum(customer.currency)
                guard let bound = try ItemBound(price, sum: sum, item: item, terms: terms) else { continue }
                result += bound.groups(own)
            }
        }
        return result
    }
}

/// A bound that an item's amount lies beyond.
private struct ItemBound {
    let item: ProductItem
    let terms: PeriodTerms
    let name: String
    let amount: Money
    let sum: Money
    let working: [WorkingStep]

    /// Nil when the amount lies within its bounds.
    init?(_ price: ItemPrice, sum: Money, item: ProductItem, terms: PeriodTerms) throws(Parked) {
        var found: (name: String, amount: Money, working: [WorkingStep])?
        for (name, bound) in [("minimum", price.minimum), ("maximum", price.maximum)] {
            guard let bound else { continue }
            let (exact, steps) = terms.prorated(bound, name: name)
            let amount = try terms.money(exact, for: item.id.text)
            if name == "minimum" ? sum < amount : sum > amount {
                let words = "the \(name == "minimum" ? "larger" : "smaller") of \(sum.decimal) and \(amount.decimal)"
                found = (
                    name, amount, steps + [WorkingStep("\(name) of the item", words, amount.decimal.description)]
                )
            }
        }
        guard let found else { return nil }
        (name, amount, working) = found
        self.sum = sum
        self.item = item
        self.terms = terms
    }

    func groups(_ own: [RatedGroup]) -> [RatedGroup] {
        let kind: RatedLine.Kind
        switch item.origin {
        case .usage: kind = .usage
        case .cost: kind = .cost
        }
        var projects: [(project: ProjectID?, groups: [RatedGroup])] = grouped(own.indices) { place in
            own[place].lines[0].project
        }.map { project, places in (project, places.map { own[$0] }) }
        // In the order of the customer's file, whichever days of a trial their lines are for.
        projects = terms.customer.inProjectOrder(projects, project: \.project)
        if sum.minorUnits <= 0 { projects = [(terms.subscription.project, [])] }
        let weights = projects.map { $0.groups.flatMap(\.lines).map(\.grossAmount.decimal).sum() }
        let parts = (amount - sum).allocated(over: weights)
        return zip(projects, parts).compactMap { entry, part in
            guard !part.isZero else { return nil }
            let line = line(kind, entry.project, part, isShare: projects.count > 1)
            return RatedGroup(lines: [line], costShares: entry.groups.flatMap(\.costShares))
        }
    }

    private func line(_ kind: RatedLine.Kind, _ project: ProjectID?, _ part: Money, isShare: Bool) -> RatedLine {
        let difference = amount - sum
        var steps =
            working + [
                WorkingStep(
                    "to the \(name)", "\(amount.decimal) − \(sum.decimal)", difference.decimal.description)
            ]
        if isShare {
            steps.append(
                WorkingStep(
                    "the project's share", "of \(difference.decimal), by what the item cost it",
                    part.decimal.description))
        }
        return terms.line(
            kind, project: project, itemID: item.id.text, description: "\(item.name): \(name) of \(amount.decimal)",
            part: PricedPart(
                quantity: .one, unit: terms.plan.cadence.description, unitPrice: part.decimal, working: steps),
            amount: PartAmount(gross: part, working: []), tax: item.tax, isDiscountable: item.isDiscountable)
    }
}
