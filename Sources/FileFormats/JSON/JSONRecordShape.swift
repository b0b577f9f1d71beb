import CScan

/// What JSON records of one text have in common: everything but the strings and numbers in them. Exporters write all
/// records alike, so that nearly every one is like one that has been parsed before with other values in it, and comparing
/// is several times faster than parsing.
///
/// A record matches when all bytes between the values are the same and the values are strings (without escapes, unless
/// nobody looks at them), numbers without exponents, `true` or `false`, where they were such before; then it is JSON by the
/// same grammar, with the same keys.
///
/// A shape lies in memory of its own until `deallocate`: looking at a record counts no references.
package struct JSONRecordShape {
    /// A value in a record.
    package typealias Span = cscan_json_span

    private let texts: UnsafeMutableBufferPointer<UInt8>
    private let slots: UnsafeMutableBufferPointer<cscan_json_slot>
    /// So many bytes behind the texts may be read.
    private static let padding = 16

    /// A token that may be another in the next record.
    package struct Value {
        package var token: JSONToken
        /// Whether anybody looks at it.
        package var isUsed: Bool

        package init(_ token: JSONToken, isUsed: Bool) { (self.token, self.isUsed) = (token, isUsed) }
    }

    /// The shape of a record that has been parsed. `values` are in their order, and strings, numbers, `true` or `false`.
    package init(_ record: UnsafeRawBufferPointer, values: [Value]) {
        var between: [UInt8] = []
        var found: [cscan_json_slot] = []
        var behind = 0
        func add(until end: Int, _ kind: UInt8) {
            let text = record[behind..<end]
            found.append(
                cscan_json_slot(text_start: UInt32(between.count), text_length: UInt32(text.count), kind: kind))
            between += text
        }
        for value in values {
            add(until: value.token.range.lowerBound, JSONRecordShape.kind(of: value))
            behind = value.token.range.upperBound
        }
        add(until: record.count, UInt8(CSCAN_JSON_SHAPE_END))
        between += repeatElement(0, count: JSONRecordShape.padding)
        texts = .allocate(capacity: between.count)
        _ = texts.initialize(from: between)
        slots = .allocate(capacity: found.count)
        _ = slots.initialize(from: found)
    }

    private static func kind(of value: Value) -> UInt8 {
        switch value.token.kind {
        case .number: UInt8(CSCAN_JSON_NUMBER)
        case .true, .false: UInt8(CSCAN_JSON_TRUE)
        default: UInt8(value.isUsed ? CSCAN_JSON_STRING : CSCAN_JSON_ANY_STRING)
        }
    }

    package func deallocate() {
        texts.deallocate()
        slots.deallocate()
    }

    package func isSame(as other: JSONRecordShape) -> Bool {
        texts.elementsEqual(other.texts)
            && slots.elementsEqual(other.slots) { $0.kind == $1.kind && $0.text_length == $1.text_length }
    }

    /// The length of a record of this shape that the bytes begin with, or 0. Then `spans`, which has room for one more than
    /// the shape has values, holds them.
    @inline(__always)
    package func matches(_ bytes: UnsafeRawBufferPointer, into spans: UnsafeMutablePointer<Span>) -> Int {
        guard let start = bytes.baseAddress, let texts = texts.baseAddress, let slots = slots.baseAddress else {
            return 0
        }
        let count = UInt32(clamping: bytes.count)
        return Int(cscan_json_match(start.assumingMemoryBound(to: UInt8.self), count, texts, slots, spans))
    }
}
