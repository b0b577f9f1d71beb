import BillingTerms
import Testing

@testable import Ledger

/// Days of a subscription are billed by one run period only: the last one that was run.
@Suite struct OverlapTests {
    private let ledger: Ledger

    init() throws { ledger = try Ledger.inMemory() }

    private func run(_ name: String, used: Int, plans: [String], outputs: String = "1") throws -> RunOutcome {
        try ledger.commitRun(
            RunCommit(
                facts: facts(name, outputs: outputs),
                billings: [
                    try billing(name, "atlas", credits: [CreditUse("welcome", amount: eur(used))], plans: plans),
                    try billing(name, "zenith"),
                ]))
    }

    private func used() throws -> Money? {
        try ledger.creditUse(before: day("2027-01-01"), customer: "atlas", in: euro)["welcome"]
    }

    @Test func `a month takes over the day that was drafted before it, for the customers whose days it bills`() throws {
        _ = try run("2026-10-05", used: 10, plans: ["2026-10-05"])
        _ = try run("2026-10-06", used: 20, plans: ["2026-10-06"])
        let outcome = try run("2026-10", used: 300, plans: ["2026-10-05", "2026-10-06", "2026-10-07"])
        #expect(
            outcome.superseded == [
                SupersededDrafts(customer: "atlas", periodName: "2026-10-05"),
                SupersededDrafts(customer: "atlas", periodName: "2026-10-06"),
            ])
        #expect(try used() == eur(300))
        #expect(try ledger.documents(of: "2026-10-05").map(\.customer) == ["zenith"])
        #expect(try ledger.amountsDue(of: "2026-10-05") == [DocumentKey(customer: "zenith"): eur(1_000)])
        #expect(try ledger.verify().isEmpty)

        let again = try run("2026-10", used: 300, plans: ["2026-10-05", "2026-10-06", "2026-10-07"])
        #expect(again.isUnchanged && again.superseded.isEmpty)
    }

    @Test func `the day that is run again takes its days back`() throws {
        _ = try run("2026-10-05", used: 10, plans: ["2026-10-05"])
        let month = try run("2026-10", used: 300, plans: ["2026-10-05"])
        let dayAgain = try run("2026-10-05", used: 10, plans: ["2026-10-05"])
        #expect(dayAgain.superseded == [SupersededDrafts(customer: "atlas", periodName: "2026-10")])
        #expect(!dayAgain.isUnchanged && dayAgain.run == month.run + 1)
        #expect(try used() == eur(10))
        #expect(try ledger.documents(of: "2026-10-05").count == 2)
        #expect(try ledger.documents(of: "2026-10").map(\.customer) == ["zenith"])
        #expect(try ledger.verify().isEmpty)
    }

    @Test func `plan periods that share only some days overlap too`() throws {
        _ = try run("2026-10-05", used: 10, plans: ["2026-10-05"])
        let outcome = try run("2026-10", used: 300, plans: ["2026-10"])
        #expect(outcome.superseded.map(\.periodName) == ["2026-10-05"])
        #expect(try used() == eur(300))
    }

    @Test func `run periods that overlap without billing the same days both count`() throws {
        _ = try run("2026-10-05", used: 10, plans: ["2026-10-05"])
        let outcome = try run("2026-10", used: 300, plans: ["2026-09", "2026-11"])
        #expect(outcome.superseded.isEmpty)
        #expect(try used() == eur(310))
        #expect(try ledger.verify().isEmpty)
    }
}
