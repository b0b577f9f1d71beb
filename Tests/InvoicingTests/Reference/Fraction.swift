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
