/// A piece of JSON, as a range of the bytes it was found in.
package struct JSONToken: Hashable, Sendable {
    package enum Kind: UInt8, Hashable, Sendable {
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

    package let kind: Kind

    /// Whether the text of a string or key holds escapes, so that its bytes are not yet its value.
    package let needsUnescape: Bool

    // 32 bits each, so that a token comes back in two registers.
    private let start: UInt32
    private let end: UInt32

    /// The token's text: of strings and keys, what is between the quotes.
    package var range: Range<Int> { Int(start)..<Int(end) }

    /// Offset of the token's first byte: of strings and keys, the opening quote.
    package var offset: Int { kind == .string || kind == .key ? Int(start) - 1 : Int(start) }

    /// The cursor reads no more than 4 GiB, and its positions only grow.
    init(_ kind: Kind, _ range: Range<Int>, needsUnescape: Bool = false) {
        self.kind = kind
        self.needsUnescape = needsUnescape
        start = UInt32(truncatingIfNeeded: range.lowerBound)
        end = UInt32(truncatingIfNeeded: range.upperBound)
    }
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
