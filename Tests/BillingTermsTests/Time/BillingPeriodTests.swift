import Testing

@testable import BillingTerms

@Suite struct BillingPeriodTests {
    private func days(_ name: String, today: String = "2026-10-05") throws -> String? {
        let today = try #require(CalendarDay(iso: today))
        return BillingPeriod(name, today: today).map { "\($0.name): \($0.days)" }
    }

    @Test func names() throws {
        for (name, days) in [
            ("2026-10-05", "2026-10-05"), ("2026-10", "2026-10-01 – 2026-10-31"),
            ("2024-02", "2024-02-01 – 2024-02-29"), ("2026-Q1", "2026-01-01 – 2026-03-31"),
            ("2026-Q4", "2026-10-01 – 2026-12-31"), ("2026", "2026-01-01 – 2026-12-31"),
            ("2026-W41", "2026-10-05 – 2026-10-11"), ("2026-W01", "2025-12-29 – 2026-01-04"),
            ("2026-W53", "2026-12-28 – 2027-01-03"), ("2020-W53", "2020-12-28 – 2021-01-03"),
            ("2021-W01", "2021-01-04 – 2021-01-10"), ("2021-W52", "2021-12-27 – 2022-01-02"),
        ] {
            #expect(try self.days(name) == "\(name): \(days)")
        }
    }

    @Test func relativeNamesAreResolved() throws {
        #expect(try days("yesterday") == "2026-10-04: 2026-10-04")
        #expect(try days("last-week") == "2026-W40: 2026-09-28 – 2026-10-04")
        #expect(try days("last-month") == "2026-09: 2026-09-01 – 2026-09-30")
        #expect(try days("last-year") == "2025: 2025-01-01 – 2025-12-31")
        #expect(try days("last-month", today: "2026-03-31") == "2026-02: 2026-02-01 – 2026-02-28")
        #expect(try days("last-month", today: "2027-01-01") == "2026-12: 2026-12-01 – 2026-12-31")
        #expect(try days("last-week", today: "2027-01-05") == "2026-W53: 2026-12-28 – 2027-01-03")
        #expect(try days("yesterday", today: "2028-03-01") == "2028-02-29: 2028-02-29")
    }

    @Test func whatIsNoPeriod() throws {
        for name in [
            "", "26", "202", "20261", "2026-", "2026-13", "2026-00", "2026-1", "2026-Q0", "2026-Q5", "2026-q4",
            "2026Q4",
            "2026-W00", "2026-W54", "2021-W53", "2026-w41", "2026-W4", "2026-W4a", "2026-02-29", "2026-10-5", "0000",
            "today", "last-day", "Yesterday", "2026-10-05T00", " 2026", "2026 ", "-026", "2026-+1", "２０２６",
        ] {
            #expect(try days(name) == nil, "\(name)")
        }
    }

    @Test func yearsWith53Weeks() {
        let long = (1990...2100).filter { BillingPeriod(absolute: "\($0)-W53") != nil }
        #expect(
            long == [
                1992, 1998, 2004, 2009, 2015, 2020, 2026, 2032, 2037, 2043, 2048, 2054, 2060, 2065, 2071, 2076, 2082,
                2088, 2093, 2099,
            ])
    }

    @Test func everyDayLiesInItsPeriodAndThePreviousOneEndsThere() throws {
        let first = try #require(CalendarDay(iso: "2019-12-20"))
        for offset in 0..<3000 {
            let day = first + offset
            for kind in [BillingPeriod.Kind.day, .week, .month, .quarter, .year] {
                let period = BillingPeriod(kind: kind, containing: day)
                let isSound =
                    period.days.contains(day) && period.previous.days.end == period.days.start
                    && BillingPeriod(absolute: period.name) == period
                if !isSound { Issue.record("\(kind) of \(day) is \(period.name)") }
            }
        }
    }
}
