import BillingTerms
import Catalog

/// One row of a provider's bill, in the terms of FOCUS (FinOps Open Cost and Usage Specification 1.2), whatever the
/// format it came from. Costs carry every digit of the file.
package struct ProviderCharge: Sendable {
    /// `aws`, `azure`, `google`, …: lower case, as in `accounts.yaml`.
    package var provider: String
    /// Who pays the provider (AWS payer, FOCUS BillingAccountId).
    package var billingAccount: String
    /// Where the cost arose (AWS usage account, FOCUS SubAccountId); the billing account where a bill has no other.
    package var subAccount: String
    /// The service's name as the provider prints it (FOCUS ServiceName, AWS product/ProductName).
    package var service: String
    /// The provider's short code of the service where it has one (AWS lineItem/ProductCode, `AmazonEC2`).
    package var serviceCode: String
    package var region: String
    package var sku: String
    package var resource: String
    /// Azure's folder of resources, as written; empty for other providers.
    package var resourceGroup: String
    package var category: ChargeCategory
    /// FOCUS ChargeClass `Correction`: it corrects an earlier, already invoiced period.
    package var isCorrection: Bool
    /// The provider's own word for the kind of line, as written.
    package var lineType: String
    /// False for a line type that billwright does not know: money all the same, and reported.
    package var isKnownLineType: Bool
    /// The month that the provider invoices this in.
    package var billingPeriod: ServicePeriod
    /// The day of use in UTC; nil when the file has none.
    package var chargeDay: CalendarDay?
    package var quantity: ExactDecimal?
    package var unit: String
    /// What is on the provider's invoice. The sum of this column is the invoice; effective cost is never added to it.
    package var billedCost: ExactDecimal
    /// Amortised: what the use cost with commitments spread over the time they cover.
    package var effectiveCost: ExactDecimal
    package var listCost: ExactDecimal?
    package var contractedCost: ExactDecimal?
    package var currency: Currency
    package var tags: [(key: String, value: String)]
    package var invoiceID: String
    /// The line of the file on which the row begins.
    package var line: Int
    /// The first instant of use or of the charge's period; nil when the file has none.
    package var chargeStart: Timestamp?
    /// Stands for provider, accounts, service, region, category, line type, currency and billing period: charges of one
    /// file with the same number have the same texts there. What sums them up need not compare the texts.
    package var group: Int
    /// A further charge of the row before, such as a credit that stands beside a cost: it is no row of its own.
    package var continuesRow = false

    package init(
        provider: String, billingAccount: String, subAccount: String, service: String,
        serviceCode: String = "", region: String = "", sku: String = "", resource: String = "",
        resourceGroup: String = "",
        category: ChargeCategory, isCorrection: Bool = false,
        lineType: String = "", isKnownLineType: Bool = true, billingPeriod: ServicePeriod, chargeDay: CalendarDay?,
        quantity: ExactDecimal? = nil, unit: String = "", billedCost: ExactDecimal, effectiveCost: ExactDecimal,
        listCost: ExactDecimal? = nil, contractedCost: ExactDecimal? = nil, currency: Currency,
        tags: [(key: String, value: String)] = [], invoiceID: String = "", line: Int, chargeStart: Timestamp? = nil,
        group: Int = 0
    ) {
        self.provider = provider
        self.billingAccount = billingAccount
        self.subAccount = subAccount
        self.service = service
        self.serviceCode = serviceCode
        self.region = region
        self.sku = sku
        self.resource = resource
        self.resourceGroup = resourceGroup
        self.category = category
        self.isCorrection = isCorrection
        self.lineType = lineType
        self.isKnownLineType = isKnownLineType
        self.billingPeriod = billingPeriod
        self.chargeDay = chargeDay
        self.quantity = quantity
        self.unit = unit
        self.billedCost = billedCost
        self.effectiveCost = effectiveCost
        self.listCost = listCost
        self.contractedCost = contractedCost
        self.currency = currency
        self.tags = tags
        self.invoiceID = invoiceID
        self.line = line
        self.chargeStart = chargeStart
        self.group = group
    }

    /// The day on which the charge counts for our own invoices: the day of use, moved into the provider's billing month.
    /// A correction of September on October's bill is billed with October, so that our control total meets the
    /// provider's invoice.
    package var billingDay: CalendarDay {
        guard let chargeDay else { return billingPeriod.start }
        return min(max(chargeDay, billingPeriod.start), billingPeriod.lastDay)
    }
}
