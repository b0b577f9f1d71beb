import BillingTerms
import Catalog
import FileFormats

private typealias Place = BillingTerms.Place

/// What a text holds of one group.
private struct GroupTotal {
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

/// The loop over a bill's rows: counts them, sets aside what cannot be read, and sums up what was given out.
struct ProviderRowLoop<Rows: ProviderRowReader> {
    private var rows: Rows
    private let file: String
    /// The number of this text's first group: an archive of several texts is one file.
    private let firstGroup: Int
    private var latest: ProviderCharge?
    private var groups: [ChargeGroup] = []
    private var totals: [GroupTotal] = []
    /// The group of each combination of the grouping columns, and those of further charges of its rows.
    private var groupPlaces: [Int] = []
    private var furtherGroups: [FurtherGroup: Int] = [:]
    private var unknownNames: [String] = []
    private var rowsRead = 0
    private var rowsKept = 0
    private var quarantine: [QuarantinedRow] = []
    private var findings: [Finding] = []

    /// A file of nothing but bad rows would drown everything else; all of them are in the quarantine.
    private static var mostRowFindings: Int { 100 }

    init(rows: Rows, file: String, firstGroup: Int) {
        self.rows = rows
        self.file = file
        self.firstGroup = firstGroup
    }

    mutating func run(_ reader: Rows.Row, rowLimit: Int, sink: (ProviderCharge) -> Void) throws(FileFormatError) {
        let grouping = rows.groupingColumns.compactMap(\.index)
        var table = GroupTable(width: grouping.count)
        let fieldCount = reader.header.count - reader.addedFieldCount
        var lastWasShort = false
        while rowsKept < rowLimit, try reader.next() {
            rowsRead += 1
            lastWasShort = reader.fieldCount < fieldCount
            if let fault = reader.fault {
                setAside(reader, fault)
                continue
            }
            guard reader.fieldCount == fieldCount else {
                setAside(reader, wrongShape(reader, expected: fieldCount))
                continue
            }
            do throws(RowRefusal) {
                let charge = try readRow(reader, grouping, &table)
                count(charge)
                sink(charge)
                for further in rows.furtherCharges { sink(self.charge(further, of: charge)) }
                latest = charge
            } catch {
                setAside(reader, error)
                // The table of groups knows this row, the charge of the row before does not.
                latest = nil
            }
        }
        unknownNames = reader.unknownNames
        // A file that ends inside a row was cut: what is missing behind it is not known.
        if lastWasShort, rowsKept < rowLimit, !reader.lastRecordEndedWithNewline {
            throw FileFormatError(
                .truncated, "expected \(fieldCount) fields and a line end in the last row, found the end of the file",
                line: reader.line)
        }
    }

    /// The row's charge: that of the row before, whose texts are only replaced where the group changes.
    private mutating func readRow(
        _ reader: Rows.Row, _ grouping: [Int], _ table: inout GroupTable
    ) throws(RowRefusal) -> ProviderCharge {
        var hasChanged = false
        for place in 0..<grouping.count where table.note(reader.field(grouping[place]), at: place) { hasChanged = true }
        var charge: ProviderCharge
        if let previous = latest.take() {
            charge = previous
            if hasChanged {
                let number = try groupNumber(reader, &table)
                charge.take(groups[number], number: firstGroup + number)
            }
        } else {
            let number = try groupNumber(reader, &table)
            charge = ProviderCharge(groups[number], number: firstGroup + number)
        }
        charge.line = reader.line
        try rows.read(reader, into: &charge)
        return charge
    }

    private mutating func groupNumber(_ reader: Rows.Row, _ table: inout GroupTable) throws(RowRefusal) -> Int {
        if let known = table.number() { return groupPlaces[known] }
        addGroup(try rows.group(of: reader))
        groupPlaces.append(groups.count - 1)
        _ = table.add()
        return groups.count - 1
    }

    private mutating func addGroup(_ group: ChargeGroup) {
        groups.append(group)
        totals.append(GroupTotal())
    }

    private struct FurtherGroup: Hashable {
        let group: Int
        let category: ChargeCategory
        let lineType: String
    }

    /// A further charge of the row, counted.
    private mutating func charge(_ further: FurtherCharge, of row: ProviderCharge) -> ProviderCharge {
        let key = FurtherGroup(group: row.group - firstGroup, category: further.category, lineType: further.lineType)
        let number: Int
        if let known = furtherGroups[key] {
            number = known
        } else {
            var group = groups[key.group]
            group.category = further.category
            group.lineType = further.lineType
            group.isKnownLineType = true
            addGroup(group)
            number = groups.count - 1
            furtherGroups[key] = number
        }
        var charge = row
        charge.take(groups[number], number: firstGroup + number)
        charge.billedCost = further.billedCost
        charge.effectiveCost = further.billedCost
        charge.listCost = further.listCost
        charge.contractedCost = nil
        charge.quantity = nil
        charge.unit = ""
        charge.sku = further.name
        charge.continuesRow = true
        totals[number].include(charge)
        return charge
    }

    private mutating func count(_ charge: ProviderCharge) {
        rowsKept += 1
        totals[charge.group - firstGroup].include(charge)
    }
}

// Rows that are set aside.
extension ProviderRowLoop {
    private func wrongShape(_ reader: Rows.Row, expected: Int) -> RowRefusal {
        RowRefusal(
            code: .rowShape, field: nil,
            reason: "expected \(expected) fields as in the header, found \(reader.fieldCount)")
    }

    private mutating func setAside(_ reader: Rows.Row, _ refusal: RowRefusal) {
        let field = refusal.field.flatMap { $0 < reader.fieldCount ? $0 : nil }
        let line = field.map { reader.line(ofField: $0) } ?? reader.line
        let column = field.map { reader.column(ofField: $0) }
        let original = String(decoding: reader.recordBytes.prefix(16_384), as: UTF8.self)
        // The cost is told where it can be read, unless the row's fields are not where the header says.
        let isReadable = refusal.code != .rowShape && refusal.code != .malformedRecord
        let cost = isReadable ? rows.billedCost(of: reader) : nil
        let currency = isReadable ? rows.currencyColumn.stringOrNull(reader) : ""
        let row = QuarantinedRow(
            file: file, line: line, column: column, code: refusal.code, reason: refusal.reason,
            original: String(original.prefix(4096)), cost: cost,
            currency: currency.isEmpty ? nil : currency)
        quarantine.append(row)
        guard quarantine.count <= Self.mostRowFindings else { return }
        let money = cost.map { "\($0) \(currency) not billed" } ?? "its cost is not known"
        findings.append(
            Finding(
                .error, refusal.code, refusal.reason,
                at: Place(
                    file: file, line: line, column: column, excerpt: excerpt(reader, line: line),
                    width: field.map { max(1, width(reader.field($0))) } ?? 1),
                notes: ["row set aside; \(money)"]))
    }

    private func width(_ field: UnsafeRawBufferPointer) -> Int {
        String(decoding: field.prefix(256), as: UTF8.self).unicodeScalars.count
    }

    /// The physical line in question; a row may stretch over several. Nil for records far inside a long line.
    private func excerpt(_ reader: Rows.Row, line: Int) -> String? {
        let before = line == reader.line ? reader.column - 1 : 0
        guard before < 200 else { return nil }
        let bytes = reader.recordBytes
        let parts = bytes.split(
            separator: UInt8(ascii: "\n"), maxSplits: line - reader.line + 1, omittingEmptySubsequences: false)
        let part = line - reader.line < parts.count ? parts[line - reader.line] : bytes[...]
        return String(repeating: " ", count: before) + String(decoding: part.prefix(8192), as: UTF8.self)
    }
}

// What the file came to.
extension ProviderRowLoop {
    /// Adds this text's counts to the file's, which may be an archive of several.
    func finish(into reading: inout ProviderFileReading) {
        reading.groupCount += groups.count
        reading.report.rowsRead += rowsRead
        reading.report.rowsKept += rowsKept
        reading.report.rowsQuarantined += quarantine.count
        reading.quarantine += quarantine
        reading.findings += findings + unknownTypes() + summaries()
        for (group, total) in zip(groups, totals) where total.isUsed {
            let coverage = BillCoverage(
                provider: group.provider, billingAccount: group.billingAccount, periodStart: group.billingPeriod.start)
            var covered = CoveredCharges()
            covered.rowCount = total.rowCount
            covered.billedCost[group.currency.code] = total.billed
            if total.firstSecond <= total.lastSecond {
                covered.include(firstSecond: total.firstSecond, lastSecond: total.lastSecond)
            }
            reading.coverage[coverage, default: CoveredCharges()] += covered
        }
        var whole = CoveredCharges()
        for covered in reading.coverage.values { whole += covered }
        reading.report.billedCost = whole.billedCost.mapValues(\.value)
        reading.report.firstSecond = whole.firstSecond
        reading.report.lastSecond = whole.lastSecond
    }

    /// One warning for each line type that billwright does not know, with what it holds.
    private func unknownTypes() -> [Finding] {
        var types: [String: (line: Int, charges: CoveredCharges)] = [:]
        for (group, total) in zip(groups, totals) where !group.isKnownLineType && total.isUsed {
            var entry = types[group.lineType] ?? (total.firstLine, CoveredCharges())
            entry.line = min(entry.line, total.firstLine)
            entry.charges.rowCount += total.rowCount
            entry.charges.billedCost[group.currency.code, default: ExactSum()] += total.billed
            types[group.lineType] = entry
        }
        return types.sorted { $0.key < $1.key }.map { name, entry in
            Finding(
                .warning, .unknownLineType, "the line type \"\(name)\" is not known",
                at: Place(file: file, line: entry.line),
                notes: ["kept as an adjustment: \(rowText(entry.charges.rowCount)), \(entry.charges.costText)"])
        }
    }

    private func summaries() -> [Finding] {
        var list: [Finding] = []
        let unknown = rows.unknownColumns + unknownNames
        if !unknown.isEmpty {
            let names = unknown.prefix(20).map { "\"\($0)\"" }.joined(separator: ", ")
            let more = unknown.count > 20 ? " and \(unknown.count - 20) more" : ""
            list.append(
                Finding(
                    .warning, .unknownColumns, "columns that nothing uses: \(names)\(more)",
                    at: Place(file: file, line: 1), notes: ["the rows are billed without them"]))
        }
        if rows.unreadableTagRows > 0 {
            list.append(
                Finding(
                    .warning, .malformedRecord,
                    "expected \(rows.tagsText), found something else in "
                        + rowText(rows.unreadableTagRows), at: Place(file: file),
                    notes: ["the rows are billed, but rules on tags do not see them"]))
        }
        if !quarantine.isEmpty { list.append(quarantineSummary()) }
        return list + rows.remarks(file: file)
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
        if quarantine.count > Self.mostRowFindings {
            notes.append("the first \(Self.mostRowFindings) are listed here, all of them in the quarantine")
        }
        return Finding(
            .error, .quarantinedRows, "\(rowText(quarantine.count)) of \(rowsRead) set aside",
            at: Place(file: file), notes: notes)
    }

    private func rowText(_ count: Int) -> String { count == 1 ? "1 row" : "\(count) rows" }
}

extension ProviderCharge {
    fileprivate init(_ group: ChargeGroup, number: Int) {
        self.init(
            provider: group.provider, billingAccount: group.billingAccount, subAccount: group.subAccount,
            service: group.service, serviceCode: group.serviceCode, region: group.region, category: group.category,
            lineType: group.lineType, isKnownLineType: group.isKnownLineType, billingPeriod: group.billingPeriod,
            chargeDay: nil, billedCost: .zero, effectiveCost: .zero, currency: group.currency, line: 0, group: number)
    }

    fileprivate mutating func take(_ group: ChargeGroup, number: Int) {
        provider = group.provider
        billingAccount = group.billingAccount
        subAccount = group.subAccount
        service = group.service
        serviceCode = group.serviceCode
        region = group.region
        category = group.category
        lineType = group.lineType
        isKnownLineType = group.isKnownLineType
        currency = group.currency
        billingPeriod = group.billingPeriod
        self.group = number
    }
}
