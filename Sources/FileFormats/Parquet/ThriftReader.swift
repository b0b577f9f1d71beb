/// The compact protocol of Apache Thrift (thrift-compact-protocol.md), in which Parquet writes its metadata.
///
/// ```swift
/// var last = 0
/// while let field = try reader.field(after: &last) {
///     switch field.id {
///     case 1: size = try reader.integer(field)
///     default: try reader.skip(field)
///     }
/// }
/// ```
struct ThriftReader {
    struct Field {
        let id: Int
        let type: UInt8
    }

    private(set) var bytes: ParquetBytes

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = ParquetBytes(bytes) }

    /// The next field of a structure; nil at its end. `last` is the number of the field before, at first 0.
    mutating func field(after last: inout Int) throws(FileFormatError) -> Field? {
        let head = try bytes.byte()
        let type = head & 0x0F
        if type == 0 {
            guard head == 0 else { throw .corruptParquet("expected the end of a structure") }
            return nil
        }
        let step = Int(head >> 4)
        if step > 0 {
            last += step
        } else {
            guard let id = Int16(exactly: try bytes.zigzag()) else {
                throw .corruptParquet("expected the number of a field")
            }
            last = Int(id)
        }
        return Field(id: last, type: type)
    }

    mutating func integer(_ field: Field) throws(FileFormatError) -> Int {
        switch field.type {
        case Self.byteType: return Int(Int8(bitPattern: try bytes.byte()))
        case Self.shortType, Self.intType, Self.longType: return Int(try bytes.zigzag())
        default: throw unexpected(field)
        }
    }

    mutating func flag(_ field: Field) throws(FileFormatError) -> Bool {
        guard field.type == Self.trueType || field.type == Self.falseType else { throw unexpected(field) }
        return field.type == Self.trueType
    }

    mutating func text(_ field: Field) throws(FileFormatError) -> String {
        guard field.type == Self.binaryType else { throw unexpected(field) }
        return try text()
    }

    /// A text that is an element of a list.
    mutating func text() throws(FileFormatError) -> String {
        String(decoding: try bytes.take(bytes.count()), as: UTF8.self)
    }

    /// To be called before the fields of a structure are read.
    func requireStructure(_ field: Field) throws(FileFormatError) {
        guard field.type == Self.structureType else { throw unexpected(field) }
    }

    /// How many elements a list of structures has.
    mutating func structures(_ field: Field) throws(FileFormatError) -> Int {
        try elements(field, of: Self.structureType)
    }

    mutating func texts(_ field: Field) throws(FileFormatError) -> Int {
        try elements(field, of: Self.binaryType)
    }

    private mutating func elements(_ field: Field, of type: UInt8) throws(FileFormatError) -> Int {
        guard field.type == Self.listType else { throw unexpected(field) }
        let list = try listHead()
        guard list.type == type || list.count == 0 else { throw unexpected(field) }
        return list.count
    }

    /// Every element has at least one byte, so that a count beyond the bytes cannot be true.
    private mutating func listHead() throws(FileFormatError) -> (count: Int, type: UInt8) {
        let head = try bytes.byte()
        let count = head >> 4 == 15 ? try bytes.count() : Int(head >> 4)
        guard count <= bytes.left else { throw .cutParquet }
        return (count, head & 0x0F)
    }

    /// Passes over a value of any type.
    mutating func skip(_ field: Field) throws(FileFormatError) { try skip(field.type, inList: false, depth: 0) }

    private mutating func skip(_ type: UInt8, inList: Bool, depth: Int) throws(FileFormatError) {
        guard depth < Self.mostDepth else { throw .corruptParquet("the metadata is nested too deeply") }
        switch type {
        case Self.trueType, Self.falseType: if inList { _ = try bytes.byte() }
        case Self.byteType: _ = try bytes.byte()
        case Self.shortType, Self.intType, Self.longType: _ = try bytes.varint()
        case Self.doubleType: _ = try bytes.take(8)
        case Self.binaryType: _ = try bytes.take(bytes.count())
        case Self.listType, Self.setType:
            let list = try listHead()
            for _ in 0..<list.count { try skip(list.type, inList: true, depth: depth + 1) }
        case Self.mapType:
            let count = try bytes.count()
            guard count > 0 else { return }
            guard count <= bytes.left else { throw .cutParquet }
            let types = try bytes.byte()
            for _ in 0..<count {
                try skip(types >> 4, inList: true, depth: depth + 1)
                try skip(types & 0x0F, inList: true, depth: depth + 1)
            }
        case Self.structureType:
            var last = 0
            while let field = try field(after: &last) { try skip(field.type, inList: false, depth: depth + 1) }
        case Self.uuidType: _ = try bytes.take(16)
        default: throw .corruptParquet("expected a type of Thrift, found \(type)")
        }
    }

    private func unexpected(_ field: Field) -> FileFormatError {
        .corruptParquet("the metadata has another type than expected in field \(field.id)")
    }

    private static let mostDepth = 64
    private static let trueType: UInt8 = 1
    private static let falseType: UInt8 = 2
    private static let byteType: UInt8 = 3
    private static let shortType: UInt8 = 4
    private static let intType: UInt8 = 5
    private static let longType: UInt8 = 6
    private static let doubleType: UInt8 = 7
    private static let binaryType: UInt8 = 8
    private static let listType: UInt8 = 9
    private static let setType: UInt8 = 10
    private static let mapType: UInt8 = 11
    private static let structureType: UInt8 = 12
    private static let uuidType: UInt8 = 13
}
