import BillingTerms
import Catalog
import FileFormats
import Importing
import Metering
import Testing

/// AWS Data Exports (CUR 2.0), and the legacy report as Athena names it, rule by rule, on invented rows.
@Suite struct ProviderCUR2Tests {
    private func first(_ text: BillText, _ format: ProviderFormat) throws -> ProviderCharge {
        try #require(try charges(text.text, format).charges.first)
    }

    @Test("maps tell CUR 2.0 from the renamed legacy report")
    func detection() {
        #expect(ProviderFormat(header: BillText.athena.columns) == .awsCUR)
        #expect(ProviderFormat(header: BillText.cur2.columns) == .awsDataExport)
        for map in ["product", "resource_tags", "cost_category"] {
            #expect(ProviderFormat(header: ["line_item_unblended_cost", map]) == .awsDataExport)
        }
    }

    @Test("a renamed legacy report is read like the other")
    func athena() throws {
        let charge = try first(BillText.athena.of([:]), .awsCUR)
        #expect(charge.billingAccount == "012345678901")
        #expect(charge.subAccount == "111122223333")
        #expect(charge.service == "Amazon Elastic Compute Cloud")
        #expect(charge.region == "eu-west-1")
        #expect(charge.billingPeriod.description == "2026-03-01 – 2026-03-31")
        #expect(charge.chargeDay?.description == "2026-03-02")
        #expect(charge.tags.map { "\($0.key)=\($0.value)" } == ["project=atlas"])
    }

    @Test("effective cost is amortised under both sets of names", arguments: ProviderCURTests.lines)
    func amortisation(_ line: ProviderCURTests.Line) throws {
        let names = [
            "reservation/EffectiveCost": "reservation_effective_cost",
            "reservation/ReservationARN": "reservation_reservation_a_r_n",
            "reservation/UnusedAmortizedUpfrontFeeForBillingPeriod":
                "reservation_unused_amortized_upfront_fee_for_billing_period",
            "reservation/UnusedRecurringFee": "reservation_unused_recurring_fee",
            "savingsPlan/SavingsPlanEffectiveCost": "savings_plan_savings_plan_effective_cost",
            "savingsPlan/TotalCommitmentToDate": "savings_plan_total_commitment_to_date",
            "savingsPlan/UsedCommitment": "savings_plan_used_commitment",
            "lineItem/ProductCode": "line_item_product_code",
        ]
        var fields = ["line_item_line_item_type": line.type]
        for (name, value) in line.fields { fields[names[name] ?? name] = value }
        for (text, format) in [(BillText.athena, ProviderFormat.awsCUR), (.cur2, .awsDataExport)] {
            let charge = try first(text.of(fields), format)
            #expect(charge.billedCost == 10)
            #expect(charge.effectiveCost == (try decimal(line.effective)))
            #expect(charge.category == line.category)
        }
    }

    @Test("service, region and SKU come from the product's map where the export has no column of them")
    func product() throws {
        let charge = try first(BillText.cur2.of([:]), .awsDataExport)
        #expect([charge.service, charge.region, charge.sku] == ["Amazon Elastic Compute Cloud", "us-east-1", "S1"])
        let named = BillText.cur2.with("product_product_name", "EC2").with("product_region_code", "eu-central-1")
            .with("product_sku", "S2")
        let own = try first(named.of([:]), .awsDataExport)
        #expect([own.service, own.region, own.sku] == ["EC2", "eu-central-1", "S2"])
        let without = try first(BillText.cur2.of(["product": "{}"]), .awsDataExport)
        #expect([without.service, without.region, without.sku] == ["AmazonEC2", "eu-west-1", "BoxUsage"])
    }

    @Test("rows that differ by their product's map alone have each their own service")
    func products() throws {
        let names = ["A", "B", "A", "B"]
        var text = BillText.cur2
        for name in names { text.add(["product": "{\"product_name\": \"\(name)\", \"sku\": \"\(text.rows.count)\"}"]) }
        let found = try charges(text.text, .awsDataExport)
        #expect(found.charges.map(\.service) == names)
        #expect(found.charges.map(\.sku) == ["0", "1", "2", "3"])
        #expect(found.reading.groupCount == 2)
    }

    @Test("tags with either mark of people's own tags, and cost categories")
    func tags() throws {
        let text = BillText.cur2.of([
            "resource_tags":
                "{\"user_project\": \"alpha\", \"user:Team\": \"a \\\"b\\\"\", \"aws_createdby\": \"root\"}",
            "cost_category": "{\"Unit\": \"서울\"}",
        ])
        let charge = try first(text, .awsDataExport)
        #expect(
            charge.tags.map { "\($0.key)=\($0.value)" } == [
                "project=alpha", "Team=a \"b\"", "aws_createdby=root", "costCategory/Unit=서울",
            ])
        let wanted = ChargeDetail(hasResources: false, tags: .only(["project"]))
        #expect(
            try charges(text.text, .awsDataExport, detail: wanted).charges.map { $0.tags.map(\.key) } == [["project"]])
    }

    @Test("tags of one row never stay on the next, and what is no object is reported")
    func tagsOfRows() throws {
        let text = BillText.cur2.of(["resource_tags": "{\"user_a\": \"1\"}"], [:], ["resource_tags": "a=1"])
        let (found, reading) = try charges(text.text, .awsDataExport)
        #expect(found.map { $0.tags.map(\.key) } == [["a"], [], []])
        #expect(reading.findings.map(\.code) == [.malformedRecord])
        #expect(reading.report.rowsKept == 3)
    }

    @Test("an export of three columns, in any order: the month is that of use, the currency USD, and that is said")
    func fewColumns() throws {
        let text = BillText([
            ("line_item_usage_start_date", "2026-03-31T23:00:00Z"), ("line_item_unblended_cost", "1.5"),
            ("resource_tags", ""), ("line_item_usage_account_id", "1"),
        ])
        let april = ["line_item_usage_start_date": "2026-04-01T00:00:00Z"]
        for (text, format) in [(text, ProviderFormat.awsDataExport), (text.without("resource_tags"), .awsCUR)] {
            let text = text.of([:], april)
            let (found, reading) = try charges(text.text, format)
            #expect(found.map(\.subAccount) == ["000000000001", "000000000001"])
            #expect(found.map(\.billingPeriod.start.description) == ["2026-03-01", "2026-04-01"])
            #expect(found.map(\.currency.code) == ["USD", "USD"])
            #expect(
                found.allSatisfy { $0.category == .usage && $0.isKnownLineType && $0.effectiveCost == $0.billedCost })
            #expect(
                reading.findings.map(\.rendered) == [
                    """
                    bill.csv:1: warning[bad-currency]: expected the currency in line_item_currency_code, found no such \
                    column
                      = taken as USD, in which AWS bills; add the column to the export
                    """
                ])
        }
    }

    @Test("a row without a period has the month of its use; without that, Athena's partition")
    func periods() throws {
        let text = BillText.athena.of(
            ["bill_billing_period_start_date": "", "line_item_usage_start_date": "2026-02-10T00:00:00Z"],
            ["bill_billing_period_start_date": "", "line_item_usage_start_date": "", "month": "04"],
            ["bill_billing_period_start_date": "", "line_item_usage_start_date": "", "month": ""])
        let (found, reading) = try charges(text.text, .awsCUR)
        #expect(found.map(\.billingPeriod.start.description) == ["2026-02-01", "2026-04-01"])
        #expect(reading.quarantine.map(\.code) == [.badTime])
        #expect(reading.quarantine.map(\.cost) == [10])
    }

    @Test("without an account or anything that tells the month the file is refused")
    func missingColumns() throws {
        for column in ["line_item_usage_account_id", "line_item_usage_start_date"] {
            let header = "line_item_unblended_cost,product,\(column)"
            let (_, reading) = try charges(header + "\n1,{},1\n", .awsDataExport)
            #expect(reading.report.status == .refused)
            #expect(reading.findings.map(\.code) == [.missingField])
        }
    }

    @Test("discounts in columns of their own are no lines: the bill is before them, and a finding says by how much")
    func discounts() throws {
        let text = BillText.cur2.of(
            ["discount_total_discount": "-0.5"], ["discount_total_discount": "-0.25"],
            ["line_item_line_item_type": "EdpDiscount", "line_item_unblended_cost": "-1"])
        let (found, reading) = try charges(text.text, .awsDataExport)
        #expect(found.map(\.billedCost).sum() == 19)
        #expect(
            reading.findings.map(\.rendered) == [
                """
                bill.csv: warning[bill-differs]: expected discounts as lines of their own, found -0.75 USD in columns
                  = billed cost is before these discounts
                  = make the export with "manual discount compatibility", and the discounts are billed too
                """
            ])
    }

    @Test("data files with addresses or with relative paths; two months of one export are two bills")
    func dataFiles() throws {
        let folder = try InboxFolder()
        for (month, prefix) in [("2026-03", "s3://bucket/exports/e/"), ("2026-04", "")] {
            let path = "data/BILLING_PERIOD=\(month)/e-00001.csv"
            try folder.write(
                "e/metadata/BILLING_PERIOD=\(month)/e-Manifest.json",
                "{\"reportName\": \"e\", \"dataFiles\": [\"\(prefix)\(path)\"]}")
            try folder.write(
                "e/" + path, BillText.cur2.of(["bill_billing_period_start_date": "\(month)-01T00:00:00Z"]).text)
        }
        let bills = folder.costs()
        #expect(bills.reports.filter { $0.status != .imported } == [])
        #expect(bills.book.controlTotals.map(\.read) == [20])
    }

    @Test("bare names in the manifests of two months: the folder tells the month")
    func bareNames() throws {
        let folder = try InboxFolder()
        for month in ["2026-03", "2026-04"] {
            try folder.write(
                "e/BILLING_PERIOD=\(month)/e-Manifest.json", "{\"dataFiles\": [\"e-00001.csv\"], \"m\": \"\(month)\"}")
            try folder.write(
                "e/BILLING_PERIOD=\(month)/e-00001.csv",
                BillText.cur2.of(["bill_billing_period_start_date": "\(month)-01T00:00:00Z"]).text)
        }
        #expect(folder.costs().book.controlTotals.map(\.read) == [20])
    }

    @Test("a manifest that nothing dates replaces no other: the rows tell the month")
    func undated() throws {
        let folder = try InboxFolder()
        for (place, month, cost) in [("x", "2026-03", "1"), ("y", "2026-04", "2"), ("z", "2026-04", "4")] {
            try folder.write(
                "\(place)/e-Manifest.json", "{\"reportName\": \"e\", \"dataFiles\": [\"e-00001.csv\"], \"n\": \(cost)}",
                day: place == "z" ? 9 : 1)
            let fields = ["bill_billing_period_start_date": "\(month)-01T00:00:00Z", "line_item_unblended_cost": cost]
            try folder.write("\(place)/e-00001.csv", BillText.cur2.of(fields).text)
        }
        #expect(folder.costs().book.controlTotals.map(\.read) == [5])
    }

    @Test("discounts in the map alone count the same")
    func discountMap() throws {
        let text = BillText.cur2.without("discount_total_discount").of(["discount": "{\"edp\": -1.5, \"note\": \"x\"}"])
        let (found, reading) = try charges(text.text, .awsDataExport)
        #expect(found.map(\.billedCost) == [10])
        #expect(reading.findings.map(\.code) == [.billDiffers])
    }

    @Test("a legacy report and CUR 2.0 of one month are the same money")
    func twoFormats() throws {
        let folder = try InboxFolder()
        try folder.write("cur.csv", CURText.of("1").text, day: 3)
        try folder.write("cur2.csv", BillText.cur2.of([:]).text, day: 4)
        #expect(folder.costs().book.controlTotals.map(\.read) == [10])
    }
}
