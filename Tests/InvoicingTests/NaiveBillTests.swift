import BillingTerms
import Catalog
import Invoicing
import Rating
import TestWorkspaces
import Testing

/// Promotions, rewards, credit and tax against the second implementation, on random customers.
@Suite struct NaiveBillTests {
    @Test(arguments: SeededRandom.seeds(20)) func bothComeToTheSameAmounts(seed: UInt64) throws {
        var billed = 0
        for round in 0..<60 {
            let billing = RandomBilling(seed: seed &* 3_000_017 &+ UInt64(round)).withoutPlanTerms
            let rating = CustomerRating(
                catalog: RatingCatalog(billing.workspace), customer: billing.customer, run: billing.period.days,
                usage: billing.usage
            )
            guard let bill = try? billing.invoicing(billing.usage).bill(), !bill.projects.isEmpty else { continue }
            billed += 1
            let items = try [rating.usageLines(), rating.costLines()]
            let steps =
                try items + [
                    rating.itemBoundLines(items.flatMap { $0 }), rating.feeLines(), rating.addOnLines(),
                ]
            let counted = NaiveRating(billing: billing)
            let naive = NaiveBill(
                billing: billing, steps: steps.map { $0.flatMap(\.lines) }, quantity: counted.quantityOfClosingPeriods)
            let found = Amounts(bill, billing)
            let expected = Amounts(naive, billing)
            if found != expected {
                Issue.record("seed \(seed), round \(round):\nfound    \(found)\nexpected \(expected)")
            }
        }
        #expect(billed > 20, "most random customers are billed")
    }

    private struct Amounts: Equatable {
        var withoutTax: Int
        var tax: Int
        var due: Int
        var discounts: [String: Int] = [:]
        var used: [String: Int] = [:]
        var expired: [String: Int] = [:]
        var earned: [String: Int] = [:]

        init(_ bill: CustomerBill, _ billing: RandomBilling) {
            let totals = bill.consolidated.totals
            withoutTax = Int(totals.totalWithoutTax.minorUnits)
            tax = Int(totals.totalTax.minorUnits)
            due = Int(totals.amountDue.minorUnits)
            // Where prices contain tax the document shows discounts without it.
            if !billing.hasIncludedTax {
                for adjustment in bill.consolidated.adjustments where adjustment.kind == .promotion {
                    discounts[adjustment.id] = Int(adjustment.amount.minorUnits)
                }
            }
            for movement in bill.grantMovements {
                func note(_ amount: Money, _ path: WritableKeyPath<Amounts, [String: Int]>) {
                    if !amount.isZero { self[keyPath: path][movement.grant.text] = Int(amount.minorUnits) }
                }
                note(movement.used, \.used)
                note(movement.expired, \.expired)
                note(movement.earned, \.earned)
            }
        }

        init(_ naive: NaiveBill, _ billing: RandomBilling) {
            withoutTax = naive.withoutTax
            tax = naive.tax
            due = naive.due
            if !billing.hasIncludedTax { discounts = naive.discounts }
            used = naive.used
            expired = naive.expired
            earned = naive.earned
        }
    }
}
