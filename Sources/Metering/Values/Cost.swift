import BillingTerms
import Catalog

/// What providers charged for one project, service account, service, region and category on one day, in one currency.
package struct Cost: Hashable, Sendable {
    package var customer: CustomerID
    package var project: ProjectID
    package var serviceAccount: ServiceAccountID
    package var provider: String
    package var service: String
    /// The provider's id of the sub account.
    package var account: String
    package var region: String
    package var category: ChargeCategory
    package var currency: Currency
    /// The day on which the charge is billed (`ProviderCharge.billingDay`).
    package var day: CalendarDay
    package var rowCount: Int
    package var billed: ExactDecimal
    package var effective: ExactDecimal
    /// Rows without a list or contracted cost count with their billed cost.
    package var list: ExactDecimal
    package var contracted: ExactDecimal

    package init(
        customer: CustomerID, project: ProjectID, serviceAccount: ServiceAccountID, provider: String, service: String,
        account: String, region: String, category: ChargeCategory, currency: Currency, day: CalendarDay, rowCount: Int,
        billed: ExactDecimal, effective: ExactDecimal, list: ExactDecimal, contracted: ExactDecimal
    ) {
        self.customer = customer
        self.project = project
        self.serviceAccount = serviceAccount
        self.provider = provider
        self.service = service
        self.account = account
        self.region = region
        self.category = category
        self.currency = currency
        self.day = day
        self.rowCount = rowCount
        self.billed = billed
        self.effective = effective
        self.list = list
        self.contracted = contracted
    }

    package func amount(_ column: CostColumn) -> ExactDecimal {
        switch column {
        case .billed: billed
        case .effective: effective
        case .list: list
        case .contracted: contracted
        }
    }

    package func value(of dimension: CostDimension) -> String {
        switch dimension {
        case .provider: provider
        case .service: service
        case .account: account
        case .region: region
        }
    }
}

/// Provider cost that belongs to nobody: listed and totalled, never billed to the wrong party.
package struct UnassignedCost: Hashable, Sendable, Codable {
    package var provider: String
    package var account: String
    package var service: String
    package var currency: Currency
    package var rowCount: Int
    package var billed: ExactDecimal

    package init(
        provider: String, account: String, service: String, currency: Currency, rowCount: Int, billed: ExactDecimal
    ) {
        self.provider = provider
        self.account = account
        self.service = service
        self.currency = currency
        self.rowCount = rowCount
        self.billed = billed
    }
}

/// Everything that Rating may know of one customer's use and cost: the narrow waist of the program. Another engine could
/// fill it.
package struct CustomerUsage: Sendable {
    /// Sorted by project, meter, dimension values and day.
    package var usage: [Usage]
    /// Sorted by project, provider, account, service, region, category, currency and day.
    package var costs: [Cost]
    /// Sorted by project, item, dimension values and day.
    package var jointUsage: [JointUsage]

    package init(usage: [Usage] = [], costs: [Cost] = [], jointUsage: [JointUsage] = []) {
        self.usage = usage
        self.costs = costs
        self.jointUsage = jointUsage
    }
}
