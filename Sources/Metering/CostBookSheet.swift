import BillingTerms
import Catalog
import Importing

/// The charges of one file, or of a piece of a large one, assigned and summed up. Files have sheets of their own, because only when all of them are
/// read is it known which deliveries of a month count, and because a file that is broken at its end counts for nothing.
package struct CostSheet: Sendable {
    private let assignment: CostAssignment
    private let days: ServicePeriod
    private(set) var groups: [Int: Group] = [:]
    private(set) var cells: [Cell] = []
    private var places: [CellKey: Int] = [:]
    private var latestCell: (key: CellKey, place: Int)?
    private var latestGroup: (number: Int, group: Group)?

    /// What charges of one group share, see `ProviderCharge.group`.
    final class Group: Sendable {
        let charge: ProviderCharge
        let coverage: BillCoverage
        let account: ServiceAccount?
        let rules: [CostAssignment.Rule]
        /// The project where no rule looks at tags or resources, so that it is the same for the whole group.
        let fixedProject: Int?

        init(_ charge: ProviderCharge, _ assignment: CostAssignment) {
            self.charge = charge
            coverage = BillCoverage(of: charge)
            account = assignment.serviceAccount(of: charge)
            rules = assignment.rules(for: charge)
            fixedProject = assignment.fixedOutcome(of: charge, account: account, rules: rules)?.project
        }
    }

    /// The finest sums: one group's charges of one day that go to one project; all days outside the wanted ones together.
    struct Cell: Sendable {
        let group: Int
        /// Nil for days outside.
        let day: CalendarDay?
        /// A number of the assignment.
        let project: Int
        var sums = CostSums()
    }

    private struct CellKey: Hashable {
        let group: Int
        let day: Int
        let project: Int
    }

    init(assignment: CostAssignment, days: ServicePeriod) {
        self.assignment = assignment
        self.days = days
    }

    package mutating func enter(_ charge: ProviderCharge) {
        let group = group(of: charge)
        let project =
            group.fixedProject
            ?? assignment.outcome(of: charge, account: group.account, rules: group.rules).project
        let day = charge.billingDay
        let place = place(charge.group, days.contains(day) ? day : nil, project)
        cells[place].sums += CostSums(charge)
    }

    private mutating func group(of charge: ProviderCharge) -> Group {
        if let latestGroup, latestGroup.number == charge.group { return latestGroup.group }
        let group: Group
        if let known = groups[charge.group] {
            group = known
        } else {
            group = Group(charge, assignment)
            groups[charge.group] = group
        }
        latestGroup = (charge.group, group)
        return group
    }

    private mutating func place(_ group: Int, _ day: CalendarDay?, _ project: Int) -> Int {
        let key = CellKey(group: group, day: day?.number ?? Int.min, project: project)
        if let latestCell, latestCell.key == key { return latestCell.place }
        let place: Int
        if let known = places[key] {
            place = known
        } else {
            place = cells.count
            places[key] = place
            cells.append(Cell(group: group, day: day, project: project))
        }
        latestCell = (key, place)
        return place
    }
}
