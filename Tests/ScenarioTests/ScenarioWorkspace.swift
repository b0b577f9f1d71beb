import Catalog
import Foundation
import TestWorkspaces

/// The fixed workspace of `Scenarios/defaults` with a scenario's sections laid over it, read as any workspace is.
struct ScenarioWorkspace {
    private let scenario: Scenario

    init(_ scenario: Scenario) { self.scenario = scenario }

    func read() throws -> Workspace {
        let folder = try TemporaryWorkspace()
        let defaults = Scenario.folder + "/defaults"
        try folder.overlay(defaults)
        func original(_ path: String) throws -> [String] {
            try TestFiles.text(defaults + "/" + path).components(separatedBy: "\n")
        }
        func layOver(_ path: String, _ lines: [String]) throws {
            try folder.write(YAMLText.overlaid(try original(path), lines), to: path)
        }
        for section in scenario.sections {
            switch section.name {
            case "business": try layOver("billwright.yaml", section.lines)
            case "customer": try layOver("customers/atlas.yaml", section.lines)
            case "child":
                // Another customer, whose only project has its name.
                let id = section.argument
                try folder.write(
                    (["id: \(id)", "name: \(id.prefix(1).uppercased() + id.dropFirst())"] + section.lines).joined(
                        separator: "\n") + "\n", to: "customers/\(id).yaml")
            case "accounts": try layOver("accounts.yaml", section.lines)
            case "meters", "items":
                let path = "catalog/\(section.name).yaml"
                try folder.write(YAMLText.withEntries(try original(path), section.lines), to: path)
            case "add-ons":
                try folder.write(YAMLText.withEntries(["add_ons:"], section.lines), to: "catalog/add-ons.yaml")
            case "promotions":
                try folder.write(YAMLText.withEntries(["promotions:"], section.lines), to: "catalog/promotions.yaml")
            case "rewards":
                try folder.write(YAMLText.withEntries(["rewards:"], section.lines), to: "catalog/rewards.yaml")
            case "credit-units":
                try folder.write(
                    YAMLText.withEntries(["credit_units:"], section.lines), to: "catalog/credit-units.yaml")
            case "rates":
                let rows = ["date,from,to,rate,source"] + section.lines.map { $0 + ",central bank" }
                try folder.write(rows.joined(separator: "\n") + "\n", to: "catalog/exchange-rates.csv")
            case "plan":
                let id = section.argument.isEmpty ? "standard" : section.argument
                let named = YAMLText.overlaid(
                    try original("catalog/plans/standard.yaml"),
                    ["id: \(id)", "name: \(id.prefix(1).uppercased() + id.dropFirst())"])
                let lines = YAMLText.inFirstVersion(
                    section.lines,
                    keys: [
                        "fees", "prices", "prorate", "refund", "zero_usage", "trial", "free_tier", "minimum",
                        "service_fee",
                    ])
                try folder.write(
                    YAMLText.overlaid(named.components(separatedBy: "\n"), lines), to: "catalog/plans/\(id).yaml")
            case "usage", "costs", "carried", "period", "working", "expect": break
            default: throw ScenarioError("there is no section \"\(section.name)\"")
            }
        }
        return try WorkspaceReader.read(root: folder.root)
    }
}

struct ScenarioError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Laying a YAML fragment over a YAML text, as text: keys at the margin replace those of the same name.
enum YAMLText {
    static func overlaid(_ base: [String], _ fragment: [String]) -> String {
        var blocks = keyed(base)
        for block in keyed(fragment) {
            if let place = blocks.firstIndex(where: { $0.key == block.key }) {
                blocks[place] = block
            } else {
                blocks.append(block)
            }
        }
        return blocks.flatMap(\.lines).joined(separator: "\n") + "\n"
    }

    /// A file of one list with further entries; an entry of the same id is replaced.
    static func withEntries(_ base: [String], _ entries: [String]) -> String {
        func id(_ line: String) -> String? {
            guard let start = line.range(of: "id: ")?.upperBound, line.contains("- ") else { return nil }
            return String(line[start...].prefix { $0 != "," && $0 != "}" })
        }
        let replaced = Set(entries.compactMap(id))
        let kept = base.filter { line in id(line).map { !replaced.contains($0) } ?? !line.isEmpty }
        return (kept + entries.map { "  " + $0 }).joined(separator: "\n") + "\n"
    }

    /// The keys of a plan's version, given at the margin, moved into one that holds from 2000.
    static func inFirstVersion(_ lines: [String], keys: [String]) -> [String] {
        let blocks = keyed(lines)
        let inner = blocks.filter { keys.contains($0.key) }
        guard !inner.isEmpty else { return lines }
        return blocks.filter { !keys.contains($0.key) }.flatMap(\.lines)
            + ["versions:", "  - from: 2000-01-01"] + inner.flatMap(\.lines).map { "    " + $0 }
    }

    private static func keyed(_ lines: [String]) -> [(key: String, lines: [String])] {
        var blocks: [(key: String, lines: [String])] = []
        for line in lines where !line.isEmpty {
            if let first = line.first, first != " ", first != "-", first != "#", let colon = line.firstIndex(of: ":") {
                blocks.append((String(line[..<colon]), [line]))
            } else if !blocks.isEmpty {
                blocks[blocks.count - 1].lines.append(line)
            }
        }
        return blocks
    }
}
