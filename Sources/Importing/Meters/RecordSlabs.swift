import FileFormats

/// Memory for records in large pieces.
final class RecordSlabs {
    private var slabBytes: Int
    private var slabs: [UnsafeMutableRawBufferPointer] = []
    /// How many bytes of each slab are given out.
    private var used: [Int] = []
    /// The slab that blocks come from.
    private var current = -1
    private let byteLimit: Int

    /// One slab is there in any case.
    init(byteLimit: Int) {
        self.byteLimit = byteLimit
        // The first slab is small, since most runs are.
        slabBytes = min(1 << 18, byteLimit)
    }

    deinit { for slab in slabs { slab.deallocate() } }

    /// Nil when the limit is reached.
    func block(of count: Int) -> UnsafeMutablePointer<EventRecord>? {
        let bytes = count * MemoryLayout<EventRecord>.stride
        // What is left of a slab that a block does not fit is not used.
        if current < 0 || slabs[current].count - used[current] < bytes {
            guard current + 1 < slabs.count || addSlab(atLeast: bytes) else { return nil }
            current += 1
        }
        let start = slabs[current].baseAddress.unsafelyUnwrapped + used[current]
        used[current] += bytes
        return start.bindMemory(to: EventRecord.self, capacity: count)
    }

    private func addSlab(atLeast bytes: Int) -> Bool {
        let left = byteLimit - slabs.reduce(0) { $0 + $1.count }
        guard slabs.isEmpty || left >= bytes else { return false }
        let size = max(min(slabs.isEmpty ? slabBytes : slabBytes * 4, 1 << 25, left), bytes)
        slabBytes = size
        slabs.append(LargePages.allocate(byteCount: size))
        used.append(0)
        return true
    }

    /// Writes all that was given out behind each other, and gives the memory out anew.
    func empty(into file: ScratchFile) throws(FileFormatError) -> Places {
        var places = Places()
        for index in slabs.indices where used[index] > 0 {
            let bytes = UnsafeRawBufferPointer(rebasing: slabs[index].prefix(used[index]))
            places.add(bytes, at: file.size)
            try file.append(bytes)
        }
        clear()
        return places
    }

    func clear() {
        for index in used.indices { used[index] = 0 }
        current = min(0, slabs.count - 1)
    }

    /// Where in a file the bytes of the slabs are.
    struct Places {
        private var slabs: [(start: UInt, end: UInt, offset: Int)] = []

        fileprivate mutating func add(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
            let start = UInt(bitPattern: bytes.baseAddress)
            slabs.append((start, start + UInt(bytes.count), offset))
            slabs.sort { $0.start < $1.start }
        }

        /// The address lies in one of the slabs.
        func offset(of address: UnsafeMutablePointer<EventRecord>) -> Int {
            let address = UInt(bitPattern: address)
            var (low, high) = (0, slabs.count - 1)
            while low < high {
                let middle = (low + high) / 2
                if slabs[middle].end <= address { low = middle + 1 } else { high = middle }
            }
            return slabs[low].offset + Int(address - slabs[low].start)
        }
    }
}
