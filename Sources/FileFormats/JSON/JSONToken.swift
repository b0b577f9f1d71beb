import CScan

/// A piece of JSON, as a range of the bytes it was found in.
package struct JSONToken: Sendable {
    package enum Kind: Hashable, Sendable {
        case beginObject
        case endObject
        case beginArray
        case endArray
        case key
        case string
        case number
        case `true`
        case `false`
        case null
    }

    // Read in the loops of other modules, one token after the other: hence inlinable.
    @usableFromInline
    let token: cscan_json_token

    init(_ token: cscan_json_token) {
        self.token = token
    }

    /// In loops over millions of tokens ask for it with `switch` or `if case`: `==` is a call.
    @inlinable package var kind: Kind {
        // Written out, since this is inlined and `init(rawValue:)` is not; it compiles to nothing.
        switch token.kind {
        case 0: .beginObject
        case 1: .endObject
        case 2: .beginArray
        case 3: .endArray
        case 4: .key
        case 5: .string
        case 6: .number
        case 7: .true
        case 8: .false
        default: .null
        }
    }

    /// Where the token's text begins and ends: of strings and keys, what is between the quotes.
    @inlinable package var start: Int { Int(token.start) }
    @inlinable package var end: Int { Int(token.end) }
    @inlinable package var range: Range<Int> { Int(token.start)..<Int(token.end) }

    /// Offset of the token's first byte: of strings and keys, the opening quote.
    @inlinable package var offset: Int {
        switch kind {
        case .string, .key: Int(token.start) - 1
        default: Int(token.start)
        }
    }

    /// Whether the text of a string or key holds escapes, so that its bytes are not yet its value.
    @inlinable package var needsUnescape: Bool { token.needs_unescape != 0 }
}

/// What JSON may look like, beyond RFC 8259.
package struct JSONLimits: Hashable, Sendable {
    /// Most objects and arrays within each other; at most 128.
    package var maximumDepth: Int

    /// Most bytes of one record.
    package var maximumRecordBytes: Int

    package init(maximumDepth: Int = 128, maximumRecordBytes: Int = 16 << 20) {
        self.maximumDepth = min(maximumDepth, Self.deepest)
        self.maximumRecordBytes = maximumRecordBytes
    }

    /// The cursor keeps one bit for each open container.
    static let deepest = 128
}
