import BillingTerms
import Catalog
import Importing

/// How a series is added up: 16 bytes, which every event looks at.
struct SeriesPlan: Sendable {
    /// First wanted day, and how many there are; 0 when nobody asks for the series.
    var firstDay: Int32 = 0
    /// Where its groups of 32 days begin in the index.
    var index: UInt32 = 0
    var dayCount: UInt16 = 0
    var zone: UInt16 = 0
    /// The dimension whose distinct values are counted; -1 for none.
    var uniqueDimension: Int16 = -1
    var scale: UInt8 = 0
    /// Whether a price looks at single events.
    var hasDetail = false

    /// Groups of 32 days, and the days in one of them.
    var groupCount: Int { (Int(dayCount) + 31) / 32 }
    func dayCount(ofGroup group: Int) -> Int { min(32, Int(dayCount) - group * 32) }
}

/// Which days of each series are wanted, in which zone, and where they are kept.
struct UsagePlan: Sendable {
    /// How the events of a series reach its usage.
    enum Role: Sendable {
        /// Added up as they come.
        case addedUp
        /// Kept until all are there, see `SeriesMetering`.
        case gathered(Gathering)
        /// Not at all: the meter's filter does not take these dimension values.
        case filteredOut
    }

    struct Gathering: Sendable {
        /// Nanoseconds since 1970, half-open; a level may have been set at any time before.
        var from: Int64
        var until: Int64
        /// Which of the plan's `bounds`.
        var bounds: Int
    }

    let series: [SeriesPlan]
    let zones: [BillingZone]
    /// Groups of 32 days over all series.
    let groupCount: Int
    /// Of each series; empty where all are added up.
    let roles: [Role]
    /// The wanted days of the customers that have gathered series.
    let bounds: [DayBounds]
    /// Whether some series is not added up.
    var setsApart: Bool { !roles.isEmpty }
    /// What prices need of single events, by series.
    let details: [EventDetail?]

    init(
        _ reading: MeterReading, _ all: UsageSeries, _ range: UsageRange, details wanted: [MeterID: EventDetail] = [:]
    ) {
        let catalog = reading.catalog
        var zones: [BillingZone] = []
        var zoneNumbers: [BillingZone: UInt16] = [:]
        let customers = catalog.customers.map { customer -> (days: ServicePeriod?, zone: UInt16) in
            if zoneNumbers[customer.zone] == nil {
                zoneNumbers[customer.zone] = UInt16(zones.count)
                zones.append(customer.zone)
            }
            return (range.days(of: customer.id), zoneNumbers[customer.zone] ?? 0)
        }
        details = wanted.isEmpty ? [] : all.entries.map { wanted[catalog.meters[$0.meter].id] }
        var groups = 0
        var roles = UsageRoles()
        series = all.entries.map { entry in
            let (days, zone) = customers[catalog.projects[entry.project].customer]
            let meter = catalog.meters[entry.meter]
            let isAddedUp = roles.add(meter, entry.dimensionValues, days, zones[Int(zone)])
            let plan = SeriesPlan(
                firstDay: Int32(clamping: days?.start.number ?? 0), index: UInt32(groups),
                dayCount: isAddedUp ? UInt16(clamping: days?.dayCount ?? 0) : 0, zone: zone,
                uniqueDimension: Int16(catalog.uniqueDimensionOfMeter[entry.meter]), scale: all.scales[entry.meter],
                hasDetail: wanted[catalog.meters[entry.meter].id] != nil)
            groups += plan.groupCount
            return plan
        }
        self.zones = zones
        groupCount = groups
        (self.roles, bounds) = (roles.roles, roles.bounds)
    }

    /// The days to which a series' events are brought, where they are gathered.
    func gathering(of series: Int) -> Gathering? {
        guard setsApart, case .gathered(let gathering) = roles[series] else { return nil }
        return gathering
    }
}

/// Decides for each series how its events reach its usage.
private struct UsageRoles {
    /// Empty as long as all are added up.
    private(set) var roles: [UsagePlan.Role] = []
    private(set) var bounds: [DayBounds] = []
    private var count = 0
    private var known: [Key: Int] = [:]

    private struct Key: Hashable {
        var days: ServicePeriod
        var zone: BillingZone
    }

    /// Whether the series' events are added up as they come.
    mutating func add(
        _ meter: Meter, _ dimensionValues: [String], _ days: ServicePeriod?, _ zone: BillingZone
    ) -> Bool {
        let role = role(meter, dimensionValues, days, zone)
        defer { count += 1 }
        if case .addedUp = role {
            if !roles.isEmpty { roles.append(role) }
            return true
        }
        if roles.isEmpty { roles = Array(repeating: .addedUp, count: count) }
        roles.append(role)
        return false
    }

    private mutating func role(
        _ meter: Meter, _ dimensionValues: [String], _ days: ServicePeriod?, _ zone: BillingZone
    ) -> UsagePlan.Role {
        guard meter.counts(dimensionValues) else { return .filteredOut }
        // Days that nobody wants are none, either way.
        guard meter.needsEventsInOrder, let days, !days.isEmpty else { return .addedUp }
        let key = Key(days: days, zone: zone)
        let place = known[key] ?? bounds.count
        if place == bounds.count {
            known[key] = place
            bounds.append(DayBounds(days, zone: zone))
        }
        let from = meter.aggregation.isOfLevel ? Int64.min : bounds[place].start
        return .gathered(UsagePlan.Gathering(from: from, until: bounds[place].end, bounds: place))
    }
}
