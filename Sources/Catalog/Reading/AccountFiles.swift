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
        reportUnreachable(rules, root.context)
        root.finish()
        return (accounts, rules.map(\.rule))
    }

    private static func account(_ mapping: ConfigurationMapping) -> ServiceAccount? {
        let id = mapping.declaredID("id", .serviceAccount)
        let name = mapping.text("name")
        let provider = mapping.requiredText("provider", "such as aws, azure or google")?.lowercased()
        let ids = mapping.texts("accounts")
        let list = mapping.node("accounts")
        if list.map({ $0.sequence?.isEmpty ?? false }) ?? true {
            mapping.missing("accounts", "the provider's ids of the accounts")
        }
        let project = mapping.requiredReference(
            "project", .project, "where the account's costs are billed; every service account has one")
        let tags = mapping.texts(ofMapping: "tags")
        let credentials = CredentialsReading(mapping: mapping).read()
        mapping.finish()
        guard let id, let provider, let project else { return nil }
        return ServiceAccount(
            id: ServiceAccountID(id), name: name ?? id, provider: provider, accountIDs: ids,
            project: ProjectID(project),
            tags: tags, credentials: credentials)
    }
}

// Rules.
extension AccountsFile {
    private struct PlacedRule {
        let rule: AssignmentRule
        let place: Place
    }

    private static func rule(_ mapping: ConfigurationMapping) -> PlacedRule? {
        let name = mapping.requiredText("name", "what the rule is for")
        if let name { mapping.context.declare(.rule, name, at: mapping.valuePlace("name")) }
        let match = mapping.mapping("match").map(match)
        if mapping.node("match") == nil { mapping.missing("match", "which charges the rule is for") }
        let project = mapping.requiredReference("project", .project, "where the charges go")
        let stops = mapping.flag("stop") ?? true
        mapping.finish()
        guard let name, let match, let project else { return nil }
        return PlacedRule(
            rule: AssignmentRule(name: name, match: match, project: ProjectID(project), stops: stops),
            place: mapping.valuePlace("name"))
    }

    private static func match(_ mapping: ConfigurationMapping) -> ChargeMatch {
        let tags = mapping.freeMapping("tags").map { (TextPattern($0.key), $0.value.map { TextPattern($0) }) }
        let match = ChargeMatch(
            providers: mapping.texts("providers").map { TextPattern($0.lowercased()) },
            accounts: mapping.patterns("accounts"), subAccounts: mapping.patterns("sub_accounts"),
            services: mapping.patterns("services"), regions: mapping.patterns("regions"),
            categories: mapping.choices("categories", as: ChargeCategory.self),
            resourceGroups: mapping.patterns("resource_groups"), resources: mapping.patterns("resources"),
            tags: Dictionary(tags, uniquingKeysWith: { first, _ in first }))
        mapping.finish()
        return match
    }

    /// A rule that decides nothing is a mistake about whose money goes where, so it is told as far as the texts tell it.
    private static func reportUnreachable(_ rules: [PlacedRule], _ context: ConfigurationContext) {
        for (number, placed) in rules.enumerated() {
            let rule = placed.rule
            if let contradiction = rule.match.contradiction {
                report(placed, "can never match: \(contradiction)", nil, context)
            } else if let before = rules[..<number].first(where: { $0.rule.stops && $0.rule.match.covers(rule.match) })
            {
                report(
                    placed, "is never reached: \"\(before.rule.name)\" matches all that it matches, and stops", before,
                    context)
            } else if !rule.stops,
                let behind = rules[(number + 1)...].first(where: { $0.rule.match.covers(rule.match) })
            {
                report(
                    placed, "never decides: \"\(behind.rule.name)\" behind it matches all that it matches", behind,
                    context)
            }
        }
    }

    private static func report(
        _ placed: PlacedRule, _ what: String, _ other: PlacedRule?, _ context: ConfigurationContext
    ) {
        var notes = ["no cost would go to the project \"\(placed.rule.project)\" by this rule"]
        if let other, let line = other.place.line { notes.insert("the other is at \(other.place.file):\(line)", at: 0) }
        context.report(.unreachableRule, "the rule \"\(placed.rule.name)\" \(what)", at: placed.place, notes: notes)
    }
}

extension ConfigurationMapping {
    fileprivate func patterns(_ key: String) -> [TextPattern] { texts(key).map { TextPattern($0) } }
}
