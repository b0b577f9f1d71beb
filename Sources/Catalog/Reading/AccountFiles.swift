import BillingTerms

/// Reads `accounts.yaml`: provider accounts and the rules that move their charges.
enum AccountsFile {
    static func read(_ root: ConfigurationMapping) -> (accounts: [ServiceAccount], rules: [AssignmentRule]) {
        let accounts = root.mappings("service_accounts", what: "a service account").compactMap(account)
        var owners: [String: ServiceAccountID] = [:]
        for account in accounts {
            for id in account.accountIDs {
                if let other = owners.updateValue(account.id, forKey: account.provider + " " + id), other != account.id
                {
                    root.context.report(
                        .duplicateID,
                        "the \(account.provider) account \(id) belongs to \"\(other)\" and to \"\(account.id)\"",
                        at: root.keyPlace("service_accounts"))
                }
            }
        }
        let rules = root.mappings("rules", what: "a rule").compactMap(rule)
        root.finish()
        return (accounts, rules)
    }

    private static func account(_ mapping: ConfigurationMapping) -> ServiceAccount? {
        let id = mapping.declaredID("id", .serviceAccount)
        let name = mapping.text("name")
        let provider = mapping.requiredText("provider", "such as aws, azure or google")?.lowercased()
        let ids = mapping.texts("accounts")
        if mapping.node("accounts") == nil { mapping.missing("accounts", "the provider's ids of the accounts") }
        let project = mapping.requiredReference(
            "project", .project, "where the account's costs are billed; every service account has one")
        let tags = mapping.freeMapping("tags").compactMapValues(\.first)
        mapping.finish()
        guard let id, let provider, let project else { return nil }
        return ServiceAccount(
            id: ServiceAccountID(id), name: name ?? id, provider: provider, accountIDs: ids,
            project: ProjectID(project),
            tags: tags)
    }

    private static func rule(_ mapping: ConfigurationMapping) -> AssignmentRule? {
        let name = mapping.requiredText("name", "what the rule is for")
        let match = mapping.mapping("match").map { inner in
            let match = AssignmentRule.Match(
                providers: inner.texts("providers").map { $0.lowercased() }, accounts: inner.texts("accounts"),
                services: inner.texts("services"), tags: inner.freeMapping("tags"))
            inner.finish()
            return match
        }
        if mapping.node("match") == nil { mapping.missing("match", "which charges the rule is for") }
        let project = mapping.requiredReference("project", .project, "where the charges go")
        let stops = mapping.flag("stop") ?? true
        mapping.finish()
        guard let name, let match, let project else { return nil }
        return AssignmentRule(name: name, match: match, project: ProjectID(project), stops: stops)
    }
}
