/// The period that a run is asked for (`--period`): a day, an ISO week, a month, a quarter or a year. A run bills every
/// plan period that closes inside it.
package struct BillingPeriod: Hashable, Sendable {
    package enum Kind: String, Sendable { case day, week, month, quarter, year }

    package let kind: Kind
    package let days: ServicePeriod
    /// The one canonical name, also that of the output folder: `2026-10-05`, `2026-W41`, `2026-10`, `2026-Q4`, `2026`.
    package let name: String

    /// What `--period` takes, for help and findings.
    package static let expectedForms =
        "2026-10-05, 2026-W41, 2026-10, 2026-Q4, 2026, yesterday, last-week, last-month or last-year"

    /// Reads a name, absolute or relative to `today`. Nil for anything else.
    package init?(_ text: String, today: CalendarDay) {
        switch text {
        case "yesterday": self.init(kind: .day, containing: today - 1)
        case "last-week": self.init(kind: .week, containing: today - 7)
        case "last-month": self.init(kind: .month, containing: today.firstOfMonth - 1)
        case "last-year": self.init(kind: .year, containing: today.firstOfYear - 1)
        default: self.init(absolute: text)
        }
    }

    package init?(absolute text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 4, let year = CalendarDay.digits(bytes[0..<4]), year >= 1 else { return nil }
        if bytes.count == 4 {
            self.init(kind: .year, containing: .first(year: year, month: 1))
            return
        }
        guard bytes[4] == UInt8(ascii: "-") else { return nil }
        let rest = bytes[5...]
        switch (rest.count, rest.first) {
        case (2, UInt8(ascii: "Q")):
            guard let quarter = CalendarDay.digits(rest.dropFirst()), (1...4).contains(quarter) else { return nil }
            self.init(kind: .quarter, containing: .first(year: year, month: quarter * 3 - 2))
        case (3, UInt8(ascii: "W")):
            guard let week = CalendarDay.digits(rest.dropFirst()), week >= 1 else { return nil }
            let monday = CalendarDay.firstMonday(ofISOYear: year) + (week - 1) * 7
            guard monday < CalendarDay.firstMonday(ofISOYear: year + 1) else { return nil }
            self.init(kind: .week, containing: monday)
        case (2, _):
            guard let month = CalendarDay.digits(rest), (1...12).contains(month) else { return nil }
            self.init(kind: .month, containing: .first(year: year, month: month))
        case (5, _):
            guard let day = CalendarDay(iso: text) else { return nil }
            self.init(kind: .day, containing: day)
        default:
            return nil
        }
    }

    /// The period of this kind that holds `day`.
    package init(kind: Kind, containing day: CalendarDay) {
        let (year, month, _) = day.components
        self.kind = kind
        switch kind {
        case .day:
            days = ServicePeriod(start: day, end: day + 1)
            name = day.description
        case .week:
            let monday = day.firstOfISOWeek
            let isoYear = (monday + 3).year
            let week = (monday - CalendarDay.firstMonday(ofISOYear: isoYear)) / 7 + 1
            days = ServicePeriod(start: monday, end: monday + 7)
            name = "\(CalendarDay.first(year: isoYear, month: 1).description.prefix(4))-W\(week < 10 ? "0" : "")\(week)"
        case .month:
            days = ServicePeriod(start: day.firstOfMonth, end: .first(year: year, month: month + 1))
            name = String(day.description.prefix(7))
        case .quarter:
            let first = (month - 1) / 3 * 3 + 1
            days = ServicePeriod(start: .first(year: year, month: first), end: .first(year: year, month: first + 3))
            name = "\(day.description.prefix(4))-Q\((month - 1) / 3 + 1)"
        case .year:
            days = ServicePeriod(start: .first(year: year, month: 1), end: .first(year: year + 1, month: 1))
            name = String(day.description.prefix(4))
        }
    }

    /// The period of the same kind before this one.
    package var previous: BillingPeriod { BillingPeriod(kind: kind, containing: days.start - 1) }
}
