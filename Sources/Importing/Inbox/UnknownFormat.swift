import BillingTerms
import Catalog
import FileFormats

private typealias Place = BillingTerms.Place

/// What is said of files that nobody reads, with the remedy.
package enum UnknownFormat {
    /// Of a text that is neither a meter export nor a provider's bill. What `sources.yaml` maps and the file does not have
    /// is named.
    package static func finding(_ file: ProviderFile) -> Finding {
        var notes: [String] = []
        if let source = file.source, !source.charges.isEmpty, let header = header(of: file) {
            let columns = ChargeColumns(header, source)
            let missing = columns.missing.map { "\($0.field.rawValue) (\"\($0.column)\")" }
            if !missing.isEmpty {
                notes.append(
                    "the source \"\(source.name)\" of sources.yaml maps columns that are not here: "
                        + missing.joined(separator: ", "))
            } else {
                notes.append(
                    "the source \"\(source.name)\" of sources.yaml must map cost, and billed_date or year and month")
            }
        }
        if let header = header(of: file), let missing = MeterExport.missing(in: header, source: file.source) {
            notes.append("a meter export has a customer, a meter, a value and a time; no column here is the \(missing)")
        }
        notes.append("map its columns in sources.yaml: under fields for a meter export, under charges for a bill")
        notes.append("or take it out of inbox/; nothing of it is billed")
        return Finding(
            .unknownFormat, "the content is neither a meter export nor a provider's bill", at: Place(file: file.path),
            notes: notes)
    }

    /// Of a Parquet file in which something is not read: its columns, an encoding, a compression, a password.
    static func parquetFinding(_ path: String, _ error: FileFormatError) -> Finding {
        Finding(
            .unknownFormat, error.message, at: Place(file: path, byte: error.byteOffset),
            notes: [
                "export it as CSV or JSON lines, or convert it: duckdb -c \"COPY (FROM 'bill.parquet') TO 'bill.csv'\"",
                "nothing of it is billed",
            ])
    }

    private static func header(of file: ProviderFile) -> [String]? {
        guard let input = try? InputFile(path: file.location), let source = try? input.open(),
            let reader = try? CSVReader(source: source)
        else { return nil }
        return reader.header
    }
}
