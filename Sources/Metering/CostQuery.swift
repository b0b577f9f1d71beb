import BillingTerms
import Catalog
import Importing

/// A question about provider costs: which charges, and by what they are to be summed up.
package struct CostQuery: Sendable {
    package var groupings: [CostGrouping]
    /// Days on which charges are billed (`ProviderCharge.billingDay`).
    package var days: ServicePeriod
    package var filter: CostFilter

    package init(groupings: [CostGrouping], days: ServicePeriod, filter: CostFilter = CostFilter()) {
        self.groupings = groupings
        self.days = days
        self.filter = filter
    }
}

/// What costs may be grouped by. Currencies are always kept apart, whatever is asked for.
package enum CostGrouping: Hashable, Sendable {
    case customer, project
    /// The assignment rule that decided whose cost it is.
    case rule
    /// The service account of `accounts.yaml`.
    case serviceAccount
    /// A tag of the service account.
    case accountTag(String)
    case provider, billingAccount, subAccount, service, region, category, currency, resourceGroup, resource
    /// A tag of the charge itself.
    case tag(String)
    case day, month

    /// What is the same for charges of one group, see `ProviderCharge.group`.
    fileprivate func groupValue(_ charge: ProviderCharge, _ account: ServiceAccount?) -> String? {
        switch self {
        case .serviceAccount: account?.id.text
        case .accountTag(let key): account?.tags[key]
        case .provider: charge.provider
        case .billingAccount: charge.billingAccount
        case .subAccount: charge.subAccount
        case .service: charge.service
        case .region: charge.region
        case .category: charge.category.rawValue
        case .currency: charge.currency.code
        case .customer, .project, .rule, .resourceGroup, .resource, .tag, .day, .month: nil
        }
    }

    /// What each row has of its own; nil for what is no text of the row.
    fileprivate func rowValue(_ charge: ProviderCharge) -> String? {
        switch self {
        case .resourceGroup: charge.resourceGroup
        case .resource: charge.resource
        case .tag(let key): charge.tags.first { $0.key.utf8.elementsEqual(key.utf8) }?.value ?? ""
        default: nil
        }
    }

    fileprivate var isOfRow: Bool {
        switch self {
        case .resourceGroup, .resource, .tag: true
        default: false
        }
    }

    fileprivate var detail: ChargeDetail {
        switch self {
        case .resourceGroup, .resource: ChargeDetail(hasResources: true, tags: .only([]))
        case .tag(let key): ChargeDetail(hasResources: false, tags: .only([key]))
        default: ChargeDetail(hasResources: false, tags: .only([]))
        }
    }
}

/// Which charges a query is about: all that is given must hold, and of each list one.
package struct CostFilter: Sendable {
    package var match: ChargeMatch
    package var customers: Set<CustomerID>
    package var projects: Set<ProjectID>
    package var serviceAccounts: Set<ServiceAccountID>
    package var currencies: Set<Currency>
    /// Names of assignment rules.
    package var rules: Set<String>
    package var isUnassignedOnly: Bool

    package init(
        match: ChargeMatch = ChargeMatch(), customers: Set<CustomerID> = [], projects: Set<ProjectID> = [],
        serviceAccounts: Set<ServiceAccountID> = [], currencies: Set<Currency> = [], rules: Set<String> = [],
        isUnassignedOnly: Bool = false
    ) {
        self.match = match
        self.customers = customers
        self.projects = projects
        self.serviceAccounts = serviceAccounts
        self.currencies = currencies
        self.rules = rules
        self.isUnassignedOnly = isUnassignedOnly
    }
}

/// A query made ready to be asked for many charges.
final class PreparedCostQuery: Sendable {
    let query: CostQuery
    let assignment: CostAssignment
    /// Whether days are kept apart: as days, as months, or not at all.
    let keepsDays: Bool
    let keepsMonths: Bool
    let rowGroupings: [CostGrouping]
    private let matcher: ChargeMatcher
    private let ruleNames: [String]

    init(_ query: CostQuery, workspace: Workspace) {
        self.query = query
        assignment = CostAssignment(workspace)
        keepsDays = query.groupings.contains(.day)
        keepsMonths = query.groupings.contains(.month)
        rowGroupings = query.groupings.filter(\.isOfRow)
        matcher = ChargeMatcher(query.filter.match)
        ruleNames = workspace.assignmentRules.map(\.name)
    }

    /// What of each row must be read for the answer.
    var detail: ChargeDetail {
        query.groupings.reduce(assignment.detail.union(matcher.detail)) { $0.union($1.detail) }
    }

    // MARK: Filters

    func includesGroup(of charge: ProviderCharge, _ account: ServiceAccount?) -> Bool {
        let filter = query.filter
        return (filter.currencies.isEmpty || filter.currencies.contains(charge.currency))
            && (filter.serviceAccounts.isEmpty || account.map { filter.serviceAccounts.contains($0.id) } ?? false)
            && matcher.matchesGroup(of: charge)
    }

    func includesRow(_ charge: ProviderCharge) -> Bool { matcher.matchesRow(charge) }

    /// Whether charges of one group can differ in more than their day.
    var asksRows: Bool { matcher.asksRows || !rowGroupings.isEmpty }

    func includes(_ outcome: CostAssignment.Outcome) -> Bool {
        let filter = query.filter
        let owner = assignment.owner(outcome.project)
        return (!filter.isUnassignedOnly || owner == nil)
            && (filter.customers.isEmpty || owner.map { filter.customers.contains($0.customer) } ?? false)
            && (filter.projects.isEmpty || owner.map { filter.projects.contains($0.project) } ?? false)
            && (filter.rules.isEmpty || outcome.rule.map { filter.rules.contains(ruleNames[$0]) } ?? false)
    }

    // MARK: Values

    func groupValues(_ charge: ProviderCharge, _ account: ServiceAccount?) -> [BillText?] {
        query.groupings.map { grouping in
            grouping.groupValue(charge, account).flatMap { $0.isEmpty ? nil : BillText($0) }
        }
    }

    func rowValues(_ charge: ProviderCharge) -> [BillText] { rowGroupings.map { BillText($0.rowValue(charge) ?? "") } }

    /// The values of a cell: those of its group, with what the row, the day and the outcome add.
    func values(
        _ groupValues: [BillText?], row: [BillText], day: CalendarDay, _ outcome: CostAssignment.Outcome
    ) -> [BillText?] {
        let owner = assignment.owner(outcome.project)
        var row = row[...]
        return zip(query.groupings, groupValues).map { grouping, value in
            switch grouping {
            case .customer: owner.map { BillText($0.customer.text) }
            case .project: owner.map { BillText($0.project.text) }
            case .rule: ruleText(outcome)
            case .day: BillText(day.description)
            case .month: BillText(String(day.description.prefix(7)))
            case .resourceGroup, .resource, .tag: row.popFirst().flatMap { $0.text.isEmpty ? nil : $0 }
            default: value
            }
        }
    }

    private func ruleText(_ outcome: CostAssignment.Outcome) -> BillText? {
        if let rule = outcome.rule { return BillText(ruleNames[rule]) }
        return outcome.project == CostAssignment.nobody ? nil : BillText(CostRow.serviceAccountRule)
    }
}
