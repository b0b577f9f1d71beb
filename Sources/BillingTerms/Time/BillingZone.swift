import Foundation

/// A time zone in which days begin and end for billing, as a table of its offsets: Foundation's own calendar takes
/// microseconds a question, which a row of usage cannot wait for.
///
/// The table covers 1990 to 2100 and comes from the zone data of the Swift toolchain (`BillingZone.dataVersion`).
package struct BillingZone: Sendable {
    /// The IANA name, `Europe/Berlin`.
    package let identifier: String
    /// `starts[i]` is the second from which `offsets[i]` counts.
    private let starts: [Int64]
    private let offsets: [Int64]

    package static let utc = BillingZone(identifier: "UTC", starts: [.min], offsets: [0])

    /// The version of the zone data, written to every run's record.
    package static var dataVersion: String { TimeZone.timeZoneDataVersion }

    /// Nil when there is no zone of this name. Abbreviations such as `CET` or `EST` are not taken: they mean an offset to
    /// one reader and a zone with summer time to another.
    package init?(identifier: String) {
        if identifier == "UTC" || identifier == "Etc/UTC" || identifier == "Z" {
            self = .utc
            return
        }
        guard identifier.contains("/"), let zone = TimeZone(identifier: identifier) else { return nil }
        var starts: [Int64] = [.min]
        var offsets: [Int64] = []
        func offset(_ second: Int64) -> Int64 {
            Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(second))))
        }
        // A change of offset is found by looking at each day, then by halving the day in which it happens.
        var known = offset(Timestamp.earliest)
        offsets.append(known)
        for day in stride(from: Timestamp.earliest, to: Timestamp.latest, by: 86_400) {
            let next = offset(day + 86_400)
            guard next != known else { continue }
            var (low, high) = (day, day + 86_400)
            while high - low > 1 {
                let middle = (low + high) / 2
                if offset(middle) == known { low = middle } else { high = middle }
            }
            starts.append(high)
            offsets.append(next)
            known = next
        }
        self.init(identifier: identifier, starts: starts, offsets: offsets)
    }

    private init(identifier: String, starts: [Int64], offsets: [Int64]) {
        self.identifier = identifier
        self.starts = starts
        self.offsets = offsets
    }

    /// Seconds to add to UTC, and the half-open range of seconds for which that holds; a caller with many rows keeps it.
    package func offset(atSecond second: Int64) -> (offset: Int64, from: Int64, until: Int64) {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= second { low = middle } else { high = middle }
        }
        return (offsets[low], starts[low], low + 1 < starts.count ? starts[low + 1] : .max)
    }

    /// The day that a clock on the wall shows at this instant.
    package func day(of instant: Timestamp) -> CalendarDay {
        let second = instant.seconds
        return CalendarDay(number: Int(floorDivide(second + offset(atSecond: second).offset, 86_400)))
    }

    /// The first instant of a day; where the clocks skip midnight, the instant after the gap.
    package func start(of day: CalendarDay) -> Timestamp {
        Timestamp(nanoseconds: instant(localSeconds: Int64(day.number) * 86_400) * 1_000_000_000)
    }

    /// The instant at which a wall clock shows this local second. A second shown twice means its first time; one that is
    /// skipped means the end of the gap.
    func instant(localSeconds local: Int64) -> Int64 {
        guard starts.count > 1 else { return local - offsets[0] }
        let before = offset(atSecond: local - 86_400)
        let after = offset(atSecond: local + 86_400)
        for candidate in [local - before.offset, local - after.offset].sorted()
        where candidate + offset(atSecond: candidate).offset == local {
            return candidate
        }
        return before.until
    }
}

extension BillingZone: Hashable {
    package static func == (left: BillingZone, right: BillingZone) -> Bool { left.identifier == right.identifier }
    package func hash(into hasher: inout Hasher) { hasher.combine(identifier) }
}
