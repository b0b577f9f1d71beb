import BillingTerms
import Catalog
import Metering

extension CustomerRating {
    /// Usage becomes lines: for each plan period, item, project and split value.
    package func usageLines() throws(Parked) -> [RatedGroup] {
        var groups: [RatedGroup] = []
        for terms in terms {
            for price in terms.prices.ofUsage {
                groups += try feeGroups(price.item, price.price, price.creditUnit, terms: terms)
                if case .flat = price.price.model { continue }
                let used = usage(price, in: terms)
                groups += try zeroUsageGroup(price, used, terms: terms)
                for days in terms.pricedDays(of: price.item.id) {
                    let onDays = days == terms.period.billed ? used : used.filter { days.contains($0.day) }
                    let pricing = UsagePricing(price, terms: terms, days: days)
                    groups += try pricing.groups(shares(of: onDays, price: price, days: days))
                }
            }
        }
        return groups
    }

    /// What is priced apart: each project, each combination of the split dimensions' values, each cell of a matrix.
    private func shares(of usage: [Usage], price: UsagePrice, days: ServicePeriod) -> [PriceShare] {
        let slices = slices(of: usage, price: price)
        switch price.price.model {
        case .matrix(let matrix):
            return slices.flatMap { slice in
                matrix.priced(slice.usage, meter: price.meter).map { priced in
                    var share = slice
                    (share.model, share.usage) = (priced.model, priced.usage)
                    (share.cell, share.cellName) = (priced.place + 1, priced.name)
                    let cell = JointLine.Cell(matrix: matrix, place: priced.place)
                    return joined(share, price, cell, days)
                }
            }
        default: return self.usage.jointUsage.isEmpty ? slices : slices.map { joined($0, price, nil, days) }
        }
    }

    /// The share with what its levels come to together, where it has several.
    private func joined(
        _ share: PriceShare, _ price: UsagePrice, _ cell: JointLine.Cell?, _ days: ServicePeriod
    ) -> PriceShare {
        guard !usage.jointUsage.isEmpty else { return share }
        let values = price.selection.split.compactMap { share.splitValues[$0] }
        var share = share
        share.joint = usage.jointUsage.filter {
            $0.item == price.item.id && $0.cell == cell && $0.usage.project == share.project
                && days.contains($0.usage.day) && $0.usage.dimensionValues == values
        }.map(\.usage)
        share.jointNames = share.joint.isEmpty ? [] : price.selection.split
        return share
    }

    /// What is counted together when nothing else is.
    private struct SliceKey: Hashable {
        var project: ProjectID
        var values: [String]
    }

    /// In the order of projects and split values.
    private func slices(of usage: [Usage], price: UsagePrice) -> [PriceShare] {
        let slices = grouped(usage.indices) { place in
            SliceKey(project: usage[place].project, values: price.splitValues(of: usage[place]))
        }
        let model = if case .covered(let covered) = price.price.model { covered.overage } else { price.price.model }
        let order =
            slices.count < 2
            ? Array(slices.indices) : customer.inProjectOrder(slices.map { [$0.key.project.text] + $0.key.values })
        return order.map { place in
            let (key, places) = slices[place]
            let values = zip(price.selection.split, key.values)
            return PriceShare(
                project: key.project,
                splitValues: key.values.isEmpty ? [:] : Dictionary(values, uniquingKeysWith: { first, _ in first }),
                label: key.values.filter { !$0.isEmpty }.joined(separator: ", "), model: model,
                usage: slices.count == 1 ? usage : places.map { usage[$0] })
        }
    }

    /// An amount per plan period, whatever was used: a flat price, or the fee of covered units.
    func feeGroups(
        _ item: ProductItem, _ price: ItemPrice, _ credit: CreditUnit?, terms: PeriodTerms
    ) throws(Parked) -> [RatedGroup] {
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
            if let units {
                part.tier = "reserved fee"
                let times = entry.quantity == .one ? "" : "\(units.shortText) × \(entry.quantity.shortText)"
                part.working.insert(
                    WorkingStep("reserved units", times, (units * entry.quantity).shortText), at: 0)
            }
            lines.append(
                terms.line(
                    kind, project: terms.subscription.project, itemID: item.id.text, description: item.name, part: part,
                    amount: try terms.amount(part, for: item.id.text, in: credit), period: entry.days, tax: item.tax,
                    isDiscountable: item.isDiscountable))
        }
        return RatedGroup(lines: lines)
    }

    /// Where a plan says so, the first tier's flat amount is due although nothing was used. Rows may also come to nothing:
    /// zero values, or as much taken back as was used.
    private func zeroUsageGroup(
        _ price: UsagePrice, _ used: [Usage], terms: PeriodTerms
    ) throws(Parked) -> [RatedGroup] {
        guard terms.version.conventions.zeroUsage == .firstFlat, let part = price.price.model.zeroUsagePart else {
            return []
        }
        let shares = shares(of: used, price: price, days: terms.period.billed)
        guard shares.allSatisfy({ price.meter.quantity(of: $0.measured, in: terms.metered).isZero }) else { return [] }
        let item = price.item
        let amount = try terms.amount(part, for: item.id.text, in: price.creditUnit)
        let line = terms.line(
            .usage, project: terms.subscription.project, itemID: item.id.text, description: item.name, part: part,
            amount: amount, tax: item.tax, isDiscountable: item.isDiscountable, meter: price.meter.id)
        return [RatedGroup(lines: [line])]
    }
}

extension Customer {
    /// The places of keys, of which the first is a project: by project as the customer's file has them, so that of two
    /// projects to which a cent could go the one that is read first gets it.
    func inProjectOrder(_ keys: [[String]]) -> [Int] {
        let ranks = Dictionary(
            projects.enumerated().map { ($1.id.text, $0) }, uniquingKeysWith: { first, _ in first })
        return keys.enumerated().map { (rank: ranks[$1[0]] ?? projects.count, key: $1, place: $0) }.sorted {
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
