import FileFormats

/// A value with a structure of its own inside a field: JSON, or what Python prints for the same (facts on provider formats,
/// section 2: credits as `[{'name': 'x', 'amount': -5e-06, 'full_name': None}]`).
enum NestedText {
    /// Nil when the text is neither.
    static func value(_ text: UnsafeRawBufferPointer) -> JSONValue? {
        if let value = try? JSONValue(parsing: text, duplicateKeys: .kept) { return value }
        return PythonText.json(text).flatMap { try? JSONValue(parsing: $0, duplicateKeys: .kept) }
    }

    /// `{"key": …, "value": …}` entries, as Google writes labels; a value that is null is empty. Nil when the value is
    /// not a list of such objects.
    static func pairs(_ value: JSONValue) -> [(key: String, value: String)]? {
        guard let elements = value.elements else { return nil }
        var pairs: [(key: String, value: String)] = []
        for element in elements {
            guard let key = element["key"]?.string else { return nil }
            pairs.append((key, element["value"].map(scalar) ?? ""))
        }
        return pairs
    }

    /// The members of an object; those that are objects or arrays themselves are left out.
    static func members(_ value: JSONValue) -> [(key: String, value: String)]? {
        value.members?.compactMap { member in
            switch member.value.content {
            case .array, .object, .null: nil
            default: (member.key, scalar(member.value))
            }
        }
    }

    /// A text, a number as it is written, `true`, `false`; empty for null and for what has a structure.
    static func scalar(_ value: JSONValue) -> String {
        switch value.content {
        case .string(let text), .number(let text): text
        case .bool(let flag): flag ? "true" : "false"
        case .null, .array, .object: ""
        }
    }
}

/// What Python's `repr` prints for lists and dictionaries of texts, numbers, `None`, `True` and `False`.
enum PythonText {
    /// The same as JSON; nil when it holds anything else. What comes back may still be no JSON.
    static func json(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        var rest = text[...]
        while let byte = rest.first {
            if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                guard let end = appendText(rest, to: &output) else { return nil }
                rest = rest[end...]
            } else if let word = words.first(where: { rest.starts(with: $0.python.utf8) }) {
                output += Array(word.json.utf8)
                rest = rest.dropFirst(word.python.utf8.count)
            } else {
                output.append(byte)
                rest = rest.dropFirst()
            }
        }
        return output
    }

    private static let words: [(python: String, json: String)] = [
        ("None", "null"), ("True", "true"), ("False", "false"),
    ]

    /// Appends the text that begins with a quote; where it ends. Nil when it does not end or has an escape that `repr`
    /// does not write.
    private static func appendText(_ text: UnsafeRawBufferPointer.SubSequence, to output: inout [UInt8]) -> Int? {
        guard let quote = text.first else { return nil }
        output.append(UInt8(ascii: "\""))
        var index = text.startIndex + 1
        while index < text.endIndex {
            let byte = text[index]
            if byte == quote {
                output.append(UInt8(ascii: "\""))
                return index + 1
            }
            if byte == UInt8(ascii: "\\") {
                guard let next = appendEscape(text, at: index, to: &output) else { return nil }
                index = next
            } else {
                if byte == UInt8(ascii: "\"") { output.append(UInt8(ascii: "\\")) }
                output.append(byte)
                index += 1
            }
        }
        return nil
    }

    private static func appendEscape(
        _ text: UnsafeRawBufferPointer.SubSequence, at index: Int, to output: inout [UInt8]
    ) -> Int? {
        guard index + 1 < text.endIndex else { return nil }
        switch text[index + 1] {
        case UInt8(ascii: "'"):
            output.append(UInt8(ascii: "'"))
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            output += [UInt8(ascii: "\\"), text[index + 1]]
        case UInt8(ascii: "u"):
            output += Array("\\u".utf8)
        case UInt8(ascii: "x"):
            // Two hexadecimal digits, where JSON has four.
            output += Array("\\u00".utf8)
        default:
            return nil
        }
        return index + 2
    }
}
