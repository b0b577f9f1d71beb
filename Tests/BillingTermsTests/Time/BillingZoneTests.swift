import Foundation
import TestWorkspaces
import Testing

@testable import BillingTerms

@Suite struct BillingZoneTests {
    static let names = [
        "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia",
        "America/Sao_Paulo", "Asia/Tehran", "Africa/Casablanca", "UTC",
    ]

    /// Foundation's own calendar is the reference, at random instants of the years that the table covers.
    @Test(arguments: names) func agreesWithFoundation(name: String) throws {
        let zone = try #require(BillingZone(identifier: name))
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: name))
        var random = SeededRandom(20_261_005)
        for _ in 0..<300 {
            let second = Int64(random.number(Int(Timestamp.earliest)...Int(Timestamp.latest) - 1))
            let date = Date(timeIntervalSince1970: TimeInterval(second))
            let parts = calendar.dateComponents([.year, .month, .day], from: date)
            let day = zone.day(of: try #require(Timestamp(seconds: second)))
            if day.components != (parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
                || zone.offset(atSecond: second).offset != Int64(calendar.timeZone.secondsFromGMT(for: date))
            {
                Issue.record("\(name): second \(second) is in \(day), not \(parts)")
            }
            if zone.start(of: day) != Timestamp(seconds: Int64(calendar.startOfDay(for: date).timeIntervalSince1970)) {
                Issue.record("\(name): \(day) begins at \(zone.start(of: day)), not \(calendar.startOfDay(for: date))")
            }
        }
    }

    private func start(_ day: String, _ name: String) throws -> String {
        let zone = try #require(BillingZone(identifier: name))
        return zone.start(of: try #require(CalendarDay(iso: day))).description
    }

    @Test func daysOf23And25Hours() throws {
        #expect(try start("2026-03-29", "Europe/Berlin") == "2026-03-28T23:00:00Z")
        #expect(try start("2026-03-30", "Europe/Berlin") == "2026-03-29T22:00:00Z")
        #expect(try start("2026-10-25", "Europe/Berlin") == "2026-10-24T22:00:00Z")
        #expect(try start("2026-10-26", "Europe/Berlin") == "2026-10-25T23:00:00Z")
        #expect(try start("2026-11-01", "America/New_York") == "2026-11-01T04:00:00Z")
        #expect(try start("2026-11-02", "America/New_York") == "2026-11-02T05:00:00Z")
    }

    @Test func quartersAndHalvesOfAnHour() throws {
        #expect(try start("2026-10-05", "Asia/Kathmandu") == "2026-10-04T18:15:00Z")
        // Lord Howe moves its clocks by half an hour: on 4 October 2026 from +10:30 to +11.
        #expect(try start("2026-10-04", "Australia/Lord_Howe") == "2026-10-03T13:30:00Z")
        #expect(try start("2026-10-05", "Australia/Lord_Howe") == "2026-10-04T13:00:00Z")
    }

    @Test func aDayThatWasSkipped() throws {
        // Samoa went over the date line: 29 December 2011 was followed by the 31st.
        #expect(try start("2011-12-29", "Pacific/Apia") == "2011-12-29T10:00:00Z")
        #expect(try start("2011-12-30", "Pacific/Apia") == "2011-12-30T10:00:00Z")
        #expect(try start("2011-12-31", "Pacific/Apia") == "2011-12-30T10:00:00Z")
        let zone = try #require(BillingZone(identifier: "Pacific/Apia"))
        #expect(zone.day(of: try Timestamp(parsing: "2011-12-30T09:59:59Z", zone: nil)).description == "2011-12-29")
        #expect(zone.day(of: try Timestamp(parsing: "2011-12-30T10:00:00Z", zone: nil)).description == "2011-12-31")
    }

    @Test func midnightThatWasSkipped() throws {
        // In Sao Paulo clocks went from 23:59:59 to 01:00 on 4 November 2018.
        #expect(try start("2018-11-04", "America/Sao_Paulo") == "2018-11-04T03:00:00Z")
        let zone = try #require(BillingZone(identifier: "America/Sao_Paulo"))
        #expect(try Timestamp(parsing: "2018-11-04T00:30:00", zone: zone).description == "2018-11-04T03:00:00Z")
    }

    @Test func hoursThatAreSkippedOrShownTwice() throws {
        let zone = try #require(BillingZone(identifier: "Europe/Berlin"))
        #expect(try Timestamp(parsing: "2026-03-29T02:30:00", zone: zone).description == "2026-03-29T01:00:00Z")
        #expect(try Timestamp(parsing: "2026-10-25T02:30:00", zone: zone).description == "2026-10-25T00:30:00Z")
    }

    @Test func namesThatAreNoZone() {
        for name in [
            "", "Europe", "Europe/Berln", "Berlin", "CEST", "+02:00", "GMT+2", "Mars/Olympus", "../etc/passwd",
            "europe/berlin", "/Europe/Berlin", "Europe/",
        ] {
            #expect(BillingZone(identifier: name) == nil, "\(name)")
        }
        #expect(BillingZone(identifier: "Etc/UTC") == .utc)
    }
}
