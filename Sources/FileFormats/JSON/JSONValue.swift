/// A JSON value in memory, for manifests and records with a structure of their own. Nothing is interpreted: numbers are
/// their text, members stand in the order of the text, and every node knows its place.
///
/// ```swift
/// let manifest = try JSONValue(parsing: source.readAll())
/// let parts = manifest["reportKeys"]?.elements?.compactMap(\.string)
/// ```
package struct JSONValue: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        case null
        case bool(Bool)
        case number(String)
        case string(String)
        case array([JSONValue])
        case object([Member])
    }

    package struct Member: Hashable, Sendable {
        package let key: String

        /// Offset of the key's opening quote in the text.
        package let keyOffset: Int
        package let value: JSONValue
    }

    /// What to do about a key that occurs twice in an object.
    package enum DuplicateKeys: Hashable, Sendable {
        /// The text is refused with `.duplicateKey`.
        case refused
        /// All members are kept; `duplicateMembers` says which they are.
        case kept
    }

    package let content: Content

    /// Offset of the value's first byte in the text.
    package let byteOffset: Int

    /// Parses a text that is one value.
    ///
    /// Throws what `JSONCursor` throws, and `.duplicateKey`; with line, column and offset in the text.
    package init(
        parsing bytes: UnsafeRawBufferPointer, duplicateKeys: DuplicateKeys = .refused,
        limits: JSONLimits = JSONLimits()
    ) throws(FileFormatError) {
        var cursor = try JSONCursor(bytes, limits: limits)
        guard let first = try cursor.next() else { throw Self.ended }
        self = try Self.value(first, &cursor, duplicateKeys)
        try cursor.finish()
    }

    package init(
        parsing bytes: [UInt8], duplicateKeys: DuplicateKeys = .refused, limits: JSONLimits = JSONLimits()
    ) throws(FileFormatError) {
        let result = bytes.withUnsafeBytes { bytes -> Result<JSONValue, FileFormatError> in
            do throws(FileFormatError) {
                return .success(try JSONValue(parsing: bytes, duplicateKeys: duplicateKeys, limits: limits))
            } catch {
                return .failure(error)
            }
        }
        self = try result.get()
    }

    private init(_ content: Content, at byteOffset: Int) {
        self.content = content
        self.byteOffset = byteOffset
    }
}

// Building. The recursion is as deep as the text's nesting, which the cursor bounds.
extension JSONValue {
    private static func value(
        _ token: JSONToken, _ cursor: inout JSONCursor, _ duplicateKeys: DuplicateKeys
    ) throws(FileFormatError) -> JSONValue {
        let content: Content
        switch token.kind {
        case .beginObject: content = .object(try members(&cursor, duplicateKeys))
        case .beginArray: content = .array(try elements(&cursor, duplicateKeys))
        case .string, .key: content = .string(cursor.string(of: token))
        case .number: content = .number(cursor.string(of: token))
        case .true: content = .bool(true)
        case .false: content = .bool(false)
        case .null, .endObject, .endArray: content = .null
        }
        return JSONValue(content, at: token.offset)
    }

    private static func elements(
        _ cursor: inout JSONCursor, _ duplicateKeys: DuplicateKeys
    ) throws(FileFormatError) -> [JSONValue] {
        var elements: [JSONValue] = []
        while let token = try cursor.next(), token.kind != .endArray {
            elements.append(try value(token, &cursor, duplicateKeys))
        }
        return elements
    }

    private static func members(
        _ cursor: inout JSONCursor, _ duplicateKeys: DuplicateKeys
    ) throws(FileFormatError) -> [Member] {
        var members: [Member] = []
        while let key = try cursor.next(), key.kind != .endObject {
            guard let first = try cursor.next() else { throw ended }
            members.append(
                Member(
                    key: cursor.string(of: key), keyOffset: key.offset,
                    value: try value(first, &cursor, duplicateKeys)))
        }
        if duplicateKeys == .refused, let duplicate = Self.duplicates(in: members).first {
            throw Place(in: cursor.bytes, at: duplicate.keyOffset).error(
                .duplicateKey, "expected every key once in an object, found \"\(duplicate.key)\" again")
        }
        return members
    }

    /// The cursor says `nil` only when a value is complete, and no value is complete before its first token.
    private static var ended: FileFormatError {
        FileFormatError(.truncated, "expected a value, found the end of the text")
    }

    /// The members whose key has occurred before, compared byte by byte as files do and not by Unicode equivalence.
    private static func duplicates(in members: [Member]) -> [Member] {
        guard members.count > 1 else { return [] }
        var seen: Set<[UInt8]> = []
        return members.filter { !seen.insert(Array($0.key.utf8)).inserted }
    }
}

// Reading.
extension JSONValue {
    package var isNull: Bool { content == .null }

    package var bool: Bool? {
        if case .bool(let value) = content { value } else { nil }
    }

    /// The number as it stands in the text.
    package var number: String? {
        if case .number(let text) = content { text } else { nil }
    }

    package var string: String? {
        if case .string(let text) = content { text } else { nil }
    }

    package var elements: [JSONValue]? {
        if case .array(let elements) = content { elements } else { nil }
    }

    package var members: [Member]? {
        if case .object(let members) = content { members } else { nil }
    }

    /// The members of an object whose key has occurred before.
    package var duplicateMembers: [Member] { Self.duplicates(in: members ?? []) }

    /// The first member of that name; `nil` when there is none, and for everything but objects.
    package subscript(key: String) -> JSONValue? {
        members?.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
    }
}
