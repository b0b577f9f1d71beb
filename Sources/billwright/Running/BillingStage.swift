import BillingTerms
import Catalog
import Invoicing
import Ledger
import Metering
import Rating

/// Rates and invoices everyone who pays, each for itself: pure work between reading and writing.
struct BillingStage: Sendable {
    private let catalog: RatingCatalog
    private let period: BillingPeriod
    private let audit: Audit
    private let imported: ImportedBooks
    private let carried: [CustomerID: CarriedForward]
    private let previous: [DocumentKey: Money]

    /// What a customer came to.
    struct Outcome: Sendable {
        enum Result: Sendable {
            case billed(FinishedBill)
            /// Set aside: the findings say why.
            case parked([Finding])
            /// No plan period of the customer closes in the run.
            case nothing
        }

        var customer: Customer
        var result: Result
        /// Usage events on the run's own days.
        var eventCount: Int
    }

    init(workspace: Workspace, period: BillingPeriod, ledger: Ledger, audit: Audit, imported: ImportedBooks) throws {
        catalog = RatingCatalog(workspace)
        self.period = period
        self.audit = audit
        self.imported = imported
        carried = try ledger.carriedForward(before: period.days.start)
        previous = try ledger.amountsDue(of: period.previous.name)
    }

    func outcome(of payer: Payer) -> Outcome {
        let customer = payer.customer
        let usage = imported.waist(of: payer.members)
        let context = BillingContext(
            catalog: catalog, customer: customer, period: period,
            balances: balances(of: customer, carried[customer.id] ?? .nothing, previous), audit: audit)
        let inRun = usage.usage.indices.filter { period.days.contains(usage.usage[$0].day) }
        return Outcome(
            customer: customer, result: bill(context, usage),
            eventCount: inRun.reduce(0) { $0 + usage.usage[$1].eventCount })
    }

    private func bill(_ context: BillingContext, _ usage: CustomerUsage) -> Outcome.Result {
        do throws(Parked) {
            return try CustomerInvoicing(context: context, usage: usage).finished().map { .billed($0) } ?? .nothing
        } catch {
            return .parked(error.findings)
        }
    }

    private func balances(
        of customer: Customer, _ carried: CarriedForward, _ previous: [DocumentKey: Money]
    ) -> CarriedBalances {
        var balances = CarriedBalances(
            creditUsed: carried.datedCreditUse(in: customer.currency).mapValues { uses in
                uses.map { CarriedUse(from: $0.periodStart, amount: $0.amount) }
            },
            creditExpired: carried.creditExpiry(in: customer.currency).mapValues(\.amount),
            creditEarned: carried.creditEarned(in: customer.currency),
            promotionsUsed: carried.promotionUse(in: customer.currency).mapValues {
                PromotionMovement(cycles: $0.cycles, amount: $0.amount)
            }, commitmentsSpent: carried.commitmentSpending(in: customer.currency))
        // A customer who changed currency has nothing to be compared with.
        func amount(_ key: DocumentKey) -> Money? {
            previous[key].flatMap { $0.currency == customer.currency ? $0 : nil }
        }
        balances.previous = amount(DocumentKey(customer: customer.id))
        for project in customer.projects {
            balances.previousByProject[project.id] = amount(DocumentKey(customer: customer.id, project: project.id))
        }
        return balances
    }
}
