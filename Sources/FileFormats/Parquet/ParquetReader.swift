/// Reads a Parquet file row by row. A column is unpacked only when one of its cells is asked for, page by page: memory is
/// bounded by a page and a dictionary of each column that is read.
///
/// Cells are texts, as `ParquetText` and `ParquetSchema` say; null is an empty one. They are valid until the next call of
/// `next()`.
package final class ParquetReader {
    package let header: [String]
    /// The row's number in the file, from 1.
    package private(set) var row = 0
    /// The number of the row group that it is in, from 0 as tools count them.
    package private(set) var rowGroup = -1

    private let file: ParquetFile
    @exclusivity(unchecked) private var cells: [ParquetCell?]
    @exclusivity(unchecked) private var rowInGroup = 0
    @exclusivity(unchecked) private var rowsInGroup = 0
    @exclusivity(unchecked) private var fault: FileFormatError?
    private let record = ParquetArena()

    package init(_ file: ParquetFile) {
        self.file = file
        header = file.columnNames
        cells = header.map { _ in nil }
    }

    /// Moves to the next row; `false` at the end of the file.
    ///
    /// Throws what is wrong with a cell of the row before, and `.changedWhileReading` at the end.
    package func next() throws(FileFormatError) -> Bool {
        try requireIntact()
        rowInGroup += 1
        while rowInGroup >= rowsInGroup {
            guard rowGroup + 1 < file.metadata.rowGroups.count else {
                try file.raw.requireUnchanged()
                return false
            }
            rowGroup += 1
            rowInGroup = 0
            rowsInGroup = file.metadata.rowGroups[rowGroup].rowCount
            for column in cells.indices { cells[column] = nil }
        }
        row += 1
        return true
    }

    /// The cell of a column of the present row. What is wrong with it is thrown by `requireIntact` and by the next
    /// `next()`; until then it is empty.
    package func field(_ column: Int) -> UnsafeRawBufferPointer {
        do throws(FileFormatError) {
            return try cell(column).text(ofRow: rowInGroup)
        } catch {
            if fault == nil { fault = error }
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
    }

    private func cell(_ column: Int) throws(FileFormatError) -> ParquetCell {
        if let cell = cells[column] { return cell }
        let cell = try ParquetCell(file.schema.columns[column], file.metadata.rowGroups[rowGroup], of: file)
        cells[column] = cell
        return cell
    }

    /// Throws what is wrong with a cell that was asked for.
    package func requireIntact() throws(FileFormatError) {
        if let fault { throw fault }
    }

    /// The present row with all of its columns, as a CSV text has it.
    package var recordBytes: UnsafeRawBufferPointer {
        record.removeAll()
        for column in header.indices {
            if column > 0 { record.append(UInt8(ascii: ",")) }
            append(field(column))
        }
        return record.bytes(0..<record.count)
    }

    private func append(_ text: UnsafeRawBufferPointer) {
        let quote = UInt8(ascii: "\"")
        let isPlain = text.allSatisfy {
            $0 != quote && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r")
        }
        if isPlain { return record.append(text) }
        record.append(quote)
        for byte in text {
            if byte == quote { record.append(quote) }
            record.append(byte)
        }
        record.append(quote)
    }
}
