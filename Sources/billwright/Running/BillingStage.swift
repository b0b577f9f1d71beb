import BillingTerms
import Catalog
import Invoicing
import Ledger
import Metering
import Rating

/// Rates and invoices every customer, on all threads: pure work between reading and writing.
struct BillingStage {
    let workspace: Workspace
    let period: BillingPeriod
    let ledger: Ledger
    let audit: Audit
    let threads: Int

    /// What a customer came to.
    enum Outcome: Sendable {
        case billed(CustomerBill)
        /// Set aside: the findings say why.
        case parked(Customer, [Finding])
        /// No plan period of the customer closes in the run.
        case nothing
    }

    func outcomes(usage: [CustomerID: CustomerUsage]) throws -> [Outcome] {
        let carried = try ledger.carriedForward(before: period.days.start)
        let previous = try ledger.amountsDue(of: period.previous.name)
        return try parallelMap(workspace.customers.map(\.value), threads: threads) { customer in
            let context = BillingContext(
                workspace: workspace, customer: customer, period: period,
                balances: balances(of: customer, carried[customer.id] ?? .nothing, previous), audit: audit)
            do throws(Parked) {
                let invoicing = CustomerInvoicing(context: context, usage: usage[customer.id] ?? CustomerUsage())
                return try invoicing.bill().map { .billed($0) } ?? .nothing
            } catch {
                return .parked(customer, error.findings)
            }
        }
    }

    private func balances(
        of customer: Customer, _ carried: CarriedForward, _ previous: [DocumentKey: Money]
    ) -> CarriedBalances {
        var balances = CarriedBalances(
            creditUsed: carried.creditUse(in: customer.currency),
            promotionsUsed: carried.promotionUse(in: customer.currency).mapValues {
                PromotionMovement(cycles: $0.cycles, amount: $0.amount)
            }, previous: previous[DocumentKey(customer: customer.id)])
        for project in customer.projects {
            balances.previousByProject[project.id] = previous[DocumentKey(customer: customer.id, project: project.id)]
        }
        return balances
    }
}

extension [BillingStage.Outcome] {
    var bills: [CustomerBill] {
        compactMap { if case .billed(let bill) = $0 { bill } else { nil } }
    }

    var findings: [Finding] {
        flatMap { outcome -> [Finding] in
            switch outcome {
            case .billed(let bill): bill.findings
            case .parked(_, let findings): findings
            case .nothing: []
            }
        }
    }
}
