import BillingTerms
import Invoicing

/// What was used, or what it cost, day by day: the quantities behind the lines.
enum UsageSheet {
    static let name = "Usage"

    static func layout(_ currency: Currency) -> DataLayout {
        DataLayout(
            name: name,
            columns: [
                .text("Date"), .text("Project"), .text("Item", widest: 28), .text("Meter", widest: 28),
                .number("Quantity"), .text("Unit", widest: 18), .number("Events"), .text("Lines"),
                .text("Dimensions", widest: 48),
            ], frozenColumns: 1, currency: currency)
    }

    static func write(_ document: InvoiceDocument, on page: WorkbookPage) throws(Findings) {
        let sheet = try DataSheet(page, layout(document.currency), rowCount: document.usage.count)
        for row in document.usage {
            try sheet.beginRow()
            try sheet.day(row.day)
            try sheet.text(row.project.text)
            try sheet.text(row.item)
            try sheet.text(row.meter)
            try sheet.quantity(row.quantity)
            try sheet.text(row.unit)
            try sheet.integer(row.eventCount)
            try sheet.text(row.lines.map(String.init).joined(separator: ", "))
            // The last column: where it is empty nothing is written, not even an empty cell.
            if !row.dimensions.isEmpty { try sheet.text(row.dimensions) }
            try sheet.endRow()
        }
        try sheet.finish()
    }
}
