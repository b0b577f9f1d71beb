import BillingTerms
import Catalog
import Documents
import Invoicing

/// What the run's report needs to know of one customer: sums, not documents.
struct CustomerTally: Sendable {
    /// Nil when no plan period of the customer closes in the run.
    var result: RunReport.CustomerResult?
    var rebilledCosts: [CustomerBill.RebilledCost] = []
    var findings: [Finding] = []
    /// Usage events on the run's own days, and those of them that lines charge for.
    var eventCount: Int
    var pricedEventCount = 0
    let customer: CustomerID

    init(_ outcome: BillingStage.Outcome) {
        customer = outcome.customer.id
        eventCount = outcome.eventCount
        switch outcome.result {
        case .billed(let bill):
            result = RunReport.CustomerResult(
                id: outcome.customer.id, name: outcome.customer.party.name, currency: outcome.customer.currency,
                totals: bill.totals, previousAmountDue: bill.previous, projects: bill.projects)
            rebilledCosts = bill.rebilledCosts
            findings = bill.findings
            pricedEventCount = bill.pricedEventCount
        case .parked(let reasons):
            let customer = outcome.customer
            result = RunReport.CustomerResult(
                id: customer.id, name: customer.party.name, currency: customer.currency, status: .parked)
            findings = reasons
        case .nothing: break
        }
    }
}

/// A run so far, customer by customer.
struct RunTally {
    /// Whose cost, and who pays for it.
    struct CostKey: Hashable {
        var provider: String
        var serviceAccount: ServiceAccountID
        var project: ProjectID
        var customer: CustomerID
        var currency: Currency
    }

    private(set) var customers: [RunReport.CustomerResult] = []
    private(set) var rebilled: [CostKey: Money] = [:]
    private(set) var findings: [Finding] = []
    private(set) var eventCount = 0
    private(set) var pricedEventCount = 0

    var hasParked: Bool { customers.contains { $0.status == .parked } }

    mutating func add(_ customer: CustomerTally) {
        if let result = customer.result { customers.append(result) }
        findings += customer.findings
        eventCount += customer.eventCount
        pricedEventCount += customer.pricedEventCount
        for part in customer.rebilledCosts {
            guard let project = part.project else { continue }
            let key = CostKey(
                provider: part.provider, serviceAccount: part.serviceAccount, project: project,
                customer: customer.customer, currency: part.costCurrency)
            rebilled[key, default: .zero(part.netAmount.currency)] += part.netAmount
        }
    }

    /// An invoice that is not the sum of its projects is a bug: then nothing at all is published.
    func refuseBrokenTotals() throws {
        let broken = findings.filter { $0.code == .totalsDiffer }
        if !broken.isEmpty { throw Findings(broken) }
    }
}
