import FileFormats

/// The shapes that JSON events of one text have: everything but the strings and numbers in them. Exporters write all
/// events alike, so that nearly every record is one that has been parsed before with other values in it, and comparing
/// is several times faster than parsing.
///
/// A shape is taken from a record that the parser has accepted. A record matches when all bytes between the values are
/// the same and the values are strings without escapes, or numbers, where they were such before; then it is JSON by
/// the same grammar, with the same keys. What does not match is parsed.
final class JSONShapes {
    fileprivate struct Slot {
        /// The words and bytes of the text before the value.
        var firstWord: Int
        var length: Int
        var kind: Kind
        /// Which cells the value fills; -1 for none.
        var cell: Int
        var secondCell: Int
    }

    fileprivate enum Kind: UInt8 {
        case string, number
        /// `true` or `false` where a cell wants it.
        case literal
        /// Behind the last value.
        case end
    }

    /// A shape where it lies for as long as the shapes are kept: looking at a record counts no references.
    fileprivate struct Shape {
        let slots: UnsafeMutableBufferPointer<Slot>
        /// The text between the values in words of eight bytes, each text padded with zeros.
        let words: UnsafeMutableBufferPointer<UInt64>
        /// The slot with a CloudEvent's source; -1 for none.
        let sourceSlot: Int
        let isCloudEvent: Bool

        init(_ draft: Draft) {
            slots = .allocate(capacity: draft.slots.count)
            _ = slots.initialize(from: draft.slots)
            words = .allocate(capacity: draft.words.count)
            _ = words.initialize(from: draft.words)
            (sourceSlot, isCloudEvent) = (draft.sourceSlot, draft.isCloudEvent)
        }

        func deallocate() {
            slots.deallocate()
            words.deallocate()
        }
    }

    /// A shape that is being learned.
    fileprivate struct Draft {
        var slots: [Slot] = []
        var words: [UInt64] = []
        var sourceSlot = -1
        var isCloudEvent = false
    }

    private let shapes: UnsafeMutableBufferPointer<Shape>
    @exclusivity(unchecked) private var shapeCount = 0
    @exclusivity(unchecked) private var latest = 0
    private var refusals = 0
    private static let mostShapes = 8
    /// Texts whose records are all different are not worth learning from.
    private static let mostRefusals = 200

    init() { shapes = .allocate(capacity: JSONShapes.mostShapes) }

    deinit {
        removeAll()
        shapes.deallocate()
    }

    func removeAll() {
        for index in 0..<shapeCount { shapes[index].deallocate() }
        shapeCount = 0
        latest = 0
        refusals = 0
    }

    enum Match {
        case none
        case event
        case cloudEvent(source: TextCell)
    }

    /// Fills the cells when the record has a known shape. The cells must be absent.
    @inline(__always)
    func read(
        _ record: UnsafeRawBufferPointer, into cells: UnsafeMutablePointer<TextCell>, count cellCount: Int
    ) -> Match {
        guard latest < shapeCount, let start = record.baseAddress else { return .none }
        var source = TextCell.absent
        if JSONShapes.fill(shapes[latest], start, record.count, cells, &source) {
            return shapes[latest].isCloudEvent ? .cloudEvent(source: source) : .event
        }
        return readOther(start, record.count, cells, cellCount)
    }

    @inline(never)
    private func readOther(
        _ start: UnsafeRawPointer, _ count: Int, _ cells: UnsafeMutablePointer<TextCell>, _ cellCount: Int
    ) -> Match {
        for index in 0..<shapeCount where index != latest {
            // The shape before may have filled some before it failed.
            cells.update(repeating: .absent, count: cellCount)
            var source = TextCell.absent
            if JSONShapes.fill(shapes[index], start, count, cells, &source) {
                latest = index
                return shapes[index].isCloudEvent ? .cloudEvent(source: source) : .event
            }
        }
        return .none
    }

    private static func fill(
        _ shape: Shape, _ start: UnsafeRawPointer, _ count: Int, _ cells: UnsafeMutablePointer<TextCell>,
        _ source: inout TextCell
    ) -> Bool {
        var position = 0
        for index in 0..<shape.slots.count {
            let slot = shape.slots[index]
            guard holds(start, &position, count, shape.words, slot) else { return false }
            let from = position
            switch slot.kind {
            case .string: guard skipString(start, &position, count) else { return false }
            case .number: guard skipNumber(start, &position, count) else { return false }
            case .literal: guard skipLiteral(start, &position, count) else { return false }
            case .end: return position == count
            }
            let cell = TextCell(start: (start + from).assumingMemoryBound(to: UInt8.self), count: position - from)
            if slot.cell >= 0 {
                cells[slot.cell] = cell
                if slot.secondCell >= 0 { cells[slot.secondCell] = cell }
            }
            if index == shape.sourceSlot { source = cell }
        }
        return false
    }

    /// Whether the text before a value stands at the position, which is moved behind it.
    @inline(__always)
    private static func holds(
        _ start: UnsafeRawPointer, _ position: inout Int, _ count: Int, _ words: UnsafeMutableBufferPointer<UInt64>,
        _ slot: Slot
    ) -> Bool {
        let end = position &+ slot.length
        guard end <= count else { return false }
        var word = slot.firstWord
        while position &+ 8 <= end {
            if start.loadUnaligned(fromByteOffset: position, as: UInt64.self) != words[word] { return false }
            position &+= 8
            word &+= 1
        }
        let rest = end &- position
        guard rest > 0 else { return true }
        if position &+ 8 <= count {
            let mask = (1 as UInt64) &<< UInt64(truncatingIfNeeded: rest &* 8) &- 1
            let found = start.loadUnaligned(fromByteOffset: position, as: UInt64.self) & mask
            position = end
            return found == words[word]
        }
        for index in 0..<rest {
            let expected = UInt8(truncatingIfNeeded: words[word] &>> UInt64(truncatingIfNeeded: index &* 8))
            if start.load(fromByteOffset: position &+ index, as: UInt8.self) != expected { return false }
        }
        position = end
        return true
    }

    /// Moves to the closing quote of a string without escapes.
    @inline(__always)
    private static func skipString(_ start: UnsafeRawPointer, _ position: inout Int, _ count: Int) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let high: UInt64 = 0x8080_8080_8080_8080
        while position &+ 8 <= count {
            let word = start.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5C)
            // A high bit for each byte that is a quote, a backslash or a control character; bits above the lowest may
            // be wrong, the lowest is not.
            let found =
                ((quote &- ones) & ~quote | (backslash &- ones) & ~backslash | (word &- ones &* 0x20) & ~word) & high
            if found != 0 {
                position &+= found.trailingZeroBitCount &>> 3
                return start.load(fromByteOffset: position, as: UInt8.self) == UInt8(ascii: "\"")
            }
            position &+= 8
        }
        while position < count {
            let byte = start.load(fromByteOffset: position, as: UInt8.self)
            if byte == UInt8(ascii: "\"") { return true }
            if byte == UInt8(ascii: "\\") || byte < 0x20 { return false }
            position &+= 1
        }
        return false
    }

    /// Moves behind `true` or `false`; `null` fills no cell, and is parsed.
    @inline(never)
    private static func skipLiteral(_ start: UnsafeRawPointer, _ position: inout Int, _ count: Int) -> Bool {
        let rest = UnsafeRawBufferPointer(start: start + position, count: count - position)
        for word in ["true", "false"] where rest.starts(with: word.utf8) {
            position += word.utf8.count
            return true
        }
        return false
    }

    /// Moves behind a number without exponent; others are parsed.
    @inline(__always)
    private static func skipNumber(_ start: UnsafeRawPointer, _ position: inout Int, _ count: Int) -> Bool {
        let bytes = start.assumingMemoryBound(to: UInt8.self)
        if position < count, bytes[position] == UInt8(ascii: "-") { position &+= 1 }
        let first = position
        while position < count, bytes[position] &- UInt8(ascii: "0") <= 9 { position &+= 1 }
        let digits = position &- first
        guard digits > 0, digits == 1 || bytes[first] != UInt8(ascii: "0") else { return false }
        if position < count, bytes[position] == UInt8(ascii: ".") {
            position &+= 1
            let point = position
            while position < count, bytes[position] &- UInt8(ascii: "0") <= 9 { position &+= 1 }
            if position == point { return false }
        }
        return position < count && bytes[position] | 0x20 != UInt8(ascii: "e")
    }
}

// Learning.
extension JSONShapes {
    /// Takes the shape of a record that has been parsed into the cells.
    func learn(
        _ record: UnsafeRawBufferPointer, _ cells: UnsafeMutablePointer<TextCell>, count cellCount: Int,
        source: TextCell, isCloudEvent: Bool
    ) {
        guard shapeCount < JSONShapes.mostShapes, refusals < JSONShapes.mostRefusals else { return }
        refusals += 1
        var shape = Draft()
        shape.isCloudEvent = isCloudEvent
        var cursor = JSONCursor(validUTF8: record)
        var behind = 0
        do throws(FileFormatError) {
            while let token = try cursor.next() {
                let isLiteral = token.kind == .true || token.kind == .false
                guard token.kind == .string || token.kind == .number || isLiteral else { continue }
                guard !token.needsUnescape else { return }
                let found = JSONShapes.cells(at: record, token.range, cells, cellCount)
                if isLiteral, found.isEmpty { continue }
                guard found.count <= 2 else { return }
                if source.start != nil, JSONShapes.stands(source, at: record, token.range) {
                    shape.sourceSlot = shape.slots.count
                }
                shape.add(
                    record[behind..<token.range.lowerBound],
                    isLiteral ? .literal : token.kind == .string ? .string : .number,
                    found.first ?? -1, found.count > 1 ? found[1] : -1)
                behind = token.range.upperBound
            }
        } catch {
            return
        }
        shape.add(record[behind..<record.count], .end, -1, -1)
        // The same with an exponent or the like, which is parsed every time.
        let isKnown = shapes.prefix(shapeCount).contains { known in
            known.slots.count == shape.slots.count && known.words.elementsEqual(shape.words)
        }
        guard !isKnown else { return }
        shapes.initializeElement(at: shapeCount, to: Shape(shape))
        latest = shapeCount
        shapeCount += 1
    }

    private static func cells(
        at record: UnsafeRawBufferPointer, _ range: Range<Int>, _ cells: UnsafeMutablePointer<TextCell>, _ count: Int
    ) -> [Int] {
        (0..<count).filter { cells[$0].start != nil && stands(cells[$0], at: record, range) }
    }

    private static func stands(_ cell: TextCell, at record: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
        guard let start = cell.start, let base = record.baseAddress else { return false }
        return UnsafeRawPointer(start) == base + range.lowerBound && cell.count == range.count
    }
}

extension JSONShapes.Draft {
    fileprivate mutating func add(
        _ text: Slice<UnsafeRawBufferPointer>, _ kind: JSONShapes.Kind, _ cell: Int, _ secondCell: Int
    ) {
        slots.append(
            JSONShapes.Slot(firstWord: words.count, length: text.count, kind: kind, cell: cell, secondCell: secondCell))
        var word: UInt64 = 0
        for (index, byte) in text.enumerated() {
            word |= UInt64(byte) << UInt64(index % 8 * 8)
            if index % 8 == 7 {
                words.append(word)
                word = 0
            }
        }
        if text.count % 8 != 0 { words.append(word) }
    }
}
