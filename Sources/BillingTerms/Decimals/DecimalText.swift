extension ExactDecimal: CustomStringConvertible {
    /// Plain digits with a point, never an exponent, every digit of the scale: `-0.0000021`, `12.00`.
    package var description: String {
        let digits: String
        switch coefficient {
        case .compact(let value): digits = String(value.magnitude)
        case .wide(let value): digits = String(value.magnitude)
        }
        let sign = isNegative ? "-" : ""
        guard scale > 0 else { return sign + digits }
        let padded =
            digits.utf8.count > scale ? digits : String(repeating: "0", count: scale + 1 - digits.utf8.count) + digits
        let point = padded.utf8.index(padded.utf8.endIndex, offsetBy: -scale)
        return sign + padded[..<point] + "." + padded[point...]
    }

    /// Without zeros at the end of the fraction: how a quantity is shown.
    package var shortText: String { normalized.description }

    /// Digits before the point, at least one: how wide the number is shown.
    package var wholeDigitCount: Int {
        guard case .compact(let value) = coefficient else {
            return max(1, wideCoefficient.magnitude.description.utf8.count - scale)
        }
        var rest = value.magnitude
        var count = -scale
        while rest >= 10_000_000_000 {
            rest /= 10_000_000_000
            count += 10
        }
        var small = UInt64(rest)
        repeat {
            small /= 10
            count += 1
        } while small > 0
        return max(1, count)
    }

    /// The number of decimal digits, for the places that hold at most fifteen.
    package var significantDigits: Int {
        let value = normalized
        switch value.coefficient {
        case .compact(let compact): return compact == 0 ? 1 : String(compact.magnitude).utf8.count
        case .wide(let wide): return String(wide.magnitude).utf8.count
        }
    }
}

extension ExactDecimal: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do {
            try self.init(parsingOwn: text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.explanation)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension ExactDecimal: ExpressibleByIntegerLiteral {
    package init(integerLiteral value: Int) { self.init(value) }
}
