import BillingTerms
import Catalog
import FileFormats
import Importing
import Metering
import Testing

/// Azure's cost exports, rule by rule, on invented rows.
@Suite struct ProviderAzureTests {
    private func first(_ text: BillText) throws -> ProviderCharge {
        try #require(try charges(text.text, .azureCosts).charges.first)
    }

    @Test("an Enterprise Agreement's row")
    func enterprise() throws {
        let charge = try first(.ea.of([:]))
        #expect(charge.provider == "azure")
        #expect([charge.billingAccount, charge.subAccount] == ["8611537", "11111111-aaaa-4bbb-8ccc-000000000001"])
        #expect(
            [charge.service, charge.serviceCode, charge.region] == ["Virtual Machines", "Microsoft.Compute", "eastus"])
        #expect([charge.sku, charge.resource, charge.unit] == ["8e5e7b47", "/subscriptions/x/vm", "1 Hour"])
        #expect(charge.billingPeriod.description == "2026-03-01 – 2026-03-31")
        #expect(charge.chargeDay?.description == "2026-03-04")
        #expect([charge.billedCost, charge.effectiveCost, charge.listCost, charge.quantity] == [10, 10, 12, 2])
        #expect((charge.category, charge.currency.code, charge.invoiceID) == (.usage, "USD", ""))
    }

    @Test("a Microsoft Customer Agreement's row: camel case, billing profile, billed currency")
    func customerAgreement() throws {
        let charge = try first(.mca.of([:]))
        #expect([charge.billingAccount, charge.invoiceID] == ["NF5V-BI6B", "G001"])
        #expect(charge.billedCost == (try decimal("0.000000518077648")))
        #expect(charge.listCost == (try decimal("6.4759706025E-07")))
        #expect(charge.currency.code == "EUR")
        #expect(charge.chargeDay?.description == "2026-03-04")
        #expect(charge.resource == "/subscriptions/x/disk")
    }

    @Test("a pay-as-you-go row: no billing account, no period, no kind of charge")
    func payAsYouGo() throws {
        let charge = try first(.payAsYouGo.of([:]))
        #expect(charge.billingAccount == "0039de71-ca37-4a17-a104-17665a50e7fc")
        #expect(charge.subAccount == charge.billingAccount)
        #expect(charge.region == "US East 2")
        #expect(charge.billingPeriod.description == "2026-03-01 – 2026-03-31")
        #expect((charge.category, charge.isKnownLineType, charge.lineType) == (.usage, true, ""))
        #expect(charge.listCost == nil)
    }

    @Test("translated names with the English ones in parentheses, a byte order mark, CRLF")
    func german() throws {
        var text = BillText.payAsYouGo.of([:])
        text.columns = text.columns.map { "Übersetzt, x (\($0))" }
        text.lineEnd = "\r\n"
        let folder = try InboxFolder()
        let file = try folder.write("kosten.csv", "\u{FEFF}" + text.text)
        #expect(try ProviderContent(of: file) == .bill(.azureCosts))
        #expect(try charges("\u{FEFF}" + text.text, .azureCosts).charges.map(\.billedCost) == [try decimal("0.075")])
    }

    @Test("names in any case, columns in any order")
    func names() throws {
        var text = BillText.ea
        text.columns.reverse()
        text.add()
        var shouting = text.text.split(separator: "\n").map(String.init)
        shouting[0] = shouting[0].uppercased()
        #expect(try charges(shouting.joined(separator: "\n") + "\n", .azureCosts).charges.map(\.billedCost) == [10])
    }

    @Test(
        "days: the month stands first, or ISO",
        arguments: [
            ("03/04/2026", "2026-03-04"), ("3/4/2026", "2026-03-04"), ("12/31/2026", "2026-12-31"),
            ("2026-03-04", "2026-03-04"), ("2026-03-04T00:00:00Z", "2026-03-04"), ("2026-03-04 00:00:00", "2026-03-04"),
            ("3/4/2026 0:00:00", "2026-03-04"), ("31/12/2026", nil), ("13/01/2026", nil), ("02/29/2026", nil),
            ("3/4/26", nil), ("03-04-2026", nil), ("3/4/2026x", nil),
        ] as [(String, String?)])
    func days(_ written: String, _ day: String?) throws {
        let (found, reading) = try charges(BillText.ea.of(["Date": written]).text, .azureCosts)
        #expect(found.map { $0.chargeDay?.description } == (day == nil ? [] : [day]))
        #expect(reading.quarantine.map(\.code) == (day == nil ? [.badTime] : []))
        let payAsYouGo = try charges(BillText.payAsYouGo.of(["UsageDateTime": written]).text, .azureCosts)
        #expect(payAsYouGo.charges.count == found.count)
    }

    @Test(
        "billing periods end on their last day",
        arguments: [
            ("03/01/2026", "03/31/2026", "2026-03-01 – 2026-03-31"),
            ("03/09/2026", "04/08/2026", "2026-03-09 – 2026-04-08"),
            ("03/01/2026", "04/01/2026", "2026-03-01 – 2026-03-31"), ("2026-03-01", "", "2026-03-01 – 2026-03-31"),
            ("", "", "2026-03-01 – 2026-03-31"), ("04/01/2026", "03/31/2026", nil),
        ] as [(String, String, String?)])
    func periods(_ start: String, _ end: String, _ period: String?) throws {
        let text = BillText.ea.of(["BillingPeriodStartDate": start, "BillingPeriodEndDate": end])
        let (found, reading) = try charges(text.text, .azureCosts)
        #expect(found.map(\.billingPeriod.description) == (period.map { [$0] } ?? []))
        #expect(reading.quarantine.count == (period == nil ? 1 : 0))
    }

    @Test("the cost is that in the billing currency, else before tax, else the plain one")
    func costColumns() throws {
        let plain = BillText.ea.with("PreTaxCost", "20").with("CostInBillingCurrency", "30")
        #expect(try first(plain.of([:])).billedCost == 30)
        #expect(try first(plain.without("CostInBillingCurrency").of([:])).billedCost == 20)
        let codes = BillText.ea.with("BillingCurrencyCode", "CHF")
        #expect(try first(codes.of([:])).currency.code == "CHF")
        let (found, reading) = try charges(BillText.ea.of(["Cost": ""]).text, .azureCosts)
        #expect(found.isEmpty && reading.quarantine.map(\.code) == [.badNumber])
    }

    @Test(
        "kinds of charges",
        arguments: [
            ("Usage", ChargeCategory.usage, true), ("usage", .usage, true), ("Purchase", .purchase, true),
            ("Tax", .tax, true),
            ("Refund", .adjustment, true), ("UnusedReservation", .usage, true), ("UnusedSavingsPlan", .usage, true),
            ("RoundingAdjustment", .adjustment, true), ("MoonFee", .adjustment, false), ("", .adjustment, false),
        ])
    func chargeTypes(_ type: String, _ category: ChargeCategory, _ isKnown: Bool) throws {
        let (found, reading) = try charges(BillText.ea.of(["ChargeType": type]).text, .azureCosts)
        #expect(found.map(\.category) == [category])
        #expect(found.map(\.billedCost) == [10])
        #expect(reading.findings.map(\.code) == (isKnown ? [] : [.unknownLineType]))
    }

    @Test(
        "tags with and without braces, and with what some tools leave behind them",
        arguments: [
            ("{\"a\": \"b\", \"c\": \"d\"}", ["a=b", "c=d"]), ("\"a\": \"b\",\"c\": \"d\"", ["a=b", "c=d"]),
            ("{\"a\": \"b\"}:", ["a=b"]), ("\"a\": \"say \\\"hi\\\", ok\",", ["a=say \"hi\", ok"]),
            ("{\"a\": true, \"a \": null}", ["a=true", "a ="]), ("", []), ("NULL", []), ("{}", []), (" ", []),
        ])
    func tags(_ written: String, _ tags: [String]) throws {
        let (found, reading) = try charges(BillText.ea.of(["Tags": written]).text, .azureCosts)
        #expect(found.map { $0.tags.map { "\($0.key)=\($0.value)" } } == [tags])
        #expect(reading.findings == [])
    }

    @Test("tags that cannot be read are reported, and the row is billed")
    func brokenTags() throws {
        let (found, reading) = try charges(BillText.ea.of(["Tags": "a=b"], ["Tags": "{\"a\""]).text, .azureCosts)
        #expect(found.map(\.billedCost) == [10, 10])
        #expect(reading.findings.map(\.code) == [.malformedRecord])
    }

    @Test("region codes in lower case, names as given; the meter's region, then the location, where there is none")
    func regions() throws {
        let text = BillText.ea.with("Location", "Zone 1").of(
            ["ResourceLocation": "US East"], ["ResourceLocation": "westeurope"], ["ResourceLocation": ""],
            ["ResourceLocation": "", "MeterRegion": ""])
        #expect(
            try charges(text.text, .azureCosts).charges.map(\.region) == ["US East", "westeurope", "US West", "Zone 1"])
    }

    @Test("a list price of 0 for something that costs is none")
    func listCost() throws {
        #expect(try first(.ea.of(["PayGPrice": "0"])).listCost == nil)
        #expect(try first(.mca.of(["paygCostInBillingCurrency": "0"])).listCost == nil)
        #expect(try first(.mca.without("paygCostInBillingCurrency").of([:])).listCost == nil)
        #expect(try first(.ea.of(["Cost": "0", "Quantity": "0"])).listCost == 0)
    }

    @Test("charges without a subscription are the billing account's")
    func noSubscription() throws {
        #expect(try first(.ea.of(["SubscriptionId": ""])).subAccount == "8611537")
        let path = ["SubscriptionId": "/subscriptions/ABC"]
        #expect(try first(.ea.of(path)).subAccount == "abc")
        let (_, reading) = try charges(BillText.payAsYouGo.of(["SubscriptionGuid": ""]).text, .azureCosts)
        #expect(reading.quarantine.map(\.code) == [.missingField])
        #expect(reading.quarantine.map(\.cost) == [try decimal("0.075")])
    }

    @Test("a row that is shorter than its header is set aside, even where only the last fields are missing")
    func shortRows() throws {
        var lines = BillText.ea.of([:], [:]).text.split(separator: "\n").map(String.init)
        lines[1] = lines[1].split(separator: ",", omittingEmptySubsequences: false).dropLast().joined(separator: ",")
        let (found, reading) = try charges(lines.joined(separator: "\n") + "\n", .azureCosts)
        #expect(found.map(\.billedCost) == [10])
        #expect(reading.quarantine.map(\.code) == [.rowShape])
        #expect(reading.report.isBalanced)
    }

    @Test("without a currency the file is refused: nothing says what its amounts are")
    func noCurrency() throws {
        let (_, reading) = try charges(BillText.ea.without("BillingCurrency").of([:]).text, .azureCosts)
        #expect(reading.report.status == .refused)
        #expect(reading.findings.first?.message.hasSuffix("found none named BillingCurrencyCode") == true)
    }

    @Test("real names of regions and accounts that differ by case are one account")
    func accountsByCase() throws {
        let ids = ["11111111-AAAA-4bbb-8ccc-000000000001", "11111111-aaaa-4BBB-8ccc-000000000001"]
        let text = BillText.ea.of(["SubscriptionId": ids[0]], ["SubscriptionId": ids[1]])
        #expect(Set(try charges(text.text, .azureCosts).charges.map(\.subAccount)).count == 1)
    }
}
