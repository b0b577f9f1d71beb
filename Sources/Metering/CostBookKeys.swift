import BillingTerms
import Catalog
import Importing

// By what costs are summed up. Texts of bills are compared byte by byte: two spellings that Unicode takes for the same
// are two in the files.

typealias BillText = Identifier<CostBook>

struct CostKey: Hashable, Comparable {
    let customer: CustomerID
    let project: ProjectID
    let serviceAccount: ServiceAccountID
    let provider: BillText
    let account: BillText
    let service: BillText
    let region: BillText
    let category: ChargeCategory
    let currency: Currency
    let day: CalendarDay

    init(
        _ charge: ProviderCharge, owner: CostAssignment.Owner, serviceAccount: ServiceAccountID, day: CalendarDay
    ) {
        customer = owner.customer
        project = owner.project
        self.serviceAccount = serviceAccount
        provider = BillText(charge.provider)
        account = BillText(charge.subAccount)
        service = BillText(charge.service)
        region = BillText(charge.region)
        category = charge.category
        currency = charge.currency
        self.day = day
    }

    static func < (left: CostKey, right: CostKey) -> Bool {
        let a = (left.customer, left.project, left.provider, left.account, left.service, left.region)
        let b = (right.customer, right.project, right.provider, right.account, right.service, right.region)
        if a != b { return a < b }
        return (left.category.rawValue, left.currency, left.day, left.serviceAccount)
            < (right.category.rawValue, right.currency, right.day, right.serviceAccount)
    }

    func cost(_ sums: CostSums) -> Cost {
        Cost(
            customer: customer, project: project, serviceAccount: serviceAccount, provider: provider.text,
            service: service.text, account: account.text, region: region.text, category: category, currency: currency,
            day: day, rowCount: sums.rowCount, billed: sums.billed.value, effective: sums.effective.value,
            list: sums.list.value, contracted: sums.contracted.value)
    }
}

struct CostSums: Sendable {
    var rowCount = 0
    var billed = ExactSum()
    var effective = ExactSum()
    var list = ExactSum()
    var contracted = ExactSum()
    /// Some charges are no rows of their own, so that there may be a sum without rows.
    private(set) var hasCharges = false

    init() {}

    /// Of one charge. A row without a list or contracted cost counts with its billed cost.
    init(_ charge: borrowing ProviderCharge) {
        if !charge.continuesRow { rowCount = 1 }
        hasCharges = true
        billed += charge.billedCost
        effective += charge.effectiveCost
        if let cost = charge.listCost { list += cost } else { list = billed }
        if let cost = charge.contractedCost { contracted += cost } else { contracted = billed }
    }

    static func += (sums: inout CostSums, other: CostSums) {
        sums.rowCount += other.rowCount
        sums.hasCharges = sums.hasCharges || other.hasCharges
        sums.billed += other.billed
        sums.effective += other.effective
        sums.list += other.list
        sums.contracted += other.contracted
    }

    func sum(_ column: CostColumn) -> ExactSum {
        switch column {
        case .billed: billed
        case .effective: effective
        case .list: list
        case .contracted: contracted
        }
    }
}

struct UnassignedKey: Hashable, Comparable {
    let provider: BillText
    let account: BillText
    let service: BillText
    let currency: Currency

    init(_ charge: ProviderCharge) {
        provider = BillText(charge.provider)
        account = BillText(charge.subAccount)
        service = BillText(charge.service)
        currency = charge.currency
    }

    static func < (left: UnassignedKey, right: UnassignedKey) -> Bool {
        (left.provider, left.account, left.service, left.currency)
            < (right.provider, right.account, right.service, right.currency)
    }

    func cost(_ sums: CostSums) -> UnassignedCost {
        UnassignedCost(
            provider: provider.text, account: account.text, service: service.text, currency: currency,
            rowCount: sums.rowCount, billed: sums.billed.value)
    }
}

/// An account's unassigned cost in one currency, whatever the service.
struct UnassignedAccount: Hashable, Comparable {
    let provider: BillText
    let account: BillText
    let currency: Currency

    init(_ cost: UnassignedCost) {
        provider = BillText(cost.provider)
        account = BillText(cost.account)
        currency = cost.currency
    }

    static func < (left: UnassignedAccount, right: UnassignedAccount) -> Bool {
        (left.provider, left.account, left.currency) < (right.provider, right.account, right.currency)
    }
}
