import BillingTerms
import Catalog
import FileFormats
import Importing
import Ledger
import Metering

/// Reads the inbox: every file recognised by its content, provider bills settled into deliveries, meter events
/// deduplicated, and all of it summed up to the waist.
struct ImportStage {
    let workspace: Workspace
    let inbox: Inbox
    /// The days of each customer whose usage and cost are wanted. Every row is read and counted all the same.
    let days: [CustomerID: ServicePeriod]
    let past: ImportedPast
    let now: Timestamp
    let threads: Int
    let memoryLimit: MemorySize?
    let progress: Progress
    /// Whether the SHA-256 of meter exports are wanted; deciding by them is done in any case.
    var hashesFiles = true

    func books() throws -> ImportedBooks {
        let options = readingOptions
        let bills = ProviderInbox(inbox.files.map { ProviderFile($0, workspace.sources) })
        let costs = CostImport(bills, workspace: workspace, days: allDays, options: options)
        let exports = RecognisedExports(bills.unrecognised)
        var quarantine = costs.quarantine
        let usage = try UsageImport.run(
            files: exports.files, order: .byImport(past.firstBatches), workspace: workspace, range: .each(days),
            billed: past.billed, threads: threads, options: options
        ) { quarantine.append($0) }
        let findings =
            inbox.findings + inbox.unsettledFindings(workspace.business) + costs.findings + exports.findings
            + usage.findings + usage.reports.compactMap(futureFinding)
        return ImportedBooks(
            usage: usage.book, costs: Dictionary(grouping: costs.book.costs, by: \.customer),
            unassigned: costs.book.unassigned, controls: costs.book.controlTotals, files: costs.reports + usage.reports,
            unbilled: usage.unbilled, unknownCustomers: usage.unknownCustomers, quarantine: quarantine,
            findings: findings, refusals: usage.policyFailures)
    }

    private var readingOptions: MeterReadingOptions {
        let read = ReadingProgress(
            totalBytes: inbox.files.reduce(0) { $0 + $1.byteCount }, totalFiles: inbox.files.count)
        progress.reading("importing", read)
        var options = MeterReadingOptions(latest: workspace.business.latestEvent(at: now))
        if let memoryLimit { options.memoryLimit = memoryLimit.bytes }
        options.progress = read
        options.hashesFiles = hashesFiles
        return options
    }

    private var allDays: ServicePeriod {
        let start = days.values.map(\.start).min() ?? CalendarDay(number: 0)
        return ServicePeriod(start: start, end: days.values.map(\.end).max() ?? start)
    }

    /// Events of the future that are kept are told: a mistyped year would otherwise never be billed and never be seen.
    private func futureFinding(_ file: FileReport) -> Finding? {
        guard workspace.business.futureEvents == .keep, let last = file.lastSecond.flatMap({ Timestamp(seconds: $0) }),
            last > now
        else { return nil }
        return Finding(
            .note, .futureEvent, "the file has events up to \(last), which is still to come",
            at: Place(file: file.path),
            notes: ["they are billed with the periods that they lie in"])
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

/// What earlier imports and runs have left in the ledger that decides how events count now.
struct ImportedPast: Sendable {
    /// In which batch a file with this hash was first imported.
    var firstBatches: [String: Int]
    var billed: BilledPeriods

    /// For a run of these days; all that was billed, for none. The drafts of the days themselves and of later ones are about
    /// to be replaced, so that nothing comes late for them.
    init(_ ledger: Ledger, before days: ServicePeriod?) throws {
        firstBatches = try ledger.firstBatches()
        var periods: [CustomerID: [BilledPeriods.Period]] = [:]
        for billed in try ledger.billedDays() {
            let isBefore = days.map { billed.days.end <= $0.start } ?? true
            guard billed.isIssued || isBefore else { continue }
            periods[billed.customer, default: []].append(
                BilledPeriods.Period(
                    name: billed.periodName, days: billed.days, isIssued: billed.isIssued, inputs: billed.inputs))
        }
        billed = BilledPeriods(periods)
    }
}

extension Business {
    /// The last instant that is not of the future; nil when events of the future count.
    func latestEvent(at now: Timestamp) -> Timestamp? {
        guard futureEvents == .quarantine else { return nil }
        return Timestamp(nanoseconds: now.nanoseconds + Int64(futureToleranceHours) * 3_600_000_000_000)
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
                // Of an archive by its first file; whoever reads them all says which of the others is none.
                let head = try InputFile(path: file.location).open().prefix(MeterExport.headSize)
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
