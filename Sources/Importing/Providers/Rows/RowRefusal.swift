import BillingTerms

/// Why one row of a bill is set aside, and in which field that was seen.
struct RowRefusal: Error {
    var code: FindingCode
    /// Nil when the row as a whole is meant.
    var field: Int?
    /// What was expected and what was found, in lower case.
    var reason: String
}

extension RowRefusal {
    static func number(_ refusal: DecimalRefusal, _ text: UnsafeRawBufferPointer, field: Int, name: String)
        -> RowRefusal
    {
        let found = refusal == .empty ? "nothing" : quoted(text)
        let detail = refusal == .empty ? "" : ": \(refusal.explanation)"
        return RowRefusal(
            code: .badNumber, field: field, reason: "expected a decimal number in \(name), found \(found)\(detail)")
    }

    static func time(_ refusal: TimestampRefusal, _ text: UnsafeRawBufferPointer, field: Int, name: String)
        -> RowRefusal
    {
        let found = text.isEmpty ? "nothing" : quoted(text)
        return RowRefusal(
            code: .badTime, field: field, reason: "expected a time in \(name), found \(found): \(refusal.explanation)")
    }

    static func currency(_ text: UnsafeRawBufferPointer, field: Int, name: String) -> RowRefusal {
        let found = text.isEmpty ? "nothing" : quoted(text)
        return RowRefusal(
            code: .badCurrency, field: field, reason: "expected a currency of ISO 4217 in \(name), found \(found)")
    }

    /// At most forty characters of a value, in quotes.
    static func quoted(_ text: UnsafeRawBufferPointer) -> String {
        let whole = String(decoding: text.prefix(256), as: UTF8.self)
        let shown = whole.unicodeScalars.prefix(40)
        return "\"\(String(String.UnicodeScalarView(shown)))\(shown.count < whole.unicodeScalars.count ? "…" : "")\""
    }
}

/// The ways in which exports write that there is no value: an empty field, `NULL`, `null`, `None`, `''`, `""`
/// (facts on provider formats, ugly case 6), and `\N`, with which warehouses unload tables.
func isNull(_ text: UnsafeRawBufferPointer) -> Bool {
    switch text.count {
    case 0: true
    case 2: text.elementsEqual("''".utf8) || text.elementsEqual("\"\"".utf8) || text.elementsEqual("\\N".utf8)
    case 4: text.elementsEqual("NULL".utf8) || text.elementsEqual("null".utf8) || text.elementsEqual("None".utf8)
    default: false
    }
}

/// A column of a bill, under the name by which findings call it.
struct BoundColumn {
    /// Nil when the file does not have it.
    let index: Int?
    let name: String

    /// The field's bytes; empty when the file has no such column.
    func bytes(_ row: some BillRows) -> UnsafeRawBufferPointer {
        guard let index else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return row.field(index)
    }

    func string(_ row: some BillRows) -> String { String(decoding: bytes(row), as: UTF8.self) }

    /// As `string`, with the empty text for the literals that mean null.
    func stringOrNull(_ row: some BillRows) -> String {
        let text = bytes(row)
        return isNull(text) ? "" : String(decoding: text, as: UTF8.self)
    }

    /// Nil for null; every digit is kept.
    func decimal(_ row: some BillRows) throws(RowRefusal) -> ExactDecimal? {
        guard let index else { return nil }
        let text = row.field(index)
        if let start = text.baseAddress,
            let quick = QuickDecimal.read(
                start.assumingMemoryBound(to: UInt8.self), text.count)
        {
            return ExactDecimal(coefficient: Int128(quick.mantissa), scale: quick.scale)
        }
        if isNull(text) { return nil }
        do throws(DecimalRefusal) {
            return try ExactDecimal(parsing: text)
        } catch {
            throw .number(error, text, field: index, name: name)
        }
    }

    /// An amount that must be there: a bill's row without a cost is not a row of zero.
    func requiredDecimal(_ row: some BillRows) throws(RowRefusal) -> ExactDecimal {
        if let value = try decimal(row) { return value }
        throw .number(.empty, bytes(row), field: index ?? 0, name: name)
    }

    /// Bills of all providers read so far write UTC; a time without a zone is taken as that.
    func time(_ text: UnsafeRawBufferPointer) throws(RowRefusal) -> Timestamp {
        do throws(TimestampRefusal) {
            return try Timestamp(parsing: text, zone: .utc)
        } catch {
            throw .time(error, text, field: index ?? 0, name: name)
        }
    }

    func currency(_ row: some BillRows) throws(RowRefusal) -> Currency {
        let text = bytes(row)
        guard let currency = Currency(code: String(decoding: text, as: UTF8.self)) else {
            throw .currency(text, field: index ?? 0, name: name)
        }
        return currency
    }
}
