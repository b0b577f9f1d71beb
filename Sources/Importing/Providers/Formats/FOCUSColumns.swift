/// The columns of the FinOps Open Cost and Usage Specification, by the version that brought them (FOCUS_Spec, tags v1.0
/// to v1.2; FOCUS 1.3 as in the sample data of its working group).
enum FOCUSColumns {
    /// Whether some version has a column of this name. Letters' case is not minded, see `ProviderHeader.column`.
    static func isKnown(_ name: String) -> Bool { known.contains(name.lowercased()) }

    /// Providers' own columns are named `x_…` and mean what the provider says.
    static func isExtension(_ name: String) -> Bool { name.hasPrefix("x_") }

    private static let known: Set<String> = {
        let lists = [version1_0, version1_1, version1_2, version1_3]
        return Set(lists.flatMap { $0.split(whereSeparator: \.isWhitespace) }.map { $0.lowercased() })
    }()

    private static let version1_0 = """
        AvailabilityZone BilledCost BillingAccountId BillingAccountName BillingCurrency BillingPeriodEnd
        BillingPeriodStart ChargeCategory ChargeClass ChargeDescription ChargeFrequency ChargePeriodEnd
        ChargePeriodStart CommitmentDiscountCategory CommitmentDiscountId CommitmentDiscountName
        CommitmentDiscountStatus CommitmentDiscountType ConsumedQuantity ConsumedUnit ContractedCost
        ContractedUnitPrice EffectiveCost InvoiceIssuerName ListCost ListUnitPrice PricingCategory PricingQuantity
        PricingUnit ProviderName PublisherName RegionId RegionName ResourceId ResourceName ResourceType
        ServiceCategory ServiceName SkuId SkuPriceId SubAccountId SubAccountName Tags
        """

    private static let version1_1 = """
        CapacityReservationId CapacityReservationStatus CommitmentDiscountQuantity CommitmentDiscountUnit
        ServiceSubcategory SkuMeter SkuPriceDetails
        """

    private static let version1_2 = """
        BillingAccountType InvoiceId PricingCurrency PricingCurrencyContractedUnitPrice
        PricingCurrencyEffectiveCost PricingCurrencyListUnitPrice SubAccountType
        """

    private static let version1_3 = """
        AllocatedMethodDetails AllocatedMethodId AllocatedResourceId AllocatedResourceName AllocatedTags
        ContractApplied HostProviderName ServiceProviderName
        """
}
