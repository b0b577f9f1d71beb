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
            var index = 0
            while beyond < 3 {
                switch plan.cadence.unit {
                case .day: bounds.append(from + index * plan.cadence.count)
                case .week: bounds.append(from + index * plan.cadence.count * 7)
                case .month: bounds.append(NaiveCalendar.after(from, months: index * plan.cadence.count))
                case .year: bounds.append(NaiveCalendar.after(from, months: index * plan.cadence.count * 12))
                }
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

    func share(_ days: Range<Int>, _ whole: Range<Int>, _ version: PlanVersion) -> Fraction {
        version.proration == .none ? Fraction(1) : Fraction(days.count) / Fraction(whole.count)
    }

    private func fee(_ fee: PlanFee, _ period: Period, _ subscription: Subscription, _ version: PlanVersion) -> Charge {
        let amount =
            Fraction(fee.amount) * Fraction(subscription.quantity) * share(period.billed, period.whole, version)
        return charge(fee.id, subscription.project, period.billed, amount)
    }

    private func feesInAdvance(_ periods: [Period], _ subscription: Subscription, _ plan: PricingPlan) -> [Charge] {
        var due: [Period] = []
        if run.contains(subscription.from.number) { due.append(periods[0]) }
        for (period, next) in zip(periods, periods.dropFirst()) where period.closes { due.append(next) }
        return due.flatMap { period in
            let version = version(plan, period.billed.lowerBound)
            return version.fees.filter { $0.timing == .advance }.map { fee($0, period, subscription, version) }
        }
    }

    private func closing(_ period: Period, _ subscription: Subscription, _ plan: PricingPlan) -> [Charge] {
        let version = version(plan, period.billed.lowerBound)
        var charges = version.fees.filter { $0.timing == .arrears }.map { fee($0, period, subscription, version) }
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
                let part = addOn.isProrated ? share(days..<end, period.whole, version) : Fraction(1)
                charges.append(charge(addOn.id.text, project, days..<end, amount * part))
            }
        }
        for price in version.prices { charges += self.charges(price, period, subscription, version) }
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
