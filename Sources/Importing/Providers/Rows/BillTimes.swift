import BillingTerms

/// The ways in which bills write days and months that are no RFC 3339.
extension BoundColumn {
    /// `202503`, the first day of which is given back.
    func month(_ row: some BillRows) throws(RowRefusal) -> CalendarDay {
        let text = bytes(row)
        if let month = BillDigits.month(text) { return month }
        let found = text.isEmpty ? "nothing" : RowRefusal.quoted(text)
        throw RowRefusal(
            code: .badTime, field: index, reason: "expected a month such as 202503 in \(name), found \(found)")
    }

    /// A time as `time(_:)` takes it, or seconds since 1970 with an exponent (`1.7566668E9`), as BigQuery's own JSON
    /// writes timestamps.
    func timeOrSeconds(_ text: UnsafeRawBufferPointer) throws(RowRefusal) -> Timestamp {
        do throws(TimestampRefusal) {
            return try Timestamp(parsing: text, zone: .utc)
        } catch {
            if let seconds = try? ExactDecimal(parsing: text), let scaled = seconds.coefficient(atScale: 9),
                let nanoseconds = Int64(exactly: scaled)
            {
                let time = Timestamp(nanoseconds: nanoseconds)
                if (1990...2100).contains(time.utcDay.year) { return time }
            }
            throw .time(error, text, field: index ?? 0, name: name)
        }
    }

    /// Year first, in figures, between them points, hyphens or slashes and any blanks, with or without a time of day:
    /// `2023.1.1 0:00`, `2025-03-21`, `2023. 1. 1`, `20230101`; or a time as `time(_:)` takes it, which is UTC.
    func lenientDay(_ text: UnsafeRawBufferPointer) throws(RowRefusal) -> CalendarDay {
        if let day = BillDigits.day(text) { return day }
        return try time(text).utcDay
    }
}

/// Figures without signs, points or blanks.
enum BillDigits {
    /// Nil for everything but one to nine digits.
    static func number(_ text: some Collection<UInt8>) -> Int? {
        guard !text.isEmpty, text.count <= 9 else { return nil }
        var value = 0
        for byte in text {
            let digit = byte &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }

    /// The first day of `202503`.
    static func month(_ text: some Collection<UInt8>) -> CalendarDay? {
        guard text.count == 6, let number = number(text), (1...12).contains(number % 100),
            (1990...2100).contains(number / 100)
        else { return nil }
        return CalendarDay.first(year: number / 100, month: number % 100)
    }

    /// Nil when the text is not three numbers with a time of day behind them or nothing, or when there is no such day.
    static func day(_ text: UnsafeRawBufferPointer) -> CalendarDay? {
        if text.count == 8, let number = number(text) {
            return day(year: number / 10_000, month: number / 100 % 100, day: number % 100)
        }
        guard let year = number(text.prefix(4)), text.count > 4 else { return nil }
        let separator = text[4]
        guard separator == UInt8(ascii: ".") || separator == UInt8(ascii: "-") || separator == UInt8(ascii: "/") else {
            return nil
        }
        var numbers: [Int] = []
        var rest = text.dropFirst(5)
        while numbers.count < 2 {
            while rest.first == UInt8(ascii: " ") { rest = rest.dropFirst() }
            let digits = rest.prefix { $0 &- UInt8(ascii: "0") <= 9 }
            guard digits.count <= 2, let number = number(digits) else { return nil }
            numbers.append(number)
            rest = rest.dropFirst(digits.count)
            if numbers.count == 1 {
                guard rest.first == separator else { return nil }
                rest = rest.dropFirst()
            }
        }
        if rest.first == UInt8(ascii: "."), separator == UInt8(ascii: ".") { rest = rest.dropFirst() }
        guard isTimeOfDay(rest) else { return nil }
        return day(year: year, month: numbers[0], day: numbers[1])
    }

    private static func day(year: Int, month: Int, day: Int) -> CalendarDay? {
        guard (1990...2100).contains(year) else { return nil }
        return CalendarDay(year: year, month: month, day: day)
    }

    /// Nothing, or ` 0:00`, ` 00:00:00`. A zone would move the day, and is left to the strict grammar.
    private static func isTimeOfDay(_ text: UnsafeRawBufferPointer.SubSequence) -> Bool {
        if text.isEmpty { return true }
        guard text.first == UInt8(ascii: " ") else { return false }
        let parts = text.drop { $0 == UInt8(ascii: " ") }.split(separator: UInt8(ascii: ":"))
        guard (2...3).contains(parts.count) else { return false }
        let limits = [24, 60, 60]
        return zip(parts, limits).allSatisfy { part, limit in
            part.count <= 2 && (number(part).map { $0 < limit } ?? false)
        }
    }
}
