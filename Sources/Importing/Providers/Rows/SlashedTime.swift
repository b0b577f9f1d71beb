import BillingTerms

/// Times that providers write with slashes: `2016/09/01 0:00:00` in AWS's monthly CSV, `03/01/2025` and `3/1/2025` in Azure's
/// exports, where the month always stands first (facts on provider formats, section 2). Nothing is guessed: where the first
/// number cannot be a month, there is no such day.
enum SlashedTime {
    /// `YYYY/M/D` or `M/D/YYYY`, then nothing or a blank and `H:MM` or `H:MM:SS`, in UTC. Nil when the text has no slash where
    /// a date of this kind has its first one.
    static func parse(_ text: UnsafeRawBufferPointer) throws(TimestampRefusal) -> Timestamp? {
        guard let slash = text.firstIndex(of: UInt8(ascii: "/")), slash == 1 || slash == 2 || slash == 4 else {
            return nil
        }
        var cursor = Cursor(text: text)
        let first = try cursor.number(digits: 1...4)
        try cursor.skip("/")
        let second = try cursor.number(digits: 1...2)
        try cursor.skip("/")
        let isYearFirst = slash == 4
        let third = try cursor.number(digits: isYearFirst ? 1...2 : 4...4)
        let (year, month, day) = isYearFirst ? (first, second, third) : (third, first, second)
        guard let date = CalendarDay(year: year, month: month, day: day) else { throw .impossible }
        let second0 = try cursor.isAtEnd ? 0 : timeOfDay(&cursor)
        guard year >= 1990, year <= 2100, let time = Timestamp(seconds: Int64(date.number * 86_400 + second0)) else {
            throw .outOfRange
        }
        return time
    }

    private static func timeOfDay(_ cursor: inout Cursor) throws(TimestampRefusal) -> Int {
        try cursor.skip(" ")
        let hour = try cursor.number(digits: 1...2)
        try cursor.skip(":")
        let minute = try cursor.number(digits: 2...2)
        var second = 0
        if !cursor.isAtEnd {
            try cursor.skip(":")
            second = try cursor.number(digits: 2...2)
        }
        guard cursor.isAtEnd else { throw .malformed }
        guard hour < 24, minute < 60, second < 60 else { throw .impossible }
        return hour * 3600 + minute * 60 + second
    }

    private struct Cursor {
        let text: UnsafeRawBufferPointer
        var place = 0

        var isAtEnd: Bool { place == text.count }

        mutating func skip(_ character: Unicode.Scalar) throws(TimestampRefusal) {
            guard place < text.count, text[place] == UInt8(ascii: character) else { throw .malformed }
            place += 1
        }

        mutating func number(digits: ClosedRange<Int>) throws(TimestampRefusal) -> Int {
            let start = place
            var value = 0
            while place < text.count, place - start < digits.upperBound {
                let digit = text[place] &- UInt8(ascii: "0")
                guard digit <= 9 else { break }
                value = value * 10 + Int(digit)
                place += 1
            }
            guard digits.contains(place - start) else { throw .malformed }
            return value
        }
    }
}

extension BoundColumn {
    /// A time with slashes, else one as `time` takes it.
    func slashedTime(_ text: UnsafeRawBufferPointer) throws(RowRefusal) -> Timestamp {
        do throws(TimestampRefusal) {
            if let time = try SlashedTime.parse(text) { return time }
        } catch {
            throw .time(error, text, field: index ?? 0, name: name)
        }
        return try time(text)
    }
}
