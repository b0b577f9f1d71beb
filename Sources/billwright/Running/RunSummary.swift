import BillingTerms
import Documents
import Foundation
import Importing
import Invoicing
import Ledger

/// What a run came to, for the person who watches and for the script that reads `--json`.
struct RunSummary: Encodable {
    struct Customer: Encodable {
        var id: String
        var status: String
        var currency: String
        var amountDue: ExactDecimal?
        var projects: Int
    }

    struct Rows: Encodable {
        var read: Int
        var kept: Int
        var duplicate: Int
        var quarantined: Int
        /// Of the rows kept, those that no period bills; left out when there are none.
        var unbilled: UnbilledRows?
    }

    var formatVersion = 1
    var period: String
    var firstDay: CalendarDay
    var lastDay: CalendarDay
    var configurationHash: String
    var files: Int
    var usageRows: Rows
    var providerCost: [RunReport.ControlTotal]
    var customers: [Customer]
    /// By currency.
    var amountDue: [String: ExactDecimal] = [:]
    var findings: [Finding]
    /// Nil for a dry run.
    var folder: String?
    var filesWritten = 0
    var isUnchanged = false

    init(period: BillingPeriod, report: RunReport) {
        self.period = period.name
        firstDay = period.days.start
        lastDay = period.days.lastDay
        configurationHash = report.configurationHash
        files = report.inputs.count { $0.status == .imported }
        usageRows = Rows(
            read: report.usage.read, kept: report.usage.kept, duplicate: report.usage.duplicate,
            quarantined: report.usage.quarantined, unbilled: report.usage.unbilled)
        providerCost = report.controls
        customers = report.customers.sorted { $0.id < $1.id }.map {
            Customer(
                id: $0.id.text, status: $0.status.rawValue, currency: $0.currency.code,
                amountDue: $0.totals?.amountDue.decimal, projects: $0.projects.count)
        }
        for due in report.customers.compactMap(\.totals?.amountDue) {
            amountDue[due.currency.code, default: .zero] += due.decimal
        }
        findings = report.findings
    }

    /// What became of the run in the ledger.
    mutating func note(_ outcome: RunOutcome, folder: String, files: Int) {
        self.folder = folder
        filesWritten = files
        isUnchanged = outcome.isUnchanged
        for superseded in outcome.superseded {
            findings.append(
                Finding(
                    .warning, .laterDrafts,
                    "the drafts of \(superseded.periodName) for \"\(superseded.customer)\" bill the same days and no longer count",
                    notes: ["what they took from credits and promotions was given back"]))
        }
    }

    var hasFindings: Bool { findings.contains { $0.severity != .note } }

    var text: String {
        let billed = customers.count { $0.status == "billed" }
        let parked = customers.count - billed
        let due = amountDue.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        var lines = [
            "\(period): \(firstDay) – \(lastDay)",
            "usage rows: \(usageRows.read) read = \(usageRows.kept) kept + \(usageRows.duplicate) duplicate + \(usageRows.quarantined) set aside",
        ]
        if let unbilled = usageRows.unbilled {
            lines.append("kept and not billed: \(unbilled.text)")
        }
        for control in providerCost {
            lines.append(
                "provider cost: \(control.read) \(control.currency) read = \(control.assigned) assigned + \(control.unassigned) unassigned"
            )
        }
        lines.append(
            numbered(billed, "customer") + " billed" + (parked > 0 ? ", \(parked) parked" : "")
                + ", due \(due.isEmpty ? "nothing" : due)")
        if let folder {
            lines.append(
                isUnchanged
                    ? "nothing changed since the last run; \(folder)" : "\(numbered(filesWritten, "file")) in \(folder)"
            )
        }
        return lines.joined(separator: "\n")
    }
}
