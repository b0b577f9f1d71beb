import Foundation

/// JSON of which equal values have equal bytes: keys in order, no white space, slashes as they are.
///
/// Foundation's encoder makes the same text from a tree of boxes, at a few ten megabytes a second; a run's drafts are a
/// hundred. This one writes bytes. What it does not know (floating point, dates, containers inside a container), it leaves
/// to Foundation.
enum CanonicalJSON {
    static func text(of value: some Encodable) throws -> String {
        let page = JSONPage()
        try page.write(value)
        if !page.isBeyond { return String(decoding: page.bytes, as: UTF8.self) }
        return try textByFoundation(of: value)
    }

    static func textByFoundation(of value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

/// The text as it grows. An object's members are written as they come and put in order when the object is complete.
private final class JSONPage {
    private enum Kind { case none, single, array, object }

    /// A value that is not complete yet.
    private struct Frame {
        var kind: Kind
        var start: Int
        var firstMember: Int
        var elementCount = 0
    }

    private struct Member {
        var key: String
        /// The key's first eight bytes, which decide nearly every comparison.
        var prefix: UInt64
        var start: Int
        var end: Int
    }

    private(set) var bytes: [UInt8] = []
    private var frames: [Frame] = []
    private var members: [Member] = []
    private var scratch: [UInt8] = []
    /// Something was asked for that only Foundation can write; the text is of no use then.
    private(set) var isBeyond = false

    var elementCount: Int { frames.last?.elementCount ?? 0 }

    func write<Value: Encodable>(_ value: Value) throws {
        if Value.self == Data.self || Value.self == URL.self || Value.self == Decimal.self { giveUp() }
        frames.append(Frame(kind: .none, start: bytes.count, firstMember: members.count))
        try value.encode(to: JSONWriter(page: self))
        guard let frame = frames.popLast() else { return }
        switch frame.kind {
        case .none: bytes += [UInt8(ascii: "{"), UInt8(ascii: "}")]
        case .single: break
        case .array: bytes.append(UInt8(ascii: "]"))
        case .object: complete(frame)
        }
    }

    func giveUp() { isBeyond = true }

    func becomeObject() { become(.object) }

    func becomeSingle() { become(.single) }

    func becomeArray() { if become(.array) { bytes.append(UInt8(ascii: "[")) } }

    /// A value becomes one kind of container, once, and while it is being written.
    @discardableResult private func become(_ kind: Kind) -> Bool {
        guard let place = frames.indices.last, frames[place].kind == .none else {
            giveUp()
            return false
        }
        frames[place].kind = kind
        return true
    }

    func element(_ write: () throws -> Void) rethrows {
        guard let place = frames.indices.last else { return giveUp() }
        if frames[place].elementCount > 0 { bytes.append(UInt8(ascii: ",")) }
        frames[place].elementCount += 1
        try write()
    }

    func member(_ key: String, _ write: () throws -> Void) rethrows {
        let start = bytes.count
        try write()
        guard let first = frames.last?.firstMember else { return giveUp() }
        let prefix = JSONPage.prefix(key)
        var place = members.count
        while place > first,
            members[place - 1].prefix > prefix
                || members[place - 1].prefix == prefix && members[place - 1].key > key
        {
            place -= 1
        }
        members.insert(Member(key: key, prefix: prefix, start: start, end: bytes.count), at: place)
    }

    private static func prefix(_ key: String) -> UInt64 {
        var (prefix, shift): (UInt64, UInt64) = (0, 64)
        for byte in key.utf8.prefix(8) {
            shift -= 8
            prefix |= UInt64(byte) << shift
        }
        return prefix
    }

    private func complete(_ frame: Frame) {
        scratch.removeAll(keepingCapacity: true)
        swap(&bytes, &scratch)
        bytes.append(UInt8(ascii: "{"))
        for place in frame.firstMember..<members.count {
            if place > frame.firstMember { bytes.append(UInt8(ascii: ",")) }
            write(text: members[place].key)
            bytes.append(UInt8(ascii: ":"))
            bytes += scratch[members[place].start..<members[place].end]
        }
        bytes.append(UInt8(ascii: "}"))
        members.removeSubrange(frame.firstMember...)
        swap(&bytes, &scratch)
        bytes.removeSubrange(frame.start...)
        bytes += scratch
    }
}

// MARK: - Plain values

extension JSONPage {
    func write(number: some BinaryInteger) { bytes += number.description.utf8 }

    func write(flag: Bool) { bytes += (flag ? "true" : "false").utf8 }

    func writeNull() { bytes += "null".utf8 }

    func write(text: String) {
        bytes.append(UInt8(ascii: "\""))
        let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        if isPlain { bytes += text.utf8 } else { for byte in text.utf8 { write(escaping: byte) } }
        bytes.append(UInt8(ascii: "\""))
    }

    private func write(escaping byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): bytes += "\\\"".utf8
        case UInt8(ascii: "\\"): bytes += "\\\\".utf8
        case 0x08: bytes += "\\b".utf8
        case 0x09: bytes += "\\t".utf8
        case 0x0A: bytes += "\\n".utf8
        case 0x0C: bytes += "\\f".utf8
        case 0x0D: bytes += "\\r".utf8
        case ..<0x20:
            let digits = String(byte, radix: 16)
            bytes += (digits.utf8.count == 1 ? "\\u000" : "\\u00").utf8
            bytes += digits.utf8
        default: bytes.append(byte)
        }
    }
}

// MARK: - Encoder

private struct JSONWriter: Encoder {
    let page: JSONPage
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        page.becomeObject()
        return KeyedEncodingContainer(JSONObjectWriter(page: page))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        page.becomeArray()
        return JSONArrayWriter(page: page)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        page.becomeSingle()
        return JSONValueWriter(page: page)
    }

    /// Where the rest of what Foundation must write goes.
    static func beyond(_ page: JSONPage) -> JSONWriter {
        page.giveUp()
        return JSONWriter(page: page)
    }
}

private struct JSONObjectWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let page: JSONPage
    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) { page.member(key.stringValue) { page.writeNull() } }
    func encode(_ value: Bool, forKey key: Key) { page.member(key.stringValue) { page.write(flag: value) } }
    func encode(_ value: String, forKey key: Key) { page.member(key.stringValue) { page.write(text: value) } }
    func encode(_ value: Int, forKey key: Key) { page.member(key.stringValue) { page.write(number: value) } }
    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        try page.member(key.stringValue) { try page.write(value) }
    }

    func encode(_ value: Double, forKey key: Key) { page.giveUp() }
    func encode(_ value: Float, forKey key: Key) { page.giveUp() }
    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> { JSONWriter.beyond(page).container(keyedBy: type) }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        JSONWriter.beyond(page).unkeyedContainer()
    }
    func superEncoder() -> any Encoder { JSONWriter.beyond(page) }
    func superEncoder(forKey key: Key) -> any Encoder { JSONWriter.beyond(page) }
}

private struct JSONArrayWriter: UnkeyedEncodingContainer {
    let page: JSONPage
    var codingPath: [any CodingKey] { [] }
    var count: Int { page.elementCount }

    func encodeNil() { page.element { page.writeNull() } }
    func encode(_ value: Bool) { page.element { page.write(flag: value) } }
    func encode(_ value: String) { page.element { page.write(text: value) } }
    func encode(_ value: Int) { page.element { page.write(number: value) } }
    func encode<Value: Encodable>(_ value: Value) throws { try page.element { try page.write(value) } }

    func encode(_ value: Double) { page.giveUp() }
    func encode(_ value: Float) { page.giveUp() }
    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        JSONWriter.beyond(page).container(keyedBy: type)
    }
    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { JSONWriter.beyond(page).unkeyedContainer() }
    func superEncoder() -> any Encoder { JSONWriter.beyond(page) }
}

/// Whole numbers of every width end here.
private struct JSONValueWriter: SingleValueEncodingContainer {
    let page: JSONPage
    var codingPath: [any CodingKey] { [] }

    func encodeNil() { page.writeNull() }
    func encode(_ value: Bool) { page.write(flag: value) }
    func encode(_ value: String) { page.write(text: value) }
    func encode(_ value: Int) { page.write(number: value) }
    func encode(_ value: Int8) { page.write(number: value) }
    func encode(_ value: Int16) { page.write(number: value) }
    func encode(_ value: Int32) { page.write(number: value) }
    func encode(_ value: Int64) { page.write(number: value) }
    func encode(_ value: UInt) { page.write(number: value) }
    func encode(_ value: UInt8) { page.write(number: value) }
    func encode(_ value: UInt16) { page.write(number: value) }
    func encode(_ value: UInt32) { page.write(number: value) }
    func encode(_ value: UInt64) { page.write(number: value) }
    func encode(_ value: Double) { page.giveUp() }
    func encode(_ value: Float) { page.giveUp() }
    func encode<Value: Encodable>(_ value: Value) throws { try page.write(value) }
}
