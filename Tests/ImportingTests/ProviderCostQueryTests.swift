import BillingTerms
import Catalog
import Importing
import Metering
import Testing

/// Costs grouped and filtered as asked: every amount where it belongs, and nothing lost.
@Suite struct ProviderCostQueryTests {
    private static let march = ServicePeriod(
        start: CalendarDay.first(year: 2026, month: 3), end: CalendarDay.first(year: 2026, month: 4))

    private func ask(
        _ text: FOCUSText, _ workspace: Workspace, by groupings: [CostGrouping], days: ServicePeriod = march,
        filter: CostFilter = CostFilter()
    ) throws -> CostBreakdown {
        let folder = try InboxFolder()
        try folder.write("bill.csv", text.text)
        return CostBreakdown(
            folder.inbox, workspace: workspace, query: CostQuery(groupings: groupings, days: days, filter: filter))
    }

    /// `web EUR 12.5 (3)` for each row.
    private func texts(_ answer: CostBreakdown, _ column: CostColumn = .billed) -> [String] {
        answer.rows.map { row in
            (row.values.map { $0 ?? "-" } + [row.currency.code, row.amount(column).description, "(\(row.rowCount))"])
                .joined(separator: " ")
        }
    }

    private let bill = FOCUSText.of(
        [
            "ProviderName": "AWS", "SubAccountId": "111122223333", "BilledCost": "1.5", "ListCost": "3",
            "Tags": #"{"team": "a"}"#,
        ],
        [
            "ProviderName": "AWS", "SubAccountId": "111122223333", "BilledCost": "2", "Tags": #"{"team": "b"}"#,
            "RegionId": "",
        ],
        ["ProviderName": "AWS", "SubAccountId": "999", "BilledCost": "4", "ChargePeriodStart": "2026-03-09T00:00:00Z"],
        ["ProviderName": "AWS", "SubAccountId": "999", "BilledCost": "8", "BillingCurrency": "USD"],
        [
            "ProviderName": "AWS", "SubAccountId": "999", "BilledCost": "-0.5", "ServiceName": "S3",
            "Tags": #"{"team": ""}"#,
        ])

    @Test("what has no project or no tag is a group of its own, the last one; currencies stay apart")
    func groups() throws {
        var workspace = Workspace.acme
        workspace.assignmentRules = [
            AssignmentRule(name: "data by tag", match: .init(tags: ["team": ["b"]]), project: "data")
        ]
        workspace.serviceAccounts["acme-aws"]?.tags = ["cost centre": "77"]
        func by(_ groupings: CostGrouping...) throws -> [String] { texts(try ask(bill, workspace, by: groupings)) }
        #expect(
            try by(.customer, .project) == [
                "acme data EUR 2 (1)", "acme web EUR 1.5 (1)", "- - EUR 3.5 (2)", "- - USD 8 (1)",
            ])
        #expect(try by(.tag("team")) == ["a EUR 1.5 (1)", "b EUR 2 (1)", "- EUR 3.5 (2)", "- USD 8 (1)"])
        #expect(
            try by(.rule) == [
                "(service account) EUR 1.5 (1)", "data by tag EUR 2 (1)", "- EUR 3.5 (2)", "- USD 8 (1)",
            ])
        #expect(try by(.serviceAccount) == ["acme-aws EUR 3.5 (2)", "- EUR 3.5 (2)", "- USD 8 (1)"])
        #expect(try by(.accountTag("cost centre")) == ["77 EUR 3.5 (2)", "- EUR 3.5 (2)", "- USD 8 (1)"])
        #expect(
            try by(.subAccount, .region) == [
                "000000000999 europe-west3 EUR 3.5 (2)", "000000000999 europe-west3 USD 8 (1)",
                "111122223333 europe-west3 EUR 1.5 (1)", "111122223333 - EUR 2 (1)",
            ])
        #expect(try by(.day) == ["2026-03-02 EUR 3 (3)", "2026-03-02 USD 8 (1)", "2026-03-09 EUR 4 (1)"])
        #expect(try by(.month, .currency) == ["2026-03 EUR EUR 7 (4)", "2026-03 USD USD 8 (1)"])
        #expect(try by(.provider, .category) == ["aws usage EUR 7 (4)", "aws usage USD 8 (1)"])
    }

    @Test("each cost column, and the control total of it")
    func columns() throws {
        let answer = try ask(bill, .acme, by: [.project])
        #expect(texts(answer, .list) == ["web EUR 4 (2)", "- EUR 2 (2)", "- USD 1 (1)"])
        let control = try #require(answer.controlTotals(.list).first)
        #expect((control.read, control.assigned, control.unassigned) == (6, 4, 2))
        #expect(answer.unassigned.map(\.billed) == [4, 8, try decimal("-0.5")])
        #expect(
            answer.findings.map(\.rendered) == [
                """
                warning[unassigned-cost]: no project owns the aws account "000000000999"
                  = 3.5 EUR in 2 rows is billed to nobody
                  = name it under a service account in accounts.yaml, or assign it by a rule
                """,
                """
                warning[unassigned-cost]: no project owns the aws account "000000000999"
                  = 8 USD in 1 row is billed to nobody
                  = name it under a service account in accounts.yaml, or assign it by a rule
                """,
            ])
    }

    @Test("what filters leave out, and what is billed on other days, is accounted for")
    func filters() throws {
        let days = ServicePeriod(start: Self.march.start, end: Self.march.start + 7)
        func filtered(_ filter: CostFilter) throws -> (rows: [String], control: [ExactDecimal]) {
            let answer = try ask(bill, .acme, by: [.service], days: days, filter: filter)
            let euro = try #require(answer.controlTotals(.billed).first)
            #expect(answer.controlTotals(.billed).filter { !$0.isBalanced } == [])
            return (texts(answer), [euro.read, euro.assigned, euro.unassigned, euro.outside, euro.leftOut])
        }
        let half = try decimal("-0.5")
        let all = try filtered(CostFilter())
        #expect(all.rows == ["Compute Engine EUR 3.5 (2)", "Compute Engine USD 8 (1)", "S3 EUR -0.5 (1)"])
        #expect(all.control == [7, try decimal("3.5"), half, 4, 0])
        let service = try filtered(CostFilter(match: .init(services: ["S*"])))
        #expect(service.rows == ["S3 EUR -0.5 (1)"])
        #expect(service.control == [7, 0, half, 4, try decimal("3.5")])
        let tag = try filtered(CostFilter(match: .init(tags: ["team": ["a"]])))
        #expect(tag.rows == ["Compute Engine EUR 1.5 (1)"])
        #expect(tag.control == [7, try decimal("1.5"), 0, 4, try decimal("1.5")])
        #expect(try filtered(CostFilter(customers: ["acme"])).rows == ["Compute Engine EUR 3.5 (2)"])
        #expect(try filtered(CostFilter(projects: ["data"])).rows == [])
        #expect(try filtered(CostFilter(serviceAccounts: ["acme-aws"])).rows == ["Compute Engine EUR 3.5 (2)"])
        #expect(try filtered(CostFilter(currencies: [.test])).rows == ["Compute Engine USD 8 (1)"])
        #expect(
            try filtered(CostFilter(isUnassignedOnly: true)).rows == ["Compute Engine USD 8 (1)", "S3 EUR -0.5 (1)"])
    }

    @Test("a credit beside a cost is no row of its own, and is among the costs")
    func credits() throws {
        let folder = try InboxFolder()
        try folder.write(
            "bill.json",
            """
            {"billing_account_id": "B", "service": {"description": "Compute"}, "usage_start_time": "2026-03-02 00:00:00 UTC", \
            "project": {"id": "p"}, "cost": 10, "currency": "EUR", "invoice": {"month": "202603"}, "cost_type": "regular", \
            "credits": [{"name": "x", "amount": -4, "type": "PROMOTION"}]}
            """)
        let answer = CostBreakdown(
            folder.inbox, workspace: .acme, query: CostQuery(groupings: [.category], days: Self.march))
        #expect(texts(answer) == ["credit EUR -4 (0)", "usage EUR 10 (1)"])
        #expect(answer.controlTotals(.billed).map(\.rowCount) == [1])
        #expect(answer.controlTotals(.billed).map(\.unassigned) == [6])
    }

    @Test("of two deliveries of a month one counts")
    func deliveries() throws {
        let folder = try InboxFolder()
        try folder.write("first.csv", FOCUSText.of(["BilledCost": "1"]).text, day: 1)
        try folder.write("second.csv", FOCUSText.of(["BilledCost": "2"]).text, day: 2)
        let answer = CostBreakdown(
            folder.inbox, workspace: .acme, query: CostQuery(groupings: [.provider], days: Self.march))
        #expect(texts(answer) == ["google EUR 2 (1)"])
        #expect(answer.controlTotals(.billed).map(\.read) == [2])
    }

    @Test("texts that Unicode takes for the same are two")
    func bytes() throws {
        let text = FOCUSText.of(["Tags": #"{"t": "é"}"#], ["Tags": "{\"t\": \"e\u{301}\"}"])
        #expect(try ask(text, .acme, by: [.tag("t")]).rows.count == 2)
    }
}
