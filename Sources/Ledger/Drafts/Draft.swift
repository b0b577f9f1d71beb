import BillingTerms
import Foundation
import Invoicing

/// An invoice document with the text in which the ledger keeps it.
///
/// Making the text takes longer than storing it, so it is made here, on whatever thread made the document, and not in
/// the one transaction at a run's end.
package struct Draft: Sendable {
    package let document: InvoiceDocument
    /// Canonical JSON: sorted keys, no white space. Equal documents have equal text.
    let content: String

    /// Throws `EncodingError`; no document that rating and invoicing make does.
    package init(_ document: InvoiceDocument) throws {
        self.document = document
        content = try CanonicalJSON.text(of: document)
    }

    /// Of one customer and period.
    var key: DocumentKey { DocumentKey(customer: document.customer, project: document.project?.id) }

    static func document(_ content: String) throws -> InvoiceDocument {
        do {
            return try JSONDecoder().decode(InvoiceDocument.self, from: Data(content.utf8))
        } catch {
            throw Stored.Unreadable(what: "a draft cannot be read: \(error)")
        }
    }
}

/// Which document of a period: a customer's consolidated one, or that of one project.
package struct DocumentKey: Hashable, Sendable {
    package var customer: CustomerID
    /// Nil for the consolidated document.
    package var project: ProjectID?

    package init(customer: CustomerID, project: ProjectID? = nil) {
        self.customer = customer
        self.project = project
    }
}
