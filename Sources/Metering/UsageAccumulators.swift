import BillingTerms
import Importing

/// What a day of a series has come to, for one thread: one line of the cache.
struct UsageSlot {
    /// At the series' scale.
    var sum: Int128 = 0
    var maximum: Int64 = 0
    var latest: Int64 = 0
    var latestInstant: Int64 = .min
    /// Distinct values with places below 64.
    var distinct: UInt64 = 0
    var count: UInt64 = 0
    /// Scales of `maximum` and `latest`; `nothing` while there is none.
    var maximumScale: UInt8 = UsageSlot.nothing
    var latestScale: UInt8 = UsageSlot.nothing

    static let nothing: UInt8 = 255
}

/// What does not fit a slot: quantities of more than 18 digits, and sums beyond 128 bits.
struct WideUsage {
    var sum = ExactDecimal.zero
    var maximum: ExactDecimal?
    var latest: Usage.Latest?

    mutating func add(_ value: ExactDecimal, at instant: Timestamp) {
        sum += value
        maximum = maximum.map { max($0, value) } ?? value
        let event = Usage.Latest(instant: instant, value: value)
        latest = latest.map { max($0, event) } ?? event
    }
}

/// Adds up one thread's events by series and day. Slots are found over groups of 32 days, so that a month costs one step
/// and years cost memory only where there is usage.
final class UsageAccumulators: EventCollector, @unchecked Sendable {
    private let reading: MeterReading
    private let distinctPlaces: [[[UInt32]]]
    /// By share and the share's number of a series, so that an event finds its plan in one step.
    private let plans: [[SeriesPlan]]
    private let zones: [BillingZone]
    @exclusivity(unchecked) private var offsets: [(offset: Int64, from: Int64, until: Int64)]

    /// Number + 1 of a group of 32 slots, by series and days.
    @exclusivity(unchecked) private var groups: [UInt32]
    /// Number + 1 of a slot, 32 for each group.
    @exclusivity(unchecked) private var slotNumbers: [UInt32] = []
    @exclusivity(unchecked) private(set) var slots: [UsageSlot] = []
    private(set) var wide: [UInt32: WideUsage] = [:]
    /// Slot and distinct value with a place from 64 on.
    let manyDistinct = DistinctPairs()

    init(_ reading: MeterReading, _ series: UsageSeries, _ plan: UsagePlan) {
        self.reading = reading
        distinctPlaces = series.distinctPlaces
        plans = series.places.map { $0.map { plan.series.isEmpty ? SeriesPlan() : plan.series[Int($0)] } }
        zones = plan.zones
        offsets = plan.zones.map { _ in (0, 0, 0) }
        groups = Array(repeating: 0, count: plan.groupCount)
    }

    func collect(_ block: UnsafeMutablePointer<EventRecord>, count: Int, share: Int) {
        let plans = plans[share]
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: count) { found in
            // First all slots are found, then all are changed: the memory is waited for together.
            for index in 0..<count {
                found[index] = -1
                if block[index].flags & EventRecord.isDropped != 0 { continue }
                found[index] = slot(of: block[index], plans[Int(block[index].series)])
            }
            slots.withUnsafeMutableBufferPointer { slots in
                var touched: UInt64 = 0
                for index in 0..<count where found[index] >= 0 { touched &+= slots[Int(found[index])].count }
                guard touched != .max else { return }
                for index in 0..<count where found[index] >= 0 {
                    let plan = plans[Int(block[index].series)]
                    add(block[index], plan, share, Int(found[index]), &slots[Int(found[index])])
                }
            }
        }
    }

    /// The slot of an event's series and local day; -1 when that day is not wanted.
    @inline(__always)
    private func slot(of record: EventRecord, _ plan: SeriesPlan) -> Int32 {
        let second = floorSeconds(record.instant)
        let zone = Int(plan.zone)
        if second < offsets[zone].from || second >= offsets[zone].until {
            offsets[zone] = zones[zone].offset(atSecond: second)
        }
        let day = floorDays(second &+ offsets[zone].offset) &- Int64(plan.firstDay)
        guard day >= 0, day < Int64(plan.dayCount) else { return -1 }
        let group = Int(plan.index) &+ Int(day >> 5)
        let known = groups[group]
        guard known > 0 else { return addSlot(group: group, day: Int(day & 31)) }
        let number = slotNumbers[(Int(known) &- 1) &* 32 &+ Int(day & 31)]
        return number > 0 ? Int32(truncatingIfNeeded: number) &- 1 : addSlot(group: group, day: Int(day & 31))
    }

    @inline(__always)
    private func floorSeconds(_ nanoseconds: Int64) -> Int64 {
        // Instants lie between 1990 and 2100, so that no quotient is negative.
        nanoseconds / 1_000_000_000
    }

    @inline(__always)
    private func floorDays(_ second: Int64) -> Int64 { second / 86_400 }

    @inline(never)
    private func addSlot(group: Int, day: Int) -> Int32 {
        if groups[group] == 0 {
            slotNumbers.append(contentsOf: repeatElement(0, count: 32))
            groups[group] = UInt32(slotNumbers.count / 32)
        }
        slots.append(UsageSlot())
        slotNumbers[(Int(groups[group]) - 1) * 32 + day] = UInt32(slots.count)
        return Int32(slots.count - 1)
    }

    @inline(__always)
    private func add(
        _ record: EventRecord, _ plan: SeriesPlan, _ share: Int, _ number: Int, _ slot: inout UsageSlot
    ) {
        slot.count &+= 1
        if plan.uniqueDimension >= 0 {
            let value = distinctPlaces[Int(plan.uniqueDimension)][share][Int(record.distinctValue)]
            if value < 64 { slot.distinct |= 1 << UInt64(value) } else { manyDistinct.insert(UInt32(number), value) }
        }
        if record.flags & EventRecord.isWide != 0 {
            addWide(reading.shares[share].wideValues[Int(record.mantissa)], record.instant, number)
            return
        }
        let scale = record.scale
        var value = Int128(record.mantissa)
        // 18 digits times 10^18 at most.
        if scale != Int(plan.scale) { value *= Int128(CompactDecimal.power(Int(plan.scale) - scale)) }
        let (sum, overflow) = slot.sum.addingReportingOverflow(value)
        slot.sum = sum
        if overflow { carry(&slot, value, number, Int(plan.scale)) }
        let narrow = UInt8(truncatingIfNeeded: scale)
        if slot.maximumScale == UsageSlot.nothing
            || CompactDecimal.precedes(slot.maximum, slot.maximumScale, record.mantissa, narrow)
        {
            slot.maximum = record.mantissa
            slot.maximumScale = narrow
        }
        if record.instant > slot.latestInstant
            || (record.instant == slot.latestInstant
                && CompactDecimal.precedes(slot.latest, slot.latestScale, record.mantissa, narrow))
        {
            slot.latestInstant = record.instant
            slot.latest = record.mantissa
            slot.latestScale = narrow
        }
    }

    @inline(never)
    private func addWide(_ value: ExactDecimal, _ instant: Int64, _ number: Int) {
        wide[UInt32(number), default: WideUsage()].add(value, at: Timestamp(nanoseconds: instant))
    }

    /// A sum beyond 128 bits goes on in the wide part.
    @inline(never)
    private func carry(_ slot: inout UsageSlot, _ value: Int128, _ number: Int, _ scale: Int) {
        let before = slot.sum &- value
        wide[UInt32(number), default: WideUsage()].sum += ExactDecimal(coefficient: before, scale: scale)
        slot.sum = value
    }

    /// Where the slots of 32 days of a series are; -1 when nothing was used in them.
    func slots(plan: SeriesPlan, group: Int) -> Int {
        let known = Int(groups[Int(plan.index) + group])
        return known > 0 ? (known - 1) * 32 : -1
    }

    /// The slot at such a place plus the day's number among the 32; -1 for none.
    func slotNumber(_ place: Int) -> Int { Int(slotNumbers[place]) - 1 }
}

/// Numbers as mantissa and scale, below 10^18 and up to 18.
enum CompactDecimal {
    private static let powers: [Int64] = (0...18).map { (0..<$0).reduce(Int64(1)) { power, _ in power * 10 } }

    @inline(__always)
    static func power(_ exponent: Int) -> Int64 { powers[exponent] }

    @inline(__always)
    static func precedes(_ a: Int64, _ scaleOfA: UInt8, _ b: Int64, _ scaleOfB: UInt8) -> Bool {
        if scaleOfA == scaleOfB { return a < b }
        return Int128(a) * Int128(power(Int(max(scaleOfA, scaleOfB) - scaleOfA)))
            < Int128(b) * Int128(power(Int(max(scaleOfA, scaleOfB) - scaleOfB)))
    }
}

/// Pairs of a slot and a distinct value, each once.
final class DistinctPairs: @unchecked Sendable {
    /// Pair + 1; 0 is free.
    @exclusivity(unchecked) private var table: [UInt64] = []
    private(set) var count = 0

    func insert(_ slot: UInt32, _ value: UInt32) {
        if (count + 1) * 2 > table.count { grow() }
        put((UInt64(slot) << 32 | UInt64(value)) &+ 1)
    }

    private func put(_ pair: UInt64) {
        let mask = table.count - 1
        var slot = Int(truncatingIfNeeded: (pair &* 0x9E37_79B9_7F4A_7C15) >> 20) & mask
        while table[slot] != 0 {
            if table[slot] == pair { return }
            slot = (slot + 1) & mask
        }
        table[slot] = pair
        count += 1
    }

    private func grow() {
        let old = table
        table = Array(repeating: 0, count: max(64, old.count * 2))
        count = 0
        for pair in old where pair != 0 { put(pair) }
    }

    /// By slot, rising.
    func bySlot() -> [UInt32: [UInt32]] {
        var result: [UInt32: [UInt32]] = [:]
        for pair in table where pair != 0 {
            let plain = pair - 1
            result[UInt32(plain >> 32), default: []].append(UInt32(truncatingIfNeeded: plain))
        }
        return result.mapValues { $0.sorted() }
    }
}
