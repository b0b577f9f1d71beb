import BillingTerms
import Testing

@testable import Ledger

@Suite struct CommitRunTests {
    private func october(outputs: String = "outputs-1", due: Int = 1_000, used: Int = 500) throws -> RunCommit {
        RunCommit(
            facts: facts("2026-10", outputs: outputs), files: [file("inbox/a.csv", sha256: "a", quarantined: 1)],
            quarantine: [row("inbox/a.csv", line: 3)],
            billings: [
                try billing("2026-10", "zenith", plans: ["2026-10"]),
                try billing(
                    "2026-10", "atlas", due: due, credits: [CreditUse("welcome", amount: eur(used))],
                    promotions: [PromotionUse("launch", amount: eur(100))], plans: ["2026-10"]),
            ], recordedAt: Timestamp(seconds: 1_790_000_000))
    }

    @Test func `a run is read back as it was booked`() throws {
        let ledger = try Ledger.inMemory()
        let outcome = try ledger.commitRun(try october())
        #expect(outcome == RunOutcome(run: 1, isUnchanged: false, superseded: []))
        let recordedAt = Timestamp(seconds: 1_790_000_000)
        #expect(try ledger.runs() == [RunRecord(id: 1, facts: facts("2026-10"), recordedAt: recordedAt)])
        #expect(try ledger.lastRun(of: "2026-10")?.id == 1)
        #expect(try ledger.lastRun(of: "2026-09") == nil)
        #expect(
            try ledger.documents(of: "2026-10") == [
                document("2026-10", "atlas", due: eur(1_000)), document("2026-10", "zenith", due: eur(1_000)),
            ])
        #expect(try ledger.imports().map(\.run) == [1])
        #expect(try ledger.verify().isEmpty)
    }

    @Test func `the same run again leaves the ledger as it is, byte for byte, and says so`() throws {
        let place = try Workplace()
        let ledger = try Ledger.open(path: place.ledgerPath)
        _ = try ledger.commitRun(try october())
        let (dump, bytes) = (try ledger.dump(), try place.bytes())
        var again = try october()
        again.recordedAt = Timestamp(seconds: 1_800_000_000)
        again.billings.reverse()
        #expect(try ledger.commitRun(again) == RunOutcome(run: 1, isUnchanged: true, superseded: []))
        #expect(try ledger.dump() == dump)
        #expect(try place.bytes() == bytes)
    }

    @Test func `a changed run replaces drafts and use; what did not change stays as it was booked`() throws {
        let ledger = try Ledger.inMemory()
        _ = try ledger.commitRun(try october())
        let outcome = try ledger.commitRun(try october(outputs: "outputs-2", due: 1_200, used: 300))
        #expect(outcome == RunOutcome(run: 2, isUnchanged: false, superseded: []))
        #expect(try ledger.amountsDue(of: "2026-10")[DocumentKey(customer: "atlas")] == eur(1_200))
        let use = try ledger.creditUse(before: day("2026-11-01"), customer: "atlas", in: euro)
        #expect(use == ["welcome": eur(300)])
        #expect(try ledger.count("documents") == 2)
        let posted = try ledger.transactions(of: "atlas")
        #expect(posted.map(\.reverses) == [nil, 1, nil])
        #expect(posted.map(\.isInForce) == [false, false, true])
        #expect(posted[1].postings.map(\.amount) == posted[0].postings.map { -$0.amount })
        #expect(try ledger.verify().isEmpty)
    }

    @Test func `a run that only changes outputs is on record, and posts nothing`() throws {
        let ledger = try Ledger.inMemory()
        _ = try ledger.commitRun(try october())
        let transactions = try ledger.count("transactions")
        #expect(try ledger.commitRun(try october(outputs: "outputs-2")).run == 2)
        #expect(try ledger.commitRun(try october(outputs: "outputs-1")).run == 3)
        #expect(try ledger.commitRun(try october(outputs: "outputs-1")).isUnchanged)
        #expect(try ledger.count("transactions") == transactions)
    }

    @Test func `a customer who is not billed any more loses draft and use`() throws {
        let ledger = try Ledger.inMemory()
        _ = try ledger.commitRun(try october())
        var parked = try october(outputs: "outputs-2")
        parked.facts.status = .incomplete
        parked.billings.removeAll { $0.customer == "atlas" }
        _ = try ledger.commitRun(parked)
        #expect(try ledger.documents(of: "2026-10").map(\.customer) == ["zenith"])
        #expect(try ledger.carriedForward(before: day("2026-11-01")).isEmpty)
        #expect(try ledger.verify().isEmpty)
        _ = try ledger.commitRun(try october())
        #expect(try ledger.creditUse(before: day("2026-11-01"), customer: "atlas", in: euro) == ["welcome": eur(500)])
        #expect(try ledger.verify().isEmpty)
    }

    @Test func `a run for some customers leaves the others alone`() throws {
        let ledger = try Ledger.inMemory()
        _ = try ledger.commitRun(try october())
        var part = try october(outputs: "outputs-2", due: 900)
        part.scope = .only(["atlas"])
        #expect(throws: LedgerRefusal.outsideScope("zenith")) { try ledger.commitRun(part) }
        part.billings.removeAll { $0.customer == "zenith" }
        _ = try ledger.commitRun(part)
        #expect(try ledger.documents(of: "2026-10").map(\.customer) == ["atlas", "zenith"])
        part.billings = []
        part.facts.manifestHash = "outputs-3"
        _ = try ledger.commitRun(part)
        #expect(try ledger.documents(of: "2026-10").map(\.customer) == ["zenith"])
    }

    @Test func `what contradicts itself is refused whole`() throws {
        let ledger = try Ledger.inMemory()
        let draft = try billing("2026-10", "atlas")
        let cases: [([CustomerBilling], LedgerRefusal)] = [
            ([draft, draft], .twice(name: "atlas")),
            ([try billing("2026-09", "atlas")], .misplacedDraft(reference: "2026-09/atlas")),
            (
                [CustomerBilling(customer: "zenith", drafts: draft.drafts)],
                .misplacedDraft(reference: "2026-10/atlas")
            ),
            (
                [CustomerBilling(customer: "atlas", drafts: draft.drafts + draft.drafts)],
                .twice(name: "2026-10/atlas")
            ),
        ]
        for (billings, refusal) in cases {
            #expect(throws: refusal) { try ledger.commitRun(RunCommit(facts: facts("2026-10"), billings: billings)) }
        }
        #expect(try ledger.count("runs") == 0)
    }

    @Test func `amounts due are kept by customer and project, in the currency's digits`() throws {
        let ledger = try Ledger.inMemory()
        let yen = Money(minorUnits: 123_456_789_012_345_678_901_234_567_890, currency: currency("JPY"))
        let dinar = Money(minorUnits: -1, currency: currency("KWD"))
        let drafts = [document("2026-10", "atlas", due: yen), document("2026-10", "atlas", project: "web", due: dinar)]
        _ = try ledger.commitRun(
            RunCommit(
                facts: facts("2026-10"),
                billings: [
                    CustomerBilling(
                        customer: "atlas", drafts: try drafts.map { try Draft($0) },
                        creditUses: [CreditUse("big", amount: yen)])
                ]))
        #expect(
            try ledger.amountsDue(of: "2026-10") == [
                DocumentKey(customer: "atlas"): yen, DocumentKey(customer: "atlas", project: "web"): dinar,
            ])
        let use = try ledger.creditUse(before: day("2026-11-01"), customer: "atlas", in: currency("JPY"))
        #expect(use == ["big": yen])
        #expect(try ledger.verify().isEmpty)
    }

    @Test func `later drafts are named with their customers`() throws {
        let ledger = try Ledger.inMemory()
        for name in ["2026-12", "2026-10", "2026-11-01"] {
            _ = try ledger.commitRun(
                RunCommit(
                    facts: facts(name), billings: [try billing(name, "zenith"), try billing(name, "atlas")]))
        }
        let later = try ledger.laterDrafts(than: period("2026-10"))
        #expect(later.map(\.periodName) == ["2026-11-01", "2026-12"])
        #expect(later.map(\.customers) == [["atlas", "zenith"], ["atlas", "zenith"]])
        #expect(try ledger.laterDrafts(than: period("2026-12")).isEmpty)
    }
}
