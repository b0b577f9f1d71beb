/// One event of usage as the stages between reading and aggregation hold it: 48 bytes, of which there are as many as
/// events. What the numbers mean is in the `EventShare` that the record belongs to.
package struct EventRecord {
    /// Fingerprint of the event's id within its source.
    package var identity: (UInt64, UInt64) = (0, 0)
    /// Nanoseconds since 1970.
    package var instant: Int64 = 0
    /// The quantity without its point, below 10^18; or the place of a wider one in `EventShare.wideValues`.
    package var mantissa: Int64 = 0
    /// From the highest bit: chunk (26 bits), offset in it (30), scale (5), flags (3).
    package var location: UInt64 = 0
    /// Customer, project, meter and values of declared dimensions, as a number of the share.
    package var series: UInt32 = 0
    /// For `unique` meters: the counted dimension's value, as a number of the share.
    package var distinctValue: UInt32 = 0

    package init() {}

    package static let scaleShift: UInt64 = 3
    package static let placeShift: UInt64 = 8
    package static let chunkShift: UInt64 = 38
    package static let isWide: UInt64 = 1
    package static let hasNoIdentity: UInt64 = 2
    /// Set by deduplication: the event counts no more. A cancellation, when there are some, sets it too.
    package static let isDropped: UInt64 = 4

    /// Records beyond these are not told apart; chunks are cut so that none reaches them.
    package static let mostChunks = 1 << 26
    package static let mostChunkBytes = 1 << 30

    /// Chunk and offset: the same for all records of a row.
    package var place: UInt64 {
        @inlinable get { location >> Self.placeShift }
    }
    package var chunk: Int {
        @inlinable get { Int(location >> Self.chunkShift) }
    }
    package var offset: Int {
        @inlinable get { Int(location >> Self.placeShift) & (Self.mostChunkBytes - 1) }
    }
    package var scale: Int {
        @inlinable get { Int(location >> Self.scaleShift) & 31 }
    }
    package var flags: UInt64 {
        @inlinable get { location & 7 }
    }
}

/// Records of one thread, spread over partitions by their identity: equal events of any file meet in one partition, and
/// each partition can be deduplicated by itself.
///
/// Memory grows by blocks, so that nothing is ever copied. A partition's blocks may be written to the disk and read
/// back later: that is where a run larger than the memory would spill.
package final class EventPartitions: @unchecked Sendable {
    package typealias Block = (start: UnsafeMutablePointer<EventRecord>, count: Int)

    package static let blockCapacity = 512
    package let partitionCount: Int

    /// Next free and first forbidden record of each partition's last block.
    private let next: UnsafeMutablePointer<UnsafeMutablePointer<EventRecord>>
    private let end: UnsafeMutablePointer<UnsafeMutablePointer<EventRecord>>
    private var starts: [[UnsafeMutablePointer<EventRecord>]]
    private let slabs = RecordSlabs()

    /// `partitionCount` is a power of two.
    init(partitionCount: Int) {
        self.partitionCount = partitionCount
        let nowhere = UnsafeMutablePointer<EventRecord>(bitPattern: MemoryLayout<EventRecord>.alignment)
            .unsafelyUnwrapped
        next = .allocate(capacity: partitionCount)
        end = .allocate(capacity: partitionCount)
        next.initialize(repeating: nowhere, count: partitionCount)
        end.initialize(repeating: nowhere, count: partitionCount)
        starts = Array(repeating: [], count: partitionCount)
    }

    deinit {
        next.deallocate()
        end.deallocate()
    }

    @inline(__always)
    func append(_ record: EventRecord) {
        let partition = Int(truncatingIfNeeded: record.identity.1 >> 40) & (partitionCount - 1)
        if next[partition] == end[partition] { open(partition) }
        next[partition].initialize(to: record)
        next[partition] += 1
    }

    @inline(never)
    private func open(_ partition: Int) {
        let block = slabs.block(of: EventPartitions.blockCapacity)
        starts[partition].append(block)
        next[partition] = block
        end[partition] = block + EventPartitions.blockCapacity
    }

    /// The records of a partition in the order in which they came; all blocks but the last one are full.
    package func blocks(of partition: Int) -> [Block] {
        starts[partition].enumerated().map { index, start in
            let isLast = index == starts[partition].count - 1
            return (start, isLast ? next[partition] - start : EventPartitions.blockCapacity)
        }
    }
}
