import BillingTerms
import Catalog
import Importing

/// Which days of each series are wanted, in which zone, and where they are kept.
struct UsagePlan: Sendable {
    let series: [SeriesPlan]
    let zones: [BillingZone]
    /// Groups of 32 days over all series.
    let groupCount: Int

    init(_ reading: MeterReading, _ all: UsageSeries, _ range: UsageRange) {
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
        var groups = 0
        series = all.entries.map { entry in
            let (days, zone) = customers[catalog.projects[entry.project].customer]
            let plan = SeriesPlan(
                firstDay: Int32(clamping: days?.start.number ?? 0), dayCount: Int32(clamping: days?.dayCount ?? 0),
                index: UInt32(groups), zone: zone, scale: UInt8(entry.scale),
                countsDistinct: catalog.uniqueDimensionOfMeter[entry.meter] >= 0)
            groups += (Int(plan.dayCount) + 31) / 32
            return plan
        }
        self.zones = zones
        groupCount = groups
    }
}
