import BillingTerms
import Catalog

/// One row of a provider's bill, in the terms of FOCUS (FinOps Open Cost and Usage Specification 1.2), whatever the
/// format it came from. Costs carry every digit of the file.
package struct ProviderCharge: Sendable {
    /// What it has in common with others of its file.
    var common: ChargeGroup.Shared
    /// Stands for the texts, currency and billing period that are in common: charges of one file with the same number have
    /// the same there. What sums them up need not compare texts.
    package internal(set) var group: Int

    package var sku = ""
    package var resource = ""
    /// Azure's folder of resources, as written; empty for other providers.
    package var resourceGroup = ""
    /// FOCUS ChargeClass `Correction`: it corrects an earlier, already invoiced period.
    package var isCorrection = false
    /// The day of use in UTC; nil when the file has none.
    package var chargeDay: CalendarDay?
    package var quantity: ExactDecimal?
    package var unit = ""
    /// What is on the provider's invoice. The sum of this column is the invoice; effective cost is never added to it.
    package var billedCost = ExactDecimal.zero
    /// Amortised: what the use cost with commitments spread over the time they cover.
    package var effectiveCost = ExactDecimal.zero
    package var listCost: ExactDecimal?
    package var contractedCost: ExactDecimal?
    package var tags: [(key: String, value: String)] = []
    package var invoiceID = ""
    /// The line of the file on which the row begins.
    package var line = 0
    /// The first instant of use or of the charge's period; nil when the file has none.
    package var chargeStart: Timestamp?
    /// A further charge of the row before, such as a credit that stands beside a cost: it is no row of its own.
    package var continuesRow = false

    init(_ common: ChargeGroup.Shared, number: Int) {
        self.common = common
        group = number
    }

    /// Becomes a charge of another group; what each row has of its own stays.
    mutating func move(to common: ChargeGroup.Shared, number: Int) {
        self.common = common
        group = number
    }

    /// `aws`, `azure`, `google`, …: lower case, as in `accounts.yaml`.
    package var provider: String { common.group.provider }
    /// Who pays the provider (AWS payer, FOCUS BillingAccountId).
    package var billingAccount: String { common.group.billingAccount }
    /// Where the cost arose (AWS usage account, FOCUS SubAccountId); the billing account where a bill has no other.
    package var subAccount: String { common.group.subAccount }
    /// The service's name as the provider prints it (FOCUS ServiceName, AWS product/ProductName).
    package var service: String { common.group.service }
    /// The provider's short code of the service where it has one (AWS lineItem/ProductCode, `AmazonEC2`).
    package var serviceCode: String { common.group.serviceCode }
    package var region: String { common.group.region }
    package var category: ChargeCategory { common.group.category }
    /// The provider's own word for the kind of line, as written.
    package var lineType: String { common.group.lineType }
    /// False for a line type that billwright does not know: money all the same, and reported.
    package var isKnownLineType: Bool { common.group.isKnownLineType }
    /// The month that the provider invoices this in.
    package var billingPeriod: ServicePeriod { common.group.billingPeriod }
    package var currency: Currency { common.group.currency }

    /// The day on which the charge counts for our own invoices: the day of use, moved into the provider's billing month.
    /// A correction of September on October's bill is billed with October, so that our control total meets the
    /// provider's invoice.
    package var billingDay: CalendarDay {
        guard let chargeDay else { return billingPeriod.start }
        return min(max(chargeDay, billingPeriod.start), billingPeriod.lastDay)
    }
}
