import ArgumentParser
import BillingTerms
import Catalog
import Documents
import Foundation
import Invoicing
import Ledger

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Validates the configuration and the ledger, and prints all findings at once.")

    @OptionGroup var options: CommonOptions

    func run() throws {
        let console = options.console
        try reporting(console) {
            try WorkspaceFolder.require(options.root)
            let workspace = try WorkspaceReader.read(root: options.root)
            let ledger = try Ledger.open(
                path: options.root + "/ledger.sqlite", readOnly: true, shownAs: "ledger.sqlite")
            _ = try DocumentWriter(workspace: options.root)
            let findings = workspace.remarks + workspace.exampleFindings() + (try ledger.verify())
            console.report(findings)
            if options.json {
                try console.result(CheckSummary(workspace, findings: findings).json)
            } else {
                console.summary(
                    "configuration: \(numbered(workspace.customers.count, "customer")), \(numbered(workspace.plans.count, "plan")), "
                        + "\(numbered(workspace.productItems.count, "product item")), \(numbered(workspace.meters.count, "meter")), "
                        + "\(numbered(workspace.serviceAccounts.count, "service account")); "
                        + (findings.isEmpty ? "all is well" : numbered(findings.count, "finding"))
                )
            }
            return findings.isEmpty ? Exit.done : Exit.findings
        }
    }
}

private struct CheckSummary: Encodable {
    var formatVersion = 1
    var configurationHash: String
    var customers: Int
    var plans: Int
    var productItems: Int
    var meters: Int
    var serviceAccounts: Int
    var findings: [Finding]

    init(_ workspace: Workspace, findings: [Finding]) {
        configurationHash = workspace.configurationHash
        customers = workspace.customers.count
        plans = workspace.plans.count
        productItems = workspace.productItems.count
        meters = workspace.meters.count
        serviceAccounts = workspace.serviceAccounts.count
        self.findings = findings
    }
}
