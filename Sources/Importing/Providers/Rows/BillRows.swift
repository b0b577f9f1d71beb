import FileFormats

/// The rows of one text of a bill as fields by number, whatever they are written in: a table, or JSON records of
/// which the format names the members that are its fields (`JSONBillRows`).
///
/// Bytes and places are valid until the next call of `next()`.
protocol BillRows: AnyObject {
    /// The names of the fields.
    var header: [String] { get }
    /// How many fields the present row has; a row of another shape than the header is set aside.
    var fieldCount: Int { get }
    /// How many of the header's fields no row of the text has: the values of `FieldValues` stand for them.
    var addedFieldCount: Int { get }
    /// Physical line and column on which the row begins, from 1.
    var line: Int { get }
    var column: Int { get }
    /// The row as it stands in the text.
    var recordBytes: UnsafeRawBufferPointer { get }
    /// Why the record is no row at all; its fields must not be looked at then.
    var fault: RowRefusal? { get }
    /// Names in the text that nothing uses, as far as it has been read.
    var unknownNames: [String] { get }
    var lastRecordEndedWithNewline: Bool { get }
    /// Of rows that have numbers and no lines, the part of the file that the present one is in; nil for texts.
    var rowGroup: Int? { get }

    /// To be asked once, before the first row.
    func billHeader() throws(FileFormatError) -> ProviderHeader
    func next() throws(FileFormatError) -> Bool
    /// Throws when a field that was looked at could not be read; to be asked once, after the last row.
    func requireIntact() throws(FileFormatError)
    func field(_ field: Int) -> UnsafeRawBufferPointer
    func line(ofField field: Int) -> Int
    func column(ofField field: Int) -> Int
}

extension BillRows {
    var rowGroup: Int? { nil }
    func billHeader() throws(FileFormatError) -> ProviderHeader { ProviderHeader(header) }
    func requireIntact() throws(FileFormatError) {}
}

/// Values that stand beside a bill's own: those of `sources.yaml`, or what a format says of fields that are left out.
struct FieldValues: Sendable {
    /// For fields that are missing or empty.
    var defaults: [String: String] = [:]
    /// Whatever the file says.
    var overrides: [String: String] = [:]

    var names: Set<String> { Set(defaults.keys).union(overrides.keys) }
}

/// Field values as bytes that stay where they are, by the field's number.
final class FieldTexts {
    private var texts: [(bytes: UnsafeMutableRawBufferPointer, isOverride: Bool)?] = []

    init(_ values: FieldValues, header: [String]) {
        texts = header.map { name in
            let text = values.overrides[name] ?? values.defaults[name]
            guard let text, !text.isEmpty else { return nil }
            let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: text.utf8.count, alignment: 1)
            bytes.copyBytes(from: text.utf8)
            return (bytes, values.overrides[name] != nil)
        }
    }

    deinit {
        for text in texts { text?.bytes.deallocate() }
    }

    /// What counts for a field in which the file has `found`.
    func value(of field: Int, found: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard let text = texts[field], text.isOverride || isNull(found) else { return found }
        return UnsafeRawBufferPointer(text.bytes)
    }
}

/// A field's bytes without the blanks around them.
func trimmed(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }
    guard let first = text.firstIndex(where: { !isBlank($0) }), let last = text.lastIndex(where: { !isBlank($0) })
    else { return UnsafeRawBufferPointer(rebasing: text.prefix(0)) }
    return UnsafeRawBufferPointer(rebasing: text[first...last])
}
