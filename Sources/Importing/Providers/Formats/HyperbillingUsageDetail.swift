import BillingTerms
import FileFormats

/// Hyperbilling's answer for the usage of a billing account in detail (plugin-mzc-hyperbilling-cost-datasource):
/// `[{month, data: [{project_id, data: [{service_name, region_id, costs: [{final_cost_in_usd}]}]}]}]`. Each entry of `costs`
/// is a charge; SpaceONE adds those of a service up. The billing account is not in it: the project is both.
///
/// The provider is Google, where `sources.yaml` says nothing else: the answers for Alibaba, Tencent and Akamai look alike.
/// An answer that carries `errorCode`, which Hyperbilling sends as a success, is no bill and refused.
struct HyperbillingUsageDetail: ProviderRowReader {
    let costColumn: BoundColumn
    let currencyColumn: BoundColumn
    let unknownColumns: [String] = []
    let unreadableTagRows = 0

    private let month, project, service, region: BoundColumn
    private let provider: String

    static func open(_ source: BillSource, of file: ProviderFile) throws(FileFormatError) -> UsageDetailRows {
        UsageDetailRows(try source.text())
    }

    static func matches(_ header: ProviderHeader) -> Bool { header.has(UsageDetailRows.Field.cost.rawValue) }

    init(header: ProviderHeader, detail: ChargeDetail) throws(HeaderRefusal) {
        try self.init(
            header: header, detail: detail,
            file: ProviderFile(path: "", location: "", modified: Timestamp(nanoseconds: 0)))
    }

    init(header: ProviderHeader, detail: ChargeDetail, file: ProviderFile) throws(HeaderRefusal) {
        func column(_ field: UsageDetailRows.Field) -> BoundColumn { header.column(field.rawValue) }
        month = column(.month)
        project = column(.project)
        service = column(.service)
        region = column(.region)
        costColumn = column(.cost)
        currencyColumn = column(.currency)
        provider = file.source?.provider.map(ProviderNames.key) ?? "google"
    }

    var groupingColumns: [BoundColumn] { [month, project, service, region] }

    func group(of row: UsageDetailRows) throws(RowRefusal) -> ChargeGroup {
        let account = project.stringOrNull(row)
        let start = try month.month(row)
        return ChargeGroup(
            provider: provider, billingAccount: account, subAccount: account, service: service.stringOrNull(row),
            region: region.stringOrNull(row), category: .usage, lineType: "Usage", isKnownLineType: true,
            currency: try currencyColumn.currency(row),
            billingPeriod: ServicePeriod(start: start, end: start.adding(months: 1)))
    }

    mutating func read(_ row: UsageDetailRows, into charge: inout ProviderCharge) throws(RowRefusal) {
        let cost = try costColumn.requiredDecimal(row)
        charge.billedCost = cost
        charge.effectiveCost = cost
    }
}

/// The entries of `costs`, one by one. Memory is bounded by one month of the answer.
final class UsageDetailRows: BillRows {
    enum Field: String, CaseIterable {
        case month
        case project = "data.project_id"
        case service = "data.data.service_name"
        case region = "data.data.region_id"
        case cost = "data.data.costs.final_cost_in_usd"
        /// Not in the answer: the cost's name says it.
        case currency
    }

    /// A text in `texts`, and where it stood in the record.
    private struct Text {
        var range = 0..<0
        var offset = 0
    }

    private struct Entry {
        var fields: [Text]
        var start: Int
        var end: Int
    }

    let header = Field.allCases.map(\.rawValue)
    let fault: RowRefusal? = nil
    private(set) var unknownNames: [String] = []
    let lastRecordEndedWithNewline = true

    private let records: JSONRecords
    private let fixed: FieldTexts
    private var texts: UnsafeMutableRawBufferPointer = .allocate(byteCount: 0, alignment: 1)
    private var textCount = 0
    private var entries: [Entry] = []
    private var position = -1
    private var present: [Text] = []
    private var scratch: [UInt8] = []

    private static let mostUnknown = 200

    init(_ source: ByteSource) {
        records = JSONRecords(source: source, limits: JSONLimits(maximumRecordBytes: 64 << 20))
        fixed = FieldTexts(FieldValues(overrides: [Field.currency.rawValue: "USD"]), header: header)
    }

    deinit { texts.deallocate() }

    var fieldCount: Int { header.count }
    var addedFieldCount: Int { 0 }
    private var entry: Entry { entries[position] }
    var line: Int { records.place(atOffset: entry.start).line }
    var column: Int { records.place(atOffset: entry.start).column }
    var recordBytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: records.record[entry.start..<entry.end])
    }

    func field(_ field: Int) -> UnsafeRawBufferPointer {
        fixed.value(of: field, found: UnsafeRawBufferPointer(rebasing: texts[entry.fields[field].range]))
    }

    func line(ofField field: Int) -> Int { records.place(atOffset: place(of: field)).line }
    func column(ofField field: Int) -> Int { records.place(atOffset: place(of: field)).column }
    private func place(of field: Int) -> Int { max(entry.start, entry.fields[field].offset) }

    func next() throws(FileFormatError) -> Bool {
        position += 1
        while position >= entries.count {
            guard try records.next() else { return false }
            if let fault = records.fault { throw fault }
            try readMonth()
            position = 0
        }
        return true
    }
}

// Walking over a month. What is not built like an answer is no bill, and refused.
extension UsageDetailRows {
    private func readMonth() throws(FileFormatError) {
        entries.removeAll(keepingCapacity: true)
        textCount = 0
        present = Array(repeating: Text(), count: header.count)
        if texts.count < records.record.count {
            texts.deallocate()
            texts = .allocate(byteCount: records.record.count * 2, alignment: 1)
        }
        do throws(FileFormatError) {
            var cursor = JSONCursor(validUTF8: records.record)
            guard let first = try cursor.next(), case .beginObject = first.kind else {
                throw FileFormatError(.malformedJSON, "expected the object of a month", byteOffset: 0)
            }
            try object(&cursor, .month, inside: "data")
            try cursor.finish()
        } catch {
            throw records.placed(error)
        }
        // The month may stand behind its data, and a project behind its own.
        for index in entries.indices { entries[index].fields[number(.month)] = present[number(.month)] }
    }

    private func number(_ field: Field) -> Int { Field.allCases.firstIndex(of: field) ?? 0 }

    /// One level of the answer: the texts that it names, and the list inside it.
    private enum Level {
        case month, project, service

        var fields: [(key: StaticString, field: Field)] {
            switch self {
            case .month: [("month", .month)]
            case .project: [("project_id", .project)]
            case .service: [("service_name", .service), ("region_id", .region)]
            }
        }
    }

    private func object(
        _ cursor: inout JSONCursor, _ level: Level, inside list: StaticString
    ) throws(FileFormatError) {
        let firstEntry = entries.count
        for (_, field) in level.fields where level != .month { present[number(field)] = Text() }
        while let key = try cursor.next() {
            if case .endObject = key.kind { break }
            if let found = level.fields.first(where: { cursor.says($0.key, key) }) {
                present[number(found.field)] = try text(&cursor)
            } else if cursor.says(list, key) {
                try elements(&cursor, of: level)
            } else if level == .month, cursor.says("errorCode", key) {
                let code = try text(&cursor)
                let value = String(decoding: texts[code.range], as: UTF8.self)
                throw FileFormatError(
                    .malformedJSON, "expected charges, found the error \"\(value.prefix(80))\"", byteOffset: code.offset
                )
            } else {
                note(key, cursor)
                try cursor.skipValue()
            }
        }
        for index in firstEntry..<entries.count where level != .month {
            for (_, field) in level.fields { entries[index].fields[number(field)] = present[number(field)] }
        }
    }

    private func elements(_ cursor: inout JSONCursor, of level: Level) throws(FileFormatError) {
        guard let first = try cursor.next() else { return }
        if case .null = first.kind { return }
        guard case .beginArray = first.kind else { throw unexpected("a list", first) }
        while let token = try cursor.next() {
            if case .endArray = token.kind { return }
            guard case .beginObject = token.kind else { throw unexpected("an object", token) }
            switch level {
            case .month: try object(&cursor, .project, inside: "data")
            case .project: try object(&cursor, .service, inside: "costs")
            case .service: try cost(&cursor, from: token.start)
            }
        }
    }

    private func cost(_ cursor: inout JSONCursor, from start: Int) throws(FileFormatError) {
        var cost = Text(range: 0..<0, offset: start)
        while let key = try cursor.next() {
            if case .endObject = key.kind { break }
            if cursor.says("final_cost_in_usd", key) {
                cost = try text(&cursor)
            } else {
                note(key, cursor)
                try cursor.skipValue()
            }
        }
        var fields = present
        fields[number(.cost)] = cost
        entries.append(Entry(fields: fields, start: start, end: cursor.position))
    }

    /// The scalar that comes next; empty for null.
    private func text(_ cursor: inout JSONCursor) throws(FileFormatError) -> Text {
        guard let token = try cursor.next() else { return Text() }
        switch token.kind {
        case .null: return Text(range: 0..<0, offset: token.offset)
        case .beginObject, .beginArray: throw unexpected("a text or a number", token)
        default: break
        }
        scratch.removeAll(keepingCapacity: true)
        cursor.appendUnescaped(token, to: &scratch)
        let end = textCount + scratch.count
        guard end <= texts.count else { return Text() }
        UnsafeMutableRawBufferPointer(rebasing: texts[textCount..<end]).copyBytes(from: scratch)
        defer { textCount = end }
        return Text(range: textCount..<end, offset: token.offset)
    }

    private func unexpected(_ expectation: String, _ token: JSONToken) -> FileFormatError {
        FileFormatError(.malformedJSON, "expected \(expectation)", byteOffset: token.offset)
    }

    private func note(_ key: JSONToken, _ cursor: JSONCursor) {
        guard unknownNames.count < UsageDetailRows.mostUnknown else { return }
        let name = cursor.string(of: key)
        if !unknownNames.contains(name) { unknownNames.append(name) }
    }
}
