import BillingTerms
import Documents
import Foundation
import Invoicing
import Ledger

/// Writes every document into the staging folder, on all threads, and the run's own files after them.
struct DocumentStage {
    let root: String
    /// All customers of the workspace, so that a customer's folder does not depend on who else was billed.
    let customers: [CustomerID]
    let folder: String
    let threads: Int

    /// What was written, and every document in the form in which the ledger keeps it.
    struct Result {
        var files: [WrittenFile]
        var billings: [CustomerBilling]
        /// SHA-256 of `run.json`.
        var manifestHash: String
    }

    func write(_ bills: [CustomerBill], report: RunReport) throws -> Result {
        let templates = root + "/templates"
        let hasTemplates = FileManager.default.fileExists(atPath: templates)
        let writer = try DocumentWriter(DocumentWriter.Options(templateFolder: hasTemplates ? templates : nil))
        let names = OutputNames.folders(for: customers)
        let written = try parallelMap(bills, threads: threads) { bill in
            let customer = bill.consolidated.customer
            let output = try writer.write(bill.documents, folderName: names.name(for: customer.text), into: folder)
            return (output: output, billing: try CustomerBilling(bill))
        }
        let runFiles = try writer.writeRun(report, customers: written.map(\.output), into: folder)
        return Result(
            files: written.flatMap(\.output.files) + runFiles, billings: written.map(\.billing),
            manifestHash: runFiles.first { $0.path == "run.json" }?.sha256 ?? "")
    }
}

extension CustomerBilling {
    /// A bill as the ledger books it.
    fileprivate init(_ bill: CustomerBill) throws {
        self.init(
            customer: bill.consolidated.customer, drafts: try bill.documents.map { try Draft($0.withoutRepeatables) },
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
