import BillingTerms
import Catalog

/// Units of one line that are not priced: reserved ones, which a fee pays for, or those of the plan's free tier.
struct FreeUnits {
    /// "reserved", "free tier".
    var name: String
    var quantity: ExactDecimal
    var step: WorkingStep

    func part(unit: String) -> PricedPart {
        PricedPart(tier: name, quantity: quantity, unit: unit, unitPrice: .zero, working: [step])
    }
}

extension PeriodTerms {
    /// The billed days, cut where a trial of the item ends: what is used in a trial is rated apart, so that it fills no
    /// tier and takes no included unit of what is paid for.
    func pricedDays(of item: ProductItemID) -> [ServicePeriod] {
        let billed = period.billed
        guard let trial, let days = trialDays, trial.items.isEmpty || trial.items.contains(item),
            billed.start < days.end, days.end < billed.end
        else { return [billed] }
        return [
            ServicePeriod(start: billed.start, end: days.end), ServicePeriod(start: days.end, end: billed.end),
        ]
    }

    /// What each of some quantities of an item has free: reserved units first, then those of the free tier. Both count
    /// for all projects together and are split over them by what each used. None are taken in a trial, where nothing
    /// is paid anyway.
    func freeUnits(of item: ProductItemID, days: ServicePeriod, quantities: [ExactDecimal]) -> [[FreeUnits]] {
        var free: [[FreeUnits]] = quantities.map { _ in [] }
        guard days.end == period.billed.end, !quantities.isEmpty else { return free }
        var left = quantities.map { max(.zero, $0) }
        for (name, units) in allowances(of: item) {
            let used = left.sum()
            let taken = min(units, used)
            guard taken.signum > 0 else { continue }
            for (place, part) in taken.split(over: left).enumerated() where part.signum > 0 {
                left[place] -= part
                var calculation = "the smaller of \(used.shortText) and \(units.shortText)"
                if left.count > 1 { calculation += ", this line's share" }
                free[place].append(
                    FreeUnits(
                        name: name, quantity: part, step: WorkingStep(name, calculation, part.shortText)))
            }
        }
        return free
    }

    private func allowances(of item: ProductItemID) -> [(name: String, units: ExactDecimal)] {
        // A quantity that rose within the period has reserved for its highest.
        let quantity = subscription.quantities(in: period.billed).map(\.quantity).max() ?? .one
        let reserved = version.reservations.filter { $0.item == item }.map { ("reserved", $0.quantity * quantity) }
        let free = version.freeTier?.quantities.filter { $0.item == item }.map { ("free tier", $0.quantity) }
        return reserved + (free ?? [])
    }
}

extension ExactDecimal {
    /// Splits a quantity over others, of which it is at most the sum, so that the parts add up to it and none exceeds its
    /// own: by largest remainder, in units of the last digit that any of them has.
    func split(over quantities: [ExactDecimal]) -> [ExactDecimal] {
        let whole = quantities.sum()
        guard whole.signum > 0 else { return quantities.map { _ in .zero } }
        let digits = (quantities.map(\.normalized.scale) + [normalized.scale]).max() ?? 0
        var parts = quantities.map { (self * $0).divided(by: whole, to: digits, .down) }
        let cutOff = zip(quantities, parts).map { self * $0 - $1 * whole }
        let order = parts.indices.sorted { cutOff[$0] != cutOff[$1] ? cutOff[$0] > cutOff[$1] : $0 < $1 }
        let unit = ExactDecimal(coefficient: 1, scale: digits)
        var rest = self - parts.sum()
        for place in order where rest.signum > 0 {
            parts[place] += unit
            rest -= unit
        }
        return parts.map(\.normalized)
    }
}
