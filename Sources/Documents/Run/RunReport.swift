import BillingTerms

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
    package var inputs: [InputFile]
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
        inputs: [InputFile] = [], quarantine: [QuarantinedRow] = [], findings: [Finding] = [],
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

extension RunReport {
    /// A file that was read, and what became of its rows.
    package struct InputFile: Hashable, Sendable, Codable {
        package var path: String
        package var sha256: String
        package var byteCount: Int
        /// `meter-csv`, `aws-cur`, …
        package var content: String
        /// `imported`, `same-content`, …
        package var status: String
        package var rowsRead: Int
        package var rowsKept: Int
        package var rowsDuplicate: Int
        package var rowsQuarantined: Int
        /// For provider bills, by currency code.
        package var billedCost: [String: ExactDecimal]

        package init(
            path: String, sha256: String, byteCount: Int, content: String, status: String = "imported",
            rowsRead: Int = 0, rowsKept: Int = 0, rowsDuplicate: Int = 0, rowsQuarantined: Int = 0,
            billedCost: [String: ExactDecimal] = [:]
        ) {
            self.path = path
            self.sha256 = sha256
            self.byteCount = byteCount
            self.content = content
            self.status = status
            self.rowsRead = rowsRead
            self.rowsKept = rowsKept
            self.rowsDuplicate = rowsDuplicate
            self.rowsQuarantined = rowsQuarantined
            self.billedCost = billedCost
        }
    }

    /// A row that is not billed, as it came.
    package struct QuarantinedRow: Hashable, Sendable, Codable {
        package var file: String
        package var line: Int
        package var column: Int?
        package var code: String
        package var reason: String
        package var original: String
        package var customer: String?
        package var meter: String?
        package var quantity: ExactDecimal?
        package var cost: ExactDecimal?
        package var currency: String?

        package init(
            file: String, line: Int, column: Int? = nil, code: String, reason: String, original: String,
            customer: String? = nil, meter: String? = nil, quantity: ExactDecimal? = nil, cost: ExactDecimal? = nil,
            currency: String? = nil
        ) {
            self.file = file
            self.line = line
            self.column = column
            self.code = code
            self.reason = reason
            self.original = original
            self.customer = customer
            self.meter = meter
            self.quantity = quantity
            self.cost = cost
            self.currency = currency
        }
    }
}
