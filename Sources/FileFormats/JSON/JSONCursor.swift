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
/// earlier has not checked the rest. Numbers are text: what they are worth is the caller's to say. Keys that occur
/// twice in an object are all given out.
package struct JSONCursor {
    package let bytes: UnsafeRawBufferPointer
    private let start: UnsafePointer<UInt8>
    private let count: UInt32
    private var walk: cscan_json

    /// Throws `.notUTF8`. The bytes must stay where they are while the cursor is in use; those beyond 4 GiB do not
    /// count.
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
    init(_ bytes: UnsafeRawBufferPointer, from position: Int, limits: JSONLimits, isPrefix: Bool = false) {
        self.bytes = bytes
        // An empty region has no address; nothing is read through this one, since `count` is 0.
        start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? Self.nowhere
        count = UInt32(clamping: bytes.count)
        walk = cscan_json()
        walk.position = UInt32(clamping: position)
        walk.maximum_depth = UInt8(clamping: limits.maximumDepth)
        walk.is_prefix = isPrefix ? 1 : 0
    }

    private static var nowhere: UnsafePointer<UInt8> { UnsafePointer(bitPattern: 1).unsafelyUnwrapped }

    /// Offset of the next byte to look at; after the last token, the end of the value.
    package var position: Int { Int(walk.position) }

    /// How many objects and arrays are open.
    package var depth: Int { Int(walk.depth) }

    /// The next token; `nil` at the end of the value.
    ///
    /// Throws `.malformedJSON`, `.nestingTooDeep`, and `.truncated` when the bytes end before the value does; with
    /// line, column and offset in the bytes. After an error the cursor must not be used on.
    package mutating func next() throws(FileFormatError) -> JSONToken? {
        var token = cscan_json_token()
        let status = cscan_json_next(start, count, &walk, &token)
        if status == CSCAN_JSON_FOUND { return JSONToken(token) }
        if status == CSCAN_JSON_END { return nil }
        throw JSONFault.error(Int(status), in: bytes, at: position)
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
