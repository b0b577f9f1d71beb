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
    /// In which batch a file with this hash was first imported.
    let firstBatches: [String: Int]
    let threads: Int
    let memoryLimit: MemorySize?
    let progress: Progress

    func books() throws -> ImportedBooks {
        let options = readingOptions
        let bills = ProviderInbox(inbox.files.map { ProviderFile($0, workspace.sources) })
        let costs = CostImport(bills, workspace: workspace, days: allDays, options: options)
        let exports = RecognisedExports(bills.unrecognised)
        var quarantine = costs.quarantine
        let usage = try UsageImport.run(
            files: exports.files, order: .byImport(firstBatches), workspace: workspace, range: .each(days),
            threads: threads, options: options
        ) { quarantine.append($0) }
        let findings =
            inbox.findings + inbox.unsettledFindings(workspace.business) + costs.findings + exports.findings
            + usage.findings
        return ImportedBooks(
            usage: usage.book, costs: Dictionary(grouping: costs.book.costs, by: \.customer),
            unassigned: costs.book.unassigned, controls: costs.book.controlTotals, files: costs.reports + usage.reports,
            quarantine: quarantine, findings: findings, refusals: usage.policyFailures)
    }

    private var readingOptions: MeterReadingOptions {
        let read = ReadingProgress(
            totalBytes: inbox.files.reduce(0) { $0 + $1.byteCount }, totalFiles: inbox.files.count)
        progress.reading("importing", read)
        var options = MeterReadingOptions()
        if let memoryLimit { options.memoryLimit = memoryLimit.bytes }
        options.progress = read
        return options
    }

    private var allDays: ServicePeriod {
        let start = days.values.map(\.start).min() ?? CalendarDay(number: 0)
        return ServicePeriod(start: start, end: days.values.map(\.end).max() ?? start)
    }
}

extension Inbox {
    func unsettledFindings(_ business: Business) -> [Finding] {
        unsettled.map { file in
            Finding(
                .note, .unsettledFile, "the file changed less than \(business.settleSeconds) seconds ago",
                at: Place(file: file.path), notes: ["it may still be written to, and is left for the next run"])
        }
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

/// Meter exports among the files that are no provider's bills; what is neither is told.
struct RecognisedExports {
    private(set) var files: [MeterFile] = []
    private(set) var findings: [Finding] = []

    init(_ candidates: [ProviderFile]) {
        for file in candidates {
            do throws(FileFormatError) {
                let head = try ByteSource.open(path: file.location).prefix(MeterExport.headSize)
                if MeterExport.recognise(head: head, source: file.source) != nil {
                    files.append(MeterFile(path: file.location, name: file.path, source: file.source))
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
    }
}
