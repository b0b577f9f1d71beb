/// What a column's values mean: by its logical type, else by the older converted type, else by its physical type
/// (apache/parquet-format, `LogicalTypes.md`).
enum ParquetMeaning: Hashable, Sendable {
    case text
    case boolean
    case integer
    case unsigned
    /// An integer, or bytes with the highest first, over a power of ten.
    case decimal(scale: Int)
    case date
    case time(Unit)
    case timestamp(Unit, isUTC: Bool)
    /// Nanoseconds of the day and a Julian day, as older writers have timestamps.
    case julianTimestamp
    case float
    case double
    case uuid
    /// By what it is called.
    case unknown(String)

    enum Unit: Int, Sendable {
        case milliseconds = 1
        case microseconds, nanoseconds

        var perSecond: Int64 {
            switch self {
            case .milliseconds: 1000
            case .microseconds: 1_000_000
            case .nanoseconds: 1_000_000_000
            }
        }

        var digits: Int { rawValue * 3 }
    }

    /// The most digits behind the point that a decimal of Parquet's writers has is 76.
    static let mostScale = 76

    init(_ element: ParquetMetadata.SchemaElement, _ type: ParquetSchema.PhysicalType) {
        let meaning =
            element.logicalType.flatMap { Self.logical($0) }
            ?? element.convertedType.flatMap { Self.converted($0, scale: element.scale) }
        self = Self.checked(meaning ?? Self.plain(type), type, element.typeLength)
    }

    private static func plain(_ type: ParquetSchema.PhysicalType) -> ParquetMeaning {
        switch type {
        case .boolean: .boolean
        case .int32, .int64: .integer
        case .int96: .julianTimestamp
        case .float: .float
        case .double: .double
        case .byteArray, .fixedByteArray: .text
        }
    }

    /// Nil for a logical type that says nothing: one that is newer than this reader counts as `unknown`.
    private static func logical(_ type: ParquetMetadata.LogicalType) -> ParquetMeaning? {
        switch type.member {
        case 1, 4, 12: .text
        case 5: .decimal(scale: type.scale)
        case 6: .date
        case 7: Unit(rawValue: type.unit).map { .time($0) } ?? .unknown("TIME of an unknown unit")
        case 8:
            Unit(rawValue: type.unit).map { .timestamp($0, isUTC: type.isUTC) }
                ?? .unknown("TIMESTAMP of an unknown unit")
        case 10: type.isSigned ? .integer : .unsigned
        case 13: .unknown("BSON")
        case 14: .uuid
        case 15: .unknown("FLOAT16")
        case 16: .unknown("VARIANT")
        case 17: .unknown("GEOMETRY")
        case 18: .unknown("GEOGRAPHY")
        default: nil
        }
    }

    private static func converted(_ type: Int, scale: Int) -> ParquetMeaning? {
        switch type {
        case 0, 4, 19: .text
        case 5: .decimal(scale: scale)
        case 6: .date
        case 7: .time(.milliseconds)
        case 8: .time(.microseconds)
        case 9: .timestamp(.milliseconds, isUTC: true)
        case 10: .timestamp(.microseconds, isUTC: true)
        case 11...14: .unsigned
        case 15...18: .integer
        case 20: .unknown("BSON")
        case 21: .unknown("INTERVAL")
        default: nil
        }
    }

    /// What does not fit to the bytes that it is the meaning of is not read.
    private static func checked(
        _ meaning: ParquetMeaning, _ type: ParquetSchema.PhysicalType, _ length: Int
    ) -> ParquetMeaning {
        let isBytes = type == .byteArray || type == .fixedByteArray
        let isInteger = type == .int32 || type == .int64
        let fits =
            switch meaning {
            case .text: isBytes
            case .integer, .unsigned: isInteger
            case .decimal(let scale):
                (isBytes || isInteger) && (0...mostScale).contains(scale)
                    && (type != .fixedByteArray || length <= ParquetText.mostDecimalBytes)
            case .date: type == .int32
            case .time, .timestamp: isInteger
            case .uuid: type == .fixedByteArray && length == 16
            case .boolean, .julianTimestamp, .float, .double, .unknown: true
            }
        return fits ? meaning : .unknown("\(meaning) in \(type)")
    }

    /// Whether JSON writes it in quotes.
    var isQuoted: Bool {
        switch self {
        case .boolean, .integer, .unsigned, .decimal: false
        default: true
        }
    }
}
