import BillingTerms
import TestWorkspaces
import Testing

@testable import Rating

/// Free units of all projects together, split over what each used.
@Suite struct FreeUnitsTests {
    @Test(arguments: SeededRandom.seeds(200)) func partsAddUpAndNoneExceedsItsQuantity(seed: UInt64) {
        var random = SeededRandom(seed)
        let quantities = (0...random.below(6)).map { _ in
            // Wide ones too: a share that lies next to a whole unit must not be taken for it.
            let wide = Int128(random.below(1_000_000_000_000)) * Int128(random.element(of: [1, 1, 1_000_000_000]))
            return ExactDecimal(coefficient: wide, scale: random.element(of: [0, 0, 2, 6]))
        }
        let whole = quantities.sum()
        let units = min(whole, ExactDecimal(coefficient: Int128(random.below(1_000_000_000)), scale: random.below(4)))
        let parts = units.split(over: quantities)
        #expect(parts.sum() == units)
        for (part, quantity) in zip(parts, quantities) {
            #expect(part <= quantity && !part.isNegative)
            // Next to the exact share: less than one unit of the last digit away.
            if !whole.isZero {
                let digits = (quantities.map(\.normalized.scale) + [units.normalized.scale]).max() ?? 0
                let unit = ExactDecimal(coefficient: 1, scale: digits)
                #expect((part * whole - units * quantity).magnitude < unit * whole)
            }
        }
    }

    @Test func unitsGoToTheLargestRemainders() {
        #expect(ExactDecimal(100).split(over: [60, 60, 60].map { ExactDecimal($0) }) == [34, 33, 33])
        #expect(ExactDecimal(1000).split(over: [1500, 500].map { ExactDecimal($0) }) == [750, 250])
        #expect(ExactDecimal(5).split(over: [0, 0].map { ExactDecimal($0) }) == [0, 0])
    }
}
