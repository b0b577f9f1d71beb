import BillingTerms
import Catalog
import Invoicing
import Rating
import TestWorkspaces
import Testing

/// Rating against the second implementation, on random customers.
@Suite struct NaiveRatingTests {
    @Test(arguments: SeededRandom.seeds(20)) func bothComeToTheSameLines(seed: UInt64) {
        var billed = 0
        for round in 0..<100 {
            let billing = RandomBilling(seed: seed &* 1_000_000 &+ UInt64(round))
            let naive = NaiveRating(billing: billing)
            do throws(Parked) {
                let rating = CustomerRating(
                    catalog: RatingCatalog(billing.workspace), customer: billing.customer, run: billing.period.days,
                    usage: billing.usage)
                _ = try rating.checks()
                let items = try rating.usageLines() + rating.costLines()
                let groups =
                    try items + rating.itemBoundLines(items) + rating.feeLines() + rating.addOnLines()
                let lines = groups.flatMap(\.lines)
                let found = lines.map(NaiveRating.Charge.init).filter { $0.cents != 0 }.sorted()
                let expected = naive.charges
                if found != expected {
                    let missing = expected.difference(from: found)
                    Issue.record("seed \(seed), round \(round): \(missing.map(String.init(describing:)))")
                }
                if naive.hasUnpricedEvent || naive.hasUnmatchedEvent {
                    Issue.record("seed \(seed), round \(round): unpriced usage was billed")
                }
                if !lines.isEmpty { billed += 1 }
            } catch {
                let isUnpriced = error.findings.allSatisfy { $0.code == .unpricedUsage }
                if !isUnpriced || !(naive.hasUnpricedEvent || naive.hasUnmatchedEvent) {
                    Issue.record("seed \(seed), round \(round): \(error.findings.map(\.rendered))")
                }
            }
        }
        #expect(billed > 50, "most random customers are billed")
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
