import BillingTerms

/// Usage that must not be billed, named in bulk (`catalog/cancellations.yaml`): a load test, an export delivered twice under
/// other ids. All that is given must match; a list matches when one of its values does.
package struct BulkCancellation: Hashable, Sendable {
    /// Why, for whoever asks where the usage has gone.
    package var reason: String
    /// Names of `sources.yaml`.
    package var sources: [String]
    package var meters: [MeterID]
    package var customers: [CustomerID]
    package var projects: [ProjectID]
    /// Values of dimensions that the events' meters declare.
    package var dimensions: [String: [String]]
    /// Half-open; nil is without end.
    package var from: Bound?
    package var until: Bound?
    /// The ids of single events.
    package var events: [String]
    /// What CloudEvents name as their source, which is part of their identity; nil for exports of other kinds.
    package var eventSource: String?
    package var place: Place

    /// A day in the zone of the event's customer, or an instant.
    package enum Bound: Hashable, Sendable {
        case day(CalendarDay)
        case instant(Timestamp)

        package func instant(in zone: BillingZone) -> Timestamp {
            switch self {
            case .day(let day): zone.start(of: day)
            case .instant(let instant): instant
            }
        }
    }

    package init(
        reason: String, sources: [String] = [], meters: [MeterID] = [], customers: [CustomerID] = [],
        projects: [ProjectID] = [], dimensions: [String: [String]] = [:], from: Bound? = nil, until: Bound? = nil,
        events: [String] = [], eventSource: String? = nil, place: Place = Place(file: "catalog/cancellations.yaml")
    ) {
        self.reason = reason
        self.sources = sources
        self.meters = meters
        self.customers = customers
        self.projects = projects
        self.dimensions = dimensions
        self.from = from
        self.until = until
        self.events = events
        self.eventSource = eventSource
        self.place = place
    }
}
