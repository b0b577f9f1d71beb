import BillingTerms
import Catalog
import FileFormats

/// A file of the inbox that may be a provider's bill, or the manifest of one.
package struct ProviderFile: Hashable, Sendable {
    /// As findings and reports name it: relative to the workspace.
    package var path: String
    /// Where it is opened.
    package var location: String
    /// When its content was last changed: tells which of two deliveries is the newer where no manifest does.
    package var modified: Timestamp
    /// What `sources.yaml` says about it.
    package var source: Sources.Source?

    package init(path: String, location: String, modified: Timestamp, source: Sources.Source? = nil) {
        self.path = path
        self.location = location
        self.modified = modified
        self.source = source
    }
}

/// What a provider's file is, by its content.
package enum ProviderContent: Hashable, Sendable {
    case bill(ProviderFormat)
    case manifest(ProviderManifest)

    /// Nil for meter exports and for what is not known at all. Throws when the file cannot be opened, decompressed or
    /// decoded as far as its beginning.
    package init?(of file: ProviderFile) throws(FileFormatError) {
        let input: InputFile
        switch try BillInput(path: file.location) {
        case .texts(let texts): input = texts
        case .parquet(let table):
            self = .bill(try ProviderContent.format(of: table, file))
            return
        }
        let source = try input.open()
        let head = try source.prefix(512)
        if head.allSatisfy({ $0 <= UInt8(ascii: " ") }) { return nil }
        if ProviderContent.isJSON(head) {
            if let format = ProviderFormat(json: try source.prefix(MeterExport.headSize), source: file.source) {
                self = .bill(format)
                return
            }
            guard head.first(where: { $0 > UInt8(ascii: " ") }) == UInt8(ascii: "{"),
                let manifest = try ProviderManifest(recognising: source, of: input)
            else { return nil }
            self = .manifest(manifest)
            return
        }
        let reader: CSVReader
        do throws(FileFormatError) {
            reader = try CSVReader(source: source)
        } catch {
            // What is no CSV is no bill; whoever knows all formats says what the file should have been.
            if error.kind == .emptyFile || error.kind == .noHeader { return nil }
            throw error
        }
        guard let header = try? ProviderHeader(of: reader),
            let format = ProviderFormat(header, source: file.source)
        else { return nil }
        self = .bill(format)
    }

    /// Throws for tables that are no bill: meter exports are read as text only.
    private static func format(of table: ParquetFile, _ file: ProviderFile) throws(FileFormatError) -> ProviderFormat {
        if let format = ProviderFormat(header: table.columnNames, source: file.source) { return format }
        throw FileFormatError(
            .parquet,
            "expected a provider's bill, found Parquet with other columns; meter exports are read as text only")
    }

    /// Whether a text that begins with these bytes is an object or an array.
    static func isJSON(_ head: [UInt8]) -> Bool {
        let first = head.first { $0 > UInt8(ascii: " ") }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    }
}
