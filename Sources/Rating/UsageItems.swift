import BillingTerms
import Catalog
import Metering

extension CustomerRating {
    /// Usage becomes lines: for each plan period, item, project and split value.
    package func usageLines() throws(Parked) -> [RatedGroup] {
        var groups: [RatedGroup] = []
        for terms in terms {
            let inPeriod = usage.usage.filter { terms.takes($0.day, $0.project) }
            for price in terms.version.prices {
                guard let item = workspace.productItems[price.item], case .usage(let selection) = item.origin,
                    let meter = workspace.meters[selection.meter]
                else { continue }
                groups += try feeGroups(item, price: price, terms: terms)
                if case .flat = price.model { continue }
                let chosen = inPeriod.filter { selection.takes($0, meter: meter) }
                let shares = shares(
                    of: chosen, price: price, selection: selection, meter: meter, days: terms.period.billed)
                // Rows may also come to nothing: zero values, or as much taken back as was used.
                if shares.allSatisfy({ meter.quantity(of: $0.measured, in: terms.metered).isZero }) {
                    groups += try zeroUsageGroup(item, price: price, meter: meter, terms: terms)
                }
                for days in terms.pricedDays(of: item.id) {
                    let pricing = UsagePricing(
                        item: item, price: price, meter: meter, terms: terms, days: days,
                        creditUnit: creditUnit(of: price))
                    let used = chosen.filter { days.contains($0.day) }
                    groups += try pricing.groups(
                        self.shares(of: used, price: price, selection: selection, meter: meter, days: days))
                }
            }
        }
        return groups
    }

    func creditUnit(of price: ItemPrice) -> CreditUnit? { price.creditUnit.flatMap { workspace.creditUnits[$0] } }

    /// What is priced apart: each project, each combination of the split dimensions' values, each cell of a matrix.
    private func shares(
        of usage: [Usage], price: ItemPrice, selection: UsageSelection, meter: Meter, days: ServicePeriod
    ) -> [PriceShare] {
        let slices = slices(of: usage, selection: selection, meter: meter)
        let model: PriceModel
        switch price.model {
        case .matrix(let matrix):
            return slices.flatMap { slice in
                matrix.priced(slice.usage, meter: meter).map { priced in
                    var share = slice
                    (share.model, share.usage) = (priced.model, priced.usage)
                    (share.cell, share.cellName) = (priced.place + 1, priced.name)
                    let cell = JointLine.Cell(matrix: matrix, place: priced.place)
                    return joined(share, price.item, cell, selection, days)
                }
            }
        case .covered(let covered): model = covered.overage
        default: model = price.model
        }
        return slices.map { slice in
            var share = slice
            share.model = model
            return joined(share, price.item, nil, selection, days)
        }
    }

    /// The share with what its levels come to together, where it has several.
    private func joined(
        _ share: PriceShare, _ item: ProductItemID, _ cell: JointLine.Cell?, _ selection: UsageSelection,
        _ days: ServicePeriod
    ) -> PriceShare {
        guard !usage.jointUsage.isEmpty else { return share }
        let values = selection.split.compactMap { share.splitValues[$0] }
        var share = share
        share.joint = usage.jointUsage.filter {
            $0.item == item && $0.cell == cell && $0.usage.project == share.project
                && days.contains($0.usage.day) && $0.usage.dimensionValues == values
        }.map(\.usage)
        share.jointNames = share.joint.isEmpty ? [] : selection.split
        return share
    }

    private func slices(of usage: [Usage], selection: UsageSelection, meter: Meter) -> [PriceShare] {
        let places = selection.split.compactMap { meter.dimensions.firstIndex(of: $0) }
        var slices: [PriceShare] = []
        var known: [[String]: Int] = [:]
        for entry in usage {
            let values = places.map { entry.dimensionValues[$0] }
            let key = [entry.project.text] + values
            if let index = known[key] {
                slices[index].usage.append(entry)
            } else {
                known[key] = slices.count
                slices.append(
                    PriceShare(
                        project: entry.project,
                        splitValues: Dictionary(zip(selection.split, values), uniquingKeysWith: { first, _ in first }),
                        label: values.filter { !$0.isEmpty }.joined(separator: ", "), model: .dynamic, usage: [entry]))
            }
        }
        return customer.inProjectOrder(known).map { slices[$0] }
    }

    /// An amount per plan period, whatever was used: a flat price, or the fee of covered units.
    func feeGroups(_ item: ProductItem, price: ItemPrice, terms: PeriodTerms) throws(Parked) -> [RatedGroup] {
        let credit = creditUnit(of: price)
        switch price.model {
        case .flat(let amount): return [try feeGroup(item, amount, terms: terms, credit: credit)]
        case .covered(let covered):
            switch covered.fee {
            case .amount(let amount): return [try feeGroup(item, amount, terms: terms, credit: credit)]
            case .perUnit(let unitPrice):
                return [try feeGroup(item, unitPrice, units: covered.units, terms: terms, credit: credit)]
            }
        default: return []
        }
    }

    /// Charged to the subscription's project, or shared; where it goes by the subscription's quantity, for the days of each
    /// quantity. `units` are those that the fee is for, each of which it multiplies.
    private func feeGroup(
        _ item: ProductItem, _ amount: ExactDecimal, units: ExactDecimal? = nil, terms: PeriodTerms, credit: CreditUnit?
    ) throws(Parked) -> RatedGroup {
        let kind: RatedLine.Kind
        switch item.origin {
        case .usage: kind = .usage
        case .cost: kind = .cost
        }
        let isByQuantity = terms.version.conventions.flatPrices == .byQuantity
        var lines: [RatedLine] = []
        for entry in isByQuantity ? terms.quantityParts : [(terms.period.billed, .one)] {
            var part = terms.part(
                amount, quantity: (units ?? .one) * entry.quantity, unit: terms.plan.cadence.description,
                share: terms.share(of: entry), days: entry.days)
            if units != nil { part.tier = "reserved fee" }
            lines.append(
                terms.line(
                    kind, project: terms.subscription.project, itemID: item.id.text, description: item.name, part: part,
                    amount: try terms.amount(part, for: item.id.text, in: credit), period: entry.days, tax: item.tax,
                    isDiscountable: item.isDiscountable))
        }
        return RatedGroup(lines: lines)
    }

    /// Where a plan says so, the first tier's flat amount is due although nothing was used.
    private func zeroUsageGroup(
        _ item: ProductItem, price: ItemPrice, meter: Meter, terms: PeriodTerms
    ) throws(Parked) -> [RatedGroup] {
        guard terms.version.conventions.zeroUsage == .firstFlat, let part = price.model.zeroUsagePart else { return [] }
        let amount = try terms.amount(part, for: item.id.text, in: creditUnit(of: price))
        let line = terms.line(
            .usage, project: terms.subscription.project, itemID: item.id.text, description: item.name, part: part,
            amount: amount, tax: item.tax, isDiscountable: item.isDiscountable, meter: meter.id)
        return [RatedGroup(lines: [line])]
    }
}

extension UsageSelection {
    /// Whether this usage belongs to the item: its meter, and a wanted value of every filtered dimension.
    func takes(_ usage: Usage, meter: Meter) -> Bool {
        usage.meter == self.meter && takes(usage.dimensionValues, of: meter)
    }
}

extension Customer {
    /// Places by their keys, of which the first is a project: by project as the customer's file has them, so that of two
    /// projects to which a cent could go the one that is read first gets it.
    func inProjectOrder(_ known: [[String]: Int]) -> [Int] {
        let ranks = Dictionary(
            projects.enumerated().map { ($1.id.text, $0) }, uniquingKeysWith: { first, _ in first })
        return known.map { (rank: ranks[$0.key[0]] ?? projects.count, key: $0.key, place: $0.value) }.sorted {
            left, right in
            left.rank != right.rank ? left.rank < right.rank : left.key.lexicographicallyPrecedes(right.key)
        }.map(\.place)
    }

    /// Values by their projects, as the customer's file has them; what is shared comes last.
    func inProjectOrder<Value>(_ values: [Value], project: (Value) -> ProjectID?) -> [Value] {
        let ranks = Dictionary(projects.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        let keyed = values.enumerated().map { place, value in
            (rank: project(value).flatMap { ranks[$0] } ?? projects.count, place: place, value: value)
        }
        return keyed.sorted { ($0.rank, $0.place) < ($1.rank, $1.place) }.map(\.value)
    }
}
