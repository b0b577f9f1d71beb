import BillingTerms
import Catalog
import FileFormats
import Importing
import Metering
import Testing

/// Whose cost a charge is, and that nothing gets lost on the way.
@Suite struct ProviderCostBookTests {
    private func costs(
        _ text: CURText, _ workspace: Workspace, days: ServicePeriod = .always
    ) throws -> CostImport {
        let folder = try InboxFolder()
        try folder.write("bill.csv", text.text)
        return CostImport(folder.inbox, workspace: workspace, days: days)
    }

    private func rule(_ match: ChargeMatch, _ project: ProjectID, stops: Bool = true) -> AssignmentRule {
        AssignmentRule(name: "rule", match: match, project: project, stops: stops)
    }

    private func projects(_ bills: CostImport) -> [String: ExactDecimal] {
        var sums: [String: ExactDecimal] = [:]
        for cost in bills.book.costs { sums[cost.project.text, default: .zero] += cost.billed }
        for cost in bills.book.unassigned { sums["-", default: .zero] += cost.billed }
        return sums
    }

    @Test("a service account's costs are its project's; what nobody owns is listed and totalled")
    func serviceAccounts() throws {
        var text = CURText()
        text.add("1.5")
        text.add("20", ["lineItem/UsageAccountId": "999"])
        let bills = try costs(text, .acme)
        let cost = try #require(bills.book.costs.first)
        #expect((cost.customer, cost.project, cost.serviceAccount) == ("acme", "web", "acme-aws"))
        #expect((cost.provider, cost.account, cost.service) == ("aws", "111122223333", "Amazon Elastic Compute Cloud"))
        #expect(cost.day.description == "2026-03-02")
        #expect(cost.rowCount == 1)
        #expect(
            bills.book.unassigned == [
                UnassignedCost(
                    provider: "aws", account: "000000000999", service: "Amazon Elastic Compute Cloud", currency: .test,
                    rowCount: 1, billed: 20)
            ])
        #expect(
            bills.book.controlTotals == [
                CostControl(
                    currency: .test, rowCount: 2, read: try decimal("21.5"), assigned: try decimal("1.5"),
                    unassigned: 20,
                    outside: 0, outsideRowCount: 0)
            ])
        #expect(
            bills.findings.map(\.rendered) == [
                """
                warning[unassigned-cost]: no project owns the aws account "000000000999"
                  = 20 USD in 1 row is billed to nobody
                  = name it under a service account in accounts.yaml, or assign it by a rule
                """
            ])
        #expect(bills.book.costs(of: "acme") == bills.book.costs)
        #expect(bills.book.costs(of: "other") == [])
    }

    @Test("the account that pays does not own what other accounts cost")
    func billingAccount() throws {
        var workspace = Workspace.acme
        workspace.serviceAccounts["payer"] = ServiceAccount(
            id: "payer", name: "Payer", provider: "AWS", accountIDs: ["12345678901", "777"], project: "data")
        var text = CURText()
        text.add("1")
        text.add("2", ["lineItem/UsageAccountId": "999"])
        text.add("4", ["lineItem/UsageAccountId": "777"])
        #expect(projects(try costs(text, workspace)) == ["web": 1, "data": 4, "-": 2])
    }

    @Test("Azure subscriptions by path or by id, in any case")
    func azureAccounts() throws {
        var workspace = Workspace.acme
        workspace.serviceAccounts["az"] = ServiceAccount(
            id: "az", name: "Azure", provider: "azure", accountIDs: ["AAAA-1"], project: "data")
        let folder = try InboxFolder()
        try folder.write(
            "bill.csv", FOCUSText.of(["ProviderName": "Microsoft", "SubAccountId": "/subscriptions/aaaa-1"]).text)
        #expect(projects(folder.costs(workspace)) == ["data": 1])
    }

    @Test("rules are tried in order, and each that matches moves the charge until one stops")
    func rules() throws {
        var text = CURText()
        text.add("1", ["resourceTags/user:Project": "data"])
        text.add("2", ["resourceTags/user:Project": "DATA"])
        text.add(
            "4", ["lineItem/UsageAccountId": "999", "lineItem/ProductCode": "AmazonS3", "product/ProductName": "S3"])
        text.add("8", ["lineItem/UsageAccountId": "999"])
        var workspace = Workspace.acme
        workspace.assignmentRules = [
            rule(.init(tags: ["Project": ["data", "dwh"]]), "data"),
            rule(.init(providers: ["AWS"], services: ["AmazonS3"]), "data"),
        ]
        #expect(projects(try costs(text, workspace)) == ["web": 2, "data": 5, "-": 8])
        #expect(
            try costs(text, workspace).book.costs.map(\.serviceAccount.text).sorted() == ["", "acme-aws", "acme-aws"])

        workspace.assignmentRules = [
            rule(.init(accounts: ["999"]), "data", stops: false), rule(.init(), "web", stops: false),
        ]
        #expect(projects(try costs(text, workspace)) == ["web": 15])
        workspace.assignmentRules = [rule(.init(accounts: ["999"]), "data"), rule(.init(), "web")]
        #expect(projects(try costs(text, workspace)) == ["web": 3, "data": 12])
        workspace.assignmentRules = [rule(.init(services: ["S3"], tags: ["Project": []]), "data")]
        #expect(projects(try costs(text, workspace)) == ["web": 3, "-": 12])
        workspace.assignmentRules = [rule(.init(tags: ["Project": []]), "data")]
        #expect(projects(try costs(text, workspace)) == ["data": 3, "-": 12])
    }

    @Test("rules on resources, groups of them, regions and categories; stars stand for anything")
    func rulesOnMore() throws {
        let folder = try InboxFolder()
        let path = "/subscriptions/s/resourceGroups/Shop-Data/providers/Microsoft.Sql/servers/a"
        try folder.write(
            "bill.csv",
            BillText.ea.with("ResourceGroup").of(
                ["Cost": "1", "ResourceGroup": "SHOP-web"], ["Cost": "2", "ResourceId": path],
                ["Cost": "4", "ResourceLocation": "westeurope", "ChargeType": "Tax"], ["Cost": "8"]
            ).text)
        func moved(_ match: ChargeMatch) -> [String: ExactDecimal] {
            var workspace = Workspace.acme
            workspace.assignmentRules = [rule(match, "data")]
            return projects(folder.costs(workspace))
        }
        #expect(moved(.init(resourceGroups: ["shop-WEB"])) == ["data": 1, "-": 14])
        #expect(moved(.init(resourceGroups: ["shop-*"])) == ["data": 3, "-": 12])
        #expect(moved(.init(resources: ["*/SERVERS/*"])) == ["data": 2, "-": 13])
        #expect(moved(.init(resources: ["*/servers"])) == ["-": 15])
        #expect(moved(.init(regions: ["west*"])) == ["data": 4, "-": 11])
        #expect(moved(.init(categories: [.tax, .credit])) == ["data": 4, "-": 11])
        #expect(moved(.init(services: ["virtual machines"])) == ["-": 15])
        #expect(moved(.init(providers: ["Microsoft Azure"], services: ["Virtual*"])) == ["data": 15])
        #expect(moved(.init(subAccounts: ["/subscriptions/11111111-*"])) == ["data": 15])
        #expect(moved(.init(accounts: ["8611*"])) == ["data": 15])
        #expect(moved(.init(subAccounts: ["8611537"])) == ["-": 15])
    }

    @Test("only charges billed on the wanted days enter, and the others are counted")
    func outside() throws {
        var text = CURText()
        text.add("1")
        text.add("20", ["lineItem/UsageStartDate": "2026-03-05T00:00:00Z"])
        text.add("300", ["lineItem/UsageStartDate": "2026-02-05T00:00:00Z"])
        let days = ServicePeriod(
            start: CalendarDay.first(year: 2026, month: 3), end: CalendarDay.first(year: 2026, month: 3) + 2)
        let bills = try costs(text, .acme, days: days)
        #expect(projects(bills) == ["web": 301])
        let control = try #require(bills.book.controlTotals.first)
        #expect((control.read, control.assigned, control.outside) == (321, 301, 20))
        #expect(control.outsideRowCount == 1)
        #expect(control.isBalanced)
    }

    @Test("sums are exact where fixed point ends")
    func wideSums() throws {
        var text = CURText()
        for cost in [
            "0.1234567890123456789012345678", "-0.123456789012345678901234567890123456", "99999999999999999999",
            "99999999999999999999", "-0.000000000000000000000000000000000001",
        ] { text.add(cost) }
        let control = try #require(try costs(text, .acme).book.controlTotals.first)
        #expect(control.read.description == "199999999999999999997.999999999999999999999999999909876543")
        #expect(control.isBalanced)
    }

    @Test("a row without list or contracted cost counts there with its billed cost")
    func listCost() throws {
        var text = CURText()
        text.add("1", ["pricing/publicOnDemandCost": "3"])
        text.add("10")
        let cost = try #require(try costs(text, .acme).book.costs.first)
        #expect((cost.billed, cost.list, cost.contracted) == (11, 13, 11))
    }

    @Test("the order of rows changes nothing", arguments: 1...10)
    func rowOrder(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var rows: [(String, [String: String])] = []
        for number in 0..<60 {
            let cost =
                "\(Int.random(in: -99...99, using: &generator)).\(UInt64.random(in: 0...UInt64.max, using: &generator))"
            rows.append(
                (
                    cost,
                    [
                        "lineItem/UsageAccountId": ["111122223333", "999"][number % 2],
                        "product/ProductName": ["EC2", "S3", "RDS"][number % 3],
                        "resourceTags/user:Project": ["data", "", "x"][number % 5 % 3],
                        "lineItem/UsageStartDate": "2026-03-0\(number % 9 + 1)T00:00:00Z",
                    ]
                ))
        }
        var workspace = Workspace.acme
        workspace.assignmentRules = [rule(.init(tags: ["Project": ["data"]]), "data")]
        func run(_ rows: [(String, [String: String])]) throws -> CostImport {
            var text = CURText()
            for row in rows { text.add(row.0, row.1) }
            return try costs(text, workspace)
        }
        let (first, second) = (try run(rows), try run(rows.shuffled(using: &generator)))
        #expect(first.book.costs == second.book.costs)
        #expect(first.book.costs.map(\.billed.description) == second.book.costs.map(\.billed.description))
        #expect(first.book.unassigned == second.book.unassigned)
        #expect(first.book.controlTotals == second.book.controlTotals)
        #expect(first.book.controlTotals.filter { !$0.isBalanced } == [])
    }
}
