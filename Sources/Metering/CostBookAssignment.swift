import BillingTerms
import Catalog
import Importing

/// Whose cost a provider's charge is: the project of its service account first, then what the assignment rules make of it,
/// in their order.
package struct CostAssignment: Sendable {
    /// A project that is charged, and the customer who pays for it.
    package struct Owner: Hashable, Sendable {
        package var customer: CustomerID
        package var project: ProjectID
    }

    /// A rule with its project as a number, see `owner(_:)`.
    struct Rule: Sendable {
        /// Its place among the rules.
        let number: Int
        let matcher: ChargeMatcher
        let project: Int
        let stops: Bool
    }

    /// Where a charge goes, and what sent it there.
    struct Outcome: Hashable, Sendable {
        var project: Int
        /// The number of the rule that decided; nil where the service account's own project stands.
        var rule: Int?
    }

    /// The project of nobody.
    static let nobody = -1

    /// What of each row must be read for the rules.
    let detail: ChargeDetail

    private let serviceAccounts: [AccountKey: ServiceAccount]
    private let rules: [Rule]
    private let owners: [Owner]
    private let projects: [ProjectID: Int]

    private struct AccountKey: Hashable {
        let provider: String
        let account: Identifier<ServiceAccount>
    }

    package init(_ workspace: Workspace) {
        var accounts: [AccountKey: ServiceAccount] = [:]
        for serviceAccount in workspace.serviceAccounts.values {
            for id in serviceAccount.accountIDs {
                let key = CostAssignment.key(provider: serviceAccount.provider, account: id)
                // The first one in the file counts; that no id stands there twice is checked with the configuration.
                if accounts[key] == nil { accounts[key] = serviceAccount }
            }
        }
        let owners = workspace.customers.values.flatMap { customer in
            customer.projects.map { Owner(customer: customer.id, project: $0.id) }
        }
        let projects = Dictionary(owners.enumerated().map { ($1.project, $0) }, uniquingKeysWith: { first, _ in first })
        serviceAccounts = accounts
        self.owners = owners
        self.projects = projects
        rules = workspace.assignmentRules.enumerated().map { number, rule in
            Rule(
                number: number, matcher: ChargeMatcher(rule.match),
                project: projects[rule.project] ?? CostAssignment.nobody, stops: rule.stops)
        }
        detail = rules.reduce(ChargeDetail(hasResources: false, tags: .only([]))) { $0.union($1.matcher.detail) }
    }

    private static func key(provider: String, account: String) -> AccountKey {
        let provider = ProviderNames.key(provider)
        return AccountKey(
            provider: provider, account: Identifier(ProviderNames.accountKey(account, provider: provider)))
    }

    /// Nil for `nobody`.
    func owner(_ project: Int) -> Owner? { project == CostAssignment.nobody ? nil : owners[project] }

    /// The service account of the charge's own account. The account that pays says nothing about whose cost it is: a
    /// reseller's pays for all customers.
    func serviceAccount(of charge: ProviderCharge) -> ServiceAccount? {
        serviceAccounts[CostAssignment.key(provider: charge.provider, account: charge.subAccount)]
    }

    /// The rules that can match charges of this group, whatever their tags and resources are.
    func rules(for charge: ProviderCharge) -> [Rule] { rules.filter { $0.matcher.matchesGroup(of: charge) } }

    /// Where a charge goes: to the project of its service account, moved by each rule that matches until one says to stop.
    /// `rules` are those of the charge's group.
    func outcome(of charge: ProviderCharge, account: ServiceAccount?, rules: [Rule]) -> Outcome {
        var outcome = Outcome(project: account.flatMap { projects[$0.project] } ?? CostAssignment.nobody)
        for rule in rules where rule.matcher.matchesRow(charge) {
            outcome = Outcome(project: rule.project, rule: rule.number)
            if rule.stops { break }
        }
        return outcome
    }

    /// The outcome of all charges of a group, where it does not depend on what rows have of their own.
    func fixedOutcome(of charge: ProviderCharge, account: ServiceAccount?, rules: [Rule]) -> Outcome? {
        rules.contains { $0.matcher.asksRows } ? nil : outcome(of: charge, account: account, rules: rules)
    }
}
