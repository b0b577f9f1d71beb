import Catalog
import FileFormats

/// The fields of a bill that is no provider's own format, under the names that the format has for them.
struct ChargeColumns {
    /// For each column of the file the name of the field that it is; the column's own name where it is none.
    let names: [String]
    /// Columns that are fields, and those whose place another one has.
    private let fields: Set<String>
    private let known: Set<Int>

    /// By `charges` of `sources.yaml` where a field is mapped there, else by the field's own name, else by one of its
    /// other names.
    init(
        _ header: [String], _ source: Sources.Source?, fields: [String] = ChargeField.allCases.map(\.rawValue),
        otherNames: [String: [String]] = ChargeColumns.otherNames
    ) {
        var names = header.map(MeterExport.trimmed)
        var known: Set<Int> = []
        var found: Set<String> = []
        let raw = names
        for field in fields {
            let mapped = ChargeField(rawValue: field).flatMap { source?.charges[$0] }
            let candidates = mapped.map { [$0] } ?? [field] + (otherNames[field] ?? [])
            guard
                let column = candidates.lazy.compactMap({ raw.firstIndex(of: $0) }).first(where: { !known.contains($0) }
                )
            else { continue }
            for index in raw.indices where index != column && names[index] == field { names[index] += " (not mapped)" }
            names[column] = field
            known.insert(column)
            found.insert(field)
        }
        let values = FieldValues(source)
        self.names = names
        self.known = known
        self.fields = found.union(values.names)
        missing = (source?.charges ?? [:]).filter { !raw.contains($0.value) }.map { ($0.key, $0.value) }
            .sorted { $0.0.rawValue < $1.0.rawValue }
        unknown = raw.indices.filter { !known.contains($0) && !(source?.ignored ?? []).contains(raw[$0]) }
            .filter { index in !ChargeColumns.openPrefixes.contains { raw[index].hasPrefix($0) } }.map { raw[$0] }
    }

    /// What `sources.yaml` maps and the file does not have.
    let missing: [(field: ChargeField, column: String)]
    /// Columns that nothing uses.
    let unknown: [String]

    /// Whether a row says how much it costs and when.
    var isComplete: Bool {
        missing.isEmpty && fields.contains("cost")
            && (fields.contains("billed_date") || fields.isSuperset(of: ["year", "month"]))
    }

    /// The account under the name that SpaceONE's newer configurations use (`additional_info."Account ID"`).
    static let otherNames = [
        "account": ["additional_info.Account ID", "additional_info.\"Account ID\"", "Account ID", "account_id"]
    ]
    /// Families of columns: labels, tags, and numbers beside the cost.
    static let openPrefixes = ["tags.", "additional_info.", "data.", "tag_"]
}

extension FieldValues {
    init(_ source: Sources.Source?) {
        for (field, value) in source?.defaults ?? [:] { defaults[field.rawValue] = value }
        if let provider = source?.provider { overrides["provider"] = provider }
    }

    /// What a format says, with what `sources.yaml` says over it.
    func overlaid(with source: Sources.Source?) -> FieldValues {
        let other = FieldValues(source)
        return FieldValues(
            defaults: defaults.merging(other.defaults) { $1 }, overrides: overrides.merging(other.overrides) { $1 })
    }
}

/// A table whose columns have been given the names of fields, whose values are without blanks around them, and in which
/// the values of `sources.yaml` stand where the file has none.
final class MappedRows: BillRows {
    let header: [String]
    let unknownNames: [String]
    private let reader: BillTable
    private let fixed: FieldTexts
    private let columnCount: Int

    init(_ reader: BillTable, _ columns: ChargeColumns, values: FieldValues) {
        self.reader = reader
        columnCount = columns.names.count
        header = columns.names + values.names.subtracting(columns.names).sorted()
        unknownNames = columns.unknown
        fixed = FieldTexts(values, header: header)
    }

    var fieldCount: Int { reader.fieldCount }
    var addedFieldCount: Int { header.count - columnCount }
    var line: Int { reader.line }
    var column: Int { 1 }
    var recordBytes: UnsafeRawBufferPointer { reader.recordBytes }
    var fault: RowRefusal? { nil }
    var lastRecordEndedWithNewline: Bool { reader.lastRecordEndedWithNewline }
    var rowGroup: Int? { reader.rowGroup }

    func requireIntact() throws(FileFormatError) { try reader.requireIntact() }

    func next() throws(FileFormatError) -> Bool { try reader.next() }

    func field(_ field: Int) -> UnsafeRawBufferPointer {
        let found =
            field < columnCount ? trimmed(reader.field(field)) : UnsafeRawBufferPointer(start: nil, count: 0)
        return fixed.value(of: field, found: found)
    }

    func line(ofField field: Int) -> Int { field < columnCount ? reader.line(ofField: field) : line }
    func column(ofField field: Int) -> Int { field < columnCount ? reader.column(ofField: field) : 1 }
}
