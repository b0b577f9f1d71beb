import BigInt
import BillingTerms
import Catalog
import Rating

/// A second implementation of rating, written from the specification alone: one straight function after the other over
/// single events, with fractions and days counted one by one. It knows nothing of aggregates, groups or working.
struct NaiveRating {
    let billing: RandomBilling
    /// Of each subscription, in order.
    private(set) var periods: [[Period]] = []

    init(billing: RandomBilling) {
        self.billing = billing
        periods = billing.customer.subscriptions.map { periods($0, billing.plan($0.plan)) }
    }

    /// What a line comes to, and what it is for.
    struct Charge: Hashable, Comparable, CustomStringConvertible {
        var item: String
        var project: String
        var first: Int
        var end: Int
        var cents: Int

        static func < (a: Charge, b: Charge) -> Bool {
            (a.item, a.project, a.first, a.end, a.cents) < (b.item, b.project, b.first, b.end, b.cents)
        }
        var description: String { "\(item) of \(project), days \(first)..<\(end): \(cents)" }
    }

    struct Period {
        var whole: Range<Int>
        var billed: Range<Int>
        var closes: Bool
    }

    private var run: Range<Int> { billing.period.days.start.number..<billing.period.days.end.number }

    /// Every charge that is not zero.
    var charges: [Charge] {
        var charges: [Charge] = []
        for (subscription, periods) in zip(billing.customer.subscriptions, periods) {
            let plan = billing.plan(subscription.plan)
            for period in periods where period.closes { charges += closing(period, subscription, plan) }
            charges += feesInAdvance(periods, subscription, plan)
        }
        return charges.filter { $0.cents != 0 }.sorted()
    }

    // MARK: Periods

    private func isFirstDay(_ day: Int, _ plan: PricingPlan) -> Bool {
        let (_, month, date) = NaiveCalendar.days[day]
        switch plan.cadence.unit {
        case .day: return true
        case .week: return NaiveCalendar.isMonday(day)
        case .month: return date == 1 && (month - 1) % plan.cadence.count == 0
        case .year: return date == 1 && month == 1
        }
    }

    /// The subscription's periods up to two beyond the run.
    private func periods(_ subscription: Subscription, _ plan: PricingPlan) -> [Period] {
        let from = subscription.from.number
        let until = subscription.until?.number ?? Int.max
        var bounds: [Int] = []
        var beyond = 0
        var day = from
        if plan.anchor == .calendar {
            while !isFirstDay(day, plan) { day -= 1 }
            bounds.append(day)
            while beyond < 3 {
                day += 1
                guard isFirstDay(day, plan) else { continue }
                bounds.append(day)
                if day >= run.upperBound { beyond += 1 }
            }
        } else {
            let anchor = subscription.anchor?.number ?? from
            func bound(_ index: Int) -> Int {
                switch plan.cadence.unit {
                case .day: anchor + index * plan.cadence.count
                case .week: anchor + index * plan.cadence.count * 7
                case .month: NaiveCalendar.after(anchor, months: index * plan.cadence.count)
                case .year: NaiveCalendar.after(anchor, months: index * plan.cadence.count * 12)
                }
            }
            var index = 0
            while bound(index) > from { index -= 1 }
            while beyond < 3 {
                bounds.append(bound(index))
                index += 1
                if let last = bounds.last, last >= run.upperBound { beyond += 1 }
            }
        }
        return zip(bounds, bounds.dropFirst()).compactMap { start, end in
            let (first, last) = (max(start, from), min(end, until))
            guard first < last else { return nil }
            return Period(
                whole: start..<end, billed: first..<last, closes: last > run.lowerBound && last <= run.upperBound)
        }
    }

    private func version(_ plan: PricingPlan, _ day: Int) -> PlanVersion {
        plan.versions.filter { $0.from.number <= day }.max { $0.from < $1.from } ?? plan.versions[0]
    }

    // MARK: Fees

    /// Day by day: what each day of `days` counts over what each day of the whole period counts. `end` is where
    /// something ends, a day that may be charged too.
    private func share(
        _ days: Range<Int>, _ whole: Range<Int>, _ plan: PricingPlan, _ version: PlanVersion, end: Int?
    ) -> Fraction {
        let proration = version.conventions.proration
        if proration.method == .none { return Fraction(1) }
        func weight(_ day: Int) -> Int {
            guard proration.method == .thirtyDay, [.month, .year].contains(plan.cadence.unit) else { return 1 }
            let (year, month, date) = NaiveCalendar.days[day]
            if date == NaiveCalendar.length(month, year) { return 31 - min(date, 30) }
            return date == 30 ? 0 : 1
        }
        var part = charged(days, whole, version, end: end).map(weight).reduce(0, +)
        var all = whole.map(weight).reduce(0, +)
        if proration.method == .nominal {
            let lengths: [Cadence.Unit: Int] = [.day: 1, .week: 7, .month: 30, .year: 365]
            let isAll = part == all
            all = (lengths[plan.cadence.unit] ?? 0) * plan.cadence.count
            part = isAll ? all : min(part, all)
        }
        let share = Fraction(part) / Fraction(all)
        guard part != all, let digits = proration.digits else { return share }
        return share.rounded(toTenths: digits)
    }

    /// The days that count, which are also those that a line shows.
    private func charged(_ days: Range<Int>, _ whole: Range<Int>, _ version: PlanVersion, end: Int?) -> Range<Int> {
        let proration = version.conventions.proration
        let isCharged = proration.method != .none && proration.dayCount == .endInclusive
        guard isCharged, end == days.upperBound, days.upperBound < whole.upperBound else { return days }
        return days.lowerBound..<days.upperBound + 1
    }

    func share(
        _ days: Range<Int>, _ period: Period, _ plan: PricingPlan, _ version: PlanVersion, _ subscription: Subscription
    ) -> Fraction {
        share(days, period.whole, plan, version, end: subscription.until?.number)
    }

    func quantity(_ subscription: Subscription, _ day: Int) -> Fraction {
        var quantity = Fraction(subscription.quantity)
        for change in subscription.quantityChanges where change.from.number <= day {
            quantity = Fraction(change.quantity)
        }
        return quantity
    }

    /// The days of a period with their quantities.
    func quantities(
        _ period: Period, _ subscription: Subscription, _ version: PlanVersion
    ) -> [(days: Range<Int>, quantity: Fraction)] {
        let changes = subscription.quantityChanges.map(\.from.number).filter(period.billed.contains)
        let each = ([period.billed.lowerBound] + changes).map { quantity(subscription, $0) }
        switch version.conventions.quantityChanges {
        case .first: return [(period.billed, each[0])]
        case .last: return [(period.billed, each[each.count - 1])]
        case .highest: return [(period.billed, each.max() ?? .zero)]
        case .byDay:
            return parts(period, subscription, version).map { ($0, quantity(subscription, $0.lowerBound)) }
        }
    }

    /// The days of a period, cut where the quantity changes; never cut where fees are never prorated.
    private func parts(_ period: Period, _ subscription: Subscription, _ version: PlanVersion) -> [Range<Int>] {
        if version.conventions.proration.method == .none { return [period.billed] }
        let changes = subscription.quantityChanges.map(\.from.number).filter {
            period.billed.lowerBound < $0 && $0 < period.billed.upperBound
        }
        let bounds = [period.billed.lowerBound] + changes + [period.billed.upperBound]
        return zip(bounds, bounds.dropFirst()).map { $0..<$1 }
    }

    /// Whether the run that charged the period in advance is this one.
    private func isPaidNow(_ period: Period, _ subscription: Subscription) -> Bool {
        let isFirst = period.billed.lowerBound == subscription.from.number
        return run.contains(isFirst ? subscription.from.number : period.whole.lowerBound - 1)
    }

    private func daysInAdvance(_ period: Period, _ subscription: Subscription, _ version: PlanVersion) -> Range<Int> {
        let toTheEnd = period.billed.lowerBound..<period.whole.upperBound
        switch version.conventions.proration.refund {
        case .none: return toTheEnd
        case .knownEnd: return period.billed
        case .prorated:
            let isKnown = isPaidNow(period, subscription) && period.billed.upperBound <= run.upperBound
            return isKnown ? period.billed : toTheEnd
        }
    }

    private func feesInAdvance(_ periods: [Period], _ subscription: Subscription, _ plan: PricingPlan) -> [Charge] {
        var due: [Period] = []
        if run.contains(subscription.from.number) { due.append(periods[0]) }
        for (period, next) in zip(periods, periods.dropFirst()) where period.closes { due.append(next) }
        return due.flatMap { period in
            let version = version(plan, period.billed.lowerBound)
            let days = daysInAdvance(period, subscription, version)
            return version.fees.filter { $0.timing == .advance }.map { fee in
                let amount = Fraction(fee.amount) * quantity(subscription, days.lowerBound)
                let shown = charged(days, period.whole, version, end: subscription.until?.number)
                return charge(
                    fee.id, subscription.project, shown, amount * share(days, period, plan, version, subscription))
            }
        }
    }

    /// What a period's fees come to when it closes: those in arrears, and what changed of those in advance.
    private func closingFees(
        _ fee: PlanFee, _ period: Period, _ subscription: Subscription, _ plan: PricingPlan, _ version: PlanVersion
    ) -> [Charge] {
        let parts = quantities(period, subscription, version)
        func charge(_ days: Range<Int>, _ quantity: Fraction, _ share: Fraction) -> Charge {
            let shown = charged(days, period.whole, version, end: subscription.until?.number)
            return self.charge(fee.id, subscription.project, shown, Fraction(fee.amount) * quantity * share)
        }
        if fee.timing == .arrears {
            return parts.map { days, quantity in
                charge(days, quantity, share(days, period, plan, version, subscription))
            }
        }
        let proration = version.conventions.proration
        let paid = quantity(subscription, period.billed.lowerBound)
        var charges: [Charge] = []
        for (days, quantity) in parts where quantity != paid {
            let more = quantity - paid
            if more.isNegative && proration.refund == .none { continue }
            charges.append(charge(days, more, share(days, period, plan, version, subscription)))
        }
        var end = period.billed.upperBound
        if proration.dayCount == .endInclusive, end < period.whole.upperBound { end += 1 }
        if let days = trialDays(subscription, plan), days.coversFees { end = max(end, days.end) }
        let wasPaid = daysInAdvance(period, subscription, version).upperBound
        if proration.method == .none { return charges }
        if proration.refund == .prorated, period.billed.upperBound < period.whole.upperBound, end < wasPaid {
            let rest = end..<wasPaid
            charges.append(charge(rest, -paid, share(rest, period.whole, plan, version, end: nil)))
        }
        return charges
    }

    func trialDays(_ subscription: Subscription, _ plan: PricingPlan) -> (
        end: Int, coversFees: Bool, items: [ProductItemID]
    )? {
        guard let trial = version(plan, subscription.from.number).trial, let days = trial.days else { return nil }
        return (subscription.from.number + days, trial.amount == nil && trial.items.isEmpty, trial.items)
    }

    private func closing(_ period: Period, _ subscription: Subscription, _ plan: PricingPlan) -> [Charge] {
        let version = version(plan, period.billed.lowerBound)
        var charges = version.fees.flatMap { closingFees($0, period, subscription, plan, version) }
        for subscribed in subscription.addOns {
            guard let addOn = billing.workspace.addOns[subscribed.addOn] else { continue }
            let amount = Fraction(addOn.amount) * Fraction(subscribed.quantity)
            let project = subscribed.project ?? subscription.project
            let from = subscribed.from.number
            if addOn.recurrence == .once {
                if period.billed.contains(from) {
                    charges.append(charge(addOn.id.text, project, from..<from + 1, amount))
                }
            } else {
                let days = max(from, period.billed.lowerBound)
                let end = min(subscribed.until?.number ?? .max, period.billed.upperBound)
                guard days < end else { continue }
                let ends = [subscribed.until, subscription.until].compactMap { $0?.number }
                guard addOn.isProrated else {
                    charges.append(charge(addOn.id.text, project, days..<end, amount))
                    continue
                }
                let last = ends.contains(end) ? end : nil
                let part = share(days..<end, period.whole, plan, version, end: last)
                let shown = charged(days..<end, period.whole, version, end: last)
                charges.append(charge(addOn.id.text, project, shown, amount * part))
            }
        }
        for price in version.prices { charges += self.charges(price, period, subscription, plan, version) }
        return charges
    }

    func charge(_ item: String, _ project: ProjectID?, _ days: Range<Int>, _ amount: Fraction) -> Charge {
        Charge(
            item: item, project: project?.text ?? "shared", first: days.lowerBound, end: days.upperBound,
            cents: amount.cents)
    }
}

extension Fraction {
    init(_ decimal: ExactDecimal) { self.init(text: decimal.description) }
}
