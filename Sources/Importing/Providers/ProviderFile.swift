import BillingTerms
import FileFormats

/// A file of the inbox that may be a provider's bill, or the manifest of one.
package struct ProviderFile: Hashable, Sendable {
    /// As findings and reports name it: relative to the workspace.
    package var path: String
    /// Where it is opened.
    package var location: String
    /// When its content was last changed: tells which of two deliveries is the newer where no manifest does.
    package var modified: Timestamp

    package init(path: String, location: String, modified: Timestamp) {
        self.path = path
        self.location = location
        self.modified = modified
    }
}

/// What a provider's file is, by its content.
package enum ProviderContent: Hashable, Sendable {
    case bill(ProviderFormat)
    case manifest(ProviderManifest)

    /// Nil for meter exports and for what is not known at all. Throws when the file cannot be opened, decompressed or
    /// decoded as far as its beginning.
    package init?(of file: ProviderFile) throws(FileFormatError) {
        let input = try InputFile(path: file.location)
        let source = try input.open()
        let head = try source.prefix(512)
        guard let first = head.first(where: { $0 > UInt8(ascii: " ") }) else { return nil }
        if first == UInt8(ascii: "{") {
            guard let manifest = try ProviderManifest(recognising: source, of: input) else { return nil }
            self = .manifest(manifest)
            return
        }
        if first == UInt8(ascii: "[") { return nil }
        let reader: CSVReader
        do throws(FileFormatError) {
            reader = try CSVReader(source: source)
        } catch {
            // What is no CSV is no bill; whoever knows all formats says what the file should have been.
            if error.kind == .emptyFile || error.kind == .noHeader { return nil }
            throw error
        }
        guard let header = try? ProviderHeader(of: reader), let format = ProviderFormat(header) else { return nil }
        self = .bill(format)
    }
}
