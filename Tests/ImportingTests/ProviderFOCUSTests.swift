import BillingTerms
import Catalog
import FileFormats
import Importing
import Testing

/// FOCUS, rule by rule, on invented rows.
@Suite struct ProviderFOCUSTests {
    @Test(
        "providers have one key, however they are written",
        arguments: [
            ("AWS", "aws"), ("Amazon Web Services", "aws"), ("Amazon Web Services, Inc.", "aws"),
            ("Microsoft", "azure"),
            ("Microsoft Azure", "azure"), ("Google Cloud", "google"), ("Google Cloud Platform", "google"),
            ("Oracle", "oracle"), ("Acme Co.", "acme-co"), ("네이버 클라우드", "네이버-클라우드"),
        ])
    func providers(_ name: String, _ key: String) throws {
        #expect(try charges(FOCUSText.of(["ProviderName": name]).text, .focus).charges.map(\.provider) == [key])
    }

    @Test("1.3 names the provider in another column")
    func serviceProvider() throws {
        var text = FOCUSText()
        text.columns = text.columns.map { $0 == "ProviderName" ? "ServiceProviderName" : $0 }
        text.add(["ServiceProviderName": "AWS", "SubAccountId": "12345678901"])
        let charge = try #require(try charges(text.text, .focus).charges.first)
        #expect(charge.provider == "aws")
        #expect(charge.subAccount == "012345678901")
    }

    @Test("the four costs, category, class, period and account")
    func charge() throws {
        let text = FOCUSText.of([
            "BilledCost": "-2.5", "EffectiveCost": "6.123E-7", "ListCost": "3", "ContractedCost": "2",
            "ChargeCategory": "Adjustment", "ChargeClass": "Correction", "ChargePeriodStart": "2026-02-11 23:00:00",
        ])
        let charge = try #require(try charges(text.text, .focus).charges.first)
        #expect(charge.billedCost.description == "-2.5")
        #expect(charge.effectiveCost.description == "0.0000006123")
        #expect(charge.listCost == 3)
        #expect(charge.contractedCost == 2)
        #expect(charge.category == .adjustment)
        #expect(charge.isCorrection)
        #expect(charge.billingPeriod.description == "2026-03-01 – 2026-03-31")
        #expect(charge.chargeDay?.description == "2026-02-11")
        #expect(charge.billingDay.description == "2026-03-01")
        #expect((charge.provider, charge.billingAccount, charge.subAccount) == ("google", "BA-1", "SUB-1"))
    }

    @Test(
        "times are UTC, with or without T and Z",
        arguments: [
            "2026-03-02T00:00:00Z", "2026-03-02 00:00:00", "2026-03-02T00:00:00.000Z", "2026-03-02",
            "2026-03-02T02:00:00+02:00", "2026-03-02T00:00Z",
        ])
    func times(_ written: String) throws {
        let found = try charges(FOCUSText.of(["ChargePeriodStart": written]).text, .focus).charges
        #expect(found.map(\.chargeDay?.description) == ["2026-03-02"])
    }

    @Test("tags are an object whose values may be true")
    func tags() throws {
        let tags = #"{"org": "trey", " org": "b", "CC\"300\"": true, "n": 5, "empty": null, "監視": "é"}"#
        let found = try charges(FOCUSText.of(["Tags": tags]).text, .focus).charges
        #expect(
            found.first?.tags.map { "\($0.key)=\($0.value)" } == [
                "org=trey", " org=b", "CC\"300\"=true", "n=5", "empty=", "監視=é",
            ])
    }

    @Test("tags that are no object hide nothing but themselves")
    func badTags() throws {
        let (found, reading) = try charges(FOCUSText.of(["Tags": "\"a\": \"b\""], ["Tags": "NULL"]).text, .focus)
        #expect(found.map(\.billedCost) == [1, 1])
        #expect(reading.findings.map(\.code) == [.malformedRecord])
        #expect(reading.findings.first?.severity == .warning)
    }

    @Test("names outside the specification are reported once; x_ columns are the provider's own")
    func unknownColumns() throws {
        var text = FOCUSText()
        text.columns += ["Id", "x_Discounts", "SkuPriceid"]
        text.add()
        text.add()
        #expect(try charges(text.text, .focus).reading.findings.map(\.message) == ["columns that nothing uses: \"Id\""])
    }

    @Test("an unknown category is kept as money, and reported")
    func unknownCategory() throws {
        let (found, reading) = try charges(
            FOCUSText.of(["ChargeCategory": "Gift"], ["ChargeCategory": "usage"]).text, .focus)
        #expect(found.map(\.category) == [.adjustment, .usage])
        #expect(reading.findings.map(\.code) == [.unknownLineType])
    }

    @Test("a billing period that ends before it starts is refused")
    func badPeriod() throws {
        let (_, reading) = try charges(FOCUSText.of(["BillingPeriodEnd": "2026-03-01T00:00:00Z"]).text, .focus)
        #expect(reading.quarantine.map(\.code) == [.badTime])
        #expect(
            reading.quarantine.first?.reason
                == "expected an end of the billing period after its start 2026-03-01, found 2026-03-01")
    }

    @Test("an end that lies inside the period is taken as the day after it")
    func inclusiveEnd() throws {
        let found = try charges(FOCUSText.of(["BillingPeriodEnd": "2026-03-31T23:59:59Z"]).text, .focus).charges
        #expect(found.map(\.billingPeriod.description) == ["2026-03-01 – 2026-03-31"])
    }

    @Test("a bill without currency is refused whole")
    func missingCurrency() throws {
        var text = FOCUSText()
        text.columns.removeAll { $0 == "BillingCurrency" }
        text.add()
        let (_, reading) = try charges(text.text, .focus)
        #expect(reading.report.status == .refused)
        #expect(reading.findings.first?.message.hasSuffix("found none named BillingCurrency") == true)
    }

    @Test("recognised by its columns, not by its name")
    func recognition() throws {
        let folder = try InboxFolder()
        let focus = try folder.write("a/aws-cur-00001.csv.gz", FOCUSText.of([:]).text)
        let report = try folder.write("b/focus.json", gzipped(CURText.of("1").text))
        let meters = try folder.write("c/focus.csv", "event_id,customer_id,value\n1,2,3\n")
        let lines = try folder.write("d/events.jsonl", "{\"id\": 1}\n{\"id\": 2}\n")
        let list = try folder.write("e/list.json", "[{\"BilledCost\": 1}]")
        let empty = try folder.write("f/empty.csv", "")
        #expect(try ProviderContent(of: focus) == .bill(.focus))
        #expect(try ProviderContent(of: report) == .bill(.awsCUR))
        for file in [meters, lines, list, empty] { #expect(try ProviderContent(of: file) == nil) }
        #expect(
            folder.inbox.unrecognised.map(\.path) == ["c/focus.csv", "d/events.jsonl", "e/list.json", "f/empty.csv"])
    }
}
