import BillingTerms
import Catalog
import Documents
import Importing
import Metering

/// Fills the run's report from what importing and billing came to.
struct ReportStage {
    let workspace: Workspace
    let period: BillingPeriod
    let imported: ImportedBooks
    let tally: RunTally
    let findings: [Finding]

    var report: RunReport {
        RunReport(
            periodName: period.name, period: period.days, businessName: workspace.business.seller.name,
            zone: workspace.business.zone.identifier, toolVersion: toolVersion,
            configurationHash: workspace.configurationHash, zoneDataVersion: BillingZone.dataVersion,
            inputs: imported.files, unbilled: imported.unbilled,
            quarantine: imported.quarantine,
            findings: findings, customers: tally.customers, providerCosts: providerCosts,
            unassignedCosts: imported.unassigned, usage: usageCounts,
            controls: imported.controls.map {
                RunReport.ControlTotal(
                    currency: $0.currency, read: $0.read - $0.outside, assigned: $0.assigned, unassigned: $0.unassigned)
            }, dailyCosts: dailyCosts)
    }

    // MARK: Provider cost

    private var costsOfRun: some Sequence<Cost> {
        imported.costs.values.lazy.joined().filter { period.days.contains($0.day) }
    }

    /// What each service account cost and what its customer pays for it. The margin stands only where both are in one
    /// currency.
    private var providerCosts: [RunReport.ProviderCost] {
        guard !imported.costs.isEmpty else { return [] }
        var costs: [RunTally.CostKey: ExactDecimal] = [:]
        let payers = workspace.payerIDs
        for cost in costsOfRun {
            let key = RunTally.CostKey(
                provider: cost.provider, serviceAccount: cost.serviceAccount, project: cost.project,
                customer: payers[cost.customer] ?? cost.customer, currency: cost.currency)
            costs[key, default: .zero] += cost.billed
        }
        return costs.map { key, cost in
            let net = tally.rebilled[key]
            let margin = net.flatMap { $0.currency == key.currency ? $0.decimal - cost : nil }
            return RunReport.ProviderCost(
                provider: key.provider, serviceAccount: key.serviceAccount.text, project: key.project.text,
                customer: key.customer.text, currency: key.currency, billedCost: cost.normalized, rebilled: net,
                margin: margin?.normalized)
        }
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
        counts.priced = tally.pricedEventCount
        counts.unpriced = max(0, tally.eventCount - counts.priced)
        var unbilled = UnbilledRows()
        for rows in imported.unbilled.values { unbilled += rows }
        if unbilled.total > 0 { counts.unbilled = unbilled }
        return counts
    }
}
