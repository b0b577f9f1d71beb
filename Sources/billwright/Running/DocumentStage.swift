import BillingTerms
import Documents
import Foundation
import Invoicing
import Ledger

/// Writes a customer's documents into the staging folder, and makes what the ledger books of them.
struct DocumentStage: Sendable {
    private let writer: DocumentWriter
    private let folder: String
    private let names: OutputNames
    private let spool: DraftSpool

    /// What a customer's bill became: files, and drafts in the form in which the ledger keeps them.
    struct Written: Sendable {
        var output: CustomerOutput
        var billing: CustomerBilling
    }

    /// `customers` are all of the workspace, so that a customer's folder does not depend on who else is billed.
    init(writer: DocumentWriter, root: String, customers: [CustomerID], folder: String) {
        self.writer = writer
        names = OutputNames.folders(for: customers)
        spool = DraftSpool(folder: root)
        self.folder = folder
    }

    /// Nil for a customer who is not billed.
    func write(_ outcome: BillingStage.Outcome) throws -> Written? {
        guard case .billed(let finished) = outcome.result else { return nil }
        let bill = finished.documents
        let name = names.name(for: bill.consolidated.customer.text)
        return Written(
            output: try writer.write(bill.documents, folderName: name, into: folder),
            billing: try CustomerBilling(bill, spool: spool))
    }
}

extension DocumentWriter {
    /// With the workspace's own templates and labels, which are read at once.
    init(workspace root: String) throws(Findings) {
        let templates = root + "/templates"
        let hasTemplates = FileManager.default.fileExists(atPath: templates)
        try self.init(Options(templateFolder: hasTemplates ? templates : nil))
    }
}

extension CustomerBilling {
    /// A bill as the ledger books it.
    fileprivate init(_ bill: CustomerBill, spool: DraftSpool) throws {
        self.init(
            customer: bill.consolidated.customer,
            drafts: try bill.documents.map { try Draft($0.withoutRepeatables, spool: spool) },
            planPeriods: bill.billedPeriods.map { BilledPlanPeriod(subscription: $0.subscription, days: $0.period) },
            creditUses: bill.grantMovements.flatMap { movement in
                [
                    CreditUse(movement.grant, kind: .earned, amount: movement.earned),
                    CreditUse(movement.grant, kind: .used, amount: movement.used),
                    CreditUse(movement.grant, kind: .expired, amount: movement.expired),
                ].filter { !$0.amount.isZero }
            },
            promotionUses: bill.promotionUses.sorted { $0.key < $1.key }.map {
                PromotionUse($0.key, cycles: $0.value.cycles, amount: $0.value.amount)
            },
            commitmentUses: bill.commitmentsSpent.sorted { $0.key < $1.key }.map {
                CommitmentUse($0.key, amount: $0.value)
            })
    }
}

extension InvoiceDocument {
    /// The document without what the books need not hold twice: the days behind usage lines, which the exports tell again,
    /// and on a project's document its own lines, which stand on the consolidated one under the same numbers.
    fileprivate var withoutRepeatables: InvoiceDocument {
        var document = self
        guard scope == .consolidated else {
            document.usage = []
            document.audit.inputs = []
            document.lines.removeAll { $0.project == project?.id }
            return document
        }
        let costLines = Set(lines.filter { $0.rated.kind == .cost }.map(\.number))
        document.usage = usage.filter { $0.lines.contains(where: costLines.contains) }
        return document
    }

    /// The document as it was, given all of its period.
    func restored(from documents: [InvoiceDocument]) -> InvoiceDocument {
        guard scope == .project,
            let whole = documents.first(where: { $0.scope == .consolidated && $0.customer == customer })
        else { return self }
        var document = self
        document.lines += whole.lines.filter { $0.project == project?.id }
        document.lines.sort { $0.number < $1.number }
        return document
    }
}
