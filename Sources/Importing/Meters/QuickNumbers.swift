import BillingTerms

/// Quantities and times as nearly all exports write them, read without an allocation. What does not look like that
/// goes to `ExactDecimal` and `Timestamp`, which decide whether it is one at all.
enum QuickDecimal {
    /// Most digits that fit the mantissa.
    static let mostDigits = 18

    /// `[-] digits [. digits]` with at most 18 digits; nil for everything else, right or wrong.
    @inline(__always)
    static func read(_ start: UnsafePointer<UInt8>, _ count: Int) -> (mantissa: Int64, scale: Int)? {
        // 18 digits, sign and point.
        guard count > 0, count <= 20 else { return nil }
        var index = 0
        let isNegative = start[0] == UInt8(ascii: "-")
        if isNegative { index = 1 }
        var value: UInt64 = 0
        let first = index
        while index < count {
            let digit = start[index] &- UInt8(ascii: "0")
            if digit > 9 { break }
            value = value &* 10 &+ UInt64(digit)
            index += 1
        }
        let whole = index - first
        guard whole > 0 else { return nil }
        var scale = 0
        if index < count {
            guard start[index] == UInt8(ascii: ".") else { return nil }
            index += 1
            let point = index
            while index < count {
                let digit = start[index] &- UInt8(ascii: "0")
                if digit > 9 { return nil }
                value = value &* 10 &+ UInt64(digit)
                index += 1
            }
            scale = index - point
            guard scale > 0 else { return nil }
        }
        // At most 19 digits came here, which do not overflow 64 bits without a sign.
        guard whole + scale <= mostDigits else { return nil }
        let signed = Int64(bitPattern: value)
        return (isNegative ? -signed : signed, scale)
    }

    /// The compact form of a number that came the long way, when it has one.
    static func compact(_ value: ExactDecimal) -> (mantissa: Int64, scale: Int)? {
        let shorter = value.normalized
        guard shorter.scale <= mostDigits, let coefficient = shorter.coefficient(atScale: shorter.scale),
            coefficient.magnitude < 1_000_000_000_000_000_000
        else { return nil }
        return (Int64(coefficient), shorter.scale)
    }
}

/// RFC 3339 in UTC, `2026-10-05T12:30:00Z` with up to nine fraction digits. The day is remembered: rows of one export
/// lie close together.
struct QuickTime {
    private var dateHead: UInt64 = 0
    private var dateTail: UInt16 = 0
    private var daySeconds: Int64 = 0

    /// Nanoseconds since 1970; nil for every other form, right or wrong.
    @inline(__always)
    mutating func read(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
        guard count >= 20, count <= 30, start[count - 1] == UInt8(ascii: "Z"), start[10] == UInt8(ascii: "T"),
            start[13] == UInt8(ascii: ":"), start[16] == UInt8(ascii: ":")
        else { return nil }
        let head = ByteWords.eight(start)
        let tail = UnsafeRawPointer(start).loadUnaligned(fromByteOffset: 8, as: UInt16.self)
        if head != dateHead || tail != dateTail {
            guard remember(start, head, tail) else { return nil }
        }
        guard let hour = QuickTime.two(start + 11), let minute = QuickTime.two(start + 14),
            let second = QuickTime.two(start + 17), hour < 24, minute < 60, second < 60
        else { return nil }
        let seconds = daySeconds &+ Int64(hour &* 3600 &+ minute &* 60 &+ second)
        if count == 20 { return seconds &* 1_000_000_000 }
        guard start[19] == UInt8(ascii: "."), count > 21 else { return nil }
        var fraction: Int64 = 0
        for index in 20..<count - 1 {
            let digit = start[index] &- UInt8(ascii: "0")
            if digit > 9 { return nil }
            fraction = fraction &* 10 &+ Int64(digit)
        }
        return seconds &* 1_000_000_000 &+ fraction &* QuickTime.nanosecondsOfDigits[count - 21]
    }

    private static let nanosecondsOfDigits: [Int64] = [
        1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1,
    ]

    @inline(__always)
    private static func two(_ start: UnsafePointer<UInt8>) -> Int? {
        let tens = start[0] &- UInt8(ascii: "0")
        let ones = start[1] &- UInt8(ascii: "0")
        return tens <= 9 && ones <= 9 ? Int(tens) &* 10 &+ Int(ones) : nil
    }

    /// `Timestamp` decides whether there is such a day, and one that can be billed.
    @inline(never)
    private mutating func remember(_ start: UnsafePointer<UInt8>, _ head: UInt64, _ tail: UInt16) -> Bool {
        let date = UnsafeRawBufferPointer(start: start, count: 10)
        guard let day = try? Timestamp(parsing: date, zone: .utc), date[4] == UInt8(ascii: "-") else { return false }
        dateHead = head
        dateTail = tail
        daySeconds = day.seconds
        return true
    }
}
