import BillingTerms
import Catalog
import Importing

/// The last look at one thread's events before they are added up: what is cancelled, and what comes late. There is none
/// when nothing of the kind can be, so that usual imports do not pay for it.
final class EventScreening: @unchecked Sendable {
    private let reading: MeterReading
    private let series: UsageSeries
    private let cancelled: CancelledEvents
    private let late: LateEvents?
    let cancellations: CancellationTally
    private(set) var latenesses: [LateEvents.Lateness: CancellationTally.Sum] = [:]

    init?(_ reading: MeterReading, _ series: UsageSeries, _ cancelled: CancelledEvents, _ late: LateEvents?) {
        guard !cancelled.isEmpty || late != nil else { return nil }
        self.reading = reading
        self.series = series
        self.cancelled = cancelled
        self.late = late
        cancellations = CancellationTally(cancellationCount: cancelled.cancellations.count)
    }

    /// Drops, or moves, the events of a block that do not count as they stand.
    func screen(_ block: UnsafeMutablePointer<EventRecord>, count: Int, share: Int, _ tally: DeduplicationTally) {
        for index in 0..<count where block[index].flags & EventRecord.isDropped == 0 {
            let place = Int(series.places[share][Int(block[index].series)])
            let file = reading.chunks[block[index].chunk].file
            if isCancelled(block[index], place, file, share, tally) {
                block[index].location |= EventRecord.isDropped
            } else if let verdict = late?.verdict(
                customer: customer(place), instant: block[index].instant, file: file)
            {
                obey(verdict, &block[index], place, share, tally)
            }
        }
    }

    private func customer(_ place: Int) -> Int { reading.catalog.projects[series.entries[place].project].customer }

    private func isCancelled(
        _ record: EventRecord, _ place: Int, _ file: Int, _ share: Int, _ tally: DeduplicationTally
    ) -> Bool {
        let meter = series.entries[place].meter
        if !cancelled.cancellations.isEmpty, let numbers = cancelled.cancellations(of: record) {
            let value = reading.value(of: record, share: share)
            cancellations.note(numbers, chunk: record.chunk, file: file, meter: meter, value: value)
            for number in numbers {
                note(record, place, cancelledBy: cancelled.cancellations[Int(number)], value, tally)
            }
            return true
        }
        guard !cancelled.filters.isEmpty, let filter = cancelled.filter(of: record, series: place, file: file) else {
            return false
        }
        let value = reading.value(of: record, share: share)
        cancellations.note(filter: filter, chunk: record.chunk, meter: meter, value: value)
        return true
    }

    /// The cancellation's file is needed for as long as the event's is: without it the event would count again.
    private func note(
        _ record: EventRecord, _ place: Int, cancelledBy cancellation: EventCancellation, _ value: ExactDecimal,
        _ tally: DeduplicationTally
    ) {
        let chunk = Int(cancellation.place >> (EventRecord.chunkShift - EventRecord.placeShift))
        tally.first[chunk] = min(tally.first[chunk], record.instant)
        tally.last[chunk] = max(tally.last[chunk], record.instant)
        let file = reading.chunks[chunk].file
        if let lateness = late?.lateness(ofCancelled: record.instant, customer: customer(place), by: file) {
            note(lateness, place, value)
        }
    }

    private func obey(
        _ verdict: LateEvents.Verdict, _ record: inout EventRecord, _ place: Int, _ share: Int,
        _ tally: DeduplicationTally
    ) {
        let value = reading.value(of: record, share: share)
        switch verdict {
        case .told(let lateness): note(lateness, place, value)
        case .moved(let lateness, let instant):
            note(lateness, place, value)
            record.instant = instant
            tally.last[record.chunk] = max(tally.last[record.chunk], instant)
        case .setAside(let lateness):
            record.location |= EventRecord.isDropped
            tally.setAside[record.chunk] += 1
            tally.conflicts.append(
                EventConflict(
                    place: record.place, meter: series.entries[place].meter, cause: .late(period: lateness.period)))
        }
    }

    private func note(_ lateness: LateEvents.Lateness, _ place: Int, _ value: ExactDecimal) {
        latenesses[lateness, default: CancellationTally.Sum()].add(value, meter: series.entries[place].meter)
    }
}

extension MeterReading {
    /// The quantity of a record of one of the shares.
    func value(of record: EventRecord, share: Int) -> ExactDecimal {
        record.flags & EventRecord.isWide != 0
            ? shares[share].wideValues[Int(record.mantissa)]
            : ExactDecimal(coefficient: Int128(record.mantissa), scale: record.scale)
    }
}
