import Testing

@testable import BillingTerms

@Suite struct CalendarDayTests {
    @Test func everyDayOfFourHundredYears() throws {
        let first = try #require(CalendarDay(iso: "1800-01-01"))
        let last = try #require(CalendarDay(iso: "2200-01-01"))
        var (year, month, day) = (1800, 1, 1)
        for number in first.number..<last.number {
            let components = CalendarDay(number: number).components
            if components != (year, month, day) || CalendarDay(year: year, month: month, day: day)?.number != number {
                Issue.record("day \(number) is \(components), not \((year, month, day))")
                return
            }
            day += 1
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            if day > lengths[month - 1] { (day, month) = (1, month + 1) }
            if month > 12 { (month, year) = (1, year + 1) }
        }
        #expect((year, month, day) == (2200, 1, 1))
    }

    @Test func isoTextsRoundTrip() throws {
        for text in ["0001-01-01", "1970-01-01", "2024-02-29", "2026-10-05", "9999-12-31"] {
            #expect(CalendarDay(iso: text)?.description == text)
        }
        #expect(CalendarDay(iso: "1970-01-01")?.number == 0)
    }

    @Test func daysThatDoNotExist() {
        for text in [
            "2026-02-29", "1900-02-29", "2100-02-29", "2026-04-31", "2026-13-01", "2026-00-01", "2026-01-00",
            "2026-01-32", "2026-1-1", "26-01-01", "2026/01/01", "01.02.2026", "20260101", "2026-01-01 ", " 2026-01-01",
            "2026-01-01T00:00:00Z", "", "２０２６-01-01", "-026-01-01", "+026-01-01",
        ] {
            #expect(CalendarDay(iso: text) == nil, "\(text)")
        }
    }

    @Test func weekdays() throws {
        for (text, weekday) in [("1970-01-01", 4), ("2026-10-01", 4), ("2026-10-25", 7), ("1969-12-29", 1)] {
            #expect(CalendarDay(iso: text)?.isoWeekday == weekday)
        }
    }

    @Test func theThirtyFirstComesBack() throws {
        let start = try #require(CalendarDay(iso: "2026-01-31"))
        let days = (0...14).map { start.adding(months: $0).description }
        #expect(
            days == [
                "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30", "2026-07-31",
                "2026-08-31", "2026-09-30", "2026-10-31", "2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28",
                "2027-03-31",
            ])
        #expect(start.adding(months: -1).description == "2025-12-31")
        #expect(start.adding(months: -11).description == "2025-02-28")
        #expect(start.adding(months: 25).description == "2028-02-29")
        #expect(CalendarDay(iso: "2024-02-29")?.adding(months: 12).description == "2025-02-28")
        #expect(CalendarDay(iso: "2024-02-29")?.adding(months: 48).description == "2028-02-29")
    }

    @Test func servicePeriodsAreHalfOpen() throws {
        func day(_ text: String) throws -> CalendarDay { try #require(CalendarDay(iso: text)) }
        let october = ServicePeriod(start: try day("2026-10-01"), end: try day("2026-11-01"))
        #expect(october.dayCount == 31 && october.description == "2026-10-01 – 2026-10-31")
        #expect(try october.contains(day("2026-10-31")))
        #expect(try !october.contains(day("2026-11-01")))
        let november = ServicePeriod(start: try day("2026-11-01"), end: try day("2026-12-01"))
        #expect(october.intersection(november) == nil)
        let late = ServicePeriod(start: try day("2026-10-20"), end: try day("2026-11-10"))
        #expect(october.intersection(late)?.description == "2026-10-20 – 2026-10-31")
    }
}
