/// Which keys the configuration files may have, noted while a workspace is read: what the readers ask for, and as what. The
/// README and the JSON Schemas are held against it, so that neither can drift from the readers. A mapping that the workspace
/// does not have is not seen; the workspace of the README has all of them.
package final class ConfigurationOutline {
    /// As what the value of a key was asked for.
    package enum Kind: Hashable, Sendable {
        case text, number, percentage, flag, day, texts, mapping, mappings
        /// A mapping whose keys are free.
        case freeMapping
        /// One of these.
        case choice([String])
        /// A list of these.
        case choices([String])
        /// A text that is read further: what is expected.
        case described(String)
    }

    package struct Key: Hashable, Sendable {
        package fileprivate(set) var kinds: Set<Kind> = []
        /// How many mappings of the kind could not do without it.
        package fileprivate(set) var requiredCount = 0
    }

    /// By the kind of mapping, such as `catalog/plans/*.yaml: versions[].fees[]`.
    package private(set) var mappings: [String: [String: Key]] = [:]

    /// How many mappings of a kind there were.
    package private(set) var counts: [String: Int] = [:]

    package init() {}

    /// Stands for the path of mappings whose keys are free.
    static let free = "*"

    func see(_ path: String) {
        if path == Self.free { return }
        counts[path, default: 0] += 1
        if mappings[path] == nil { mappings[path] = [:] }
    }

    func note(_ key: String, in path: String, _ kind: Kind?, isRequired: Bool) {
        if path == Self.free { return }
        var entry = mappings[path]?[key] ?? Key()
        if let kind { entry.kinds.insert(kind) }
        if isRequired { entry.requiredCount += 1 }
        mappings[path, default: [:]][key] = entry
    }
}
