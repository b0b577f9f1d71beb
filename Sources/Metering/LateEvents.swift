import BillingTerms
import Catalog
import Importing

/// What was billed before this run, as far as it tells which events come late.
package struct BilledPeriods: Sendable {
    /// The days that one run period billed to a customer.
    package struct Period: Sendable {
        package var name: String
        package var days: ServicePeriod
        /// Its invoice is final; a draft takes up late events when its period is run again.
        package var isIssued: Bool
        /// The SHA-256 of the files that it was billed from.
        package var inputs: Set<String>

        package init(name: String, days: ServicePeriod, isIssued: Bool, inputs: Set<String>) {
            self.name = name
            self.days = days
            self.isIssued = isIssued
            self.inputs = inputs
        }
    }

    /// Rising by their days.
    package private(set) var periods: [CustomerID: [Period]]

    package init(_ periods: [CustomerID: [Period]] = [:]) {
        self.periods = periods.mapValues { $0.sorted { ($0.days.start, $0.name) < ($1.days.start, $1.name) } }
    }
}

/// Tells events that come late: their day was billed from files of which theirs is none. An event that a later correction
/// of the configuration frees in a file that was billed from is not late; the period's next run takes it up.
final class LateEvents: Sendable {
    /// What to do with a late event.
    enum Verdict {
        /// Billed when its period is run again, or by hand; until then only told.
        case told(Lateness)
        case setAside(Lateness)
        /// Counts at this instant instead of its own.
        case moved(Lateness, to: Int64)
    }

    /// What findings tell of late events by.
    struct Lateness: Hashable {
        var file: Int
        var period: String
        var isIssued: Bool
        /// Of an event that was cancelled late.
        var isCancelled = false
        /// Where the events are billed instead.
        var movedTo: CalendarDay?
    }

    private struct Period {
        var name: String
        var isIssued: Bool
        /// Half-open.
        var instants: Range<Int64>
        var isBilledFrom: [Bool]
        /// Where a file's late events count, of issued periods under `next-invoice`.
        var nextStart: [(day: CalendarDay, instant: Int64)]
    }

    /// By the customer's place in the catalog.
    private let periods: [[Period]]
    /// The instant from which on nothing was billed to a customer; most events are told by it.
    private let openFrom: [Int64]
    private let policy: LateEventPolicy

    init?(_ reading: MeterReading, _ billed: BilledPeriods, policy: LateEventPolicy) {
        guard !billed.periods.isEmpty else { return nil }
        self.policy = policy
        let files = reading.files.map(\.sha256)
        periods = reading.catalog.customers.map { customer in
            let own = billed.periods[customer.id] ?? []
            return own.map { period in
                Period(
                    name: period.name, isIssued: period.isIssued,
                    instants: customer.zone.start(of: period.days.start)
                        .nanoseconds..<customer.zone.start(
                            of: period.days.end
                        ).nanoseconds, isBilledFrom: files.map(period.inputs.contains),
                    nextStart: policy == .nextInvoice && period.isIssued
                        ? files.map { LateEvents.nextStart(of: $0, after: period, own, customer.zone) } : [])
            }
        }
        openFrom = periods.map { $0.map(\.instants.upperBound).max() ?? .min }
    }

    /// The first period from this one on that is not issued, or was issued when the file was there already: so an event
    /// stays where it was billed, whatever is issued after it.
    private static func nextStart(
        of file: String, after period: BilledPeriods.Period, _ own: [BilledPeriods.Period], _ zone: BillingZone
    ) -> (day: CalendarDay, instant: Int64) {
        let issued = own.filter { $0.isIssued && $0.days.start >= period.days.start }
        let day =
            issued.first { $0.inputs.contains(file) }?.days.start ?? issued.map(\.days.end).max() ?? period.days.end
        return (day, zone.start(of: day).nanoseconds)
    }

    /// What is to be done with an event; nil when it is in time.
    @inline(__always)
    func verdict(customer: Int, instant: Int64, file: Int) -> Verdict? {
        instant >= openFrom[customer] ? nil : lateVerdict(customer, instant, file)
    }

    @inline(never)
    private func lateVerdict(_ customer: Int, _ instant: Int64, _ file: Int) -> Verdict? {
        guard let period = period(customer, instant), !period.isBilledFrom[file] else { return nil }
        var lateness = Lateness(file: file, period: period.name, isIssued: period.isIssued)
        guard period.isIssued else { return .told(lateness) }
        switch policy {
        case .report: return .told(lateness)
        case .quarantine: return .setAside(lateness)
        case .nextInvoice:
            lateness.movedTo = period.nextStart[file].day
            return .moved(lateness, to: period.nextStart[file].instant)
        }
    }

    /// What is to be told when an event is cancelled by a file that came too late for the event's period.
    func lateness(ofCancelled instant: Int64, customer: Int, by file: Int) -> Lateness? {
        guard instant < openFrom[customer], let period = period(customer, instant), !period.isBilledFrom[file] else {
            return nil
        }
        return Lateness(file: file, period: period.name, isIssued: period.isIssued, isCancelled: true)
    }

    private func period(_ customer: Int, _ instant: Int64) -> Period? {
        periods[customer].first { $0.instants.contains(instant) }
    }
}
