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
                let slices = slices(of: chosen, selection: selection, meter: meter)
                // Rows may also come to nothing: zero values, or as much taken back as was used.
                if slices.allSatisfy({ meter.aggregation.quantity(of: $0.usage).isZero }) {
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
    }

    private func slices(of usage: [Usage], selection: UsageSelection, meter: Meter) -> [Slice] {
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
        return known.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { slices[$0.value] }
    }

    private func group(
        _ slice: Slice, item: ProductItem, price: ItemPrice, meter: Meter, terms: PeriodTerms
    ) throws(Parked) -> RatedGroup {
        let quantity = meter.aggregation.quantity(of: slice.usage)
        let description = slice.label.isEmpty ? item.name : "\(item.name) (\(slice.label))"
        let events = slice.usage.reduce(0) { $0 + $1.eventCount }
        let days = Set(slice.usage.map(\.day)).count
        let counted = WorkingStep(
            "\(meter.aggregation.rawValue) of \(meter.name)", "\(events) events on \(days) days",
            "\(quantity.shortText) \(meter.unit)")
        var lines: [RatedLine] = []
        for part in price.parts(quantity: quantity, unit: meter.unit) {
            lines.append(
                try terms.line(
                    .usage, project: slice.project, itemID: item.id.text, description: description, part: part,
                    tax: item.tax, isDiscountable: item.isDiscountable, meter: meter.id,
                    splitValues: slice.splitValues, before: [counted]))
        }
        return RatedGroup(lines: lines, evidence: evidence(slice.usage, meter: meter))
    }

    private func evidence(_ usage: [Usage], meter: Meter) -> [RatedGroup.Evidence] {
        usage.map { entry in
            let names = zip(meter.dimensions, entry.dimensionValues).filter { !$0.1.isEmpty }
            return RatedGroup.Evidence(
                day: entry.day, project: entry.project, origin: meter.id.text,
                dimensions: names.map { "\($0.0)=\($0.1)" }.joined(separator: ", "),
                quantity: meter.aggregation.quantity(of: CollectionOfOne(entry)), unit: meter.unit,
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
        guard terms.version.conventions.zeroUsage == .firstFlat else { return [] }
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
        guard usage.meter == self.meter else { return false }
        return filter.allSatisfy { dimension, values in
            meter.dimensions.firstIndex(of: dimension).map { values.contains(usage.dimensionValues[$0]) } ?? false
        }
    }
}
