import ArgumentParser
import BillingTerms
import Catalog
import Documents
import Foundation
import Importing
import Ledger
import Metering

struct UsageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage", abstract: "Shows the usage of a period, grouped as asked.",
        discussion: """
            Nothing is written; the rows are those that a run of the period would price. Meters are never added up: where the \
            keys do not tell them apart, the meter is added as a key. Several of one filter mean any of them.
            """)

    @OptionGroup var options: CommonOptions
    @OptionGroup var query: QueryOptions

    @Option(
        help: ArgumentHelp(
            "Comma-separated: customer, project, meter, day, month, or a dimension (dimension:NAME where its name is one of these).",
            valueName: "keys"))
    var by = "customer,meter"

    @OptionGroup(title: "Filters") var filters: UsageFilterOptions

    @Option(help: ArgumentHelp("How many threads to use; all processors when not given.", valueName: "count"))
    var threads: Int?

    @Option(help: MemorySize.help)
    var memoryLimit: MemorySize?

    func validate() throws { try Threads.check(threads) }

    func run() throws {
        let console = options.console
        let period = try query.days()
        let progress = Progress(console)
        try reporting(console) {
            defer { progress.end() }
            try WorkspaceFolder.require(options.root)
            let workspace = try WorkspaceReader.read(root: options.root)
            let keys = try UsageKeys(by, workspace: workspace)
            let filter = try filters.filter(workspace)
            let ledger = try Ledger.open(
                path: options.root + "/ledger.sqlite", readOnly: true, shownAs: "ledger.sqlite")
            let inbox = try Inbox.list(
                root: options.root, settleSeconds: workspace.business.settleSeconds, now: query.reference.now)
            let days = Dictionary(uniqueKeysWithValues: workspace.customers.keys.map { ($0, period) })
            let imported = try ImportStage(
                workspace: workspace, inbox: inbox, days: days, past: ImportedPast(ledger, before: period),
                now: query.reference.now, threads: Threads.count(threads), memoryLimit: memoryLimit,
                progress: progress, hashesFiles: false
            ).books()
            progress.end()
            console.report(imported.findings)
            let rows = UsageRows(
                imported.usage, keys: keys, filter: filter, workspace: workspace, days: period,
                threads: Threads.count(threads))
            let report = UsageReport(rows, keys: keys, days: period, arrangement: query.arrangement)
            switch options.json ? .json : query.format {
            case .table: try console.result(report.text)
            case .csv: try report.table.csv(threads: Threads.count(threads), write: console.bytes)
            case .json: try console.result(report.json)
            }
            ProcessSetup.keepUntilExit(imported, rows, report.table, workspace)
            return imported.findings.contains { $0.severity != .note } ? Exit.findings : Exit.done
        }
    }
}

/// Which usage `usage` is about.
struct UsageFilterOptions: ParsableArguments {
    @Option(name: .customLong("customer"), help: ArgumentHelp("Only of this customer.", valueName: "id"))
    var customers: [String] = []
    @Option(name: .customLong("project"), help: ArgumentHelp("Only of this project.", valueName: "id"))
    var projects: [String] = []
    @Option(name: .customLong("meter"), help: ArgumentHelp("Only of this meter.", valueName: "id"))
    var meters: [String] = []
    @Option(
        name: .customLong("dimension"),
        help: ArgumentHelp("Only with this dimension; its value may hold stars.", valueName: "name[=pattern]"))
    var dimensions: [String] = []

    func filter(_ workspace: Workspace) throws -> UsageFilter {
        let dimensions = try keyedPatterns(dimensions, of: "--dimension")
        _ = try known(dimensions.keys.sorted(), among: workspace.dimensionNames, "dimension") { $0 }
        return UsageFilter(
            customers: Set(
                try known(customers, among: workspace.customers.keys.map(\.text), "customer", as: { CustomerID($0) })),
            projects: Set(try known(projects, among: workspace.projectNames, "project", as: { ProjectID($0) })),
            meters: Set(try known(meters, among: workspace.meters.keys.map(\.text), "meter", as: { MeterID($0) })),
            dimensions: dimensions)
    }
}
