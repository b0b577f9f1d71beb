import Foundation

/// A Parquet file (apache/parquet-format 2.11): its columns, and where their values are. It can be read several times and
/// by several threads; each reader is one of its own.
///
/// ```swift
/// if let file = try ParquetFile(path: path) {
///     let reader = ParquetReader(file)
///     while try reader.next() { let name = reader.field(0) }
/// }
/// ```
package final class ParquetFile: Sendable {
    let raw: RawFile
    let schema: ParquetSchema
    let metadata: ParquetMetadata

    /// A footer describes every chunk of every row group; real ones have some megabytes.
    static let mostFooterBytes = 256 << 20

    /// Nil for files that do not begin as Parquet does.
    ///
    /// Throws `.cannotOpen`, `.cannotRead`, `.truncated` and `.corruptData` for a footer that is cut or contradicts itself
    /// or the file, and `.parquet` for what the format allows and is not read.
    package convenience init?(path: String) throws(FileFormatError) {
        try self.init(RawFile(path: path))
    }

    /// A file whose bytes are in memory already.
    package convenience init?(bytes: [UInt8]) throws(FileFormatError) {
        try self.init(RawFile(bytes: bytes))
    }

    private init?(_ raw: RawFile) throws(FileFormatError) {
        let magic = try raw.bytes(at: 0, count: 4)
        if magic == Array("PARE".utf8) { throw Self.encrypted }
        guard magic == Array("PAR1".utf8) else { return nil }
        self.raw = raw
        let footer = try Self.footer(of: raw)
        var failure: FileFormatError?
        let parsed = footer.withUnsafeBytes { bytes -> (ParquetMetadata, ParquetSchema)? in
            do throws(FileFormatError) {
                let metadata = try ParquetMetadata(bytes)
                return (metadata, try ParquetSchema(metadata.schema))
            } catch {
                failure = error
                return nil
            }
        }
        guard let parsed, failure == nil else {
            let error = failure ?? .cutParquet
            throw FileFormatError(
                error.kind, "the footer cannot be read: \(error.message)", byteOffset: raw.size - 8 - footer.count)
        }
        (metadata, schema) = parsed
        try requireConsistency()
    }

    private static func footer(of raw: RawFile) throws(FileFormatError) -> [UInt8] {
        let end = try raw.bytes(at: max(4, raw.size - 8), count: 8)
        guard end.count == 8 else {
            throw FileFormatError(.truncated, "expected a Parquet file, found only its beginning", byteOffset: raw.size)
        }
        if end.suffix(4) == Array("PARE".utf8) { throw encrypted }
        let length = end.littleEndian32(at: 0)
        guard end.suffix(4) == Array("PAR1".utf8), length > 0, length <= raw.size - 12 else {
            throw FileFormatError(
                .truncated, "expected the footer of a Parquet file at its end, found none", byteOffset: raw.size)
        }
        guard length <= mostFooterBytes else {
            throw .unreadParquet("expected a footer of at most \(mostFooterBytes) bytes, found \(length)")
        }
        return try raw.bytes(at: raw.size - 8 - length, count: length)
    }

    private static var encrypted: FileFormatError { .unreadParquet("the file is encrypted") }

    private func requireConsistency() throws(FileFormatError) {
        var rows = 0
        for group in metadata.rowGroups {
            guard group.rowCount >= 0, group.chunks.count == schema.leaves.count else {
                throw .corruptParquet("a row group has other columns than the schema")
            }
            let (sum, isTooLarge) = rows.addingReportingOverflow(group.rowCount)
            guard !isTooLarge else { throw .corruptParquet("the row groups have an impossible number of rows") }
            rows = sum
        }
        guard rows == metadata.rowCount else {
            throw .corruptParquet("expected \(metadata.rowCount) rows in the row groups, found \(rows)")
        }
        // So that a small file cannot occupy the machine for days.
        guard rows <= 1 << 26 || rows / 1024 <= raw.size else {
            throw FileFormatError(.decompressionLimit, "expected fewer rows in so few bytes, found \(rows)")
        }
    }

    /// Bytes of the file.
    package var size: Int { raw.size }

    package var columnNames: [String] { schema.columns.map(\.name) }

    package var rowCount: Int { metadata.rowCount }
}
