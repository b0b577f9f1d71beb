import BillingTerms
import Catalog

/// A line of an item of a `high-water` meter that takes in several series: its level is theirs together, whose highest is
/// not told by the highest of each. Volumes that come and go would be billed many times over if theirs were added up.
package struct JointLine: Hashable, Sendable {
    /// What a series is known by.
    package struct Series: Hashable, Sendable {
        package var project: ProjectID
        package var meter: Meter
        package var dimensionValues: [String]

        package init(project: ProjectID, meter: Meter, dimensionValues: [String]) {
            self.project = project
            self.meter = meter
            self.dimensionValues = dimensionValues
        }
    }

    package var project: ProjectID
    package var item: ProductItemID
    /// Of the dimensions by which the item is split.
    package var values: [String]
    /// Places in the list of series.
    package var members: [Int] = []

    /// The lines of one customer's series, in the order of project, item and values.
    package static func all(_ series: [Series], items: some Sequence<ProductItem>) -> [JointLine] {
        var lines: [JointLine: [Int]] = [:]
        for (place, entry) in series.enumerated() where entry.meter.aggregation == .highWater {
            for item in items {
                guard case .usage(let selection) = item.origin, selection.takes(entry.dimensionValues, of: entry.meter)
                else { continue }
                let values = selection.splitValues(entry.dimensionValues, of: entry.meter)
                lines[JointLine(project: entry.project, item: item.id, values: values), default: []].append(place)
            }
        }
        return lines.filter { $0.value.count > 1 }.map { line, members in
            var line = line
            line.members = members
            return line
        }.sorted { left, right in
            if (left.project, left.item) != (right.project, right.item) {
                return (left.project, left.item) < (right.project, right.item)
            }
            return left.values.lexicographicallyPrecedes(right.values)
        }
    }

    /// What the line comes to, given each member's events.
    package func usage(_ metering: SeriesMetering, customer: CustomerID, events: (Int) -> [SeriesEvent]) -> [JointUsage]
    {
        metering.jointDays(of: members.map(events)).map { day in
            JointUsage(
                item: item,
                usage: Usage(
                    day, customer: customer, project: project, meter: metering.meter.id, dimensionValues: values))
        }
    }
}
