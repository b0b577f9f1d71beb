import BigInt

/// An exact decimal number: a quantity, a unit price, a rate, or an amount before it is rounded to money.
///
/// The value is `coefficient / 10^scale`. Nothing is ever lost: sums and products grow as wide as they must, and
/// rounding happens only where a caller names a scale and a mode. The scale that was written is kept, so that a unit
/// price of `12.00` prints as `12.00`; equality and order are those of the number.
package struct ExactDecimal: Sendable {
    /// Int128 holds nearly every number that a bill contains; wider ones (28 fraction digits times a price) go on in
    /// a big integer instead of overflowing. That one is kept elsewhere, so that a decimal stays small and is copied
    /// without counting references: usage and lines are full of them.
    enum Coefficient: Sendable {
        case compact(Int128)
        indirect case wide(BigInt)
    }

    let coefficient: Coefficient
    /// The number of digits after the decimal point.
    package let scale: Int

    package static let zero = ExactDecimal(0)
    package static let one = ExactDecimal(1)
    package static let hundred = ExactDecimal(100)

    package init(_ integer: Int) {
        self.init(coefficient: Int128(integer), scale: 0)
    }

    /// `coefficient / 10^scale`, as fixed-point storage holds it.
    package init(coefficient: Int128, scale: Int) {
        self.coefficient = .compact(coefficient)
        self.scale = scale
    }

    init(wide: BigInt, scale: Int) {
        self.coefficient = Int128(narrowing: wide).map(Coefficient.compact) ?? .wide(wide)
        self.scale = scale
    }

    var wideCoefficient: BigInt {
        switch coefficient {
        case .compact(let value): BigInt(value)
        case .wide(let value): value
        }
    }

    /// The coefficient at another, not smaller, scale, when it fits 128 bits.
    package func coefficient(atScale target: Int) -> Int128? {
        guard case .compact(let value) = coefficient, target >= scale,
            let power = PowersOfTen.compact(target - scale)
        else { return nil }
        let (product, overflow) = value.multipliedReportingOverflow(by: power)
        return overflow ? nil : product
    }

    package var isZero: Bool { signum == 0 }
    package var isNegative: Bool { signum < 0 }

    /// -1, 0 or 1.
    package var signum: Int {
        switch coefficient {
        case .compact(let value): Int(value.signum())
        case .wide(let value): Int(value.signum())
        }
    }

    package var magnitude: ExactDecimal { isNegative ? -self : self }

    /// The same number without zeros at the end of its fraction.
    package var normalized: ExactDecimal {
        guard scale > 0 else { return self }
        if case .compact(var value) = coefficient {
            var digits = scale
            if value == 0 { return .zero }
            if var small = Int64(exactly: value) {
                // Nearly all numbers, and a division of 64 bits is many times faster than one of 128.
                while digits > 0, small % 10 == 0 {
                    small /= 10
                    digits -= 1
                }
                return ExactDecimal(coefficient: Int128(small), scale: digits)
            }
            while digits > 0 {
                let (quotient, remainder) = value.quotientAndRemainder(dividingBy: 10)
                if remainder != 0 { break }
                value = quotient
                digits -= 1
            }
            return ExactDecimal(coefficient: value, scale: digits)
        }
        var value = wideCoefficient
        var digits = scale
        while digits > 0 {
            let (quotient, remainder) = value.quotientAndRemainder(dividingBy: 10)
            if remainder != 0 { break }
            value = quotient
            digits -= 1
        }
        return ExactDecimal(wide: value, scale: digits)
    }
}

// MARK: - Arithmetic

extension ExactDecimal {
    package static func + (left: ExactDecimal, right: ExactDecimal) -> ExactDecimal {
        let scale = max(left.scale, right.scale)
        if let a = left.coefficient(atScale: scale), let b = right.coefficient(atScale: scale) {
            let (sum, overflow) = a.addingReportingOverflow(b)
            if !overflow { return ExactDecimal(coefficient: sum, scale: scale) }
        }
        return ExactDecimal(
            wide: left.wideCoefficient(atScale: scale) + right.wideCoefficient(atScale: scale), scale: scale)
    }

    package static prefix func - (value: ExactDecimal) -> ExactDecimal {
        if case .compact(let compact) = value.coefficient, compact != .min {
            return ExactDecimal(coefficient: -compact, scale: value.scale)
        }
        return ExactDecimal(wide: -value.wideCoefficient, scale: value.scale)
    }

    package static func - (left: ExactDecimal, right: ExactDecimal) -> ExactDecimal { left + (-right) }

    package static func * (left: ExactDecimal, right: ExactDecimal) -> ExactDecimal {
        let scale = left.scale + right.scale
        if case .compact(let a) = left.coefficient, case .compact(let b) = right.coefficient {
            let (product, overflow) = a.multipliedReportingOverflow(by: b)
            if !overflow { return ExactDecimal(coefficient: product, scale: scale) }
        }
        return ExactDecimal(wide: left.wideCoefficient * right.wideCoefficient, scale: scale)
    }

    package static func += (left: inout ExactDecimal, right: ExactDecimal) { left = left + right }
    package static func -= (left: inout ExactDecimal, right: ExactDecimal) { left = left - right }

    func wideCoefficient(atScale target: Int) -> BigInt {
        wideCoefficient * PowersOfTen.wide(target - scale)
    }
}

extension Sequence where Element == ExactDecimal {
    package func sum() -> ExactDecimal { reduce(.zero, +) }
}

extension [ExactDecimal] {
    /// The same, compiled for arrays.
    package func sum() -> ExactDecimal {
        var sum = ExactDecimal.zero
        for value in self { sum += value }
        return sum
    }
}

// MARK: - Order

extension ExactDecimal: Hashable, Comparable {
    package static func == (left: ExactDecimal, right: ExactDecimal) -> Bool {
        if left.scale == right.scale, case .compact(let a) = left.coefficient, case .compact(let b) = right.coefficient
        {
            return a == b
        }
        return compare(left, right) == 0
    }

    package static func < (left: ExactDecimal, right: ExactDecimal) -> Bool { compare(left, right) < 0 }

    private static func compare(_ left: ExactDecimal, _ right: ExactDecimal) -> Int {
        let scale = max(left.scale, right.scale)
        if let a = left.coefficient(atScale: scale), let b = right.coefficient(atScale: scale) {
            return a < b ? -1 : (a == b ? 0 : 1)
        }
        let a = left.wideCoefficient(atScale: scale)
        let b = right.wideCoefficient(atScale: scale)
        return a < b ? -1 : (a == b ? 0 : 1)
    }

    package func hash(into hasher: inout Hasher) {
        let value = normalized
        hasher.combine(value.scale)
        hasher.combine(value.wideCoefficient)
    }
}

extension Int128 {
    /// The same number when it fits. `Int128(exactly:)` must not be used: BigInt shifts negative numbers to the right as if
    /// they were positive, so the standard library's conversion makes −18446744073709551617 into −1. The magnitude is
    /// converted instead, and the sign put before it.
    init?(narrowing wide: BigInt) {
        guard let magnitude = UInt128(exactly: wide.magnitude) else { return nil }
        if wide.signum() >= 0 {
            self.init(exactly: magnitude)
        } else if magnitude == Int128.min.magnitude {
            self = .min
        } else {
            guard let positive = Int128(exactly: magnitude) else { return nil }
            self = -positive
        }
    }
}

/// 10^n, in both widths.
enum PowersOfTen {
    private static let compactTable: [Int128] = {
        var table: [Int128] = [1]
        for _ in 0..<38 { table.append(table[table.count - 1] * 10) }
        return table
    }()

    /// 10^n for n up to 38, the largest that fits.
    static func compact(_ exponent: Int) -> Int128? {
        exponent >= 0 && exponent < compactTable.count ? compactTable[exponent] : nil
    }

    static func wide(_ exponent: Int) -> BigInt {
        if let small = compact(exponent) { return BigInt(small) }
        return BigInt(10).power(exponent)
    }
}
