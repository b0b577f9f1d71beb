import BillingTerms
import Catalog
import Importing

/// Takes the events that count, a block of one share at a time; dropped ones among them are flagged.
protocol EventCollector: AnyObject {
    func collect(_ block: UnsafeMutablePointer<EventRecord>, count: Int, share: Int)
}

/// What one thread found while it deduplicated partitions, by chunk.
final class DeduplicationTally: @unchecked Sendable {
    var duplicates: [Int]
    var setAside: [Int]
    var first: [Int64]
    var last: [Int64]
    var conflicts: [EventConflict] = []

    init(chunkCount: Int) {
        duplicates = Array(repeating: 0, count: chunkCount)
        setAside = Array(repeating: 0, count: chunkCount)
        first = Array(repeating: .max, count: chunkCount)
        last = Array(repeating: .min, count: chunkCount)
    }
}

/// Finds the events of equal identity in a partition and drops all but one. Which one depends on the order of files and
/// rows only, never on who read them or when. What is cancelled is dropped behind it, see `EventScreening`.
final class EventDeduplicator {
    private let reading: MeterReading
    private let series: UsageSeries
    private let policy: ConflictPolicy
    private let hasVoidChunks: Bool
    private let screening: EventScreening?
    let tally: DeduplicationTally

    /// Hash (32 bits) and number + 1 (32 bits) of a record; 0 is free.
    @exclusivity(unchecked) private var table: UnsafeMutablePointer<UInt64>
    private var tableCapacity = 1 << 12
    @exclusivity(unchecked) private var blocks: [(start: UnsafeMutablePointer<EventRecord>, count: Int, share: Int)] =
        []
    private var contested: [(UInt64, UInt64)] = []
    /// Room for records that come from the disk.
    private var room = UnsafeMutableBufferPointer<EventRecord>(start: nil, count: 0)

    init(
        _ reading: MeterReading, _ series: UsageSeries, policy: ConflictPolicy, screening: EventScreening? = nil
    ) {
        self.screening = screening
        self.reading = reading
        self.series = series
        self.policy = policy
        hasVoidChunks = reading.chunks.contains(where: \.isVoid)
        tally = DeduplicationTally(chunkCount: reading.chunks.count)
        table = .allocate(capacity: tableCapacity)
    }

    deinit {
        table.deallocate()
        room.deallocate()
    }

    /// Drops what does not count in a partition, and hands the rest on.
    ///
    /// Throws when records that were put aside cannot be read back.
    func run(_ partition: Int, collector: some EventCollector) throws(Findings) {
        try takeBlocks(of: partition)
        if hasVoidChunks { dropVoid() }
        dropEqual()
        if !contested.isEmpty { settleConflicts() }
        for block in blocks {
            noteTimes(block.start, block.count)
            screening?.screen(block.start, count: block.count, share: block.share, tally)
            collector.collect(block.start, count: block.count, share: block.share)
        }
    }

    private func takeBlocks(of partition: Int) throws(Findings) {
        blocks.removeAll(keepingCapacity: true)
        let counts = reading.shares.map { $0.events.filedCount(of: partition) }
        let total = counts.reduce(0, +)
        if room.count < total {
            room.deallocate()
            room = .allocate(capacity: total)
        }
        var position = 0
        for (index, share) in reading.shares.enumerated() {
            let part = UnsafeMutableBufferPointer(rebasing: room[position..<position + counts[index]])
            position += counts[index]
            for block in try share.events.blocks(of: partition, room: part) {
                blocks.append((block.start, block.count, index))
            }
        }
    }

    private func dropVoid() {
        for block in blocks {
            for index in 0..<block.count where reading.chunks[block.start[index].chunk].isVoid {
                block.start[index].location |= EventRecord.isDropped
            }
        }
    }

    private func dropEqual() {
        let capacity = clearedTable(for: blocks.reduce(0) { $0 + $1.count })
        let mask = capacity - 1
        for number in blocks.indices {
            let block = blocks[number]
            for index in 0..<block.count {
                let record = block.start + index
                if record.pointee.flags & (EventRecord.isDropped | EventRecord.hasNoIdentity) != 0 { continue }
                let hash = record.pointee.identity.0
                let tag = hash & 0xFFFF_FFFF_0000_0000
                // Never 0, and below 2^32: a partition of more records would not fit any memory.
                let entry = tag | UInt64(number * EventPartitions.blockCapacity + index + 1)
                var slot = Int(truncatingIfNeeded: hash) & mask
                // At most half full: a free slot ends every search.
                while true {
                    let found = table[slot]
                    if found == 0 {
                        table[slot] = entry
                        break
                    }
                    if found & 0xFFFF_FFFF_0000_0000 == tag {
                        let other = Int(found & 0xFFFF_FFFF) - 1
                        if meet(record, block.share, other, entry, slot) { break }
                    }
                    slot = (slot + 1) & mask
                }
            }
        }
    }

    private func clearedTable(for count: Int) -> Int {
        var capacity = 1 << 12
        while capacity < count * 2 { capacity *= 2 }
        if capacity > tableCapacity {
            table.deallocate()
            table = .allocate(capacity: capacity)
            tableCapacity = capacity
        }
        table.initialize(repeating: 0, count: capacity)
        return capacity
    }

    /// Two records with one hash; `false` when they are different events after all.
    @inline(never)
    private func meet(
        _ record: UnsafeMutablePointer<EventRecord>, _ share: Int, _ otherNumber: Int, _ entry: UInt64, _ slot: Int
    ) -> Bool {
        let otherBlock = blocks[otherNumber / EventPartitions.blockCapacity]
        let other = otherBlock.start + otherNumber % EventPartitions.blockCapacity
        guard other.pointee.identity == record.pointee.identity else { return false }
        guard isSameContent(record.pointee, share, other.pointee, otherBlock.share) else {
            contested.append(record.pointee.identity)
            return true
        }
        if precedes(record.pointee, other.pointee) {
            table[slot] = entry
            drop(other)
        } else {
            drop(record)
        }
        return true
    }

    private func drop(_ record: UnsafeMutablePointer<EventRecord>) {
        record.pointee.location |= EventRecord.isDropped
        tally.duplicates[record.pointee.chunk] += 1
    }

    private func precedes(_ left: EventRecord, _ right: EventRecord) -> Bool {
        reading.order(of: left.place) < reading.order(of: right.place)
    }

    /// Content is what can reach an invoice: customer, project, meter, the dimensions that the meter declares, the
    /// number that the quantity is (however it was written) and the instant.
    private func isSameContent(_ a: EventRecord, _ shareOfA: Int, _ b: EventRecord, _ shareOfB: Int) -> Bool {
        let place = series.places[shareOfA][Int(a.series)]
        guard a.instant == b.instant, place == series.places[shareOfB][Int(b.series)] else { return false }
        let unique = reading.catalog.uniqueDimensionOfMeter[series.entries[Int(place)].meter]
        if unique >= 0 {
            let places = series.distinctPlaces[unique]
            guard places[shareOfA][Int(a.distinctValue)] == places[shareOfB][Int(b.distinctValue)] else { return false }
        }
        if (a.flags | b.flags) & EventRecord.isWide == 0, a.scale == b.scale { return a.mantissa == b.mantissa }
        return reading.shares[shareOfA].value(of: a) == reading.shares[shareOfB].value(of: b)
    }

    private func noteTimes(_ block: UnsafeMutablePointer<EventRecord>, _ count: Int) {
        tally.first.withUnsafeMutableBufferPointer { first in
            tally.last.withUnsafeMutableBufferPointer { last in
                for index in 0..<count where block[index].flags & EventRecord.isDropped == 0 {
                    let chunk = block[index].chunk
                    let instant = block[index].instant
                    if instant < first[chunk] { first[chunk] = instant }
                    if instant > last[chunk] { last[chunk] = instant }
                }
            }
        }
    }
}

// Events of one id and different content.
extension EventDeduplicator {
    private struct Contender {
        var record: UnsafeMutablePointer<EventRecord>
        var share: Int
    }

    private struct Identity: Hashable {
        var first: UInt64
        var second: UInt64
    }

    private func settleConflicts() {
        let wanted = Set(contested.map { Identity(first: $0.0, second: $0.1) })
        contested.removeAll()
        var groups: [Identity: [Contender]] = [:]
        for block in blocks {
            for index in 0..<block.count {
                let record = block.start + index
                guard record.pointee.flags & EventRecord.hasNoIdentity == 0 else { continue }
                let identity = Identity(first: record.pointee.identity.0, second: record.pointee.identity.1)
                guard wanted.contains(identity), !reading.isVoid(record.pointee.place) else { continue }
                if record.pointee.flags & EventRecord.isDropped != 0 {
                    // Counted as a duplicate of whatever came first; what it is, is decided now.
                    record.pointee.location &= ~EventRecord.isDropped
                    tally.duplicates[record.pointee.chunk] -= 1
                }
                groups[identity, default: []].append(Contender(record: record, share: block.share))
            }
        }
        for group in groups.values { settle(group) }
    }

    /// The first content counts, or the last one; of the events that have it the first is kept.
    private func settle(_ group: [Contender]) {
        let ordered = group.sorted { precedes($0.record.pointee, $1.record.pointee) }
        guard let first = ordered.first, let last = ordered.last else { return }
        let right = policy == .keepLast ? last : first
        var kept: Contender?
        for contender in ordered {
            if isSameContent(contender.record.pointee, contender.share, right.record.pointee, right.share) {
                if kept == nil { kept = contender } else { drop(contender.record) }
            } else {
                contender.record.pointee.location |= EventRecord.isDropped
                tally.setAside[contender.record.pointee.chunk] += 1
                let place = Int(series.places[contender.share][Int(contender.record.pointee.series)])
                tally.conflicts.append(
                    EventConflict(
                        place: contender.record.pointee.place, meter: series.entries[place].meter,
                        cause: .otherContent(winner: right.record.pointee.place)))
            }
        }
    }
}
