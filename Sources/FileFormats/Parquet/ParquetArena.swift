/// Texts one behind the other, at an address that stays while nothing is appended.
///
/// Here and in what reads values with it, no two accesses overlap: checking that would take longer than the work itself.
final class ParquetArena {
    @exclusivity(unchecked) private(set) var start: UnsafeMutablePointer<UInt8>
    @exclusivity(unchecked) private(set) var count = 0
    @exclusivity(unchecked) private var capacity: Int

    init(capacity: Int = 4096) {
        self.capacity = capacity
        start = .allocate(capacity: capacity)
    }

    deinit { start.deallocate() }

    func removeAll() { count = 0 }

    func append(_ byte: UInt8) {
        if count == capacity { reserve(1) }
        start[count] = byte
        count += 1
    }

    func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        if bytes.count > capacity - count { reserve(bytes.count) }
        UnsafeMutableRawPointer(start + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    func append(_ text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// Decimal digits, filled up with zeros to at least `width`.
    func append(digits value: UInt64, width: Int = 1) {
        if capacity - count < 20 + width { reserve(20 + width) }
        var length = 1
        var rest = value / 10
        while rest > 0 {
            length += 1
            rest /= 10
        }
        length = max(length, width)
        rest = value
        for place in (0..<length).reversed() {
            start[count + place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count += length
    }

    func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: start + range.lowerBound, count: range.count)
    }

    private func reserve(_ more: Int) {
        let size = max(capacity * 2, count + more)
        let room = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
        room.update(from: start, count: count)
        start.deallocate()
        start = room
        capacity = size
    }
}

/// Values as texts, by number.
final class ParquetTexts {
    let arena = ParquetArena()
    @exclusivity(unchecked) private(set) var ends: [Int] = []

    var count: Int { ends.count }
    var byteCount: Int { arena.count }

    func removeAll() {
        arena.removeAll()
        ends.removeAll(keepingCapacity: true)
    }

    /// Ends the text whose bytes were appended to `arena`.
    func endText() { ends.append(arena.count) }

    /// `number` is below `count`.
    func text(_ number: Int) -> UnsafeRawBufferPointer {
        arena.bytes((number == 0 ? 0 : ends[number - 1])..<ends[number])
    }

    /// Whether every text from one on is well-formed UTF-8: all of them together, and none begins inside a character.
    func areUTF8(from first: Int) -> Bool {
        guard first < count else { return true }
        let start = first == 0 ? 0 : ends[first - 1]
        for number in first..<count {
            let begin = number == 0 ? 0 : ends[number - 1]
            if begin < ends[number], arena.start[begin] & 0xC0 == 0x80 { return false }
        }
        return UTF8Check.firstInvalidOffset(in: arena.bytes(start..<arena.count)) == nil
    }
}
