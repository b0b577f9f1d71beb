import BigInt

/// An exact fraction, for the second implementation: slow, and with nothing in common with `ExactDecimal`.
struct Fraction: Comparable {
    let numerator: BigInt
    /// Above zero.
    let denominator: BigInt

    static let zero = Fraction(0)

    init(_ numerator: BigInt, over denominator: BigInt = 1) {
        self.numerator = denominator < 0 ? -numerator : numerator
        self.denominator = denominator < 0 ? -denominator : denominator
    }

    init(_ integer: Int) { self.init(BigInt(integer)) }

    /// Reads `-12.5`, as decimals print.
    init(text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let digits = parts.joined()
        let places = parts.count > 1 ? parts[1].count : 0
        self.init(BigInt(digits) ?? 0, over: BigInt(10).power(places))
    }

    static func + (a: Fraction, b: Fraction) -> Fraction {
        Fraction(a.numerator * b.denominator + b.numerator * a.denominator, over: a.denominator * b.denominator)
    }
    static prefix func - (a: Fraction) -> Fraction { Fraction(-a.numerator, over: a.denominator) }
    static func - (a: Fraction, b: Fraction) -> Fraction { a + (-b) }
    static func * (a: Fraction, b: Fraction) -> Fraction {
        Fraction(a.numerator * b.numerator, over: a.denominator * b.denominator)
    }
    static func / (a: Fraction, b: Fraction) -> Fraction {
        Fraction(a.numerator * b.denominator, over: a.denominator * b.numerator)
    }
    static func == (a: Fraction, b: Fraction) -> Bool {
        a.numerator * b.denominator == b.numerator * a.denominator
    }
    static func < (a: Fraction, b: Fraction) -> Bool { a.numerator * b.denominator < b.numerator * a.denominator }

    var isNegative: Bool { numerator < 0 }

    /// The whole number at or below a fraction that is not negative.
    var roundedDown: Fraction { Fraction(numerator / denominator) }
    var roundedUp: Fraction { -((-self).floor) }
    private var floor: Fraction {
        numerator >= 0 ? roundedDown : Fraction(-((-numerator + denominator - 1) / denominator))
    }

    /// In minor units of a currency with two digits, half away from zero.
    var cents: Int {
        let magnitude = (numerator < 0 ? -numerator : numerator) * 200 + denominator
        let cents = Int(magnitude / (denominator * 2))
        return numerator < 0 ? -cents : cents
    }
}

extension Fraction {
    static func power(_ digits: Int) -> BigInt { BigInt(10).power(digits) }
    init(_ integer: BigInt) { self.init(integer, over: 1) }

    /// How many digits after the point it takes to write this; 36 where it does not end before.
    var decimalDigits: Int {
        (0..<36).first { (numerator * Fraction.power($0)) % denominator == 0 } ?? 36
    }

    func rounded(toTenths digits: Int) -> Fraction {
        let power = Fraction(Fraction.power(digits))
        let magnitude = (isNegative ? -self : self) * power + Fraction(1, over: 2)
        return (isNegative ? -magnitude.roundedDown : magnitude.roundedDown) / power
    }

    /// Whole units split by largest remainder; weights below zero count as zero, ties go to the earlier one.
    static func split(_ whole: Fraction, over weights: [Fraction]) -> [Fraction] {
        let positive = weights.map { $0.isNegative ? Fraction.zero : $0 }
        let total = positive.reduce(.zero, +)
        guard total > .zero else { return weights.indices.map { $0 == 0 ? whole : .zero } }
        let isNegative = whole.isNegative
        let magnitude = isNegative ? -whole : whole
        let exact = positive.map { magnitude * $0 / total }
        var parts = exact.map(\.roundedDown)
        while parts.reduce(.zero, +) < magnitude {
            var best = 0
            for place in exact.indices where exact[place] - parts[place] > exact[best] - parts[best] { best = place }
            parts[best] = parts[best] + Fraction(1)
        }
        return isNegative ? parts.map { -$0 } : parts
    }

    static func split(_ whole: Int, over weights: [Fraction]) -> [Int] {
        split(Fraction(whole), over: weights).map { Int($0.numerator / $0.denominator) }
    }
}
