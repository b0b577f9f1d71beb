import BillingTerms
import Foundation
import Testing

@testable import Documents

/// A folder that lives as long as a test.
final class Scratch {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "/documents-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
    }
    func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }
}

extension DocumentWriter {
    /// A run's own files, with all customers at once.
    func writeRun(
        _ report: RunReport, customers: [CustomerOutput], into folder: String
    ) throws(Findings) -> [WrittenFile] {
        let files = try RunFiles(self, in: folder)
        for customer in customers { try files.add(customer) }
        return try files.finish(report)
    }
}

/// Expected texts under `Goldens/`, rewritten when BILLWRIGHT_ACCEPT is 1.
enum Golden {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Goldens")
    static let accepts = ProcessInfo.processInfo.environment["BILLWRIGHT_ACCEPT"] == "1"

    static func expect(_ text: String, is name: String, _ place: SourceLocation = #_sourceLocation) throws {
        let file = folder.appendingPathComponent(name)
        if accepts {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
            return
        }
        let expected = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        guard expected.utf8.elementsEqual(text.utf8) == false else { return }
        let pairs = zip(
            expected.split(separator: "\n", omittingEmptySubsequences: false),
            text.split(separator: "\n", omittingEmptySubsequences: false))
        let first = pairs.enumerated().first { $1.0 != $1.1 }
        Issue.record(
            "\(name) differs from line \((first?.offset ?? 0) + 1): expected \(first?.element.0 ?? ""), found \(first?.element.1 ?? "")",
            sourceLocation: place)
    }
}

/// A workbook as text: each cell with its value and its formula, sheet by sheet.
struct WorkbookText {
    var sheets: [(name: String, cells: [(cell: String, kind: String, value: String, formula: String)])] = []

    init(_ bytes: [UInt8]) throws {
        let parts = try ZipParts(bytes)
        let names = try Self.matches(#"<sheet name="([^"]*)""#, parts.content("xl/workbook.xml")).map { $0[1] }
        let shared =
            parts.names.contains("xl/sharedStrings.xml")
            ? try Self.matches(#"<si><t[^>]*>([^<]*)</t></si>"#, parts.content("xl/sharedStrings.xml")).map { $0[1] }
            : []
        for (index, name) in names.enumerated() {
            let xml = try parts.content("xl/worksheets/sheet\(index + 1).xml")
            let pattern = #"<c r="([A-Z]+[0-9]+)"[^>]*?(?: t="([a-z]+)")?>(?:<f>([^<]*)</f>)?<v>([^<]*)</v></c>"#
            let cells = try Self.matches(pattern, xml).map { match in
                let value = match[2] == "s" ? shared[Int(match[4]) ?? 0] : match[4]
                return (cell: match[1], kind: match[2].isEmpty ? "n" : match[2], value: value, formula: match[3])
            }
            sheets.append((name, cells))
        }
    }

    var text: String {
        sheets.map { sheet in
            "== \(sheet.name)\n"
                + sheet.cells.map { cell in
                    cell.cell + " " + cell.value.replacingOccurrences(of: "\n", with: "⏎")
                        + (cell.formula.isEmpty ? "" : "   = " + cell.formula) + "\n"
                }.joined()
        }.joined()
    }

    func cell(_ sheet: String, _ cell: String) -> (kind: String, value: String, formula: String)? {
        sheets.first { $0.name == sheet }?.cells.first { $0.cell == cell }.map { ($0.kind, $0.value, $0.formula) }
    }

    static func matches(_ pattern: String, _ bytes: [UInt8]) throws -> [[String]] {
        let text = String(decoding: bytes, as: UTF8.self) as NSString
        let expression = try NSRegularExpression(pattern: pattern)
        return expression.matches(in: text as String, range: NSRange(location: 0, length: text.length)).map { match in
            (0..<match.numberOfRanges).map {
                let range = match.range(at: $0)
                return range.location == NSNotFound ? "" : text.substring(with: range)
            }
        }
    }
}
