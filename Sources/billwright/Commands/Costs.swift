import ArgumentParser
import BillingTerms
import Catalog
import Importing
import Metering

struct CostsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "costs", abstract: "Shows the providers' costs of a period, grouped as asked.",
        discussion: """
            The charges are those of the provider bills in inbox/, each on the day on which it is billed. Currencies are never \
            added up. What no project owns is a group of its own, and the control total says for each currency: read = \
            assigned + unassigned + billed on other days + left out by the filters. Nothing is written.

            A value of a filter may hold stars: --service 'Amazon*'. Several of one filter mean any of them.
            """)

    @OptionGroup var options: CommonOptions
    @OptionGroup var query: QueryOptions

    @Option(help: ArgumentHelp("Comma-separated: \(CostKeys.expected).", valueName: "keys"))
    var by = "customer,project,provider"

    @Option(help: "Which of the costs: billed, effective, list or contracted.")
    var cost = CostColumn.billed

    @OptionGroup(title: "Filters") var filters: CostFilterOptions

    func run() throws {
        let console = options.console
        let days = try query.days()
        try reporting(console) {
            try WorkspaceFolder.require(options.root)
            let keys = try CostKeys(by)
            let workspace = try WorkspaceReader.read(root: options.root)
            let filter = try filters.filter(workspace)
            let inbox = try Inbox.list(
                root: options.root, settleSeconds: workspace.business.settleSeconds, now: query.reference.now)
            let bills = ProviderInbox(inbox.files.map { ProviderFile($0, workspace.sources) })
            let answer = CostBreakdown(
                bills, workspace: workspace, query: CostQuery(groupings: keys.groupings, days: days, filter: filter))
            let findings = inbox.findings + inbox.unsettledFindings(workspace.business) + answer.findings
            console.report(findings)
            let controls = answer.controlTotals(cost)
            try requireBalance(controls)
            let report = CostReport(
                days: days, column: cost, keys: keys, rows: answer.rows, controls: controls,
                arrangement: query.arrangement)
            switch options.json ? .json : query.format {
            case .table: try console.result(report.text)
            case .csv: try report.table.csv(write: console.bytes)
            case .json: try console.result(report.json)
            }
            return findings.contains { $0.severity != .note } ? Exit.findings : Exit.done
        }
    }

    private func requireBalance(_ controls: [CostControl]) throws {
        let broken = controls.filter { !$0.isBalanced }
        if broken.isEmpty { return }
        throw Findings(
            broken.map {
                Finding(
                    .totalsDiffer,
                    "\($0.read) \($0.currency) was read, and \($0.assigned + $0.unassigned + $0.outside + $0.leftOut) accounted for",
                    notes: ["nothing is shown; this is a bug, please report it"])
            })
    }
}

extension CostColumn: ExpressibleByArgument {}
extension ChargeCategory: ExpressibleByArgument {}

/// Which charges `costs` is about.
struct CostFilterOptions: ParsableArguments {
    @Option(name: .customLong("customer"), help: ArgumentHelp("Only of this customer.", valueName: "id"))
    var customers: [String] = []
    @Option(name: .customLong("project"), help: ArgumentHelp("Only of this project.", valueName: "id"))
    var projects: [String] = []
    @Option(name: .customLong("account"), help: ArgumentHelp("Only of this service account.", valueName: "id"))
    var accounts: [String] = []
    @Option(
        name: .customLong("sub-account"),
        help: ArgumentHelp("Only of this account of the provider.", valueName: "pattern"))
    var subAccounts: [String] = []
    @Option(name: .customLong("provider"), help: ArgumentHelp("Only of this provider.", valueName: "pattern"))
    var providers: [String] = []
    @Option(
        name: .customLong("service"), help: ArgumentHelp("Only this service, by name or code.", valueName: "pattern"))
    var services: [String] = []
    @Option(name: .customLong("region"), help: ArgumentHelp("Only of this region.", valueName: "pattern"))
    var regions: [String] = []
    @Option(name: .customLong("category"), help: "Only this category: usage, purchase, tax, credit or adjustment.")
    var categories: [ChargeCategory] = []
    @Option(name: .customLong("currency"), help: ArgumentHelp("Only in this currency.", valueName: "code"))
    var currencies: [String] = []
    @Option(name: .customLong("tag"), help: ArgumentHelp("Only with this tag.", valueName: "key[=pattern]"))
    var tags: [String] = []
    @Option(name: .customLong("rule"), help: ArgumentHelp("Only what this rule assigned.", valueName: "name"))
    var rules: [String] = []
    @Flag(help: "Only what no project owns.")
    var unassigned = false

    func filter(_ workspace: Workspace) throws -> CostFilter {
        let tags = try keyedPatterns(tags, of: "--tag").map { (TextPattern($0.key), $0.value) }
        let match = ChargeMatch(
            providers: providers.map { TextPattern($0.lowercased()) },
            subAccounts: subAccounts.map { TextPattern($0) }, services: services.map { TextPattern($0) },
            regions: regions.map { TextPattern($0) }, categories: categories,
            tags: Dictionary(tags, uniquingKeysWith: { $0 + $1 }))
        return CostFilter(
            match: match,
            customers: Set(
                try known(customers, among: workspace.customers.keys.map(\.text), "customer", as: { CustomerID($0) })),
            projects: Set(try known(projects, among: workspace.projectNames, "project", as: { ProjectID($0) })),
            serviceAccounts: Set(
                try known(
                    accounts, among: workspace.serviceAccounts.keys.map(\.text), "service account",
                    as: { ServiceAccountID($0) })),
            currencies: Set(try currencies.map(currency)),
            rules: Set(try known(rules, among: workspace.assignmentRules.map(\.name), "rule") { $0 }),
            isUnassignedOnly: unassigned)
    }

    private func currency(_ code: String) throws -> Currency {
        guard let currency = Currency(code: code) else {
            throw ValidationError("\"\(code)\" is not a currency code of ISO 4217")
        }
        return currency
    }
}

extension Workspace {
    var projectNames: [String] { customers.values.flatMap { $0.projects.map(\.id.text) } }
}

/// What costs are grouped by.
struct CostKeys {
    let names: [String]
    let groupings: [CostGrouping]

    static let expected = plain.map(\.name).joined(separator: ", ") + ", tag:KEY, account-tag:KEY"

    private static let plain: [(name: String, grouping: CostGrouping)] = [
        ("customer", .customer), ("project", .project), ("provider", .provider), ("service", .service),
        ("region", .region), ("account", .serviceAccount), ("sub-account", .subAccount),
        ("billing-account", .billingAccount), ("resource-group", .resourceGroup), ("resource", .resource),
        ("category", .category), ("currency", .currency), ("rule", .rule), ("day", .day), ("month", .month),
    ]

    init(_ text: String) throws {
        names = try groupingNames(text)
        groupings = try names.map { name in
            for (prefix, make) in [("tag:", CostGrouping.tag), ("account-tag:", CostGrouping.accountTag)]
            where name.hasPrefix(prefix) && name.count > prefix.count {
                return make(String(name.dropFirst(prefix.count)))
            }
            if let known = Self.plain.first(where: { $0.name == name }) { return known.grouping }
            let near = nearestName(to: name, among: Self.plain.map(\.name)).map { "; nearest: \"\($0)\"" } ?? ""
            throw ValidationError("costs cannot be grouped by \"\(name)\"\(near); --by takes \(Self.expected)")
        }
    }

    /// The currency stands behind the keys, unless it is one of them.
    var columns: KeyColumns {
        let place = groupings.firstIndex(of: .currency)
        let missing = groupings.map { grouping -> ResultTable.Cell in
            switch grouping {
            case .customer, .project, .rule: .none("(unassigned)")
            default: .nothing("(none)")
            }
        }
        return KeyColumns(
            names: names + (place == nil ? ["currency"] : []), scope: place ?? names.count,
            missing: missing + (place == nil ? [.nothing("")] : []))
    }

    func values(_ row: CostRow) -> [String?] {
        row.values + (groupings.contains(.currency) ? [] : [row.currency.code])
    }
}

/// The answer of `costs`, to be printed.
struct CostReport {
    private struct Row: GroupedRow {
        var values: [String?]
        var currency: Currency
        var rowCount: Int
        var amount: ExactDecimal
        var scope: String { currency.code }

        static func joined(_ rows: [Row]) -> Row {
            Row(
                values: [], currency: rows[0].currency, rowCount: rows.reduce(0) { $0 + $1.rowCount },
                amount: rows.map(\.amount).sum())
        }
    }

    let table: ResultTable
    private let days: ServicePeriod
    private let column: CostColumn
    private let controls: [CostControl]

    init(
        days: ServicePeriod, column: CostColumn, keys: CostKeys, rows: [CostRow], controls: [CostControl],
        arrangement: Arrangement
    ) {
        self.days = days
        self.column = column
        self.controls = controls
        let columns = keys.columns
        let all = rows.map {
            Row(values: keys.values($0), currency: $0.currency, rowCount: $0.rowCount, amount: $0.amount(column))
        }
        let shown = arrangement.arrange(all)
        func figures(_ row: Row) -> [ResultTable.Cell] {
            [.count(row.rowCount), .amount(row.amount, digits: row.currency.minorDigits)]
        }
        let cells = (0..<shown.count).map { place -> [ResultTable.Cell] in
            switch shown[place] {
            case .group(let row): columns.cells(row.values) + figures(row)
            case .others(let count, let row): columns.others(count, scope: row.scope) + figures(row)
            }
        }
        table = ResultTable(
            header: columns.names + ["rows", "\(column.rawValue)_cost"], rowCount: cells.count, row: { cells[$0] },
            totals: Arrangement.totals(all).map { columns.total(scope: $0.scope) + figures($0) })
    }

    var text: String {
        if table.rowCount == 0 { return ["no provider cost, \(days)", controlText].joined(separator: "\n") }
        return table.text + "\n\n\(column.rawValue) cost, \(days)\n" + controlText
    }

    /// What was read, and what became of it.
    private var controlText: String {
        let rows = controls.map { control -> [ResultTable.Cell] in
            func amount(_ value: ExactDecimal, always: Bool = false) -> ResultTable.Cell {
                value.isZero && !always ? .nothing("") : .amount(value, digits: control.currency.minorDigits)
            }
            return [
                .text(control.currency.code), amount(control.read, always: true),
                amount(control.assigned, always: true),
                amount(control.unassigned, always: true), amount(control.outside), amount(control.leftOut),
            ]
        }
        return ResultTable(
            header: ["control", "read", "= assigned", "+ unassigned", "+ other days", "+ left out"],
            rowCount: rows.count, row: { rows[$0] }
        ).text
    }

    var json: String {
        get throws { try Versioned(Answer(self)).json }
    }

    private struct Answer: Encodable {
        struct Control: Encodable {
            var currency: Currency
            var rows: Int
            var read: ExactDecimal
            var assigned: ExactDecimal
            var unassigned: ExactDecimal
            var otherDays: ExactDecimal
            var leftOut: ExactDecimal
        }

        var from: CalendarDay
        /// The last day.
        var to: CalendarDay
        var cost: String
        var costs: [[String: ResultTable.Cell]]
        var totals: [[String: ResultTable.Cell]]
        var control: [Control]

        init(_ report: CostReport) {
            from = report.days.start
            to = report.days.lastDay
            cost = report.column.rawValue
            costs = report.table.objects
            totals = report.table.totalObjects
            control = report.controls.map {
                Control(
                    currency: $0.currency, rows: $0.rowCount, read: $0.read, assigned: $0.assigned,
                    unassigned: $0.unassigned, otherDays: $0.outside, leftOut: $0.leftOut)
            }
        }
    }
}
