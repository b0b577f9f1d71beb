import BigInt

/// Why a text is not a number that billwright takes.
package enum DecimalRefusal: Error, Hashable, Sendable {
    /// There is nothing where a number must stand.
    case empty
    /// The byte at this offset cannot stand there; `1,234.56`, `0x10`, `NaN` and `1_000` end here.
    case unexpectedByte(offset: Int)
    /// More than `ExactDecimal.mostFractionDigits` digits after the point.
    case tooManyFractionDigits(Int)
    /// Not smaller than 10^38.
    case tooLarge

    /// What was wrong, in the words of a finding.
    package var explanation: String {
        switch self {
        case .empty: "the value is empty"
        case .unexpectedByte(let offset): "not a decimal number (character \(offset + 1))"
        case .tooManyFractionDigits(let count):
            "\(count) digits after the point; at most \(ExactDecimal.mostFractionDigits) are kept"
        case .tooLarge: "the number has more than 38 digits before the point"
        }
    }
}

extension ExactDecimal {
    /// Digits after the point that an input may have; real exports of Azure and Google reach 28.
    package static let mostFractionDigits = 36
    static let mostIntegerDigits = 38

    /// Reads `[+-] digits [. digits] [e [+-] digits]`, the whole of `bytes`, and nothing else: no blanks, no thousands
    /// separators, no other bases, digits on both sides of the point. Every digit is kept.
    package init(parsing bytes: UnsafeRawBufferPointer) throws(DecimalRefusal) {
        var scanner = DecimalScanner(bytes: bytes)
        self = try scanner.number()
    }

    /// The same grammar for a text that is already a `String`, as configuration is.
    package init(parsing text: String) throws(DecimalRefusal) {
        try self.init(parsing: text, limits: .ofInputs)
    }

    /// What we wrote ourselves: a cost of 28 fraction digits times a rate of ten has more digits than an input may.
    init(parsingOwn text: String) throws(DecimalRefusal) {
        try self.init(parsing: text, limits: .none)
    }

    private init(parsing text: String, limits: DecimalScanner.Limits) throws(DecimalRefusal) {
        var text = text
        let result: Result<ExactDecimal, DecimalRefusal> = text.withUTF8 { buffer in
            do throws(DecimalRefusal) {
                var scanner = DecimalScanner(bytes: UnsafeRawBufferPointer(buffer), limits: limits)
                return .success(try scanner.number())
            } catch {
                return .failure(error)
            }
        }
        self = try result.get()
    }
}

private struct DecimalScanner {
    struct Limits {
        var fractionDigits: Int
        var integerDigits: Int

        static let ofInputs = Limits(
            fractionDigits: ExactDecimal.mostFractionDigits, integerDigits: ExactDecimal.mostIntegerDigits)
        static let none = Limits(fractionDigits: 1_000, integerDigits: 1_000)
    }

    let bytes: UnsafeRawBufferPointer
    let limits: Limits
    var index = 0
    /// The first 18 digits, then what did not fit there.
    var low: UInt64 = 0
    var wide: BigInt?
    var digitCount = 0

    init(bytes: UnsafeRawBufferPointer, limits: Limits = .ofInputs) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func number() throws(DecimalRefusal) -> ExactDecimal {
        guard !bytes.isEmpty else { throw .empty }
        let negative = bytes[0] == UInt8(ascii: "-")
        if negative || bytes[0] == UInt8(ascii: "+") { index = 1 }
        var scale = 0
        try digits()
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            let before = index
            try digits()
            scale = index - before
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") { scale -= try exponent() }
        guard index == bytes.count else { throw .unexpectedByte(offset: index) }
        return try value(negative: negative, scale: scale)
    }

    /// One digit or more.
    private mutating func digits() throws(DecimalRefusal) {
        let start = index
        while index < bytes.count {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { break }
            if digitCount < 18 {
                low = low &* 10 &+ UInt64(digit)
            } else {
                // A row can hold megabytes of digits; what is far beyond any number is refused, not multiplied out.
                guard digitCount < 400 else { throw .tooLarge }
                wide = (wide ?? BigInt(low)) * 10 + BigInt(digit)
            }
            // Zeros in front carry no value, so that a long run of them stays cheap.
            if digitCount > 0 || digit != 0 { digitCount += 1 }
            index += 1
        }
        if index == start { throw .unexpectedByte(offset: index) }
    }

    private mutating func exponent() throws(DecimalRefusal) -> Int {
        index += 1
        var negative = false
        if index < bytes.count, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
            negative = bytes[index] == UInt8(ascii: "-")
            index += 1
        }
        let start = index
        var value = 0
        while index < bytes.count {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { break }
            value = min(value * 10 + Int(digit), 100_000)
            index += 1
        }
        if index == start { throw .unexpectedByte(offset: index) }
        return negative ? -value : value
    }

    private func value(negative: Bool, scale: Int) throws(DecimalRefusal) -> ExactDecimal {
        if low == 0 && wide == nil {
            return ExactDecimal(coefficient: 0, scale: min(max(scale, 0), limits.fractionDigits))
        }
        if let wide { return try wideValue(negative ? -wide : wide, scale: scale) }
        let compact = negative ? -Int128(low) : Int128(low)
        if scale >= 0 && scale <= limits.fractionDigits {
            return ExactDecimal(coefficient: compact, scale: scale)
        }
        return try wideValue(BigInt(compact), scale: scale)
    }

    private func wideValue(_ coefficient: BigInt, scale: Int) throws(DecimalRefusal) -> ExactDecimal {
        if scale < 0 {
            guard digitCount - scale <= limits.integerDigits else { throw .tooLarge }
            return ExactDecimal(wide: coefficient * PowersOfTen.wide(-scale), scale: 0)
        }
        guard digitCount - scale <= limits.integerDigits else { throw .tooLarge }
        guard scale > limits.fractionDigits else { return ExactDecimal(wide: coefficient, scale: scale) }
        // Zeros at the end carry no value either: 0.50…0 with 40 digits is 0.5.
        guard scale < 1_000 else { throw .tooManyFractionDigits(scale) }
        let shorter = ExactDecimal(wide: coefficient, scale: scale).normalized
        guard shorter.scale <= limits.fractionDigits else { throw .tooManyFractionDigits(shorter.scale) }
        return shorter
    }
}
