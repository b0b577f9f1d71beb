import BillingTerms

/// Moves charges to another project than their account's; the rules are tried in order.
package struct AssignmentRule: Hashable, Sendable {
    package var name: String
    package var match: ChargeMatch
    package var project: ProjectID
    /// Whether later rules are skipped once this one matched.
    package var stops: Bool

    package init(name: String, match: ChargeMatch, project: ProjectID, stops: Bool = true) {
        self.name = name
        self.match = match
        self.project = project
        self.stops = stops
    }
}

/// Which of the providers' charges are meant. All that is given must match; a list matches when one of its values does,
/// and an empty list matches anything.
package struct ChargeMatch: Hashable, Sendable {
    package var providers: [TextPattern]
    /// Of the sub account, or of the account that pays.
    package var accounts: [TextPattern]
    /// Of the sub account alone.
    package var subAccounts: [TextPattern]
    /// The service's name or the provider's short code of it.
    package var services: [TextPattern]
    package var regions: [TextPattern]
    package var categories: [ChargeCategory]
    /// Of Azure, in any case.
    package var resourceGroups: [TextPattern]
    package var resources: [TextPattern]
    /// Key → values; any value where none is listed. All keys must be there.
    package var tags: [TextPattern: [TextPattern]]

    package init(
        providers: [TextPattern] = [], accounts: [TextPattern] = [], subAccounts: [TextPattern] = [],
        services: [TextPattern] = [], regions: [TextPattern] = [], categories: [ChargeCategory] = [],
        resourceGroups: [TextPattern] = [], resources: [TextPattern] = [], tags: [TextPattern: [TextPattern]] = [:]
    ) {
        self.providers = providers
        self.accounts = accounts
        self.subAccounts = subAccounts
        self.services = services
        self.regions = regions
        self.categories = categories
        self.resourceGroups = resourceGroups
        self.resources = resources
        self.tags = tags
    }
}

// What can be said of rules without seeing a charge.
extension ChargeMatch {
    /// Whether everything that `other` matches is matched by this too. False where that cannot be told from the texts.
    package func covers(_ other: ChargeMatch) -> Bool {
        let lists: [KeyPath<ChargeMatch, [TextPattern]>] = [
            \.providers, \.accounts, \.subAccounts, \.services, \.regions, \.resourceGroups, \.resources,
        ]
        guard lists.allSatisfy({ ChargeMatch.covers(self[keyPath: $0], other[keyPath: $0]) }) else { return false }
        let isCategory =
            categories.isEmpty || !other.categories.isEmpty && Set(categories).isSuperset(of: other.categories)
        return isCategory
            && tags.allSatisfy { key, values in
                other.tags.contains { key.covers($0.key) && ChargeMatch.covers(values, $0.value) }
            }
    }

    private static func covers(_ patterns: [TextPattern], _ others: [TextPattern]) -> Bool {
        if patterns.isEmpty { return true }
        return !others.isEmpty && others.allSatisfy { other in patterns.contains { $0.covers(other) } }
    }

    /// Why no charge can ever match; nil where one can.
    package var contradiction: String? {
        let others = ["aws", "amazon", "google", "gcp", "oracle", "oci"]
        guard !resourceGroups.isEmpty, !providers.isEmpty, providers.allSatisfy({ others.contains($0.text) }) else {
            return nil
        }
        return "only Azure has resource groups, and it asks for \(providers.map(\.text).joined(separator: ", "))"
    }
}

/// A text in which `*` stands for any characters, or for none; everything else stands for itself.
package struct TextPattern: Hashable, Sendable {
    package let text: String
    /// What stands between the stars.
    private let parts: [[UInt8]]

    package init(_ text: String) {
        self.text = text
        parts = text.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map(Array.init)
    }

    package var hasWildcard: Bool { parts.count > 1 }

    package static func == (left: TextPattern, right: TextPattern) -> Bool { left.parts == right.parts }
    package func hash(into hasher: inout Hasher) { hasher.combine(parts) }

    /// Byte by byte: two spellings that Unicode takes for the same are two in the files.
    package func matches(_ text: String) -> Bool {
        guard hasWildcard else { return text.utf8.elementsEqual(parts[0]) }
        var rest = Array(text.utf8)[...]
        guard rest.starts(with: parts[0]) else { return false }
        rest = rest.dropFirst(parts[0].count)
        // Each part at the first place where it stands leaves the most for those behind it.
        for part in parts[1..<parts.count - 1] {
            guard let place = TextPattern.firstPlace(of: part, in: rest) else { return false }
            rest = rest[(place + part.count)...]
        }
        let last = parts[parts.count - 1]
        return rest.count >= last.count && rest.suffix(last.count).elementsEqual(last)
    }

    private static func firstPlace(of part: [UInt8], in text: ArraySlice<UInt8>) -> Int? {
        guard text.count >= part.count else { return nil }
        return (text.startIndex...text.endIndex - part.count).first { text[$0..<$0 + part.count].elementsEqual(part) }
    }

    /// Whether every text that `other` matches is matched by this too. A star in the other's text can only be matched by
    /// one of ours, which then matches whatever it stands for.
    package func covers(_ other: TextPattern) -> Bool { self == other || matches(other.text) }

    package var lowercased: TextPattern { TextPattern(text.lowercased()) }
}

extension TextPattern: ExpressibleByStringLiteral, CustomStringConvertible {
    package init(stringLiteral value: String) { self.init(value) }
    package var description: String { text }
}
