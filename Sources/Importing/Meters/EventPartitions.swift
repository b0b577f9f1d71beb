import BillingTerms
import FileFormats

/// Records of one thread, spread over partitions by their identity: equal events of any file meet in one partition, and
/// each partition can be deduplicated by itself.
///
/// Memory grows by blocks, so that nothing is ever copied. When it reaches its limit, all blocks go to a file without a
/// name, and are read back partition by partition.
package final class EventPartitions: @unchecked Sendable {
    package typealias Block = (start: UnsafeMutablePointer<EventRecord>, count: Int)

    package static let blockCapacity = 512
    package let partitionCount: Int

    /// Next free and first forbidden record of each partition's last block.
    private let next: UnsafeMutablePointer<UnsafeMutablePointer<EventRecord>>
    private let end: UnsafeMutablePointer<UnsafeMutablePointer<EventRecord>>
    private let nowhere = UnsafeMutablePointer<EventRecord>(bitPattern: MemoryLayout<EventRecord>.alignment)
        .unsafelyUnwrapped
    private var starts: [[UnsafeMutablePointer<EventRecord>]]
    private let slabs: RecordSlabs

    // What is on the disk.
    private let scratchFolder: String
    private var file: ScratchFile?
    private var filed: [[(offset: Int, count: Int)]]
    /// Why records were lost: then all that was read counts for nothing.
    private(set) var fault: FileFormatError?

    /// `partitionCount` is a power of two. There is always memory for a block of each partition: with less, blocks would
    /// go to the disk nearly empty, again and again.
    init(partitionCount: Int, memoryLimit: Int = .max, scratchFolder: String = ScratchFile.defaultFolder) {
        self.partitionCount = partitionCount
        self.scratchFolder = scratchFolder
        let blockBytes = EventPartitions.blockCapacity * MemoryLayout<EventRecord>.stride
        slabs = RecordSlabs(byteLimit: max(memoryLimit, partitionCount * blockBytes * 5 / 4))
        next = .allocate(capacity: partitionCount)
        end = .allocate(capacity: partitionCount)
        next.initialize(repeating: nowhere, count: partitionCount)
        end.initialize(repeating: nowhere, count: partitionCount)
        starts = Array(repeating: [], count: partitionCount)
        filed = Array(repeating: [], count: partitionCount)
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
        var block = slabs.block(of: EventPartitions.blockCapacity)
        if block == nil {
            putAside()
            block = slabs.block(of: EventPartitions.blockCapacity)
        }
        // An empty slab has room for a block.
        let start = block.unsafelyUnwrapped
        starts[partition].append(start)
        next[partition] = start
        end[partition] = start + EventPartitions.blockCapacity
    }

    private func putAside() {
        do throws(FileFormatError) {
            if fault == nil {
                let file = try scratchFile()
                let places = try slabs.empty(into: file)
                for partition in 0..<partitionCount {
                    for block in blocksInMemory(of: partition) {
                        filed[partition].append((places.offset(of: block.start), block.count))
                    }
                }
            }
        } catch {
            fault = error
        }
        slabs.clear()
        for partition in 0..<partitionCount {
            starts[partition].removeAll(keepingCapacity: true)
            next[partition] = nowhere
            end[partition] = nowhere
        }
    }

    private func scratchFile() throws(FileFormatError) -> ScratchFile {
        if let file { return file }
        let new = try ScratchFile(in: scratchFolder)
        file = new
        return new
    }

    /// All blocks but the last one are full.
    private func blocksInMemory(of partition: Int) -> [Block] {
        starts[partition].enumerated().map { index, start in
            let isLast = index == starts[partition].count - 1
            return (start, isLast ? next[partition] - start : EventPartitions.blockCapacity)
        }
    }

    /// How many records of a partition are on the disk.
    package func filedCount(of partition: Int) -> Int { filed[partition].reduce(0) { $0 + $1.count } }

    /// The records of a partition in the order in which they came, at most `blockCapacity` in a block. Those on the disk
    /// are read into `room`, which has `filedCount` records. Throws when they cannot be.
    package func blocks(
        of partition: Int, room: UnsafeMutableBufferPointer<EventRecord>
    ) throws(Findings) -> [Block] {
        var blocks: [Block] = []
        var position = 0
        do throws(FileFormatError) {
            for block in filed[partition] {
                let part = UnsafeMutableBufferPointer(rebasing: room[position..<position + block.count])
                try file?.read(at: block.offset, into: UnsafeMutableRawBufferPointer(part))
                if let start = part.baseAddress { blocks.append((start, block.count)) }
                position += block.count
            }
        } catch {
            throw MeterReading.lost(error)
        }
        return blocks + blocksInMemory(of: partition)
    }
}
