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
}

/// Which days of each series are wanted, in which zone, and where they are kept.
struct UsagePlan: Sendable {
    let series: [SeriesPlan]
    let zones: [BillingZone]
    /// Groups of 32 days over all series.
    let groupCount: Int
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
        series = all.entries.map { entry in
            let (days, zone) = customers[catalog.projects[entry.project].customer]
            let plan = SeriesPlan(
                firstDay: Int32(clamping: days?.start.number ?? 0), index: UInt32(groups),
                dayCount: UInt16(clamping: days?.dayCount ?? 0), zone: zone,
                uniqueDimension: Int16(catalog.uniqueDimensionOfMeter[entry.meter]), scale: all.scales[entry.meter],
                hasDetail: wanted[catalog.meters[entry.meter].id] != nil)
            groups += (Int(plan.dayCount) + 31) / 32
            return plan
        }
        self.zones = zones
        groupCount = groups
    }
}
