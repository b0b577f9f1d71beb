import BillingTerms
import Catalog
import FileFormats
import Importing
import Metering
import Testing

/// Invented rows of Hyperbilling.
enum HyperbillingText {
    static let lines = """
        {"usage_date": "2026-03-02", "region": "APN2", "service_code": "AmazonEC2", "usage_type": "Box", "usage_unit": \
        null, "tag_environment": "prod", "usage_quantity": 2.5, "usage_cost": 1.34398e-05, "tags": \
        "{\\"user:project\\": \\"데이터\\", \\"aws:a.b\\": \\"x\\"}"}
        {"usage_date": "2026-03-02", "region": "", "service_code": "Credit", "usage_type": "", "usage_cost": -2}
        {"usage_date": "2026-03-02", "region": "MOON1", "service_code": "AWSDataTransfer", "usage_type": \
        "APN2-DataTransfer-Out-Bytes", "usage_cost": null, "tags": null}

        """

    static let csv = """
        usage_date,region,service_code,usage_type,usage_unit,instance_type,tag_role,usage_quantity,usage_cost,tags
        2026-03-02,USE1,AmazonCloudFront,KR-Requests-Tier2-HTTPS,,,web,1,3,
        2026-03-02,EU,AmazonCloudFront,EU-DataTransfer-Out-Bytes,,,,1,,"{""user:role"": ""app""}"
        2026-03-02,EU,Tax,,,,,,4,oops

        """

    static let detail = """
        [{"month": "202603", "data": [
           {"project_id": "web", "data": [
              {"service_name": "R\\u0026D", "region_id": "eu", "costs": [{"final_cost_in_usd": 1.50},
                                                             {"final_cost_in_usd": "-0.25"}]},
              {"service_name": "Support", "costs": [{"final_cost_in_usd": 2}]}]},
           {"data": [{"costs": [{"final_cost_in_usd": 4}], "service_name": "Late", "region_id": null}],
            "project_id": "late"}]},
         {"data": [], "month": "202604"}]

        """
}

/// Hyperbilling's AWS usage and its answers in detail, rule by rule.
@Suite struct ProviderHyperbillingTests {
    private let path = "x/account_id=12345678901/year=2026/month=04/part-00000.jsonl"

    @Test("account and month from the path, names for codes, a null cost as 0")
    func lines() throws {
        #expect(try format(of: HyperbillingText.lines) == .hyperbilling)
        let (found, reading) = try charges(HyperbillingText.lines, .hyperbilling, path: path)
        #expect(found.map(\.billedCost.description) == ["0.0000134398", "-2", "0"])
        #expect(found.map(\.subAccount) == Array(repeating: "012345678901", count: 3))
        #expect(found.map(\.billingAccount) == found.map(\.subAccount))
        #expect(found.map(\.region) == ["ap-northeast-2", "us-east-1", "MOON1"])
        #expect(found.map(\.category) == [.usage, .credit, .usage])
        #expect(found.map(\.unit) == ["", "", "Bytes"])
        #expect(found.map(\.currency.code) == ["USD", "USD", "USD"])
        #expect(found.map(\.billingPeriod.start.description) == Array(repeating: "2026-04-01", count: 3))
        #expect(found.map { $0.chargeDay?.description } == Array(repeating: "2026-03-02", count: 3))
        #expect(found[0].tags.map { "\($0.key)=\($0.value)" } == ["project=데이터", "aws:a.b=x", "environment=prod"])
        #expect(
            reading.findings.map(\.rendered) == [
                """
                \(path): note[empty-cost]: no cost in 1 row
                  = counted as 0, as the format means it
                """
            ])
    }

    @Test("the same as a table")
    func table() throws {
        #expect(try format(of: HyperbillingText.csv) == .hyperbilling)
        let source = Sources.Source(name: "h", files: [], defaults: [.account: "7", .currency: "KRW"])
        let (found, reading) = try charges(HyperbillingText.csv, .hyperbilling, source: source)
        #expect(found.map(\.billedCost) == [3, 0, 4])
        #expect(found.map(\.unit) == ["Count", "GB", ""])
        #expect(found.map(\.category) == [.usage, .usage, .tax])
        #expect(found.map(\.subAccount) == Array(repeating: "000000000007", count: 3))
        #expect(found.map(\.currency.code) == ["KRW", "KRW", "KRW"])
        #expect(found.map(\.billingPeriod.start.description) == Array(repeating: "2026-03-01", count: 3))
        #expect(found.map { $0.tags.map { "\($0.key)=\($0.value)" } } == [["role=web"], ["role=app"], []])
        #expect(reading.findings.map(\.code) == [.emptyCost, .malformedRecord])
    }

    @Test("in pieces a table says the same, and JSON is not cut")
    func pieces() throws {
        let folder = try InboxFolder()
        let lines = HyperbillingText.csv.split(separator: "\n")
        let table = ([lines[0]] + (0..<100).flatMap { _ in lines[1...] }).map { $0 + "\n" }.joined()
        let texts = [table, String(repeating: HyperbillingText.lines, count: 100)]
        for (text, pieceCount) in zip(texts, [2...100, 1...1]) {
            var file = try folder.write(path, text)
            file.source = Sources.Source(name: "h", files: [], defaults: [.currency: "KRW"])
            var whole = ExactDecimal.zero
            let once = ProviderBillReader().read(file, of: .hyperbilling) { whole += $0.billedCost }
            let (reading, sheets) = ProviderBillReader(pieceBytes: 1000).readSheets(file, of: .hyperbilling) {
                ExactDecimal.zero
            } enter: { sum, charge in
                sum += charge.billedCost
            }
            #expect(pieceCount.contains(sheets.count))
            #expect(sheets.sum() == whole && reading.report == once.report)
            #expect(reading.findings == once.findings && reading.findings.contains { $0.code == .emptyCost })
        }
    }

    @Test("without an account anywhere the file is refused", arguments: [HyperbillingText.csv, HyperbillingText.lines])
    func noAccount(_ text: String) throws {
        let (_, reading) = try charges(text, .hyperbilling)
        #expect(reading.report.status == .refused)
        #expect(reading.findings.map(\.code) == [.missingField])
        #expect(reading.findings.first?.message.hasPrefix("expected the account in the file's path") == true)
    }

    @Test("parts of a folder are one delivery, in one writing")
    func parts() throws {
        let folder = try InboxFolder()
        let month = "h/account_id=012345678901/year=2026/month=03/"
        for part in 0..<2 { try folder.write(month + "part-0000\(part)-3f2c.csv", HyperbillingText.csv + "\n#\(part)") }
        #expect(folder.inbox.deliveries.map(\.parts.count) == [2])
        try folder.write(month + "part-00000.jsonl", HyperbillingText.lines, day: 2)
        #expect(folder.costs().book.controlTotals.map(\.read) == [try decimal("-1.9999865602")])
    }

    @Test("each entry of costs is a charge, wherever month and project stand")
    func detail() throws {
        #expect(try format(of: HyperbillingText.detail) == .usageDetail)
        let (found, reading) = try charges(HyperbillingText.detail, .usageDetail)
        #expect(reading.findings == [])
        #expect(found.map(\.billedCost.description) == ["1.50", "-0.25", "2", "4"])
        #expect(found.map(\.subAccount) == ["web", "web", "web", "late"])
        #expect(found.map(\.service) == ["R&D", "R&D", "Support", "Late"])
        #expect(found.map(\.region) == ["eu", "eu", "", ""])
        #expect(found.map(\.line) == [3, 4, 5, 6])
        #expect(found.map(\.provider) == Array(repeating: "google", count: 4))
        #expect(found.map(\.billingPeriod.start.description) == Array(repeating: "2026-03-01", count: 4))
        let other = Sources.Source(name: "h", files: [], provider: "alibaba")
        #expect(try charges(HyperbillingText.detail, .usageDetail, source: other).charges.first?.provider == "alibaba")
    }

    @Test("entries that cannot be read are set aside with their place")
    func badEntries() throws {
        let text = HyperbillingText.detail.replacing("1.50", with: "\"x\"").replacing(
            "{\"final_cost_in_usd\": 4}", with: "{}")
        let (found, reading) = try charges(text, .usageDetail)
        #expect(found.map(\.billedCost.description) == ["-0.25", "2"])
        #expect(reading.quarantine.map(\.code) == [.badNumber, .badNumber])
        #expect(reading.quarantine.map(\.line) == [3, 6])
        #expect(reading.quarantine.map(\.original) == ["{\"final_cost_in_usd\": \"x\"}", "{}"])
        #expect(reading.report.rowsRead == 4)
    }

    @Test("an answer with an error code is no bill")
    func errorCode() throws {
        let text = #"{"errorCode": "E401", "errorMessage": "no"}"#
        #expect(try format(of: text) == .usageDetail)
        let (_, reading) = try charges(text, .usageDetail)
        #expect(
            reading.findings.map(\.rendered) == [
                """
                bill.csv:1:15: error[broken-file]: expected charges, found the error "E401"
                  = the file is refused whole; nothing of it is billed
                """
            ])
        #expect(try format(of: #"{"customer_id": "a", "meter": "b", "value": 1, "time": 1, "errorCode": "x"}"#) == nil)
    }

    @Test(
        "what is not built like an answer is refused",
        arguments: ["{\"month\": 1, \"data\": {}}", "[1]", "[{\"data\": [1]}]"])
    func otherJSON(_ text: String) throws {
        #expect(try charges(text, .usageDetail).reading.findings.map(\.code) == [.brokenFile])
    }
}
