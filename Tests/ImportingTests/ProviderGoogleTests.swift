import BillingTerms
import Catalog
import FileFormats
import Importing
import Metering
import Testing

/// Invented rows of Google Cloud's billing export.
enum GoogleText {
    static let record = record()

    static func record(
        cost: String = "10.5", credits: String = #"[{"name":"CUD","amount":-2.25,"type":"COMMITTED_USAGE_DISCOUNT"}]"#,
        project: String = #"{"id":"web","labels":[{"key":"team","value":"a"}]}"#, month: String = "\"202603\"",
        type: String = "regular", time: String = "\"2026-03-02 05:00:00 UTC\"", more: String = ""
    ) -> String {
        #"{"billing_account_id":"01ABCD-234567-89EFAB","service":{"id":"6F81","description":"R\u0026D \u003cEngine\u003e"},"#
            + #""sku":{"id":"S-1","description":"Core"},"usage_start_time":"# + time
            + #","usage_end_time":"2026-03-02 06:00:00 UTC","project":"# + project
            + #","labels":[{"key":"env","value":"prod"}],"system_labels":[{"key":"cores","value":"8"}],"tags":[],"#
            + #""location":{"location":"eu","region":"europe-west3"},"cost":"# + cost
            + #","currency":"EUR","usage":{"amount":"3600","unit":"seconds","amount_in_pricing_units":1.0,"#
            + #""pricing_unit":"hour"},"credits":"# + credits + #","invoice":{"month":"# + month
            + #"},"cost_type":""# + type + "\"" + more + "}"
    }

    static func lines(_ records: String...) -> String { records.map { $0 + "\n" }.joined() }

    static let header =
        "billing_account_id,service.id,service.description,sku.id,usage_start_time,project.id,labels,location.region,"
        + "cost,currency,credits,invoice.month,cost_type,cost_at_list\n"

    static let csv =
        header
        + #"01ABCD,6F81,Compute,S-1,1.7724312E9,web,"[{'key': 'it\'s', 'value': None}]",europe-west3,5e-06,EUR,"#
        + #""[{'name': 'Free ""trial""', 'amount': -5e-06, 'full_name': None, 'type': 'PROMOTION'}]",202603,regular,7e-06"#
        + "\n01ABCD,6F81,Support,S-2,2026-03-31 23:00:00+00:00,,[],,3,USD,[],202604,tax,\n"
}

/// The Google Cloud billing export, rule by rule.
@Suite struct ProviderGoogleTests {
    private func tags(_ charge: ProviderCharge) -> [String] { charge.tags.map { "\($0.key)=\($0.value)" } }

    @Test("the cost is a charge, and each credit one of its own: their sum is the net")
    func credits() throws {
        let credits =
            #"[{"name":"SUD","amount":"-1","type":"SUSTAINED_USAGE_DISCOUNT"},{"name":"Gift","amount":-2.5e-1}]"#
        let text = GoogleText.lines(
            GoogleText.record(credits: credits, more: #","cost_at_list":12"#), GoogleText.record)
        let (found, reading) = try charges(text, .googleCloud)
        #expect(found.map(\.billedCost.description) == ["10.5", "-1", "-0.25", "10.5", "-2.25"])
        #expect(found.map(\.effectiveCost) == found.map(\.billedCost))
        #expect(found.map(\.listCost) == [12, 0, 0, nil, nil])
        #expect(found.map(\.category) == [.usage, .credit, .credit, .usage, .credit])
        #expect(
            found.map(\.lineType) == [
                "regular", "SUSTAINED_USAGE_DISCOUNT", "credit", "regular", "COMMITTED_USAGE_DISCOUNT",
            ])
        #expect(found.map(\.sku) == ["S-1", "SUD", "Gift", "S-1", "CUD"])
        #expect(found.map(\.continuesRow) == [false, true, true, false, true])
        #expect(found.map(\.group) == [0, 1, 2, 0, 3])
        #expect((reading.report.rowsRead, reading.report.rowsKept) == (2, 2))
        #expect(reading.report.billedCost == ["EUR": try decimal("17.5")])
        #expect(reading.coverage.values.map(\.rowCount) == [2])
        #expect(reading.findings == [])
    }

    @Test("names, accounts, days, quantities and tags of a JSON record")
    func record() throws {
        let charge = try #require(try charges(GoogleText.record, .googleCloud).charges.first)
        #expect(
            (charge.provider, charge.billingAccount, charge.subAccount) == ("google", "01ABCD-234567-89EFAB", "web"))
        #expect((charge.service, charge.serviceCode, charge.region) == ("R&D <Engine>", "6F81", "europe-west3"))
        #expect(charge.chargeDay?.description == "2026-03-02")
        #expect(charge.billingPeriod.description == "2026-03-01 – 2026-03-31")
        #expect((charge.quantity, charge.unit, charge.currency.code) == (1, "hour", "EUR"))
        #expect(tags(charge) == ["env=prod", "project.labels/team=a", "system_labels/cores=8"])
    }

    @Test("the shapes in which the export is extracted say the same")
    func shapes() throws {
        let record = GoogleText.record
        let pretty = record.replacing(",\"", with: ",\n  \"").replacing("{", with: "{\n")
        let texts = [
            GoogleText.lines(record, record), "[" + record + ",\n" + record + "]", pretty + pretty,
            pretty + "\n\n" + pretty, "\u{FEFF}" + record + "\r\n" + record,
        ]
        for text in texts {
            #expect(try format(of: text) == .googleCloud)
            let (found, reading) = try charges(text, .googleCloud)
            #expect(found.map(\.billedCost.description) == ["10.5", "-2.25", "10.5", "-2.25"])
            #expect(reading.findings == [])
        }
    }

    @Test("CSV with Python text, times in seconds, and no project")
    func table() throws {
        #expect(try format(of: GoogleText.csv) == .googleCloud)
        let (found, reading) = try charges(GoogleText.csv, .googleCloud)
        #expect(reading.findings == [])
        #expect(found.map(\.billedCost.description) == ["0.000005", "-0.000005", "3"])
        #expect(found.map(\.sku) == ["S-1", "Free \"trial\"", "S-2"])
        #expect(found.map(\.subAccount) == ["web", "web", "01ABCD"])
        #expect(found.map(\.currency.code) == ["EUR", "EUR", "USD"])
        #expect(found.map { $0.chargeDay?.description } == ["2026-03-02", "2026-03-02", "2026-03-31"])
        #expect(found.map(\.billingDay.description) == ["2026-03-02", "2026-03-02", "2026-04-01"])
        #expect(found.map(\.category) == [.usage, .credit, .tax])
        #expect(tags(found[0]) == ["it's="])
        let underscores = GoogleText.csv.replacing(GoogleText.header, with: GoogleText.header.replacing(".", with: "_"))
        #expect(try charges(underscores, .googleCloud).charges.map(\.billedCost) == found.map(\.billedCost))
    }

    @Test("a nested column counts before its flattened copies, and nothing counts twice")
    func nested() throws {
        let text = """
            billing_account_id,service,service_description,usage_start_time,project,project_id,labels,labels_1,cost,\
            currency,credits,credits_amount,invoice,invoice_month,cost_type,usage,usage_amount,labels_1_key,test
            B,"{""description"": ""Nested""}",Flat,2026-03-02T00:00:00Z,"{""id"": null}",flat,\
            "[{""key"": ""p"", ""value"": ""1""}]","[{""key"": ""r"", ""value"": ""2""}]",5,EUR,\
            "[{""amount"": -1}, {""amount"": -2}]",-7,"{""month"": ""202603""}",202604,regular,"{""amount"": 3}",4,r,x

            """
        #expect(try format(of: text) == .googleCloud)
        let (found, reading) = try charges(text, .googleCloud)
        #expect(found.map(\.billedCost) == [5, -1, -2])
        #expect(found.map(\.service) == ["Nested", "Nested", "Nested"])
        #expect(found.map(\.subAccount) == ["flat", "flat", "flat"])
        #expect(found[0].billingPeriod.start.description == "2026-03-01")
        #expect(found[0].quantity == 3)
        #expect(tags(found[0]) == ["r=2", "project.labels/p=1"])
        #expect(reading.findings.map(\.message) == ["columns that nothing uses: \"test\""])
    }

    @Test("a flattened credit counts where it has no nested column")
    func flattenedCredit() throws {
        let text =
            "billing_account_id,service.description,cost,currency,credits.amount,credits.type,invoice.month,cost_type\n"
            + "B,S,5,EUR,-2,PROMOTION,202603,regular\nB,S,5,EUR,,,202603,regular\n"
        #expect(try charges(text, .googleCloud).charges.map(\.billedCost) == [5, -2, 5])
    }

    @Test(
        "kinds of cost",
        arguments: [
            ("regular", ChargeCategory.usage, true), ("tax", .tax, true), ("adjustment", .adjustment, true),
            ("rounding_error", .adjustment, true), ("roundoff", .adjustment, true), ("moon", .adjustment, false),
        ])
    func costTypes(_ type: String, _ category: ChargeCategory, _ isKnown: Bool) throws {
        let (found, reading) = try charges(GoogleText.record(credits: "[]", type: type), .googleCloud)
        #expect(found.map(\.category) == [category])
        #expect(found.map(\.isKnownLineType) == [isKnown])
        #expect(reading.findings.map(\.code) == (isKnown ? [] : [.unknownLineType]))
    }

    @Test("an adjustment of use before its invoice's month is a correction")
    func correction() throws {
        let old = GoogleText.record(credits: "[]", type: "adjustment", time: "\"2026-02-02 05:00:00 UTC\"")
        let late = GoogleText.record(credits: "[]", time: "\"2026-02-28 23:00:00 UTC\"")
        let found = try charges(GoogleText.lines(old, late), .googleCloud).charges
        #expect(found.map(\.isCorrection) == [true, false])
        #expect(found.map(\.billingDay.description) == ["2026-03-01", "2026-03-01"])
    }

    @Test(
        "projects that are not there", arguments: ["null", "{}", #"{"id":null}"#, #"{"id":""}"#])
    func noProject(_ project: String) throws {
        let (found, reading) = try charges(GoogleText.record(project: project), .googleCloud)
        #expect(found.map(\.subAccount) == ["01ABCD-234567-89EFAB", "01ABCD-234567-89EFAB"])
        #expect(reading.findings == [])
    }

    @Test(
        "rows that cannot be read are set aside whole, with their credits",
        arguments: [
            (GoogleText.record(cost: "null"), FindingCode.badNumber, nil),
            (GoogleText.record(cost: "\"1,5\""), .badNumber, nil),
            (GoogleText.record(credits: #"[{"amount":"x"}]"#), .badNumber, nil),
            (GoogleText.record(credits: #"[{"name":"x"}]"#), .badNumber, nil),
            (GoogleText.record(credits: #""some""#), .malformedRecord, nil),
            (GoogleText.record(month: "\"2026-03\""), .badTime, "8.25"),
            (GoogleText.record(month: "202613"), .badTime, "8.25"),
            (GoogleText.record(time: "\"2026-02-29 05:00:00 UTC\""), .badTime, "8.25"),
            (GoogleText.record(project: "\"web\""), .malformedRecord, nil),
            (GoogleText.record(more: ",\"cost\":1"), .malformedRecord, nil), ("{\"cost\":", .malformedRecord, nil),
            ("[1]", .malformedRecord, nil),
        ])
    func badRecords(_ record: String, _ code: FindingCode, _ cost: String?) throws {
        let (found, reading) = try charges(GoogleText.lines(GoogleText.record, record, GoogleText.record), .googleCloud)
        #expect(found.map(\.billedCost.description) == ["10.5", "-2.25", "10.5", "-2.25"])
        #expect(reading.quarantine.map(\.code) == [code])
        #expect(reading.quarantine.map(\.line) == [2])
        #expect(reading.quarantine.map { $0.cost?.description } == [cost])
        #expect((reading.report.rowsRead, reading.report.rowsKept) == (3, 2))
    }

    @Test("where a bad value stands in a record")
    func place() throws {
        let text = "[\n  \(GoogleText.record(cost: "\"1,5\""))\n]"
        let (_, reading) = try charges(text, .googleCloud)
        let finding = try #require(reading.findings.first { $0.code == .badNumber })
        #expect(
            finding.message == "expected a decimal number in cost, found \"1,5\": not a decimal number (character 2)")
        #expect(finding.place?.line == 2)
        let column = try #require(finding.place?.column)
        #expect(text.split(separator: "\n")[1].dropFirst(column - 1).hasPrefix("\"1,5\""))
    }

    @Test("keys that nobody knows are named once; cut texts are refused")
    func unknownKeys() throws {
        let more = GoogleText.record(more: #","moon":1,"usage_more":{}"#)
        let (_, reading) = try charges(GoogleText.lines(more, more), .googleCloud)
        #expect(reading.findings.map(\.message) == ["columns that nothing uses: \"moon\", \"usage_more\""])
        for text in [String(more.dropLast(9)), "[" + more, "[" + more + ","] {
            let refused = try charges(text, .googleCloud).reading
            #expect(refused.report.status == .refused)
            #expect(refused.findings.map(\.code) == [.brokenFile])
        }
    }

    @Test("labels that are no list are told, and the row is billed")
    func badLabels() throws {
        let text = GoogleText.header + "B,1,S,S,2026-03-02,web,oops,eu,1,EUR,[],202603,regular,\n"
        let (found, reading) = try charges(text, .googleCloud)
        #expect(found.map(\.billedCost) == [1])
        #expect(reading.findings.map(\.message) == ["expected a list of labels, found something else in 1 row"])
    }

    @Test("the numbered files of one extract are one delivery; a later extract replaces it")
    func parts() throws {
        let folder = try InboxFolder()
        for part in 0..<3 {
            try folder.write("gcp/export00000000000\(part).json", GoogleText.record(cost: "1\(part)"), day: 2)
        }
        #expect(folder.inbox.deliveries.map(\.parts.count) == [3])
        #expect(folder.costs().book.controlTotals.map(\.read) == [try decimal("26.25")])
        try folder.write("gcp/later000000000000.json", GoogleText.record(cost: "7"), day: 3)
        #expect(folder.costs().book.controlTotals.map(\.read) == [try decimal("4.75")])
        #expect(folder.costs().book.controlTotals.map(\.rowCount) == [1])
    }
}
