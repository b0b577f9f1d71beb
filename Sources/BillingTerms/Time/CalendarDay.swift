/// A day of the proleptic Gregorian calendar, without a zone.
package struct CalendarDay: Hashable, Sendable {
    /// Days since 1 January 1970.
    package let number: Int

    package init(number: Int) { self.number = number }

    /// Nil for a day that does not exist, such as 29 February 2026.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...12).contains(month), day >= 1, day <= CalendarDay.length(ofMonth: month, year: year) else {
            return nil
        }
        // Days from civil, after H. Hinnant's "chrono-compatible low-level date algorithms": years begin in March, so
        // that the leap day is the last one.
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        self.number = era * 146_097 + dayOfEra - 719_468
    }

    /// `2026-10-05`, and no other form.
    package init?(iso text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = CalendarDay.digits(bytes[0..<4]), let month = CalendarDay.digits(bytes[5..<7]),
            let day = CalendarDay.digits(bytes[8..<10])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    static func digits(_ bytes: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for byte in bytes {
            let digit = byte &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            value = value * 10 + Int(digit)
        }
        return bytes.isEmpty ? nil : value
    }

    package var components: (year: Int, month: Int, day: Int) {
        let shifted = number + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    package var year: Int { components.year }
    package var month: Int { components.month }
    package var day: Int { components.day }

    /// 1 for Monday to 7 for Sunday, as ISO 8601 counts.
    package var isoWeekday: Int { ((number + 3) % 7 + 7) % 7 + 1 }

    package static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: isLeap(year) ? 29 : 28
        default: 31
        }
    }

    static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    package static func + (day: CalendarDay, days: Int) -> CalendarDay { CalendarDay(number: day.number + days) }
    package static func - (day: CalendarDay, days: Int) -> CalendarDay { CalendarDay(number: day.number - days) }
    package static func - (left: CalendarDay, right: CalendarDay) -> Int { left.number - right.number }

    /// The same day `months` later; the 31st falls on a short month's last day. Count from the first date each time,
    /// and the 31st comes back.
    package func adding(months: Int) -> CalendarDay {
        let (year, month, day) = components
        let index = year * 12 + month - 1 + months
        let newYear = index >= 0 ? index / 12 : (index - 11) / 12
        let newMonth = index - newYear * 12 + 1
        let newDay = min(day, CalendarDay.length(ofMonth: newMonth, year: newYear))
        return CalendarDay.first(year: newYear, month: newMonth) + (newDay - 1)
    }

    package var firstOfMonth: CalendarDay { self - (day - 1) }
    package var firstOfYear: CalendarDay { CalendarDay.first(year: year, month: 1) }
    package var firstOfISOWeek: CalendarDay { self - (isoWeekday - 1) }

    /// The first day of a month; the month is taken modulo the year, so that 13 is the next January.
    package static func first(year: Int, month: Int) -> CalendarDay {
        let index = year * 12 + month - 1
        let realYear = index >= 0 ? index / 12 : (index - 11) / 12
        guard let day = CalendarDay(year: realYear, month: index - realYear * 12 + 1, day: 1) else {
            preconditionFailure("every month has a first day")
        }
        return day
    }

    /// The Monday of ISO week 1: the week that holds 4 January.
    package static func firstMonday(ofISOYear year: Int) -> CalendarDay {
        (first(year: year, month: 1) + 3).firstOfISOWeek
    }
}

extension CalendarDay: Comparable, CustomStringConvertible, Codable {
    package static func < (left: CalendarDay, right: CalendarDay) -> Bool { left.number < right.number }

    /// `2026-10-05`.
    package var description: String {
        let (year, month, day) = components
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2)
    }

    private func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let day = CalendarDay(iso: text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is not a day")
        }
        self = day
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
