import BillingTerms
import FileFormats

/// A CSV file that grows while a run goes on: its rows are on the disk and not in memory. What it then holds is read back
/// and compared with what was given to it.
final class CSVFile {
    private let file: OutputFile
    private let output: GrowingFile
    private let hasher: SHA256Hasher
    private var pending: [UInt8]
    private var rowCount = 0

    private static let blockSize = 1 << 20

    init(_ file: OutputFile, _ dialect: CSVDialect, columns: [String]) throws(Findings) {
        self.file = file
        output = try file.grow()
        hasher = try file.hasher()
        var header = CSVText(dialect)
        header.header(columns)
        pending = header.bytes
    }

    func append(_ rows: CSVText) throws(Findings) {
        pending += rows.bytes
        rowCount += rows.rowCount
        if pending.count >= CSVFile.blockSize { try flush() }
    }

    private func flush() throws(Findings) {
        hasher.update(pending)
        try output.append(pending)
        pending.removeAll(keepingCapacity: true)
    }

    /// Closes the file and reads it again.
    func finish() throws(Findings) -> WrittenFile {
        try flush()
        try output.close()
        let meant = try file.digest(of: hasher)
        let again = try file.hasher()
        var rows = CSVRowCount()
        var byteCount = 0
        try file.readBlocks(of: CSVFile.blockSize) { block in
            again.update(block)
            rows.count(block)
            byteCount += block.count
        }
        guard rows.rows == rowCount + 1 else {
            throw file.mismatch("the file has \(rows.rows - 1) rows instead of \(rowCount)")
        }
        let found = try file.digest(of: again)
        guard found == meant else { throw file.mismatch("the file does not hold the bytes that were written") }
        return WrittenFile(path: file.path, byteCount: byteCount, sha256: found.hexadecimal)
    }
}

/// Counts rows by their ends outside of quotes.
struct CSVRowCount {
    private(set) var rows = 0
    private var isQuoted = false

    mutating func count(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if byte == UInt8(ascii: "\n"), !isQuoted { rows += 1 }
        }
    }
}
