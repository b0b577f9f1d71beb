extension ExactDecimal: CustomStringConvertible {
    /// Plain digits with a point, never an exponent, every digit of the scale: `-0.0000021`, `12.00`.
    package var description: String {
        var text: [UInt8] = []
        append(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends `description`, for those who write millions of numbers.
    package func append(to text: inout [UInt8]) {
        if isNegative { text.append(UInt8(ascii: "-")) }
        if case .compact(let value) = coefficient, let small = UInt64(exactly: value.magnitude), scale < 20 {
            ExactDecimal.append(small, scale: scale, to: &text)
            return
        }
        let digits: [UInt8] =
            switch coefficient {
            case .compact(let value): Array(String(value.magnitude).utf8)
            case .wide(let value): Array(String(value.magnitude).utf8)
            }
        let zeros = max(0, scale + 1 - digits.count)
        let padded = scale > 0 && zeros > 0 ? Array(repeating: UInt8(ascii: "0"), count: zeros) + digits : digits
        text += padded.dropLast(scale)
        guard scale > 0 else { return }
        text.append(UInt8(ascii: "."))
        text += padded.suffix(scale)
    }

    /// Appends `coefficient / 10^scale` without zeros at the end of its fraction.
    package static func append(_ coefficient: Int128, scale: Int, to text: inout [UInt8]) {
        guard let small = Int64(exactly: coefficient), scale < 20 else {
            return ExactDecimal(coefficient: coefficient, scale: scale).normalized.append(to: &text)
        }
        var rest = small.magnitude
        var digits = scale
        while digits > 0, rest % 10 == 0 {
            rest /= 10
            digits -= 1
            if rest == 0 { digits = 0 }
        }
        if small < 0 { text.append(UInt8(ascii: "-")) }
        append(rest, scale: digits, to: &text)
    }

    /// Digits are written from the last one to the first.
    private static func append(_ magnitude: UInt64, scale: Int, to text: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 24) { room in
            var rest = magnitude
            var place = room.count
            var written = 0
            repeat {
                if scale > 0, written == scale {
                    place -= 1
                    room[place] = UInt8(ascii: ".")
                }
                place -= 1
                room[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
                written += 1
            } while rest > 0 || written <= scale
            text += room[place...]
        }
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
