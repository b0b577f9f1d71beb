import Foundation

/// SplitMix64: the same seed gives the same test everywhere. A failing test names its seed.
package struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    package init(_ seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    package mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
    package mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
    package mutating func element<Element>(of elements: [Element]) -> Element { elements[below(elements.count)] }
    /// True once in `count` times.
    package mutating func once(in count: Int) -> Bool { below(count) == 0 }

    /// `BILLWRIGHT_SEED` moves random tests to other inputs, `BILLWRIGHT_ROUNDS` multiplies their number.
    package static func seeds(_ count: Int) -> [UInt64] {
        let environment = ProcessInfo.processInfo.environment
        let first = environment["BILLWRIGHT_SEED"].flatMap { UInt64($0) } ?? 1
        let factor = environment["BILLWRIGHT_ROUNDS"].flatMap { Int($0) } ?? 1
        return (0..<count * factor).map { first &+ UInt64($0) }
    }
}
