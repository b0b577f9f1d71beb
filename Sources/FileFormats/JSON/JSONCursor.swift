import CScan

/// Walks over one JSON value token by token, strictly by RFC 8259, without allocating and without recursion.
///
/// ```swift
/// var cursor = try JSONCursor(record)
/// while let token = try cursor.next() {
///     if token.kind == .number { total += try Decimal(cursor.bytes(of: token)) }
/// }
/// ```
///
/// `next()` returns `nil` only when the value is complete and nothing but white space is behind it; a caller that stops
/// earlier has not checked the rest. Numbers are text: what they are worth is the caller's to say. Keys that occur twice
/// in an object are all given out.
package struct JSONCursor {
    enum Expectation {
        case value
        case valueOrEnd
        case key
        case keyOrEnd
        case commaOrEnd
        case nothing
    }

    package let bytes: UnsafeRawBufferPointer
    private let start: UnsafePointer<UInt8>
    private let count: Int

    /// Offset of the next byte to look at; after the last token, the end of the value.
    package private(set) var position = 0

    /// How many objects and arrays are open.
    package private(set) var depth = 0

    private let maximumDepth: Int
    private let isPrefix: Bool

    /// One bit for each open container, the innermost lowest; 1 for objects.
    private var containers: UInt128 = 0
    private var expectation = Expectation.value

    /// Throws `.notUTF8`. The bytes must stay where they are while the cursor is in use; those beyond 4 GiB do not count.
    package init(_ bytes: UnsafeRawBufferPointer, limits: JSONLimits = JSONLimits()) throws(FileFormatError) {
        if let offset = UTF8Check.firstInvalidOffset(in: bytes) {
            throw Place(in: bytes, at: offset).error(.notUTF8, "expected UTF-8, found a byte that cannot stand here")
        }
        self.init(validUTF8: bytes, limits: limits)
    }

    /// For bytes that have been checked, as all that come from a `ByteSource` have been.
    package init(validUTF8 bytes: UnsafeRawBufferPointer, limits: JSONLimits = JSONLimits()) {
        self.init(bytes, from: 0, limits: limits, isPrefix: false)
    }

    /// `isPrefix`: the value begins at `position` and other things may follow it.
    init(_ bytes: UnsafeRawBufferPointer, from position: Int, limits: JSONLimits, isPrefix: Bool) {
        self.bytes = bytes
        // An empty region has no address; nothing is read through this one, since `count` is 0.
        start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? Self.nowhere
        count = min(bytes.count, Int(UInt32.max))
        self.position = position
        maximumDepth = limits.maximumDepth
        self.isPrefix = isPrefix
    }

    private static var nowhere: UnsafePointer<UInt8> { UnsafePointer(bitPattern: 1).unsafelyUnwrapped }

    /// The next token; `nil` at the end of the value.
    ///
    /// Throws `.malformedJSON`, `.nestingTooDeep`, and `.truncated` when the bytes end before the value does; with line,
    /// column and offset in the bytes. After an error the cursor must not be used on.
    package mutating func next() throws(FileFormatError) -> JSONToken? {
        skipWhiteSpace()
        switch expectation {
        case .value:
            return try value()
        case .valueOrEnd:
            return position < count && start[position] == UInt8(ascii: "]") ? close() : try value()
        case .key:
            return try key()
        case .keyOrEnd:
            return position < count && start[position] == UInt8(ascii: "}") ? close() : try key()
        case .commaOrEnd:
            return try afterValue()
        case .nothing:
            if position < count && !isPrefix { throw unexpected("the end of the value") }
            return nil
        }
    }

    /// Walks to the end of the value that comes next, or of the innermost open container when it ends next; for members
    /// that the caller does not know. To be called after a key, or before an element.
    package mutating func skipValue() throws(FileFormatError) {
        let outer = depth
        repeat {
            guard try next() != nil else { return }
        } while depth > outer
    }

    /// Walks to the end and so checks all that is left.
    package mutating func finish() throws(FileFormatError) {
        while try next() != nil {}
    }
}

extension JSONCursor {
    private mutating func skipWhiteSpace() {
        while position < count {
            switch start[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func afterValue() throws(FileFormatError) -> JSONToken {
        let isObject = containers & 1 == 1
        guard position < count else { throw unexpected("a comma or the end of the \(isObject ? "object" : "array")") }
        switch start[position] {
        case UInt8(ascii: ","):
            position += 1
            skipWhiteSpace()
            return isObject ? try key() : try value()
        case UInt8(ascii: "}") where isObject, UInt8(ascii: "]") where !isObject:
            return close()
        default:
            throw unexpected("a comma or the end of the \(isObject ? "object" : "array")")
        }
    }

    private mutating func value() throws(FileFormatError) -> JSONToken {
        guard position < count else { throw unexpected("a value") }
        let offset = position
        switch start[position] {
        case UInt8(ascii: "\""):
            let token = try text(.string)
            expectation = depth == 0 ? .nothing : .commaOrEnd
            return token
        case UInt8(ascii: "{"): return try open(.beginObject)
        case UInt8(ascii: "["): return try open(.beginArray)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            try skipNumber()
            expectation = depth == 0 ? .nothing : .commaOrEnd
            return JSONToken(.number, offset..<position)
        case UInt8(ascii: "t"): return try literal(.true, "true")
        case UInt8(ascii: "f"): return try literal(.false, "false")
        case UInt8(ascii: "n"): return try literal(.null, "null")
        default: throw unexpected("a value")
        }
    }

    private mutating func key() throws(FileFormatError) -> JSONToken {
        guard position < count, start[position] == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
        let token = try text(.key)
        skipWhiteSpace()
        guard position < count, start[position] == UInt8(ascii: ":") else { throw unexpected("a colon after the key") }
        position += 1
        expectation = .value
        return token
    }

    private mutating func open(_ kind: JSONToken.Kind) throws(FileFormatError) -> JSONToken {
        guard depth < maximumDepth else {
            throw error(.nestingTooDeep, "expected at most \(maximumDepth) objects and arrays within each other")
        }
        let isObject = kind == .beginObject
        containers = containers << 1 | (isObject ? 1 : 0)
        depth += 1
        expectation = isObject ? .keyOrEnd : .valueOrEnd
        position += 1
        return JSONToken(kind, position - 1..<position)
    }

    private mutating func close() -> JSONToken {
        let kind: JSONToken.Kind = containers & 1 == 1 ? .endObject : .endArray
        containers >>= 1
        depth -= 1
        expectation = depth == 0 ? .nothing : .commaOrEnd
        position += 1
        return JSONToken(kind, position - 1..<position)
    }

    private mutating func literal(_ kind: JSONToken.Kind, _ word: StaticString) throws(FileFormatError) -> JSONToken {
        let offset = position
        for index in 0..<word.utf8CodeUnitCount {
            guard position < count, start[position] == word.utf8Start[index] else { throw unexpected("\(word)") }
            position += 1
        }
        expectation = depth == 0 ? .nothing : .commaOrEnd
        return JSONToken(kind, offset..<position)
    }
}

extension JSONCursor {
    private mutating func skipNumber() throws(FileFormatError) {
        if start[position] == UInt8(ascii: "-") { position += 1 }
        if position < count, start[position] == UInt8(ascii: "0") {
            // Nothing but a point or an exponent may follow, and a further digit is refused by whoever comes next.
            position += 1
        } else {
            try skipDigits()
        }
        if position < count, start[position] == UInt8(ascii: ".") {
            position += 1
            try skipDigits()
        }
        if position < count, start[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < count, start[position] == UInt8(ascii: "+") || start[position] == UInt8(ascii: "-") {
                position += 1
            }
            try skipDigits()
        }
    }

    private mutating func skipDigits() throws(FileFormatError) {
        let first = position
        while position < count, start[position] &- UInt8(ascii: "0") < 10 { position += 1 }
        guard position > first else { throw unexpected("a digit") }
    }

    /// A string from its opening quote to its closing one.
    private mutating func text(_ kind: JSONToken.Kind) throws(FileFormatError) -> JSONToken {
        let offset = position
        position += 1
        var needsUnescape = false
        while true {
            position += cscan_json_plain_text(start + position, count - position)
            guard position < count else { throw unexpected("a closing quote") }
            switch start[position] {
            case UInt8(ascii: "\""):
                position += 1
                return JSONToken(kind, offset + 1..<position - 1, needsUnescape: needsUnescape)
            case UInt8(ascii: "\\"):
                needsUnescape = true
                try skipEscape()
            default:
                throw unexpected("a character that may stand in a string")
            }
        }
    }

    private mutating func skipEscape() throws(FileFormatError) {
        position += 1
        guard position < count else { throw unexpected("an escape") }
        switch start[position] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        case UInt8(ascii: "u"):
            position += 1
            let unit = try skipUnit()
            if unit & 0xFC00 == 0xDC00 {
                throw error(.malformedJSON, "found the second half of a surrogate pair alone")
            }
            if unit & 0xFC00 == 0xD800 { try skipSecondHalf() }
        default:
            throw unexpected("an escape")
        }
    }

    private mutating func skipSecondHalf() throws(FileFormatError) {
        for expected in [UInt8(ascii: "\\"), UInt8(ascii: "u")] {
            guard position < count, start[position] == expected else {
                throw unexpected("the second half of a surrogate pair")
            }
            position += 1
        }
        guard try skipUnit() & 0xFC00 == 0xDC00 else {
            throw error(.malformedJSON, "expected the second half of a surrogate pair, found another escape")
        }
    }

    private mutating func skipUnit() throws(FileFormatError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard position < count, let digit = HexadecimalDigit.value(start[position]) else {
                throw unexpected("four hexadecimal digits")
            }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }
}

extension JSONCursor {
    /// The error for the byte at `position`: at the end of the bytes a cut text, else a malformed one.
    private func unexpected(_ expectation: String) -> FileFormatError {
        guard position < count else {
            return error(.truncated, "expected \(expectation), found the end of the text")
        }
        let byte = start[position]
        let found: String
        switch byte {
        case 0x21...0x7E: found = "\"\(Character(Unicode.Scalar(byte)))\""
        case 0x0A, 0x0D: found = "the end of the line"
        case 0x00..<0x20: found = "the control character \(byte)"
        case 0x20: found = "a space"
        default: found = "another character"
        }
        return error(.malformedJSON, "expected \(expectation), found \(found)")
    }

    private func error(_ kind: FileFormatError.Kind, _ message: String) -> FileFormatError {
        Place(in: bytes, at: min(position, count)).error(kind, message)
    }
}
