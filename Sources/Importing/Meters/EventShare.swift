import BillingTerms
import FileFormats

/// A piece of a text that one thread has read.
package struct EventChunk: Sendable {
    package let number: Int
    /// Which file, and which of its texts.
    package internal(set) var file: Int
    let text: Int
    /// Offset of the text that the records' offsets are counted from.
    package let base: Int
    /// Where its first row begins, and where the row behind its last one does.
    var start: Int
    var end: Int
    /// Where it was to end: its last row may reach beyond.
    let limit: Int
    package var rowsRead = 0
    package var rowsBad = 0
    /// Rows of customers and of meters that nobody knows, where they are passed over.
    package var ignoredCustomers = IgnoredRows()
    package var ignoredMeters = IgnoredRows()
    var fault: FileFormatError?
    /// Its last row is the text's, and has no line end.
    var endsUnfinished = false
    /// Its records do not count: it began in the middle of a row, or its file is refused.
    package var isVoid = false
}

/// What one thread has read: the records, and what the numbers in them mean.
package final class EventShare: @unchecked Sendable {
    package let events: EventPartitions
    private let assembler: RowAssembler
    /// Rows that cannot be billed, as places of records.
    var badPlaces: [UInt64] = []
    var chunks: [EventChunk] = []
    package internal(set) var cancellations: [EventCancellation] = []
    /// Keys of JSON events that nothing uses, by file.
    private(set) var unknownKeys: [Int: Set<String>] = [:]

    init(events: EventPartitions, assembler: RowAssembler) {
        self.events = events
        self.assembler = assembler
    }

    func noteUnknown(_ names: Set<String>, file: Int) {
        if !names.isEmpty { unknownKeys[file, default: []].formUnion(names) }
    }

    package var wideValues: [ExactDecimal] { assembler.wideValues }

    /// The quantity of one of this share's events.
    package func value(of record: EventRecord) -> ExactDecimal {
        record.flags & EventRecord.isWide != 0
            ? wideValues[Int(record.mantissa)]
            : ExactDecimal(coefficient: Int128(record.mantissa), scale: record.scale)
    }

    /// One more than the highest number of a series, and the numbers that there are.
    package var seriesEnd: Int { assembler.series.end }
    package var seriesNumbers: [Int] { assembler.series.numbers }

    /// What a series number stands for: places in the catalog.
    package func series(_ number: Int) -> (project: Int, meter: Int) {
        let entry = assembler.series.entry(number)
        return (Int(entry.project), Int(entry.meter))
    }

    /// The most fraction digits that a compact quantity of each meter had.
    package var scales: [UInt8] { assembler.scales }

    /// The values of the series' dimensions, in the order of its meter's.
    package func dimensionValues(ofSeries number: Int) -> [ArraySlice<UInt8>] {
        assembler.series.texts(of: assembler.series.entry(number).values)
    }

    /// The distinct values that were met of a dimension, by their number.
    package func distinctValueCount(ofDimension dimension: Int) -> Int { assembler.distinctValues[dimension].count }

    package func distinctValue(_ number: Int, ofDimension dimension: Int) -> ArraySlice<UInt8> {
        assembler.distinctValues[dimension].bytes(of: UInt32(number))
    }
}
