import BillingTerms
import Documents
import Metering

extension UsageRows {
    /// Writes rows as their cells would be written, without making any: there may be millions.
    func write(_ places: Range<Int>, to file: inout CSVText) {
        source.book.withEntries { entries in
            spans.rows.withUnsafeBufferPointer { rows in
                source.dayTexts.withBytes { days in
                    var group = GroupTexts(self, rows[places.lowerBound].group)
                    for place in places {
                        if rows[place].group != group.number { group = GroupTexts(self, rows[place].group) }
                        write(rows[place], place, group, days, entries, to: &file)
                    }
                }
            }
        }
    }

    private func write(
        _ row: UsageSpans.Row, _ place: Int, _ group: GroupTexts, _ days: DayTexts.View,
        _ entries: UsageBook.EntryView, to file: inout CSVText
    ) {
        for column in group.columns {
            switch column {
            case .day: file.plain(days.day(row.firstDay))
            case .month: file.plain(days.month(row.firstDay))
            case .fields(let fields): file.field(fields)
            }
        }
        guard let quick = spans.figures(of: row, entries, group.meter) else {
            return write(self[place].figures, group, to: &file)
        }
        file.integer(quick.all.eventCount)
        file.number(quick.quantity, scale: quick.quantityScale)
        file.field(group.unit)
        file.number(quick.all.sum, scale: quick.all.sumScale)
        file.number(Int128(quick.all.maximum), scale: quick.all.maximumScale)
        if quick.countsDistinct { file.integer(quick.all.distinct.nonzeroBitCount) } else { file.integer(nil) }
        file.endRow()
    }

    private func write(_ figures: Row.Figures, _ group: GroupTexts, to file: inout CSVText) {
        file.integer(figures.events)
        file.number(figures.quantity?.normalized)
        file.field(group.unit)
        file.number(figures.sum.normalized)
        file.number(figures.maximum.normalized)
        file.number(figures.distinct?.normalized)
        file.endRow()
    }
}

/// What all rows of a group say, as it stands in the file.
private struct GroupTexts {
    enum Column {
        case day, month
        /// Those between two that tell the time, as one.
        case fields(CSVField)
    }

    let number: UInt32
    let columns: [Column]
    let meter: QuickMeter
    let unit: CSVField

    init(_ rows: UsageRows, _ number: UInt32) {
        self.number = number
        let (group, source) = (rows.groups[Int(number)], rows.source)
        meter = QuickMeter(source.meters[group.meter])
        unit = CSVField(source.meters[group.meter].unit)
        var columns: [Column] = []
        for (place, range) in source.keys.columnsBetweenTimes.enumerated() {
            if place > 0 { columns.append(source.keys.times[place - 1] == .day ? .day : .month) }
            if !range.isEmpty { columns.append(.fields(CSVField(Array(group.values[range])))) }
        }
        self.columns = columns
    }
}

/// The days of a period as texts of ten characters, one behind the other.
struct DayTexts: Sendable {
    private let first: Int
    private let bytes: [UInt8]

    init(_ days: ServicePeriod) {
        first = days.start.number
        bytes = (first..<days.end.number).flatMap { CalendarDay(number: $0).description.utf8 }
    }

    struct View {
        fileprivate let first: Int
        fileprivate let bytes: UnsafeRawBufferPointer

        func day(_ number: Int32) -> UnsafeRawBufferPointer { text(number, 10) }
        func month(_ number: Int32) -> UnsafeRawBufferPointer { text(number, 7) }

        private func text(_ number: Int32, _ count: Int) -> UnsafeRawBufferPointer {
            let start = (Int(number) - first) * 10
            return UnsafeRawBufferPointer(rebasing: bytes[start..<start + count])
        }
    }

    func withBytes(_ body: (View) -> Void) { bytes.withUnsafeBytes { body(View(first: first, bytes: $0)) } }
}
