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
        for (document, name) in DocumentWriter.named(documents, folderName: folderName) {
            let stem = folderName + "/" + name
            if options.formats.contains(.csv) {
                output.files.append(try writeCSV(document, to: OutputFile(folder: outputFolder, path: stem + ".csv")))
            }
            if options.formats.contains(.xlsx) {
                output.files.append(
                    try writeWorkbook(document, to: OutputFile(folder: outputFolder, path: stem + ".xlsx")))
            }
            if options.formats.contains(.html) {
                output.files.append(try writePage(document, to: OutputFile(folder: outputFolder, path: stem + ".html")))
            }
            output.add(document, stem: stem)
        }
        return output
    }

    /// Writes `index.html`, the CSV files and, last, `run.json`, which lists everything else that was written.
    package func writeRun(
        _ report: RunReport, customers: [CustomerOutput], into outputFolder: String
    ) throws(Findings) -> [WrittenFile] {
        let report = report.sorted
        let customers = customers.sorted { $0.folderName < $1.folderName }
        try OutputFile.createFolder(outputFolder)
        var files: [WrittenFile] = []
        for (name, csv) in runCSVs(report, customers: customers) {
            let file = OutputFile(folder: outputFolder, path: name)
            try file.write(csv.bytes)
            files.append(try TextReader.verify(file, csv))
        }
        let index = OutputFile(folder: outputFolder, path: "index.html")
        let page = IndexPage(report, customers: customers, formats: options.formats)
        let bytes = templates.render("index", page.values())
        try index.write(bytes)
        files.append(try TextReader.verify(index, page: bytes, holds: [report.periodName, "</html>"]))

        let manifest = OutputFile(folder: outputFolder, path: "run.json")
        let outputs = customers.flatMap(\.files) + files
        let json = try RunManifest(report, outputs: outputs, documents: page.documents).json(for: manifest)
        try manifest.write(json)
        files.append(try TextReader.verify(manifest, page: json, holds: ["\"format_version\""]))
        return files
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

/// What was written for one customer, and what the run's own files need of it.
package struct CustomerOutput: Sendable {
    package internal(set) var folderName: String
    package internal(set) var files: [WrittenFile] = []
    var documents: [DocumentEntry] = []
    var invoiceRows: CSVText
    var lineRows: CSVText
    var creditRows: CSVText

    init(folderName: String, dialect: CSVDialect) {
        self.folderName = folderName
        invoiceRows = CSVText(dialect)
        lineRows = CSVText(dialect)
        creditRows = CSVText(dialect)
    }

    mutating func add(_ document: InvoiceDocument, stem: String) {
        documents.append(DocumentEntry(document, stem: stem))
        InvoiceCSV.append(document, file: stem, to: &invoiceRows)
        // Projects repeat the consolidated document's lines.
        guard document.scope == .consolidated else { return }
        LineCSV.append(document, to: &lineRows)
        CreditCSV.append(document, to: &creditRows)
    }
}

/// A document as the run's index lists it.
struct DocumentEntry: Sendable {
    var customer: CustomerID
    var project: ProjectID?
    var scope: InvoiceDocument.Scope
    var status: InvoiceDocument.Status
    var reference: String
    /// Path without extension, below the run's folder.
    var stem: String

    init(_ document: InvoiceDocument, stem: String) {
        customer = document.customer
        project = document.project?.id
        scope = document.scope
        status = document.status
        reference = document.number ?? document.reference
        self.stem = stem
    }
}

// MARK: - The files of one document

extension DocumentWriter {
    private func writeWorkbook(_ document: InvoiceDocument, to file: OutputFile) throws(Findings) -> WrittenFile {
        let expectation = try InvoiceWorkbook.write(
            document, to: file, labels: templates.labels.labels(for: document.locale),
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

    private func runCSVs(_ report: RunReport, customers: [CustomerOutput]) -> [(name: String, csv: CSVText)] {
        var invoices = CSVText(options.csv)
        invoices.header(InvoiceCSV.columns)
        var lines = CSVText(options.csv)
        lines.header(LineCSV.columns)
        var credits = CSVText(options.csv)
        credits.header(CreditCSV.columns)
        for customer in customers {
            invoices.append(rows: customer.invoiceRows.bytes, count: customer.invoiceRows.rowCount)
            lines.append(rows: customer.lineRows.bytes, count: customer.lineRows.rowCount)
            credits.append(rows: customer.creditRows.bytes, count: customer.creditRows.rowCount)
        }
        return [
            ("invoices.csv", invoices),
            ("lines.csv", lines),
            ("credits.csv", credits),
            ("reconciliation.csv", ReconciliationCSV.document(report, dialect: options.csv)),
            ("quarantine.csv", QuarantineCSV.document(report, dialect: options.csv)),
        ]
    }
}
