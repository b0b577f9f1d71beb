import BillingTerms
import Catalog
import Metering

extension CustomerRating {
    /// What Rating must be told of before it bills: usage and costs that no price of the plan in force takes up, and days
    /// without a subscription. Unpriced usage parks the customer, since a bill without it would be wrong.
    package func checks() throws(Parked) -> [Finding] {
        var findings: [Finding] = []
        var unpriced: [MeterID: (usage: [Usage], plan: PricingPlanID)] = [:]
        for place in usage.usage.indices {
            guard let terms = terms.first(where: { takes($0, usage.usage[place]) }) else { continue }
            // Nearly all usage is priced by the plan whose period closes.
            guard !terms.prices.takes(usage.usage[place]), !isPricedAnywhere(usage.usage[place]) else { continue }
            unpriced[usage.usage[place].meter, default: ([], terms.plan.id)].usage.append(usage.usage[place])
        }
        for (meter, entry) in unpriced { findings.append(unpricedFinding(meter, entry.usage, plan: entry.plan)) }
        findings += unmatchedFindings()
        guard findings.isEmpty else { throw Parked(findings.sorted()) }
        findings += unsubscribedFindings()
        findings += unbilledCostFindings()
        findings += negativeFindings()
        return findings
    }

    private func takes(_ terms: PeriodTerms, _ usage: Usage) -> Bool { terms.takes(usage.day, usage.project) }

    /// Whether any plan that the customer is on that day prices it, be it that its period does not close in this run.
    private func isPricedAnywhere(_ usage: Usage) -> Bool {
        customer.subscriptions.contains { subscription in
            guard subscription.covers(usage.day), subscription.covers(usage.project),
                let plan = workspace.plans[subscription.plan]
            else { return false }
            let whole = plan.wholePeriod(containing: usage.day, countedFrom: subscription.periodsFrom)
            let prices = catalog.prices(of: plan, on: max(whole.start, subscription.from), subscription.overrides)
            return prices?.takes(usage) ?? false
        }
    }

    private func unpricedFinding(_ meter: MeterID, _ usage: [Usage], plan: PricingPlanID) -> Finding {
        let unit = workspace.meters[meter]?.unit ?? ""
        let period = MeteredPeriod(zone: customer.zone, whole: run, billed: run)
        let quantity = workspace.meters[meter]?.quantity(of: usage, in: period) ?? .zero
        return Finding(
            .unpricedUsage, "the plan \"\(plan)\" has no price for the meter \"\(meter)\"", at: customer.place,
            notes: [
                "\(quantity.shortText) \(unit) used on \(numbered(Set(usage.map(\.day)).count, "day"))",
                "add a product item of this meter to the plan's prices; with a unit_price of 0 it costs nothing",
                "the customer \"\(customer.id)\" is parked: nothing is billed to it in this run",
            ])
    }

    /// Usage with dimension values for which a matrix has neither a cell nor a default.
    private func unmatchedFindings() -> [Finding] {
        var findings: [Finding] = []
        for terms in terms {
            for price in terms.prices.ofUsage {
                guard case .matrix(let matrix) = price.price.model, matrix.fallback == nil else { continue }
                let meter = price.meter
                let open = usage.usage.filter { entry in
                    terms.period.billed.contains(entry.day) && price.takes(entry)
                        && matrix.place(of: entry, meter: meter) == nil
                }
                for (values, entries) in Dictionary(grouping: open, by: { matrix.values(of: $0, meter: meter) }) {
                    let named = zip(matrix.dimensions, values).map { "\($0): \($1.isEmpty ? "(none)" : $1)" }
                    findings.append(
                        Finding(
                            .unpricedUsage,
                            "the matrix of \"\(price.item.id)\" in the plan \"\(terms.plan.id)\" has no cell for \(named.joined(separator: ", "))",
                            at: customer.place,
                            notes: [
                                "\(meter.quantity(of: entries, in: terms.metered).shortText) \(meter.unit) used on "
                                    + numbered(Set(entries.map(\.day)).count, "day"),
                                "add a cell, or a \"default\" with the price of everything else",
                                "the customer \"\(customer.id)\" is parked: nothing is billed to it in this run",
                            ]))
                }
            }
        }
        return findings
    }

    /// Usage and cost on days of the run on which the customer is on no plan.
    private func unsubscribedFindings() -> [Finding] {
        func isSubscribed(_ day: CalendarDay, _ project: ProjectID) -> Bool {
            customer.subscriptions.contains { $0.covers(day) && $0.covers(project) }
        }
        // A level that merely stands there, after the customer has left, is nothing new.
        let usageDays = usage.usage.indices.filter { place in
            usage.usage[place].eventCount > 0 && run.contains(usage.usage[place].day)
                && !isSubscribed(usage.usage[place].day, usage.usage[place].project)
        }.map { usage.usage[$0] }
        let costDays = usage.costs.filter { run.contains($0.day) && !isSubscribed($0.day, $0.project) }
        guard !usageDays.isEmpty || !costDays.isEmpty else { return [] }
        let days = Set(usageDays.map(\.day) + costDays.map(\.day)).sorted()
        var notes = [
            "the days: \(days.prefix(5).map(\.description).joined(separator: ", "))\(days.count > 5 ? ", …" : "")"
        ]
        let events = usageDays.reduce(0) { $0 + $1.eventCount }
        if events > 0 { notes.append("\(events) usage events not billed") }
        notes += costSums(costDays).map { "\($0) of provider cost not billed" }
        return [
            Finding(
                .noSubscription,
                "the customer \"\(customer.id)\" has usage or cost on \(numbered(days.count, "day")) without a subscription",
                at: customer.place, notes: notes)
        ]
    }

    private func unbilledCostFindings() -> [Finding] {
        let open = usage.costs.filter { cost in
            let inPeriods = terms.filter { $0.takes(cost.day, cost.project) }
            return !inPeriods.isEmpty && !inPeriods.contains { $0.prices.takes(cost) }
        }
        guard !open.isEmpty else { return [] }
        let services = Set(open.map { "\($0.provider): \($0.service)" }).sorted()
        return [
            Finding(
                .warning, .unbilledCost,
                "no product item in the plan of \"\(customer.id)\" takes up some of its provider cost",
                at: customer.place,
                notes: [
                    "of \(services.prefix(4).joined(separator: "; "))\(services.count > 4 ? "; …" : "")"
                ] + costSums(open).map { "\($0) not billed" })
        ]
    }

    private func costSums(_ costs: [Cost]) -> [String] {
        Dictionary(grouping: costs, by: \.currency).sorted { $0.key < $1.key }
            .map { "\($0.value.map(\.billed).sum().shortText) \($0.key)" }
    }

    private func negativeFindings() -> [Finding] {
        var findings: [Finding] = []
        for terms in terms {
            for (id, places) in usageOfMeters where places.contains(where: { mayBeNegative(usage.usage[$0]) }) {
                guard let meter = workspace.meters[id], meter.aggregation == .sum || meter.aggregation.isOfLevel else {
                    continue
                }
                let inPeriod = places.map { usage.usage[$0] }.filter { takes(terms, $0) }
                findings += Dictionary(grouping: inPeriod, by: \.project).compactMap { project, entries in
                    negativeFinding(meter, entries, project, terms)
                }
            }
        }
        return findings.sorted()
    }

    /// What is nowhere below zero does not come to less than zero.
    private func mayBeNegative(_ usage: Usage) -> Bool {
        usage.sum.isNegative || usage.level != nil || !usage.windows.isEmpty
    }

    private func negativeFinding(
        _ meter: Meter, _ usage: [Usage], _ project: ProjectID, _ terms: PeriodTerms
    ) -> Finding? {
        let quantity = meter.quantity(of: usage, in: terms.metered)
        guard quantity.isNegative else { return nil }
        let note =
            terms.version.conventions.negativeUsage == .nothing
            ? "it costs nothing and is not given back, as \"negative_usage\" has it"
            : "it is billed as a correction, with a negative amount"
        return Finding(
            .warning, .negativeUsage,
            "the meter \"\(meter.id)\" \(meter.aggregation == .sum ? "sums" : "comes") to \(quantity.shortText) \(meter.unit) for the project \"\(project)\" in \(terms.period.billed)",
            at: customer.place, notes: [note])
    }
}
