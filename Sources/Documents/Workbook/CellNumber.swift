import BillingTerms

/// Exact decimals on their way into cells, which hold C doubles. The one place of the program where an amount becomes a
/// binary fraction, after everything about it is decided.
enum CellNumber {
    /// What a spreadsheet keeps of a number.
    static let significantDigits = 15

    /// The double next to the value, and whether a spreadsheet shows it with every digit: up to fifteen it does.
    static func double(_ value: ExactDecimal) -> (double: Double, isExact: Bool) {
        if let (coefficient, scale) = compact(value) {
            // Both are exact in a double, so that their quotient is the nearest one.
            return (Double(coefficient) / powersOfTen[scale], true)
        }
        let short = value.normalized
        if let (coefficient, scale) = compact(short) { return (Double(coefficient) / powersOfTen[scale], true) }
        return (Double(short.description) ?? 0, short.significantDigits <= significantDigits)
    }

    private static func compact(_ value: ExactDecimal) -> (coefficient: Int64, scale: Int)? {
        guard value.scale < powersOfTen.count, let coefficient = value.coefficient(atScale: value.scale),
            coefficient.magnitude < 1_000_000_000_000_000
        else { return nil }
        return (Int64(coefficient), value.scale)
    }

    /// 10^0 to 10^22, all that a double holds exactly.
    private static let powersOfTen: [Double] = {
        var powers: [Double] = [1]
        for _ in 0..<22 { powers.append(powers[powers.count - 1] * 10) }
        return powers
    }()
}

/// Whether a live formula gives exactly the value that an invoice holds. Only then is it written; otherwise the value
/// stands there as a number. A spreadsheet computes with doubles, so a result that lies near a tie is not left to it.
enum LiveFormula {
    /// `ROUND(product, digits)` of two exact cells gives `expected`.
    static func roundedProduct(
        _ left: ExactDecimal, _ right: ExactDecimal, digits: Int, gives expected: ExactDecimal
    ) -> Bool {
        guard CellNumber.double(left).isExact, CellNumber.double(right).isExact else { return false }
        return rounding(left * right, digits: digits, gives: expected)
    }

    /// `ROUND(left / right, digits)`.
    static func roundedQuotient(
        _ left: ExactDecimal, _ right: ExactDecimal, digits: Int, gives expected: ExactDecimal
    ) -> Bool {
        guard !right.isZero, CellNumber.double(left).isExact, CellNumber.double(right).isExact else { return false }
        return rounding(left.divided(by: right, to: digits + 8), digits: digits, gives: expected)
    }

    /// `ROUND(a + b − …, digits)` of amounts with at most `digits` digits: the sum of doubles lies so close to the exact
    /// one that rounding finds it.
    static func sum(_ parts: some Sequence<ExactDecimal>, gives expected: ExactDecimal) -> Bool {
        var sum = ExactDecimal.zero
        var magnitude = ExactDecimal.zero
        var count = 0
        for part in parts {
            guard CellNumber.double(part).isExact else { return false }
            sum += part
            magnitude += part.magnitude
            count += 1
        }
        // The error of a sum is below count × magnitude × 2^-53; it must stay below half of the last digit.
        let spread = magnitude * ExactDecimal(max(count, 1))
        return sum == expected && CellNumber.double(expected).isExact && spread < errorBound(expected.scale)
    }

    private static func errorBound(_ digits: Int) -> ExactDecimal {
        ExactDecimal(coefficient: 4_000_000_000_000_000, scale: digits)
    }

    private static func rounding(_ exact: ExactDecimal, digits: Int, gives expected: ExactDecimal) -> Bool {
        // Beyond 10^11 units the double's error reaches the margin.
        guard exact.rounded(to: digits) == expected,
            expected.magnitude < ExactDecimal(coefficient: 100_000_000_000, scale: digits)
        else { return false }
        let margin = ExactDecimal(coefficient: 1, scale: digits + 4)
        return (exact + margin).rounded(to: digits) == expected && (exact - margin).rounded(to: digits) == expected
    }
}
