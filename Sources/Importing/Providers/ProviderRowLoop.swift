import BillingTerms
import Catalog
import FileFormats

private typealias Place = BillingTerms.Place

/// The loop over a bill's rows: counts them, sets aside what cannot be read, and sums up what was given out.
struct ProviderRowLoop<Rows: ProviderRowReader> {
    private var rows: Rows
    private let file: String
    /// The number of this text's first group: an archive of several texts is one file.
    private let firstGroup: Int
    /// The group of the row that was read last: most rows are of the same.
    private var latest: Int?
    private var tally: BillTally
    private var groups: [ChargeGroup.Shared] = []
    /// Of each group.
    private var totals: [BillTally.GroupTotal] = []
    /// The group of each combination of the grouping columns, and those of further charges of its rows.
    private var groupPlaces: [Int] = []
    private var furtherGroups: [FurtherGroup: Int] = [:]

    init(rows: Rows, file: String, firstGroup: Int) {
        self.rows = rows
        self.file = file
        self.firstGroup = firstGroup
        tally = BillTally(file: file)
        tally.unknownColumns = rows.unknownColumns
    }

    /// What became of the rows that were read.
    func result() -> BillTally {
        var tally = tally
        tally.unreadableTagRows = rows.unreadableTagRows
        tally.tagsText = rows.tagsText
        tally.remarks = rows.remarks(file: file)
        for (shared, total) in zip(groups, totals) { tally.add(shared.group, total) }
        return tally
    }

    mutating func run(
        _ reader: Rows.Row, fieldCount: Int, rowLimit: Int, sink: (ProviderCharge) -> Void
    ) throws(FileFormatError) {
        let grouping = rows.groupingColumns.compactMap(\.index)
        // One place more, for `derivedGroup`.
        var table = GroupTable(width: grouping.count + 1)
        var lastWasShort = false
        while tally.rowsKept < rowLimit, try reader.next() {
            tally.rowsRead += 1
            lastWasShort = reader.fieldCount < fieldCount
            if let fault = reader.fault {
                setAside(reader, fault)
                continue
            }
            guard reader.fieldCount == fieldCount else {
                setAside(reader, wrongShape(reader, expected: fieldCount))
                continue
            }
            if rows.repeatsOtherRows(reader) {
                tally.rowsRepeated += 1
                continue
            }
            do throws(RowRefusal) {
                try readRow(reader, grouping, &table, sink)
            } catch {
                setAside(reader, error)
                // The table of groups has noted the texts of this row, which may have no group.
                latest = nil
            }
        }
        try reader.requireIntact()
        tally.unknownColumns = rows.unknownColumns + reader.unknownNames
        // A file that ends inside a row was cut: what is missing behind it is not known.
        if lastWasShort, tally.rowsKept < rowLimit, !reader.lastRecordEndedWithNewline {
            throw FileFormatError(
                .truncated, "expected \(fieldCount) fields and a line end in the last row, found the end of the file",
                line: reader.line)
        }
        let counting = rows.groupingColumns + [rows.costColumn, rows.currencyColumn]
        tally.endsUnfinished =
            tally.rowsRead > 0 && !lastWasShort && !reader.lastRecordEndedWithNewline
            && counting.contains { $0.index == fieldCount - 1 }
    }

    /// Reads the row's charges, counts them and hands them on.
    private mutating func readRow(
        _ reader: Rows.Row, _ grouping: [Int], _ table: inout GroupTable, _ sink: (ProviderCharge) -> Void
    ) throws(RowRefusal) {
        var hasChanged = false
        for place in 0..<grouping.count where table.note(reader.field(grouping[place]), at: place) { hasChanged = true }
        if table.note(derived: rows.derivedGroup(of: reader)) { hasChanged = true }
        let group: Int
        if let latest, !hasChanged { group = latest } else { group = try groupNumber(reader, &table) }
        latest = group
        var charge = ProviderCharge(groups[group], number: firstGroup + group)
        charge.line = reader.line
        try rows.read(reader, into: &charge)
        tally.rowsKept += 1
        totals[group].include(charge)
        sink(charge)
        for further in rows.furtherCharges { sink(self.charge(further, of: charge)) }
    }

    private mutating func groupNumber(_ reader: Rows.Row, _ table: inout GroupTable) throws(RowRefusal) -> Int {
        if let known = table.number() { return groupPlaces[known] }
        addGroup(try rows.group(of: reader))
        groupPlaces.append(groups.count - 1)
        _ = table.add()
        return groups.count - 1
    }

    private mutating func addGroup(_ group: ChargeGroup) {
        groups.append(ChargeGroup.Shared(group))
        totals.append(BillTally.GroupTotal())
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
            var group = groups[key.group].group
            group.category = further.category
            group.lineType = further.lineType
            group.isKnownLineType = true
            addGroup(group)
            number = groups.count - 1
            furtherGroups[key] = number
        }
        var charge = row
        charge.move(to: groups[number], number: firstGroup + number)
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
        let column = reader.rowGroup == nil ? field.map { reader.column(ofField: $0) } : nil
        let original = String(decoding: reader.recordBytes.prefix(16_384), as: UTF8.self)
        // The cost is told where it can be read, unless the row's fields are not where the header says.
        let isReadable = refusal.code != .rowShape && refusal.code != .malformedRecord
        let cost = isReadable ? rows.billedCost(of: reader) : nil
        let currency = isReadable ? rows.currencyColumn.stringOrNull(reader) : ""
        let row = QuarantinedRow(
            file: file, line: line, column: column, code: refusal.code, reason: refusal.reason,
            original: String(original.prefix(4096)), cost: cost,
            currency: currency.isEmpty ? nil : currency)
        tally.quarantine.append(row)
        guard tally.quarantine.count <= BillTally.mostRowFindings else { return }
        let money = cost.map { "\($0) \(currency) not billed" } ?? "its cost is not known"
        let group = reader.rowGroup.map { ["it is row \(line) of the file, in its row group \($0)"] } ?? []
        tally.findings.append(
            Finding(
                .error, refusal.code, refusal.reason,
                at: Place(
                    file: file, line: line, column: column,
                    excerpt: reader.rowGroup == nil ? excerpt(reader, line: line) : nil,
                    width: field.map { max(1, width(reader.field($0))) } ?? 1),
                notes: ["row set aside; \(money)"] + group))
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
