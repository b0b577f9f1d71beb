import BillingTerms
import Importing
import Metering

/// All that a run tells about itself: what `index.html`, `run.json`, `reconciliation.csv` and `quarantine.csv` show.
/// The caller fills it; nothing here reads a clock or a disk. Order does not matter, the writers sort.
package struct RunReport: Hashable, Sendable, Codable {
    /// `2026-10`.
    package var periodName: String
    package var period: ServicePeriod
    package var businessName: String
    package var zone: String
    package var toolVersion: String
    package var configurationHash: String
    package var zoneDataVersion: String
    package var inputs: [FileReport]
    /// Rows of meter exports that are kept and not billed, by file.
    package var unbilled: [String: UnbilledRows]
    package var quarantine: [QuarantinedRow]
    package var findings: [Finding]
    package var customers: [CustomerResult]
    package var providerCosts: [ProviderCost]
    package var unassignedCosts: [UnassignedCost]
    package var usage: UsageCounts
    package var controls: [ControlTotal]
    package var dailyCosts: [DailyCost]

    package init(
        periodName: String, period: ServicePeriod, businessName: String = "", zone: String = "UTC",
        toolVersion: String = "", configurationHash: String = "", zoneDataVersion: String = "",
        inputs: [FileReport] = [], unbilled: [String: UnbilledRows] = [:], quarantine: [QuarantinedRow] = [],
        findings: [Finding] = [],
        customers: [CustomerResult] = [], providerCosts: [ProviderCost] = [], unassignedCosts: [UnassignedCost] = [],
        usage: UsageCounts = UsageCounts(), controls: [ControlTotal] = [], dailyCosts: [DailyCost] = []
    ) {
        self.periodName = periodName
        self.period = period
        self.businessName = businessName
        self.zone = zone
        self.toolVersion = toolVersion
        self.configurationHash = configurationHash
        self.zoneDataVersion = zoneDataVersion
        self.inputs = inputs
        self.unbilled = unbilled
        self.quarantine = quarantine
        self.findings = findings
        self.customers = customers
        self.providerCosts = providerCosts
        self.unassignedCosts = unassignedCosts
        self.usage = usage
        self.controls = controls
        self.dailyCosts = dailyCosts
    }
}
