import BillingTerms
import Testing

/// Amounts of 19 digits and more, as Azure writes them, come back as they were written, whatever their sign.
@Suite struct ExactDecimalWidthTests {
    @Test("wide amounts keep every digit", arguments: [1, 2, 3, 4, 5])
    func roundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            let count = Int.random(in: 1...50, using: &generator)
            let scale = Int.random(in: 0...min(count, 36), using: &generator)
            var digits = String((0..<count).map { _ in "0123456789".randomElement(using: &generator) ?? "0" })
            if Bool.random(using: &generator) { digits = String(repeating: "0", count: count / 2) + digits.prefix(count - count / 2) }
            let whole = "1" + digits.dropLast(scale)
            guard whole.utf8.count <= 38 - scale else { continue }
            let text = whole + (scale > 0 ? "." + digits.suffix(scale) : "")
            for sign in ["", "-"] {
                #expect(try ExactDecimal(parsing: sign + text).description == sign + text, "seed \(seed)")
            }
            #expect(try ExactDecimal(parsing: text) + ExactDecimal(parsing: "-" + text) == .zero)
        }
    }
}

/// A generator whose numbers depend on its seed only, so that a failure can be repeated (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
