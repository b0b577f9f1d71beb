import Foundation
import TestWorkspaces
import Testing

/// A mistake in any configuration file stops every run before it does anything, and names the place.
@Suite struct BadConfigurationTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        var file: String
        var old: String
        var new: String
        /// The first line of what is said.
        var told: String
        var testDescription: String { "\(file): \(new)" }
    }

    private static let plan = "catalog/plans/standard.yaml"
    private static let customer = "customers/example.yaml"

    @Test(arguments: [
        Mistake(
            file: "billwright.yaml", old: "locale: en ", new: "lokale: en ",
            told: "billwright.yaml:9:1: error[unknown-key]: there is no key \"lokale\" here"),
        Mistake(
            file: "billwright.yaml", old: "currency: EUR ", new: "currency: EURO ",
            told: "billwright.yaml:8:11: error[invalid-value]: \"EURO\" is not a currency code of ISO 4217"),
        Mistake(
            file: "catalog/meters.yaml", old: "aggregation: sum", new: "aggregation: summ",
            told: "catalog/meters.yaml:6:18: error[invalid-value]: \"summ\" is not a value of \"aggregation\""),
        Mistake(
            file: "catalog/items.yaml", old: "meter: api-calls", new: "meter: api-cals",
            told: "catalog/items.yaml:5:12: error[unknown-reference]: no meter is named \"api-cals\""),
        Mistake(
            file: plan, old: "model: graduated", new: "model: gradated",
            told: "catalog/plans/standard.yaml:13:16: error[invalid-value]: \"gradated\" is not a value of \"model\""),
        Mistake(
            file: plan, old: "currency: EUR", new: "currency: EUX",
            told: "catalog/plans/standard.yaml:4:11: error[invalid-value]: \"EUX\" is not a currency code of ISO 4217"),
        Mistake(
            file: plan, old: "up_to: 100000", new: "up_to: -100000",
            told:
                "catalog/plans/standard.yaml:16:22: error[invalid-value]: \"-100000\" is not a decimal number such as 12.50, not below zero"
        ),
        Mistake(
            file: plan, old: "{ up_to: 100000, unit_price: 0.0004 }",
            new: "{ up_to: 100000, unit_price: 0.0004 }\n          - { up_to: 50, unit_price: 0.0003 }",
            told: "catalog/plans/standard.yaml:17:22: error[tier-order]: tiers must rise: 50 does not lie above 100000"),
        Mistake(
            file: plan, old: "included: 1000", new: "included: 99999999999999999999999999999999999999999x",
            told:
                "catalog/plans/standard.yaml:14:19: error[invalid-value]: \"99999999999999999999999999999999999999999x\" is not a decimal number such as 12.50, not below zero"
        ),
        Mistake(
            file: "catalog/add-ons.yaml", old: "each-period", new: "each-perod",
            told: "catalog/add-ons.yaml:3:77: error[invalid-value]: \"each-perod\" is not a value of \"recurrence\""),
        Mistake(
            file: "catalog/promotions.yaml", old: "percentage:", new: "percentag:",
            told:
                "catalog/promotions.yaml:3:5: error[missing-key]: the key \"percentage\" is missing: what the promotion takes off: \"percentage\", \"amount\" with \"currency\", or \"tiers\""
        ),
        Mistake(
            file: "catalog/exchange-rates.csv", old: "rate", new: "rat",
            told:
                "catalog/exchange-rates.csv:1:1: error[invalid-value]: the columns must be date,from,to,rate,source, in this order"
        ),
        Mistake(
            file: "catalog/exchange-rates.csv", old: "source\n", new: "source\n2026-10-01,EUR,UDS,1.1,bank\n",
            told: "catalog/exchange-rates.csv:2:16: error[invalid-value]: \"UDS\" is not a currency code of ISO 4217"),
        Mistake(
            file: customer, old: "plan: standard", new: "plan: standrd",
            told: "customers/example.yaml:11:11: error[unknown-reference]: no plan is named \"standrd\""),
        Mistake(
            file: customer, old: "country: DE", new: "country: DE\ncurrency: Euro",
            told: "customers/example.yaml:6:11: error[invalid-value]: \"Euro\" is not a currency code of ISO 4217"),
        Mistake(
            file: customer, old: "amount: 50.00", new: "amount: 5e400",
            told:
                "customers/example.yaml:18:76: error[invalid-value]: \"5e400\" is not a decimal number such as 12.50, not below zero"
        ),
        Mistake(
            file: "accounts.yaml", old: "project: example-web", new: "project: exmple-web",
            told: "accounts.yaml:3:98: error[unknown-reference]: no project is named \"exmple-web\""),
        Mistake(
            file: "sources.yaml", old: "# Only for", new: "sources: [{ name: partner, file: x }]\n# Only for",
            told:
                "sources.yaml:1:11: error[missing-key]: the key \"files\" is missing: patterns of paths below inbox/, such as meters/partner-*.csv"
        ),
    ])
    func aMistakeStopsTheRun(_ mistake: Mistake) throws {
        let workspace = try Prepared.billed()
        try workspace.replace(mistake.old, by: mistake.new, in: mistake.file)
        let before = try Kept(workspace)
        let answer = try workspace.bill("2026-10")
        #expect(answer.code == 78)
        #expect(answer.output == "")
        #expect(answer.firstError == mistake.told)
        #expect(try Kept(workspace) == before)
        let check = try workspace.billwright("check")
        #expect(check.code == 78)
        #expect(check.errors == answer.errors)
    }

    @Test func twoCustomersWithOneID() throws {
        let workspace = try Prepared.billed()
        let before = try Kept(workspace)
        try workspace.write(try workspace.text(Self.customer), to: "customers/other.yaml")
        let answer = try workspace.bill("2026-10")
        #expect(answer.code == 78)
        #expect(
            answer.firstError
                == "customers/other.yaml:2:5: error[duplicate-id]: there are two of customer \"example\"")
        #expect(try Kept(workspace) == before)
    }

    @Test func nothingIsMadeByAFirstRunThatCannotBegin() throws {
        let workspace = try Prepared.fresh()
        try workspace.replace("plan: standard", by: "plan: standrd", in: Self.customer)
        let before = try workspace.tree()
        #expect(try workspace.bill("2026-10").code == 78)
        #expect(try workspace.tree() == before)
        #expect(!workspace.exists("out"))
    }

    @Test(arguments: [
        "run --period 2026-10", "check", "import", "status", "usage --period 2026-10",
        "costs --period 2026-10", "explain 2026-10/x",
    ])
    func aMistypedWorkspace(command: String) throws {
        let arguments = command.split(separator: " ").map(String.init)
        let folder = try TemporaryWorkspace(below: Scratch.folder)
        let absent = try Program.run(arguments + ["--workspace", folder.root + "/nowhere"])
        #expect(absent.code == 78)
        #expect(absent.firstError == "\(folder.root)/nowhere: error[file-missing]: there is no such folder")
        let empty = try Program.run(arguments + ["--workspace", folder.root])
        #expect(empty.code == 78)
        #expect(
            empty.firstError
                == "billwright.yaml: error[file-missing]: there is no billwright.yaml in \(folder.root)")
        #expect(folder.names("") == [])
    }
}
