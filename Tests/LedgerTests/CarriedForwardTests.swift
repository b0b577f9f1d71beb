import BillingTerms
import Testing

@testable import Ledger

@Suite struct CarriedForwardTests {
    private let ledger: Ledger

    init() throws { ledger = try Ledger.inMemory() }

    private func run(
        _ name: String, used: Int, expired: Int = 0, cycles: Int = 0, given: Int = 0, outputs: String = "1"
    ) throws {
        let credits = [
            CreditUse("welcome", amount: eur(used)), CreditUse("old", kind: .expired, amount: eur(expired)),
        ]
        let promotions = [PromotionUse("launch", cycles: cycles, amount: eur(given))]
        _ = try ledger.commitRun(
            RunCommit(
                facts: facts(name, outputs: outputs),
                billings: [try billing(name, "atlas", credits: credits, promotions: promotions, plans: [name])]))
    }

    private func used(before text: String) throws -> Money? {
        try ledger.creditUse(before: day(text), customer: "atlas", in: euro)["welcome"]
    }

    @Test func `each period begins with what the periods before it used, also when one in the middle is run again`()
        throws
    {
        try run("2026-08", used: 100)
        try run("2026-09", used: 200)
        try run("2026-10", used: 300)
        #expect(try used(before: "2026-08-31") == nil)
        #expect(try used(before: "2026-09-01") == eur(100))
        #expect(try used(before: "2026-10-01") == eur(300))
        #expect(try used(before: "2026-11-01") == eur(600))

        for _ in 0..<2 {
            try run("2026-09", used: 150, outputs: "2")
            #expect(try used(before: "2026-09-01") == eur(100))
            #expect(try used(before: "2026-10-01") == eur(250))
            #expect(try used(before: "2026-11-01") == eur(550))
        }
        try run("2026-09", used: 0, outputs: "3")
        #expect(try used(before: "2026-11-01") == eur(400))
        #expect(try ledger.verify().isEmpty)
    }

    @Test func `expiry is kept apart from use`() throws {
        try run("2026-08", used: 100, expired: 40)
        try run("2026-09", used: 100, expired: 2)
        let carried = try ledger.carriedForward(before: day("2026-10-01"), customer: "atlas")
        #expect(carried.creditUse(in: euro) == ["welcome": eur(200)])
        #expect(
            carried.creditExpiry(in: euro) == [
                "old": CreditExpiry(amount: eur(42), periodName: "2026-09", periodEnd: day("2026-10-01"))
            ])
        #expect(carried.creditUse(in: dollar).isEmpty)
    }

    @Test func `a promotion's cycles and amounts are carried from period to period`() throws {
        try run("2026-08", used: 0, cycles: 1, given: 500)
        try run("2026-09", used: 0, cycles: 1, given: 700)
        try run("2026-08", used: 0, cycles: 0, given: 0, outputs: "2")
        try run("2026-08", used: 0, cycles: 1, given: 450, outputs: "3")
        let use = try ledger.promotionUse(before: day("2026-10-01"), customer: "atlas", in: euro)
        #expect(use == ["launch": PromotionUse("launch", cycles: 2, amount: eur(1_150))])
        #expect(try ledger.verify().isEmpty)
    }

    @Test func `what was spent towards a commitment is carried on, and taken once`() throws {
        func spend(_ name: String, _ cents: Int, outputs: String = "1") throws {
            var bill = try billing(name, "atlas", credits: [], promotions: [], plans: [name])
            bill.commitmentUses = [CommitmentUse("standard/2026-08-01", amount: eur(cents))]
            _ = try ledger.commitRun(RunCommit(facts: facts(name, outputs: outputs), billings: [bill]))
        }
        try spend("2026-08", 1_000)
        try spend("2026-09", 2_000)
        try spend("2026-08", 1_000)
        try spend("2026-08", 700, outputs: "2")
        let carried = try ledger.carriedForward(before: day("2026-10-01"), customer: "atlas")
        #expect(carried.commitmentSpending(in: euro) == ["standard/2026-08-01": eur(2_700)])
        #expect(carried.commitmentSpending(in: dollar).isEmpty)
        #expect(try ledger.verify().isEmpty)
    }

    @Test func `uses of one grant are one use, in whatever order they come`() throws {
        let uses = [
            CreditUse("b", amount: eur(1)), CreditUse("a", amount: eur(2)), CreditUse("b", amount: eur(4)),
            CreditUse("c", amount: eur(0)),
        ]
        let use = BillingUse(credits: uses, promotions: [])
        #expect(use == BillingUse(credits: uses.reversed(), promotions: []))
        #expect(use.credits == [CreditUse("a", amount: eur(2)), CreditUse("b", amount: eur(5))])
        #expect(use.postings(of: "atlas").unbalancedCurrency == nil)
    }

    @Test func `one side without the other is noticed, in each currency by itself`() {
        let postings = [
            Posting(.creditGrant("atlas", "g"), eur(-5)),
            Posting(.creditUsed("atlas", "g"), Money(minorUnits: 5, currency: dollar)),
        ]
        #expect(postings.unbalancedCurrency == euro)
        #expect([Posting(.creditGrant("atlas", "g"), eur(0))].unbalancedCurrency == nil)
    }

    @Test(arguments: [("atlas", "welcome"), ("a/b", "c"), ("a", "b/c"), ("50%", "2F:/%"), ("é", "")])
    func `a ledger account is read back from its text`(customer: String, thing: String) {
        let ledgerAccounts: [LedgerAccount] = [
            .creditGrant(CustomerID(customer), CreditGrantID(thing)),
            .creditUsed(CustomerID(customer), CreditGrantID(thing)),
            .creditExpired(CustomerID(customer), CreditGrantID(thing)),
            .promotion(CustomerID(customer), PromotionID(thing)),
            .promotionGiven(CustomerID(customer), PromotionID(thing)),
        ]
        for ledgerAccount in ledgerAccounts { #expect(LedgerAccount(text: ledgerAccount.text) == ledgerAccount) }
    }

    @Test(arguments: ["", "credit-used", "credit-used:atlas", "credit-used:a/b/c", "cash:a/b", "credit-used:a%2/b"])
    func `another text is no ledger account`(text: String) {
        #expect(LedgerAccount(text: text) == nil)
    }
}
