/// An amount that stands on an invoice: whole minor units of one currency (cents, yen, fils).
///
/// Amounts become `Money` where the rules round them and are only added after that, so that totals are sums of what a
/// reader sees. Adding two currencies is a programming error and stops the program.
package struct Money: Hashable, Sendable {
    package let minorUnits: Int128
    package let currency: Currency

    package init(minorUnits: Int128, currency: Currency) {
        self.minorUnits = minorUnits
        self.currency = currency
    }

    package static func zero(_ currency: Currency) -> Money { Money(minorUnits: 0, currency: currency) }

    /// The exact amount rounded to the currency's digits. Nil beyond 38 digits, which no bill reaches.
    package init?(rounding exact: ExactDecimal, to currency: Currency, _ mode: RoundingMode = .halfAwayFromZero) {
        let rounded = exact.rounded(to: currency.minorDigits, mode)
        guard let units = rounded.coefficient(atScale: currency.minorDigits), units.magnitude < Money.limit else {
            return nil
        }
        self.init(minorUnits: units, currency: currency)
    }

    /// Far below Int128's own bound, so that sums of any number of lines cannot overflow.
    private static let limit: UInt128 = 1_000_000_000_000_000_000_000_000_000_000

    package var decimal: ExactDecimal { ExactDecimal(coefficient: minorUnits, scale: currency.minorDigits) }
    package var isZero: Bool { minorUnits == 0 }
    package var isNegative: Bool { minorUnits < 0 }

    package static func + (left: Money, right: Money) -> Money {
        precondition(left.currency == right.currency, "amounts of \(left.currency) and \(right.currency) do not add up")
        return Money(minorUnits: left.minorUnits + right.minorUnits, currency: left.currency)
    }

    package static func - (left: Money, right: Money) -> Money { left + (-right) }
    package static prefix func - (value: Money) -> Money {
        Money(minorUnits: -value.minorUnits, currency: value.currency)
    }
    package static func += (left: inout Money, right: Money) { left = left + right }
    package static func -= (left: inout Money, right: Money) { left = left - right }
}

extension Money: Comparable, CustomStringConvertible {
    package static func < (left: Money, right: Money) -> Bool {
        precondition(left.currency == right.currency, "\(left.currency) and \(right.currency) have no order")
        return left.minorUnits < right.minorUnits
    }

    /// `1234.50 EUR`: digits with a point, then the code.
    package var description: String { "\(decimal) \(currency)" }
}

extension Sequence where Element == Money {
    /// The sum in `currency`, which every element must have.
    package func sum(_ currency: Currency) -> Money { reduce(.zero(currency), +) }
}

extension [Money] {
    /// The same, compiled for arrays: sums are most of what an invoice is.
    package func sum(_ currency: Currency) -> Money {
        var sum = Money.zero(currency)
        for amount in self { sum += amount }
        return sum
    }
}

extension Money: Codable {
    private enum CodingKeys: String, CodingKey { case amount, currency }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let currency = try container.decode(Currency.self, forKey: .currency)
        let amount = try container.decode(ExactDecimal.self, forKey: .amount)
        guard let units = amount.coefficient(atScale: currency.minorDigits) else {
            throw DecodingError.dataCorruptedError(
                forKey: .amount, in: container, debugDescription: "\(amount) has more digits than \(currency)")
        }
        self.init(minorUnits: units, currency: currency)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(decimal, forKey: .amount)
        try container.encode(currency, forKey: .currency)
    }
}
