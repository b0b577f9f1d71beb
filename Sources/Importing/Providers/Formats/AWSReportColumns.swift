import BillingTerms
import FileFormats

/// How a cost and usage report writes the names of its columns.
enum AWSColumnNames {
    /// `lineItem/UsageAccountId`: the files that AWS delivered before Data Exports.
    case slashed
    /// `line_item_usage_account_id`: CUR 2.0, and the legacy report as Athena names its columns.
    case snake

    /// The report's own name for a column of the legacy report.
    func name(_ legacy: String) -> String {
        guard self == .snake else { return legacy }
        var name = ""
        for scalar in legacy.unicodeScalars {
            if scalar == "/" {
                name.append("_")
            } else if scalar.properties.isUppercase {
                // Athena takes abbreviations apart: `SavingsPlanARN` is `savings_plan_a_r_n`.
                if name.last != "_" { name.append("_") }
                name += scalar.properties.lowercaseMapping
            } else {
                name.unicodeScalars.append(scalar)
            }
        }
        return name
    }

    /// What columns may begin with; all others are named in a finding.
    var categories: [String] {
        switch self {
        case .slashed:
            [
                "identity/", "bill/", "lineItem/", "product/", "pricing/", "reservation/", "savingsPlan/",
                "resourceTags/", "costCategory/", "discount/", "splitLineItem/",
            ]
        case .snake:
            [
                "identity_", "bill_", "line_item_", "product", "pricing_", "reservation_", "savings_plan_",
                "resource_tags", "cost_category", "discount", "split_line_item_", "capacity_reservation_", "tags",
                "iam_principal", "billing_period", "year", "month",
            ]
        }
    }
}

extension AWSCostAndUsageReport {
    /// A tag or a cost category as a column of its own.
    struct TagColumn {
        let index: Int
        let key: String

        /// `resourceTags/user:X`, `resource_tags_user_x` and `resource_tags_user:x` have the key behind `user`,
        /// `resourceTags/aws:X` the key `aws:X`, and `costCategory/X` is known by that name in all reports. Keys that
        /// differ by case are two tags.
        static func all(in header: ProviderHeader, wanted: ChargeDetail.Tags) -> [TagColumn] {
            header.names.enumerated().compactMap { index, name in
                guard let key = key(name), wanted.includes(key) else { return nil }
                return TagColumn(index: index, key: key)
            }
        }

        private static func key(_ name: String) -> String? {
            if name.hasPrefix("costCategory/") { return name }
            for prefix in ["cost_category_", "cost_category."] where name.hasPrefix(prefix) {
                return "costCategory/" + name.dropFirst(prefix.count)
            }
            for prefix in ["resourceTags/", "resource_tags_", "resource_tags."] where name.hasPrefix(prefix) {
                return AWSCostAndUsageReport.tagKey(name.dropFirst(prefix.count))
            }
            return nil
        }
    }

    /// The key that people gave a tag, without the mark of their own tags: `user:Team` and, in CUR 2.0 and in Athena,
    /// `user_team` (facts on provider formats, section 2).
    static func tagKey(_ key: some StringProtocol) -> String {
        for prefix in ["user:", "user_"] where key.hasPrefix(prefix) { return String(key.dropFirst(prefix.count)) }
        return String(key)
    }

    struct Columns {
        let payerAccount, usageAccount, lineItemType, productCode, productName, usageType, operation: BoundColumn
        let regionCode, region, availabilityZone, sku, resource, invoice: BoundColumn
        let periodStart, usageStart, usageAmount, unit, currency, unblendedCost, publicCost: BoundColumn
        /// The partitions of a report in Athena.
        let billingPeriod, year, month: BoundColumn

        init(_ header: ProviderHeader, _ names: AWSColumnNames) {
            func column(_ legacy: String) -> BoundColumn { header.column(names.name(legacy)) }
            payerAccount = column("bill/PayerAccountId")
            usageAccount = column("lineItem/UsageAccountId")
            lineItemType = column("lineItem/LineItemType")
            productCode = column("lineItem/ProductCode")
            productName = column("product/ProductName")
            usageType = column("lineItem/UsageType")
            operation = column("lineItem/Operation")
            regionCode = column("product/regionCode")
            region = column("product/region")
            availabilityZone = column("lineItem/AvailabilityZone")
            sku = column("product/sku")
            resource = column("lineItem/ResourceId")
            invoice = column("bill/InvoiceId")
            periodStart = column("bill/BillingPeriodStartDate")
            usageStart = column("lineItem/UsageStartDate")
            usageAmount = column("lineItem/UsageAmount")
            unit = column("pricing/unit")
            unblendedCost = column("lineItem/UnblendedCost")
            publicCost = column("pricing/publicOnDemandCost")
            let ownCurrency = column("lineItem/CurrencyCode")
            currency = ownCurrency.index == nil && names == .snake ? column("pricing/currency") : ownCurrency
            billingPeriod = header.column("billing_period")
            year = header.column("year")
            month = header.column("month")
        }
    }
}
