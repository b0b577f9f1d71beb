import BillingTerms
import Catalog

/// A line of an item of a `high-water` meter, or of one that is priced by its levels, that takes in several series: its level
/// is theirs together, whose highest is not told by the highest of each. Volumes that come and go would be billed many times over if theirs were added up.
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

    /// A cell of a matrix, which is priced apart.
    package struct Cell: Hashable, Sendable {
        package var matrix: MatrixPrice
        package var place: Int

        package init(matrix: MatrixPrice, place: Int) {
            self.matrix = matrix
            self.place = place
        }
    }

    package var project: ProjectID
    package var item: ProductItemID
    package var cell: Cell?
    /// Of the dimensions by which the item is split.
    package var values: [String]
    /// Places in the list of series.
    package var members: [Int] = []

    /// The lines of one customer's series, in the order of project, item, cell and values: for each item as a whole, and
    /// for each cell of the matrices that price it in some plan.
    package static func all(
        _ series: [Series], items: some Sequence<ProductItem>, matrices: [ProductItemID: [MatrixPrice]] = [:]
    ) -> [JointLine] {
        var lines: [JointLine: [Int]] = [:]
        for (place, entry) in series.enumerated() where entry.meter.needsJointSeries {
            for item in items {
                guard case .usage(let selection) = item.origin, selection.takes(entry.dimensionValues, of: entry.meter)
                else { continue }
                let values = selection.splitValues(entry.dimensionValues, of: entry.meter)
                var line = JointLine(project: entry.project, item: item.id, values: values)
                lines[line, default: []].append(place)
                for matrix in matrices[item.id] ?? [] {
                    let cell = matrix.place(of: entry.dimensionValues, dimensions: entry.meter.dimensions)
                    line.cell = cell.map { Cell(matrix: matrix, place: $0) }
                    if cell != nil { lines[line, default: []].append(place) }
                }
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
            if left.values != right.values { return left.values.lexicographicallyPrecedes(right.values) }
            func rank(_ line: JointLine) -> (Int, Int) {
                guard let cell = line.cell else { return (-1, -1) }
                return (matrices[line.item]?.firstIndex(of: cell.matrix) ?? 0, cell.place)
            }
            return rank(left) < rank(right)
        }
    }

    /// What the line comes to, given each member's events.
    package func usage(_ metering: SeriesMetering, customer: CustomerID, events: (Int) -> [SeriesEvent]) -> [JointUsage]
    {
        metering.jointDays(of: members.map(events)).map { day in
            JointUsage(
                item: item, cell: cell,
                usage: Usage(
                    day, customer: customer, project: project, meter: metering.meter.id, dimensionValues: values))
        }
    }
}

extension Workspace {
    /// The different matrices that price each item, over all plans and versions in their order.
    package var matrices: [ProductItemID: [MatrixPrice]] {
        var result: [ProductItemID: [MatrixPrice]] = [:]
        for price in plans.values.flatMap(\.versions).flatMap(\.prices) {
            guard case .matrix(let matrix) = price.model, !(result[price.item] ?? []).contains(matrix) else { continue }
            result[price.item, default: []].append(matrix)
        }
        return result
    }
}
