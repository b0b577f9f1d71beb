import BillingTerms
import Foundation

/// Opens a workbook again and compares it with what was meant to be in it. libxlsxwriter reports success when its
/// temporary folder is full and rows are lost; this is where that is found.
enum WorkbookReader {
    /// Throws a finding that names the file.
    static func verify(_ bytes: [UInt8], _ expectation: WorkbookExpectation, file: OutputFile) throws(Findings) {
        do throws(WorkbookDamage) {
            let parts = try ZipParts(bytes)
            for name in parts.names where !name.hasPrefix("xl/worksheets/sheet") {
                try requireClosed(parts.content(name), name: name)
            }
            for (index, sheet) in expectation.sheets.enumerated() {
                try verify(sheet, xml: parts.content("xl/worksheets/sheet\(index + 1).xml"))
            }
        } catch {
            throw file.mismatch("the workbook is not what was written: \(error.message)")
        }
    }

    private static func verify(
        _ sheet: WorkbookExpectation.SheetContent, xml: [UInt8]
    ) throws(WorkbookDamage) {
        let scan = SheetScan(
            xml, columns: sheet.sums.map { ($0.column, $0.rows) }, cells: Set(sheet.cells.map(\.cell)))
        guard scan.isComplete else { throw WorkbookDamage("the sheet \(sheet.name) breaks off") }
        guard scan.rowCount == sheet.rowCount else {
            throw WorkbookDamage("the sheet \(sheet.name) has \(scan.rowCount) rows instead of \(sheet.rowCount)")
        }
        for (cell, expected) in sheet.cells {
            let found = scan.values[cell].map { $0.rounded(to: expected.scale) }
            guard found == expected else {
                throw WorkbookDamage(
                    "the cell \(cell) of \(sheet.name) holds \(found?.description ?? "no number") instead of \(expected)"
                )
            }
        }
        for (index, expected) in sheet.sums.enumerated() {
            let found = scan.sums[index].rounded(to: expected.sum.scale)
            guard found == expected.sum else {
                throw WorkbookDamage(
                    "the column \(expected.column) of \(sheet.name) adds up to \(found) instead of \(expected.sum)")
            }
        }
    }

    /// An XML part ends with the tag that closes its first element.
    private static func requireClosed(_ content: [UInt8], name: String) throws(WorkbookDamage) {
        var end = content.endIndex
        while end > 0, content[end - 1] <= 0x20 { end -= 1 }
        guard end > 0, content[end - 1] == UInt8(ascii: ">") else {
            throw WorkbookDamage("the part \(name) breaks off")
        }
        let text = content[..<min(400, end)]
        guard let open = rootName(text) else { throw WorkbookDamage("the part \(name) is not XML") }
        let closing = Array("</".utf8) + open + [UInt8(ascii: ">")]
        let isEmptyElement = content[..<end].suffix(2).elementsEqual("/>".utf8)
        guard content[..<end].suffix(closing.count).elementsEqual(closing) || isEmptyElement else {
            throw WorkbookDamage("the part \(name) breaks off")
        }
    }

    private static func rootName(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        var position = bytes.startIndex
        while let open = bytes[position...].firstIndex(of: UInt8(ascii: "<")), open + 1 < bytes.endIndex {
            if bytes[open + 1] != UInt8(ascii: "?") && bytes[open + 1] != UInt8(ascii: "!") {
                let name = bytes[(open + 1)...].prefix {
                    $0 > 0x20 && $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "/")
                }
                return Array(name)
            }
            position = open + 1
        }
        return nil
    }
}

/// Reads CSV and pages back.
enum TextReader {
    /// Rows by counting line ends outside of quotes, and that the bytes are those that were meant.
    static func verify(_ file: OutputFile, _ csv: CSVText) throws(Findings) -> WrittenFile {
        let bytes = try file.read()
        var count = CSVRowCount()
        bytes.withUnsafeBytes { count.count($0) }
        guard count.rows == csv.rowCount + 1 else {
            throw file.mismatch("the file has \(count.rows - 1) rows instead of \(csv.rowCount)")
        }
        guard bytes == csv.bytes else { throw file.mismatch("the file does not hold the bytes that were written") }
        return try file.written(bytes)
    }

    /// The page is whole, and the texts that matter most stand in it.
    static func verify(_ file: OutputFile, page: [UInt8], holds texts: [String]) throws(Findings) -> WrittenFile {
        let bytes = try file.read()
        guard bytes == page else { throw file.mismatch("the file does not hold the bytes that were written") }
        let content = Data(bytes)
        for expected in texts where content.range(of: Data(expected.utf8)) == nil {
            throw file.mismatch("the page does not show \(expected)")
        }
        return try file.written(bytes)
    }
}
