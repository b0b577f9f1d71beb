import BillingTerms
import Invoicing

/// A document as a workbook: the order of its sheets.
enum InvoiceWorkbook {
    /// Writes the file and returns what must be found in it. `parts` are the projects' documents of a consolidated one.
    static func write(
        _ document: InvoiceDocument, parts: [ProjectDocument] = [], to file: OutputFile, labels: Labels,
        temporaryFolder: String?,
        rowLimit: Int = DataSheet.mostRows
    ) throws(Findings) -> WorkbookExpectation {
        let book = try WorkbookFile(file, temporaryFolder: temporaryFolder)
        let isDraft = document.status == .draft
        let reference = document.number ?? document.reference
        let kind = labels[document.role == .invoice ? "invoice" : "statement"]
        try book.setProperties(
            title: (isDraft ? labels["draft"] + " · " : "") + kind + " " + reference,
            subject: "\(document.buyer.name), \(document.period)", author: document.seller.name,
            status: isDraft ? "Draft" : "Issued", day: document.issueDate)
        let page = WorkbookPage(
            book: book, reference: reference, draft: isDraft ? labels["draft"] : nil, rowLimit: rowLimit)

        try SummarySheet.write(document, partCount: parts.count, on: page, labels: labels)
        if !parts.isEmpty { try InvoicesSheet.write(parts, of: document, on: page) }
        if document.scope == .consolidated { try ProjectsSheet.write(document, on: page) }
        try LinesSheet.write(document, on: page)
        try UsageSheet.write(document, on: page)
        try AdjustmentsSheet.write(document, on: page)
        if !document.creditStatements.isEmpty { try CreditsSheet.write(document, on: page) }
        try TaxSheet.write(document, on: page)
        try AuditSheet.write(document, on: page)

        let expectation = WorkbookExpectation(sheets: book.sheets)
        try book.close()
        return expectation
    }
}

/// What a workbook must hold when it is opened again.
struct WorkbookExpectation {
    struct SheetContent {
        var name: String
        var rowCount: Int
        var cells: [(cell: String, value: ExactDecimal)]
        var sums: [(column: String, rows: ClosedRange<Int>, sum: ExactDecimal)]
    }

    /// In the order of the file.
    var sheets: [SheetContent]

    init(sheets: [Sheet]) {
        self.sheets = sheets.map {
            SheetContent(name: $0.name, rowCount: $0.rowCount, cells: $0.expectedCells, sums: $0.expectedSums)
        }
    }
}
