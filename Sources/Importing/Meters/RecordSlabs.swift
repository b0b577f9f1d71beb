import Foundation

/// Memory for records in large pieces, which the kernel may map with large pages: a record is written once and read
/// once or twice, and a page fault for every 85th would cost more than that.
final class RecordSlabs {
    private static let largePage = 1 << 21
    /// The first slab is small, since most runs are.
    private var slabBytes = 1 << 18
    private var slabs: [UnsafeMutableRawPointer] = []
    private var position = 0
    private var limit = 0

    deinit { for slab in slabs { slab.deallocate() } }

    func block(of count: Int) -> UnsafeMutablePointer<EventRecord> {
        let bytes = count * MemoryLayout<EventRecord>.stride
        if limit - position < bytes { addSlab(atLeast: bytes) }
        let start = slabs[slabs.count - 1] + position
        position += bytes
        return start.bindMemory(to: EventRecord.self, capacity: count)
    }

    private func addSlab(atLeast bytes: Int) {
        if !slabs.isEmpty { slabBytes = min(slabBytes * 4, 1 << 25) }
        limit = max(slabBytes, bytes)
        position = 0
        let isLarge = limit >= Self.largePage
        let slab = UnsafeMutableRawPointer.allocate(byteCount: limit, alignment: isLarge ? Self.largePage : 64)
        #if os(Linux)
            if isLarge { madvise(slab, limit, Int32(MADV_HUGEPAGE)) }
        #endif
        slabs.append(slab)
    }
}
