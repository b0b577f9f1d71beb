import BillingTerms
import Catalog
import FileFormats

/// How the events of one text are written.
enum MeterTextFormat: Sendable {
    case csv(CSVLayout)
    /// A complete object on every line.
    case jsonLines
    /// An array, or objects that span lines or share them.
    case json

    var content: FileReport.Content {
        switch self {
        case .csv: .meterCSV
        case .jsonLines, .json: .meterJSON
        }
    }

    /// Recognises a text by its first bytes; nil when it is not a meter export. `isAll`: there are no more.
    static func recognise(
        _ head: [UInt8], isAll: Bool, names: MeterFieldNames, catalog: MeterCatalog
    ) -> MeterTextFormat? {
        head.withUnsafeBytes { bytes in
            let blank: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
            guard let first = bytes.first(where: { !blank.contains($0) }) else { return nil }
            if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
                return JSONShape.recognise(bytes, isAll: isAll, names: names)
            }
            for delimiter in CSVLayout.delimiters {
                guard let header = CSVLayout.header(in: bytes, isAll: isAll, delimiter: delimiter),
                    names.suffice(header: header)
                else { continue }
                return .csv(CSVLayout(header: header, delimiter: delimiter, names: names, catalog: catalog))
            }
            return nil
        }
    }
}

extension MeterExport {
    /// What kind of meter export a text is that begins with these bytes (`headSize` of them, or all of it); nil when
    /// it is none.
    package static func recognise(head: [UInt8], source: Sources.Source? = nil) -> FileReport.Content? {
        MeterTextFormat.recognise(
            head, isAll: head.count < headSize, names: MeterFieldNames(source: source), catalog: .empty)?.content
    }
}
