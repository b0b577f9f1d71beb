import BillingTerms
import Catalog
import FileFormats

/// What the keys of one source's JSON events mean, at the top and inside `properties`, `data`, `payload` and
/// `dimensions`.
final class JSONKeys: Sendable {
    enum Role: Sendable, Equatable {
        /// Nothing uses it, and it is to be reported.
        case unknown
        case ignored
        /// An object whose members are dimensions, or the value; counted as in `MeterFieldNames.containers`, from 1.
        case container(Int)
        /// Several meters in one event: name → value.
        case values
        /// Lago wraps an event in an object.
        case wrapper
        case specificationVersion
        case eventSource
        case fields(cells: [Assignment])
    }

    /// Which cell a value goes to, and how much another with the same purpose must be better to replace it (0 is best).
    struct Assignment: Sendable, Equatable {
        let cell: Int
        let preference: Int
    }

    private let table: TextTable
    /// By level (0 is the top), then by the key's number.
    private let roles: [[Role]]
    let ignored: Set<String>

    init(names: MeterFieldNames, catalog: MeterCatalog) {
        let table = TextTable(capacity: 64)
        self.table = table
        ignored = names.ignored
        var assignments: [[UInt32: [Assignment]]] = Array(repeating: [:], count: MeterFieldNames.containers.count + 1)
        func add(_ key: String, level: Int, cell: Int, preference: Int) {
            let number = table.number(for: key)
            guard !assignments[level][number, default: []].contains(where: { $0.cell == cell }) else { return }
            assignments[level][number, default: []].append(Assignment(cell: cell, preference: level * 32 + preference))
        }
        for (field, list) in names.names {
            let cell = RowAssembler.index(of: field)
            for (preference, name) in list.enumerated() {
                add(name, level: 0, cell: cell, preference: preference)
                for (index, container) in MeterFieldNames.containers.enumerated() {
                    if MeterFieldNames.nestable.contains(field) || names.isMapped(field) {
                        add(name, level: index + 1, cell: cell, preference: preference)
                    }
                    let prefix = container + "."
                    if name.hasPrefix(prefix) {
                        add(String(name.dropFirst(prefix.count)), level: index + 1, cell: cell, preference: preference)
                    }
                }
            }
        }
        for (index, dimension) in catalog.dimensions.enumerated() {
            for level in 0...MeterFieldNames.containers.count {
                add(dimension, level: level, cell: RowAssembler.firstDimension + index, preference: 0)
            }
        }
        var special: [UInt32: Role] = [:]
        for (index, name) in MeterFieldNames.containers.enumerated() {
            special[table.number(for: name)] = .container(index + 1)
        }
        special[table.number(for: "values")] = .values
        special[table.number(for: "event")] = .wrapper
        for name in MeterFieldNames.envelope { special[table.number(for: name)] = .ignored }
        special[table.number(for: "specversion")] = .specificationVersion
        special[table.number(for: "source")] = .eventSource
        for name in names.ignored where special[table.number(for: name)] == nil {
            special[table.number(for: name)] = .ignored
        }
        roles = assignments.enumerated().map { level, known in
            (0..<table.count).map { number in
                if let cells = known[UInt32(number)] { return .fields(cells: cells) }
                let isIgnored = names.ignored.contains(table.string(of: UInt32(number)))
                if level == 0 { return special[UInt32(number)] ?? .unknown }
                return isIgnored ? .ignored : .unknown
            }
        }
    }

    @inline(__always)
    func role(of key: TextCell, level: Int) -> Role {
        guard let number = table.find(key) else { return .unknown }
        return roles[level][Int(number)]
    }

    /// Whether the keys of a record are those of a meter event.
    func recognises(_ record: UnsafeRawBufferPointer, names: MeterFieldNames, catalog: MeterCatalog) -> Bool {
        let assembler = RowAssembler(catalog: catalog, key: IdentityKey())
        let rows = JSONRows(assembler: assembler)
        rows.begin(keys: self)
        guard rows.read(record) == nil else { return false }
        var found = MeterField.allCases.filter { assembler.cells[RowAssembler.index(of: $0)].start != nil }
        if rows.hasValues { found += [.meter, .value] }
        // An event that counts by being there has no value; its id tells it from other records.
        return names.suffices(found)
            || names.suffices(found + [.value]) && (rows.isCloudEvent || found.contains(.identity))
    }
}

/// Recognises JSON texts.
enum JSONShape {
    static func recognise(_ head: UnsafeRawBufferPointer, isAll: Bool, names: MeterFieldNames) -> MeterTextFormat? {
        guard let source = try? ByteSource.open(bytes: Array(head)), case let records = JSONRecords(source: source),
            (try? records.next()) == true
        else { return nil }
        let catalog = MeterCatalog.empty
        guard JSONKeys(names: names, catalog: catalog).recognises(records.record, names: names, catalog: catalog) else {
            return nil
        }
        return records.layout == .lines ? .jsonLines : .json
    }
}
