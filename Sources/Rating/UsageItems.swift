import BillingTerms
import Catalog
import Metering

extension CustomerRating {
    /// Usage becomes lines: for each plan period, item, project and split value.
    package func usageLines() throws(Parked) -> [RatedGroup] {
        var groups: [RatedGroup] = []
        for terms in terms {
            let inPeriod = usage.usage.filter { terms.period.billed.contains($0.day) }
            for price in terms.version.prices {
                guard let item = workspace.productItems[price.item], case .usage(let selection) = item.origin,
                    let meter = workspace.meters[selection.meter]
                else { continue }
                let chosen = inPeriod.filter { selection.takes($0, meter: meter) }
                if case .flat(let amount) = price.model {
                    groups.append(try flatGroup(item, amount: amount, terms: terms))
                    continue
                }
                let slices = slices(of: chosen, item: item, selection: selection, meter: meter, terms: terms)
                // Rows may also come to nothing: zero values, or as much taken back as was used.
                if slices.allSatisfy({ meter.quantity(of: $0.measured, in: terms.metered).isZero }) {
                    groups += try zeroUsageGroup(item, price: price, meter: meter, terms: terms)
                }
                for slice in slices {
                    groups.append(try group(slice, item: item, price: price, meter: meter, terms: terms))
                }
            }
        }
        return groups
    }

    /// What is priced together: one project, and one combination of the split dimensions' values.
    private struct Slice {
        var project: ProjectID
        var splitValues: [String: String]
        /// The split values as the invoice names them.
        var label: String
        var usage: [Usage]
        /// Where the usage of several dimension values together is not that of each added up.
        var joint: [Usage] = []
        /// The dimensions whose values these have.
        var jointNames: [String] = []

        /// What the quantity comes from.
        var measured: [Usage] { joint.isEmpty ? usage : joint }
    }

    private func slices(
        of usage: [Usage], item: ProductItem, selection: UsageSelection, meter: Meter, terms: PeriodTerms
    ) -> [Slice] {
        let places = selection.split.compactMap { meter.dimensions.firstIndex(of: $0) }
        var slices: [Slice] = []
        var known: [[String]: Int] = [:]
        for entry in usage {
            let values = places.map { entry.dimensionValues[$0] }
            let key = [entry.project.text] + values
            if let index = known[key] {
                slices[index].usage.append(entry)
            } else {
                known[key] = slices.count
                slices.append(
                    Slice(
                        project: entry.project,
                        splitValues: Dictionary(zip(selection.split, values), uniquingKeysWith: { first, _ in first }),
                        label: values.filter { !$0.isEmpty }.joined(separator: ", "), usage: [entry]))
            }
        }
        for entry in self.usage.jointUsage where entry.item == item.id {
            guard terms.period.billed.contains(entry.usage.day),
                let index = known[[entry.usage.project.text] + entry.usage.dimensionValues]
            else { continue }
            slices[index].joint.append(entry.usage)
            slices[index].jointNames = selection.split
        }
        return known.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { slices[$0.value] }
    }

    private func group(
        _ slice: Slice, item: ProductItem, price: ItemPrice, meter: Meter, terms: PeriodTerms
    ) throws(Parked) -> RatedGroup {
        let quantity = meter.quantity(of: slice.measured, in: terms.metered)
        let description = slice.label.isEmpty ? item.name : "\(item.name) (\(slice.label))"
        let counted = meter.working(
            of: slice.measured, quantity: quantity, in: terms.metered, isJoint: !slice.joint.isEmpty)
        var lines: [RatedLine] = []
        for part in price.parts(quantity: quantity, unit: meter.unit) {
            lines.append(
                try terms.line(
                    .usage, project: slice.project, itemID: item.id.text, description: description,
                    part: terms.prorated(part, of: meter), tax: item.tax, isDiscountable: item.isDiscountable,
                    meter: meter.id,
                    splitValues: slice.splitValues, before: [counted]))
        }
        return RatedGroup(lines: lines, evidence: evidence(slice, meter: meter, terms: terms))
    }

    private func evidence(_ slice: Slice, meter: Meter, terms: PeriodTerms) -> [RatedGroup.Evidence] {
        // Several levels together are shown together: their highest is not among those of each.
        let names = slice.joint.isEmpty ? meter.dimensions : slice.jointNames
        return slice.measured.map { entry in
            let values = zip(names, entry.dimensionValues).filter { !$0.1.isEmpty }
            return RatedGroup.Evidence(
                day: entry.day, project: entry.project, origin: meter.id.text,
                dimensions: values.map { "\($0.0)=\($0.1)" }.joined(separator: ", "),
                quantity: meter.quantity(ofDay: entry, in: terms.metered), unit: meter.unit,
                eventCount: entry.eventCount)
        }
    }

    /// An amount per plan period, whatever was used: charged to the subscription's project, or shared.
    func flatGroup(_ item: ProductItem, amount: ExactDecimal, terms: PeriodTerms) throws(Parked) -> RatedGroup {
        let unit = terms.plan.cadence.description
        let (exact, steps) = terms.prorated(amount, quantity: .one)
        let part = PricedPart(quantity: .one, unit: unit, unitPrice: amount, amount: exact, working: steps)
        let kind: RatedLine.Kind
        switch item.origin {
        case .usage: kind = .usage
        case .cost: kind = .cost
        }
        return RatedGroup(lines: [
            try terms.line(
                kind, project: terms.subscription.project, itemID: item.id.text, description: item.name, part: part,
                tax: item.tax, isDiscountable: item.isDiscountable)
        ])
    }

    /// Where a plan says so, the first tier's flat amount is due although nothing was used.
    private func zeroUsageGroup(
        _ item: ProductItem, price: ItemPrice, meter: Meter, terms: PeriodTerms
    ) throws(Parked) -> [RatedGroup] {
        guard terms.version.zeroUsage == .firstFlat else { return [] }
        let tiers: [Tier]
        switch price.model {
        case .graduated(let list), .volume(let list): tiers = list
        default: return []
        }
        guard let first = tiers.first, let flat = first.flat else { return [] }
        let name = tierName(from: .zero, upTo: first.upTo)
        let line = try terms.line(
            .usage, project: terms.subscription.project, itemID: item.id.text, description: item.name,
            part: flatPart(tier: name, flat), tax: item.tax, isDiscountable: item.isDiscountable, meter: meter.id)
        return [RatedGroup(lines: [line])]
    }
}

extension UsageSelection {
    /// Whether this usage belongs to the item: its meter, and a wanted value of every filtered dimension.
    func takes(_ usage: Usage, meter: Meter) -> Bool {
        usage.meter == self.meter && takes(usage.dimensionValues, of: meter)
    }
}
