import Catalog

/// Numbers for what usage is added up by: project (and with it the customer), meter and the values of the meter's
/// dimensions. Each thread gives out its own, in the order in which it meets them; `EventShare` says what they mean.
final class SeriesNumbers {
    struct Entry {
        var project: UInt32
        var meter: UInt32
        /// A chain of dimension values; 0 is the empty one.
        var values: UInt32
    }

    /// A dimension value behind others: the tuples of all meters share their beginnings.
    struct Link {
        var before: UInt32
        var dimension: UInt32
        var value: UInt32
    }

    /// Series without dimension values are numbered by project and meter, so that nothing need be looked up; here is
    /// which of them were met. Empty when there would be too many: then they are looked up like the others.
    private let plain: UnsafeMutableBufferPointer<Bool>
    /// The others: their numbers follow those of the plain ones.
    @exclusivity(unchecked) private var entries: [Entry] = []
    @exclusivity(unchecked) private(set) var links: [Link] = [Link(before: 0, dimension: 0, value: 0)]
    let texts: [TextTable]

    private let meterCount: Int
    private let pairs = PairTable()
    private let chains = PairTable()
    private static let mostPlain = 1 << 22

    init(_ catalog: MeterCatalog) {
        meterCount = catalog.meters.count
        texts = catalog.dimensions.map { _ in TextTable() }
        let combinations = catalog.projects.count * meterCount
        plain = .allocate(capacity: combinations <= SeriesNumbers.mostPlain ? combinations : 0)
        plain.initialize(repeating: false)
    }

    deinit { plain.deallocate() }

    /// One more than the highest number.
    var end: Int { plain.count + entries.count }

    /// The numbers that were given out.
    var numbers: [Int] { plain.indices.filter { plain[$0] } + (plain.count..<end) }

    func entry(_ number: Int) -> Entry {
        guard number < plain.count else { return entries[number - plain.count] }
        return Entry(project: UInt32(number / meterCount), meter: UInt32(number % meterCount), values: 0)
    }

    /// The tuple with one more value. A dimension that an event does not name has the empty text.
    @inline(__always)
    func append(_ cell: TextCell, of dimension: Int, to tuple: UInt32) -> UInt32 {
        let text = TextCell(start: cell.start ?? TextTable.nowhere, count: cell.count)
        let value = texts[dimension].number(for: text)
        // Dimensions are fewer than 2^12 and values fewer than 2^32 of each; the key is exact up to 2^20 of them.
        let key = PairTable.Key(first: tuple, second: value, third: UInt32(truncatingIfNeeded: dimension))
        if let known = chains.find(key) { return known }
        links.append(Link(before: tuple, dimension: UInt32(dimension), value: value))
        chains.insert(key, UInt32(links.count - 1))
        return UInt32(links.count - 1)
    }

    @inline(__always)
    func number(project: Int, meter: Int, values: UInt32) -> UInt32 {
        if values == 0, plain.count > 0 {
            let number = project &* meterCount &+ meter
            plain[number] = true
            return UInt32(truncatingIfNeeded: number)
        }
        let key = PairTable.Key(
            first: UInt32(truncatingIfNeeded: project), second: values, third: UInt32(truncatingIfNeeded: meter))
        return pairs.find(key) ?? add(key)
    }

    @inline(never)
    private func add(_ key: PairTable.Key) -> UInt32 {
        let number = UInt32(end)
        entries.append(Entry(project: key.first, meter: key.third, values: key.second))
        pairs.insert(key, number)
        return number
    }

    /// The texts of a tuple, in the order of the meter's dimensions.
    func texts(of tuple: UInt32) -> [ArraySlice<UInt8>] {
        var result: [ArraySlice<UInt8>] = []
        var tuple = tuple
        while tuple != 0 {
            let link = links[Int(tuple)]
            result.append(texts[Int(link.dimension)].bytes(of: link.value))
            tuple = link.before
        }
        return result.reversed()
    }
}

/// Numbers for triples of numbers, by open addressing.
final class PairTable {
    struct Key: Equatable {
        var first: UInt32
        var second: UInt32
        var third: UInt32
    }

    private static let free = UInt32.max
    @exclusivity(unchecked) private var slots: UnsafeMutablePointer<(key: Key, number: UInt32)>
    @exclusivity(unchecked) private var mask: Int
    private var count = 0

    init() {
        slots = PairTable.emptySlots(64)
        mask = 63
    }

    deinit { slots.deallocate() }

    @inline(__always)
    func find(_ key: Key) -> UInt32? {
        var slot = PairTable.hash(key) & mask
        // At most half full: a free slot ends every search.
        while slots[slot].number != PairTable.free {
            if slots[slot].key == key { return slots[slot].number }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// For a key that is not there yet.
    func insert(_ key: Key, _ number: UInt32) {
        if (count + 1) * 2 > mask + 1 { grow() }
        place(key, number)
        count += 1
    }

    private func place(_ key: Key, _ number: UInt32) {
        var slot = PairTable.hash(key) & mask
        while slots[slot].number != PairTable.free { slot = (slot + 1) & mask }
        slots[slot] = (key, number)
    }

    private func grow() {
        let old = slots
        let oldSize = mask + 1
        slots = PairTable.emptySlots(oldSize * 2)
        mask = oldSize * 2 - 1
        for slot in 0..<oldSize where old[slot].number != PairTable.free { place(old[slot].key, old[slot].number) }
        old.deallocate()
    }

    private static func emptySlots(_ size: Int) -> UnsafeMutablePointer<(key: Key, number: UInt32)> {
        let slots = UnsafeMutablePointer<(key: Key, number: UInt32)>.allocate(capacity: size)
        slots.initialize(repeating: (Key(first: 0, second: 0, third: 0), free), count: size)
        return slots
    }

    @inline(__always)
    private static func hash(_ key: Key) -> Int {
        let low = UInt64(key.first) | UInt64(key.second) << 32
        let folded = ByteWords.fold(low ^ 0x9E37_79B9_7F4A_7C15, UInt64(key.third) ^ 0xD6E8_FEB8_6659_FD93)
        return Int(truncatingIfNeeded: folded >> 8)
    }
}
