import BillingTerms
import Catalog
import Dispatch
import Importing
import Synchronization

/// From meter exports to usage: reading, deduplication over everything that is read, and adding up by customer,
/// project, meter, dimension values and day.
///
/// ```swift
/// let result = try UsageImport.run(
///     files: files, workspace: workspace, range: .everybody(period), quarantine: { try store.add($0) })
/// guard result.policyFailures.isEmpty else { ... }
/// for customer in workspace.customers.keys { rate(result.book.usage(of: customer)) }
/// ```
///
/// `order` decides which of several equal or conflicting events is the first; the same order gives the same result,
/// whatever the number of threads.
package enum UsageImport {
    package struct Result: Sendable {
        package var book: UsageBook
        /// One for each file, in the order that was asked for.
        package var reports: [FileReport]
        /// In the order of files and lines; a fault that many rows share is told for the first few, then counted.
        package var findings: [Finding]
        /// Customers that the exports name and the workspace does not have, where `unknown_customers: create` asks for
        /// them. Their rows are in the quarantine.
        package var unknownCustomers: [CustomerID: UnknownCustomer]
        /// Rows that are kept and not billed, by the names of their files.
        package var unbilled: [String: UnbilledRows]
        /// Why the run must not go on: a policy of the workspace says `fail`, and it happened. The findings are among
        /// `findings` too.
        package var policyFailures: [Finding]
    }

    /// Reads the files on `threads` threads. `quarantine` gets every row that is set aside, in the order of files and
    /// rows; what it throws ends the import.
    ///
    /// Where `options` asks for no hashes, files are hashed all the same when a result depends on them: which of two
    /// conflicting events is the first, and which file a period was billed from.
    package static func run(
        files: [MeterFile], order: MeterFileOrder = .asGiven, workspace: Workspace, range: UsageRange,
        billed: BilledPeriods = BilledPeriods(), threads: Int = 2,
        options: MeterReadingOptions = MeterReadingOptions(),
        quarantine: (QuarantinedRow) throws -> Void = { _ in }
    ) throws -> Result {
        var options = options
        options.hashesFiles = options.hashesFiles || !billed.periods.isEmpty
        let catalog = MeterCatalog(workspace)
        let reading = try MeterReading.run(
            files: files, order: order, catalog: catalog, threads: threads, options: options)
        let series = UsageSeries(reading)
        let plan = UsagePlan(reading, series, range, details: workspace.eventDetails)
        let parts = (0..<max(1, threads)).map { _ in UsageAccumulators(reading, series, plan) }
        let (tallies, screened) = try deduplicate(reading, series, workspace, billed, collectors: parts)
        if !options.hashesFiles, tallies.contains(where: { !$0.conflicts.isEmpty }) {
            options.hashesFiles = true
            return try run(
                files: files, order: order, workspace: workspace, range: range, billed: billed, threads: threads,
                options: options, quarantine: quarantine)
        }
        let book = UsageBook(reading, series, plan, parts, workspace)
        let diagnosis = try MeterDiagnosis.run(
            reading, conflicts: tallies.flatMap(\.conflicts), quarantine: quarantine)
        let failures = policyFailures(workspace.business, diagnosis)
        let creates = workspace.business.unknownCustomers == .create
        let unbilled = screened.unbilled.map { (reading.files[$0.key].file.name, $0.value) }
        return Result(
            book: book, reports: reports(reading, tallies, screened),
            findings: diagnosis.findings + screened.findings + failures
                + meterFindings(catalog, parts.map(\.gathering)),
            unknownCustomers: creates ? diagnosis.unknownCustomers : [:],
            unbilled: Dictionary(unbilled, uniquingKeysWith: { first, _ in first }), policyFailures: failures)
    }

    /// What meters make of their events that a reader of the exports would not expect.
    private static func meterFindings(_ catalog: MeterCatalog, _ parts: [EventGathering]) -> [Finding] {
        var findings: [Finding] = []
        func tell(_ count: Int, of meter: Meter, _ severity: Finding.Severity, _ code: FindingCode, _ words: [String]) {
            guard count > 0 else { return }
            let events =
                count == 1
                ? "1 event of the meter \"\(meter.id)\" is" : "\(count) events of the meter \"\(meter.id)\" are"
            findings.append(Finding(severity, code, "\(events) \(words[0])", notes: [words[1]]))
        }
        for (index, meter) in catalog.meters.enumerated() {
            tell(
                parts.reduce(0) { $0 + $1.filteredCounts[index] }, of: meter, .note, .filteredEvents,
                ["left out by its filter", "only \(meter.filterText) counts (catalog/meters.yaml)"])
            tell(
                parts.reduce(0) { $0 + $1.oddSwitchCounts[index] }, of: meter, .warning, .oddSwitch,
                ["neither 1 nor 0", "a duration is opened by 1 and closed by 0; any other value is counted as 1"])
        }
        return findings
    }

    private static func policyFailures(_ business: Business, _ diagnosis: MeterDiagnosis) -> [Finding] {
        var failures: [Finding] = []
        func fail(_ rows: Int, _ policy: String, _ what: String) {
            guard rows > 0 else { return }
            failures.append(
                Finding(
                    .quarantinedRows, "\(rows) \(rows == 1 ? "row" : "rows") \(what)",
                    notes: ["\(policy): fail in billwright.yaml stops the run"]))
        }
        if business.badRows == .fail { fail(diagnosis.badRowCount, "on_bad_row", "cannot be read") }
        if business.unknownCustomers == .fail {
            fail(diagnosis.unknownCustomerRows, "unknown_customers", "of unknown customers")
        }
        if business.unknownMeters == .fail { fail(diagnosis.unknownMeterRows, "unknown_meters", "of unknown meters") }
        if business.conflicts == .fail { fail(diagnosis.conflictCount, "on_conflict", "in conflict with others") }
        return failures
    }

    /// Deduplicates all partitions and drops what is cancelled, each collector on a thread of its own. Throws when events
    /// that were put aside on the disk cannot be read back.
    static func deduplicate(
        _ reading: MeterReading, _ series: UsageSeries, _ workspace: Workspace, _ billed: BilledPeriods,
        collectors: [some EventCollector & Sendable]
    ) throws -> ([DeduplicationTally], ScreeningReport) {
        let cancelled = CancelledEvents(reading, series, workspace.cancellations)
        let late = LateEvents(reading, billed, policy: workspace.business.lateEvents)
        let partitionCount = reading.shares.first?.events.partitionCount ?? 0
        let next = Atomic<Int>(0)
        let policy = workspace.business.conflicts
        let tallies = Mutex<[DeduplicationTally]>([])
        let fault = Mutex<Findings?>(nil)
        let screenings = Mutex<[EventScreening]>([])
        let work = { @Sendable (index: Int) in
            let screening = EventScreening(reading, series, cancelled, late)
            let deduplicator = EventDeduplicator(reading, series, policy: policy, screening: screening)
            while true {
                let partition = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard partition < partitionCount else { break }
                do throws(Findings) {
                    try deduplicator.run(partition, collector: collectors[index])
                } catch {
                    fault.withLock { $0 = error }
                    break
                }
            }
            tallies.withLock { $0.append(deduplicator.tally) }
            if let screening { screenings.withLock { $0.append(screening) } }
        }
        if collectors.count == 1 {
            work(0)
        } else {
            DispatchQueue.concurrentPerform(iterations: collectors.count, execute: work)
        }
        if let fault = fault.withLock({ $0 }) { throw fault }
        let report = try ScreeningReport(reading, cancelled, screenings.withLock { $0 }, workspace)
        return (tallies.withLock { $0 }, report)
    }

    /// What became of each file. A duplicate is charged to the file in which it stands, which is the later one.
    static func reports(
        _ reading: MeterReading, _ tallies: [DeduplicationTally], _ screened: ScreeningReport
    ) -> [FileReport] {
        var reports = reading.files.map { file in
            FileReport(
                path: file.file.name, sha256: file.sha256, byteCount: file.byteCount, content: file.content,
                status: file.status)
        }
        for chunk in reading.chunks where !chunk.isVoid {
            let duplicates = tallies.reduce(0) { $0 + $1.duplicates[chunk.number] }
            let setAside = tallies.reduce(0) { $0 + $1.setAside[chunk.number] } + chunk.rowsBad
            reports[chunk.file].rowsRead += chunk.rowsRead
            reports[chunk.file].rowsDuplicate += duplicates
            reports[chunk.file].rowsQuarantined += setAside
            reports[chunk.file].rowsKept += chunk.rowsRead - duplicates - setAside
            for tally in tallies where tally.first[chunk.number] <= tally.last[chunk.number] {
                let first = Timestamp(nanoseconds: tally.first[chunk.number]).seconds
                let last = Timestamp(nanoseconds: tally.last[chunk.number]).seconds
                reports[chunk.file].firstSecond = min(reports[chunk.file].firstSecond ?? first, first)
                reports[chunk.file].lastSecond = max(reports[chunk.file].lastSecond ?? last, last)
            }
        }
        for (file, count) in screened.duplicates {
            reports[file].rowsDuplicate += count
            reports[file].rowsKept -= count
        }
        return reports
    }
}
