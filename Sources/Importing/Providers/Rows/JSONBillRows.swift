import BillingTerms
import FileFormats

/// JSON records of a bill as rows: each of the paths that the format names is a field. `service.description` is the member
/// `description` of the object `service`; a path that leads to an object or an array has its JSON text. What is null or
/// left out is empty. A path that ends in `*` says that the object has keys of all names.
///
/// Of JSON lines a damaged line is a row with a `fault`. In the other layouts nothing says where the next record begins,
/// and the text is refused.
final class JSONBillRows: BillRows {
    let header: [String]
    private(set) var fault: RowRefusal?
    private(set) var unknownNames: [String] = []
    let lastRecordEndedWithNewline = true

    private let records: JSONRecords
    private let paths: JSONPaths
    private let fixed: FieldTexts
    private let ignored: Set<String>
    private var cells: [TextCell]
    private var offsets: [Int]
    /// Which record a field was last seen in: a key may stand in an object once.
    private var seenIn: [Int]
    private var recordNumber = 0
    private var unknownTables: [TextTable]
    /// Room for the texts with escapes of one record: resolved, they are not longer than they stand there.
    private var resolved: UnsafeMutableRawBufferPointer = .allocate(byteCount: 0, alignment: 1)
    private var resolvedCount = 0
    private var scratch: [UInt8] = []

    private static let mostUnknown = 200

    /// `ignored` are keys of no use that are not reported.
    init(_ records: JSONRecords, paths names: [String], values: FieldValues = FieldValues(), ignored: [String] = []) {
        self.records = records
        header = names
        paths = JSONPaths(names)
        fixed = FieldTexts(values, header: names)
        self.ignored = Set(ignored)
        cells = Array(repeating: .absent, count: names.count)
        offsets = Array(repeating: 0, count: names.count)
        seenIn = Array(repeating: 0, count: names.count)
        unknownTables = paths.nodes.map { _ in TextTable() }
    }

    deinit { resolved.deallocate() }

    var fieldCount: Int { header.count }
    var addedFieldCount: Int { 0 }
    var line: Int { records.line }
    var column: Int { records.column }
    var recordBytes: UnsafeRawBufferPointer { records.record }

    func field(_ field: Int) -> UnsafeRawBufferPointer { fixed.value(of: field, found: trimmed(cells[field].bytes)) }
    func line(ofField field: Int) -> Int { records.place(atOffset: offsets[field]).line }
    func column(ofField field: Int) -> Int { records.place(atOffset: offsets[field]).column }

    func next() throws(FileFormatError) -> Bool {
        guard try records.next() else { return false }
        recordNumber += 1
        fault = nil
        for field in cells.indices {
            cells[field] = .absent
            offsets[field] = 0
        }
        reserveRoom()
        if let error = records.fault {
            fault = RowRefusal(code: .malformedRecord, field: nil, reason: error.message)
            return true
        }
        do throws(FileFormatError) {
            var cursor = JSONCursor(validUTF8: records.record)
            guard let first = try cursor.next(), case .beginObject = first.kind else {
                throw FileFormatError(.malformedJSON, "expected an object")
            }
            try walkObject(&cursor, JSONPaths.root)
            try cursor.finish()
        } catch {
            fault = RowRefusal(code: .malformedRecord, field: nil, reason: error.message)
        }
        return true
    }

    private func reserveRoom() {
        resolvedCount = 0
        guard resolved.count < records.record.count else { return }
        resolved.deallocate()
        resolved = .allocate(byteCount: records.record.count * 2, alignment: 1)
    }
}

// Walking over a record. The recursion is as deep as the paths are long.
extension JSONBillRows {
    private func walkObject(_ cursor: inout JSONCursor, _ node: Int) throws(FileFormatError) {
        while let key = try cursor.next() {
            if case .endObject = key.kind { return }
            let name = cell(of: key, cursor)
            guard let child = paths.child(name, of: node) else {
                note(name, in: node)
                try cursor.skipValue()
                continue
            }
            guard let value = try cursor.next() else { return }
            try take(value, name: name, &cursor, child)
        }
    }

    private func take(
        _ value: JSONToken, name: TextCell, _ cursor: inout JSONCursor, _ node: Int
    ) throws(FileFormatError) {
        let field = paths.nodes[node].field
        if let field {
            guard seenIn[field] != recordNumber else {
                throw FileFormatError(.duplicateKey, "expected the key \"\(name.string)\" once, found it twice")
            }
            seenIn[field] = recordNumber
            offsets[field] = value.offset
        }
        switch value.kind {
        case .null: return
        case .beginObject where paths.nodes[node].hasChildren:
            try walkObject(&cursor, node)
            if let field { cells[field] = span(from: value.start, to: cursor.position) }
        case .beginObject, .beginArray:
            let outer = cursor.depth - 1
            while cursor.depth > outer { _ = try cursor.next() }
            guard let field else { throw notAnObject(name) }
            cells[field] = span(from: value.start, to: cursor.position)
        default:
            guard let field else { throw notAnObject(name) }
            cells[field] = cell(of: value, cursor)
        }
    }

    private func notAnObject(_ name: TextCell) -> FileFormatError {
        FileFormatError(.malformedJSON, "expected an object for the key \"\(name.string)\", found something else")
    }

    private func span(from start: Int, to end: Int) -> TextCell {
        TextCell(UnsafeRawBufferPointer(rebasing: records.record[start..<end]))
    }

    private func cell(of token: JSONToken, _ cursor: JSONCursor) -> TextCell {
        guard token.needsUnescape else { return TextCell(cursor.bytes(of: token)) }
        scratch.removeAll(keepingCapacity: true)
        cursor.appendUnescaped(token, to: &scratch)
        guard resolvedCount + scratch.count <= resolved.count else { return .absent }
        let room = UnsafeMutableRawBufferPointer(rebasing: resolved[resolvedCount..<resolvedCount + scratch.count])
        room.copyBytes(from: scratch)
        resolvedCount += scratch.count
        return TextCell(UnsafeRawBufferPointer(room))
    }

    private func note(_ name: TextCell, in node: Int) {
        guard !paths.nodes[node].isOpen, unknownNames.count < JSONBillRows.mostUnknown,
            unknownTables[node].find(name) == nil
        else { return }
        _ = unknownTables[node].number(for: name)
        let path = paths.nodes[node].prefix + name.string
        if !ignored.contains(path) { unknownNames.append(path) }
    }
}

/// The paths of fields as a tree of keys.
struct JSONPaths {
    struct Node {
        /// The path of its members without their names: `service.`.
        let prefix: String
        var field: Int?
        var hasChildren = false
        var isOpen = false
        let keys = TextTable()
        /// By the number that `keys` has for them.
        var children: [Int] = []
    }

    static let root = 0
    private(set) var nodes = [Node(prefix: "")]

    init(_ paths: [String]) {
        for (field, path) in paths.enumerated() {
            var node = JSONPaths.root
            for key in path.split(separator: ".") where key != "*" { node = add(String(key), to: node) }
            if path.hasSuffix(".*") { nodes[node].isOpen = true } else { nodes[node].field = field }
        }
    }

    private mutating func add(_ key: String, to node: Int) -> Int {
        let number = Int(nodes[node].keys.number(for: key))
        if number < nodes[node].children.count { return nodes[node].children[number] }
        nodes.append(Node(prefix: nodes[node].prefix + key + "."))
        nodes[node].children.append(nodes.count - 1)
        nodes[node].hasChildren = true
        return nodes.count - 1
    }

    func child(_ name: TextCell, of node: Int) -> Int? {
        nodes[node].keys.find(name).map { nodes[node].children[Int($0)] }
    }
}
