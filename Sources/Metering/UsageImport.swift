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
        package var unknownCustomers: Set<CustomerID>
        /// Why the run must not go on: a policy of the workspace says `fail`, and it happened. The findings are among
        /// `findings` too.
        package var policyFailures: [Finding]
    }

    /// Reads the files on `threads` threads. `quarantine` gets every row that is set aside, in the order of files and
    /// rows; what it throws ends the import.
    package static func run(
        files: [MeterFile], order: MeterFileOrder = .asGiven, workspace: Workspace, range: UsageRange, threads: Int = 2,
        options: MeterReadingOptions = MeterReadingOptions(),
        quarantine: (QuarantinedRow) throws -> Void = { _ in }
    ) throws -> Result {
        let catalog = MeterCatalog(workspace)
        let reading = try MeterReading.run(
            files: files, order: order, catalog: catalog, threads: threads, options: options)
        let series = UsageSeries(reading)
        let plan = UsagePlan(reading, series, range, details: workspace.eventDetails)
        let parts = (0..<max(1, threads)).map { _ in UsageAccumulators(reading, series, plan) }
        let tallies = try deduplicate(reading, series, policy: workspace.business.conflicts, collectors: parts)
        let book = UsageBook(reading, series, plan, parts)
        let diagnosis = try MeterDiagnosis.run(
            reading, conflicts: tallies.flatMap(\.conflicts), quarantine: quarantine)
        let failures = policyFailures(workspace.business, diagnosis)
        let creates = workspace.business.unknownCustomers == .create
        return Result(
            book: book, reports: reports(reading, tallies), findings: diagnosis.findings + failures,
            unknownCustomers: creates ? diagnosis.unknownCustomers : [], policyFailures: failures)
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
        if business.conflicts == .fail { fail(diagnosis.conflictCount, "on_conflict", "in conflict with others") }
        return failures
    }

    /// Deduplicates all partitions, each collector on a thread of its own. Throws when events that were put aside on the
    /// disk cannot be read back.
    static func deduplicate(
        _ reading: MeterReading, _ series: UsageSeries, policy: ConflictPolicy,
        collectors: [some EventCollector & Sendable]
    ) throws(Findings) -> [DeduplicationTally] {
        let partitionCount = reading.shares.first?.events.partitionCount ?? 0
        let next = Atomic<Int>(0)
        let tallies = Mutex<[DeduplicationTally]>([])
        let fault = Mutex<Findings?>(nil)
        let work = { @Sendable (index: Int) in
            let deduplicator = EventDeduplicator(reading, series, policy: policy)
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
        }
        if collectors.count == 1 {
            work(0)
        } else {
            DispatchQueue.concurrentPerform(iterations: collectors.count, execute: work)
        }
        if let fault = fault.withLock({ $0 }) { throw fault }
        return tallies.withLock { $0 }
    }

    /// What became of each file. A duplicate is charged to the file in which it stands, which is the later one.
    static func reports(_ reading: MeterReading, _ tallies: [DeduplicationTally]) -> [FileReport] {
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
        return reports
    }
}
