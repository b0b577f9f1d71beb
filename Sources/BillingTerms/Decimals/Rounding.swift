import BigInt

/// How a number is cut to fewer digits. The modes are those of IEEE 754 and of the tax authorities' texts.
package enum RoundingMode: String, Sendable, CaseIterable {
    /// Ties go away from zero: 0.125 → 0.13 and −0.125 → −0.13, so that a credit note mirrors its invoice exactly.
    case halfAwayFromZero = "half-away-from-zero"
    /// Ties go to the even digit ("banker's rounding").
    case halfEven = "half-even"
    /// Towards zero.
    case down
    /// Away from zero.
    case up
    /// Towards minus infinity.
    case floor
    /// Towards plus infinity.
    case ceiling

    /// Whether the quotient's magnitude grows by one, given the truncated quotient and what was cut off.
    func increments(negative: Bool, quotientIsOdd: Bool, remainderIsZero: Bool, half: Int) -> Bool {
        if remainderIsZero { return false }
        switch self {
        case .halfAwayFromZero: return half >= 0
        case .halfEven: return half > 0 || (half == 0 && quotientIsOdd)
        case .down: return false
        case .up: return true
        case .floor: return negative
        case .ceiling: return !negative
        }
    }
}

extension ExactDecimal {
    /// This number with at most `digits` after the point. A number that has fewer is widened, so the result always has
    /// exactly `digits`.
    package func rounded(to digits: Int, _ mode: RoundingMode = .halfAwayFromZero) -> ExactDecimal {
        if digits >= scale {
            if let value = coefficient(atScale: digits) { return ExactDecimal(coefficient: value, scale: digits) }
            return ExactDecimal(wide: wideCoefficient(atScale: digits), scale: digits)
        }
        return ExactDecimal.quotient(
            numerator: self, denominator: .one, digits: digits, mode: mode)
    }

    /// `self / divisor`, rounded to `digits` after the point. The divisor must not be zero.
    package func divided(by divisor: ExactDecimal, to digits: Int, _ mode: RoundingMode = .halfAwayFromZero)
        -> ExactDecimal
    {
        ExactDecimal.quotient(numerator: self, denominator: divisor, digits: digits, mode: mode)
    }

    /// `self × part / whole`, rounded once: a price for some days of a period. `whole` must not be zero.
    package func prorated(
        _ part: Int, of whole: Int, to digits: Int, _ mode: RoundingMode = .halfAwayFromZero
    ) -> ExactDecimal {
        (self * ExactDecimal(part)).divided(by: ExactDecimal(whole), to: digits, mode)
    }

    /// numerator / denominator = (n / 10^a) / (d / 10^b) = n·10^(digits + b) / (d·10^a) / 10^digits
    private static func quotient(
        numerator: ExactDecimal, denominator: ExactDecimal, digits: Int, mode: RoundingMode
    ) -> ExactDecimal {
        let shift = digits + denominator.scale - numerator.scale
        // −2^127 divided by −1 does not fit 128 bits.
        if let n = numerator.compactCoefficient(shiftedBy: max(shift, 0)), n != .min,
            let d = denominator.compactCoefficient(shiftedBy: max(-shift, 0)), d.magnitude < UInt128(1) << 126
        {
            return compactQuotient(n, d, digits: digits, mode: mode)
        }
        let n = numerator.wideCoefficient * PowersOfTen.wide(max(shift, 0))
        let d = denominator.wideCoefficient * PowersOfTen.wide(max(-shift, 0))
        let (quotient, remainder) = n.quotientAndRemainder(dividingBy: d)
        let negative = (n.signum() < 0) != (d.signum() < 0)
        let twice = remainder.magnitude * 2
        let half = twice < d.magnitude ? -1 : (twice == d.magnitude ? 0 : 1)
        let increments = mode.increments(
            negative: negative, quotientIsOdd: quotient.magnitude % 2 == 1, remainderIsZero: remainder == 0, half: half)
        return ExactDecimal(wide: increments ? quotient + (negative ? -1 : 1) : quotient, scale: digits)
    }

    private static func compactQuotient(_ n: Int128, _ d: Int128, digits: Int, mode: RoundingMode) -> ExactDecimal {
        let (quotient, remainder) = n.quotientAndRemainder(dividingBy: d)
        let negative = (n < 0) != (d < 0)
        let twice = remainder.magnitude * 2
        let half = twice < d.magnitude ? -1 : (twice == d.magnitude ? 0 : 1)
        let increments = mode.increments(
            negative: negative, quotientIsOdd: quotient & 1 == 1, remainderIsZero: remainder == 0, half: half)
        return ExactDecimal(coefficient: increments ? quotient + (negative ? -1 : 1) : quotient, scale: digits)
    }

    private func compactCoefficient(shiftedBy exponent: Int) -> Int128? {
        coefficient(atScale: scale + exponent)
    }
}
