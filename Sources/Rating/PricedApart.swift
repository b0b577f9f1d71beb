import BillingTerms
import Catalog
import Metering

/// Prices the windows of a meter, or the levels that it had, one by one (`priced_per`): in each of them tiers and blocks are
/// filled, and free units taken off, anew. What has one price is one line.
struct PricedApart {
    let price: ItemPrice
    let meter: Meter
    let terms: PeriodTerms
    let days: ServicePeriod
    let unit: String
    /// Units that cost nothing in each of them.
    let allowances: [Allowance]

    private var conventions: Conventions { terms.version.conventions }
    private var metered: MeteredPeriod { terms.metered(days) }

    /// The parts of a share, of which free units are the first.
    func parts(_ share: PriceShare) -> [PricedPart] {
        switch meter.priced(per: conventions.pricedPer) {
        case .period: []
        case .window: windowParts(share)
        case .level: levelParts(share)
        }
    }

    /// What is left of a quantity to be priced, and the parts that cost nothing.
    private func rest(of quantity: ExactDecimal) -> (rest: ExactDecimal, free: [PricedPart]) {
        var rest = price.conversion?.apply(quantity) ?? quantity
        var free: [PricedPart] = []
        for allowance in allowances where rest.signum > 0 {
            let units = min(rest, allowance.units).normalized
            guard !units.isZero else { continue }
            free.append(PricedPart(tier: allowance.tier, quantity: units, unit: unit, unitPrice: .zero))
            rest -= units
        }
        return (rest, free)
    }

    private func settled(_ value: ExactDecimal) -> ExactDecimal {
        (price.conversion?.settled(value) ?? value).normalized
    }

    private func settledAmount(_ value: ExactDecimal) -> ExactDecimal {
        (price.conversion?.settledAmount(value) ?? value).normalized
    }

    // MARK: Windows

    private func windowParts(_ share: PriceShare) -> [PricedPart] {
        let windows = meter.windowValues(of: share.measured, in: metered)
        let name = meter.window?.name ?? "window"
        return added(
            windows.map { window in
                let (rest, free) = rest(of: window.value)
                return free + share.model.parts(PricedQuantity(quantity: rest, unit: unit), conventions)
            }, "each \(name) by itself")
    }

    /// The parts of one tier and price together.
    private func added(_ entries: [[PricedPart]], _ words: String) -> [PricedPart] {
        entries.joined().reduce(into: [[PricedPart]]()) { groups, part in
            if let place = groups.firstIndex(where: { $0[0].isLike(part) }) {
                groups[place].append(part)
            } else {
                groups.append([part])
            }
        }.map { parts in
            var sum = parts[0]
            sum.quantity = settled(parts.map(\.quantity).sum())
            sum.amount = settledAmount(parts.map(\.amount).sum())
            let shown = parts.prefix(Self.mostShown).map { "\($0.quantity.shortText) × \($0.unitPrice)" }
            let more = parts.count > shown.count ? " + … (\(parts.count) in all)" : ""
            sum.working = [WorkingStep(words, shown.joined(separator: " + ") + more, sum.amount.description)]
            return sum
        }
    }

    private static let mostShown = 8

    // MARK: Levels

    /// Each level as if it had stood for the whole plan period, times its part of it. Of flat amounts, and of prices of
    /// which one tier is for all units, the highest level decides.
    private func levelParts(_ share: PriceShare) -> [PricedPart] {
        var time: [ExactDecimal: Int64] = [:]
        for span in share.measured.compactMap({ $0.level?.spans }).joined() {
            time[span.level, default: 0] += span.nanoseconds
        }
        let levels = time.sorted { $0.key < $1.key }
        guard let peak = levels.last?.key else { return [] }
        let highest = PricedQuantity(quantity: max(.zero, rest(of: peak).rest), unit: unit)
        let model = share.model.tierReached(by: highest.quantity, conventions.tierBounds)
        var entries: [[(part: PricedPart, nanoseconds: Int64)]] = []
        for (level, nanoseconds) in levels {
            let (rest, free) = rest(of: level)
            let parts = model.parts(PricedQuantity(quantity: rest, unit: unit), conventions)
            for part in free + parts where !part.isFlat {
                if let place = entries.firstIndex(where: { $0[0].part.isLike(part) }) {
                    entries[place].append((part, nanoseconds))
                } else {
                    entries.append([(part, nanoseconds)])
                }
            }
        }
        return entries.map(weighted) + share.model.parts(highest, conventions).filter(\.isFlat)
    }

    private func weighted(_ entries: [(part: PricedPart, nanoseconds: Int64)]) -> PricedPart {
        let whole = ExactDecimal(Int(metered.nanoseconds(of: metered.whole)))
        func mean(_ value: (PricedPart) -> ExactDecimal, _ digits: Int) -> ExactDecimal {
            entries.map { value($0.part) * ExactDecimal(Int($0.nanoseconds)) }.sum()
                .divided(by: whole, to: digits).normalized
        }
        var part = entries[0].part
        part.quantity = mean(\.quantity, meter.digits)
        part.amount = settledAmount(mean(\.amount, ExactDecimal.mostFractionDigits))
        let shown = entries.prefix(Self.mostShown).map { entry in
            let hours = ExactDecimal(Int(entry.nanoseconds)).divided(by: 3_600_000_000_000, to: 2).shortText
            return "\(entry.part.quantity.shortText) × \(hours) h"
        }
        let more = entries.count > shown.count ? " + … (\(entries.count) levels)" : ""
        let length = whole.divided(by: 3_600_000_000_000, to: 2).shortText
        part.working = [
            WorkingStep(
                "each level for its time", "(\(shown.joined(separator: " + "))\(more)) ÷ \(length) h",
                part.quantity.shortText),
            WorkingStep(
                "price", "\(part.quantity.shortText) × \(part.unitPrice)", part.amount.rounded(to: 12).shortText),
        ]
        return part
    }
}

extension PricedPart {
    fileprivate func isLike(_ other: PricedPart) -> Bool {
        tier == other.tier && unit == other.unit && unitPrice == other.unitPrice
    }
}

extension PriceModel {
    /// A volume price with nothing but the tier that this quantity reaches; the other models as they are.
    fileprivate func tierReached(by quantity: ExactDecimal, _ bounds: TierBounds) -> PriceModel {
        guard case .volume(let tiers) = self, var tier = tiers.first(where: { bounds.holds(quantity, upTo: $0.upTo) })
        else { return self }
        tier.upTo = nil
        return .volume([tier])
    }
}
