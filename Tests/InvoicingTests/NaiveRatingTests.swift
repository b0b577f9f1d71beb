import BillingTerms
import Catalog
import Invoicing
import Rating
import TestWorkspaces
import Testing

/// Rating against the second implementation, on random customers: `make naive` compares 100,000.
@Suite struct NaiveRatingTests {
    @Test(arguments: SeededRandom.seeds(20)) func bothComeToTheSameLines(seed: UInt64) {
        var billed = 0
        for round in 0..<100 {
            let billing = RandomBilling(seed: seed &* 1_000_000 &+ UInt64(round))
            let comparison = Comparison(billing)
            if let difference = comparison.difference {
                Issue.record("seed \(seed), round \(round): \(difference)")
            }
            if comparison.isBilled { billed += 1 }
        }
        #expect(billed > 30, "most random customers are billed")
    }
}

/// Both implementations on one customer.
private struct Comparison {
    private(set) var isBilled = false
    /// Nil where both come to the same lines, or both refuse the customer.
    private(set) var difference: String?

    init(_ billing: RandomBilling) {
        let naive = NaiveRating(billing: billing)
        do throws(Parked) {
            let rating = CustomerRating(
                catalog: RatingCatalog(billing.workspace), customer: billing.customer, run: billing.period.days,
                usage: billing.usage)
            _ = try rating.checks()
            let items = try rating.usageLines() + rating.costLines()
            let groups = try items + rating.itemBoundLines(items) + rating.feeLines() + rating.addOnLines()
            let lines = groups.flatMap(\.lines)
            let found = lines.map(NaiveRating.Charge.init).filter { $0.cents != 0 }.sorted()
            if found != naive.charges { difference = Self.text(lines, found, naive.charges) }
            if naive.hasUnpricedEvent || naive.hasUnmatchedEvent { difference = "unpriced usage was billed" }
            isBilled = !lines.isEmpty
        } catch {
            let isUnpriced = error.findings.allSatisfy { $0.code == .unpricedUsage }
            if !isUnpriced || !(naive.hasUnpricedEvent || naive.hasUnmatchedEvent) {
                difference = "\(error.findings.map(\.rendered))"
            }
        }
    }

    /// What only one of them has, and how ours came about.
    private static func text(
        _ lines: [RatedLine], _ found: [NaiveRating.Charge], _ expected: [NaiveRating.Charge]
    ) -> String {
        let (ours, theirs) = (found.filter { !expected.contains($0) }, expected.filter { !found.contains($0) })
        let items = Set((ours + theirs).map(\.item))
        let working = lines.filter { items.contains($0.itemID) }.map { line in
            "\(line.project?.text ?? "shared") \(line.grossAmount.decimal) = "
                + line.working.map { "\($0.label): \($0.calculation) = \($0.result)" }.joined(separator: "; ")
        }
        return (["found \(ours), expected \(theirs)"] + working).joined(separator: "\n")
    }
}

extension NaiveRating.Charge {
    fileprivate init(_ line: RatedLine) {
        self.init(
            item: line.itemID, project: line.project?.text ?? "shared",
            first: line.period.start.number, end: line.period.end.number,
            cents: Int(line.grossAmount.minorUnits))
    }
}

extension CollectionDifference.Change where ChangeElement == NaiveRating.Charge {
    fileprivate var charge: NaiveRating.Charge {
        switch self {
        case .insert(_, let charge, _), .remove(_, let charge, _): charge
        }
    }
}

extension NaiveRating {
    /// Whether something was used in a closing period for which a matrix has neither a cell nor a default.
    fileprivate var hasUnmatchedEvent: Bool {
        zip(billing.customer.subscriptions, periods).contains { subscription, periods in
            periods.filter(\.closes).contains { period in
                let versions = billing.plan(subscription.plan).versions
                let version = versions.last { $0.from.number <= period.billed.lowerBound }
                return (version?.prices ?? []).contains { price in
                    guard case .matrix(let matrix) = price.model, matrix.fallback == nil,
                        case .usage(let selection)? = billing.workspace.productItems[price.item]?.origin
                    else { return false }
                    return billing.events.contains { event in
                        event.meter == selection.meter && period.billed.contains(event.day.number)
                            && (selection.filter["region"].map { $0.contains(event.region) } ?? true)
                            && !matrix.cells.contains {
                                $0.values[0].isEmpty || $0.values[0].contains(event.region)
                            }
                    }
                }
            }
        }
    }

    /// Whether something was used in a closing period that no plan in force prices.
    fileprivate var hasUnpricedEvent: Bool {
        billing.events.contains { event in
            let day = event.day.number
            var isBilled = false
            for (subscription, periods) in zip(billing.customer.subscriptions, periods) {
                let plan = billing.plan(subscription.plan)
                for period in periods where period.billed.contains(day) {
                    if period.closes { isBilled = true }
                    let version = plan.versions.last { $0.from.number <= period.billed.lowerBound }
                    let isPriced = version?.prices.contains { price in
                        guard case .usage(let selection)? = billing.workspace.productItems[price.item]?.origin else {
                            return false
                        }
                        let isWanted = selection.filter["region"].map { $0.contains(event.region) } ?? true
                        return selection.meter == event.meter && isWanted
                    }
                    if isPriced ?? false { return false }
                }
            }
            return isBilled
        }
    }
}
