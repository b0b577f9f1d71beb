import BillingTerms
import TestWorkspaces

/// A file of `Tests/Conformance`: figures of one rule from another engine's public tests, under settings that are ours.
///
/// It has a scenario's sections. Those before the first `table` hold for all of its tables. A table ends in `cases`, whose
/// heading names the columns: what goes in, `->`, what comes out; `$name` stands in the sections above for a column. A row
/// is one case. Behind its last column may stand `ours AMOUNT: reason`, where we are known to differ.
struct ConformanceFile {
    struct Table {
        var title: String
        var sections: [Scenario.Section]
        var inputs: [String]
        var outcomes: [String]
        var rows: [Row]
    }

    struct Row {
        var inputs: [String]
        /// As the other engine states them, one for each outcome.
        var expected: [String]
        var known: KnownDifference?
    }

    /// What we come to instead, and why.
    struct KnownDifference {
        var ours: [String]
        var reason: String
    }

    let name: String
    let tables: [Table]

    init(name: String, text: String) throws {
        self.name = name
        let parts = Scenario(name: name, text: text).sections.split(
            omittingEmptySubsequences: false, whereSeparator: { $0.name == "table" })
        let titles = Scenario(name: name, text: text).sections.filter { $0.name == "table" }.map(\.argument)
        let shared = parts.first.map(Array.init) ?? []
        tables = try zip(titles, parts.dropFirst()).map { title, own in
            try Table(title: title, shared: shared, own: Array(own))
        }
        guard !tables.isEmpty else { throw ScenarioError("\(name) has no table") }
    }

    static let folder = TestFiles.testsFolder(#filePath) + "/Conformance"

    static let names: [String] = TestFiles.names(in: folder).compactMap { name in
        name.hasSuffix(".cases") ? String(name.dropLast(".cases".count)) : nil
    }

    static func read(_ name: String) throws -> ConformanceFile {
        try ConformanceFile(name: name, text: TestFiles.text(folder + "/" + name + ".cases"))
    }
}

extension ConformanceFile.Table {
    fileprivate init(title: String, shared: [Scenario.Section], own: [Scenario.Section]) throws {
        self.title = title
        let replaced = Set(own.map { $0.name + " " + $0.argument })
        sections = shared.filter { !replaced.contains($0.name + " " + $0.argument) } + own.filter { $0.name != "cases" }
        guard let cases = own.last, cases.name == "cases" else {
            throw ScenarioError("the table \"\(title)\" does not end in cases")
        }
        let heads = cases.argument.components(of: "->")
        guard heads.count == 2 else { throw ScenarioError("cases needs \"inputs -> outcomes\": \(cases.argument)") }
        inputs = heads[0].cells
        outcomes = heads[1].cells
        let width = (inputs.count, outcomes.count)
        rows = try cases.lines.filter { !$0.isEmpty && !$0.hasPrefix("#") }.map {
            try ConformanceFile.Row($0, inputs: width.0, outcomes: width.1)
        }
    }
}

extension ConformanceFile.Row {
    fileprivate init(_ text: String, inputs: Int, outcomes: Int) throws {
        let halves = text.components(of: "->")
        guard halves.count == 2 else { throw ScenarioError("a case is \"inputs -> outcomes\": \(text)") }
        self.inputs = halves[0].cells
        var cells = halves[1].cells
        if let last = cells.last, last.hasPrefix("ours ") {
            cells.removeLast()
            let words = String(last.dropFirst("ours ".count)).components(of: ": ")
            guard words.count == 2 else { throw ScenarioError("a difference is \"ours AMOUNT: reason\": \(text)") }
            known = ConformanceFile.KnownDifference(
                ours: words[0].split(separator: ";").map { String($0).trimmingBlanks }, reason: words[1])
        }
        expected = cells
        guard self.inputs.count == inputs, expected.count == outcomes, known.map({ $0.ours.count == outcomes }) ?? true
        else { throw ScenarioError("this case has another number of columns than its heading: \(text)") }
    }
}

extension String {
    /// Cells stand between bars.
    fileprivate var cells: [String] {
        split(separator: "|", omittingEmptySubsequences: false).map { String($0).trimmingBlanks }
            .filter { !$0.isEmpty }
    }

    /// In two, at the first place where `mark` stands.
    fileprivate func components(of mark: String) -> [String] {
        guard let range = firstRange(of: mark) else { return [self] }
        return [String(self[..<range.lowerBound]), String(self[range.upperBound...])].map(\.trimmingBlanks)
    }
}
