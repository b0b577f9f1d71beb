import BillingTerms
import Catalog

/// A part of a plan period as a fraction: 11 of 31 days. Kept as two whole numbers, since 11/31 never ends as a decimal.
package struct PeriodShare: Hashable, Sendable {
    package var part: Int
    package var whole: Int
    /// "days", "seconds", "days of 30-day months".
    package var unit: String
    /// Fraction digits of the share, where it is rounded before it is multiplied.
    package var digits: Int?

    package var isWhole: Bool { part == whole }

    /// `amount × part ÷ whole`, rounded once beyond all digits that an amount has.
    package func of(_ amount: ExactDecimal) -> ExactDecimal {
        isWhole ? amount : of(amount, to: ExactDecimal.mostFractionDigits)
    }

    /// The same, rounded at fewer digits.
    func of(_ amount: ExactDecimal, to most: Int) -> ExactDecimal {
        digits.map { (amount * rounded(to: $0)).rounded(to: most) } ?? amount.prorated(part, of: whole, to: most)
    }

    private func rounded(to digits: Int) -> ExactDecimal { ExactDecimal.one.prorated(part, of: whole, to: digits) }

    /// "11 ÷ 31", or "0.354838710" where the share is rounded.
    var factor: String { digits.map { rounded(to: $0).description } ?? "\(part) ÷ \(whole)" }
}

extension Proration {
    /// The share of `days` in the plan period `whole`. `endsHere`: whether what is charged ends with these days, and not
    /// only changes there; such an end may be a day that is charged itself.
    func share(
        of days: ServicePeriod, in whole: ServicePeriod, cadence: Cadence, zone: BillingZone, endsHere: Bool
    ) -> PeriodShare {
        var share = exactShare(of: days, in: whole, cadence: cadence, zone: zone, endsHere: endsHere)
        share.digits = digits
        return share
    }

    private func exactShare(
        of days: ServicePeriod, in whole: ServicePeriod, cadence: Cadence, zone: BillingZone, endsHere: Bool
    ) -> PeriodShare {
        let end = endsHere ? chargedEnd(days.end, in: whole) : days.end
        switch method {
        case .none: return PeriodShare(part: 1, whole: 1, unit: "period")
        case .second:
            func seconds(_ start: CalendarDay, _ end: CalendarDay) -> Int {
                Int(zone.start(of: end).seconds - zone.start(of: start).seconds)
            }
            return PeriodShare(
                part: seconds(days.start, end), whole: seconds(whole.start, whole.end), unit: "seconds")
        case .thirtyDay where cadence.unit == .month || cadence.unit == .year:
            return PeriodShare(
                part: end.thirtyDayNumber - days.start.thirtyDayNumber,
                whole: whole.end.thirtyDayNumber - whole.start.thirtyDayNumber, unit: "days of 30-day months")
        case .nominal:
            // What a whole period costs is the fee, however many days it has.
            let (part, nominal) = (end - days.start, cadence.nominalDays)
            let isWhole = part == whole.dayCount || part > nominal
            return PeriodShare(part: isWhole ? nominal : part, whole: nominal, unit: "nominal days")
        case .day, .thirtyDay: return PeriodShare(part: end - days.start, whole: whole.dayCount, unit: "days")
        }
    }

    /// The first day that is not charged when something ends on `end`.
    func chargedEnd(_ end: CalendarDay, in whole: ServicePeriod) -> CalendarDay {
        dayCount == .endInclusive && end < whole.end ? end + 1 : end
    }
}

extension Cadence {
    /// A month of 30 days, a year of 365.
    fileprivate var nominalDays: Int {
        switch unit {
        case .day: count
        case .week: count * 7
        case .month: count * 30
        case .year: count * 365
        }
    }
}

extension CalendarDay {
    /// Days since the year 0 in months of 30 days (30E/360): the 31st has the number of the 30th.
    fileprivate var thirtyDayNumber: Int {
        let (year, month, day) = components
        return year * 360 + month * 30 + min(day, 30)
    }
}

extension PeriodTerms {
    func share(of days: ServicePeriod, endsHere: Bool) -> PeriodShare {
        version.conventions.proration.share(
            of: days, in: period.whole, cadence: plan.cadence, zone: customer.zone, endsHere: endsHere)
    }

    /// The days that a line shows: with the day of the end, where that is charged itself.
    func shown(_ days: ServicePeriod, endsHere: Bool) -> ServicePeriod {
        guard endsHere, version.conventions.proration.method != .none else { return days }
        let end = version.conventions.proration.chargedEnd(days.end, in: period.whole)
        return ServicePeriod(start: days.start, end: end)
    }

    /// A price per plan period for a share of it. The quantity that is shown is the prorated one, with as many digits as
    /// it takes for quantity × price to come to the amount: 0.354839 month × 100.00 = 35.48 (EN 16931 wants a line's
    /// figures to multiply out).
    func part(
        _ price: ExactDecimal, quantity: ExactDecimal, unit: String, share: PeriodShare, days: ServicePeriod
    ) -> PricedPart {
        let full = price * quantity
        let times = quantity == .one ? "\(price)" : "\(quantity.shortText) × \(price)"
        guard !share.isWhole else {
            let step = WorkingStep("fee", times, full.description)
            return PricedPart(quantity: quantity, unit: unit, unitPrice: price, amount: full, working: [step])
        }
        let amount = share.of(full)
        let shown = shownQuantity(of: quantity, share: share, price: price, amount: amount)
        let fraction = "\(share.part) of \(share.whole) \(share.unit) (\(days))"
        return PricedPart(
            quantity: shown, unit: unit, unitPrice: price, amount: amount,
            working: [
                WorkingStep(
                    "prorated quantity", quantity == .one ? fraction : "\(quantity.shortText) × \(fraction)",
                    "\(shown.shortText) \(unit)"),
                WorkingStep(
                    "fee", "\(times) × \(share.factor)", amount.rounded(to: 6).shortText),
            ])
    }

    /// The billed part of the plan period, as fees are prorated.
    private var billedShare: PeriodShare { share(of: period.billed, endsHere: period.billed.end == subscription.until) }

    /// A minimum, a maximum or a commitment for the billed part of the plan period; without working where that is whole.
    package func prorated(_ amount: ExactDecimal, name: String) -> (amount: ExactDecimal, working: [WorkingStep]) {
        let share = billedShare
        guard !share.isWhole else { return (amount, []) }
        let part = share.of(amount)
        let calculation = "\(amount) × \(share.part) of \(share.whole) \(share.unit)"
        return (part, [WorkingStep("prorated \(name)", calculation, part.rounded(to: 6).shortText)])
    }

    /// With six digits, or the first count of digits with which the line multiplies out.
    func shownQuantity(
        of quantity: ExactDecimal, share: PeriodShare, price: ExactDecimal, amount: ExactDecimal
    ) -> ExactDecimal {
        let gross = Money(rounding: amount, to: customer.currency, rounding)
        for digits in 6..<ExactDecimal.mostFractionDigits {
            let shown = share.of(quantity, to: digits)
            if Money(rounding: shown * price, to: customer.currency, rounding) == gross { return shown.normalized }
        }
        return share.of(quantity).normalized
    }
}
