import BillingTerms
import Catalog
import Importing
import Metering
import Testing

/// Random charges, rules, groupings and filters: every amount is where a plain second implementation puts it, and for every
/// currency what was read is assigned, unassigned, on other days or left out, to the last digit.
@Suite struct ProviderCostPropertyTests {
    @Test(arguments: 1...60) func nothingIsLost(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let rows = (0..<Int.random(in: 1...120, using: &random)).map { _ in RandomCharge(&random) }
        let workspace = RandomRules.workspace(&random)
        let groupings = RandomRules.groupings(&random)
        let filter = RandomRules.filter(workspace, &random)
        let start = CalendarDay.first(year: 2026, month: 3) + Int.random(in: 0...5, using: &random)
        let days = ServicePeriod(start: start, end: start + Int.random(in: 1...25, using: &random))
        let query = CostQuery(groupings: groupings, days: days, filter: filter)

        let answer = try ask(rows, workspace, query)
        let naive = NaiveCosts(rows, workspace, query)
        let found = Dictionary(
            uniqueKeysWithValues: answer.rows.map {
                (
                    NaiveCosts.Key(values: $0.values, currency: $0.currency.code),
                    NaiveCosts.Sums(count: $0.rowCount, billed: $0.amount(.billed), list: $0.amount(.list))
                )
            })
        #expect(found == naive.sums, "seed \(seed)")

        for column in CostColumn.allCases {
            for control in answer.controlTotals(column) {
                #expect(control.isBalanced, "seed \(seed)")
                let shown = answer.rows.filter { $0.currency == control.currency }.map { $0.amount(column) }.sum()
                #expect(shown == control.assigned + control.unassigned, "seed \(seed)")
            }
        }
        for control in answer.controlTotals(.billed) {
            let currency = control.currency.code
            let ownTotal = answer.reports.compactMap { $0.billedCost[currency] }.sum()
            let written = rows.filter { $0.currency == currency }
            #expect(control.read == ownTotal, "the file's own total, seed \(seed)")
            #expect(control.read == written.map(\.cost).sum() && control.rowCount == written.count, "seed \(seed)")
            let listed = answer.unassigned.filter { $0.currency == control.currency }.map(\.billed).sum()
            #expect(listed == control.unassigned, "seed \(seed)")
        }

        let again = try ask(rows.shuffled(using: &random), workspace, query)
        #expect(again.rows.map(\.values) == answer.rows.map(\.values), "seed \(seed)")
        #expect(
            again.rows.map { $0.amount(.effective).description }
                == answer.rows.map { $0.amount(.effective).description },
            "seed \(seed)")
    }

    /// A run sees the same assignment as the query.
    @Test(arguments: 1...20) func runsAssignAlike(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let rows = (0..<80).map { _ in RandomCharge(&random) }
        let workspace = RandomRules.workspace(&random)
        let folder = try InboxFolder()
        try folder.write("bill.csv", RandomCharge.bill(rows))
        let book = folder.costs(workspace).book
        let answer = CostBreakdown(
            folder.inbox, workspace: workspace, query: CostQuery(groupings: [.customer, .project], days: .always))
        var sums: [String: ExactDecimal] = [:]
        for cost in book.costs { sums["\(cost.project) \(cost.currency)", default: .zero] += cost.billed }
        for cost in book.unassigned { sums["- \(cost.currency)", default: .zero] += cost.billed }
        var found: [String: ExactDecimal] = [:]
        for row in answer.rows { found["\(row.values[1] ?? "-") \(row.currency)"] = row.amount(.billed) }
        #expect(found == sums, "seed \(seed)")
        #expect(book.controlTotals == answer.controlTotals(.billed))
    }

    private func ask(_ rows: [RandomCharge], _ workspace: Workspace, _ query: CostQuery) throws -> CostBreakdown {
        let folder = try InboxFolder()
        try folder.write("bill.csv", RandomCharge.bill(rows))
        return CostBreakdown(folder.inbox, workspace: workspace, query: query)
    }
}

/// A row of a FOCUS bill.
private struct RandomCharge {
    let provider: (key: String, name: String)
    let cost: ExactDecimal
    let list: ExactDecimal?
    let account, service, region, category, currency, resource, group: String
    let day: CalendarDay
    let tags: [(key: String, value: String)]

    init(_ random: inout SeededGenerator) {
        func pick<T>(_ elements: [T]) -> T { elements[Int.random(in: 0..<elements.count, using: &random)] }
        func amount() -> ExactDecimal {
            ExactDecimal(
                coefficient: Int128(Int.random(in: -999_999...9_999_999, using: &random)), scale: pick([0, 2, 6, 22]))
        }
        provider = pick([("aws", "AWS"), ("azure", "Microsoft"), ("google", "Google Cloud")])
        cost = amount()
        list = pick([true, false]) ? amount() : nil
        account = pick(["111122223333", "444455556666", "777788889999"])
        service = pick(["Compute", "Compute Engine", "Storage"])
        region = pick(["", "eu-1", "eu-2", "us-1"])
        category = pick(["Usage", "Tax", "Credit"])
        currency = pick(["EUR", "EUR", "USD", "JPY"])
        resource = pick(["", "vm-1", "vm-2", "bucket/Logs"])
        group = provider.key == "azure" ? pick(["", "Web", "web-data"]) : ""
        day = CalendarDay.first(year: 2026, month: 3) + Int.random(in: 0...30, using: &random)
        var tags: [(String, String)] = []
        for key in ["team", "env"] where pick([true, false]) { tags.append((key, pick(["a", "ab", "b", ""]))) }
        self.tags = tags
    }

    static func bill(_ rows: [RandomCharge]) -> String {
        var text = FOCUSText()
        text.columns += ["ResourceId", "x_ResourceGroupName"]
        for row in rows {
            let tags = row.tags.map { "\"\($0.key)\": \"\($0.value)\"" }.joined(separator: ", ")
            text.add([
                "ProviderName": row.provider.name, "BilledCost": row.cost.description, "EffectiveCost": "",
                "ListCost": row.list?.description ?? "", "SubAccountId": row.account, "ServiceName": row.service,
                "RegionId": row.region, "ChargeCategory": row.category, "BillingCurrency": row.currency,
                "ResourceId": row.resource, "x_ResourceGroupName": row.group,
                "ChargePeriodStart": "\(row.day)T00:00:00Z", "Tags": "{\(tags)}",
            ])
        }
        return text.text
    }
}

/// Rules, groupings and filters that have something to do with `RandomCharge`.
private enum RandomRules {
    static func match(_ random: inout SeededGenerator) -> ChargeMatch {
        func some(_ elements: [TextPattern], _ random: inout SeededGenerator) -> [TextPattern] {
            guard Int.random(in: 0..<4, using: &random) == 0 else { return [] }
            return (0..<Int.random(in: 1...2, using: &random)).map { _ in
                elements[Int.random(in: 0..<elements.count, using: &random)]
            }
        }
        var match = ChargeMatch(
            providers: some(["aws", "azure", "a*"], &random),
            subAccounts: some(["111122223333", "*9", "4444*"], &random),
            services: some(["Compute", "Compute*", "*o*"], &random), regions: some(["", "eu-*", "us-1"], &random),
            resourceGroups: some(["web", "WEB*"], &random), resources: some(["vm-*", "*logs", "*Logs"], &random))
        if Int.random(in: 0..<5, using: &random) == 0 { match.categories = [.tax] }
        for key: TextPattern in ["team", "*"] where Int.random(in: 0..<4, using: &random) == 0 {
            match.tags[key] = some(["a", "a*", "", "*"], &random)
        }
        return match
    }

    static func workspace(_ random: inout SeededGenerator) -> Workspace {
        var workspace = Workspace.acme
        workspace.customers["beta"] = Customer(
            id: "beta", party: Party(name: "Beta"), currency: .test, zone: .utc, projects: [Project(id: "x", name: "X")]
        )
        workspace.serviceAccounts["beta-azure"] = ServiceAccount(
            id: "beta-azure", name: "Beta", provider: "azure", accountIDs: ["444455556666", "777788889999"],
            project: "x",
            tags: ["team": "core"])
        let projects: [ProjectID] = ["web", "data", "x"]
        workspace.assignmentRules = (0..<Int.random(in: 0...5, using: &random)).map { number in
            AssignmentRule(
                name: "rule \(number)", match: match(&random), project: projects[Int.random(in: 0..<3, using: &random)],
                stops: Bool.random(using: &random))
        }
        return workspace
    }

    static func groupings(_ random: inout SeededGenerator) -> [CostGrouping] {
        let all: [CostGrouping] = [
            .customer, .project, .rule, .serviceAccount, .accountTag("team"), .provider, .subAccount, .service, .region,
            .category, .currency, .resourceGroup, .resource, .tag("team"), .tag("env"), .day, .month,
        ]
        return Array(all.shuffled(using: &random).prefix(Int.random(in: 1...4, using: &random)))
    }

    static func filter(_ workspace: Workspace, _ random: inout SeededGenerator) -> CostFilter {
        guard Bool.random(using: &random) else { return CostFilter() }
        func once(in count: Int) -> Bool { Int.random(in: 0..<count, using: &random) == 0 }
        return CostFilter(
            match: match(&random), customers: once(in: 5) ? ["acme"] : [], projects: once(in: 6) ? ["x", "data"] : [],
            serviceAccounts: once(in: 6) ? ["beta-azure"] : [], currencies: once(in: 6) ? [.test] : [],
            rules: once(in: 6) ? ["rule 0", "rule 2"] : [], isUnassignedOnly: once(in: 6))
    }
}

/// The same question answered row by row, in the plainest way.
private struct NaiveCosts {
    struct Key: Hashable {
        var values: [String?]
        var currency: String
    }

    struct Sums: Equatable {
        var count = 0
        var billed = ExactDecimal.zero
        var list = ExactDecimal.zero
    }

    private(set) var sums: [Key: Sums] = [:]

    init(_ rows: [RandomCharge], _ workspace: Workspace, _ query: CostQuery) {
        for row in rows {
            let account = workspace.serviceAccounts.values.first {
                $0.provider == row.provider.key && $0.accountIDs.contains(row.account)
            }
            var project = account?.project
            var rule: AssignmentRule?
            for candidate in workspace.assignmentRules where Self.matches(candidate.match, row) {
                (project, rule) = (candidate.project, candidate)
                if candidate.stops { break }
            }
            let customer = project.flatMap { workspace.owner(of: $0)?.id }
            let filter = query.filter
            guard query.days.contains(row.day), Self.matches(filter.match, row),
                filter.customers.isEmpty || customer.map(filter.customers.contains) == true,
                filter.projects.isEmpty || project.map(filter.projects.contains) == true,
                filter.serviceAccounts.isEmpty || account.map({ filter.serviceAccounts.contains($0.id) }) == true,
                filter.currencies.isEmpty || filter.currencies.map(\.code).contains(row.currency),
                filter.rules.isEmpty || rule.map({ filter.rules.contains($0.name) }) == true,
                !filter.isUnassignedOnly || project == nil
            else { continue }
            let values = query.groupings.map { grouping -> String? in
                switch grouping {
                case .customer: customer?.text
                case .project: project?.text
                case .rule: rule?.name ?? (project == nil ? nil : "(service account)")
                case .serviceAccount: account?.id.text
                case .accountTag(let key): account?.tags[key]
                case .provider: row.provider.key
                case .subAccount: row.account
                case .service: row.service
                case .region: row.region
                case .category: row.category.lowercased()
                case .currency: row.currency
                case .resourceGroup: row.group
                case .resource: row.resource
                case .tag(let key): row.tags.first { $0.key == key }?.value
                case .day: row.day.description
                case .month: "2026-03"
                case .billingAccount: "BA-1"
                }
            }
            let key = Key(values: values.map { $0 == "" ? nil : $0 }, currency: row.currency)
            sums[key, default: Sums()].count += 1
            sums[key, default: Sums()].billed += row.cost
            sums[key, default: Sums()].list += row.list ?? row.cost
        }
    }

    private static func matches(_ match: ChargeMatch, _ row: RandomCharge) -> Bool {
        let isAzure = row.provider.key == "azure"
        func any(_ patterns: [TextPattern], _ text: String, anyCase: Bool = false) -> Bool {
            patterns.isEmpty
                || patterns.contains {
                    anyCase ? glob($0.text.lowercased()[...], text.lowercased()[...]) : glob($0.text[...], text[...])
                }
        }
        return any(match.providers, row.provider.key) && any(match.subAccounts, row.account)
            && any(match.services, row.service) && any(match.regions, row.region)
            && any(match.resourceGroups, row.group, anyCase: true)
            && any(match.resources, row.resource, anyCase: isAzure)
            && (match.categories.isEmpty || match.categories.map(\.rawValue).contains(row.category.lowercased()))
            && match.tags.allSatisfy { key, values in
                row.tags.contains { glob(key.text[...], $0.key[...]) && any(values, $0.value) }
            }
    }

    private static func glob(_ pattern: Substring, _ text: Substring) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == "*" { return glob(pattern.dropFirst(), text) || !text.isEmpty && glob(pattern, text.dropFirst()) }
        return text.first == first && glob(pattern.dropFirst(), text.dropFirst())
    }
}
