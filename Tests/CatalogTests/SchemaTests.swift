import Catalog
import Foundation
import TestWorkspaces
import Testing

/// The JSON Schemas in `templates/schemas`, by which editors complete configuration files. They are made of what the readers
/// ask for, so that they cannot drift from them: `make accept` writes them anew.
@Suite struct SchemaTests {
    private static let repository = (TestFiles.testsFolder(#filePath) as NSString).deletingLastPathComponent
    private static let folder = repository + "/templates/schemas"

    static let files = [
        "billwright.yaml", "catalog/meters.yaml", "catalog/items.yaml", "catalog/plans/*.yaml", "catalog/add-ons.yaml",
        "catalog/promotions.yaml", "catalog/rewards.yaml", "catalog/credit-units.yaml", "catalog/cancellations.yaml",
        "customers/*.yaml", "accounts.yaml", "sources.yaml", "profiles/*.yaml",
    ]

    private static func name(_ file: String) -> String {
        let base = file.hasSuffix("/*.yaml") ? file.dropLast("/*.yaml".count) : file.dropLast(".yaml".count)
        return (base.split(separator: "/").last.map(String.init) ?? "") + ".schema.json"
    }

    private static let outline = Result {
        let workspace = try TemporaryWorkspace()
        try Readme(repository: repository).write(to: workspace)
        let outline = ConfigurationOutline()
        _ = try WorkspaceReader.read(root: workspace.root, outline: outline)
        return SchemaOutline(mappings: outline.mappings, counts: outline.counts)
    }

    @Test(arguments: files) func schema(file: String) throws {
        var schema = try Self.outline.get().object(file)
        schema["$schema"] = "http://json-schema.org/draft-07/schema#"
        schema["title"] = file
        let found = try schema.json + "\n"
        let path = Self.folder + "/" + Self.name(file)
        if Expectation.isRewriting { return try TestFiles.write(found, to: path) }
        let difference = Expectation.difference(expected: try TestFiles.text(path), found: found)
        if let difference { Issue.record("\(path) is not what the readers ask for:\n\(difference.prefix(4_000))") }
    }

    @Test func nothingElseLiesThere() {
        #expect(TestFiles.names(in: Self.folder) == Self.files.map(Self.name).sorted())
    }
}

private struct SchemaOutline: Sendable {
    let mappings: [String: [String: ConfigurationOutline.Key]]
    let counts: [String: Int]

    /// Read by the same code as mappings that the README shows whole.
    private static let example = "catalog/plans/*.yaml: examples[].subscription"
    private static let same = [
        (example, "customers/*.yaml: subscriptions[]"),
        ("customers/*.yaml: subscriptions[].overrides.prices[]", "catalog/plans/*.yaml: versions[].prices[]"),
    ]

    private func known(_ path: String) -> String {
        for (repeated, whole) in Self.same where path.hasPrefix(repeated) {
            return known(whole + path.dropFirst(repeated.count))
        }
        return path
    }

    private static let prices = "catalog/plans/*.yaml: versions[].prices[]"
    /// Prices inside prices may have any model of these; what one page shows of each is not all.
    private static let inner = [prices + ".cells[]", prices + ".default", prices + ".overage"]
    private static let innerKeys = [
        "model", "unit_price", "size", "price", "round", "tiers", "tiered", "rate", "fee_per_event", "free_events",
        "free_amount", "min_per_event", "max_per_event",
    ]

    func object(_ written: String) -> [String: Any] {
        let path = known(written)
        let isOfExample = written == Self.example
        var properties: [String: [String: Any]] = [:]
        if Self.inner.contains(path) {
            for key in Self.innerKeys { properties[key] = value(of: key, in: Self.prices) }
        }
        let keys = mappings[path] ?? [:]
        // An example's subscription is on the plan that it is an example of.
        for key in keys.keys where properties[key] == nil && !(isOfExample && ["id", "plan"].contains(key)) {
            properties[key] = value(of: key, in: path)
        }
        var object: [String: Any] = ["type": "object", "additionalProperties": false, "properties": properties]
        let required = keys.filter { $0.value.requiredCount >= counts[path] ?? .max }.keys.sorted()
        if !required.isEmpty, !Self.inner.contains(path), !isOfExample { object["required"] = required }
        return object
    }

    private func value(of key: String, in path: String) -> [String: Any] {
        value(mappings[path]?[key]?.kinds ?? [], path + (path.contains(": ") ? "." : ": ") + key)
    }

    private func value(_ kinds: Set<ConfigurationOutline.Kind>, _ path: String) -> [String: Any] {
        // A key that is asked for as something narrower is no longer any text.
        let narrow = kinds.filter { $0 != .text }
        let texts = (narrow.isEmpty ? kinds : narrow).flatMap { schemas($0, path) }
        let sorted = texts.sorted { ((try? $0.json) ?? "") < ((try? $1.json) ?? "") }
        return sorted.count == 1 ? sorted[0] : (sorted.isEmpty ? [:] : ["anyOf": sorted])
    }

    private static var scalar: [String: Any] { ["type": ["string", "number", "boolean"]] }

    private func schemas(_ kind: ConfigurationOutline.Kind, _ path: String) -> [[String: Any]] {
        func orList(_ one: [String: Any]) -> [[String: Any]] { [one, ["type": "array", "items": one]] }
        switch kind {
        case .text: return [Self.scalar]
        case .number: return [["type": ["number", "string"]]]
        case .percentage: return [["type": "string", "pattern": "%$", "description": "a percentage such as 7.5%"]]
        case .flag: return [["type": "boolean"]]
        case .day: return [["type": "string", "description": "a day such as 2026-01-31"]]
        case .texts: return orList(Self.scalar)
        case .mapping: return [object(path)]
        case .mappings: return [["type": "array", "items": object(path + "[]")]]
        case .freeMapping: return [["type": "object"]]
        case .choice(let values): return [["enum": values]]
        case .choices(let values): return orList(["enum": values])
        case .described(let expected): return [["type": ["string", "number"], "description": expected]]
        }
    }
}

extension [String: Any] {
    /// The same whatever the order of the keys.
    fileprivate var json: String {
        get throws {
            let options: JSONSerialization.WritingOptions = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try JSONSerialization.data(withJSONObject: self, options: options), as: UTF8.self)
        }
    }
}
