/// Numbers for the texts of one column that come again from row to row (accounts, services, regions, currencies), counted
/// from 0. No `String` is made to find one.
struct ColumnTexts {
    private let table = TextTable()

    var count: Int { table.count }

    /// The number of a text, a new one at its first sight.
    func number(of text: UnsafeRawBufferPointer) -> Int { Int(table.number(for: TextCell(text))) }

    /// Nil when the text was not met before.
    func knownNumber(of text: UnsafeRawBufferPointer) -> Int? { table.find(TextCell(text)).map { Int($0) } }
}

/// What texts of a column mean, worked out once for each distinct text: days, line types, tags.
struct ColumnMemo<Value> {
    private let texts = ColumnTexts()
    private var values: [Value] = []
    /// Beyond so many distinct texts nothing more is kept, so that a column of random texts costs time and no memory.
    private let limit: Int

    init(limit: Int = 65_536) { self.limit = limit }

    mutating func value(
        of text: UnsafeRawBufferPointer, _ meaning: (UnsafeRawBufferPointer) throws(RowRefusal) -> Value
    ) throws(RowRefusal) -> Value {
        if let known = texts.knownNumber(of: text) { return values[known] }
        let value = try meaning(text)
        if texts.count < limit {
            _ = texts.number(of: text)
            values.append(value)
        }
        return value
    }
}
