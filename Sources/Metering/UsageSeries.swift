import BillingTerms
import Catalog
import Importing

/// For which days usage is added up. Events of other days are read, deduplicated and counted all the same.
package enum UsageRange: Sendable {
    /// The same days for everybody, each customer's in their own zone.
    case everybody(ServicePeriod)
    /// Customers that are not named get no usage.
    case each([CustomerID: ServicePeriod])

    func days(of customer: CustomerID) -> ServicePeriod? {
        switch self {
        case .everybody(let days): days
        case .each(let days): days[customer]
        }
    }
}

/// What usage is added up by, over all threads of a reading: every customer, project, meter and combination of
/// dimension values that has an event, in the order of their names. A series is known by its place in that order.
struct UsageSeries: Sendable {
    struct Entry: Sendable {
        var project: Int
        var meter: Int
        var dimensionValues: [String]
    }

    let entries: [Entry]
    /// The most fraction digits of each meter's compact quantities.
    let scales: [UInt8]
    /// The place of a share's series, by share and the share's number.
    let places: [[UInt32]]
    /// For each dimension that some meter counts distinct values of: the place of a share's value among all, in the
    /// order of their bytes. Empty for the other dimensions.
    let distinctPlaces: [[[UInt32]]]

    private struct Found {
        var order: Int
        var values: [ArraySlice<UInt8>]
        var share: Int
        var number: Int
    }

    init(_ reading: MeterReading) {
        let catalog = reading.catalog
        var found = UsageSeries.found(in: reading, ranks: UsageSeries.ranks(catalog))
        found.sort { UsageSeries.precedes($0, $1) }
        var entries: [Entry] = []
        var places = reading.shares.map { [UInt32](repeating: 0, count: $0.seriesEnd) }
        var last: Found?
        for series in found {
            if last == nil || last?.order != series.order || last?.values != series.values {
                let (project, meter) = reading.shares[series.share].series(series.number)
                let values = series.values.map { String(decoding: $0, as: UTF8.self) }
                entries.append(Entry(project: project, meter: meter, dimensionValues: values))
                last = series
            }
            places[series.share][series.number] = UInt32(entries.count - 1)
        }
        self.entries = entries
        self.places = places
        distinctPlaces = UsageSeries.distinctPlaces(reading)
        scales = reading.catalog.meters.indices.map { meter in reading.shares.map { $0.scales[meter] }.max() ?? 0 }
    }

    private static func precedes(_ left: Found, _ right: Found) -> Bool {
        if left.order != right.order { return left.order < right.order }
        for (a, b) in zip(left.values, right.values) {
            if a.lexicographicallyPrecedes(b) { return true }
            if b.lexicographicallyPrecedes(a) { return false }
        }
        return left.values.count < right.values.count
    }

    /// The place of each project among all by customer and project, and of each meter by name.
    private static func ranks(_ catalog: MeterCatalog) -> (projects: [Int], meters: [Int]) {
        let projects = catalog.projects.indices.sorted {
            let (a, b) = (catalog.projects[$0], catalog.projects[$1])
            if a.customer != b.customer { return catalog.customers[a.customer].id < catalog.customers[b.customer].id }
            return a.id < b.id
        }
        let meters = catalog.meters.indices.sorted { catalog.meters[$0].id < catalog.meters[$1].id }
        return (inverse(projects), inverse(meters))
    }

    private static func inverse(_ order: [Int]) -> [Int] {
        var result = order
        for (rank, index) in order.enumerated() { result[index] = rank }
        return result
    }

    private static func found(in reading: MeterReading, ranks: (projects: [Int], meters: [Int])) -> [Found] {
        var found: [Found] = []
        for (index, share) in reading.shares.enumerated() {
            for number in share.seriesNumbers {
                let (project, meter) = share.series(number)
                let order = ranks.projects[project] * ranks.meters.count + ranks.meters[meter]
                found.append(
                    Found(order: order, values: share.dimensionValues(ofSeries: number), share: index, number: number))
            }
        }
        return found
    }

    private static func distinctPlaces(_ reading: MeterReading) -> [[[UInt32]]] {
        let counted = Set(reading.catalog.uniqueDimensionOfMeter)
        return reading.catalog.dimensions.indices.map { dimension in
            guard counted.contains(dimension) else { return [] }
            var all: [(bytes: ArraySlice<UInt8>, share: Int, number: Int)] = []
            for (index, share) in reading.shares.enumerated() {
                for number in 0..<share.distinctValueCount(ofDimension: dimension) {
                    all.append((share.distinctValue(number, ofDimension: dimension), index, number))
                }
            }
            all.sort { $0.bytes.lexicographicallyPrecedes($1.bytes) }
            var result = reading.shares.map {
                [UInt32](repeating: 0, count: $0.distinctValueCount(ofDimension: dimension))
            }
            var place: UInt32 = 0
            for (position, value) in all.enumerated() {
                if position > 0, value.bytes != all[position - 1].bytes { place += 1 }
                result[value.share][value.number] = place
            }
            return result
        }
    }
}
