import Catalog

/// Numbers for what usage is added up by: project (and with it the customer), meter and the values of the meter's
/// dimensions. Each thread gives out its own, in the order in which it meets them; `EventShare` says what they mean.
final class SeriesNumbers {
    struct Entry {
        var project: UInt32
        var meter: UInt32
        /// A chain of dimension values in `chains`; 0 is the empty one.
        var values: UInt32
        /// The most fraction digits that a compact quantity had.
        var scale: UInt8
    }

    /// A dimension value behind others: the tuples of all meters share their beginnings.
    struct Link {
        var before: UInt32
        var dimension: UInt32
        var value: UInt32
    }

    @exclusivity(unchecked) private(set) var entries: [Entry] = []
    @exclusivity(unchecked) private(set) var links: [Link] = [Link(before: 0, dimension: 0, value: 0)]
    let texts: [TextTable]

    private let meterCount: Int
    /// Number + 1 by project and meter, for meters without dimensions; empty when there are too many of them.
    @exclusivity(unchecked) private var direct: [UInt32]
    private let pairs = PairTable()
    private let chains = PairTable()

    init(_ catalog: MeterCatalog) {
        meterCount = catalog.meters.count
        texts = catalog.dimensions.map { _ in TextTable() }
        let combinations = catalog.projects.count * meterCount
        direct = combinations <= 1 << 22 ? Array(repeating: 0, count: combinations) : []
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
    func number(project: Int, meter: Int, values: UInt32, scale: UInt8) -> UInt32 {
        let base = project &* meterCount &+ meter
        let isDirect = values == 0 && !direct.isEmpty
        let known: UInt32
        if isDirect {
            known = direct[base]
        } else {
            let key = PairTable.Key(
                first: UInt32(truncatingIfNeeded: project), second: values, third: UInt32(truncatingIfNeeded: meter))
            known = pairs.find(key).map { $0 + 1 } ?? 0
        }
        if known > 0 {
            if entries[Int(known) - 1].scale < scale { entries[Int(known) - 1].scale = scale }
            return known - 1
        }
        return add(project: project, meter: meter, values: values, scale: scale, isDirect: isDirect)
    }

    @inline(never)
    private func add(project: Int, meter: Int, values: UInt32, scale: UInt8, isDirect: Bool) -> UInt32 {
        let number = UInt32(entries.count)
        entries.append(Entry(project: UInt32(project), meter: UInt32(meter), values: values, scale: scale))
        if isDirect {
            direct[project * meterCount + meter] = number + 1
        } else {
            pairs.insert(PairTable.Key(first: UInt32(project), second: values, third: UInt32(meter)), number)
        }
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
