import BillingTerms
import Catalog
import Importing

/// All usage of a run, in the order of customer, project, meter, dimension values and day. Entries are kept compact and
/// become `Usage` when they are asked for: there may be millions, and a customer's are asked for once.
package struct UsageBook: Sendable, RandomAccessCollection {
    private let catalog: MeterCatalog
    private let series: UsageSeries
    /// One behind the other; each was put together by a thread of its own.
    private let segments: [UsageSegment]
    private let starts: [Int]
    /// How many fraction digits the sums of each series have.
    private let scales: [UInt8]
    private let ranges: [CustomerID: Range<Int>]
    /// Numbers of distinct values, by dimension and place: without gaps for values of events that do not count.
    private let distinctNumbers: [[UInt32]]
    private let joint: [CustomerID: [JointUsage]]

    package var startIndex: Int { 0 }
    package let endIndex: Int

    package subscript(position: Int) -> Usage {
        let segment = segment(of: position)
        return usage(segments[segment].entries[position - starts[segment]], segments[segment])
    }

    /// The entries of one customer, project, meter and combination of dimension values, which stand together: one for
    /// each day.
    package struct Run {
        package var customer: CustomerID
        package var project: ProjectID
        package var meter: MeterID
        package var dimensionValues: [String]
        package var entries: Range<Int>
    }

    /// The parts of the book that threads may look through at the same time.
    package var segmentCount: Int { segments.count }

    /// The entries of a segment by what they have in common.
    package func runs(ofSegment segment: Int) -> some Sequence<Run> {
        segments[segment].runs.lazy.map { run in
            let place = series.entries[run.series]
            let (project, customer) = catalog.projects[place.project]
            return Run(
                customer: catalog.customers[customer].id, project: project, meter: catalog.meters[place.meter].id,
                dimensionValues: place.dimensionValues,
                entries: starts[segment] + run.entries.lowerBound..<starts[segment] + run.entries.upperBound)
        }
    }

    /// The figures of an entry that need no name, for tables of millions of entries: whole numbers at their scales.
    package struct Figures {
        package var eventCount: Int
        package var sum: Int128
        package var sumScale: Int
        package var maximum: Int64
        package var maximumScale: Int
        /// Bits for distinct values: equal ones for equal values of a meter.
        package var distinct: UInt64

        /// False when a number would not fit.
        fileprivate mutating func add(_ other: Figures) -> Bool {
            let (joined, overflow) = sum.addingReportingOverflow(other.sum)
            guard !overflow, sumScale == other.sumScale else { return false }
            sum = joined
            eventCount += other.eventCount
            distinct |= other.distinct
            if CompactDecimal.precedes(
                maximum, UInt8(maximumScale), other.maximum, UInt8(other.maximumScale))
            {
                (maximum, maximumScale) = (other.maximum, other.maximumScale)
            }
            return true
        }
    }

    /// Entries as they lie in memory, for tables of millions of them: looking at one counts no references. Of use within
    /// `withEntries` only.
    package struct EntryView {
        fileprivate struct Part {
            var start: Int
            var entries: UnsafeBufferPointer<UsageSegment.Entry>
        }

        fileprivate let parts: UnsafeBufferPointer<Part>
        /// By series.
        fileprivate let scales: UnsafeBufferPointer<UInt8>

        package func day(of position: Int) -> CalendarDay {
            let entry = entry(position)
            return CalendarDay(number: Int(entry.pointee.day))
        }

        private func entry(_ position: Int) -> UnsafePointer<UsageSegment.Entry> {
            var part = parts.count - 1
            while parts[part].start > position { part -= 1 }
            return parts[part].entries.baseAddress.unsafelyUnwrapped + (position - parts[part].start)
        }

        /// Of entries of one meter together; nil where some are more than a slot holds. Those are asked for as `Usage`.
        package func figures(of ranges: UnsafeBufferPointer<Range<Int>>) -> Figures? {
            var all: Figures?
            for range in ranges {
                for position in range {
                    guard let next = figures(of: position) else { return nil }
                    guard all != nil else {
                        all = next
                        continue
                    }
                    guard all?.add(next) == true else { return nil }
                }
            }
            return all
        }

        /// Nil for the rare entries whose figures are more than a slot holds.
        package func figures(of position: Int) -> Figures? {
            let entry = entry(position)
            guard entry.pointee.wide < 0, entry.pointee.distinct < 0, entry.pointee.metered < 0 else { return nil }
            let slot = entry.pointee.slot
            let hasMaximum = slot.maximumScale != UsageSlot.nothing
            return Figures(
                eventCount: Int(slot.count), sum: slot.sum, sumScale: Int(scales[Int(entry.pointee.series)]),
                maximum: hasMaximum ? slot.maximum : 0, maximumScale: hasMaximum ? Int(slot.maximumScale) : 0,
                distinct: slot.distinct)
        }
    }

    package func withEntries<Result>(_ body: (EntryView) -> Result) -> Result {
        var parts: [EntryView.Part] = []
        func add(_ segment: Int) -> Result {
            guard segment < segments.count else {
                return parts.withUnsafeBufferPointer { parts in
                    scales.withUnsafeBufferPointer { body(EntryView(parts: parts, scales: $0)) }
                }
            }
            return segments[segment].entries.withUnsafeBufferPointer {
                parts.append(EntryView.Part(start: starts[segment], entries: $0))
                return add(segment + 1)
            }
        }
        return add(0)
    }

    /// There are few: the last one that begins at or before the position.
    private func segment(of position: Int) -> Int {
        var segment = starts.count - 1
        while starts[segment] > position { segment -= 1 }
        return segment
    }

    /// A customer's entries, in the book's order.
    package func usage(of customer: CustomerID) -> [Usage] {
        (ranges[customer] ?? 0..<0).map { self[$0] }
    }

    /// What lines over several levels of a customer come to, in the order of project, item, dimension values and day.
    package func jointUsage(of customer: CustomerID) -> [JointUsage] { joint[customer] ?? [] }

    /// The customers that have usage.
    package var customers: [CustomerID] { ranges.keys.sorted() }

    init(
        _ reading: MeterReading, _ series: UsageSeries, _ plan: UsagePlan, _ parts: [UsageAccumulators],
        _ workspace: Workspace
    ) {
        catalog = reading.catalog
        self.series = series
        let gathered = GatheredEvents(reading, seriesCount: series.entries.count, parts.map(\.gathering.events))
        let metering = GatheredMetering(catalog: reading.catalog, series: series, plan: plan, events: gathered)
        scales = series.entries.map { series.scales[$0.meter] }
        segments = UsageSegment.all(plan, parts) { metering.days(of: $0) }
        joint = metering.jointUsage(Array(workspace.productItems.values), workspace.matrices)
        var starts: [Int] = []
        var ranges: [CustomerID: Range<Int>] = [:]
        var count = 0
        for segment in segments {
            starts.append(count)
            // Series of a customer lie together: a customer's entries go from the first one to the last.
            for run in segment.runs {
                let project = series.entries[run.series].project
                let customer = reading.catalog.customers[reading.catalog.projects[project].customer].id
                let range = count + run.entries.lowerBound..<count + run.entries.upperBound
                ranges[customer] = (ranges[customer]?.lowerBound ?? range.lowerBound)..<range.upperBound
            }
            count += segment.entries.count
        }
        (self.starts, self.ranges, endIndex) = (starts, ranges, count)
        distinctNumbers = UsageBook.distinctNumbers(series, segments)
    }

    private func usage(_ entry: UsageSegment.Entry, _ segment: UsageSegment) -> Usage {
        let place = series.entries[Int(entry.series)]
        let (project, customer) = catalog.projects[place.project]
        if entry.metered >= 0 {
            return Usage(
                withDistinctNumbers(segment.metered[Int(entry.metered)], of: place.meter),
                customer: catalog.customers[customer].id, project: project, meter: catalog.meters[place.meter].id,
                dimensionValues: place.dimensionValues)
        }
        let slot = entry.slot
        var sum = ExactDecimal(coefficient: slot.sum, scale: Int(series.scales[place.meter]))
        var maximum: ExactDecimal?
        var latest: Usage.Latest?
        if slot.maximumScale != UsageSlot.nothing {
            maximum = ExactDecimal(coefficient: Int128(slot.maximum), scale: Int(slot.maximumScale))
            let value = ExactDecimal(coefficient: Int128(slot.latest), scale: Int(slot.latestScale))
            latest = Usage.Latest(instant: Timestamp(nanoseconds: slot.latestInstant), value: value.normalized)
        }
        if entry.wide >= 0 {
            let more = segment.wide[Int(entry.wide)]
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
            distinct: distinctValues(entry, segment),
            detail: entry.detail < 0 ? nil : segment.details[Int(entry.detail)])
    }

    /// The places that some entry has, numbered anew in their order: the same whoever read what, and whether or not
    /// something was read twice.
    private static func distinctNumbers(_ series: UsageSeries, _ segments: [UsageSegment]) -> [[UInt32]] {
        var used = series.distinctPlaces.map { places in
            [Bool](repeating: false, count: Int(places.compactMap { $0.max() }.max() ?? 0) + 1)
        }
        for segment in segments {
            for (dimension, places) in segment.distinctPlaces {
                for place in places { used[dimension][Int(place)] = true }
            }
        }
        return used.map { used in
            var next: UInt32 = 0
            return used.map { isUsed in
                defer { if isUsed { next += 1 } }
                return next
            }
        }
    }

    private func distinctValues(_ entry: UsageSegment.Entry, _ segment: UsageSegment) -> [UInt32] {
        let dimension = catalog.uniqueDimensionOfMeter[series.entries[Int(entry.series)].meter]
        guard dimension >= 0 else { return [] }
        var result: [UInt32] = []
        var mask = entry.slot.distinct
        while mask != 0 {
            result.append(distinctNumbers[dimension][mask.trailingZeroBitCount])
            mask &= mask - 1
        }
        if entry.distinct >= 0 {
            result += segment.distinct[Int(entry.distinct)].map { distinctNumbers[dimension][Int($0)] }
        }
        return result
    }

    /// A day whose distinct values are places, with their numbers instead.
    private func withDistinctNumbers(_ metered: MeteredDay, of meter: Int) -> MeteredDay {
        let dimension = catalog.uniqueDimensionOfMeter[meter]
        guard dimension >= 0 else { return metered }
        var metered = metered
        func numbers(_ places: [UInt32]) -> [UInt32] { places.map { distinctNumbers[dimension][Int($0)] } }
        metered.totals.distinct = numbers(metered.totals.distinct)
        for place in metered.windows.indices {
            metered.windows[place].totals.distinct = numbers(metered.windows[place].totals.distinct)
        }
        return metered
    }
}
