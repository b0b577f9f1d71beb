import BillingTerms
import Catalog
import FileFormats
import Foundation

/// Goes back to the rows that cannot be billed and says why: with line, column, original text, and findings.
///
/// Reading only remembers where such rows begin, eight bytes each; whether their file is taken at all is known at its
/// end, and whether they conflict when everything is read. So memory stays bounded however much is wrong, and rows
/// come out in the order of files and lines whoever read them. Files without such rows are not opened again.
package struct MeterDiagnosis {
    package private(set) var findings: [Finding] = []
    /// Customers that are named and not known.
    package private(set) var unknownCustomers: [CustomerID: UnknownCustomer] = [:]
    package private(set) var conflictCount = 0
    package private(set) var unknownCustomerRows = 0
    package private(set) var unknownMeterRows = 0
    package private(set) var badRowCount = 0

    /// Takes a row that is set aside; what it throws ends the import.
    package typealias Quarantine = (QuarantinedRow) throws -> Void

    private let reading: MeterReading
    private let assembler: RowAssembler
    private let json: JSONRows
    private let winnerLines: [UInt64: Int]
    private static let mostCharacters = 4_096

    /// `quarantine` gets every row that is set aside.
    package static func run(
        _ reading: MeterReading, conflicts: [EventConflict], quarantine: Quarantine
    ) throws -> MeterDiagnosis {
        var diagnosis = try MeterDiagnosis(reading, conflicts)
        var rows = diagnosis.rows(conflicts)[...]
        for (index, file) in reading.files.enumerated() {
            var own: [Row] = []
            while let next = rows.first, next.file == index { own.append(rows.removeFirst()) }
            try diagnosis.diagnose(file, own, quarantine)
        }
        return diagnosis
    }

    /// A row to be looked at: bad, or with conflicting events.
    private struct Row {
        var file: Int
        var text: Int
        var offset: Int
        /// Its events that are set aside although they can be read.
        var conflicts: [EventConflict]
    }

    private init(_ reading: MeterReading, _ conflicts: [EventConflict]) throws {
        self.reading = reading
        assembler = RowAssembler(catalog: reading.catalog, key: reading.key)
        assembler.latest = reading.latest?.nanoseconds ?? .max
        json = JSONRows(assembler: assembler)
        var lines: [UInt64: Int] = [:]
        for (file, winners) in Dictionary(
            grouping: Set(conflicts.compactMap(\.winner)), by: { reading.order(of: $0).file })
        {
            let offsets = winners.map { reading.order(of: $0) }
            let found = try reading.lines(ofFile: file, offsets.map { ($0.text, $0.offset) })
            for (winner, line) in zip(winners, found) { lines[winner] = line }
        }
        winnerLines = lines
    }

    private func rows(_ conflicts: [EventConflict]) -> [Row] {
        var rows: [Row] = []
        for share in reading.shares {
            for place in share.badPlaces where !reading.isVoid(place) {
                let (file, text, offset) = reading.order(of: place)
                rows.append(Row(file: file, text: text, offset: offset, conflicts: []))
            }
        }
        for conflict in conflicts {
            let (file, text, offset) = reading.order(of: conflict.place)
            rows.append(Row(file: file, text: text, offset: offset, conflicts: [conflict]))
        }
        rows.sort { ($0.file, $0.text, $0.offset) < ($1.file, $1.text, $1.offset) }
        // A row may hold several events, some bad and some in conflict.
        var joined: [Row] = []
        for row in rows {
            if let last = joined.last, (last.file, last.text, last.offset) == (row.file, row.text, row.offset) {
                joined[joined.count - 1].conflicts += row.conflicts
            } else {
                joined.append(row)
            }
        }
        return joined
    }

    // MARK: - Files

    private mutating func diagnose(_ file: MeterReading.File, _ rows: [Row], _ quarantine: Quarantine) throws {
        if let fault = file.fault {
            findings.append(reading.finding(about: file, fault.code, fault.error))
            return
        }
        guard file.status == .imported else { return }
        if !file.unknown.isEmpty {
            let names = file.unknown.map { "\"\($0)\"" }.joined(separator: ", ")
            findings.append(
                Finding(
                    .note, .unknownColumns, "nothing uses \(names)", at: BillingTerms.Place(file: file.file.name),
                    notes: ["read past; list them under \"ignore\" of the file's source in sources.yaml to be silent"]))
        }
        if file.endsUnfinished { findings.append(UnfinishedRow.finding(file.file.name)) }
        guard !rows.isEmpty else { return }
        var groups = FindingGroups(file: file.file.name, catalog: reading.catalog)
        let input = try InputFile(path: file.file.path)
        for text in file.texts {
            let own = rows.filter { $0.text == text.index }
            guard !own.isEmpty else { continue }
            assembler.seeds = reading.key.seeds(ofSource: text.source?.name ?? "")
            assembler.zone = text.source?.zone
            let origin = Origin(
                file: file.file.name, entry: input.entryNames.isEmpty ? nil : input.entryNames[text.index])
            let source = try input.open(text.index)
            switch text.format {
            case .csv(let layout): try read(csv: source, layout, own, origin, &groups, quarantine)
            case .jsonLines, .json: try read(json: source, text, own, origin, &groups, quarantine)
            }
        }
        findings += groups.findings
        findings += groups.summaries()
    }
}

// Rows of CSV.
extension MeterDiagnosis {
    private mutating func read(
        csv source: ByteSource, _ layout: CSVLayout, _ rows: [Row], _ origin: Origin, _ groups: inout FindingGroups,
        _ quarantine: Quarantine
    ) throws {
        let reader = try CSVReader(source: source, rules: CSVRules(delimiter: layout.delimiter))
        let fields = CSVRows(delimiter: layout.delimiter)
        for row in rows {
            repeat {
                guard try reader.next() else { throw MeterDiagnosis.changed }
            } while reader.byteOffset < row.offset
            guard reader.byteOffset == row.offset else { throw MeterDiagnosis.changed }
            let count = fields.readRow(reader.recordBytes, layout, assembler)
            var diagnosis: RowDiagnosis
            if count != layout.header.count {
                diagnosis = RowDiagnosis(
                    code: .rowShape, reason: "expected \(layout.header.count) fields, found \(count)")
            } else if reader.recordBytes.starts(with: [0xEF, 0xBB, 0xBF]) {
                diagnosis = RowDiagnosis(
                    code: .malformedRecord,
                    reason:
                        "the row begins with a byte order mark: files were joined, each is to be delivered by itself")
            } else {
                let fault = assembler.check()
                guard let found = self.diagnosis(fault, row) else { continue }
                diagnosis = found
            }
            let column = diagnosis.cellNumber >= 0 ? layout.column(ofCell: diagnosis.cellNumber) : nil
            let line = column.map { reader.line(ofField: $0) } ?? reader.line
            let place = column.map { reader.column(ofField: $0) } ?? 1
            let original = MeterDiagnosis.text(reader.recordBytes)
            try setAside(diagnosis, &groups, quarantine, origin, original: original) {
                let isQuoted = column.map { reader.fieldWasQuoted($0) } ?? false
                return BillingTerms.Place(
                    file: origin.name, line: line, column: place + (isQuoted ? 1 : 0),
                    excerpt: line == reader.line ? MeterDiagnosis.firstLine(original) : nil,
                    width: max(1, diagnosis.cell.string.unicodeScalars.count))
            }
        }
    }

    /// Where rows stand: the file that is reported, and which one of an archive.
    private struct Origin {
        let file: String
        let entry: String?

        var name: String { entry.map { file + "/" + $0 } ?? file }
    }

    static var changed: FileFormatError {
        FileFormatError(.changedWhileReading, "the file changed while it was read")
    }

    static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        // Four bytes hold at least one character.
        String(String(decoding: bytes.prefix(mostCharacters * 4), as: UTF8.self).prefix(mostCharacters))
    }

    private static func firstLine(_ text: String) -> String {
        String(text.prefix { !$0.isNewline })
    }

    /// What is wrong with the event in the cells; nil when nothing is.
    private func diagnosis(_ fault: RowFault, _ row: Row) -> RowDiagnosis? {
        guard !assembler.isPassedOver(fault) else { return nil }
        guard fault == .none else { return assembler.diagnosis(of: fault) }
        guard let conflict = row.conflicts.first(where: { $0.meter == assembler.meter }) else { return nil }
        switch conflict.cause {
        case .otherContent(let winner): return otherContent(winner)
        case .late(let period):
            return RowDiagnosis(
                code: .lateEvents, reason: "the event came after the invoice of \(period) was issued",
                name: period, cell: assembler.cells[5], cellNumber: 5)
        }
    }

    private func otherContent(_ winner: UInt64) -> RowDiagnosis {
        let (file, _, _) = reading.order(of: winner)
        let line = winnerLines[winner].map { ":\($0)" } ?? ""
        return RowDiagnosis(
            code: .eventConflict,
            reason: "the event \"\(assembler.identityText.prefix(100))\" has other content in "
                + reading.files[file].file.name + line,
            cell: assembler.cells[0], cellNumber: 0)
    }

    private mutating func setAside(
        _ diagnosis: RowDiagnosis, _ groups: inout FindingGroups, _ quarantine: Quarantine, _ origin: Origin,
        original: String, place: () -> BillingTerms.Place
    ) throws {
        switch diagnosis.code {
        case .eventConflict: conflictCount += 1
        case .unknownCustomer:
            unknownCustomerRows += 1
            noteUnknownCustomer()
        case .unknownMeter: unknownMeterRows += 1
        default: badRowCount += 1
        }
        let isReadable = diagnosis.code != .rowShape && diagnosis.code != .malformedRecord
        let (meter, quantity) = isReadable ? (assembler.meterText, assembler.quantity) : (nil, nil)
        let found = place()
        groups.add(diagnosis, meter: meter, quantity: quantity) { found }
        try quarantine(
            QuarantinedRow(
                file: origin.file, entry: origin.entry, line: found.line ?? 0, column: found.column,
                code: diagnosis.code,
                reason: diagnosis.reason, original: original, customer: isReadable ? assembler.customerText : nil,
                meter: meter, quantity: quantity))
    }
}

/// A customer whom exports name and the workspace does not have.
package struct UnknownCustomer: Hashable, Sendable {
    package private(set) var firstEvent: Timestamp
    /// Those that its rows name, at most a thousand.
    package private(set) var projects: Set<String> = []

    package init(firstEvent: Timestamp) { self.firstEvent = firstEvent }

    mutating func note(_ instant: Timestamp, project: String?) {
        firstEvent = min(firstEvent, instant)
        if let project, projects.count < 1_000 { projects.insert(project) }
    }
}

// Customers who could be made.
extension MeterDiagnosis {
    /// Names beyond these are none of customers, and would only fill the memory.
    private static let mostUnknownCustomers = 100_000

    private mutating func noteUnknownCustomer() {
        // A longer name is no id.
        guard assembler.cells[1].count <= 100,
            let instant = try? Timestamp(parsing: assembler.cells[5].bytes, zone: assembler.zone),
            instant.nanoseconds <= assembler.latest
        else { return }
        let customer = CustomerID(assembler.cells[1].string)
        guard unknownCustomers[customer] != nil || unknownCustomers.count < MeterDiagnosis.mostUnknownCustomers else {
            return
        }
        let project = assembler.cells[2].isEmpty ? nil : assembler.cells[2].string
        unknownCustomers[customer, default: UnknownCustomer(firstEvent: instant)].note(instant, project: project)
    }
}

// Rows of JSON.
extension MeterDiagnosis {
    private mutating func read(
        json source: ByteSource, _ text: MeterText, _ rows: [Row], _ origin: Origin, _ groups: inout FindingGroups,
        _ quarantine: Quarantine
    ) throws {
        let records = JSONRecords(source: source, checksLines: false)
        json.begin(keys: text.keys)
        let seeds = assembler.seeds
        for row in rows {
            repeat {
                guard try records.next() else { throw MeterDiagnosis.changed }
            } while records.byteOffset < row.offset
            guard records.byteOffset == row.offset else { throw MeterDiagnosis.changed }
            assembler.seeds = seeds
            let original = MeterDiagnosis.text(records.record)
            func place(_ offset: Int) -> BillingTerms.Place {
                BillingTerms.Place(
                    file: origin.name, line: records.place(atOffset: offset).line, byte: records.byteOffset + offset,
                    excerpt: MeterDiagnosis.firstLine(original))
            }
            if let error = json.read(records.record) {
                let diagnosis = RowDiagnosis(code: .malformedRecord, reason: error.message)
                try setAside(diagnosis, &groups, quarantine, origin, original: original) {
                    place(error.byteOffset ?? 0)
                }
                continue
            }
            let events = json.hasValues && !json.values.isEmpty ? json.values : [(.absent, .absent)]
            for (meter, value) in events {
                if json.hasValues, !json.values.isEmpty { assembler.setMeter(meter, value: value) }
                guard let diagnosis = diagnosis(assembler.check(), row) else { continue }
                let offset = MeterDiagnosis.offset(of: diagnosis.cell, in: records.record)
                try setAside(diagnosis, &groups, quarantine, origin, original: original) { place(offset) }
            }
        }
        assembler.seeds = seeds
    }

    /// Where a cell stands in its record; 0 when its text had to be put together from escapes, or is not there.
    private static func offset(of cell: TextCell, in record: UnsafeRawBufferPointer) -> Int {
        guard let start = cell.start, let base = record.baseAddress else { return 0 }
        let offset = UnsafeRawPointer(start) - base
        return offset >= 0 && offset < record.count ? offset : 0
    }
}
