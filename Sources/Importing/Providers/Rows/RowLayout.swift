import Catalog
import FileFormats

/// How a format that comes in several writings is laid out in each of them.
struct RowLayout {
    /// The fields of a table, under their names, the other names that they have, or those that the source maps.
    var fields: [String] = []
    var otherNames: [String: [String]] = [:]
    /// The members of a JSON record that are fields.
    var paths: [String] = []
    /// The member of a JSON text's objects whose elements are the records; nil where the records are the text's values.
    var recordList: String?
    var values = FieldValues()
    var source: Sources.Source?
}

/// Rows of which a `RowLayout` says enough.
protocol OpenableRows: BillRows {
    static func open(_ source: BillSource, _ layout: RowLayout) throws(FileFormatError) -> Self
}

extension MappedRows: OpenableRows {
    static func open(_ source: BillSource, _ layout: RowLayout) throws(FileFormatError) -> MappedRows {
        let reader = try BillTable(source)
        let columns = ChargeColumns(
            reader.header, layout.source, fields: layout.fields, otherNames: layout.otherNames)
        return MappedRows(reader, columns, values: layout.values)
    }
}

extension JSONBillRows: OpenableRows {
    static func open(_ source: BillSource, _ layout: RowLayout) throws(FileFormatError) -> JSONBillRows {
        let source = try source.text()
        let records =
            layout.recordList.map { JSONRecords(source: source, elementsOf: $0) }
            ?? JSONRecords(source: source, checksLines: false)
        return JSONBillRows(
            records, paths: layout.paths, values: layout.values, ignored: layout.source?.ignored ?? [])
    }
}
