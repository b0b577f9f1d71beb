import BillingTerms
import FileFormats

private typealias Place = BillingTerms.Place

/// The bills of an inbox, read, and settled which of them count.
///
/// Every delivery of a billing account's month replaces the one before: of all intact deliveries that hold charges of the
/// same provider, billing account and billing period, the newest counts (`ProviderDelivery.Age`), and the rows of the
/// others are reported as duplicates. A delivery of which one part is broken changes nothing: none of its parts counts,
/// and the one before it does.
///
/// `Sheet` is whatever sums up the charges of one file, or of a piece of it; sheets are only to be used as far as `File.counted` says.
package struct ProviderImport<Sheet: Sendable>: Sendable {
    package struct File: Sendable {
        package var report: FileReport
        /// One, or one for each piece of a large file.
        package var sheets: [Sheet]
        /// The charges of these count; of all others a newer delivery was read.
        package var counted: Set<BillCoverage>
    }

    /// The files whose rows were read, by path; among them some of which nothing counts.
    package private(set) var files: [File] = []
    /// Of every bill and manifest of the inbox, by path.
    package private(set) var reports: [FileReport] = []
    /// Rows that are set aside, of the deliveries that count.
    package private(set) var quarantine: [QuarantinedRow] = []
    package private(set) var findings: [Finding] = []

    private typealias ReadPart = (reading: ProviderFileReading, sheets: [Sheet])

    private struct Reading {
        var delivery: ProviderDelivery
        var parts: [ReadPart]
        var coverage: [BillCoverage: CoveredCharges] = [:]

        /// `isDated` says that no other delivery was written at the same time, so that its hash decides nothing.
        init(_ delivery: ProviderDelivery, _ parts: [ReadPart], isDated: Bool) {
            self.delivery = delivery
            self.parts = parts
            for part in parts {
                for (key, charges) in part.reading.coverage { coverage[key, default: CoveredCharges()] += charges }
            }
            if delivery.manifest == nil, !isDated {
                self.delivery.age.sha256 = zip(delivery.parts, parts).map(Self.digest).max() ?? ""
            }
        }

        private static func digest(_ part: ProviderDelivery.Part, _ read: ReadPart) -> String {
            let known = read.reading.report.sha256
            return known.isEmpty ? (try? ByteSource.digest(ofFile: part.file.location))?.hexadecimal ?? "" : known
        }

        var view: CostView {
            var evidence = CostViewEvidence()
            for part in parts { evidence.add(part.reading.evidence) }
            return delivery.view ?? evidence.view
        }

        var isIntact: Bool { parts.allSatisfy { !$0.reading.isRefused } }
    }

    /// Reads files on all cores. `enter` is only called for one charge of a sheet at a time.
    package init(
        _ inbox: ProviderInbox, reader: ProviderBillReader, newSheet: @escaping @Sendable () -> Sheet,
        enter: @escaping @Sendable (inout Sheet, ProviderCharge) -> Void
    ) {
        let read = { @Sendable (part: ProviderDelivery.Part) -> ReadPart in
            var (reading, sheets) = reader.readSheets(part.file, of: part.format, newSheet: newSheet, enter: enter)
            reading.refuse(below: part.expectedRows)
            return (reading, sheets)
        }
        let current = inbox.deliveries.flatMap(\.parts)
        let readings = eachOnAnyCore(current, read)
        let known = Dictionary(zip(current.map(\.file.path), readings), uniquingKeysWith: { first, _ in first })
        var reportsByPath = Dictionary(inbox.reports.map { ($0.path, $0) }, uniquingKeysWith: { _, last in last })
        let times = Dictionary(grouping: inbox.deliveries.flatMap { [$0] + $0.earlier }, by: \.age.written)
        var intact: [Reading] = []
        findings = inbox.findings
        for delivery in inbox.deliveries {
            let candidates = [delivery] + delivery.earlier
            for (place, candidate) in candidates.enumerated() {
                let reading = Reading(
                    candidate, candidate.parts.map { known[$0.file.path] ?? read($0) },
                    isDated: times[candidate.age.written]?.count == 1)
                if let manifest = candidate.manifest {
                    reportsByPath[manifest.path]?.status = reading.isIntact ? .imported : .waiting
                    findings.removeAll { $0.code == .superseded && $0.place?.file == manifest.path }
                }
                if reading.isIntact {
                    intact.append(reading)
                    break
                }
                let before = place + 1 < candidates.count ? candidates[place + 1] : nil
                for report in holdBack(reading, before: before) { reportsByPath[report.path] = report }
            }
        }
        let winners = settle(intact)
        for (index, reading) in intact.enumerated() {
            let counted = Set(reading.coverage.keys.filter { winners[$0]?.contains(index) == true })
            for part in reading.parts {
                let file = take(part.reading, sheets: part.sheets, counted: counted)
                reportsByPath[file.report.path] = file.report
                files.append(file)
            }
        }
        files.sort { $0.report.path < $1.report.path }
        reports = reportsByPath.values.sorted { $0.path < $1.path }
        quarantine.sort { ($0.file, $0.line, $0.column ?? 0) < ($1.file, $1.line, $1.column ?? 0) }
        findings.sort()
    }

    /// A delivery with a broken part: what is broken is refused, and the rest waits.
    private mutating func holdBack(_ reading: Reading, before: ProviderDelivery?) -> [FileReport] {
        let broken = reading.parts.count { $0.reading.isRefused }
        if reading.parts.count > 1 || before != nil {
            let count = reading.parts.count
            var notes = ["nothing of this delivery is billed until all its parts can be read"]
            if let before { notes.append("until then the delivery before it is billed: \(before.name)") }
            findings.append(
                Finding(
                    .error, .missingPart,
                    "expected \(count == 1 ? "1 readable part" : "\(count) readable parts"), found \(count - broken)",
                    at: Place(file: reading.delivery.name), notes: notes))
        }
        return reading.parts.map { part in
            findings += part.reading.isRefused ? part.reading.findings : []
            var report = part.reading.report
            if !part.reading.isRefused {
                report = FileReport(
                    path: report.path, sha256: report.sha256, byteCount: report.byteCount, content: report.content,
                    status: .waiting)
            }
            return report
        }
    }

    /// For each thing covered the places of the deliveries that count, with a warning for every other one.
    ///
    /// The newest counts, and what is as invoiced before what is amortised: both views of a month are never added up. Azure
    /// exports one subscription or all of an account, as people set it up: there deliveries without a common account do not
    /// replace each other.
    private mutating func settle(_ readings: [Reading]) -> [BillCoverage: Set<Int>] {
        var winners: [BillCoverage: Set<Int>] = [:]
        for key in Set(readings.flatMap(\.coverage.keys)).sorted() {
            let candidates = readings.indices.filter { readings[$0].coverage[key] != nil }.sorted { left, right in
                let (a, b) = (readings[left], readings[right])
                return a.view == b.view ? a.delivery.age > b.delivery.age : a.view == .actual
            }
            for index in candidates {
                let winner = (winners[key] ?? []).sorted().first { isReplaced(readings[index], by: readings[$0], key) }
                if let winner {
                    report(readings[index], replacedBy: readings[winner], key)
                } else {
                    winners[key, default: []].insert(index)
                    if readings[index].view == .amortised { reportAmortised(readings[index], key) }
                }
            }
        }
        return winners
    }

    private func isReplaced(_ reading: Reading, by other: Reading, _ key: BillCoverage) -> Bool {
        guard key.provider == "azure", let own = reading.coverage[key], let theirs = other.coverage[key] else {
            return true
        }
        return !own.subAccounts.isDisjoint(with: theirs.subAccounts)
    }

    private mutating func report(_ reading: Reading, replacedBy winner: Reading, _ key: BillCoverage) {
        guard let charges = reading.coverage[key], let counted = winner.coverage[key] else { return }
        let isOtherView = reading.view != winner.view
        findings.append(
            Finding(
                .warning, isOtherView ? .amortisedBill : .superseded,
                "the bill of the \(key.provider) account \"\(key.billingAccount)\" from \(key.periodStart) on "
                    + (isOtherView ? "is there as invoiced and amortised" : "was delivered again"),
                at: Place(file: reading.delivery.name),
                notes: [
                    "not billed: \(charges.rowText), \(charges.costText)" + (isOtherView ? ", the amortised view" : ""),
                    "billed instead: \(counted.rowText), \(counted.costText) of \(winner.delivery.name)",
                ]))
    }

    private mutating func reportAmortised(_ reading: Reading, _ key: BillCoverage) {
        guard let charges = reading.coverage[key] else { return }
        findings.append(
            Finding(
                .warning, .amortisedBill,
                "expected the bill of the \(key.provider) account \"\(key.billingAccount)\" from \(key.periodStart) on as "
                    + "invoiced, found only the amortised view",
                at: Place(file: reading.delivery.name),
                notes: [
                    "billed all the same: \(charges.rowText), \(charges.costText)",
                    "its sum is not that of the provider's invoice; export the actual cost too, and that is billed",
                ]))
    }

    private mutating func take(
        _ reading: ProviderFileReading, sheets: [Sheet], counted: Set<BillCoverage>
    ) -> File {
        var charges = CoveredCharges()
        for (key, covered) in reading.coverage where counted.contains(key) { charges += covered }
        let isReplaced = charges.rowCount == 0 && reading.report.rowsKept > 0
        var report = reading.report
        report.status = isReplaced ? .superseded : .imported
        report.rowsDuplicate += report.rowsKept - charges.rowCount
        report.rowsKept = charges.rowCount
        report.billedCost = charges.billedCost.mapValues(\.value)
        report.firstSecond = charges.firstSecond
        report.lastSecond = charges.lastSecond
        if !isReplaced {
            quarantine += reading.quarantine
            findings += reading.findings
        }
        return File(report: report, sheets: sheets, counted: counted.intersection(reading.coverage.keys))
    }
}
