import Foundation

/// SplitMix64: the same seed gives the same test everywhere. A failing test prints its seed.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    mutating func element<Element>(of elements: [Element]) -> Element { elements[below(elements.count)] }

    mutating func bytes(_ count: Int, of alphabet: [UInt8]) -> [UInt8] {
        (0..<count).map { _ in element(of: alphabet) }
    }
}

enum Fuzzing {
    /// `FUZZ_ROUNDS` multiplies the work of every fuzz test, `FUZZ_SEED` moves it to other inputs.
    static func seeds(_ count: Int) -> [UInt64] {
        let environment = ProcessInfo.processInfo.environment
        let first = environment["FUZZ_SEED"].flatMap { UInt64($0) } ?? 1
        let factor = environment["FUZZ_ROUNDS"].flatMap { Int($0) } ?? 1
        return (0..<count * factor).map { first &+ UInt64($0) }
    }

    /// Changes a few bytes, cuts, repeats or moves a piece.
    static func mutated(_ bytes: [UInt8], _ random: inout SeededRandom, inserting words: [[UInt8]]) -> [UInt8] {
        var result = bytes
        for _ in 0...random.below(4) {
            let place = random.below(result.count + 1)
            let length = random.below(min(16, result.count - place + 1))
            switch random.below(6) {
            case 0 where place < result.count: result[place] = UInt8(truncatingIfNeeded: random.next())
            case 1 where place < result.count: result[place] ^= 1 << UInt8(random.below(8))
            case 2: result.insert(contentsOf: random.element(of: words), at: place)
            case 3: result.removeSubrange(place..<place + length)
            case 4: result.insert(contentsOf: result[place..<place + length], at: random.below(result.count + 1))
            case 5 where random.below(4) == 0: result.removeSubrange(place...)
            default: break
            }
        }
        return result
    }
}
