import BillingTerms
import Catalog
import Importing

/// All usage of a run, in the order of customer, project, meter, dimension values and day. Entries are kept compact and
/// become `Usage` when they are asked for: there may be millions, and a customer's are asked for once.
package struct UsageBook: Sendable, RandomAccessCollection {
    struct Entry: Sendable {
        var series: UInt32
        var day: Int32
        var slot: UsageSlot
        /// The place of the wide part in `wide`; -1 when there is none.
        var wide: Int32 = -1
        /// The place of the distinct values in `distinct`, when a bit mask does not hold them.
        var distinct: Int32 = -1
    }

    private let catalog: MeterCatalog
    private let series: UsageSeries
    private var entries: [Entry] = []
    private var wide: [WideUsage] = []
    private var distinct: [[UInt32]] = []
    private var ranges: [CustomerID: Range<Int>] = [:]
    /// Numbers of distinct values, by dimension and place: without gaps for values of events that do not count.
    private var distinctNumbers: [[UInt32]] = []

    package var startIndex: Int { 0 }
    package var endIndex: Int { entries.count }

    package subscript(position: Int) -> Usage { usage(entries[position]) }

    /// A customer's entries, in the book's order.
    package func usage(of customer: CustomerID) -> [Usage] {
        (ranges[customer] ?? 0..<0).map { self[$0] }
    }

    /// The customers that have usage.
    package var customers: [CustomerID] { ranges.keys.sorted() }

    init(_ reading: MeterReading, _ series: UsageSeries, _ plan: UsagePlan, _ parts: [UsageAccumulators]) {
        catalog = reading.catalog
        self.series = series
        let distinctOfParts = parts.map { $0.manyDistinct.bySlot() }
        entries.reserveCapacity(parts.map(\.slots.count).max() ?? 0)
        var customer = -1
        var start = 0
        for (number, days) in plan.series.enumerated() {
            let owner = catalog.projects[series.entries[number].project].customer
            if owner != customer {
                close(customer, start)
                (customer, start) = (owner, entries.count)
            }
            for group in 0..<(Int(days.dayCount) + 31) / 32 where parts.contains(where: { $0.hasGroup(plan: days, group: group) }) {
                for day in group * 32..<Swift.min(group * 32 + 32, Int(days.dayCount)) {
                    append(number, days, day, parts, distinctOfParts)
                }
            }
        }
        close(customer, start)
        distinctNumbers = numbersOfDistinctValues()
    }

    private mutating func close(_ customer: Int, _ start: Int) {
        if customer >= 0, start < entries.count { ranges[catalog.customers[customer].id] = start..<entries.count }
    }

    private mutating func append(
        _ number: Int, _ plan: SeriesPlan, _ day: Int, _ parts: [UsageAccumulators], _ distinctOfParts: [[UInt32: [UInt32]]]
    ) {
        var entry: Entry?
        var distinctValues: Set<UInt32> = []
        var wideUsage: WideUsage?
        for (index, part) in parts.enumerated() {
            guard let slot = part.slotNumber(plan: plan, day: day) else { continue }
            let found = part.slots[slot]
            if !distinctOfParts[index].isEmpty { distinctValues.formUnion(distinctOfParts[index][UInt32(slot)] ?? []) }
            if !part.wide.isEmpty, let more = part.wide[UInt32(slot)] {
                wideUsage = wideUsage.map { $0.joined(with: more) } ?? more
            }
            if entry == nil {
                entry = Entry(series: UInt32(number), day: plan.firstDay + Int32(day), slot: found)
            } else if let carried = entry?.slot.join(found) {
                let sum = ExactDecimal(coefficient: carried, scale: Int(plan.scale))
                wideUsage = (wideUsage ?? WideUsage()).joined(with: WideUsage(sum: sum))
            }
        }
        guard var entry else { return }
        if let wideUsage {
            entry.wide = Int32(wide.count)
            wide.append(wideUsage)
        }
        if !distinctValues.isEmpty {
            entry.distinct = Int32(distinct.count)
            distinct.append(distinctValues.sorted())
        }
        entries.append(entry)
    }

    private func usage(_ entry: Entry) -> Usage {
        let place = series.entries[Int(entry.series)]
        let (project, customer) = catalog.projects[place.project]
        let slot = entry.slot
        var sum = ExactDecimal(coefficient: slot.sum, scale: place.scale)
        var maximum: ExactDecimal?
        var latest: Usage.Latest?
        if slot.maximumScale != UsageSlot.nothing {
            maximum = ExactDecimal(coefficient: Int128(slot.maximum), scale: Int(slot.maximumScale))
            let value = ExactDecimal(coefficient: Int128(slot.latest), scale: Int(slot.latestScale))
            latest = Usage.Latest(instant: Timestamp(nanoseconds: slot.latestInstant), value: value.normalized)
        }
        if entry.wide >= 0 {
            let more = wide[Int(entry.wide)]
            sum += more.sum
            maximum = [maximum, more.maximum].compactMap(\.self).max()
            latest = [latest, more.latest].compactMap(\.self).max()
        }
        // Written without zeros at the end: how many there were would depend on events that do not count.
        return Usage(
            customer: catalog.customers[customer].id, project: project, meter: catalog.meters[place.meter].id,
            dimensionValues: place.dimensionValues, day: CalendarDay(number: Int(entry.day)),
            eventCount: Int(slot.count), sum: sum.normalized, maximum: maximum?.normalized ?? .zero,
            latest: latest ?? Usage.Latest(instant: Timestamp(nanoseconds: 0), value: .zero),
            distinct: distinctValues(entry))
    }

    /// The places that some entry has, numbered anew in their order: the same whoever read what, and whether or not
    /// something was read twice.
    private func numbersOfDistinctValues() -> [[UInt32]] {
        var used = series.distinctPlaces.map { places in
            [Bool](repeating: false, count: Int(places.compactMap { $0.max() }.max() ?? 0) + 1)
        }
        for entry in entries where entry.slot.distinct != 0 || entry.distinct >= 0 {
            let dimension = catalog.uniqueDimensionOfMeter[series.entries[Int(entry.series)].meter]
            for place in distinctPlaces(entry) { used[dimension][Int(place)] = true }
        }
        return used.map { used in
            var next: UInt32 = 0
            return used.map { isUsed in
                defer { if isUsed { next += 1 } }
                return next
            }
        }
    }

    private func distinctValues(_ entry: Entry) -> [UInt32] {
        let dimension = catalog.uniqueDimensionOfMeter[series.entries[Int(entry.series)].meter]
        guard dimension >= 0 else { return [] }
        return distinctPlaces(entry).map { distinctNumbers[dimension][Int($0)] }
    }

    private func distinctPlaces(_ entry: Entry) -> [UInt32] {
        var result: [UInt32] = []
        var mask = entry.slot.distinct
        while mask != 0 {
            result.append(UInt32(mask.trailingZeroBitCount))
            mask &= mask - 1
        }
        return entry.distinct >= 0 ? result + distinct[Int(entry.distinct)] : result
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
