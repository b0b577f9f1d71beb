import Foundation

@testable import FileFormats

/// The files that `fixtures.py` writes.
enum ParquetFixtures {
    /// What a table's cells are as text.
    struct Table: Decodable {
        let rowsPerGroup: Int
        let header: [String]
        let rows: [[String]]
    }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

    static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: name + ".parquet")))
    }

    static func table(_ name: String) throws -> Table {
        try JSONDecoder().decode(Table.self, from: Data(contentsOf: folder.appending(path: name + ".json")))
    }

    /// Each file with the table that it holds.
    static let files: [(file: String, table: String)] =
        [
            "plain-v1", "plain-v2", "snappy-v1", "snappy-v2", "gzip-v1", "gzip-v2", "zstd-v1", "zstd-v2", "lz4-v1",
            "lz4-v2", "integers",
        ].map { ("scalars-" + $0, "scalars") } + [
            ("encodings-v1", "encodings"), ("encodings-v2", "encodings"), ("nested-v1", "nested"),
            ("nested-v2", "nested"), ("nested-old-lists", "nested"), ("int96", "int96"), ("duckdb-v1", "duckdb"),
            ("duckdb-v2", "duckdb"),
        ]
}

/// All cells of a file, as far as it can be read.
func readParquet(_ bytes: [UInt8]) -> (rows: [[String]], error: FileFormatError?) {
    var rows: [[String]] = []
    do throws(FileFormatError) {
        guard let file = try ParquetFile(bytes: bytes) else { return ([], nil) }
        let reader = ParquetReader(file)
        while try reader.next() {
            let row = reader.header.indices.map { String(decoding: reader.field($0), as: UTF8.self) }
            try reader.requireIntact()
            rows.append(row)
        }
        return (rows, nil)
    } catch {
        return (rows, error)
    }
}
