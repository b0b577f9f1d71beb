import Foundation
import TestWorkspaces
import Testing

/// What rewards and grants leave behind from run to run, in the outputs and in the books.
@Suite struct CreditRunTests {
    private func workspace(plan: String, customer: String, events: String = "") throws -> TemporaryWorkspace {
        let workspace = try TemporaryWorkspace(below: Scratch.folder)
        try workspace.overlay(Repository.tests + "/Scenarios/defaults")
        try workspace.write(
            "id: standard\nname: Standard\ncurrency: EUR\n" + plan, to: "catalog/plans/standard.yaml")
        try workspace.write(
            "id: atlas\nname: Atlas Ltd\nprojects: [{id: web, name: Web}]\n" + customer, to: "customers/atlas.yaml")
        try FileManager.default.createDirectory(
            atPath: workspace.root + "/inbox", withIntermediateDirectories: true)
        if !events.isEmpty {
            try workspace.write(
                "event_id,customer_id,project_id,meter,value,timestamp,region,tier\n" + events,
                to: "inbox/meters/events.csv")
        }
        return workspace
    }

    private func credit(_ workspace: TemporaryWorkspace, _ period: String, _ grant: String) throws -> [String]? {
        let rows = try workspace.rows("out/\(period)/credits.csv")
        let row = rows.first { $0["grant"] == grant && $0["project"] == "" }
        return row.map { row in ["opening", "granted", "used", "expired", "closing"].map { row[$0] ?? "" } }
    }

    /// 2 blocks of October earn 4.00, which lower November: 10.00 − 4.00 = 6.00, with VAT 7.14.
    @Test func aRewardIsEarnedOnceAndUsedOnce() throws {
        let workspace = try workspace(
            plan: """
                period: month
                versions:
                  - from: 2020-01-01
                    prices: [{item: api-calls, model: per-unit, unit_price: 0.01}]

                """, customer: "subscriptions: [{plan: standard, from: 2026-10-01}]\nrewards: [green]\n",
            events: """
                e1,atlas,web,api-calls,2500,2026-10-05T10:00:00Z,eu,pro
                e2,atlas,web,api-calls,900,2026-11-05T10:00:00Z,eu,pro
                e3,atlas,web,api-calls,100,2026-11-06T10:00:00Z,us,pro

                """)
        try workspace.write(
            """
            rewards:
              - {id: green, name: Green, meter: api-calls, where: {region: [eu]}, per: 1000, amount: 2.00, currency: EUR}

            """, to: "catalog/rewards.yaml")
        for period in ["2026-10", "2026-11", "2026-10", "2026-11"] {
            #expect([0, 1].contains(try workspace.bill(period).code))
        }
        let ledger = try workspace.tree()["ledger.sqlite"]
        #expect(try workspace.bill("2026-11").code == 0)
        #expect(try workspace.tree()["ledger.sqlite"] == ledger)
        #expect(try credit(workspace, "2026-10", "green/2026-10") == ["0.00", "4.00", "0.00", "0.00", "4.00"])
        #expect(try credit(workspace, "2026-11", "green/2026-10") == ["4.00", "0.00", "4.00", "0.00", "0.00"])
        #expect(try workspace.rows("out/2026-11/invoices.csv").first?["amount_due"] == "7.14")
        #expect(try workspace.bill("2026-12").code == 0)
        #expect(try credit(workspace, "2026-12", "green/2026-10") == nil)
        #expect(try workspace.billwright("check").code == 0)

        // What stands in the books goes on to stand there when the catalog loses the reward, and is said to.
        try workspace.write("rewards: []\n", to: "catalog/rewards.yaml")
        try workspace.replace("rewards: [green]\n", by: "", in: "customers/atlas.yaml")
        #expect(try workspace.bill("2026-10").code == 0)
        #expect(try workspace.bill("2026-11").code == 0)
        #expect(try workspace.rows("out/2026-11/invoices.csv").first?["amount_due"] == "11.90")
    }

    @Test func creditOfARewardThatIsGoneIsReported() throws {
        let workspace = try workspace(
            plan: """
                period: month
                versions:
                  - from: 2020-01-01
                    fees: [{name: Platform, amount: 1.00}]
                    prices: [{item: api-calls, model: per-unit, unit_price: 0.01}]

                """, customer: "subscriptions: [{plan: standard, from: 2026-10-01}]\nrewards: [green]\n",
            events: "e1,atlas,web,api-calls,2500,2026-10-05T10:00:00Z,eu,pro\n")
        try workspace.write(
            "rewards: [{id: green, name: Green, meter: api-calls, per: 1000, amount: 2.00, currency: EUR}]\n",
            to: "catalog/rewards.yaml")
        #expect(try workspace.bill("2026-10").code == 0)
        try workspace.write("rewards: []\n", to: "catalog/rewards.yaml")
        try workspace.replace("rewards: [green]\n", by: "", in: "customers/atlas.yaml")
        let answer = try workspace.bill("2026-11")
        #expect(answer.code == 1)
        #expect(
            answer.errors.contains(
                """
                customers/atlas.yaml:1:5: warning[reward-gone]: catalog/rewards.yaml has no reward "green" any more, of which "atlas" holds 4.00 EUR
                """))
    }

    /// A quarterly plan bills nothing in October, and the grant ends all the same: the customer gets a statement that is
    /// not to be paid, and the books know.
    @Test func aGrantExpiresThoughNothingIsBilled() throws {
        let workspace = try workspace(
            plan: """
                period: 3 months
                versions:
                  - from: 2020-01-01
                    fees: [{name: Platform, amount: 100.00}]

                """,
            customer: """
                subscriptions: [{plan: standard, from: 2026-10-01}]
                credits:
                  - {id: welcome, kind: promotional, amount: 60.00, from: 2026-10-01, expires: 2026-10-16}
                  - {id: monthly, kind: prepaid, amount: 10.00, from: 2026-10-01, every: month, rollover: 5.00}

                """)
        #expect(try workspace.bill("2026-10").code == 0)
        let invoice = try #require(try workspace.rows("out/2026-10/invoices.csv").first)
        #expect(invoice["role"] == "statement" && invoice["amount_due"] == "0.00" && invoice["lines"] == "0")
        #expect(workspace.exists("out/2026-10/atlas/atlas.xlsx"))
        #expect(try credit(workspace, "2026-10", "welcome") == ["0.00", "60.00", "0.00", "60.00", "0.00"])
        #expect(try credit(workspace, "2026-10", "monthly") == ["0.00", "10.00", "0.00", "5.00", "5.00"])
        let before = try workspace.tree("out")
        #expect(try workspace.bill("2026-10").code == 0)
        #expect(try workspace.tree("out") == before)

        #expect(try workspace.bill("2026-11").code == 0)
        #expect(try credit(workspace, "2026-11", "welcome") == nil)
        #expect(try credit(workspace, "2026-11", "monthly") == ["5.00", "10.00", "0.00", "10.00", "5.00"])
        // December closes the quarter: 119.00, of which 5.00 + 10.00 are paid.
        #expect(try workspace.bill("2026-12").code == 0)
        #expect(try credit(workspace, "2026-12", "monthly") == ["5.00", "10.00", "15.00", "0.00", "0.00"])
        #expect(try workspace.rows("out/2026-12/invoices.csv").first?["amount_due"] == "104.00")
        #expect(try workspace.billwright("check").code == 0)
    }

    /// A month that was not run changes nothing: a grant lives by the calendar.
    @Test func aMonthThatWasNotRunLosesNothing() throws {
        let workspace = try workspace(
            plan: """
                period: month
                versions:
                  - from: 2020-01-01
                    fees: [{name: Platform, amount: 4.00}]

                """,
            customer: """
                subscriptions: [{plan: standard, from: 2026-10-01}]
                credits: [{id: monthly, kind: promotional, amount: 10.00, from: 2026-10-01, every: month, rollover: 5.00}]

                """)
        #expect(try workspace.bill("2026-10").code == 0)
        #expect(try workspace.bill("2026-12").code == 0)
        #expect(try credit(workspace, "2026-10", "monthly") == ["0.00", "10.00", "4.00", "1.00", "5.00"])
        #expect(try credit(workspace, "2026-12", "monthly") == ["5.00", "10.00", "4.00", "6.00", "5.00"])
    }
}
