import BillingTerms
import Catalog
import Metering

/// What is measured for one project, one combination of split values and, where a matrix prices it, one cell.
struct PriceShare {
    var project: ProjectID
    var splitValues: [String: String]
    /// The split values as the invoice names them.
    var label: String
    var model: PriceModel
    /// Behind the place of a matrix's cell; 0 without one.
    var cell = 0
    var cellName = ""
    var usage: [Usage]
    /// Where the usage of several dimension values together is not that of each added up; `jointNames` are the dimensions
    /// whose values it has.
    var joint: [Usage] = []
    var jointNames: [String] = []
    /// What the meter counted, after conversion, and what is left of it to be priced.
    var quantity = ExactDecimal.zero
    var rest = ExactDecimal.zero
    var free: [FreeUnits] = []
    var counted: [WorkingStep] = []

    struct FreeUnits {
        var units: ExactDecimal
        var step: WorkingStep
        var tier: String
    }

    /// What the quantity comes from.
    var measured: [Usage] { joint.isEmpty ? usage : joint }

    /// Shares with the same key are counted together.
    func key(_ pool: Pool) -> [String] {
        switch pool {
        case .combination: [project.text, label, String(cell)] + splitValues.sorted { $0.key < $1.key }.map(\.value)
        case .project: [project.text]
        case .customer: []
        }
    }
}

/// Units that cost nothing in each plan period, and over what they are counted.
struct Allowance {
    var units: ExactDecimal
    var over: Pool
    /// The tier under which they stand on the invoice, and the name of the working step.
    var tier: String
    var step: String
}

/// Prices the shares of one item in one plan period, in this order: conversion of units, included units, price model.
struct UsagePricing {
    private let usagePrice: UsagePrice
    private let terms: PeriodTerms
    /// The plan period's billed days, or those of them in or after a trial.
    private let days: ServicePeriod
    private let metered: MeteredPeriod

    init(_ price: UsagePrice, terms: PeriodTerms, days: ServicePeriod) {
        usagePrice = price
        self.terms = terms
        self.days = days
        metered = terms.metered(days)
    }

    private var price: ItemPrice { usagePrice.price }
    private var item: ProductItem { usagePrice.item }
    private var meter: Meter { usagePrice.meter }
    private var unit: String { price.conversion?.unit ?? meter.unit }

    /// A group for each share, in their order.
    func groups(_ shares: [PriceShare]) throws(Parked) -> [RatedGroup] {
        var shares = shares
        for place in shares.indices { measure(&shares[place]) }
        if meter.priced(per: terms.version.conventions.pricedPer) != .period {
            var groups: [RatedGroup] = []
            for place in shares.indices {
                var lines: [RatedLine] = []
                for part in apart.parts(shares[place]) {
                    let amount = try terms.amount(part, for: item.id.text, in: usagePrice.creditUnit)
                    lines.append(line(part, of: place, in: shares, amount: amount))
                }
                groups.append(RatedGroup(lines: lines, evidence: evidence(of: place, in: shares)))
            }
            return groups
        }
        for allowance in allowances { take(allowance, off: &shares) }
        var lines: [[RatedLine]] = Array(repeating: [], count: shares.count)
        for place in shares.indices {
            for free in shares[place].free {
                let part = PricedPart(
                    tier: free.tier, quantity: free.units, unit: unit, unitPrice: .zero, working: [free.step])
                let amount = try terms.amount(part, for: item.id.text, in: usagePrice.creditUnit)
                lines[place].append(line(part, of: place, in: shares, amount: amount))
            }
        }
        for places in pools(of: shares) { try price(places, of: shares, into: &lines) }
        return shares.indices.map { RatedGroup(lines: lines[$0], evidence: evidence(of: $0, in: shares)) }
    }

    private var apart: PricedApart {
        PricedApart(price: price, meter: meter, terms: terms, days: days, unit: unit, allowances: allowances)
    }

    // MARK: Quantities

    private func measure(_ share: inout PriceShare) {
        let counted = meter.quantity(of: share.measured, in: metered)
        share.counted = [
            meter.working(of: share.measured, quantity: counted, in: metered, isJoint: !share.joint.isEmpty)
        ]
        share.quantity = counted
        if let conversion = price.conversion {
            share.quantity = conversion.apply(counted)
            share.counted.append(conversion.step(counted, meter.unit, share.quantity))
        }
        share.rest = share.quantity
    }

    private var allowances: [Allowance] {
        var allowances: [Allowance] = []
        if case .covered(let covered) = price.model {
            // A quantity that changes within the period covers for its highest.
            let times = terms.version.conventions.flatPrices == .byQuantity ? terms.highestQuantity : .one
            let name = price.model.name == "reserved" ? "reserved" : "included"
            allowances.append(
                Allowance(units: covered.units * times, over: price.includedFor, tier: name, step: "\(name) units"))
        } else if !price.included.isZero {
            allowances.append(
                Allowance(units: price.included, over: price.includedFor, tier: "included", step: "included units"))
        }
        // In a trial nothing is paid, so that none of the plan's free units are used up.
        if days.end == terms.period.billed.end, let free = terms.version.freeTier?.units(of: item.id) {
            allowances.append(Allowance(units: free, over: .customer, tier: "free tier", step: "free tier"))
        }
        return allowances
    }

    /// Takes free units off what is left, at most as much as there is. Of shares counted together each gets its part by
    /// quantity; a correction gets none.
    private func take(_ allowance: Allowance, off shares: inout [PriceShare]) {
        let wanting = shares.indices.filter { shares[$0].rest.signum > 0 && !shares[$0].model.pricesAmounts }
        for (_, places) in grouped(wanting, by: { shares[$0].key(allowance.over) }) {
            let rests = places.map { shares[$0].rest }
            let total = rests.sum()
            let free = min(total, allowance.units).normalized
            guard free.signum > 0 else { continue }
            let digits = rests.map(\.normalized.scale).max() ?? 0
            let parts = places.count == 1 ? [free] : free.allocated(over: rests, digits: digits)
            for (place, part) in zip(places, parts) where !part.isZero {
                var words = "the smaller of \(total.shortText) and \(allowance.units.shortText)"
                if places.count > 1 {
                    words += ", × \(shares[place].rest.shortText) of \(total.shortText) for \(allowance.over.name)"
                }
                shares[place].free.append(
                    PriceShare.FreeUnits(
                        units: part, step: WorkingStep(allowance.step, words, part.shortText), tier: allowance.tier))
                shares[place].rest -= part
            }
        }
    }

    // MARK: Prices

    /// Which shares are priced together: those of one model and pool. A correction is priced for itself.
    private func pools(of shares: [PriceShare]) -> [[Int]] {
        guard shares.count > 1 else { return shares.isEmpty ? [] : [[0]] }
        return grouped(shares.indices) { place in
            let share = shares[place]
            let isAlone = share.rest.isNegative && !share.model.pricesAmounts
            return isAlone ? ["alone", String(place)] : ["pool", String(share.cell)] + share.key(price.tiersFor)
        }.map(\.places)
    }

    private func price(_ places: [Int], of shares: [PriceShare], into lines: inout [[RatedLine]]) throws(Parked) {
        let rests = places.map { shares[$0].rest }
        let model = shares[places[0]].model
        let priced = PricedQuantity(
            quantity: settled(rests.sum()), unit: unit,
            events: model.pricesAmounts ? PricedEvents(places.flatMap { shares[$0].usage }) : PricedEvents(),
            conversion: price.conversion)
        let pool = PricedPool(
            weights: rests.map { price.conversion?.weight($0) ?? $0 }, name: price.tiersFor.name)
        for part in model.parts(priced, terms.version.conventions) {
            var part = part
            part.amount = price.conversion?.settledAmount(part.amount) ?? part.amount
            part = terms.prorated(part, of: meter, on: days)
            let amount = try terms.amount(part, for: item.id.text, in: usagePrice.creditUnit)
            if places.count == 1 {
                lines[places[0]].append(line(part, of: places[0], in: shares, amount: amount))
                continue
            }
            for (place, own) in zip(places, pool.split(part, amount)) {
                // A share of nothing is no line, unless it is all there is.
                if own.part.quantity.isZero, own.amount.gross.isZero { continue }
                lines[place].append(line(own.part, of: place, in: shares, amount: own.amount))
            }
        }
    }

    /// A sum of quotients that were cut.
    private func settled(_ value: ExactDecimal) -> ExactDecimal {
        price.conversion?.settled(value) ?? value
    }

    /// Shares are large: the one that a line is of is named by its place.
    private func line(
        _ part: PricedPart, of place: Int, in shares: [PriceShare], amount: PartAmount
    ) -> RatedLine {
        let (label, cell, cellName) = (shares[place].label, shares[place].cell, shares[place].cellName)
        var line = terms.line(
            .usage, project: shares[place].project, itemID: item.id.text,
            description: label.isEmpty ? item.name : "\(item.name) (\(label))", part: part, amount: amount,
            period: days, tax: item.tax, isDiscountable: item.isDiscountable, meter: meter.id,
            splitValues: shares[place].splitValues, before: shares[place].counted)
        if !cellName.isEmpty {
            line.tier = [cellName, part.tier].filter { !$0.isEmpty }.joined(separator: ": ")
        }
        line.matrixCell = cell > 0 ? cell - 1 : nil
        return line
    }

    private func evidence(of place: Int, in shares: [PriceShare]) -> [RatedGroup.Evidence] {
        // Several levels together are shown together: their highest is not among those of each.
        let names = shares[place].joint.isEmpty ? meter.dimensions : shares[place].jointNames
        return shares[place].measured.map { entry in
            return RatedGroup.Evidence(
                day: entry.day, project: entry.project, origin: meter.id.text,
                dimensions: names.isEmpty ? "" : dimensions(names, entry.dimensionValues),
                quantity: meter.quantity(ofDay: entry, in: metered), unit: meter.unit, eventCount: entry.eventCount)
        }
    }

    private func dimensions(_ names: [String], _ values: [String]) -> String {
        zip(names, values).filter { !$0.1.isEmpty }.map { "\($0.0)=\($0.1)" }.joined(separator: ", ")
    }
}

/// Places by a key, groups in the order of their first place. Places of one key mostly follow each other.
func grouped<Key: Hashable>(_ places: some Sequence<Int>, by key: (Int) -> Key) -> [(key: Key, places: [Int])] {
    var groups: [(key: Key, places: [Int])] = []
    var known: [Key: Int] = [:]
    var last: Int?
    for place in places {
        let key = key(place)
        if let last, groups[last].key == key {
            groups[last].places.append(place)
            continue
        }
        // The first group is looked up only when there is a second.
        if known.isEmpty, let last { known[groups[last].key] = last }
        if let group = known[key] {
            groups[group].places.append(place)
            last = group
        } else {
            if last != nil { known[key] = groups.count }
            last = groups.count
            groups.append((key, [place]))
        }
    }
    return groups
}

extension PriceModel {
    /// Whether the quantity is an amount of money that events carry, of which no units can be free.
    fileprivate var pricesAmounts: Bool {
        switch self {
        case .percentage, .dynamic: true
        default: false
        }
    }
}

extension UnitConversion {
    fileprivate func step(_ quantity: ExactDecimal, _ meterUnit: String, _ result: ExactDecimal) -> WorkingStep {
        let words: String
        switch operation {
        case .multiply(let factor): words = "\(quantity.shortText) × \(factor)"
        case .divide(let divisor): words = "\(quantity.shortText) ÷ \(divisor)"
        }
        let rounded = rounding.map { ", rounded \($0.mode.shortName) to \($0.digits) digits" } ?? ""
        return WorkingStep("\(meterUnit) to \(unit)", words + rounded, "\(result.shortText) \(unit)")
    }
}

extension RoundingMode {
    fileprivate var shortName: String { self == .halfAwayFromZero ? "half up" : rawValue }
}
