import BillingTerms
import Documents
import Metering

extension UsageRows {
    /// Writes rows as their cells would be written, without making any: there may be millions.
    func write(_ places: Range<Int>, to file: inout CSVText) {
        source.book.withEntries { entries in
            spans.rows.withUnsafeBufferPointer { rows in
                var place = places.lowerBound
                while place < places.upperBound {
                    let group = rows[place].group
                    var end = place + 1
                    while end < places.upperBound, rows[end].group == group { end += 1 }
                    write(rows[place..<end], GroupTexts(self, group), entries, to: &file)
                    place = end
                }
            }
        }
    }

    /// Rows of one group.
    private func write(
        _ rows: Slice<UnsafeBufferPointer<UsageSpans.Row>>, _ group: GroupTexts, _ entries: UsageBook.EntryView,
        to file: inout CSVText
    ) {
        source.dayTexts.withBytes { days in
            group.withColumns { columns, unit in
                for place in rows.indices {
                    for column in columns {
                        switch column {
                        case .day: file.plain(days.day(rows[place].firstDay))
                        case .month: file.plain(days.month(rows[place].firstDay))
                        case .texts(let texts): file.plain(texts)
                        }
                    }
                    if let quick = spans.figures(of: rows[place], entries, group.meter) {
                        write(quick, unit, to: &file)
                    } else {
                        write(self[place].figures, unit, to: &file)
                    }
                    file.endRow()
                }
            }
        }
    }

    private func write(_ figures: QuickFigures, _ unit: UnsafeRawBufferPointer, to file: inout CSVText) {
        let all = figures.all
        file.integer(all.eventCount)
        file.number(figures.quantity, scale: figures.quantityScale)
        file.plain(unit)
        file.number(all.sum, scale: all.sumScale)
        file.number(Int128(all.maximum), scale: all.maximumScale)
        file.integer(figures.countsDistinct ? all.distinct.nonzeroBitCount : nil)
    }

    private func write(_ figures: Row.Figures, _ unit: UnsafeRawBufferPointer, to file: inout CSVText) {
        file.integer(figures.events)
        file.number(figures.quantity?.normalized)
        file.plain(unit)
        file.number(figures.sum.normalized)
        file.number(figures.maximum.normalized)
        file.number(figures.distinct?.normalized)
    }
}

/// What all rows of a group say, as it stands in the file.
private struct GroupTexts {
    let meter: QuickMeter
    /// The texts before the first time, between two, behind the last, and the unit: one behind the other.
    private let bytes: [UInt8]
    private let ends: [Int]
    private let keys: UsageKeys

    enum Column {
        case day, month
        /// Those between two that tell the time, as one.
        case texts(UnsafeRawBufferPointer)
    }

    init(_ rows: UsageRows, _ number: UInt32) {
        let (group, source) = (rows.groups[Int(number)], rows.source)
        meter = QuickMeter(source.meters[group.meter])
        keys = source.keys
        var bytes: [UInt8] = []
        var ends: [Int] = []
        for range in keys.columnsBetweenTimes {
            bytes += CSVText.fields(group.values[range])
            ends.append(bytes.count)
        }
        self.bytes = bytes + CSVText.fields([source.meters[group.meter].unit])
        self.ends = ends
    }

    /// Of use within `body` only.
    func withColumns(_ body: ([Column], _ unit: UnsafeRawBufferPointer) -> Void) {
        bytes.withUnsafeBytes { bytes in
            var columns: [Column] = []
            var start = 0
            for (place, (range, end)) in zip(keys.columnsBetweenTimes, ends).enumerated() {
                if place > 0 { columns.append(keys.times[place - 1] == .day ? .day : .month) }
                if !range.isEmpty { columns.append(.texts(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))) }
                start = end
            }
            body(columns, UnsafeRawBufferPointer(rebasing: bytes[start...]))
        }
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
