import BillingTerms
import Catalog
import FileFormats
import Importing
import Testing

/// The AWS Cost and Usage Report, rule by rule, on invented rows.
@Suite struct ProviderCURTests {
    /// Type, fields, category and effective cost of a line that bills 10.
    struct Line: Sendable, CustomStringConvertible {
        var type: String
        var fields: [String: String] = [:]
        var category: ChargeCategory
        var effective: String
        var description: String { "\(type) \(fields)" }
    }

    static let lines = [
        Line(type: "Usage", category: .usage, effective: "10"),
        Line(type: "DiscountedUsage", fields: ["reservation/EffectiveCost": "4"], category: .usage, effective: "4"),
        Line(type: "DiscountedUsage", category: .usage, effective: "10"),
        Line(
            type: "SavingsPlanCoveredUsage", fields: ["savingsPlan/SavingsPlanEffectiveCost": "7"], category: .usage,
            effective: "7"),
        Line(type: "SavingsPlanNegation", category: .usage, effective: "0"),
        Line(
            type: "SavingsPlanRecurringFee",
            fields: ["savingsPlan/TotalCommitmentToDate": "10", "savingsPlan/UsedCommitment": "9.5"],
            category: .purchase, effective: "0.5"),
        Line(type: "SavingsPlanUpfrontFee", category: .purchase, effective: "0"),
        Line(
            type: "RIFee",
            fields: [
                "reservation/UnusedAmortizedUpfrontFeeForBillingPeriod": "1.0625", "reservation/UnusedRecurringFee": "4.21",
            ], category: .purchase, effective: "5.2725"),
        Line(type: "Fee", category: .purchase, effective: "10"),
        Line(type: "Fee", fields: ["reservation/ReservationARN": "arn:x"], category: .purchase, effective: "0"),
        Line(type: "Tax", category: .tax, effective: "10"),
        Line(type: "Credit", category: .credit, effective: "10"),
        Line(type: "Refund", category: .adjustment, effective: "10"),
        Line(
            type: "Refund", fields: ["lineItem/ProductCode": "ComputeSavingsPlans"], category: .adjustment,
            effective: "0"),
        Line(type: "EdpDiscount", category: .adjustment, effective: "10"),
        Line(type: "BundledDiscount", category: .adjustment, effective: "10"),
    ]

    @Test("billed cost is unblended, effective cost amortised", arguments: lines)
    func amortisation(_ line: Line) throws {
        let text = CURText.of("10", fields: line.fields.merging(["lineItem/LineItemType": line.type]) { $1 })
        let charge = try #require(try charges(text.text, .awsCUR).charges.first)
        #expect(charge.billedCost == 10)
        #expect(charge.effectiveCost == (try decimal(line.effective)))
        #expect(charge.category == line.category)
        #expect(charge.lineType == line.type)
        #expect(charge.isKnownLineType)
    }

    @Test("covered use is listed once: its negation counts 0")
    func listCost() throws {
        var text = CURText()
        text.add("0.34", ["lineItem/LineItemType": "SavingsPlanCoveredUsage", "pricing/publicOnDemandCost": "0.34"])
        text.add("-0.34", ["lineItem/LineItemType": "SavingsPlanNegation"])
        let found = try charges(text.text, .awsCUR).charges
        #expect(found.map { $0.listCost?.description } == ["0.34", "0"])
        #expect(found.map(\.billedCost).sum() == .zero)
    }

    @Test("accounts are text, and AWS ids get their zeros back")
    func accounts() throws {
        var text = CURText()
        let ids = ["12345678901", "012345678901", "0099999999999", "XXXXXXXXXXXX", "1"]
        for id in ids { text.add("1", ["lineItem/UsageAccountId": id, "bill/PayerAccountId": "987654321"]) }
        text.add("1", ["lineItem/UsageAccountId": "", "bill/PayerAccountId": "987654321"])
        let found = try charges(text.text, .awsCUR).charges
        #expect(
            found.map(\.subAccount) == [
                "012345678901", "012345678901", "0099999999999", "XXXXXXXXXXXX", "000000000001", "000987654321",
            ])
        #expect(found.allSatisfy { $0.billingAccount == "000987654321" })
    }

    @Test("tags that differ by case are two tags; empty ones are none")
    func tags() throws {
        var text = CURText()
        text.columns += ["resourceTags/aws:createdBy", "costCategory/Team"]
        text.add(
            "1",
            [
                "resourceTags/user:Project": "Alpha", "resourceTags/user:project": "서울", "costCategory/Team": "a, \"b\"",
            ])
        text.add("1", ["resourceTags/aws:createdBy": "Root"])
        let found = try charges(text.text, .awsCUR).charges
        #expect(found[0].tags.map { "\($0.key)=\($0.value)" } == ["Project=Alpha", "project=서울", "costCategory/Team=a, \"b\""])
        #expect(found[1].tags.map { "\($0.key)=\($0.value)" } == ["aws:createdBy=Root"])
        let wanted = try charges(text.text, .awsCUR, detail: ChargeDetail(hasResources: false, tags: .only(["project"])))
        #expect(wanted.charges.map { $0.tags.map(\.key) } == [["project"], []])
    }

    @Test("the region is the product's, else the availability zone's")
    func region() throws {
        var text = CURText()
        text.add("1", ["product/regionCode": "eu-west-1", "lineItem/AvailabilityZone": "us-east-1a"])
        text.add("1", ["lineItem/AvailabilityZone": "us-east-1a"])
        text.add("1", ["lineItem/AvailabilityZone": "eu-central-1"])
        text.add()
        #expect(try charges(text.text, .awsCUR).charges.map(\.region) == ["eu-west-1", "us-east-1", "eu-central-1", ""])
    }

    @Test("the service has its name, else its code")
    func service() throws {
        var text = CURText()
        text.add()
        text.add("1", ["product/ProductName": "", "lineItem/ProductCode": "AmazonS3"])
        let found = try charges(text.text, .awsCUR).charges
        #expect(found.map(\.service) == ["Amazon Elastic Compute Cloud", "AmazonS3"])
        #expect(found.map(\.serviceCode) == ["AmazonEC2", "AmazonS3"])
    }

    @Test("the billing period is the month in which it starts, and days of use stay inside it")
    func period() throws {
        var text = CURText()
        text.add("1", ["lineItem/UsageStartDate": "2026-02-20T00:00:00.000Z"])
        text.add("1", ["lineItem/UsageStartDate": "2026-03-31 23:59:59"])
        text.add("1", ["lineItem/UsageStartDate": ""])
        let found = try charges(text.text, .awsCUR).charges
        #expect(found.map(\.billingPeriod.description) == Array(repeating: "2026-03-01 – 2026-03-31", count: 3))
        #expect(found.map(\.billingDay.description) == ["2026-03-01", "2026-03-31", "2026-03-01"])
        #expect(found.map(\.chargeDay?.description) == ["2026-02-20", "2026-03-31", nil])
    }

    @Test("shares of a machine among its containers repeat use and have no cost of their own")
    func splitAllocation() throws {
        let text = CURText.of("", fields: ["lineItem/Operation": "EKSPod-EC2", "lineItem/UsageAmount": "0.5"])
        let charge = try #require(try charges(text.text, .awsCUR).charges.first)
        #expect(charge.billedCost == .zero)
        #expect(charge.quantity == nil)
    }

    @Test("a line type that is not known is kept as money, and reported once")
    func unknownType() throws {
        var text = CURText()
        text.add()
        for cost in ["1.5", "-0.25"] { text.add(cost, ["lineItem/LineItemType": "MoonDiscount"]) }
        let (found, reading) = try charges(text.text, .awsCUR)
        #expect(found.map(\.isKnownLineType) == [true, false, false])
        #expect(found.map(\.category) == [.usage, .adjustment, .adjustment])
        #expect(
            reading.findings.map(\.rendered) == [
                """
                bill.csv:3: warning[unknown-line-type]: the line type "MoonDiscount" is not known
                  = kept as an adjustment: 2 rows, 1.25 USD
                """
            ])
    }

    @Test("columns outside the report's categories are named once")
    func unknownColumns() throws {
        var text = CURText()
        text.columns += ["noTags/user:app", "noTags/user:env"]
        text.add()
        #expect(
            try charges(text.text, .awsCUR).reading.findings.map(\.message) == [
                "columns that nothing uses: \"noTags/user:app\", \"noTags/user:env\""
            ])
    }

    @Test("columns may come in any order and differ by case")
    func columnOrder() throws {
        var text = CURText()
        text.columns = text.columns.reversed().map { $0 == "reservation/ReservationARN" ? "reservation/ReservationArn" : $0 }
        text.add("10", ["lineItem/LineItemType": "Fee", "reservation/ReservationArn": "arn:x"])
        let charge = try #require(try charges(text.text, .awsCUR).charges.first)
        #expect(charge.billedCost == 10)
        #expect(charge.effectiveCost == .zero)
    }

    @Test("without a column that billing needs the file is refused", arguments: ["lineItem/UnblendedCost", "lineItem/CurrencyCode"])
    func missingColumn(_ column: String) throws {
        var text = CURText()
        text.columns.removeAll { $0 == column }
        text.add()
        let (_, reading) = try charges(text.text, .awsCUR)
        #expect(reading.report.status == .refused)
        #expect(reading.report.rowsRead == 0)
        #expect(reading.findings.map(\.code) == [.missingField])
        #expect(reading.findings.first?.message.hasSuffix("found none named \(column)") == true)
    }

    @Test("a cost column that stands there twice is refused: which one counts is not known")
    func repeatedColumn() throws {
        var text = CURText()
        text.columns.append("lineItem/UnblendedCost")
        text.add()
        let (_, reading) = try charges(text.text, .awsCUR)
        #expect(reading.report.status == .refused)
        #expect(reading.findings.map(\.message) == ["expected the column lineItem/UnblendedCost once, found it twice"])
    }
}
