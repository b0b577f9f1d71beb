import BillingTerms

/// One period of a subscription: the plan's whole period, and the days of it that the customer was subscribed.
package struct PlanPeriod: Hashable, Sendable, Codable {
    /// As the plan counts: a whole month, say. Fees are prorated against it.
    package var whole: ServicePeriod
    /// The part inside the subscription; what is billed.
    package var billed: ServicePeriod

    package init(whole: ServicePeriod, billed: ServicePeriod) {
        self.whole = whole
        self.billed = billed
    }

    package var isPartial: Bool { whole != billed }
}

extension PricingPlan {
    /// The whole plan period that holds `day`, where those of an anniversary plan are counted from `start`.
    package func wholePeriod(containing day: CalendarDay, countedFrom start: CalendarDay) -> ServicePeriod {
        switch anchor {
        case .calendar: calendarPeriod(containing: day)
        case .anniversary: anniversaryPeriod(containing: day, start: start)
        }
    }

    private func calendarPeriod(containing day: CalendarDay) -> ServicePeriod {
        switch cadence.unit {
        case .day: return ServicePeriod(start: day, end: day + 1)
        case .week: return ServicePeriod(start: day.firstOfISOWeek, end: day.firstOfISOWeek + 7)
        case .month:
            let (year, month, _) = day.components
            let first = (month - 1) / cadence.count * cadence.count + 1
            return ServicePeriod(
                start: .first(year: year, month: first), end: .first(year: year, month: first + cadence.count))
        case .year:
            return ServicePeriod(start: day.firstOfYear, end: .first(year: day.year + 1, month: 1))
        }
    }

    /// Counted from the same day each time, so that the 31st comes back after a short month.
    private func anniversaryPeriod(containing day: CalendarDay, start: CalendarDay) -> ServicePeriod {
        switch cadence.unit {
        case .day, .week:
            let length = cadence.count * (cadence.unit == .week ? 7 : 1)
            let index = (day - start) >= 0 ? (day - start) / length : -((start - day + length - 1) / length)
            return ServicePeriod(start: start + index * length, end: start + (index + 1) * length)
        case .month, .year:
            let months = cadence.count * (cadence.unit == .year ? 12 : 1)
            let (year, month, _) = day.components
            let (startYear, startMonth, _) = start.components
            var index = ((year - startYear) * 12 + month - startMonth) / months
            while start.adding(months: index * months) > day { index -= 1 }
            while start.adding(months: (index + 1) * months) <= day { index += 1 }
            return ServicePeriod(
                start: start.adding(months: index * months), end: start.adding(months: (index + 1) * months))
        }
    }
}

extension Subscription {
    /// The plan periods that close inside `run`, in order: a run bills each plan period once, in the run in which its last
    /// day lies. A subscription that ends closes its last period early.
    package func periods(of plan: PricingPlan, closingIn run: ServicePeriod) -> [PlanPeriod] {
        var result: [PlanPeriod] = []
        // The first period that can close in the run holds the day before the run's first closing day.
        var day = max(from, plan.wholePeriod(containing: run.start, countedFrom: periodsFrom).start)
        while day < run.end, until.map({ day < $0 }) ?? true {
            let whole = plan.wholePeriod(containing: day, countedFrom: periodsFrom)
            let end = until.map { min($0, whole.end) } ?? whole.end
            let billed = ServicePeriod(start: max(whole.start, from), end: end)
            if end > run.start, end <= run.end, !billed.isEmpty {
                result.append(PlanPeriod(whole: whole, billed: billed))
            }
            day = whole.end
        }
        return result
    }

    /// The plan period in which the subscription begins.
    package func firstPeriod(of plan: PricingPlan) -> PlanPeriod {
        let whole = plan.wholePeriod(containing: from, countedFrom: periodsFrom)
        return PlanPeriod(
            whole: whole, billed: ServicePeriod(start: from, end: until.map { min($0, whole.end) } ?? whole.end))
    }

    /// The plan period after this one, as far as the subscription goes on; nil when it ends.
    package func period(after period: PlanPeriod, of plan: PricingPlan) -> PlanPeriod? {
        guard until.map({ period.whole.end < $0 }) ?? true, period.billed.end == period.whole.end else { return nil }
        let whole = plan.wholePeriod(containing: period.whole.end, countedFrom: periodsFrom)
        let end = until.map { min($0, whole.end) } ?? whole.end
        return PlanPeriod(whole: whole, billed: ServicePeriod(start: whole.start, end: end))
    }
}

extension PricingPlan {
    /// The plan periods over which a commitment goes, from its first day on; those of one period where it has no count.
    package func days(of commitment: Commitment, of subscription: Subscription) -> ServicePeriod {
        let from = commitment.from ?? subscription.from
        let first = wholePeriod(containing: from, countedFrom: subscription.periodsFrom)
        var end = first.end
        for _ in 1..<max(1, commitment.periods ?? 1) {
            end = wholePeriod(containing: end, countedFrom: subscription.periodsFrom).end
        }
        return ServicePeriod(start: max(first.start, subscription.from), end: end)
    }
}

extension Workspace {
    /// For each customer the days whose usage and cost a run can bill: the run's own, and those of every plan period that
    /// closes in it, which may have begun long before.
    package func daysNeeded(for run: ServicePeriod) -> [CustomerID: ServicePeriod] {
        customers.mapValues { customer in
            var needed = run
            for subscription in customer.subscriptions {
                guard let plan = plans[subscription.plan] else { continue }
                for period in subscription.periods(of: plan, closingIn: run) {
                    needed = ServicePeriod(
                        start: min(needed.start, period.billed.start), end: max(needed.end, period.billed.end))
                }
            }
            return needed
        }.reduce(into: [:]) { $0[$1.key] = $1.value }
    }
}
