import BillingTerms
import Catalog
import FileFormats
import Importing
import Metering

/// Reads the inbox: every file recognised by its content, provider bills settled into deliveries, meter events
/// deduplicated, and all of it summed up to the waist.
struct ImportStage {
    let workspace: Workspace
    let inbox: Inbox
    /// The days of each customer whose usage and cost are wanted. Every row is read and counted all the same.
    let days: [CustomerID: ServicePeriod]
    /// In which batch a file with this hash was first imported: earlier events come first, so that a conflicting event
    /// that arrives later never takes the place of one that was billed.
    let firstBatches: [String: Int]
    let threads: Int

    func books() throws -> ImportedBooks {
        let bills = ProviderInbox(inbox.files.map { ProviderFile($0, workspace.sources) })
        let costs = CostImport(bills, workspace: workspace, days: allDays)
        let exports = try recognisedExports(bills.unrecognised)
        var quarantine = costs.quarantine
        let usage = try UsageImport.run(
            files: try ranked(exports.files), workspace: workspace, range: .each(days), threads: threads
        ) { quarantine.append($0) }
        let findings =
            inbox.findings + inbox.unsettled.map(unsettledFinding) + costs.findings + exports.findings + usage.findings
        return ImportedBooks(
            usage: usage.book, costs: Dictionary(grouping: costs.book.costs, by: \.customer),
            unassigned: costs.book.unassigned, controls: costs.book.controlTotals, files: costs.reports + usage.reports,
            quarantine: quarantine, findings: findings, refusals: usage.policyFailures)
    }

    private var allDays: ServicePeriod {
        let start = days.values.map(\.start).min() ?? CalendarDay(number: 0)
        return ServicePeriod(start: start, end: days.values.map(\.end).max() ?? start)
    }

    /// Meter exports among the files that are no bills; what is neither is told, with what its content looked like.
    private func recognisedExports(_ files: [ProviderFile]) throws -> (files: [MeterFile], findings: [Finding]) {
        var exports: [MeterFile] = []
        var findings: [Finding] = []
        for file in files {
            let export = MeterFile(path: file.location, name: file.path, source: file.source)
            do throws(FileFormatError) {
                let source = try ByteSource.open(path: file.location)
                if MeterExport.recognise(head: try source.prefix(MeterExport.headSize), source: export.source) != nil {
                    exports.append(export)
                } else {
                    findings.append(UnknownFormat.finding(file))
                }
            } catch {
                findings.append(
                    Finding(
                        .brokenFile, error.message,
                        at: Place(file: file.path, line: error.line, column: error.column, byte: error.byteOffset),
                        notes: ["the file is refused whole; nothing of it is billed"]))
            }
        }
        return (exports, findings)
    }

    /// Earlier imports first; among files that are new together the order is that of their hashes, which neither names nor
    /// folders change.
    private func ranked(_ files: [MeterFile]) throws -> [MeterFile] {
        let digests = try parallelMap(files, threads: threads) { file in
            (try? ByteSource.digest(ofFile: file.path).hexadecimal) ?? ""
        }
        return zip(files, digests).sorted { left, right in
            let a = (firstBatches[left.1] ?? .max, left.1, left.0.name)
            return a < (firstBatches[right.1] ?? .max, right.1, right.0.name)
        }.map(\.0)
    }

    private func unsettledFinding(_ file: Inbox.File) -> Finding {
        Finding(
            .note, .unsettledFile, "the file changed less than \(workspace.business.settleSeconds) seconds ago",
            at: Place(file: file.path), notes: ["it may still be written to, and is left for the next run"])
    }
}

extension ProviderFile {
    init(_ file: Inbox.File, _ sources: Sources) {
        let path = file.path.hasPrefix("inbox/") ? String(file.path.dropFirst("inbox/".count)) : file.path
        self.init(
            path: file.path, location: file.location, modified: file.modified,
            source: sources.source(ofInboxPath: path))
    }
}
