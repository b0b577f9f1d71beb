import BillingTerms
import Catalog
import Importing

/// Which events count no more, over everything that was read: those that cancelling rows name, and those that
/// `catalog/cancellations.yaml` does. Where a cancellation stands, and when it came, makes no difference.
///
/// It is looked at only after duplicates and conflicts are settled: an event is kept, and then cancelled.
final class CancelledEvents: Sendable {
    struct Identity: Hashable {
        var first: UInt64
        var second: UInt64

        init(_ words: (UInt64, UInt64)) { (first, second) = words }
    }

    /// A filter as one series of events meets it.
    struct Filter {
        /// Place in the workspace's list.
        var number: Int
        /// Half-open, in nanoseconds since 1970.
        var instants: Range<Int64>
        /// Which files it concerns.
        var files: [Bool]
        /// Nil when it names no events by their ids.
        var events: Set<Identity>?
    }

    /// The first cancellation of each event, in the order of files and rows.
    let cancellations: [EventCancellation]
    /// Cancellations that say again what another one says.
    let repeated: [EventCancellation]
    /// The cancellations by the events that they may mean.
    private let numbers: [Identity: [Int32]]
    /// A bit for each of those events, by a few bits of its identity: most events are not cancelled, and are told by it.
    private let sieve: [UInt64]
    /// The filters that may match events of a series, by series; empty when there are none at all.
    let filters: [[Filter]]

    var isEmpty: Bool { cancellations.isEmpty && filters.isEmpty }

    init(_ reading: MeterReading, _ series: UsageSeries, _ bulk: [BulkCancellation]) {
        let all = reading.shares.flatMap(\.cancellations).filter { !reading.isVoid($0.place) }
            .sorted { reading.order(of: $0.place) < reading.order(of: $1.place) }
        var first: [EventCancellation] = []
        var repeated: [EventCancellation] = []
        var seen: Set<Identity> = []
        for cancellation in all {
            let isNew = cancellation.identities.first.map { seen.insert(Identity($0)).inserted } ?? false
            if isNew { first.append(cancellation) } else { repeated.append(cancellation) }
        }
        var numbers: [Identity: [Int32]] = [:]
        var sieve = [UInt64](repeating: 0, count: first.isEmpty ? 0 : CancelledEvents.sieveWords)
        for (number, cancellation) in first.enumerated() {
            for identity in cancellation.identities {
                numbers[Identity(identity), default: []].append(Int32(number))
                let bit = CancelledEvents.bit(of: identity.0)
                sieve[bit >> 6] |= 1 << UInt64(bit & 63)
            }
        }
        (cancellations, self.repeated, self.numbers, self.sieve) = (first, repeated, numbers, sieve)
        filters = bulk.isEmpty ? [] : CancelledEvents.filters(bulk, reading, series)
    }

    private static let sieveWords = 1 << 14
    private static func bit(of hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> 8) & (sieveWords * 64 - 1) }

    /// The cancellations that mean this event.
    func cancellations(of record: EventRecord) -> [Int32]? {
        let bit = CancelledEvents.bit(of: record.identity.0)
        guard sieve[bit >> 6] & (1 << UInt64(bit & 63)) != 0, record.flags & EventRecord.hasNoIdentity == 0 else {
            return nil
        }
        return numbers[Identity(record.identity)]
    }

    /// The first filter that matches the event.
    func filter(of record: EventRecord, series: Int, file: Int) -> Int? {
        filters[series].first { filter in
            filter.files[file] && filter.instants.contains(record.instant)
                && (filter.events?.contains(Identity(record.identity)) ?? true)
        }?.number
    }
}

// Filters.
extension CancelledEvents {
    private static func filters(
        _ bulk: [BulkCancellation], _ reading: MeterReading, _ series: UsageSeries
    ) -> [[Filter]] {
        let names = reading.files.map { $0.file.source?.name }
        let plain = bulk.enumerated().map { number, cancellation in
            let files = names.map { name in
                cancellation.sources.isEmpty || name.map(cancellation.sources.contains) ?? false
            }
            return Filter(
                number: number, instants: .min..<Int64.max, files: files, events: events(cancellation, names, reading))
        }
        return series.entries.map { entry in
            plain.compactMap { filter in
                let cancellation = bulk[filter.number]
                guard matches(cancellation, entry, reading.catalog) else { return nil }
                let zone = reading.catalog.customers[reading.catalog.projects[entry.project].customer].zone
                let from = cancellation.from?.instant(in: zone).nanoseconds ?? .min
                let until = cancellation.until?.instant(in: zone).nanoseconds ?? .max
                var filter = filter
                filter.instants = from..<max(from, until)
                return filter
            }
        }
    }

    private static func matches(
        _ cancellation: BulkCancellation, _ entry: UsageSeries.Entry, _ catalog: MeterCatalog
    ) -> Bool {
        let (project, customer) = catalog.projects[entry.project]
        let meter = catalog.meters[entry.meter]
        guard cancellation.meters.isEmpty || cancellation.meters.contains(meter.id),
            cancellation.projects.isEmpty || cancellation.projects.contains(project),
            cancellation.customers.isEmpty || cancellation.customers.contains(catalog.customers[customer].id)
        else { return false }
        return cancellation.dimensions.allSatisfy { name, values in
            guard let index = meter.dimensions.firstIndex(of: name) else { return false }
            return values.contains { $0.utf8.elementsEqual(entry.dimensionValues[index].utf8) }
        }
    }

    /// The events that a filter names by their ids, whichever of its sources brought them.
    private static func events(
        _ cancellation: BulkCancellation, _ sources: [String?], _ reading: MeterReading
    ) -> Set<Identity>? {
        guard !cancellation.events.isEmpty else { return nil }
        var events: Set<Identity> = []
        for source in Set(sources) {
            for id in cancellation.events {
                let identities = reading.key.identities(
                    ofEvent: id, source: source ?? "", eventSource: cancellation.eventSource,
                    meters: reading.catalog.meters)
                events.formUnion(identities.map(Identity.init))
            }
        }
        return events
    }
}

/// What one thread has cancelled.
final class CancellationTally: @unchecked Sendable {
    /// Quantities by meter, of events that one reason has cancelled.
    struct Sum {
        var count = 0
        var quantities: [Int: ExactDecimal] = [:]

        mutating func add(_ value: ExactDecimal, meter: Int) {
            count += 1
            quantities[meter, default: .zero] += value
        }

        mutating func join(_ other: Sum) {
            count += other.count
            for (meter, value) in other.quantities { quantities[meter, default: .zero] += value }
        }
    }

    /// Which cancellations have found their event.
    private(set) var isMatched: [Bool]
    /// By chunk.
    private(set) var cancelled: [Int: Int] = [:]
    private(set) var cancelledInBulk: [Int: Int] = [:]
    /// Of cancelling rows, by file; and of filters, by their number.
    private(set) var sumsOfFiles: [Int: Sum] = [:]
    private(set) var sumsOfFilters: [Int: Sum] = [:]

    init(cancellationCount: Int) { isMatched = Array(repeating: false, count: cancellationCount) }

    func note(_ cancellations: [Int32], chunk: Int, file: Int, meter: Int, value: ExactDecimal) {
        for cancellation in cancellations { isMatched[Int(cancellation)] = true }
        cancelled[chunk, default: 0] += 1
        sumsOfFiles[file, default: Sum()].add(value, meter: meter)
    }

    func note(filter: Int, chunk: Int, meter: Int, value: ExactDecimal) {
        cancelledInBulk[chunk, default: 0] += 1
        sumsOfFilters[filter, default: Sum()].add(value, meter: meter)
    }
}
