import Foundation

/// A text of the input as the bytes it stands in; nil when the row has no such field.
struct TextCell {
    var start: UnsafePointer<UInt8>?
    var count: Int

    static var absent: TextCell { TextCell(start: nil, count: 0) }

    init(start: UnsafePointer<UInt8>?, count: Int) {
        self.start = start
        self.count = count
    }

    /// A text that is there, be it empty.
    init(_ bytes: UnsafeRawBufferPointer) {
        start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? TextTable.nowhere
        count = bytes.count
    }

    /// Absent, or there and empty: for a bill that is the same.
    var isEmpty: Bool { count == 0 }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }
    var string: String { String(decoding: bytes, as: UTF8.self) }
}

/// Numbers for texts: the names of the catalog, and the values of dimensions as they come. Open addressing over the
/// texts' own bytes, since a row cannot wait for a `String` to be made.
///
/// Once nobody calls `number(for:)` any more, several threads may call `find` at once.
final class TextTable: @unchecked Sendable {
    /// Texts of up to 16 bytes are their two words and their length; for longer ones `tail` is a hash, and the bytes
    /// are compared as well.
    private struct Entry {
        var head: UInt64
        var tail: UInt64
        var count: UInt32
        var number: UInt32
    }

    private static let free = UInt32.max

    @exclusivity(unchecked) private var slots: UnsafeMutablePointer<Entry>
    @exclusivity(unchecked) private var mask: Int
    @exclusivity(unchecked) private var texts: [(start: Int, count: Int)] = []
    @exclusivity(unchecked) private var storage: [UInt8] = []

    init(capacity: Int = 16) {
        var size = 32
        while size < capacity * 2 { size *= 2 }
        slots = TextTable.emptySlots(size)
        mask = size - 1
    }

    deinit { slots.deallocate() }

    var count: Int { texts.count }

    func bytes(of number: UInt32) -> ArraySlice<UInt8> {
        let text = texts[Int(number)]
        return storage[text.start..<text.start + text.count]
    }

    func string(of number: UInt32) -> String { String(decoding: bytes(of: number), as: UTF8.self) }

    /// The number of a known text, or nil.
    @inline(__always)
    func find(_ cell: TextCell) -> UInt32? {
        guard let start = cell.start else { return nil }
        let key = TextTable.key(start, cell.count)
        var slot = TextTable.hash(key, cell.count) & mask
        // The table is at most half full, so that a free slot ends every search.
        while true {
            let entry = slots[slot]
            if entry.number == TextTable.free { return nil }
            if entry.head == key.head, entry.tail == key.tail, Int(entry.count) == cell.count,
                cell.count <= 16 || holds(start, cell.count, entry.number)
            {
                return entry.number
            }
            slot = (slot + 1) & mask
        }
    }

    /// The number of a text, which gets one when it has none yet.
    @inline(__always)
    func number(for cell: TextCell) -> UInt32 {
        if let known = find(cell) { return known }
        return add(cell)
    }

    func number(for text: String) -> UInt32 {
        var text = text
        return text.withUTF8 { number(for: TextCell(start: $0.baseAddress ?? TextTable.nowhere, count: $0.count)) }
    }

    /// An address for an empty text; nothing is read through it.
    static var nowhere: UnsafePointer<UInt8> { UnsafePointer(bitPattern: 1).unsafelyUnwrapped }

    @inline(never)
    private func add(_ cell: TextCell) -> UInt32 {
        if (texts.count + 1) * 2 > mask + 1 { grow() }
        let start = cell.start ?? TextTable.nowhere
        let number = UInt32(texts.count)
        texts.append((storage.count, cell.count))
        storage.append(contentsOf: cell.bytes)
        insert(TextTable.key(start, cell.count), count: cell.count, number: number)
        return number
    }

    private func insert(_ key: (head: UInt64, tail: UInt64), count: Int, number: UInt32) {
        var slot = TextTable.hash(key, count) & mask
        while slots[slot].number != TextTable.free { slot = (slot + 1) & mask }
        slots[slot] = Entry(head: key.head, tail: key.tail, count: UInt32(count), number: number)
    }

    private func grow() {
        let old = slots
        let oldSize = mask + 1
        slots = TextTable.emptySlots(oldSize * 2)
        mask = oldSize * 2 - 1
        for slot in 0..<oldSize where old[slot].number != TextTable.free {
            insert((old[slot].head, old[slot].tail), count: Int(old[slot].count), number: old[slot].number)
        }
        old.deallocate()
    }

    private func holds(_ start: UnsafePointer<UInt8>, _ count: Int, _ number: UInt32) -> Bool {
        let text = texts[Int(number)]
        return storage.withUnsafeBufferPointer { stored in
            guard let base = stored.baseAddress else { return count == 0 }
            return memcmp(base + text.start, start, count) == 0
        }
    }

    private static func emptySlots(_ size: Int) -> UnsafeMutablePointer<Entry> {
        let slots = UnsafeMutablePointer<Entry>.allocate(capacity: size)
        slots.initialize(repeating: Entry(head: 0, tail: 0, count: 0, number: free), count: size)
        return slots
    }

    /// Reads no byte outside the text: the words of texts between 8 and 16 bytes overlap.
    @inline(__always)
    private static func key(_ start: UnsafePointer<UInt8>, _ count: Int) -> (head: UInt64, tail: UInt64) {
        if count >= 8 {
            let head = ByteWords.eight(start)
            return count <= 16 ? (head, ByteWords.eight(start + count - 8)) : (head, longHash(start, count))
        }
        return (ByteWords.upToSeven(start, count), 0)
    }

    @inline(__always)
    private static func hash(_ key: (head: UInt64, tail: UInt64), _ count: Int) -> Int {
        let product = (key.head ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(
            by: key.tail ^ 0xD6E8_FEB8_6659_FD93 ^ UInt64(truncatingIfNeeded: count))
        return Int(truncatingIfNeeded: ((product.high ^ product.low) &* 0x9E37_79B9_7F4A_7C15) >> 20)
    }

    private static func longHash(_ start: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
        var hash = UInt64(truncatingIfNeeded: count) ^ 0xA076_1D64_78BD_642F
        var index = 0
        while index + 8 < count {
            hash = ByteWords.fold(hash ^ ByteWords.eight(start + index), 0xE703_7ED1_A0B4_28DB)
            index += 8
        }
        return ByteWords.fold(hash ^ ByteWords.eight(start + count - 8), 0x8EBC_6AF0_9C88_C6E3)
    }
}

/// Bytes as words.
enum ByteWords {
    @inline(__always)
    static func eight(_ start: UnsafePointer<UInt8>) -> UInt64 {
        UnsafeRawPointer(start).loadUnaligned(as: UInt64.self)
    }

    /// A word that is different for every text of `count` bytes; `count` is below 8.
    @inline(__always)
    static func upToSeven(_ start: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
        if count >= 4 {
            let raw = UnsafeRawPointer(start)
            let first = raw.loadUnaligned(as: UInt32.self)
            let last = raw.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
            return UInt64(first) | UInt64(last) << 32
        }
        guard count > 0 else { return 0 }
        return UInt64(start[0]) | UInt64(start[count / 2]) << 8 | UInt64(start[count - 1]) << 16
    }

    /// Both halves of a product over each other: every bit of both factors reaches every bit of the result.
    @inline(__always)
    static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }
}
