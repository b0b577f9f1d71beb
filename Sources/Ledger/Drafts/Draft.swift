import BillingTerms
import Foundation
import Invoicing

/// An invoice document with the text in which the ledger keeps it.
///
/// Making the text takes longer than storing it, so it is made here, on whatever thread made the document, and not in
/// the one transaction at a run's end. The document itself is not kept: a run may have a hundred thousand.
package struct Draft: Sendable {
    let heading: DraftHeading
    /// Canonical JSON: sorted keys, no white space. Equal documents have equal text.
    let text: DraftText

    /// With a spool the text waits there; else in memory.
    ///
    /// Throws `Findings` when the spool cannot be written, and `EncodingError`, which no document that rating and
    /// invoicing make causes.
    package init(_ document: InvoiceDocument, spool: DraftSpool? = nil) throws {
        heading = DraftHeading(document)
        let content = try CanonicalJSON.text(of: document)
        text = try spool?.keep(content) ?? DraftText(content)
    }

    static func document(_ content: String) throws -> InvoiceDocument {
        do {
            return try JSONDecoder().decode(InvoiceDocument.self, from: Data(content.utf8))
        } catch {
            throw Stored.Unreadable(what: "a draft cannot be read: \(error)")
        }
    }
}

/// What the ledger finds a draft by.
struct DraftHeading: Hashable, Sendable {
    var periodName: String
    var customer: CustomerID
    /// Nil for the consolidated document.
    var project: ProjectID?
    var scope: InvoiceDocument.Scope
    var role: InvoiceDocument.Role
    var reference: String
    var amountDue: Money

    init(_ document: InvoiceDocument) {
        periodName = document.periodName
        customer = document.customer
        project = document.project?.id
        scope = document.scope
        role = document.role
        reference = document.reference
        amountDue = document.totals.amountDue
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
