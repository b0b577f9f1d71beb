import BillingTerms
import Catalog
import FileFormats
import Importing
import Metering
import Testing

/// Invented cost records of SpaceONE.
enum SpaceONEText {
    static let csv = """
        cost,currency,provider,region_code,product,account,year,month,day,usage_quantity,tags.team,tags
        1.5, USD ,aws,us-east-1,AmazonEC2,123456789,2026,3,1,7,a,"{""env"": ""prod""}"
        -2,USD,atlassian,,"Jira, Cloud",pyengine,2026,3,,,,

        """

    static let results = """
        {"results": [
          {"cost": 1.50, "usage_quantity": 7, "provider": "aws", "region_code": "us-east-1", "product": "AmazonEC2",
           "usage_type": "Box", "tags": {"env": "prod"}, "data": {"x": 1}, "billed_date": "2026-03-02",
           "additional_info": {"Instance Type": "t3", "Account ID": "123456789"}},
          {"cost": "-2", "provider": "google_cloud", "product": "Credit", "billed_date": "2026-03-01",
           "additional_info": {"Instance Type": null, "Account ID": "web"}}
        ], "total_count": 2}

        """
}

/// SpaceONE's http-file bills and plugin results, rule by rule.
@Suite struct ProviderSpaceONETests {
    private func source(
        _ charges: [ChargeField: String] = [:], defaults: [ChargeField: String] = [:], provider: String? = nil
    ) -> Sources.Source {
        Sources.Source(name: "partner", files: [], charges: charges, defaults: defaults, provider: provider)
    }

    @Test("fields by their own names")
    func fields() throws {
        #expect(try format(of: SpaceONEText.csv) == .spaceONE)
        let (found, reading) = try charges(SpaceONEText.csv, .spaceONE)
        #expect(reading.findings == [])
        #expect(found.map(\.billedCost.description) == ["1.5", "-2"])
        #expect(found.map(\.provider) == ["aws", "atlassian"])
        #expect(found.map(\.subAccount) == ["000123456789", "pyengine"])
        #expect(found.map(\.billingAccount) == found.map(\.subAccount))
        #expect(found.map(\.service) == ["AmazonEC2", "Jira, Cloud"])
        #expect(found.map { $0.chargeDay?.description } == ["2026-03-01", "2026-03-01"])
        #expect(found.map(\.quantity) == [7, nil])
        #expect(found.map(\.currency.code) == ["USD", "USD"])
        #expect(found[0].tags.map { "\($0.key)=\($0.value)" } == ["team=a", "env=prod"])
    }

    @Test(
        "days are read leniently, year first",
        arguments: [
            ("2023.1.1 0:00", "2023-01-01"), ("2026-03-02", "2026-03-02"), ("2026/3/2", "2026-03-02"),
            ("20260302", "2026-03-02"), ("2026. 3. 2", "2026-03-02"), ("2026. 3. 2.", "2026-03-02"),
            (" 2026-3-2 23:59:59 ", "2026-03-02"), ("2026-03-02T23:00:00-05:00", "2026-03-03"),
            ("2026-02-29", nil), ("3/2/2026", nil), ("2026-13-01", nil), ("2026.3.2 25:00", nil), ("2026-3.2", nil),
            ("soon", nil), ("", nil), ("2026.3", nil), ("2026.3.2 junk", nil),
        ])
    func days(_ written: String, _ day: String?) throws {
        let (found, reading) = try charges("cost,billed_date,account\n4,\(written),a\n", .spaceONE)
        #expect(found.map { $0.chargeDay?.description } == (day.map { [$0] } ?? []))
        #expect(reading.quarantine.map(\.code) == (day == nil ? [.badTime] : []))
        #expect(reading.quarantine.map(\.cost) == (day == nil ? [4] : []))
    }

    @Test("the currency is the row's, else the source's, else USD; a cost that is no number is set aside")
    func currencies() throws {
        let text = "cost,currency,year,month,account\n1,KRW,2026,3,a\n2,,2026,3,a\nx,KRW,2026,3,a\n,,2026,3,a\n"
        #expect(try charges(text, .spaceONE).charges.map(\.currency.code) == ["KRW", "USD"])
        let (found, reading) = try charges(text, .spaceONE, source: source(defaults: [.currency: "JPY", .cost: "9"]))
        #expect(found.map(\.currency.code) == ["KRW", "JPY", "JPY"])
        #expect(found.map(\.billedCost) == [1, 2, 9])
        #expect(reading.quarantine.map(\.code) == [.badNumber])
    }

    @Test("a mapping, defaults and a provider of sources.yaml")
    func mapping() throws {
        let text = "Total , Datum,cost,Konto,Hersteller,Rest\n 1.5 ,2026-03-02,9,7,csv,x\n2.5,2026-03-03,9,,,\n"
        let mapped = source(
            [.cost: "Total", .billedDate: "Datum", .account: "Konto"],
            defaults: [.account: "none", .product: "Office"],
            provider: "aws")
        #expect(try format(of: text) == nil)
        #expect(try format(of: text, source: mapped) == .spaceONE)
        let (found, reading) = try charges(text, .spaceONE, source: mapped)
        #expect(found.map(\.billedCost.description) == ["1.5", "2.5"])
        #expect(found.map(\.subAccount) == ["000000000007", "none"])
        #expect(found.map(\.provider) == ["aws", "aws"])
        #expect(found.map(\.service) == ["Office", "Office"])
        #expect(
            reading.findings.map(\.message) == ["columns that nothing uses: \"cost\", \"Hersteller\", \"Rest\""])
    }

    @Test("defaults alone complete a file; a mapping that does not fit leaves it unknown, with the remedy")
    func recognition() throws {
        let text = "cost,product\n1,a\n"
        #expect(try format(of: text) == nil)
        #expect(try format(of: text, source: source(defaults: [.year: "2026", .month: "3"])) == .spaceONE)
        let wrong = source([.cost: "Total", .billedDate: "Datum"])
        #expect(try format(of: text, source: wrong) == nil)
        #expect(try format(of: CURText.of("1").text, source: wrong) == .awsCUR)
        let folder = try InboxFolder()
        var file = try folder.write("bill.csv", text)
        #expect(
            UnknownFormat.finding(file).rendered == """
                bill.csv: error[unknown-format]: the content is neither a meter export nor a provider's bill
                  = map its columns in sources.yaml: under fields for a meter export, under charges for a bill
                  = or take it out of inbox/; nothing of it is billed
                """)
        file.source = wrong
        #expect(
            UnknownFormat.finding(file).notes.first
                == "the source \"partner\" of sources.yaml maps columns that are not here: "
                + "billed_date (\"Datum\"), cost (\"Total\")")
        file.source = source([.cost: "cost"])
        #expect(
            UnknownFormat.finding(file).notes.first
                == "the source \"partner\" of sources.yaml must map cost, and billed_date or year and month")
    }

    @Test("a meter export with dimensions of these names is one")
    func meterExport() throws {
        #expect(try format(of: "customer_id,meter,value,timestamp,cost,year,month\na,b,1,2026-03-01,1,2026,3\n") == nil)
    }

    @Test("the account under its newer name")
    func accountID() throws {
        let text = "cost,billed_date,provider,additional_info.Account ID\n1,2026-03-01,aws,12\n"
        #expect(try charges(text, .spaceONE).charges.map(\.subAccount) == ["000000000012"])
    }

    @Test("the billing account of sources.yaml holds the accounts of a bill together")
    func billingAccount() throws {
        let folder = try InboxFolder()
        var first = try folder.write("a.csv", "cost,billed_date,account\n1,2026-03-01,x\n2,2026-03-01,y\n", day: 1)
        var second = try folder.write("b.csv", "cost,billed_date,account\n5,2026-03-01,x\n", day: 2)
        func read() -> [ExactDecimal] {
            CostImport(ProviderInbox([first, second]), workspace: .empty, days: .always).book.controlTotals.map(\.read)
        }
        #expect(read() == [7])
        first.source = source(defaults: [.billingAccount: "partner"])
        second.source = first.source
        #expect(read() == [5])
    }

    @Test("what plugins deliver")
    func results() throws {
        #expect(try format(of: SpaceONEText.results) == .spaceONE)
        let (found, reading) = try charges(SpaceONEText.results + SpaceONEText.results, .spaceONE)
        #expect(reading.findings == [])
        #expect(reading.report.rowsKept == 4)
        #expect(found.prefix(2).map(\.billedCost.description) == ["1.50", "-2"])
        #expect(found.prefix(2).map(\.provider) == ["aws", "google"])
        #expect(found.prefix(2).map(\.subAccount) == ["000123456789", "web"])
        #expect(found.prefix(2).map(\.category) == [.usage, .credit])
        #expect(found[0].tags.map { "\($0.key)=\($0.value)" } == ["env=prod", "additional_info.Instance Type=t3"])
        #expect(found.map(\.line) == [2, 5, 9, 12])
        let cut = try charges(String(SpaceONEText.results.dropLast(22)), .spaceONE).reading
        #expect(cut.findings.map(\.code) == [.brokenFile])
    }

    @Test("rows of another shape than the header are set aside, whatever the defaults add")
    func rowShape() throws {
        let text = "cost,billed_date\n1,2026-03-01\n2,2026-03-01,x\n3\n4,2026-03-01\n"
        let (found, reading) = try charges(text, .spaceONE, source: source(defaults: [.account: "a"]))
        #expect(found.map(\.billedCost) == [1, 4])
        #expect(reading.quarantine.map(\.code) == [.rowShape, .rowShape])
        #expect(reading.quarantine.map(\.reason).first == "expected 2 fields as in the header, found 3")
    }
}
