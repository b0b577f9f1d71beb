/// What stands at the end of a Parquet file (apache/parquet-format, `parquet.thrift`, `FileMetaData`), as far as rows are
/// read by it.
struct ParquetMetadata: Sendable {
    /// One line of the schema, which is a tree written depth first.
    struct SchemaElement: Sendable {
        var name = ""
        /// Nil for groups.
        var type: Int?
        var typeLength = 0
        /// 0 required, 1 optional, 2 repeated.
        var repetition = 0
        var childCount = 0
        var convertedType: Int?
        var scale = 0
        var logicalType: LogicalType?
    }

    /// `LogicalType`, a union: which of its members, and what that says.
    struct LogicalType: Sendable {
        var member = 0
        var scale = 0
        var isUTC = false
        /// 1 milliseconds, 2 microseconds, 3 nanoseconds.
        var unit = 0
        var bitWidth = 0
        var isSigned = true
    }

    struct RowGroup: Sendable {
        var chunks: [Chunk] = []
        var rowCount = 0
    }

    /// Where the values of one column are, of one row group.
    struct Chunk: Sendable {
        var isElsewhere = false
        var isEncrypted = false
        var hasMetadata = false
        var type = -1
        var path: [String] = []
        var codec = 0
        var valueCount = 0
        var byteCount = 0
        var dataOffset = 0
        var dictionaryOffset: Int?

        /// Dictionary first. Some writers put 0 where there is none.
        var start: Int {
            guard let dictionaryOffset, dictionaryOffset > 0 else { return dataOffset }
            return min(dictionaryOffset, dataOffset)
        }
    }

    private(set) var schema: [SchemaElement] = []
    private(set) var rowCount = 0
    private(set) var rowGroups: [RowGroup] = []

    init(_ bytes: UnsafeRawBufferPointer) throws(FileFormatError) {
        var reader = ThriftReader(bytes)
        var last = 0
        while let field = try reader.field(after: &last) {
            switch field.id {
            case 2:
                for _ in 0..<(try reader.structures(field)) { schema.append(try SchemaElement(&reader)) }
            case 3: rowCount = try reader.integer(field)
            case 4:
                for _ in 0..<(try reader.structures(field)) { rowGroups.append(try RowGroup(&reader)) }
            default: try reader.skip(field)
            }
        }
    }
}

extension ParquetMetadata.SchemaElement {
    init(_ reader: inout ThriftReader) throws(FileFormatError) {
        var last = 0
        while let field = try reader.field(after: &last) {
            switch field.id {
            case 1: type = try reader.integer(field)
            case 2: typeLength = try reader.integer(field)
            case 3: repetition = try reader.integer(field)
            case 4: name = try reader.text(field)
            case 5: childCount = try reader.integer(field)
            case 6: convertedType = try reader.integer(field)
            case 7: scale = try reader.integer(field)
            case 10:
                try reader.requireStructure(field)
                logicalType = try ParquetMetadata.LogicalType(&reader)
            default: try reader.skip(field)
            }
        }
    }
}

extension ParquetMetadata.LogicalType {
    init(_ reader: inout ThriftReader) throws(FileFormatError) {
        var last = 0
        while let field = try reader.field(after: &last) {
            member = field.id
            try reader.requireStructure(field)
            try readMember(&reader)
        }
    }

    /// Decimal has numbers, times and timestamps a flag and a unit, integers a width and a flag; the others have nothing.
    private mutating func readMember(_ reader: inout ThriftReader) throws(FileFormatError) {
        var last = 0
        while let field = try reader.field(after: &last) {
            switch (member, field.id) {
            case (5, 1): scale = try reader.integer(field)
            case (7, 1), (8, 1): isUTC = try reader.flag(field)
            case (7, 2), (8, 2):
                try reader.requireStructure(field)
                var inner = 0
                while let choice = try reader.field(after: &inner) {
                    unit = choice.id
                    try reader.skip(choice)
                }
            case (10, 1): bitWidth = try reader.integer(field)
            case (10, 2): isSigned = try reader.flag(field)
            default: try reader.skip(field)
            }
        }
    }
}

extension ParquetMetadata.RowGroup {
    init(_ reader: inout ThriftReader) throws(FileFormatError) {
        var last = 0
        while let field = try reader.field(after: &last) {
            switch field.id {
            case 1:
                for _ in 0..<(try reader.structures(field)) { chunks.append(try ParquetMetadata.Chunk(&reader)) }
            case 3: rowCount = try reader.integer(field)
            default: try reader.skip(field)
            }
        }
    }
}

extension ParquetMetadata.Chunk {
    init(_ reader: inout ThriftReader) throws(FileFormatError) {
        var last = 0
        while let field = try reader.field(after: &last) {
            switch field.id {
            case 1: isElsewhere = !(try reader.text(field)).isEmpty
            case 3:
                try reader.requireStructure(field)
                hasMetadata = true
                try readColumn(&reader)
            case 8, 9:
                isEncrypted = true
                try reader.skip(field)
            default: try reader.skip(field)
            }
        }
    }

    private mutating func readColumn(_ reader: inout ThriftReader) throws(FileFormatError) {
        var last = 0
        while let field = try reader.field(after: &last) {
            switch field.id {
            case 1: type = try reader.integer(field)
            case 3:
                for _ in 0..<(try reader.texts(field)) { path.append(try reader.text()) }
            case 4: codec = try reader.integer(field)
            case 5: valueCount = try reader.integer(field)
            case 7: byteCount = try reader.integer(field)
            case 9: dataOffset = try reader.integer(field)
            case 11: dictionaryOffset = try reader.integer(field)
            default: try reader.skip(field)
            }
        }
    }
}

/// What stands before every page of values.
struct ParquetPageHeader {
    enum Kind {
        case data, dataV2, dictionary, other
    }

    private(set) var kind = Kind.other
    private(set) var byteCount = 0
    private(set) var storedByteCount = 0
    private(set) var checksum: UInt32?
    /// Values with the nulls among them.
    private(set) var valueCount = 0
    private(set) var encoding = 0
    private(set) var definitionEncoding = 3
    private(set) var repetitionEncoding = 3
    /// Of data pages of the second version, whose levels stand before the compressed values.
    private(set) var definitionByteCount = 0
    private(set) var repetitionByteCount = 0
    private(set) var isCompressed = true
    /// Its own length.
    private(set) var size = 0

    init(_ bytes: UnsafeRawBufferPointer) throws(FileFormatError) {
        var reader = ThriftReader(bytes)
        var last = 0
        var type = -1
        var hasDetails = false
        while let field = try reader.field(after: &last) {
            switch field.id {
            case 1: type = try reader.integer(field)
            case 2: byteCount = try reader.integer(field)
            case 3: storedByteCount = try reader.integer(field)
            case 4: checksum = UInt32(truncatingIfNeeded: try reader.integer(field))
            case 5, 7, 8:
                try reader.requireStructure(field)
                hasDetails = field.id == [0: 5, 2: 7, 3: 8][type]
                try readDetails(&reader, of: field.id)
            default: try reader.skip(field)
            }
        }
        kind = type == 0 ? .data : type == 2 ? .dictionary : type == 3 ? .dataV2 : .other
        size = reader.bytes.position
        guard type == 1 || hasDetails, byteCount >= 0, storedByteCount >= 0, valueCount >= 0 else {
            throw .corruptParquet("the header of a page contradicts itself")
        }
    }

    private mutating func readDetails(_ reader: inout ThriftReader, of kind: Int) throws(FileFormatError) {
        var last = 0
        while let field = try reader.field(after: &last) {
            switch (kind, field.id) {
            case (_, 1): valueCount = try reader.integer(field)
            case (5, 2), (7, 2), (8, 4): encoding = try reader.integer(field)
            case (5, 3): definitionEncoding = try reader.integer(field)
            case (5, 4): repetitionEncoding = try reader.integer(field)
            case (8, 5): definitionByteCount = try reader.integer(field)
            case (8, 6): repetitionByteCount = try reader.integer(field)
            case (8, 7): isCompressed = try reader.flag(field)
            default: try reader.skip(field)
            }
        }
    }
}
