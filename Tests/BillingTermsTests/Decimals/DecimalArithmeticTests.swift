import BigInt
import Foundation
import TestWorkspaces
import Testing

@testable import BillingTerms

/// Sums, products, quotients and comparisons against big integers, far beyond 128 bits.
@Suite struct DecimalArithmeticTests {
    /// A number as the reference knows it: coefficient / 10^scale.
    fileprivate struct Reference {
        var coefficient: BigInt
        var scale: Int

        init(_ random: inout SeededRandom) {
            let digits = random.element(of: [1, 2, 5, 17, 18, 19, 30, 37, 38])
            var text = ""
            for _ in 0..<digits { text += String(random.below(10)) }
            coefficient = (BigInt(text) ?? 0) * (random.once(in: 2) ? -1 : 1)
            scale = random.element(of: [0, 0, 1, 2, 3, 6, 12, 28, 36])
        }

        var decimal: ExactDecimal { ExactDecimal(wide: coefficient, scale: scale) }
        func at(_ scale: Int) -> BigInt { coefficient * BigInt(10).power(scale - self.scale) }
    }

    private static func text(_ coefficient: BigInt, _ scale: Int) -> String {
        let digits = String(coefficient.magnitude)
        let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
        let sign = coefficient.signum() < 0 ? "-" : ""
        return scale == 0 ? sign + padded : sign + padded.dropLast(scale) + "." + padded.suffix(scale)
    }

    @Test(arguments: SeededRandom.seeds(20)) func againstBigIntegers(seed: UInt64) throws {
        var random = SeededRandom(seed)
        for _ in 0..<100 {
            let (a, b) = (Reference(&random), Reference(&random))
            let scale = max(a.scale, b.scale)
            let (x, y) = (a.decimal, b.decimal)
            let cases: [(String, String, String)] = [
                ("prints", x.description, Self.text(a.coefficient, a.scale)),
                ("sum", (x + y).description, Self.text(a.at(scale) + b.at(scale), scale)),
                ("difference", (x - y).description, Self.text(a.at(scale) - b.at(scale), scale)),
                ("product", (x * y).description, Self.text(a.coefficient * b.coefficient, a.scale + b.scale)),
                ("negated", (-x).description, Self.text(-a.coefficient, a.scale)),
                ("magnitude", x.magnitude.description, Self.text(BigInt(a.coefficient.magnitude), a.scale)),
            ]
            for (what, found, expected) in cases where found != expected {
                Issue.record("seed \(seed): \(what) of \(x) and \(y) is \(found), not \(expected)")
            }
            let order = a.at(scale) < b.at(scale)
            if (x < y) != order || (x == y) != (a.at(scale) == b.at(scale)) || (x == y && x.hashValue != y.hashValue) {
                Issue.record("seed \(seed): order of \(x) and \(y)")
            }
            let widened = ExactDecimal(wide: a.coefficient * 1000, scale: a.scale + 3)
            if x != widened || x.hashValue != widened.hashValue || x.normalized != x || x.signum != a.signum {
                Issue.record("seed \(seed): \(x) and \(widened) are one number")
            }
        }
    }

    @Test(arguments: SeededRandom.seeds(20)) func quotientsAreNearestInEveryMode(seed: UInt64) {
        var random = SeededRandom(seed)
        for _ in 0..<50 {
            let (a, b) = (Reference(&random), Reference(&random))
            guard b.coefficient != 0 else { continue }
            let digits = random.number(0...12)
            // a / b in units of 10^-digits, as a fraction n / d with d above zero.
            var n = a.coefficient * BigInt(10).power(b.scale + digits)
            var d = b.coefficient * BigInt(10).power(a.scale)
            if d < 0 { (n, d) = (-n, -d) }
            let floor = n >= 0 ? n / d : -((-n + d - 1) / d)
            let rest = n - floor * d
            for mode in RoundingMode.allCases {
                let up: Bool
                switch mode {
                case .floor: up = false
                case .ceiling: up = rest > 0
                case .down: up = n < 0 && rest > 0
                case .up: up = n > 0 && rest > 0
                case .halfAwayFromZero: up = rest * 2 > d || (rest * 2 == d && n > 0)
                case .halfEven: up = rest * 2 > d || (rest * 2 == d && floor % 2 != 0)
                }
                let expected = Self.text(floor + (up ? 1 : 0), digits)
                let found = a.decimal.divided(by: b.decimal, to: digits, mode).description
                if found != expected {
                    Issue.record(
                        "seed \(seed): \(a.decimal) / \(b.decimal) \(mode.rawValue) is \(found), not \(expected)")
                }
            }
        }
    }

    @Test func roundingModesOnTies() throws {
        let expected: [(RoundingMode, [String])] = [
            (.halfAwayFromZero, ["0.13", "0.14", "-0.13", "-0.14", "0.12", "0.13", "-0.12", "0.01", "-0.01"]),
            (.halfEven, ["0.12", "0.14", "-0.12", "-0.14", "0.12", "0.13", "-0.12", "0.00", "0.00"]),
            (.down, ["0.12", "0.13", "-0.12", "-0.13", "0.12", "0.12", "-0.12", "0.00", "0.00"]),
            (.up, ["0.13", "0.14", "-0.13", "-0.14", "0.13", "0.13", "-0.13", "0.01", "-0.01"]),
            (.floor, ["0.12", "0.13", "-0.13", "-0.14", "0.12", "0.12", "-0.13", "0.00", "-0.01"]),
            (.ceiling, ["0.13", "0.14", "-0.12", "-0.13", "0.13", "0.13", "-0.12", "0.01", "0.00"]),
        ]
        let texts = ["0.125", "0.135", "-0.125", "-0.135", "0.1249", "0.1251", "-0.1249", "0.005", "-0.005"]
        for (mode, results) in expected {
            #expect(try texts.map { try ExactDecimal(parsing: $0).rounded(to: 2, mode).description } == results)
        }
    }

    @Test func roundingWidensWhatHasFewerDigits() throws {
        #expect(try ExactDecimal(parsing: "12").rounded(to: 3).description == "12.000")
        #expect(ExactDecimal(7).prorated(11, of: 31, to: 4).description == "2.4839")
    }

    @Test func theBoundsOf128BitsAreNoBounds() {
        let most = ExactDecimal(coefficient: .max, scale: 0)
        let least = ExactDecimal(coefficient: .min, scale: 0)
        #expect((most + 1).description == "170141183460469231731687303715884105728")
        #expect((-least).description == "170141183460469231731687303715884105728")
        #expect((least - 1).description == "-170141183460469231731687303715884105729")
        #expect(least.magnitude == most + 1)
        #expect(least.divided(by: -1, to: 0) == most + 1)
        #expect((most * most).divided(by: most, to: 0) == most)
    }

    @Test func jsonKeepsEveryDigit() throws {
        let long = try ExactDecimal(parsing: "0.1234567890123456789012345678")
        let values = [0, 1, long, long * long, -long * long * 1_000_000, ExactDecimal(coefficient: .max, scale: 3)]
        let data = try JSONEncoder().encode(values)
        let decoded = try JSONDecoder().decode([ExactDecimal].self, from: data)
        #expect(decoded.map(\.description) == values.map(\.description))
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([ExactDecimal].self, from: Data(#"["1,5"]"#.utf8))
        }
    }
}

extension DecimalArithmeticTests.Reference {
    fileprivate var signum: Int { Int(coefficient.signum()) }
}
