/// The grammar of CSV written a second time, as plainly as possible: what the reader is compared with.
struct ReferenceCSV {
    struct Record: Equatable {
        var fields: [[UInt8]] = []
        var line: Int
        var offset: Int
    }

    private(set) var records: [Record] = []

    /// What ends the reading, and at which offset.
    private(set) var fault: (kind: String, offset: Int)?

    private let bytes: [UInt8]
    private let delimiter: UInt8
    private var position = 0
    private var line = 1

    init(_ bytes: [UInt8], delimiter: UInt8 = UInt8(ascii: ",")) {
        self.bytes = bytes
        self.delimiter = delimiter
        while position < bytes.count, fault == nil { readRecord() }
    }

    private mutating func readRecord() {
        var record = Record(line: line, offset: position)
        let wasQuoted = position < bytes.count && bytes[position] == UInt8(ascii: "\"")
        while true {
            guard let field = readField() else { return }
            record.fields.append(field)
            if position < bytes.count, bytes[position] == delimiter {
                position += 1
                continue
            }
            if position < bytes.count, bytes[position] == UInt8(ascii: "\r") {
                guard position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "\n") else {
                    fault = ("bareCarriageReturn", position + 1)
                    return
                }
                position += 1
            }
            position += 1
            line += 1
            break
        }
        if record.fields != [[]] || wasQuoted { records.append(record) }
    }

    /// Reads up to the byte that ends the field.
    private mutating func readField() -> [UInt8]? {
        var field: [UInt8] = []
        let start = position
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
            while position < bytes.count, bytes[position] != delimiter, !isLineEnd(bytes[position]) {
                field.append(bytes[position])
                position += 1
            }
            return field
        }
        position += 1
        while true {
            guard position < bytes.count else {
                fault = ("unclosedQuote", start)
                return nil
            }
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "\"") {
                guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { break }
                position += 1
            }
            if byte == UInt8(ascii: "\n") { line += 1 }
            field.append(byte)
        }
        if position < bytes.count, bytes[position] != delimiter, !isLineEnd(bytes[position]) {
            fault = ("unexpectedCharacterAfterQuote", position)
            return nil
        }
        return field
    }

    private func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
}
