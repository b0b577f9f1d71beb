import BillingTerms
import Catalog
import Importing

/// What all threads' screening came to: rows that are kept and not billed, by file, and what is to be said of them.
struct ScreeningReport {
    /// By the file's place.
    private(set) var unbilled: [Int: UnbilledRows] = [:]
    /// Cancellations that say again what another says, by file.
    private(set) var duplicates: [Int: Int] = [:]
    private(set) var findings: [Finding] = []

    private let reading: MeterReading
    private static let shown = 3

    init(
        _ reading: MeterReading, _ cancelled: CancelledEvents, _ screenings: [EventScreening], _ workspace: Workspace
    ) throws {
        self.reading = reading
        addCancellations(cancelled, screenings)
        addIgnored()
        try tellUnknown(cancelled, screenings)
        tellFilters(workspace.cancellations, cancelled, screenings)
        tellLate(screenings)
    }

    private mutating func addCancellations(_ cancelled: CancelledEvents, _ screenings: [EventScreening]) {
        for cancellation in cancelled.cancellations {
            unbilled[file(of: cancellation), default: UnbilledRows()].cancellations += 1
        }
        for cancellation in cancelled.repeated { duplicates[file(of: cancellation), default: 0] += 1 }
        for screening in screenings {
            for (chunk, count) in screening.cancellations.cancelled {
                unbilled[reading.chunks[chunk].file, default: UnbilledRows()].cancelled += count
            }
            for (chunk, count) in screening.cancellations.cancelledInBulk {
                unbilled[reading.chunks[chunk].file, default: UnbilledRows()].cancelledInBulk += count
            }
        }
        var sums: [Int: CancellationTally.Sum] = [:]
        for screening in screenings {
            for (file, sum) in screening.cancellations.sumsOfFiles {
                sums[file, default: CancellationTally.Sum()].join(sum)
            }
        }
        for (file, sum) in sums.sorted(by: { $0.key < $1.key }) {
            findings.append(
                Finding(
                    .note, .cancelledEvents,
                    "\(events(sum.count)) cancelled by rows that name \(sum.count == 1 ? "it" : "them")",
                    at: place(file),
                    notes: ["kept and not billed: \(quantities(sum))"]))
        }
    }

    private func file(of cancellation: EventCancellation) -> Int { reading.order(of: cancellation.place).file }
    private func place(_ file: Int) -> BillingTerms.Place { BillingTerms.Place(file: reading.files[file].file.name) }
    private func events(_ count: Int) -> String { numbered(count, "event") }

    private mutating func addIgnored() {
        var customers: [Int: IgnoredRows] = [:]
        var meters: [Int: IgnoredRows] = [:]
        for chunk in reading.chunks where !chunk.isVoid {
            if chunk.ignoredCustomers.count > 0 {
                customers[chunk.file, default: IgnoredRows()].join(chunk.ignoredCustomers)
            }
            if chunk.ignoredMeters.count > 0 { meters[chunk.file, default: IgnoredRows()].join(chunk.ignoredMeters) }
        }
        for (kind, ignored) in [("customers", customers), ("meters", meters)] {
            for (file, rows) in ignored.sorted(by: { $0.key < $1.key }) {
                unbilled[file, default: UnbilledRows()].ignored += rows.count
                let names = rows.names.map { "\"\($0)\"" }.joined(separator: ", ")
                findings.append(
                    Finding(
                        .note, .ignoredRows,
                        "\(rows.count) \(rows.count == 1 ? "row" : "rows") of unknown \(kind), such as \(names)",
                        at: place(file), notes: ["not billed: unknown_\(kind) is \"ignore\" in billwright.yaml"]))
            }
        }
    }

    /// Quantities by unit, the units in their order.
    private func quantities(_ sum: CancellationTally.Sum) -> String {
        var units: [String: ExactDecimal] = [:]
        for (meter, value) in sum.quantities { units[reading.catalog.meters[meter].unit, default: .zero] += value }
        let all = units.sorted { $0.key < $1.key }.map { "\($0.value.shortText) \($0.key)" }
        return all.prefix(5).joined(separator: ", ") + (all.count > 5 ? ", others" : "")
    }
}

// What cancels nothing.
extension ScreeningReport {
    private mutating func tellUnknown(_ cancelled: CancelledEvents, _ screenings: [EventScreening]) throws {
        var isMatched = [Bool](repeating: false, count: cancelled.cancellations.count)
        for screening in screenings {
            for (number, found) in screening.cancellations.isMatched.enumerated() where found {
                isMatched[number] = true
            }
        }
        let unknown = zip(cancelled.cancellations, isMatched).filter { !$0.1 }.map(\.0)
        for (file, own) in Dictionary(grouping: unknown, by: file).sorted(by: { $0.key < $1.key }) {
            let shown = Array(own.prefix(ScreeningReport.shown))
            for (cancellation, place) in zip(shown, try reading.places(of: shown.map(\.place))) {
                findings.append(
                    Finding(
                        .warning, .unknownEvent,
                        "the row cancels the event \"\(cancellation.name)\", which no file has brought", at: place,
                        notes: ["it takes effect when the event arrives; an event that was set aside is none"]))
            }
            if own.count > shown.count {
                findings.append(
                    Finding(
                        .warning, .unknownEvent, "\(own.count) rows in all cancel events that no file has brought",
                        at: place(file)))
            }
        }
    }

    private mutating func tellFilters(
        _ bulk: [BulkCancellation], _ cancelled: CancelledEvents, _ screenings: [EventScreening]
    ) {
        for (number, cancellation) in bulk.enumerated() {
            var sum = CancellationTally.Sum()
            for screening in screenings {
                if let more = screening.cancellations.sumsOfFilters[number] { sum.join(more) }
            }
            guard sum.count > 0 else {
                findings.append(
                    Finding(
                        .warning, .unknownEvent, "the cancellation matches no event", at: cancellation.place,
                        notes: ["reason: \(cancellation.reason)"]))
                continue
            }
            findings.append(
                Finding(
                    .note, .cancelledEvents, "\(events(sum.count)) cancelled in bulk", at: cancellation.place,
                    notes: ["reason: \(cancellation.reason)", "kept and not billed: \(quantities(sum))"]))
        }
    }
}

// What comes late.
extension ScreeningReport {
    private mutating func tellLate(_ screenings: [EventScreening]) {
        var all: [LateEvents.Lateness: CancellationTally.Sum] = [:]
        for screening in screenings {
            for (lateness, sum) in screening.latenesses {
                all[lateness, default: CancellationTally.Sum()].join(sum)
            }
        }
        let sorted = all.sorted {
            ($0.key.file, $0.key.period, $0.key.isCancelled ? 1 : 0, $0.key.isIssued ? 1 : 0)
                < ($1.key.file, $1.key.period, $1.key.isCancelled ? 1 : 0, $1.key.isIssued ? 1 : 0)
        }
        for (lateness, sum) in sorted {
            let what = lateness.isCancelled ? "cancelled by a file that came" : "came"
            findings.append(
                Finding(
                    lateness.movedTo == nil ? .warning : .note, .lateEvents,
                    "\(events(sum.count)) of \(lateness.period) \(what) after that was billed",
                    at: place(lateness.file), notes: [quantities(sum), remedy(lateness)]))
        }
    }

    private func remedy(_ lateness: LateEvents.Lateness) -> String {
        if let day = lateness.movedTo {
            return "billed with the period that begins on \(day), the first whose invoice was open when they came"
        }
        return lateness.isIssued
            ? "the invoice of \(lateness.period) is issued and stays as it is: it needs a correction"
            : "run \(lateness.period) again: its drafts take that up"
    }
}
