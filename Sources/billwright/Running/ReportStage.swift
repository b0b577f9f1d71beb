import BillingTerms
import Catalog
import Documents
import Importing
import Invoicing
import Metering
import Rating

/// Fills the run's report from what importing and billing came to.
struct ReportStage {
    let workspace: Workspace
    let period: BillingPeriod
    let imported: ImportedBooks
    let outcomes: [BillingStage.Outcome]
    let findings: [Finding]

    var report: RunReport {
        RunReport(
            periodName: period.name, period: period.days, businessName: workspace.business.seller.name,
            zone: workspace.business.zone.identifier, toolVersion: toolVersion,
            configurationHash: workspace.configurationHash, zoneDataVersion: BillingZone.dataVersion,
            inputs: imported.files,
            quarantine: imported.quarantine,
            findings: findings, customers: outcomes.compactMap(customerResult), providerCosts: providerCosts,
            unassignedCosts: imported.unassigned, usage: usageCounts,
            controls: imported.controls.map {
                RunReport.ControlTotal(
                    currency: $0.currency, read: $0.read - $0.outside, assigned: $0.assigned, unassigned: $0.unassigned)
            }, dailyCosts: dailyCosts)
    }

    private func customerResult(_ outcome: BillingStage.Outcome) -> RunReport.CustomerResult? {
        switch outcome.result {
        case .billed(let bill):
            let document = bill.consolidated
            return RunReport.CustomerResult(
                id: document.customer, name: document.buyer.name, currency: document.currency,
                totals: document.totals, previousAmountDue: bill.previous, projects: document.projects)
        case .parked:
            let customer = outcome.customer
            return RunReport.CustomerResult(
                id: customer.id, name: customer.party.name, currency: customer.currency, status: .parked)
        case .nothing: return nil
        }
    }

    // MARK: Provider cost

    private struct CostKey: Hashable {
        var provider: String
        var serviceAccount: ServiceAccountID
        var project: ProjectID
        var customer: CustomerID
        var currency: Currency
    }

    private var costsOfRun: some Sequence<Cost> {
        imported.costs.values.lazy.joined().filter { period.days.contains($0.day) }
    }

    /// What each service account cost and what its customer pays for it. The margin stands only where both are in one
    /// currency.
    private var providerCosts: [RunReport.ProviderCost] {
        var costs: [CostKey: ExactDecimal] = [:]
        let payers = workspace.payerIDs
        for cost in costsOfRun {
            let key = CostKey(
                provider: cost.provider, serviceAccount: cost.serviceAccount, project: cost.project,
                customer: payers[cost.customer] ?? cost.customer, currency: cost.currency)
            costs[key, default: .zero] += cost.billed
        }
        let rebilled = rebilledAmounts
        return costs.map { key, cost in
            let net = rebilled[key]
            let margin = net.flatMap { $0.currency == key.currency ? $0.decimal - cost : nil }
            return RunReport.ProviderCost(
                provider: key.provider, serviceAccount: key.serviceAccount.text, project: key.project.text,
                customer: key.customer.text, currency: key.currency, billedCost: cost.normalized, rebilled: net,
                margin: margin?.normalized)
        }
    }

    private var rebilledAmounts: [CostKey: Money] {
        var amounts: [CostKey: Money] = [:]
        for bill in outcomes.bills {
            for part in bill.rebilledCosts {
                guard let project = part.project else { continue }
                let key = CostKey(
                    provider: part.provider, serviceAccount: part.serviceAccount, project: project,
                    customer: bill.consolidated.customer, currency: part.costCurrency)
                amounts[key, default: .zero(part.netAmount.currency)] += part.netAmount
            }
        }
        return amounts
    }

    private struct DayKey: Hashable {
        var day: CalendarDay
        var provider: String
        var currency: Currency
    }

    private var dailyCosts: [RunReport.DailyCost] {
        var sums: [DayKey: ExactDecimal] = [:]
        for cost in costsOfRun {
            sums[DayKey(day: cost.day, provider: cost.provider, currency: cost.currency), default: .zero] += cost.billed
        }
        return sums.map { key, cost in
            RunReport.DailyCost(
                day: key.day, provider: key.provider, currency: key.currency, billedCost: cost.normalized)
        }
    }

    // MARK: Usage

    private var usageCounts: RunReport.UsageCounts {
        var counts = RunReport.UsageCounts()
        for file in imported.files where file.content == .meterCSV || file.content == .meterJSON {
            counts.read += file.rowsRead
            counts.kept += file.rowsKept
            counts.duplicate += file.rowsDuplicate
            counts.quarantined += file.rowsQuarantined
        }
        for bill in outcomes.bills { counts.priced += pricedEvents(bill.consolidated) }
        counts.unpriced = max(0, outcomes.reduce(0) { $0 + $1.eventCount } - counts.priced)
        return counts
    }

    private func pricedEvents(_ document: InvoiceDocument) -> Int {
        let usageLines = Set(document.lines.filter { $0.rated.kind == .usage }.map(\.number))
        return document.usage.filter { $0.lines.contains(where: usageLines.contains) }.reduce(0) { $0 + $1.eventCount }
    }
}
