import BillingTerms
import Catalog
import Importing

/// A match of a rule or of a filter, made ready to be asked for many charges. What charges of one group share is asked
/// apart from what each row has of its own.
struct ChargeMatcher: Sendable {
    private let match: ChargeMatch
    private let providers: [TextPattern]
    private let resourceGroups: [TextPattern]
    private let lowercasedResources: [TextPattern]

    init(_ match: ChargeMatch) {
        self.match = match
        providers = match.providers.map { $0.hasWildcard ? $0.lowercased : TextPattern(ProviderNames.key($0.text)) }
        resourceGroups = match.resourceGroups.map(\.lowercased)
        lowercasedResources = match.resources.map(\.lowercased)
    }

    /// Whether charges of one group can differ in the answer.
    var asksRows: Bool { !match.tags.isEmpty || !match.resources.isEmpty || !match.resourceGroups.isEmpty }

    /// What of a row must be read for the answer.
    var detail: ChargeDetail {
        let isOpen = match.tags.keys.contains(where: \.hasWildcard)
        return ChargeDetail(
            hasResources: !match.resources.isEmpty || !match.resourceGroups.isEmpty,
            tags: isOpen ? .all : .only(Set(match.tags.keys.map(\.text))))
    }

    /// Whether the match holds as far as it is about provider, account, service, region and category.
    func matchesGroup(of charge: ProviderCharge) -> Bool {
        let accounts = [charge.subAccount, charge.billingAccount]
        return (match.categories.isEmpty || match.categories.contains(charge.category))
            && Self.isAny(providers, of: ProviderNames.key(charge.provider))
            && Self.isAny(match.accounts, ofAccounts: accounts, charge.provider)
            && Self.isAny(match.subAccounts, ofAccounts: [charge.subAccount], charge.provider)
            && (Self.isAny(match.services, of: charge.service)
                || !charge.serviceCode.isEmpty && Self.isAny(match.services, of: charge.serviceCode))
            && Self.isAny(match.regions, of: charge.region)
    }

    /// Accounts are compared in the form of `ProviderNames.accountKey`, and so are patterns of them.
    private static func isAny(_ patterns: [TextPattern], ofAccounts accounts: [String], _ provider: String) -> Bool {
        if patterns.isEmpty { return true }
        let keys = accounts.map { ProviderNames.accountKey($0, provider: provider) }
        return patterns.contains { pattern in
            let pattern = TextPattern(ProviderNames.accountKey(pattern.text, provider: provider))
            return keys.contains { pattern.matches($0) }
        }
    }

    /// Whether it holds as far as it is about tags and resources. Azure writes resources and their groups in any case.
    func matchesRow(_ charge: ProviderCharge) -> Bool {
        guard asksRows else { return true }
        let isAzure = charge.provider == "azure"
        return Self.isAny(resourceGroups, of: charge.resourceGroup, lowercased: true)
            && Self.isAny(isAzure ? lowercasedResources : match.resources, of: charge.resource, lowercased: isAzure)
            && match.tags.allSatisfy { key, values in
                charge.tags.contains { key.matches($0.key) && Self.isAny(values, of: $0.value) }
            }
    }

    private static func isAny(_ patterns: [TextPattern], of text: String, lowercased: Bool = false) -> Bool {
        if patterns.isEmpty { return true }
        let text = lowercased ? text.lowercased() : text
        return patterns.contains { $0.matches(text) }
    }
}
