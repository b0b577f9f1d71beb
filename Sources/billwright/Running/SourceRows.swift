import BillingTerms
import Catalog
import Foundation
import Importing
import Invoicing
import Metering

/// The rows of the exports behind a line's quantity, read anew: the exports are the source.
struct SourceRows {
    let root: String
    let workspace: Workspace
    let past: ImportedPast
    let now: Timestamp
    let limit: Int

    /// The rows of a usage line, or the days of a cost line, in words; nothing for fees and add-ons.
    func text(behind line: InvoiceLine, of document: InvoiceDocument) throws -> String {
        switch line.rated.kind {
        case .usage: try usageText(line, of: document)
        case .cost: costText(line, of: document)
        case .fee, .addOn, .minimum, .commitment, .serviceFee: ""
        }
    }

    private func usageText(_ line: InvoiceLine, of document: InvoiceDocument) throws -> String {
        guard let meter = line.rated.meter, let project = line.project else { return "" }
        let inbox = try Inbox.list(root: root, settleSeconds: 0, now: Timestamp(nanoseconds: 0))
        let exports = RecognisedExports(
            ProviderInbox(inbox.files.map { ProviderFile($0, workspace.sources) }).unrecognised)
        let query = UsageQuery(
            customer: workspace.owner(of: project)?.id ?? document.customer, project: project, meter: meter,
            filter: filter(of: line), cell: cell(of: line), days: line.rated.period)
        let threads = max(1, ProcessInfo.processInfo.activeProcessorCount)
        let (rows, total) = try UsageImport.rows(
            files: exports.files, order: .byImport(past.firstBatches), workspace: workspace, query: query,
            billed: past.billed, limit: limit, threads: threads,
            options: MeterReadingOptions(latest: workspace.business.latestEvent(at: now)))
        let shown = rows.isEmpty ? "" : total > rows.count ? ", the first \(rows.count)" : ""
        let table = columns(
            rows.map { ["  \($0.file):\($0.line)", $0.instant.description, $0.value.description] }, header: nil,
            rightAligned: [2])
        return (["", "\(numbered(total, "source row"))\(shown):"] + table).joined(separator: "\n")
    }

    /// The cell of a matrix that prices the line.
    private func cell(of line: InvoiceLine) -> (matrix: MatrixPrice, place: Int)? {
        guard let place = line.rated.matrixCell,
            let version = workspace.plans[line.rated.plan]?.version(on: line.rated.planVersion),
            let price = version.prices.first(where: { $0.item.text == line.rated.itemID }),
            case .matrix(let matrix) = price.model
        else { return nil }
        return (matrix, place)
    }

    /// The item's filter, and the split values that the line's description carries.
    private func filter(of line: InvoiceLine) -> [String: [String]] {
        guard case .usage(let selection)? = workspace.productItems[ProductItemID(line.rated.itemID)]?.origin else {
            return [:]
        }
        return selection.filter.merging(line.rated.splitValues.mapValues { [$0] }) { _, split in split }
    }

    private func costText(_ line: InvoiceLine, of document: InvoiceDocument) -> String {
        let days = document.usage.filter { $0.lines.contains(line.number) }
        let rows = days.reduce(0) { $0 + $1.eventCount }
        let shown = days.count > limit ? ", the first \(limit)" : ""
        let table = columns(
            days.prefix(limit).map {
                ["  \($0.day)", $0.meter, $0.dimensions, "\($0.quantity) \($0.unit)", numbered($0.eventCount, "row")]
            },
            header: nil, rightAligned: [3, 4])
        let files = document.audit.inputs.filter { $0.path.hasPrefix("inbox/providers/") }.map { "  \($0.path)" }
        return
            (["", "\(numbered(rows, "row")) of provider bills, by day\(shown):"] + table + ["", "read from:"] + files)
            .joined(
                separator: "\n")
    }
}
