import Foundation
import TestWorkspaces
import Testing

/// `billwright costs` as people type it, on a bill that can be added up by hand.
@Suite struct CostsTests {
    static let accounts = """
        service_accounts:
          - { id: web, provider: aws, accounts: ["111122223333"], project: example-web, tags: { team: shop } }
          - { id: cloud, provider: google, accounts: [proj-1, proj-2], project: example-web, credentials: { env: CLOUD_KEY } }
        rules:
          - { name: data by tag, match: { tags: { team: "data*" } }, project: example-data }
          - { name: logs, match: { resources: "*/logs" }, project: example-data }

        """
    static let header =
        "ProviderName,BillingAccountId,SubAccountId,ServiceName,RegionId,ChargeCategory,BillingCurrency,BillingPeriodStart,"
        + "BillingPeriodEnd,ChargePeriodStart,BilledCost,EffectiveCost,ListCost,ContractedCost,ResourceId,Tags\n"

    private static func row(
        _ provider: String, _ account: String, _ service: String, _ region: String, _ currency: String, _ day: String,
        _ billed: String, list: String = "", resource: String = "", tags: String = "", category: String = "Usage"
    ) -> String {
        let tags = "\"" + tags.replacingOccurrences(of: "\"", with: "\"\"") + "\""
        return
            "\(provider),PAYER,\(account),\(service),\(region),\(category),\(currency),2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,"
            + "2026-10-\(day)T00:00:00Z,\(billed),,\(list),,\(resource),\(tags)\n"
    }

    static let bill =
        header
        + row("AWS", "111122223333", "Amazon EC2", "eu-central-1", "USD", "01", "10.25", list: "12")
        + row("AWS", "111122223333", "Amazon EC2", "eu-central-1", "USD", "02", "0.000001")
        + row("AWS", "111122223333", "Amazon S3", "eu-west-1", "USD", "02", "3", resource: "bucket/logs")
        + row("AWS", "999988887777", "Amazon S3", "", "USD", "03", "7.5")
        + row("AWS", "999988887777", "Amazon S3", "", "USD", "03", "-2", category: "Credit")
        + row("Google", "proj-1", "BigQuery", "eu", "EUR", "05", "4", tags: #"{"team": "data-lake"}"#)
        + row("Google", "proj-2", "Compute", "eu", "EUR", "05", "1.10", tags: #"{"team": "=cmd"}"#)

    private static let made = Result {
        let workspace = try TemporaryWorkspace.small(events: "")
        try workspace.write(accounts, to: "accounts.yaml")
        try workspace.write(bill, to: "inbox/providers/focus.csv")
        return workspace
    }
    private let workspace: TemporaryWorkspace

    init() throws { workspace = try Self.made.get() }

    private func costs(_ arguments: String...) throws -> Answer {
        try Program.run(["costs", "-w", workspace.root, "-p", "2026-10"] + arguments)
    }

    @Test func byProject() throws {
        let answer = try costs()
        #expect(answer.code == 1)
        #expect(
            answer.output == """
                customer      project       provider  currency  rows  billed_cost
                example       example-data  aws       USD          1     3.00
                example       example-data  google    EUR          1     4.00
                example       example-web   aws       USD          2    10.250001
                example       example-web   google    EUR          1     1.10
                (unassigned)  (unassigned)  aws       USD          2     5.50
                total                                 EUR          2     5.10
                total                                 USD          5    18.750001

                billed cost, 2026-10-01 – 2026-10-31
                control       read  = assigned  + unassigned
                EUR       5.10        5.10              0.00
                USD      18.750001   13.250001          5.50

                """)
        #expect(
            answer.errors == """
                warning[unassigned-cost]: no project owns the aws account "999988887777"
                  = 5.5 USD in 2 rows is billed to nobody
                  = name it under a service account in accounts.yaml, or assign it by a rule

                """)
    }

    @Test func whichRuleDecided() throws {
        #expect(
            try costs("--by", "rule,project,account", "--format", "csv").output == """
                rule,project,account,currency,rows,billed_cost\r
                (service account),example-web,cloud,EUR,1,1.1\r
                (service account),example-web,web,USD,2,10.250001\r
                data by tag,example-data,cloud,EUR,1,4\r
                logs,example-data,web,USD,1,3\r
                (unassigned),(unassigned),,USD,2,5.5\r

                """)
    }

    @Test func filtersAndDays() throws {
        let answer = try Program.run([
            "costs", "-w", workspace.root, "--from", "2026-10-01", "--to", "2026-10-02", "--by", "day,service",
            "--service", "*S3", "--service", "*EC2", "--cost", "list",
        ])
        #expect(answer.code == 0)
        #expect(
            answer.output == """
                day         service     currency  rows  list_cost
                2026-10-01  Amazon EC2  USD          1  12.00
                2026-10-02  Amazon EC2  USD          1   0.000001
                2026-10-02  Amazon S3   USD          1   3.00
                total                   USD          3  15.000001

                list cost, 2026-10-01 – 2026-10-02
                control       read  = assigned  + unassigned  + other days
                EUR       5.10        0.00              0.00          5.10
                USD      20.500001   15.000001          0.00          5.50

                """)
        let one = try costs("--by", "tag:team", "--tag", "team=data*", "--format", "csv")
        #expect(one.code == 0)
        #expect(one.output == "tag:team,currency,rows,billed_cost\r\ndata-lake,EUR,1,4\r\n")
        let none = try costs("--provider", "oracle")
        #expect(none.code == 0)
        #expect(
            none.output == """
                no provider cost, 2026-10-01 – 2026-10-31
                control       read  = assigned  + unassigned  + left out
                EUR       5.10            0.00          0.00    5.10
                USD      18.750001        0.00          0.00   18.750001

                """)
    }

    @Test func theLargestAndTheOthers() throws {
        #expect(
            try costs("--by", "service,sub-account", "--top", "1").output.hasPrefix(
                """
                service     sub-account   currency  rows  billed_cost
                BigQuery    proj-1        EUR          1     4.00
                (1 other)                 EUR          1     1.10
                Amazon EC2  111122223333  USD          2    10.250001
                (2 others)                USD          3     8.50
                total                     EUR          2     5.10
                total                     USD          5    18.750001

                """))
        #expect(
            try costs("--by", "currency,service", "--top", "1", "--sort", "name", "--format", "csv").output
                == """
                currency,service,rows,billed_cost\r
                EUR,BigQuery,1,4\r
                USD,Amazon EC2,2,10.250001\r
                EUR,(1 other),1,1.1\r
                USD,(1 other),3,8.5\r

                """)
        #expect(
            try costs("--by", "service", "--sort", "amount", "--format", "csv").output == """
                service,currency,rows,billed_cost\r
                BigQuery,EUR,1,4\r
                Compute,EUR,1,1.1\r
                Amazon EC2,USD,2,10.250001\r
                Amazon S3,USD,3,8.5\r

                """)
    }

    /// A value of a bill is no formula in a spreadsheet, and no command to a terminal.
    @Test func valuesStayValues() throws {
        #expect(try costs("--by", "tag:team", "--format", "csv").output.contains("\r\n'=cmd,EUR,1,1.1\r\n"))
        let other = try workspace.copy()
        try other.write(
            Self.bill.replacingOccurrences(of: "BigQuery", with: "\"Big\u{1B}[31mQuery\""),
            to: "inbox/providers/focus.csv")
        #expect(
            try other.billwright("costs", "-p", "2026-10", "--by", "service").output.contains("\nBig\u{FFFD}[31mQuery"))
    }

    @Test func json() throws {
        let answer = try costs("--json", "--by", "project,region")
        let object = try answer.json()
        #expect(object["format_version"] as? Int == 1)
        #expect(["from", "to", "cost"].map { object[$0] as? String } == ["2026-10-01", "2026-10-31", "billed"])
        let rows = try #require(object["costs"] as? [[String: Any]])
        let texts = rows.map { row in
            ["project", "region", "currency", "billed_cost"].map { row[$0] as? String ?? "null" } + [
                "\(row["rows"] ?? "")"
            ]
        }
        #expect(
            texts == [
                ["example-data", "eu", "EUR", "4", "1"], ["example-data", "eu-west-1", "USD", "3", "1"],
                ["example-web", "eu", "EUR", "1.1", "1"], ["example-web", "eu-central-1", "USD", "10.250001", "2"],
                ["null", "null", "USD", "5.5", "2"],
            ])
        let totals = try #require(object["totals"] as? [[String: Any]])
        #expect(totals.map { $0["billed_cost"] as? String } == ["5.1", "18.750001"])
        #expect(totals.map { $0.keys.sorted() } == Array(repeating: ["billed_cost", "currency", "rows"], count: 2))
        let control = try #require((object["control"] as? [[String: Any]])?.last)
        let amounts = ["read", "assigned", "unassigned", "other_days", "left_out"].map { control[$0] as? String }
        #expect(amounts == ["18.750001", "13.250001", "5.5", "0", "0"])
    }

    @Test func wrongQuestions() throws {
        for (arguments, told) in [
            (
                ["--by", "projct"],
                "Error: costs cannot be grouped by \"projct\"; nearest: \"project\"; --by takes customer, "
            ),
            (["--by", "tag:"], "Error: costs cannot be grouped by \"tag:\""),
            (["--by", "day,day"], "Error: --by names \"day\" twice"),
            (["--by", "day,"], "Error: --by takes names with a comma between them"),
            (["--customer", "exmple"], "Error: no customer is named \"exmple\"; nearest: \"example\""),
            (["--project", "nothing"], "Error: no project is named \"nothing\"; known: example-web, example-data"),
            (["--account", "wep"], "Error: no service account is named \"wep\"; nearest: \"web\""),
            (["--rule", "log"], "Error: no rule is named \"log\"; nearest: \"logs\""),
            (["--currency", "eur"], "Error: \"eur\" is not a currency code of ISO 4217"),
            (["--tag", "=x"], "Error: --tag takes key=value, or a key alone, not \"=x\""),
            (["--top", "0"], "Error: --top takes a number from 1 on"),
            (["--from", "2026-10-01"], "Error: give either --period, or --from and --to"),
        ] {
            let answer = try Program.run(["costs", "-w", workspace.root, "-p", "2026-10"] + arguments)
            #expect(answer.code == 64, "\(arguments)")
            #expect(answer.firstError.hasPrefix(told), "\(answer.firstError)")
        }
        for (arguments, told) in [
            ([], "Error: which days? Give --period"), (["--from", "2026-10-01"], "Error: which days?"),
            (["--from", "2026-10-02", "--to", "2026-10-01"], "Error: --to 2026-10-01 lies before --from 2026-10-02"),
            (
                ["--from", "1.10.2026", "--to", "2026-10-01"],
                "Error: --from takes a day such as 2026-11-01, not \"1.10.2026\""
            ),
            (
                ["--from", "0001-01-01", "--to", "2026-10-01"],
                "Error: the day 0001-01-01 lies outside the years 1990 to 2100"
            ),
        ] {
            let answer = try Program.run(["costs", "-w", workspace.root] + arguments)
            #expect(answer.code == 64, "\(arguments)")
            #expect(answer.firstError.hasPrefix(told), "\(answer.firstError)")
        }
    }

    /// The sample month: what `costs` shows is what the run accounts for.
    @Test func theSampleMonthAgreesWithItsRun() throws {
        let sample = try TemporaryWorkspace.sample()
        #expect(try sample.bill("2026-10").code == 1)
        let answer = try sample.billwright("costs", "-p", "2026-10", "--by", "project", "--json").json()
        let control = try #require(answer["control"] as? [[String: Any]])
        let run =
            try JSONSerialization.jsonObject(with: Data(sample.text("out/2026-10/run.json").utf8)) as? [String: Any]
        let totals = try #require(run?["controls"] as? [[String: Any]])
        for name in ["currency", "assigned", "unassigned"] {
            #expect(control.map { $0[name] as? String } == totals.map { $0[name] as? String }, "\(name)")
        }
    }

    /// Credentials are references: nothing reads them, and nothing of them gets anywhere.
    @Test func secretsAreNotRead() throws {
        let other = try workspace.copy()
        try other.replace(
            "{ env: CLOUD_KEY }", by: "{ file: \(other.root)/hidden-place }", in: "accounts.yaml")
        try other.write("s3cr3t-in-a-file", to: "hidden-place")
        let environment = ["CLOUD_KEY": "s3cr3t-in-the-environment"]
        for workspace in [try workspace.copy(), other] {
            var said = ""
            for arguments in [
                ["check"], ["costs", "-p", "2026-10", "--json"], ["run", "-p", "2026-10", "--json"], ["status"],
            ] {
                let answer = try Program.run(arguments + ["-w", workspace.root], environment: environment)
                said += answer.output + answer.errors
            }
            var files = try workspace.tree()
            files["hidden-place"] = nil
            files["accounts.yaml"] = nil
            #expect(files.keys.contains("out/2026-10/run.json"))
            let found = files.filter { _, bytes in
                ["s3cr3t", "CLOUD_KEY", "hidden-place"].contains { Data(bytes).range(of: Data($0.utf8)) != nil }
            }
            #expect(found.keys.sorted() == [])
            #expect(!said.contains("s3cr3t") && !said.contains("CLOUD_KEY") && !said.contains("hidden-place"))
        }
    }

    @Test func aLiteralSecretIsRefusedUnseen() throws {
        let other = try workspace.copy()
        try other.replace("{ env: CLOUD_KEY }", by: "wJalrXUtnFEMI/K7MDENG", in: "accounts.yaml")
        for arguments in [["check"], ["check", "--json"], ["run", "-p", "2026-10"], ["costs", "-p", "2026-10"]] {
            let answer = try Program.run(arguments + ["-w", other.root])
            #expect(answer.code == 78)
            #expect(answer.firstError.hasPrefix("accounts.yaml:3:99: error[literal-secret]: "))
            #expect(!(answer.output + answer.errors).contains("wJalr"))
        }
    }
}
