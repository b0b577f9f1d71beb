import BillingTerms
import Invoicing

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
