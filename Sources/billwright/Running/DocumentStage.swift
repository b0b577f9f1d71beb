import BillingTerms
import Documents
import Foundation
import Invoicing
import Ledger

/// Writes every document into the staging folder, on all threads, and the run's own files after them.
struct DocumentStage {
    let root: String
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
        let temporary = folder + "/.parts"
        try makeFolder(temporary)
        let writer = try DocumentWriter(
            DocumentWriter.Options(templateFolder: hasTemplates ? templates : nil, temporaryFolder: temporary))
        let names = OutputNames.folders(for: bills.map(\.consolidated.customer))
        let written = try parallelMap(bills, threads: threads) { bill in
            let customer = bill.consolidated.customer
            let output = try writer.write(bill.documents, folderName: names.name(for: customer.text), into: folder)
            return (output: output, billing: try CustomerBilling(bill))
        }
        try removeFolder(temporary)
        let runFiles = try writer.writeRun(report, customers: written.map(\.output), into: folder)
        return Result(
            files: written.flatMap(\.output.files) + runFiles, billings: written.map(\.billing),
            manifestHash: runFiles.first { $0.path == "run.json" }?.sha256 ?? "")
    }

    private func removeFolder(_ path: String) throws {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw Findings([Finding(.cannotWrite, "the folder cannot be removed", at: Place(file: path))])
        }
    }

    private func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw Findings([Finding(.cannotWrite, "the folder cannot be made", at: Place(file: path))])
        }
    }
}

extension CustomerBilling {
    /// A bill as the ledger books it.
    fileprivate init(_ bill: CustomerBill) throws {
        self.init(
            customer: bill.consolidated.customer, drafts: try bill.documents.map(Draft.init),
            planPeriods: bill.billedPeriods.map { BilledPlanPeriod(subscription: $0.subscription, days: $0.period) },
            creditUses: bill.grantMovements.flatMap { movement in
                [
                    CreditUse(movement.grant, kind: .used, amount: movement.used),
                    CreditUse(movement.grant, kind: .expired, amount: movement.expired),
                ].filter { !$0.amount.isZero }
            },
            promotionUses: bill.promotionUses.sorted { $0.key < $1.key }.map {
                PromotionUse($0.key, cycles: $0.value.cycles, amount: $0.value.amount)
            })
    }
}
