import FileFormats

/// The shapes that JSON events of one text have, and which cells the values of each fill. What has none of them is parsed.
final class JSONShapes {
    /// Which cells a value fills; -1 for none.
    fileprivate struct Target {
        var cell: Int
        var secondCell: Int
    }

    fileprivate struct Shape {
        let shape: JSONRecordShape
        let targets: UnsafeMutableBufferPointer<Target>
        /// The value that is a CloudEvent's source; -1 for none.
        let source: Int
        let isCloudEvent: Bool

        func deallocate() {
            shape.deallocate()
            targets.deallocate()
        }
    }

    private let shapes: UnsafeMutableBufferPointer<Shape>
    @exclusivity(unchecked) private var shapeCount = 0
    @exclusivity(unchecked) private var latest = 0
    /// The shape whose values are in the cells; -1 when others are, too.
    @exclusivity(unchecked) private var filled = -1
    private var refusals = 0
    /// Of the record that is looked at.
    private let spans: UnsafeMutablePointer<JSONRecordShape.Span>
    private static let mostShapes = 8
    private static let mostValues = 1_000
    /// Texts whose records are all different are not worth learning from.
    private static let mostRefusals = 200

    init() {
        shapes = .allocate(capacity: JSONShapes.mostShapes)
        spans = .allocate(capacity: JSONShapes.mostValues + 1)
    }

    deinit {
        removeAll()
        shapes.deallocate()
        spans.deallocate()
    }

    func removeAll() {
        for index in 0..<shapeCount { shapes[index].deallocate() }
        shapeCount = 0
        latest = 0
        refusals = 0
        filled = -1
    }

    /// To be called when the cells are written to.
    func forgetCells() { filled = -1 }

    /// The length of a record of a known shape that the bytes begin with; 0 when there is none.
    @inline(__always)
    func match(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard latest < shapeCount else { return 0 }
        let length = shapes[latest].shape.matches(bytes, into: spans)
        return length > 0 ? length : matchOther(bytes)
    }

    enum Match {
        case event
        case cloudEvent(source: TextCell)
    }

    /// Fills the cells from the record that was matched last, and begins here.
    @inline(__always)
    func fill(_ assembler: RowAssembler, from start: UnsafeRawPointer) -> Match {
        if filled != latest {
            assembler.clearCells()
            filled = latest
        }
        let shape = shapes[latest]
        let cells = assembler.cells
        for value in 0..<shape.targets.count where shape.targets[value].cell >= 0 {
            let target = shape.targets[value]
            let cell = cell(value, start)
            cells[target.cell] = cell
            if target.secondCell >= 0 { cells[target.secondCell] = cell }
        }
        guard shape.isCloudEvent else { return .event }
        return .cloudEvent(source: shape.source < 0 ? .absent : cell(shape.source, start))
    }

    @inline(__always)
    private func cell(_ value: Int, _ start: UnsafeRawPointer) -> TextCell {
        let span = spans[value]
        return TextCell(
            start: (start + Int(span.start)).assumingMemoryBound(to: UInt8.self), count: Int(span.end &- span.start))
    }

    @inline(never)
    private func matchOther(_ bytes: UnsafeRawBufferPointer) -> Int {
        for index in 0..<shapeCount where index != latest {
            let length = shapes[index].shape.matches(bytes, into: spans)
            if length > 0 {
                latest = index
                return length
            }
        }
        return 0
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
        var values: [JSONRecordShape.Value] = []
        var targets: [Target] = []
        var sourceValue = -1
        var cursor = JSONCursor(validUTF8: record)
        do throws(FileFormatError) {
            while let token = try cursor.next() {
                let isLiteral = token.kind == .true || token.kind == .false
                guard token.kind == .string || token.kind == .number || isLiteral else { continue }
                // What is unescaped stands elsewhere: whether it fills a cell cannot be seen.
                guard !token.needsUnescape else { return }
                let found = JSONShapes.cells(at: record, token.range, cells, cellCount)
                let isSource = source.start != nil && JSONShapes.stands(source, at: record, token.range)
                if isLiteral, found.isEmpty { continue }
                guard found.count <= 2, values.count < JSONShapes.mostValues else { return }
                if isSource { sourceValue = values.count }
                values.append(JSONRecordShape.Value(token, isUsed: isSource || !found.isEmpty))
                targets.append(Target(cell: found.first ?? -1, secondCell: found.count > 1 ? found[1] : -1))
            }
        } catch {
            return
        }
        let shape = JSONRecordShape(record, values: values)
        // The same with an exponent or the like, which is parsed every time.
        guard !shapes.prefix(shapeCount).contains(where: { $0.shape.isSame(as: shape) }) else {
            shape.deallocate()
            return
        }
        let kept = UnsafeMutableBufferPointer<Target>.allocate(capacity: targets.count)
        _ = kept.initialize(from: targets)
        shapes.initializeElement(
            at: shapeCount, to: Shape(shape: shape, targets: kept, source: sourceValue, isCloudEvent: isCloudEvent))
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
