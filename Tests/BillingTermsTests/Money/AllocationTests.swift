import BigInt
import TestWorkspaces
import Testing

@testable import BillingTerms

/// Splitting an amount: the parts add up, and each lies next to its share.
@Suite struct AllocationTests {
    private let euro: Currency

    init() throws { euro = try #require(Currency(code: "EUR")) }

    private func parts(_ cents: Int, _ weights: [ExactDecimal]) -> [Int] {
        Money(minorUnits: Int128(cents), currency: euro).allocated(over: weights).map { Int($0.minorUnits) }
    }

    @Test func largestRemainder() {
        #expect(parts(10000, [1, 1, 1]) == [3334, 3333, 3333])
        #expect(parts(-10000, [1, 1, 1]) == [-3334, -3333, -3333])
        #expect(parts(100, [3, 2, 1]) == [50, 33, 17])
        #expect(parts(1, [1, 2, 3]) == [0, 0, 1])
        #expect(parts(5, [0, 0]) == [5, 0])
        #expect(parts(5, [0, 1, -7]) == [0, 5, 0])
        #expect(parts(0, [1, 2]) == [0, 0])
        #expect(parts(7, [1]) == [7])
    }

    private func weight(_ random: inout SeededRandom) -> ExactDecimal {
        let scale = random.element(of: [0, 2, 6, 20])
        let digits = random.element(of: [10, 1_000, 1_000_000_000_000_000])
        return ExactDecimal(coefficient: Int128(random.below(digits) - (random.once(in: 5) ? digits : 0)), scale: scale)
    }

    @Test(arguments: SeededRandom.seeds(20)) func partsAddUp(seed: UInt64) {
        var random = SeededRandom(seed)
        for _ in 0..<50 {
            let weights = (0...random.below(12)).map { _ in weight(&random) }
            let cents = random.number(-1_000_000...1_000_000)
            let parts = parts(cents, weights)
            let positive = weights.map { $0.isNegative ? ExactDecimal.zero : $0 }
            let whole = positive.sum()
            var isSound = parts.reduce(0, +) == cents && parts.allSatisfy { $0 == 0 || ($0 < 0) == (cents < 0) }
            for (part, weight) in zip(parts, positive) where whole.signum > 0 {
                // |part × whole − cents × weight| < whole: less than a cent from the exact share.
                let distance = (ExactDecimal(part) * whole - ExactDecimal(cents) * weight).magnitude
                if distance >= whole { isSound = false }
            }
            // No part is larger than its weight when the amount is not larger than the weights together.
            if whole.signum > 0, positive.allSatisfy({ $0.scale == 0 }), ExactDecimal(abs(cents)) <= whole {
                isSound = isSound && zip(parts, positive).allSatisfy { ExactDecimal(abs($0)) <= $1 }
            }
            if !isSound { Issue.record("seed \(seed): \(cents) over \(weights) is \(parts)") }
        }
    }

    @Test(arguments: SeededRandom.seeds(20)) func partsNextToTheirShares(seed: UInt64) {
        var random = SeededRandom(seed)
        for _ in 0..<50 {
            let shares = (0...random.below(12)).map { _ in
                ExactDecimal(coefficient: Int128(random.number(-5_000_000...9_000_000)), scale: 4)
            }
            guard let total = Money(rounding: shares.sum(), to: euro) else { continue }
            let parts = total.allocated(nextTo: shares)
            let cent = ExactDecimal(coefficient: 1, scale: 2)
            let isNear = zip(parts, shares).allSatisfy { ($0.decimal - $1).magnitude < cent || $0.decimal == $1 }
            if parts.sum(euro) != total || !isNear {
                Issue.record("seed \(seed): \(total) next to \(shares) is \(parts)")
            }
        }
    }
}
