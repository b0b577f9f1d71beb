import BillingTerms
import Catalog
import FileFormats

private typealias Place = BillingTerms.Place

/// What became of the rows of one text of a bill, or of a piece of it.
struct BillTally: Sendable {
    let file: String
    var groupCount = 0
    var coverage: [BillCoverage: CoveredCharges] = [:]
    /// Line types that billwright does not know.
    private var unknownTypes: [String: UnknownType] = [:]
    var rowsRead = 0
    var rowsKept = 0
    var rowsRepeated = 0
    var quarantine: [QuarantinedRow] = []
    /// Of single rows.
    var findings: [Finding] = []
    var unknownColumns: [String] = []
    var unreadableTagRows = 0
    /// Whether the text has no line end behind its last row, and ends in a column that counts.
    var endsUnfinished = false
    /// What was expected where tags could not be read.
    var tagsText = ""
    var remarks = BillRemarks()

    /// A file of nothing but bad rows would drown everything else; all of them are in the quarantine.
    static let mostRowFindings = 100

    init(file: String) { self.file = file }

    /// What a text holds of one group.
    struct GroupTotal {
        var isUsed = false
        var rowCount = 0
        var billed = ExactSum()
        var firstSecond = Int64.max
        var lastSecond = Int64.min
        var firstLine = 0

        mutating func include(_ charge: ProviderCharge) {
            if !isUsed { firstLine = charge.line }
            isUsed = true
            if !charge.continuesRow { rowCount += 1 }
            billed += charge.billedCost
            guard let second = charge.chargeStart?.seconds else { return }
            firstSecond = min(firstSecond, second)
            lastSecond = max(lastSecond, second)
        }
    }

    private struct UnknownType {
        var firstLine: Int
        var charges = CoveredCharges()

        mutating func add(_ other: UnknownType) {
            firstLine = min(firstLine, other.firstLine)
            charges += other.charges
        }
    }

    /// Takes up what the rows of one group came to.
    mutating func add(_ group: ChargeGroup, _ total: GroupTotal) {
        groupCount += 1
        guard total.isUsed else { return }
        var charges = CoveredCharges()
        charges.rowCount = total.rowCount
        charges.billedCost[group.currency.code] = total.billed
        if !group.isKnownLineType {
            add(group.lineType, UnknownType(firstLine: total.firstLine, charges: charges))
        }
        charges.subAccounts = [ProviderNames.accountKey(group.subAccount, provider: group.provider)]
        if total.firstSecond <= total.lastSecond {
            charges.include(firstSecond: total.firstSecond, lastSecond: total.lastSecond)
        }
        let covered = BillCoverage(
            provider: group.provider, billingAccount: group.billingAccount, periodStart: group.billingPeriod.start)
        coverage[covered, default: CoveredCharges()] += charges
    }

    private mutating func add(_ name: String, _ type: UnknownType) {
        unknownTypes[name, default: UnknownType(firstLine: type.firstLine)].add(type)
    }

    /// Takes over the piece that follows in the text, whose lines were counted from another one than the text's first.
    mutating func append(_ next: BillTally, linesBefore: Int) {
        groupCount += next.groupCount
        for (covered, charges) in next.coverage { coverage[covered, default: CoveredCharges()] += charges }
        for (name, type) in next.unknownTypes {
            add(name, UnknownType(firstLine: type.firstLine + linesBefore, charges: type.charges))
        }
        rowsRead += next.rowsRead
        rowsKept += next.rowsKept
        rowsRepeated += next.rowsRepeated
        quarantine += next.quarantine.map { row in
            var row = row
            row.line += linesBefore
            return row
        }
        let room = max(0, BillTally.mostRowFindings - findings.count)
        findings += next.findings.prefix(room).map { finding in
            var finding = finding
            finding.place?.line? += linesBefore
            return finding
        }
        unknownColumns = next.unknownColumns
        unreadableTagRows += next.unreadableTagRows
        endsUnfinished = next.endsUnfinished
        tagsText = next.tagsText
        remarks.add(next.remarks)
    }
}

// What the file came to.
extension BillTally {
    /// Adds this text to what the file came to, which may be an archive of several. What is compressed has a length and a
    /// checksum, so that only a plain text can have been cut unseen.
    func enter(_ reading: inout ProviderFileReading, of source: Sources.Source?, isPlain: Bool) {
        reading.groupCount += groupCount
        reading.report.rowsRead += rowsRead
        reading.report.rowsKept += rowsKept
        reading.report.rowsDuplicate += rowsRepeated
        reading.report.rowsQuarantined += quarantine.count
        reading.quarantine += quarantine
        reading.findings +=
            findings + unknownTypeFindings() + remarks.findings + remarks.discountFindings(file: file)
            + remarks.emptyCostFindings(file: file) + summaries()
        if endsUnfinished, isPlain, source?.mayLackFinalLineEnd != true {
            reading.findings.append(UnfinishedRow.finding(file))
        }
        reading.evidence.add(remarks.evidence)
        for (covered, charges) in coverage { reading.coverage[covered, default: CoveredCharges()] += charges }
        var whole = CoveredCharges()
        for covered in reading.coverage.values { whole += covered }
        reading.report.billedCost = whole.billedCost.mapValues(\.value)
        reading.report.firstSecond = whole.firstSecond
        reading.report.lastSecond = whole.lastSecond
    }

    /// One warning for each line type that billwright does not know, with what it holds.
    private func unknownTypeFindings() -> [Finding] {
        unknownTypes.sorted { $0.key < $1.key }.map { name, type in
            Finding(
                .warning, .unknownLineType, "the line type \"\(name)\" is not known",
                at: Place(file: file, line: type.firstLine),
                notes: ["kept as an adjustment: \(rowText(type.charges.rowCount)), \(type.charges.costText)"])
        }
    }

    private func summaries() -> [Finding] {
        var list: [Finding] = []
        if !unknownColumns.isEmpty {
            let names = unknownColumns.prefix(20).map { "\"\($0)\"" }.joined(separator: ", ")
            let more = unknownColumns.count > 20 ? " and \(unknownColumns.count - 20) more" : ""
            list.append(
                Finding(
                    .warning, .unknownColumns, "columns that nothing uses: \(names)\(more)",
                    at: Place(file: file, line: 1), notes: ["the rows are billed without them"]))
        }
        if unreadableTagRows > 0 {
            list.append(
                Finding(
                    .warning, .malformedRecord,
                    "expected \(tagsText), found something else in "
                        + rowText(unreadableTagRows), at: Place(file: file),
                    notes: ["the rows are billed, but rules on tags do not see them"]))
        }
        if !quarantine.isEmpty { list.append(quarantineSummary()) }
        return list
    }

    private func quarantineSummary() -> Finding {
        var known = CoveredCharges()
        for row in quarantine {
            guard let cost = row.cost, let currency = row.currency else { continue }
            known.rowCount += 1
            known.billedCost[currency, default: ExactSum()] += cost
        }
        let unknown = quarantine.count - known.rowCount
        var notes: [String] = []
        if known.rowCount > 0 { notes.append("\(known.costText) in \(rowText(known.rowCount)) is not billed") }
        if unknown > 0 { notes.append("the cost of \(rowText(unknown)) is not known") }
        if quarantine.count > BillTally.mostRowFindings {
            notes.append("the first \(BillTally.mostRowFindings) are listed here, all of them in the quarantine")
        }
        return Finding(
            .error, .quarantinedRows, "\(rowText(quarantine.count)) of \(rowsRead) set aside",
            at: Place(file: file), notes: notes)
    }

    private func rowText(_ count: Int) -> String { numbered(count, "row") }
}
