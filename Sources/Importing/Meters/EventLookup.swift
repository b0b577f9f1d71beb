import BillingTerms
import Catalog
import FileFormats

/// A row of an export behind some usage, as it stands in its file.
package struct SourceRow: Hashable, Sendable {
    package var file: String
    package var line: Int
    package var instant: Timestamp
    package var value: ExactDecimal
    /// In the order of the meter's dimensions.
    package var dimensionValues: [String]
    /// The row's bytes as text, at most 4,096 characters.
    package var original: String
}

/// An event to be looked up: where its row begins, and what is known of it.
package struct EventReference: Sendable {
    package var place: UInt64
    package var instant: Timestamp
    package var value: ExactDecimal
    package var dimensionValues: [String]

    package init(place: UInt64, instant: Timestamp, value: ExactDecimal, dimensionValues: [String]) {
        self.place = place
        self.instant = instant
        self.value = value
        self.dimensionValues = dimensionValues
    }
}

extension MeterReading {
    /// Goes back to the files for the rows of some events; in the order of files and rows.
    package func sourceRows(of events: [EventReference]) throws -> [SourceRow] {
        let ordered = events.map { (place: order(of: $0.place), event: $0) }.sorted { $0.place < $1.place }
        var result: [SourceRow] = []
        var next = 0
        while next < ordered.count {
            let (index, text, _) = ordered[next].place
            var last = next
            while last < ordered.count, ordered[last].place.file == index, ordered[last].place.text == text {
                last += 1
            }
            result += try sourceRows(Array(ordered[next..<last]), file: files[index], text: text)
            next = last
        }
        return result
    }

    private func sourceRows(
        _ events: [(place: (file: Int, text: Int, offset: Int), event: EventReference)], file: File, text: Int
    ) throws -> [SourceRow] {
        guard let format = file.texts.first(where: { $0.index == text })?.format else { return [] }
        let input = try InputFile(path: file.file.path)
        let name = input.entryNames.isEmpty ? file.file.name : file.file.name + "/" + input.entryNames[text]
        let source = try input.open(text)
        let rows = try RowCursor(source, format)
        return try events.map { place, event in
            try rows.move(to: place.offset)
            return SourceRow(
                file: name, line: rows.line, instant: event.instant, value: event.value,
                dimensionValues: event.dimensionValues, original: MeterDiagnosis.text(rows.bytes))
        }
    }
}

/// Walks over the rows of a text, whatever its format.
final class RowCursor {
    private let csv: CSVReader?
    private let json: JSONRecords?

    init(_ source: ByteSource, _ format: MeterTextFormat) throws {
        switch format {
        case .csv(let layout):
            csv = try CSVReader(source: source, rules: CSVRules(delimiter: layout.delimiter))
            json = nil
        case .jsonLines, .json:
            csv = nil
            json = JSONRecords(source: source, checksLines: false)
        }
    }

    var line: Int { csv?.line ?? json?.line ?? 0 }
    var bytes: UnsafeRawBufferPointer {
        csv?.recordBytes ?? json?.record ?? UnsafeRawBufferPointer(start: nil, count: 0)
    }
    private var offset: Int { csv?.byteOffset ?? json?.byteOffset ?? 0 }
    private var isStarted = false

    /// Moves forward, or stays, so that the row is the one that begins at the offset.
    func move(to wanted: Int) throws {
        while !isStarted || offset < wanted {
            isStarted = true
            guard try csv?.next() ?? json?.next() ?? false else { throw MeterDiagnosis.changed }
        }
        guard offset == wanted else { throw MeterDiagnosis.changed }
    }
}
