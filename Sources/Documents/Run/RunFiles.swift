import BillingTerms
import Invoicing

/// The files of a run as a whole: `invoices.csv`, `lines.csv` and `credits.csv`, which grow customer by customer, and at the end
/// `reconciliation.csv`, `quarantine.csv`, `index.html` and `run.json`. One owner.
package final class RunFiles {
    private let writer: DocumentWriter
    private let folder: String
    private let invoices: CSVFile
    private let lines: CSVFile
    private let credits: CSVFile
    private var outputs: [WrittenFile] = []
    private var documents: [DocumentEntry] = []

    /// How many files the customers' documents are.
    package var documentFileCount: Int { outputs.count }

    /// `folder` is the one that the customers' documents are written below.
    package init(_ writer: DocumentWriter, in folder: String) throws(Findings) {
        self.writer = writer
        self.folder = folder
        try OutputFile.createFolder(folder)
        let dialect = writer.options.csv
        invoices = try CSVFile(
            OutputFile(folder: folder, path: "invoices.csv"), dialect, columns: InvoiceCSV.columns)
        lines = try CSVFile(OutputFile(folder: folder, path: "lines.csv"), dialect, columns: LineCSV.columns)
        credits = try CSVFile(OutputFile(folder: folder, path: "credits.csv"), dialect, columns: CreditCSV.columns)
    }

    /// The rows of a customer's documents, in the order in which customers are added.
    package func add(_ output: CustomerOutput) throws(Findings) {
        try invoices.append(output.invoiceRows)
        try lines.append(output.lineRows)
        try credits.append(output.creditRows)
        outputs += output.files
        documents += output.documents
    }

    /// Writes the rest and, last, `run.json`, which lists everything else that was written.
    package func finish(_ report: RunReport) throws(Findings) -> [WrittenFile] {
        let report = report.sorted
        var files = [try invoices.finish(), try lines.finish(), try credits.finish()]
        let dialect = writer.options.csv
        for (name, csv) in [
            ("reconciliation.csv", ReconciliationCSV.document(report, dialect: dialect)),
            ("quarantine.csv", QuarantineCSV.document(report, dialect: dialect)),
        ] {
            let file = OutputFile(folder: folder, path: name)
            try file.write(csv.bytes)
            files.append(try TextReader.verify(file, csv))
        }
        let index = OutputFile(folder: folder, path: "index.html")
        let page = IndexPage(report, documents: documents, formats: writer.options.formats)
        let bytes = writer.templates.render("index", page.values())
        try index.write(bytes)
        files.append(try TextReader.verify(index, page: bytes, holds: [report.periodName, "</html>"]))

        let manifest = OutputFile(folder: folder, path: "run.json")
        let json = try RunManifest(report, outputs: outputs + files, documents: page.documents).json(for: manifest)
        try manifest.write(json)
        files.append(try TextReader.verify(manifest, page: json, holds: ["\"format_version\""]))
        return files
    }
}
