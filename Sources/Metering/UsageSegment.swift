import BillingTerms
import Dispatch
import Synchronization

/// The entries of a range of series, joined over all threads' slots, in the order of series and day.
struct UsageSegment: Sendable {
    struct Entry: Sendable {
        var series: UInt32
        var day: Int32
        var slot: UsageSlot
        /// The place of the wide part in `wide`; -1 when there is none.
        var wide: Int32 = -1
        /// The place of the distinct values in `distinct`, when a bit mask does not hold them.
        var distinct: Int32 = -1
        /// The place of the whole day in `metered`, for series whose events are gathered.
        var metered: Int32 = -1
        /// The place of what is known of single events in `details`; -1 where no price asks for it.
        var detail: Int32 = -1
    }

    private(set) var entries: [Entry] = []
    private(set) var wide: [WideUsage] = []
    private(set) var distinct: [[UInt32]] = []
    /// Days whose distinct values are places, as those of slots are.
    private(set) var metered: [MeteredDay] = []
    private(set) var details: [UsageDetail] = []
    /// The entries of each series that has any.
    private(set) var runs: [(series: Int, entries: Range<Int>)] = []

    /// The places of distinct values that some entry has, by dimension.
    private(set) var distinctPlaces: [Int: Set<UInt32>] = [:]

    /// Several for each thread: customers do not use the same.
    private static let segmentsOfThread = 4

    /// Segments for all series, made by as many threads as there are parts.
    static func all(
        _ plan: UsagePlan, _ parts: [UsageAccumulators], metered: @Sendable (Int) -> [MeteredDay]
    ) -> [UsageSegment] {
        let count = plan.series.count
        let distinctOfParts = parts.map { $0.manyDistinct.bySlot() }
        let pieces = max(1, parts.count * segmentsOfThread)
        let done = Mutex<[Int: UsageSegment]>([:])
        DispatchQueue.concurrentPerform(iterations: pieces) { piece in
            let series = count * piece / pieces..<count * (piece + 1) / pieces
            let segment = UsageSegment(series, plan, parts, distinctOfParts, metered)
            done.withLock { $0[piece] = segment }
        }
        return done.withLock { done in (0..<pieces).compactMap { done[$0] } }
    }

    private init(
        _ series: Range<Int>, _ plan: UsagePlan, _ parts: [UsageAccumulators], _ distinctOfParts: [[UInt32: [UInt32]]],
        _ metered: (Int) -> [MeteredDay]
    ) {
        entries.reserveCapacity(Self.entryCount(series, plan, parts))
        var places = [Int](repeating: -1, count: parts.count)
        for number in series {
            let days = plan.series[number]
            let start = entries.count
            for group in 0..<days.groupCount {
                let count = days.dayCount(ofGroup: group)
                var events: UInt64 = 0
                for index in parts.indices {
                    places[index] = parts[index].slots(plan: days, group: group)
                    if places[index] >= 0 { events &+= parts[index].eventCount(places[index], days: count) }
                }
                guard events > 0 else { continue }
                for day in 0..<count {
                    append(number, Int(days.firstDay) + group * 32 + day, days, parts, places, day, distinctOfParts)
                }
            }
            if plan.gathering(of: number) != nil { append(metered(number), of: number) }
            guard entries.count > start else { continue }
            runs.append((number, start..<entries.count))
            if days.uniqueDimension >= 0 { noteDistinct(start, Int(days.uniqueDimension)) }
        }
    }

    /// How many days of the series have usage that was added up.
    private static func entryCount(_ series: Range<Int>, _ plan: UsagePlan, _ parts: [UsageAccumulators]) -> Int {
        var entries = 0
        for days in plan.series[series] {
            for group in 0..<days.groupCount {
                var used: UInt32 = 0
                for part in parts { used |= part.usedDays(plan: days, group: group) }
                entries += used.nonzeroBitCount
            }
        }
        return entries
    }

    private mutating func noteDistinct(_ start: Int, _ dimension: Int) {
        var mask: UInt64 = 0
        var others: Set<UInt32> = []
        for entry in entries[start...] {
            mask |= entry.slot.distinct
            if entry.metered >= 0 { others.formUnion(metered[Int(entry.metered)].totals.distinct) }
            if entry.distinct >= 0 { others.formUnion(distinct[Int(entry.distinct)]) }
        }
        while mask != 0 {
            others.insert(UInt32(mask.trailingZeroBitCount))
            mask &= mask - 1
        }
        distinctPlaces[dimension, default: []].formUnion(others)
    }

    private mutating func append(_ days: [MeteredDay], of series: Int) {
        for day in days {
            entries.append(
                Entry(
                    series: UInt32(series), day: Int32(day.day.number), slot: UsageSlot(),
                    metered: Int32(metered.count)))
            metered.append(day)
        }
    }

    @inline(__always)
    private mutating func append(
        _ number: Int, _ day: Int, _ plan: SeriesPlan, _ parts: [UsageAccumulators], _ places: [Int], _ dayOfGroup: Int,
        _ distinctOfParts: [[UInt32: [UInt32]]]
    ) {
        var entry: Entry?
        for index in parts.indices where places[index] >= 0 {
            let slot = parts[index].slotNumber(places[index] + dayOfGroup)
            guard slot >= 0 else { continue }
            if entry == nil {
                entry = Entry(series: UInt32(number), day: Int32(day), slot: parts[index].slots[slot])
            } else if let carried = entry?.slot.join(parts[index].slots[slot]) {
                let sum = ExactDecimal(coefficient: carried, scale: Int(plan.scale))
                let place = add(WideUsage(sum: sum), to: entry?.wide ?? -1)
                entry?.wide = place
            }
            if !parts[index].wide.isEmpty, let more = parts[index].wide[UInt32(slot)] {
                let place = add(more, to: entry?.wide ?? -1)
                entry?.wide = place
            }
            if !distinctOfParts[index].isEmpty, let more = distinctOfParts[index][UInt32(slot)] {
                let place = add(more, to: entry?.distinct ?? -1)
                entry?.distinct = place
            }
            if !parts[index].details.isEmpty, let more = parts[index].details[UInt32(slot)] {
                let place = add(more, to: entry?.detail ?? -1)
                entry?.detail = place
            }
        }
        if let entry { entries.append(entry) }
    }

    private mutating func add(_ more: WideUsage, to place: Int32) -> Int32 {
        guard place < 0 else {
            wide[Int(place)] = wide[Int(place)].joined(with: more)
            return place
        }
        wide.append(more)
        return Int32(wide.count - 1)
    }

    private mutating func add(_ more: UsageDetail, to place: Int32) -> Int32 {
        guard place < 0 else {
            details[Int(place)].join(more)
            return place
        }
        details.append(more)
        return Int32(details.count - 1)
    }

    private mutating func add(_ more: [UInt32], to place: Int32) -> Int32 {
        guard place < 0 else {
            distinct[Int(place)] = Set(distinct[Int(place)]).union(more).sorted()
            return place
        }
        distinct.append(more)
        return Int32(distinct.count - 1)
    }
}

extension WideUsage {
    func joined(with other: WideUsage) -> WideUsage {
        WideUsage(
            sum: sum + other.sum, maximum: [maximum, other.maximum].compactMap(\.self).max(),
            latest: [latest, other.latest].compactMap(\.self).max())
    }
}

extension UsageSlot {
    /// Adds what another thread has of the same day. Returns a part of the sum that did not fit, for the wide part.
    mutating func join(_ other: UsageSlot) -> Int128? {
        count += other.count
        distinct |= other.distinct
        if other.maximumScale != UsageSlot.nothing {
            if maximumScale == UsageSlot.nothing
                || CompactDecimal.precedes(maximum, maximumScale, other.maximum, other.maximumScale)
            {
                (maximum, maximumScale) = (other.maximum, other.maximumScale)
            }
            if latestScale == UsageSlot.nothing || other.latestInstant > latestInstant
                || (other.latestInstant == latestInstant
                    && CompactDecimal.precedes(latest, latestScale, other.latest, other.latestScale))
            {
                (latest, latestScale, latestInstant) = (other.latest, other.latestScale, other.latestInstant)
            }
        }
        let (joined, overflow) = sum.addingReportingOverflow(other.sum)
        if overflow { return other.sum }
        sum = joined
        return nil
    }
}
