/// An instant, in whole nanoseconds since 1970 in UTC: enough for any export, and exact.
package struct Timestamp: Hashable, Sendable, Comparable {
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Nil outside the years 1678 to 2262, which 64 bits cannot tell.
    package init?(seconds: Int64, nanoseconds: Int64 = 0) {
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carried) = scaled.addingReportingOverflow(nanoseconds)
        guard !overflow, !carried else { return nil }
        self.init(nanoseconds: sum)
    }

    /// Whole seconds, rounded down.
    package var seconds: Int64 {
        let quotient = nanoseconds / 1_000_000_000
        return nanoseconds % 1_000_000_000 < 0 ? quotient - 1 : quotient
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The day in UTC.
    package var utcDay: CalendarDay { CalendarDay(number: Int(floorDivide(seconds, 86_400))) }
}

extension Timestamp: CustomStringConvertible {
    /// `2026-10-05T12:30:00.250Z`; the fraction is left out when it is zero and has no zeros at its end.
    package var description: String {
        let second = seconds
        let day = utcDay
        let ofDay = Int(second - Int64(day.number) * 86_400)
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        var text = "\(day)T\(two(ofDay / 3600)):\(two(ofDay / 60 % 60)):\(two(ofDay % 60))"
        let fraction = Int(nanoseconds - second * 1_000_000_000)
        if fraction > 0 { text += "." + ExactDecimal(coefficient: Int128(fraction), scale: 9).shortText.dropFirst(2) }
        return text + "Z"
    }
}

func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
}
