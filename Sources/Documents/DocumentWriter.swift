import BillingTerms
import CSystemCalls
import Invoicing

/// Writes what a run hands out: for each customer the consolidated document and one per project, each as workbook, CSV
/// and page; then the run's own index, manifest and CSV files.
///
/// A writer is made once and may write several customers at the same time on several threads. The same values give the
/// same bytes, and every file is read back before its name is returned.
package struct DocumentWriter: Sendable {
    package enum Format: String, Sendable, CaseIterable, Codable { case xlsx, csv, html }

    package struct Options: Sendable {
        package var formats: Set<Format>
        /// A folder with the user's own templates and labels; files that it lacks are the compiled-in ones.
        package var templateFolder: String?
        /// Where libxlsxwriter keeps its parts while it writes; nil means the system's.
        package var temporaryFolder: String?
        package var csv: CSVDialect

        package init(
            formats: Set<Format> = Set(Format.allCases), templateFolder: String? = nil, temporaryFolder: String? = nil,
            csv: CSVDialect = .standard
        ) {
            self.formats = formats
            self.templateFolder = templateFolder
            self.temporaryFolder = temporaryFolder
            self.csv = csv
        }
    }

    let options: Options
    let templates: TemplateFolder

    /// Throws when a template or a label file of the user's folder cannot be used.
    package init(_ options: Options = Options()) throws(Findings) {
        self.options = options
        templates = try TemplateFolder(options.templateFolder)
        DocumentWriter.tuneAllocator
    }

    /// Once a process: workbooks ask for and free a lot of memory, and the system takes half the time over it.
    private static let tuneAllocator: Void = bw_tune_malloc()

    /// Writes one customer's documents below `outputFolder/folderName`, which it makes. `folderName` comes from
    /// `OutputNames.folders(for:)`. The consolidated document comes first in the result, then the projects in the order
    /// given.
    package func write(
        _ documents: [InvoiceDocument], folderName: String, into outputFolder: String
    ) throws(Findings) -> CustomerOutput {
        var output = CustomerOutput(folderName: folderName, dialect: options.csv)
        guard !documents.isEmpty else { return output }
        try OutputFile.createFolder(outputFolder + "/" + folderName)
        let named = DocumentWriter.named(documents, folderName: folderName)
        let parts = named.filter { $0.document.scope == .project }
            .map { ProjectDocument(document: $0.document, fileName: $0.name) }
        for (document, name) in named {
            let stem = folderName + "/" + name
            if options.formats.contains(.csv) {
                output.files.append(try writeCSV(document, to: OutputFile(folder: outputFolder, path: stem + ".csv")))
            }
            if options.formats.contains(.xlsx) {
                output.files.append(
                    try writeWorkbook(
                        document, parts: document.scope == .consolidated ? parts : [],
                        to: OutputFile(folder: outputFolder, path: stem + ".xlsx")))
            }
            if options.formats.contains(.html) {
                output.files.append(try writePage(document, to: OutputFile(folder: outputFolder, path: stem + ".html")))
            }
            output.add(document, stem: stem)
        }
        return output
    }

    /// The documents with the names of their files, unique in the customer's folder.
    private static func named(
        _ documents: [InvoiceDocument], folderName: String
    ) -> [(document: InvoiceDocument, name: String)] {
        let ids = documents.compactMap { $0.scope == .project ? $0.project?.id?.text : nil }
        let names = OutputNames(ids, reserved: [folderName, sharedName])
        let ordered = documents.filter { $0.scope == .consolidated } + documents.filter { $0.scope == .project }
        return ordered.map { document in
            switch document.scope {
            case .consolidated: (document, folderName)
            case .project: (document, document.project?.id.map { names.name(for: $0.text) } ?? sharedName)
            }
        }
    }

    /// The document of what belongs to no project.
    private static let sharedName = "shared"
}

// MARK: - The files of one document

extension DocumentWriter {
    private func writeWorkbook(
        _ document: InvoiceDocument, parts: [ProjectDocument], to file: OutputFile
    ) throws(Findings) -> WrittenFile {
        let expectation = try InvoiceWorkbook.write(
            document, parts: parts, to: file, labels: templates.labels.labels(for: document.locale),
            temporaryFolder: options.temporaryFolder)
        let bytes = try file.read()
        try WorkbookReader.verify(bytes, expectation, file: file)
        return try file.written(bytes)
    }

    private func writePage(_ document: InvoiceDocument, to file: OutputFile) throws(Findings) -> WrittenFile {
        let page = InvoicePage(document, labels: templates.labels.labels(for: document.locale))
        let bytes = templates.render("invoice", page.values())
        try file.write(bytes)
        return try TextReader.verify(file, page: bytes, holds: [page.amountDue, "</html>"])
    }

    private func writeCSV(_ document: InvoiceDocument, to file: OutputFile) throws(Findings) -> WrittenFile {
        let csv = LineCSV.document(document, dialect: options.csv)
        try file.write(csv.bytes)
        return try TextReader.verify(file, csv)
    }
}
