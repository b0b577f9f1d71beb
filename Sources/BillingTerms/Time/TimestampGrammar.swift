/// Why a text is not a time that billwright takes.
package enum TimestampRefusal: Error, Hashable, Sendable {
    case empty
    /// Neither RFC 3339 nor a number of seconds, milliseconds, microseconds or nanoseconds since 1970.
    case malformed
    /// A day such as 29 February 2026, or an hour such as 25.
    case impossible
    /// No zone in the text and none given for its source.
    case zoneMissing
    /// Outside 1990 to 2100, the years for which zones are known.
    case outOfRange

    package var explanation: String {
        switch self {
        case .empty: "the time is empty"
        case .malformed: "not a time: RFC 3339 (2026-10-05T12:00:00Z) or seconds, ms, µs or ns since 1970 are read"
        case .impossible: "there is no such day or time of day"
        case .zoneMissing: "the time has no zone; give its source one in sources.yaml"
        case .outOfRange: "the time lies outside the years 1990 to 2100"
        }
    }
}

/// A time as it is written: the fields of a clock, and the offset from UTC if one is there.
private struct ClockReading {
    var day: CalendarDay
    var secondOfDay = 0
    var nanosecond = 0
    var offsetSeconds: Int?
    var isLeapSecond = false
}

extension Timestamp {
    static let earliest = Int64(631_152_000)  // 1990-01-01
    static let latest = Int64(4_133_980_800)  // 2101-01-01

    /// Reads RFC 3339 with a `T` or a blank between day and time, `Z`, ` UTC` or an offset, up to nine fraction digits
    /// (further ones must be read, but are cut: no clock has them); or a number since 1970, whose size tells whether it
    /// counts s, ms, µs or ns, and which may have a fraction, as Lago's timestamps and those of data frames do. An offset
    /// may be whole hours (`+00`, as PostgreSQL and DuckDB write it), and before a zone the seconds may be missing
    /// (`T00:00Z` in Azure's FOCUS 1.0, microsoft/finops-toolkit issue 973). A leap second (`23:59:60` in UTC, and at no other time) is read as the second
    /// before. A time without a zone is taken in `zone`, and refused when there is none. A bare day is its first instant.
    package init(parsing bytes: UnsafeRawBufferPointer, zone: BillingZone?) throws(TimestampRefusal) {
        guard !bytes.isEmpty else { throw .empty }
        if bytes.count >= 10, bytes[4] == UInt8(ascii: "-") {
            let reading = try Timestamp.clockReading(bytes)
            try self.init(reading, zone: zone)
        } else {
            try self.init(epochDigits: bytes)
        }
        let second = seconds
        guard second >= Timestamp.earliest, second < Timestamp.latest else { throw .outOfRange }
    }

    package init(parsing text: String, zone: BillingZone?) throws(TimestampRefusal) {
        var text = text
        let result: Result<Timestamp, TimestampRefusal> = text.withUTF8 { buffer in
            do throws(TimestampRefusal) {
                return .success(try Timestamp(parsing: UnsafeRawBufferPointer(buffer), zone: zone))
            } catch {
                return .failure(error)
            }
        }
        self = try result.get()
    }

    private init(_ reading: ClockReading, zone: BillingZone?) throws(TimestampRefusal) {
        let local = Int64(reading.day.number) * 86_400 + Int64(reading.secondOfDay)
        let second: Int64
        if let offset = reading.offsetSeconds {
            second = local - Int64(offset)
        } else if let zone {
            second = zone.instant(localSeconds: local)
        } else {
            throw .zoneMissing
        }
        guard second >= Timestamp.earliest, second < Timestamp.latest else { throw .outOfRange }
        if reading.isLeapSecond, second % 86_400 != 86_399 { throw .impossible }
        self.init(nanoseconds: second * 1_000_000_000 + Int64(reading.nanosecond))
    }

    /// 10 digits or fewer before the point are seconds, 13 milliseconds, 16 microseconds, 19 nanoseconds; the bounds lie
    /// between.
    private init(epochDigits text: UnsafeRawBufferPointer) throws(TimestampRefusal) {
        let point = text.firstIndex(of: UInt8(ascii: ".")) ?? text.count
        let bytes = text[..<point]
        guard (1...19).contains(bytes.count) else { throw .malformed }
        var value: Int64 = 0
        for byte in bytes {
            let digit = byte &- UInt8(ascii: "0")
            guard digit <= 9 else { throw .malformed }
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow, scaled <= Int64.max - Int64(digit) else { throw .outOfRange }
            value = scaled + Int64(digit)
        }
        let unit: Int64 =
            switch value {
            case ..<100_000_000_000: 1_000_000_000
            case ..<100_000_000_000_000: 1_000_000
            case ..<100_000_000_000_000_000: 1_000
            default: 1
            }
        guard value < Timestamp.latest || value >= 100_000_000_000 else { throw .outOfRange }
        let fraction = point < text.count ? try Timestamp.fraction(text[(point + 1)...], of: unit) : 0
        let (whole, overflow) = value.multipliedReportingOverflow(by: unit)
        let (nanoseconds, carry) = whole.addingReportingOverflow(fraction)
        guard !overflow, !carry else { throw .outOfRange }
        self.init(nanoseconds: nanoseconds)
    }

    /// The nanoseconds of digits behind a point; what is less than one is cut.
    private static func fraction(
        _ digits: UnsafeRawBufferPointer.SubSequence, of unit: Int64
    ) throws(TimestampRefusal) -> Int64 {
        guard !digits.isEmpty else { throw .malformed }
        var nanoseconds: Int64 = 0
        var place = unit
        for byte in digits {
            let digit = byte &- UInt8(ascii: "0")
            guard digit <= 9 else { throw .malformed }
            place /= 10
            nanoseconds += Int64(digit) * place
        }
        return nanoseconds
    }

    private static func clockReading(_ bytes: UnsafeRawBufferPointer) throws(TimestampRefusal) -> ClockReading {
        func number(_ from: Int, _ count: Int) -> Int? {
            guard from + count <= bytes.count else { return nil }
            var value = 0
            for index in from..<from + count {
                let digit = bytes[index] &- UInt8(ascii: "0")
                guard digit <= 9 else { return nil }
                value = value &* 10 &+ Int(digit)
            }
            return value
        }
        guard let year = number(0, 4), let month = number(5, 2), bytes[7] == UInt8(ascii: "-"), let date = number(8, 2)
        else { throw .malformed }
        guard let day = CalendarDay(year: year, month: month, day: date) else { throw .impossible }
        var reading = ClockReading(day: day)
        if bytes.count == 10 { return reading }

        let separator = bytes[10]
        guard separator | 0x20 == UInt8(ascii: "t") || separator == UInt8(ascii: " "),
            bytes.count >= 17, bytes[13] == UInt8(ascii: ":"), let hour = number(11, 2), let minute = number(14, 2)
        else { throw .malformed }
        let hasSeconds = bytes[16] == UInt8(ascii: ":")
        guard let second = hasSeconds ? number(17, 2) : 0 else { throw .malformed }
        guard hour < 24, minute < 60, second <= 60 else { throw .impossible }
        reading.secondOfDay = hour * 3600 + minute * 60 + min(second, 59)
        reading.isLeapSecond = second == 60

        var index = hasSeconds ? 19 : 16
        if hasSeconds, index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            let digits = bytes[index...].prefix { $0 &- UInt8(ascii: "0") <= 9 }
            reading.nanosecond = Int(try fraction(digits, of: 1_000_000_000))
            index += digits.count
        }
        reading.offsetSeconds = try offset(UnsafeRawBufferPointer(rebasing: bytes[index...]))
        return reading
    }

    /// Nothing, `Z`, ` UTC`, `+02:00`, `+0200` or `+02`.
    private static func offset(_ bytes: UnsafeRawBufferPointer) throws(TimestampRefusal) -> Int? {
        if bytes.isEmpty { return nil }
        if bytes.count == 1, bytes[0] | 0x20 == UInt8(ascii: "z") { return 0 }
        if bytes.elementsEqual(" UTC".utf8) { return 0 }
        let sign: Int
        switch bytes[0] {
        case UInt8(ascii: "+"): sign = 1
        case UInt8(ascii: "-"): sign = -1
        default: throw .malformed
        }
        let digits = bytes.dropFirst().filter { $0 != UInt8(ascii: ":") }
        let isWhole =
            switch bytes.count {
            case 3: digits.count == 2
            case 5: digits.count == 4
            case 6: digits.count == 4 && bytes[3] == UInt8(ascii: ":")
            default: false
            }
        guard isWhole, digits.allSatisfy({ $0 &- UInt8(ascii: "0") <= 9 }) else { throw .malformed }
        let values = digits.map { Int($0 &- UInt8(ascii: "0")) }
        let (hours, minutes) = (values[0] * 10 + values[1], values.count == 4 ? values[2] * 10 + values[3] : 0)
        guard hours <= 18, minutes < 60 else { throw .impossible }
        return sign * (hours * 3600 + minutes * 60)
    }
}
