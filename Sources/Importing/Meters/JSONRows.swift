import BillingTerms
import Catalog
import FileFormats
import Foundation

/// Reads JSON events into a worker's cells.
final class JSONRows {
    let assembler: RowAssembler
    @exclusivity(unchecked) private var keys: JSONKeys?

    /// How good what stands in each cell is; lower is better.
    private let preferences: UnsafeMutablePointer<Int32>
    private static let nothing = Int32.max

    /// The meters of an event with `values`, and whether it has any.
    @exclusivity(unchecked) private(set) var values: [(meter: TextCell, value: TextCell)] = []
    @exclusivity(unchecked) private(set) var hasValues = false
    @exclusivity(unchecked) private(set) var isCloudEvent = false
    @exclusivity(unchecked) private var eventSource = TextCell.absent
    /// The seeds under which the event's id is one: CloudEvents are told apart by source and id.
    @exclusivity(unchecked) private(set) var sourceSeeds: (UInt64, UInt64)?

    /// Keys that nothing uses, with the objects they stand in.
    private(set) var unknown: Set<String> = []
    private var unknownKeys: [TextTable] = []
    private static let mostUnknown = 1_000

    /// Texts whose escapes had to be resolved; as long as the record, which is longer than all of them.
    private var resolved: UnsafeMutablePointer<UInt8>
    private var resolvedCapacity = 256
    private var resolvedCount = 0
    private var scratch: [UInt8] = []
    private let shapes = JSONShapes()

    init(assembler: RowAssembler) {
        self.assembler = assembler
        preferences = .allocate(capacity: assembler.cellCount)
        preferences.initialize(repeating: JSONRows.nothing, count: assembler.cellCount)
        resolved = .allocate(capacity: resolvedCapacity)
    }

    deinit {
        preferences.deallocate()
        resolved.deallocate()
    }

    /// Before the first record of a text.
    func begin(keys: JSONKeys) {
        self.keys = keys
        shapes.removeAll()
        unknown = []
        unknownKeys = (0...MeterFieldNames.containers.count).map { _ in TextTable() }
    }

    /// The length of a record that the bytes begin with, where it is like one that has been parsed; 0 where it is not.
    @inline(__always)
    func match(_ bytes: UnsafeRawBufferPointer) -> Int { shapes.match(bytes) }

    /// Fills the cells from the record that was matched last, and begins here.
    @inline(__always)
    func takeMatched(at start: UnsafeRawPointer) {
        (hasValues, isCloudEvent, eventSource, sourceSeeds) = (false, false, .absent, nil)
        if case .cloudEvent(let source) = shapes.fill(assembler, from: start) {
            (isCloudEvent, eventSource) = (true, source)
            combineSource()
        }
    }

    /// Fills the cells from one record. Returns why it is no event of usage, or nil.
    func read(_ record: UnsafeRawBufferPointer) -> FileFormatError? {
        let length = match(record)
        guard length > 0, length == record.count, let start = record.baseAddress else { return parse(record) }
        takeMatched(at: start)
        return nil
    }

    @inline(never)
    private func parse(_ record: UnsafeRawBufferPointer) -> FileFormatError? {
        guard let keys else { return nil }
        (hasValues, isCloudEvent, eventSource, sourceSeeds) = (false, false, .absent, nil)
        shapes.forgetCells()
        assembler.clearCells()
        preferences.update(repeating: JSONRows.nothing, count: assembler.cellCount)
        values.removeAll(keepingCapacity: true)
        resolvedCount = 0
        if resolvedCapacity < record.count {
            resolved.deallocate()
            resolvedCapacity = record.count * 2
            resolved = .allocate(capacity: resolvedCapacity)
        }
        var cursor = JSONCursor(validUTF8: record)
        do throws(FileFormatError) {
            guard let first = try cursor.next(), first.kind == .beginObject else {
                return FileFormatError(.malformedJSON, "expected an object", line: 1, column: 1, byteOffset: 0)
            }
            try readMembers(&cursor, keys, level: 0)
            try cursor.finish()
        } catch {
            return error
        }
        if isCloudEvent { combineSource() }
        if !hasValues {
            shapes.learn(
                record, assembler.cells, count: assembler.cellCount, source: eventSource, isCloudEvent: isCloudEvent)
        }
        return nil
    }

    private func combineSource() {
        guard let start = eventSource.start else { return }
        sourceSeeds = assembler.key.fingerprint(start, eventSource.count, seeds: assembler.seeds)
    }
}

// Walking over a record.
extension JSONRows {
    private func readMembers(
        _ cursor: inout JSONCursor, _ keys: JSONKeys, level: Int
    ) throws(FileFormatError) {
        while let key = try cursor.next(), key.kind != .endObject {
            let name = cell(of: key, cursor)
            switch keys.role(of: name, level: level) {
            case .fields(let assignments):
                guard let value = try cursor.next() else { return }
                try assign(value, to: assignments, key: key, &cursor)
            case .unknown:
                note(name, level: level, keys)
                try cursor.skipValue()
            case .ignored:
                try cursor.skipValue()
            case .container(let inner):
                try readObject(&cursor, name, level: level) { (cursor) throws(FileFormatError) in
                    try readMembers(&cursor, keys, level: inner)
                }
            case .wrapper:
                try readObject(&cursor, name, level: level) { (cursor) throws(FileFormatError) in
                    try readMembers(&cursor, keys, level: 0)
                }
            case .values:
                try readObject(&cursor, name, level: level) { (cursor) throws(FileFormatError) in
                    try readValues(&cursor)
                }
            case .specificationVersion:
                isCloudEvent = true
                try cursor.skipValue()
            case .eventSource:
                guard let value = try cursor.next() else { return }
                if value.kind == .string { eventSource = cell(of: value, cursor) } else { try finish(value, &cursor) }
            }
        }
    }

    /// A member that is read as an object; where it is something else, nothing uses it.
    private func readObject(
        _ cursor: inout JSONCursor, _ name: TextCell, level: Int,
        _ body: (inout JSONCursor) throws(FileFormatError) -> Void
    ) throws(FileFormatError) {
        guard let first = try cursor.next() else { return }
        if first.kind == .beginObject {
            try body(&cursor)
        } else {
            if first.kind != .null, let keys { note(name, level: level, keys) }
            try finish(first, &cursor)
        }
    }

    private func readValues(_ cursor: inout JSONCursor) throws(FileFormatError) {
        hasValues = true
        while let key = try cursor.next(), key.kind != .endObject {
            let meter = cell(of: key, cursor)
            guard !values.contains(where: { $0.meter.bytes.elementsEqual(meter.bytes) }) else {
                throw twice(key, meter)
            }
            guard let value = try cursor.next() else { return }
            values.append((meter, value.kind == .null ? .absent : cell(of: value, cursor)))
            try finish(value, &cursor)
        }
    }

    private func assign(
        _ value: JSONToken, to assignments: [JSONKeys.Assignment], key: JSONToken, _ cursor: inout JSONCursor
    ) throws(FileFormatError) {
        guard value.kind != .null else { return }
        let isScalar = value.kind != .beginObject && value.kind != .beginArray
        for assignment in assignments {
            // An object where a text belongs is reported as what it is: its first byte is no text of ours.
            let preference = Int32(assignment.preference)
            if preferences[assignment.cell] == preference { throw twice(key, cell(of: key, cursor)) }
            guard preference < preferences[assignment.cell] else { continue }
            guard isScalar else {
                guard assignment.cell < RowAssembler.firstDimension else { continue }
                throw FileFormatError(
                    .malformedJSON, "expected a text or a number for \"\(cursor.string(of: key))\"",
                    byteOffset: value.offset)
            }
            preferences[assignment.cell] = preference
            assembler.cells[assignment.cell] = cell(of: value, cursor)
        }
        try finish(value, &cursor)
    }

    private func twice(_ key: JSONToken, _ name: TextCell) -> FileFormatError {
        FileFormatError(
            .duplicateKey, "expected every key once in an object, found \"\(name.string)\" again",
            byteOffset: key.offset)
    }

    /// Walks to the end of a value whose first token has been taken.
    private func finish(_ first: JSONToken, _ cursor: inout JSONCursor) throws(FileFormatError) {
        guard first.kind == .beginObject || first.kind == .beginArray else { return }
        let outer = cursor.depth - 1
        while cursor.depth > outer { _ = try cursor.next() }
    }

    @inline(__always)
    private func cell(of token: JSONToken, _ cursor: JSONCursor) -> TextCell {
        if token.needsUnescape { return resolvedCell(of: token, cursor) }
        let bytes = cursor.bytes(of: token)
        return TextCell(start: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), count: bytes.count)
    }

    @inline(never)
    private func resolvedCell(of token: JSONToken, _ cursor: JSONCursor) -> TextCell {
        scratch.removeAll(keepingCapacity: true)
        cursor.appendUnescaped(token, to: &scratch)
        // No escape is longer than what it stands for, and a record's tokens do not overlap: what is resolved fits.
        guard resolvedCount + scratch.count <= resolvedCapacity else { return .absent }
        let start = resolved + resolvedCount
        scratch.withUnsafeBufferPointer { text in
            if let base = text.baseAddress { start.update(from: base, count: text.count) }
        }
        resolvedCount += scratch.count
        return TextCell(start: UnsafePointer(start), count: scratch.count)
    }

    private func note(_ name: TextCell, level: Int, _ keys: JSONKeys) {
        guard unknownKeys[level].find(name) == nil, unknown.count < JSONRows.mostUnknown else { return }
        // What is remembered of a text without end must have one.
        let text = MeterFieldNames.short(name.string)
        _ = unknownKeys[level].number(for: text)
        let path = level == 0 ? text : MeterFieldNames.containers[level - 1] + "." + text
        if !keys.ignored.contains(path) { unknown.insert(path) }
    }
}
