import BillingTerms
import Testing

/// Figures from the public tests of other engines, billed with our settings: where we differ from them, we know it.
@Suite struct ConformanceTests {
    @Test(arguments: ConformanceFile.names) func figures(name: String) throws {
        let file = try ConformanceFile.read(name)
        for table in file.tables {
            var workspaces = ConformanceWorkspaces()
            for row in table.rows {
                let one = ConformanceCase(file: name, table: table, row: row)
                if let difference = try difference(one, &workspaces) { Issue.record("\(one.title)\n\(difference)") }
            }
        }
    }

    /// Nil where the case comes out as its row says: like the other engine, or differing as is known.
    private func difference(_ one: ConformanceCase, _ workspaces: inout ConformanceWorkspaces) throws -> String? {
        let outcome: ConformanceOutcome
        do {
            outcome = ConformanceOutcome(bills: try one.bills(&workspaces))
        } catch let error as Findings {
            return error.list.map { "  " + $0.rendered }.joined(separator: "\n")
        }
        let names = one.table.outcomes
        let isAsExpected = try zip(names, one.row.expected).allSatisfy { try outcome.matches($1, $0) }
        if let known = one.row.known {
            if isAsExpected { return "  is as the other engine has it: take \"ours\" away (\(known.reason))" }
            if try zip(names, known.ours).allSatisfy({ try outcome.matches($1, $0) }) { return nil }
        } else if isAsExpected {
            return nil
        }
        let stated = one.row.known?.ours ?? one.row.expected
        let lines = try zip(names, stated).map { "  \($0): expected \($1), found \(try outcome.text($0))" }
        return (lines + [outcome.working]).joined(separator: "\n")
    }

    @Test func thereAreManyCases() throws {
        var counts: [String: Int] = [:]
        for name in ConformanceFile.names {
            let engine = name.prefix { $0 != "-" }
            counts[String(engine), default: 0] += try ConformanceFile.read(name).tables.reduce(0) { $0 + $1.rows.count }
        }
        #expect(counts.values.reduce(0, +) >= 700, "\(counts.sorted { $0.key < $1.key })")
    }
}
