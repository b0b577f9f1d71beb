import Foundation

/// A bill of any format, row by row: what a row does not say is as usual.
struct BillText {
    var columns: [String]
    var usual: [String: String]
    var lineEnd = "\n"
    private(set) var rows: [[String]] = []

    init(_ usual: [(String, String)]) {
        columns = usual.map(\.0)
        self.usual = Dictionary(uniqueKeysWithValues: usual)
    }

    mutating func add(_ fields: [String: String] = [:]) {
        rows.append(columns.map { fields[$0] ?? usual[$0] ?? "" })
    }

    /// One row for each of `fields`.
    func of(_ fields: [String: String]...) -> BillText {
        var text = self
        for row in fields { text.add(row) }
        return text
    }

    func without(_ names: String...) -> BillText {
        var text = self
        text.columns.removeAll { names.contains($0) }
        return text
    }

    func with(_ column: String, _ value: String = "") -> BillText {
        var text = self
        text.columns.append(column)
        text.usual[column] = value
        return text
    }

    var text: String {
        ([columns] + rows).map { $0.map(CURText.quoted).joined(separator: ",") + lineEnd }.joined()
    }
}

extension BillText {
    static let athena = BillText([
        ("bill_payer_account_id", "12345678901"), ("bill_billing_period_start_date", "2026-03-01T00:00:00.000Z"),
        ("line_item_usage_account_id", "111122223333"), ("line_item_line_item_type", "Usage"),
        ("line_item_usage_start_date", "2026-03-02T05:00:00.000Z"), ("line_item_product_code", "AmazonEC2"),
        ("line_item_usage_type", "BoxUsage"), ("line_item_usage_amount", "1"), ("line_item_currency_code", "USD"),
        ("line_item_unblended_cost", "10"), ("line_item_availability_zone", "eu-west-1b"),
        ("product_product_name", "Amazon Elastic Compute Cloud"), ("pricing_public_on_demand_cost", ""),
        ("reservation_effective_cost", ""), ("reservation_reservation_a_r_n", ""),
        ("reservation_unused_amortized_upfront_fee_for_billing_period", ""), ("reservation_unused_recurring_fee", ""),
        ("savings_plan_savings_plan_effective_cost", ""), ("savings_plan_total_commitment_to_date", ""),
        ("savings_plan_used_commitment", ""), ("resource_tags_user_project", "atlas"), ("year", "2026"), ("month", "3"),
    ])

    static let cur2: BillText = {
        let product =
            "{\"product_name\": \"Amazon Elastic Compute Cloud\", \"region_code\": \"us-east-1\", \"sku\": \"S1\"}"
        return athena.without("product_product_name", "resource_tags_user_project", "year", "month")
            .with("product", product).with("resource_tags", "{}").with("cost_category", "{}").with("discount", "{}")
            .with("discount_total_discount")
    }()

    static let monthly = BillText([
        ("InvoiceID", "77"), ("PayerAccountId", "999900001111"), ("LinkedAccountId", ""),
        ("RecordType", "PayerLineItem"), ("BillingPeriodStartDate", "2026/03/01 0:00:00"),
        ("BillingPeriodEndDate", "2026/03/31 23:59:59"), ("InvoiceDate", "2026/04/03 12:05:29"),
        ("ProductCode", "AmazonEC2"), ("ProductName", "Amazon Elastic Compute Cloud"),
        ("UsageType", "APN1-BoxUsage:m3.large"), ("RateId", "1"), ("UsageStartDate", "2026/03/01 00:00:00"),
        ("UsageEndDate", "2026/03/31 23:59:59"), ("UsageQuantity", "720"), ("CurrencyCode", "USD"),
        ("CostBeforeTax", ""), ("Credits", "0"), ("TaxAmount", "0"), ("TotalCost", "10"),
    ])

    static func linked(_ account: String, _ cost: String) -> [String: String] {
        ["RecordType": "LinkedLineItem", "LinkedAccountId": account, "TotalCost": cost]
    }

    /// A row of a kind that stands behind the lines.
    static func trailer(_ kind: String, _ cost: String) -> [String: String] {
        [
            "RecordType": kind, "TotalCost": cost, "ProductName": "", "ProductCode": "", "UsageType": "", "RateId": "",
            "UsageStartDate": "", "UsageQuantity": "",
        ]
    }

    /// 5,796.63 as in the real file that the facts on provider formats quote, in two accounts.
    static let monthlySample = monthly.of(
        ["TotalCost": "5796.63"], linked("111122223333", "5000.5"), linked("444455556666", "796.037362"),
        trailer("CBRounding", "0.092638"), trailer("InvoiceTotal", "5796.63"),
        trailer("AccountTotal", "5000.5"), trailer("StatementTotal", "5796.63"), trailer("EstimatedDisclaimer", ""))

    static let payAsYouGo = BillText([
        ("SubscriptionGuid", "0039DE71-ca37-4a17-a104-17665a50e7fc"), ("ResourceGroup", "web"),
        ("ResourceLocation", "US East 2"), ("UsageDateTime", "2026-03-02"), ("MeterCategory", "Storage"),
        ("MeterId", "0fc067a1"), ("MeterRegion", ""), ("UsageQuantity", "3"), ("ResourceRate", "0.025"),
        ("PreTaxCost", "0.075"), ("ConsumedService", "Microsoft.Storage"), ("InstanceId", "/subscriptions/x"),
        ("Tags", ""), ("Currency", "USD"), ("UnitOfMeasure", "100 Hours"),
    ])

    static let ea = BillText([
        ("BillingAccountId", "8611537"), ("BillingPeriodStartDate", "03/01/2026"),
        ("BillingPeriodEndDate", "03/31/2026"), ("BillingProfileId", "8611537"),
        ("SubscriptionId", "11111111-AAAA-4bbb-8ccc-000000000001"), ("Date", "03/04/2026"), ("PartNumber", "AAA-1"),
        ("MeterId", "8e5e7b47"), ("MeterCategory", "Virtual Machines"), ("MeterRegion", "US West"), ("Quantity", "2"),
        ("Cost", "10"), ("BillingCurrency", "USD"), ("ResourceLocation", "EastUS"),
        ("ConsumedService", "Microsoft.Compute"), ("ResourceId", "/subscriptions/x/vm"), ("Tags", ""),
        ("UnitOfMeasure", "1 Hour"), ("ReservationId", ""), ("ChargeType", "Usage"), ("PayGPrice", "6"),
        ("PricingModel", "OnDemand"),
    ])

    static let mca = BillText([
        ("invoiceId", "G001"), ("billingAccountId", "3c100a8a:abcd_2019-05-31"), ("billingProfileId", "NF5V-BI6B"),
        ("billingPeriodEndDate", "03/31/2026"), ("billingPeriodStartDate", "03/01/2026"), ("date", "3/4/2026"),
        ("meterId", "e551b461"), ("meterCategory", "Storage"), ("meterRegion", ""), ("ProductId", "DZH318Z0BNZJ"),
        ("subscriptionId", "11111111-aaaa-4bbb-8ccc-000000000001"), ("InstanceName", "/subscriptions/x/disk"),
        ("resourceLocation", "eastus"), ("quantity", "0.3"), ("unitOfMeasure", "10 GB"), ("chargeType", "Usage"),
        ("billingCurrency", "EUR"), ("pricingCurrency", "USD"), ("costInBillingCurrency", "5.18077648E-07"),
        ("costInPricingCurrency", "1"), ("paygCostInBillingCurrency", "6.47597060250e-07"), ("reservationId", ""),
        ("tags", ""), ("payGPrice", "2"),
    ])
}
