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
        let match: AssignmentRule.Match
        let project: Int
        let stops: Bool
    }

    /// The project of nobody.
    static let nobody = -1

    /// The keys that rules ask for; other tags need not be read.
    package let tagKeys: Set<String>

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
        rules = workspace.assignmentRules.map { rule in
            Rule(match: rule.match, project: projects[rule.project] ?? CostAssignment.nobody, stops: rule.stops)
        }
        tagKeys = Set(rules.flatMap(\.match.tags.keys))
    }

    private static func key(provider: String, account: String) -> AccountKey {
        let provider = provider.lowercased()
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

    /// The rules that can match charges of this provider, account and service, whatever their tags are.
    func rules(for charge: ProviderCharge) -> [Rule] {
        let provider = charge.provider
        let accounts = [charge.subAccount, charge.billingAccount].map { ProviderNames.accountKey($0, provider: provider) }
        return rules.filter { rule in
            let match = rule.match
            let isProvider = match.providers.isEmpty || match.providers.contains { $0.lowercased() == provider }
            let isAccount =
                match.accounts.isEmpty
                || match.accounts.contains { accounts.contains(ProviderNames.accountKey($0, provider: provider)) }
            let isService =
                match.services.isEmpty
                || match.services.contains { $0 == charge.service || ($0 == charge.serviceCode && !$0.isEmpty) }
            return isProvider && isAccount && isService
        }
    }

    /// The project of a charge: that of its service account, moved by each rule that matches until one says to stop.
    func project(
        of tags: [(key: String, value: String)], account: ServiceAccount?, rules: [Rule]
    ) -> Int {
        var project = account.flatMap { projects[$0.project] } ?? CostAssignment.nobody
        for rule in rules where CostAssignment.matches(rule.match.tags, tags) {
            project = rule.project
            if rule.stops { break }
        }
        return project
    }

    /// Every key that the rule names must be there with one of its values; with any value where it lists none.
    private static func matches(_ wanted: [String: [String]], _ tags: [(key: String, value: String)]) -> Bool {
        wanted.allSatisfy { key, values in
            tags.contains { $0.key == key && (values.isEmpty || values.contains($0.value)) }
        }
    }
}
