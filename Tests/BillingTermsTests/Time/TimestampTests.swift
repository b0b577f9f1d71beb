import Testing

@testable import BillingTerms

@Suite struct TimestampTests {
    /// Read without a zone of the source.
    static let accepted: [(text: String, printed: String)] = [
        ("2026-10-05T12:00:00Z", "2026-10-05T12:00:00Z"), ("2026-10-05t12:00:00z", "2026-10-05T12:00:00Z"),
        ("2026-10-05 12:00:00Z", "2026-10-05T12:00:00Z"), ("2026-10-05 12:00:00 UTC", "2026-10-05T12:00:00Z"),
        ("2026-10-05T12:00:00+00:00", "2026-10-05T12:00:00Z"), ("2026-10-05T12:00:00-00:00", "2026-10-05T12:00:00Z"),
        ("2026-10-05T12:00:00+02:00", "2026-10-05T10:00:00Z"), ("2026-10-05T12:00:00+0200", "2026-10-05T10:00:00Z"),
        ("2026-10-05T01:00:00+05:45", "2026-10-04T19:15:00Z"), ("2026-12-31T23:00:00-08:00", "2027-01-01T07:00:00Z"),
        ("2026-10-05T12:00:00.5Z", "2026-10-05T12:00:00.5Z"),
        ("2026-10-05T12:00:00.250Z", "2026-10-05T12:00:00.25Z"),
        ("2026-10-05T12:00:00.123456789Z", "2026-10-05T12:00:00.123456789Z"),
        ("2026-10-05T12:00:00.1234567899Z", "2026-10-05T12:00:00.123456789Z"),
        ("2026-10-05T12:00:00.000000001+01:00", "2026-10-05T11:00:00.000000001Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"), ("1990-01-01T00:00:00Z", "1990-01-01T00:00:00Z"),
        ("2100-12-31T23:59:59.999999999Z", "2100-12-31T23:59:59.999999999Z"),
        // Leap seconds, which clocks have at the end of a UTC day only.
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"), ("2017-01-01T00:59:60+01:00", "2016-12-31T23:59:59Z"),
        ("2016-12-31T15:59:60.5-08:00", "2016-12-31T23:59:59.5Z"),
        // Since 1970, in seconds, milliseconds, microseconds and nanoseconds.
        ("1791201600", "2026-10-05T12:00:00Z"), ("1791201600250", "2026-10-05T12:00:00.25Z"),
        ("1791201600250001", "2026-10-05T12:00:00.250001Z"), ("1791201600250000001", "2026-10-05T12:00:00.250000001Z"),
        ("631152000", "1990-01-01T00:00:00Z"), ("0001791201600", "2026-10-05T12:00:00Z"),
        ("1791201600.5", "2026-10-05T12:00:00.5Z"), ("1791201600.1234567899", "2026-10-05T12:00:00.123456789Z"),
        ("1791201600250.0", "2026-10-05T12:00:00.25Z"), ("1791201600250.75", "2026-10-05T12:00:00.25075Z"),
        ("1791201600250001.5", "2026-10-05T12:00:00.2500015Z"),
        // As PostgreSQL writes them, and Azure's first FOCUS exports.
        ("2026-10-05 12:00:00.5+00", "2026-10-05T12:00:00.5Z"), ("2026-10-05T12:00:00-08", "2026-10-05T20:00:00Z"),
        ("2026-10-05T12:00Z", "2026-10-05T12:00:00Z"), ("2026-10-05T12:00+02:00", "2026-10-05T10:00:00Z"),
    ]

    @Test func acceptedTexts() throws {
        for (text, printed) in Self.accepted {
            #expect(try Timestamp(parsing: text, zone: nil).description == printed, "\(text)")
        }
    }

    @Test func timesWithoutAZoneAreThoseOfTheSource() throws {
        let berlin = try #require(BillingZone(identifier: "Europe/Berlin"))
        for (text, printed) in [
            ("2026-10-05T12:00:00", "2026-10-05T10:00:00Z"), ("2026-12-05 12:00:00.5", "2026-12-05T11:00:00.5Z"),
            ("2026-10-05", "2026-10-04T22:00:00Z"), ("2026-10-05T12:00:00Z", "2026-10-05T12:00:00Z"),
            ("2017-01-01T00:59:60", "2016-12-31T23:59:59Z"), ("1791201600", "2026-10-05T12:00:00Z"),
        ] {
            #expect(try Timestamp(parsing: text, zone: berlin).description == printed, "\(text)")
        }
    }

    static let refused: [(text: String, refusal: TimestampRefusal)] = [
        ("", .empty), ("2026-10-05", .zoneMissing), ("2026-10-05T12:00:00", .zoneMissing),
        ("2026-10-05 12:00:00.5", .zoneMissing),
        ("2026-02-29T00:00:00Z", .impossible), ("2026-13-01T00:00:00Z", .impossible),
        ("2026-00-10T00:00:00Z", .impossible), ("2026-04-31T00:00:00Z", .impossible),
        ("2026-10-05T24:00:00Z", .impossible), ("2026-10-05T12:60:00Z", .impossible),
        ("2026-10-05T12:00:61Z", .impossible), ("2026-10-05T12:30:60Z", .impossible),
        ("2026-10-05T12:00:00+19:00", .impossible), ("2026-10-05T12:00:00+02:60", .impossible),
        ("2026-02-30", .impossible),
        ("1989-12-31T23:59:59Z", .outOfRange), ("2101-01-01T00:00:00Z", .outOfRange),
        ("1990-01-01T00:00:00+01:00", .outOfRange), ("1970-01-01T00:00:00Z", .outOfRange), ("0", .outOfRange),
        ("1", .outOfRange), ("631151999", .outOfRange), ("4133980800", .outOfRange), ("99999999999", .outOfRange),
        ("9999999999999999999", .outOfRange),
        ("2026-10-05T12:00", .malformed), ("2026-10-05T12:00:Z", .malformed), ("2026-10-05T12:00.5Z", .malformed),
        ("2026-10-05T12Z", .malformed), ("2026-10-05T", .malformed), ("2026-10-05T12:0Z", .malformed),
        ("2026-10-05Z", .malformed), ("2026-10-05X12:00:00Z", .malformed), ("2026-10-05T12-00-00Z", .malformed),
        ("2026-10-05T12:00:00.Z", .malformed), ("2026-10-05T12:00:00,5Z", .malformed),
        ("2026-10-05T12:00:00 +02:00", .malformed), ("2026-10-05T12:00:00+2", .malformed),
        ("2026-10-05T12:00:00+2:00", .malformed), ("2026-10-05T12:00:00+02:0", .malformed),
        ("2026-10-05T12:00:00+0", .malformed), ("2026-10-05T12:00:00+19", .impossible),
        ("2026-10-05T12:00:00CET", .malformed), ("2026-10-05T12:00:00+02:", .malformed),
        ("2026-10-05T12:00:00ZZ", .malformed), ("2026-10-05T1a:00:00Z", .malformed),
        ("2026-10-5T12:00:00Z", .malformed),
        ("2026/10/05 12:00:00", .malformed), ("05.10.2026", .malformed), ("10/05/2026", .malformed),
        ("20261005T120000Z", .malformed), ("Mon, 05 Oct 2026 12:00:00 GMT", .malformed), ("2026-W41-1", .malformed),
        ("-1791201600", .malformed), ("1.7912016e9", .malformed), ("now", .malformed),
        ("1791201600.", .malformed), (".5", .malformed), ("1791201600.5.5", .malformed), ("1791201600,5", .malformed),
        // Figures that are no number since 1970, and would be one if they were wrapped at 64 bits.
        ("20261005120000", .outOfRange), ("20261005120000250", .outOfRange), ("9999999999999", .outOfRange),
        ("12345678901234567890", .malformed), (" 2026-10-05T12:00:00Z", .malformed),
        ("2026-10-05T12:00:00Z ", .malformed), ("２０２６-10-05T12:00:00Z", .malformed),
    ]

    @Test func refusedTexts() {
        for (text, refusal) in Self.refused {
            #expect(throws: refusal, "\(text)") { try Timestamp(parsing: text, zone: nil) }
        }
    }

    @Test func secondsAreRoundedDownBefore1970() {
        #expect(Timestamp(nanoseconds: -1).seconds == -1)
        #expect(Timestamp(nanoseconds: -1).description == "1969-12-31T23:59:59.999999999Z")
        #expect(Timestamp(seconds: .max) == nil)
    }
}
