import Foundation

extension Encodable {
    /// One line of JSON with sorted keys and snake-case names, the same for the same values.
    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.keyEncodingStrategy = .convertToSnakeCase
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}

/// A value's own keys and `format_version`, for values that carry none.
struct Versioned<Value: Encodable>: Encodable {
    private enum Key: String, CodingKey { case formatVersion }

    let value: Value
    init(_ value: Value) { self.value = value }

    func encode(to encoder: any Encoder) throws {
        try value.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(1, forKey: .formatVersion)
    }
}
