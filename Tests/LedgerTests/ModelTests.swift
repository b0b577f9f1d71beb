import BillingTerms
import Testing

@testable import Ledger

/// Random runs and reruns, in the ledger and in a model that remembers only the last billing of each period.
@Suite struct ModelTests {
    @Test(arguments: 1...16)
    func `balances are those of a naive model`(seed: UInt64) throws {
        var random = SeededNumbers(seed: seed)
        var model = NaiveBooks()
        let ledger = try Ledger.inMemory()
        for step in 0..<20 {
            let commit = try randomCommit(step, &random)
            let expected = model.run(commit)
            let outcome = try ledger.commitRun(commit)
            #expect(outcome.superseded == expected, "seed \(seed), step \(step)")
            let again = try ledger.commitRun(commit)
            #expect(again.isUnchanged && again.superseded.isEmpty, "seed \(seed), step \(step)")
            try compare(ledger, model, "seed \(seed), step \(step)", &random)
        }
        #expect(try ledger.verify() == [], "seed \(seed)")
    }

    private static let periods = ["2026-08", "2026-09", "2026-09-05", "2026-W37", "2026-Q3", "2026-10", "2026"]
    private static let customers: [CustomerID] = ["atlas", "a/b", "zenith"]

    private func randomCommit(_ step: Int, _ random: inout SeededNumbers) throws -> RunCommit {
        let name = ModelTests.periods[random.below(ModelTests.periods.count)]
        var billed = ModelTests.customers.filter { _ in random.below(5) > 0 }
        var scope = RunScope.everyCustomer
        if random.below(3) == 0 {
            scope = .only(["atlas", "a/b"])
            billed.removeAll { $0 == "zenith" }
        }
        let billings = try billed.map { customer in
            let plans = ["2026-08", "2026-09", "2026-09-05", "2026-09-06", "2026-10"].filter { _ in random.below(3) == 0
            }
            return try billing(
                name, customer, due: random.below(3), credits: randomUses(&random),
                promotions: randomPromotions(&random),
                plans: plans)
        }
        return RunCommit(facts: facts(name, outputs: "step \(step)"), scope: scope, billings: billings)
    }

    private func randomUses(_ random: inout SeededNumbers) -> [CreditUse] {
        (0..<random.below(4)).map { _ in
            let currency = random.below(4) == 0 ? dollar : euro
            return CreditUse(
                CreditGrantID("grant-\(random.below(3))"),
                kind: [.used, .used, .used, .expired, .earned][random.below(5)],
                amount: Money(minorUnits: Int128(random.below(4)), currency: currency))
        }
    }

    private func randomPromotions(_ random: inout SeededNumbers) -> [PromotionUse] {
        (0..<random.below(3)).map { _ in
            PromotionUse(
                PromotionID("promotion-\(random.below(2))"), cycles: random.below(2), amount: eur(random.below(3)))
        }
    }

    private func compare(
        _ ledger: Ledger, _ model: NaiveBooks, _ context: String, _ random: inout SeededNumbers
    ) throws {
        let day = day("2026-08-01") + random.below(200)
        let bulk = try ledger.carriedForward(before: day)
        for customer in ModelTests.customers {
            let carried = try ledger.carriedForward(before: day, customer: customer)
            #expect(carried == bulk[customer] ?? .nothing, "\(context)")
            for currency in [euro, dollar] {
                let expected = model.balances(customer, before: day, currency)
                #expect(carried.creditUse(in: currency) == expected.used, "\(context)")
                #expect(carried.creditExpiry(in: currency).mapValues(\.amount) == expected.expired, "\(context)")
                #expect(carried.creditEarned(in: currency) == expected.earned, "\(context)")
                #expect(carried.promotionUse(in: currency) == expected.given, "\(context)")
            }
        }
        let shown = try ModelTests.periods.flatMap { try ledger.documents(of: $0).map(\.reference) }
        #expect(Set(shown) == model.references, "\(context)")
    }
}

/// What counts, as a table of periods and customers: nothing is booked, nothing reversed.
private struct NaiveBooks {
    private struct Key: Hashable {
        var periodName: String
        var customer: CustomerID
    }

    private var billings: [Key: CustomerBilling] = [:]

    mutating func run(_ commit: RunCommit) -> [SupersededDrafts] {
        let name = commit.facts.period.name
        for key in billings.keys where key.periodName == name && commit.scope.includes(key.customer) {
            billings[key] = nil
        }
        var superseded: [SupersededDrafts] = []
        for billing in commit.billings.sorted(by: { $0.customer < $1.customer }) {
            let others = billings.filter { key, other in
                key.customer == billing.customer && key.periodName != name && shareDays(other, billing)
            }
            for key in others.keys.sorted(by: { $0.periodName < $1.periodName }) {
                billings[key] = nil
                superseded.append(SupersededDrafts(customer: key.customer, periodName: key.periodName))
            }
            billings[Key(periodName: name, customer: billing.customer)] = billing
        }
        return superseded
    }

    private func shareDays(_ one: CustomerBilling, _ other: CustomerBilling) -> Bool {
        one.planPeriods.contains { plan in other.planPeriods.contains { $0.days.intersection(plan.days) != nil } }
    }

    var references: Set<String> { Set(billings.values.flatMap { $0.drafts.map(\.heading.reference) }) }

    typealias Balances = (
        used: [CreditGrantID: Money], expired: [CreditGrantID: Money], earned: [CreditGrantID: Money],
        given: [PromotionID: PromotionUse]
    )

    func balances(
        _ customer: CustomerID, before day: CalendarDay, _ currency: Currency
    ) -> Balances {
        var (used, expired): ([CreditGrantID: Money], [CreditGrantID: Money]) = ([:], [:])
        var earned: [CreditGrantID: Money] = [:]
        var given: [PromotionID: PromotionUse] = [:]
        for (key, billing) in billings where key.customer == customer && period(key.periodName).days.end <= day {
            for use in billing.creditUses where use.amount.currency == currency && !use.amount.isZero {
                switch use.kind {
                case .used: used[use.grant, default: .zero(currency)] += use.amount
                case .expired: expired[use.grant, default: .zero(currency)] += use.amount
                case .earned: earned[use.grant, default: .zero(currency)] += use.amount
                }
            }
            for use in billing.promotionUses
            where use.amount.currency == currency && (use.cycles > 0 || !use.amount.isZero) {
                let sum = given[use.promotion] ?? PromotionUse(use.promotion, cycles: 0, amount: .zero(currency))
                given[use.promotion] = PromotionUse(
                    use.promotion, cycles: sum.cycles + use.cycles, amount: sum.amount + use.amount)
            }
        }
        return (used, expired, earned, given)
    }
}

/// Numbers that are the same for the same seed on every machine (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
