/// Numbers for texts that come again from row to row (accounts, services, regions, currencies): each distinct sequence
/// of bytes has one, counted from 0. No `String` is made to find it.
struct TextTable {
    private(set) var count = 0
    private var bytes: [UInt8] = []
    private var ends: [Int] = [0]
    private var hashes: [UInt64] = []
    /// Open addressing; 0 is free, else the number plus one.
    private var slots = [UInt32](repeating: 0, count: 64)
    private var latest = 0

    /// The number of a text, a new one at its first sight.
    mutating func number(of text: UnsafeRawBufferPointer) -> Int {
        // Bills are sorted by something nearly always: most texts are those of the row before.
        if count > 0, isText(latest, text) { return latest }
        let hash = TextTable.hash(text)
        if let known = find(text, hash) {
            latest = known
            return known
        }
        latest = append(text, hash)
        return latest
    }

    /// Nil when the text was not met before.
    mutating func knownNumber(of text: UnsafeRawBufferPointer) -> Int? {
        if count > 0, isText(latest, text) { return latest }
        guard let known = find(text, TextTable.hash(text)) else { return nil }
        latest = known
        return known
    }

    private func isText(_ number: Int, _ text: UnsafeRawBufferPointer) -> Bool {
        let start = ends[number]
        let length = ends[number + 1] - start
        guard length == text.count else { return false }
        return bytes.withUnsafeBytes { stored in
            var offset = 0
            while offset + 8 <= length {
                let left = stored.loadUnaligned(fromByteOffset: start + offset, as: UInt64.self)
                if left != text.loadUnaligned(fromByteOffset: offset, as: UInt64.self) { return false }
                offset += 8
            }
            while offset < length {
                if stored[start + offset] != text[offset] { return false }
                offset += 1
            }
            return true
        }
    }

    private func find(_ text: UnsafeRawBufferPointer, _ hash: UInt64) -> Int? {
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let number = Int(slots[slot]) - 1
            if hashes[number] == hash, isText(number, text) { return number }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    private mutating func append(_ text: UnsafeRawBufferPointer, _ hash: UInt64) -> Int {
        bytes.append(contentsOf: text)
        ends.append(bytes.count)
        hashes.append(hash)
        count += 1
        if count * 2 > slots.count {
            slots = [UInt32](repeating: 0, count: slots.count * 2)
            for number in 0..<count { insert(number) }
        } else {
            insert(count - 1)
        }
        return count - 1
    }

    private mutating func insert(_ number: Int) {
        var slot = Int(truncatingIfNeeded: hashes[number]) & (slots.count - 1)
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = UInt32(number + 1)
    }

    /// Multiply and fold, eight bytes a step, as wyhash does.
    static func hash(_ text: UnsafeRawBufferPointer) -> UInt64 {
        var hash = UInt64(text.count) ^ 0x9E37_79B9_7F4A_7C15
        var offset = 0
        while offset + 8 <= text.count {
            hash = mixed(hash ^ text.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var tail: UInt64 = 0
        while offset < text.count {
            tail = tail << 8 | UInt64(text[offset])
            offset += 1
        }
        return mixed(hash ^ tail)
    }

    static func mixed(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        return product.high ^ product.low
    }
}

/// What texts of a column mean, worked out once for each distinct text: days, line types, tags.
struct ColumnMemo<Value> {
    private var table = TextTable()
    private var values: [Value] = []
    /// Beyond so many distinct texts nothing more is kept, so that a column of random texts costs time and no memory.
    private let limit: Int

    init(limit: Int = 65_536) { self.limit = limit }

    mutating func value(
        of text: UnsafeRawBufferPointer, _ meaning: (UnsafeRawBufferPointer) throws(RowRefusal) -> Value
    ) throws(RowRefusal) -> Value {
        if let known = table.knownNumber(of: text) { return values[known] }
        let value = try meaning(text)
        if table.count < limit {
            _ = table.number(of: text)
            values.append(value)
        }
        return value
    }
}
