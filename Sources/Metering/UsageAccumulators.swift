import BillingTerms
import Catalog
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

/// Slots, each in a line of the cache of its own: an `Array` would put every one over two.
final class UsageSlots: @unchecked Sendable {
    @exclusivity(unchecked) private(set) var start: UnsafeMutablePointer<UsageSlot>
    @exclusivity(unchecked) private(set) var count = 0
    @exclusivity(unchecked) private var capacity: Int

    /// Room that nothing is written to costs nothing, and growing copies all there is.
    init(capacity: Int) {
        self.capacity = max(64, capacity)
        start = UsageSlots.room(self.capacity)
    }

    deinit { start.deallocate() }

    /// The number is one that `add` has returned.
    subscript(number: Int) -> UsageSlot { start[number] }

    func add() -> Int {
        if count == capacity { grow() }
        (start + count).initialize(to: UsageSlot())
        count += 1
        return count - 1
    }

    private func grow() {
        let larger = UsageSlots.room(capacity * 2)
        larger.moveInitialize(from: start, count: count)
        start.deallocate()
        start = larger
        capacity *= 2
    }

    private static func room(_ capacity: Int) -> UnsafeMutablePointer<UsageSlot> {
        LargePages.allocate(byteCount: capacity * MemoryLayout<UsageSlot>.stride).baseAddress.unsafelyUnwrapped
            .bindMemory(to: UsageSlot.self, capacity: capacity)
    }
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

/// Adds up one thread's events by series and day. Slots are found over groups of 32 days, so that a month costs one
/// step and years cost memory only where there is usage.
final class UsageAccumulators: EventCollector, @unchecked Sendable {
    private let reading: MeterReading
    private let distinctPlaces: [[[UInt32]]]
    /// By share and the share's number of a series, so that an event finds its plan in one step.
    private let plans: [[SeriesPlan]]
    private let zones: [BillingZone]
    @exclusivity(unchecked) private var offsets: [(offset: Int64, from: Int64, until: Int64)]
    private let setsApart: Bool
    /// What is not added up as it comes.
    private(set) var gathering: EventGathering

    /// Number + 1 of a group of 32 slots, by series and days.
    @exclusivity(unchecked) private var groups: [UInt32]
    /// Number + 1 of a slot, 32 for each group.
    @exclusivity(unchecked) private var slotNumbers: [UInt32] = []
    let slots: UsageSlots
    private(set) var wide: [UInt32: WideUsage] = [:]
    private(set) var details: [UInt32: UsageDetail] = [:]
    private let wantedDetails: [EventDetail?]
    private let places: [[UInt32]]
    private static let reservedGroups = 1 << 17
    /// Slot and distinct value with a place from 64 on.
    let manyDistinct = DistinctPairs()

    init(_ reading: MeterReading, _ series: UsageSeries, _ plan: UsagePlan) {
        self.reading = reading
        distinctPlaces = series.distinctPlaces
        plans = series.places.map { $0.map { plan.series.isEmpty ? SeriesPlan() : plan.series[Int($0)] } }
        places = series.places
        wantedDetails = plan.details
        zones = plan.zones
        setsApart = plan.setsApart
        gathering = EventGathering(reading, series, plan)
        offsets = plan.zones.map { _ in (0, 0, 0) }
        groups = Array(repeating: 0, count: plan.groupCount)
        slotNumbers.reserveCapacity(min(plan.groupCount, UsageAccumulators.reservedGroups) * 32)
        slots = UsageSlots(capacity: min(plan.groupCount, UsageAccumulators.reservedGroups) * 32)
    }

    /// Each step is done for the whole block before the next one begins: the memory that the events of a block need
    /// lies far apart, and so it is waited for together.
    func collect(_ block: UnsafeMutablePointer<EventRecord>, count: Int, share: Int) {
        if setsApart { gathering.gather(block, count: count, share: share) }
        let plans = plans[share]
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: count) { places in
            for index in 0..<count {
                let isDropped = block[index].flags & EventRecord.isDropped != 0
                places[index] = isDropped ? -1 : place(of: block[index], plans[Int(block[index].series)])
            }
            findSlots(places)
            let slots = slots.start
            var touched: UInt64 = 0
            for place in places where place >= 0 { touched &+= slots[Int(place)].count }
            guard touched != .max else { return }
            for index in 0..<count where places[index] >= 0 {
                let plan = plans[Int(block[index].series)]
                add(block[index], plan, share, Int(places[index]), &slots[Int(places[index])])
            }
        }
    }

    /// Where the slot number of an event's series and local day stands; -1 when that day is not wanted.
    @inline(__always)
    private func place(of record: EventRecord, _ plan: SeriesPlan) -> Int32 {
        let second = floorSeconds(record.instant)
        let zone = Int(plan.zone)
        if second < offsets[zone].from || second >= offsets[zone].until {
            offsets[zone] = zones[zone].offset(atSecond: second)
        }
        let day = floorDays(second &+ offsets[zone].offset) &- Int64(plan.firstDay)
        guard day >= 0, day < Int64(plan.dayCount) else { return -1 }
        let group = Int(plan.index) &+ Int(day >> 5)
        if groups[group] == 0 { addGroup(group) }
        return Int32(truncatingIfNeeded: (Int(groups[group]) &- 1) &* 32 &+ Int(day & 31))
    }

    @inline(never)
    private func addGroup(_ group: Int) {
        slotNumbers.append(contentsOf: repeatElement(0, count: 32))
        groups[group] = UInt32(slotNumbers.count / 32)
    }

    /// Replaces the places by the slots' numbers, and makes the slots that are missing.
    @inline(__always)
    private func findSlots(_ places: UnsafeMutableBufferPointer<Int32>) {
        slotNumbers.withUnsafeMutableBufferPointer { numbers in
            var touched: UInt32 = 0
            for place in places where place >= 0 { touched &+= numbers[Int(place)] }
            guard touched != .max else { return }
            for index in 0..<places.count where places[index] >= 0 {
                let place = Int(places[index])
                if numbers[place] == 0 { numbers[place] = UInt32(slots.add() + 1) }
                places[index] = Int32(truncatingIfNeeded: numbers[place]) &- 1
            }
        }
    }

    @inline(__always)
    private func floorSeconds(_ nanoseconds: Int64) -> Int64 {
        // Instants lie between 1990 and 2100, so that no quotient is negative.
        nanoseconds / 1_000_000_000
    }

    @inline(__always)
    private func floorDays(_ second: Int64) -> Int64 { second / 86_400 }

    @inline(__always)
    private func add(
        _ record: EventRecord, _ plan: SeriesPlan, _ share: Int, _ number: Int, _ slot: inout UsageSlot
    ) {
        slot.count &+= 1
        if plan.hasDetail { addDetail(record, share, number) }
        if plan.uniqueDimension >= 0 {
            let value = distinctPlaces[Int(plan.uniqueDimension)][share][Int(record.distinctValue)]
            if value < 64 { slot.distinct |= 1 << UInt64(value) } else { manyDistinct.insert(UInt32(number), value) }
        }
        if record.flags & EventRecord.isWide != 0 {
            addWide(reading.shares[share].wideValues[Int(record.mantissa)], record.instant, number)
            return
        }
        // At the series' scale, where that fits: numbers of one scale are compared at once.
        var (mantissa, scale) = (record.mantissa, record.scale)
        var value = Int128(mantissa)
        if scale != Int(plan.scale) {
            // 18 digits times 10^18 at most.
            value *= Int128(CompactDecimal.power(Int(plan.scale) - scale))
            if let scaled = Int64(exactly: value) { (mantissa, scale) = (scaled, Int(plan.scale)) }
        }
        let (sum, overflow) = slot.sum.addingReportingOverflow(value)
        slot.sum = sum
        if overflow { carry(&slot, value, number, Int(plan.scale)) }
        let narrow = UInt8(truncatingIfNeeded: scale)
        if slot.maximumScale == UsageSlot.nothing
            || CompactDecimal.precedes(slot.maximum, slot.maximumScale, mantissa, narrow)
        {
            slot.maximum = mantissa
            slot.maximumScale = narrow
        }
        if record.instant > slot.latestInstant
            || (record.instant == slot.latestInstant
                && CompactDecimal.precedes(slot.latest, slot.latestScale, mantissa, narrow))
        {
            slot.latestInstant = record.instant
            slot.latest = mantissa
            slot.latestScale = narrow
        }
    }

    @inline(never)
    private func addDetail(_ record: EventRecord, _ share: Int, _ number: Int) {
        guard let wanted = wantedDetails[Int(places[share][Int(record.series)])] else { return }
        details[UInt32(number), default: UsageDetail(wanted)].add(
            reading.shares[share].value(of: record), at: Timestamp(nanoseconds: record.instant))
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

    /// A bit for each of the 32 days that has a slot.
    func usedDays(plan: SeriesPlan, group: Int) -> UInt32 {
        let place = slots(plan: plan, group: group)
        guard place >= 0 else { return 0 }
        var used: UInt32 = 0
        for day in 0..<32 where slotNumbers[place + day] > 0 { used |= 1 << UInt32(day) }
        return used
    }

    /// The slot at such a place plus the day's number among the 32; -1 for none.
    func slotNumber(_ place: Int) -> Int { Int(slotNumbers[place]) - 1 }

    /// Events of so many days from such a place on. The slots lie far apart: whoever asks before looking at the first
    /// one waits for all of them together.
    func eventCount(_ place: Int, days: Int) -> UInt64 {
        var count: UInt64 = 0
        for place in place..<place + days where slotNumbers[place] > 0 { count &+= slots[slotNumber(place)].count }
        return count
    }
}

/// Numbers of 64 bits with up to 18 digits behind the point.
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
