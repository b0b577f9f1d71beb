import Catalog

extension AzureCostExport {
    /// A kind of charge (FOCUS conformance of Microsoft Cost Management, "ChargeType").
    struct ChargeType {
        /// What a charge says about the view that its file is of, see `CostView`.
        enum Role {
            case usage, purchase, idleCommitment, other
        }

        let name: String
        let category: ChargeCategory
        let role: Role
        let isKnown: Bool

        /// Pay-as-you-go files have use only, and no column for the kind. A kind that is not in the list is an adjustment,
        /// kept as money and reported. Refunds are adjustments too, as in AWS's reports: Azure does not say of what.
        init(_ name: String, isTold: Bool) {
            self.name = name
            let known = isTold ? ChargeType.known[name.lowercased()] : (.usage, .usage)
            isKnown = known != nil
            category = known?.0 ?? .adjustment
            role = known?.1 ?? .other
        }

        private static let known: [String: (ChargeCategory, Role)] = [
            "usage": (.usage, .usage),
            "purchase": (.purchase, .purchase),
            "tax": (.tax, .other),
            "refund": (.adjustment, .purchase),
            "unusedreservation": (.usage, .idleCommitment),
            "unusedsavingsplan": (.usage, .idleCommitment),
            "roundingadjustment": (.adjustment, .other),
        ]
    }

    /// Columns under the names of all three generations; of several the first that is there.
    struct Columns {
        let billingProfile, billingAccount, subscription, meterCategory, consumedService: BoundColumn
        let resourceLocation, meterRegion, location, chargeType, currency, periodStart, periodEnd, day: BoundColumn
        let cost, quantity, unit, paygCost, paygPrice, pricingCurrency, pricingModel, reservation: BoundColumn
        let meter, partNumber, product, resource, resourceGroup, invoice, tags: BoundColumn

        init(_ header: ProviderHeader) {
            func column(_ names: String...) -> BoundColumn {
                header.column(names.first { header.has($0) } ?? names[0])
            }
            billingProfile = column("BillingProfileId")
            billingAccount = column("BillingAccountId")
            subscription = column("SubscriptionId", "SubscriptionGuid")
            meterCategory = column("MeterCategory")
            consumedService = column("ConsumedService")
            resourceLocation = column("ResourceLocation")
            meterRegion = column("MeterRegion")
            location = column("Location")
            chargeType = column("ChargeType")
            currency = column("BillingCurrencyCode", "BillingCurrency", "Currency")
            periodStart = column("BillingPeriodStartDate")
            periodEnd = column("BillingPeriodEndDate")
            day = column("Date", "UsageDateTime", "UsageDate")
            cost = column("CostInBillingCurrency", "PreTaxCost", "Cost")
            quantity = column("Quantity", "UsageQuantity")
            unit = column("UnitOfMeasure")
            paygCost = column("PaygCostInBillingCurrency")
            paygPrice = column("PayGPrice")
            pricingCurrency = column("PricingCurrency")
            pricingModel = column("PricingModel")
            reservation = column("ReservationId")
            meter = column("MeterId")
            partNumber = column("PartNumber")
            product = column("ProductId")
            resource = column("ResourceId", "InstanceId", "InstanceName")
            resourceGroup = column("ResourceGroup", "ResourceGroupName")
            invoice = column("InvoiceId")
            tags = column("Tags")
        }
    }
}
