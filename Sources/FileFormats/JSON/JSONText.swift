// What a token says.
extension JSONCursor {
    /// The token's bytes as they stand in the text; of strings and keys, what is between the quotes.
    package func bytes(of token: JSONToken) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[token.range])
    }

    /// The token's text, with the escapes of strings and keys resolved.
    package func string(of token: JSONToken) -> String {
        guard token.needsUnescape else { return String(decoding: bytes(of: token), as: UTF8.self) }
        var resolved: [UInt8] = []
        appendUnescaped(token, to: &resolved)
        return String(decoding: resolved, as: UTF8.self)
    }

    /// Whether a key or string says exactly this, escapes resolved.
    package func says(_ text: StaticString, _ token: JSONToken) -> Bool {
        let expected = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard !token.needsUnescape else { return string(of: token).utf8.elementsEqual(expected) }
        return token.range.count == expected.count && bytes(of: token).elementsEqual(expected)
    }

    /// Appends the value of a string or key: for callers that reuse one array.
    package func appendUnescaped(_ token: JSONToken, to output: inout [UInt8]) {
        let text = bytes(of: token)
        guard token.needsUnescape else {
            output.append(contentsOf: text)
            return
        }
        output.reserveCapacity(output.count + text.count)
        var position = 0
        while position < text.count {
            guard text[position] == UInt8(ascii: "\\") else {
                output.append(text[position])
                position += 1
                continue
            }
            position += Self.appendEscape(in: text, at: position, to: &output)
        }
    }

    /// Resolves one escape, or two for a surrogate pair, and returns its length. The cursor has seen that it is
    /// complete.
    private static func appendEscape(in text: UnsafeRawBufferPointer, at position: Int, to output: inout [UInt8]) -> Int
    {
        switch text[position + 1] {
        case UInt8(ascii: "b"): output.append(0x08)
        case UInt8(ascii: "f"): output.append(0x0C)
        case UInt8(ascii: "n"): output.append(0x0A)
        case UInt8(ascii: "r"): output.append(0x0D)
        case UInt8(ascii: "t"): output.append(0x09)
        case UInt8(ascii: "u"):
            let unit = unit(in: text, at: position + 2)
            guard unit & 0xFC00 == 0xD800 else {
                append(unit, to: &output)
                return 6
            }
            append(0x10000 + (unit & 0x3FF) << 10 + self.unit(in: text, at: position + 8) & 0x3FF, to: &output)
            return 12
        case let other: output.append(other)
        }
        return 2
    }

    private static func unit(in text: UnsafeRawBufferPointer, at position: Int) -> UInt32 {
        text[position..<position + 4].reduce(0) { $0 << 4 | UInt32(HexadecimalDigit.value($1) ?? 0) }
    }

    private static func append(_ scalar: UInt32, to output: inout [UInt8]) {
        guard let scalar = Unicode.Scalar(scalar), let encoded = UTF8.encode(scalar) else { return }
        output.append(contentsOf: encoded)
    }
}
