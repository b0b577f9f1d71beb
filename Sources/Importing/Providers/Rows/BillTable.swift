import FileFormats

/// A file of a bill: one text, those of an archive, or the table of a Parquet file. Told by its first bytes.
enum BillInput {
    case texts(InputFile)
    case parquet(ParquetFile)

    init(path: String) throws(FileFormatError) {
        if let file = try ParquetFile(path: path) {
            self = .parquet(file)
        } else {
            // Who reads all of it has its SHA-256 computed beside that, see `BesideDigest`.
            self = .texts(try InputFile(path: path, options: ReadingOptions(hashesWhileReading: false)))
        }
    }

    /// Bytes of the file.
    var size: Int {
        switch self {
        case .texts(let input): input.size
        case .parquet(let file): file.size
        }
    }

    var count: Int {
        switch self {
        case .texts(let input): input.textCount
        case .parquet: 1
        }
    }

    /// Whether it is text as it lies on the disk, neither compressed nor in an archive.
    var isPlain: Bool {
        guard case .texts(let input) = self else { return false }
        return input.container == .plain
    }

    func open(_ index: Int) throws(FileFormatError) -> BillSource {
        switch self {
        case .texts(let input): .text(try input.open(index))
        case .parquet(let file): .parquet(file)
        }
    }
}

/// What rows are read from.
enum BillSource {
    case text(ByteSource)
    case parquet(ParquetFile)

    var isJSON: Bool {
        get throws(FileFormatError) {
            guard case .text(let source) = self else { return false }
            return ProviderContent.isJSON(try source.prefix(512))
        }
    }

    /// For formats that are written as text only.
    func text() throws(FileFormatError) -> ByteSource {
        guard case .text(let source) = self else {
            throw FileFormatError(.parquet, "expected text, found Parquet")
        }
        return source
    }
}

/// The rows of a table with a header, in CSV or in Parquet. What reads a format's columns does not know in which.
///
/// In Parquet the place of a row is its number, from 1, and that of its row group.
final class BillTable: OpenableRows {
    private enum Rows {
        case csv(CSVReader)
        case parquet(ParquetReader)
    }

    private let rows: Rows
    /// The reader in `rows` where it is of CSV, for what is asked of every row and field: to take it out of there would
    /// count references each time.
    private let csv: Unmanaged<CSVReader>?

    init(_ source: BillSource) throws(FileFormatError) {
        switch source {
        case .text(let source):
            let reader = try CSVReader(source: source)
            rows = .csv(reader)
            csv = Unmanaged.passUnretained(reader)
        case .parquet(let file):
            rows = .parquet(ParquetReader(file))
            csv = nil
        }
    }

    static func open(_ source: BillSource, _ layout: RowLayout) throws(FileFormatError) -> BillTable {
        try BillTable(source)
    }

    var header: [String] {
        switch rows {
        case .csv(let reader): reader.header
        case .parquet(let reader): reader.header
        }
    }

    func billHeader() throws(FileFormatError) -> ProviderHeader {
        switch rows {
        case .csv(let reader): try ProviderHeader(of: reader)
        case .parquet(let reader): ProviderHeader(reader.header)
        }
    }

    @inline(__always)
    func next() throws(FileFormatError) -> Bool {
        if let csv {
            return try csv._withUnsafeGuaranteedRef { (reader) -> Result<Bool, FileFormatError> in
                do throws(FileFormatError) { return .success(try reader.next()) } catch { return .failure(error) }
            }.get()
        }
        return switch rows {
        case .csv(let reader): try reader.next()
        case .parquet(let reader): try reader.next()
        }
    }

    func requireIntact() throws(FileFormatError) {
        if case .parquet(let reader) = rows { try reader.requireIntact() }
    }

    @inline(__always)
    func field(_ field: Int) -> UnsafeRawBufferPointer {
        if let csv { return csv._withUnsafeGuaranteedRef { $0.field(field) } }
        return switch rows {
        case .csv(let reader): reader.field(field)
        case .parquet(let reader): reader.field(field)
        }
    }

    var fieldCount: Int {
        if let csv { return csv._withUnsafeGuaranteedRef { $0.fieldCount } }
        return switch rows {
        case .csv(let reader): reader.fieldCount
        case .parquet(let reader): reader.header.count
        }
    }

    var line: Int {
        if let csv { return csv._withUnsafeGuaranteedRef { $0.line } }
        return switch rows {
        case .csv(let reader): reader.line
        case .parquet(let reader): reader.row
        }
    }

    var rowGroup: Int? {
        switch rows {
        case .csv: nil
        case .parquet(let reader): reader.rowGroup
        }
    }

    func line(ofField field: Int) -> Int {
        switch rows {
        case .csv(let reader): reader.line(ofField: field)
        case .parquet(let reader): reader.row
        }
    }

    func column(ofField field: Int) -> Int {
        switch rows {
        case .csv(let reader): reader.column(ofField: field)
        case .parquet: 1
        }
    }

    /// Of Parquet, as a CSV export of the row would have it.
    var recordBytes: UnsafeRawBufferPointer {
        switch rows {
        case .csv(let reader): reader.recordBytes
        case .parquet(let reader): reader.recordBytes
        }
    }

    var lastRecordEndedWithNewline: Bool {
        switch rows {
        case .csv(let reader): reader.lastRecordEndedWithNewline
        case .parquet: true
        }
    }

    var addedFieldCount: Int { 0 }
    var column: Int { 1 }
    var fault: RowRefusal? { nil }
    /// What of `unknownColumns` a table has is known from its header, before a row is read.
    var unknownNames: [String] { [] }
}
