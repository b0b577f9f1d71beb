import BillingTerms
import Catalog
import Importing

/// The charges of one file, or of a piece of a large one, assigned and summed up as a query asks. Its size follows the
/// number of groups and of what the bill's charges have in common, not the number of rows.
struct CostQuerySheet: Sendable {
    private let query: PreparedCostQuery
    private(set) var groups: [Group] = []
    private(set) var cells: [Cell] = []
    private var groupPlaces: [Int: Int] = [:]
    private var shared: [Shared: Int] = [:]
    private var places: [CellKey: Int] = [:]
    private var latestGroup: (number: Int, place: Int)?
    private var latestCell: (key: CellKey, place: Int)?

    /// What charges of one group share, and what was read of them: the control total is summed up here, apart from the cells.
    struct Group: Sendable {
        let shared: Shared
        /// A number for `shared`, the same for all groups that differ only in what was not asked for.
        let sharedNumber: Int
        let isIncluded: Bool
        let account: ServiceAccount?
        let rules: [CostAssignment.Rule]
        let fixedOutcome: CostAssignment.Outcome?
        let unassignedKey: UnassignedKey
        var read = CostSums()
        /// Of the charges that the query is about.
        var unassigned = CostSums()
    }

    /// What of a group's charges tells cells apart.
    struct Shared: Hashable, Sendable {
        let coverage: BillCoverage
        let currency: Currency
        let values: [BillText?]
    }

    /// What becomes of a charge in this query.
    enum Fate: Hashable, Sendable {
        case wanted
        /// It is billed on another day.
        case outside
        /// The filter does not include it.
        case leftOut
    }

    struct CellKey: Hashable, Sendable {
        let shared: Int
        let fate: Fate
        /// The day, or the first one of its month or of the query, as far as the query tells days apart.
        let day: CalendarDay
        let outcome: CostAssignment.Outcome
        let rowValues: [BillText]
    }

    struct Cell: Sendable {
        let key: CellKey
        /// A place among the groups.
        let group: Int
        var sums = CostSums()
    }

    init(_ query: PreparedCostQuery) { self.query = query }

    mutating func enter(_ charge: ProviderCharge) {
        let group = group(of: charge)
        groups[group].read.include(charge)
        let key = key(of: charge, group)
        let place = place(of: key, group)
        cells[place].sums.include(charge)
        if key.fate == .wanted, key.outcome.project == CostAssignment.nobody {
            groups[group].unassigned.include(charge)
        }
    }

    private func key(of charge: ProviderCharge, _ place: Int) -> CellKey {
        let group = groups[place]
        let outcome =
            group.fixedOutcome
            ?? query.assignment.outcome(of: charge, account: group.account, rules: group.rules)
        let day = charge.billingDay
        let fate: Fate =
            !query.query.days.contains(day)
            ? .outside : group.isIncluded && query.includesRow(charge) && query.includes(outcome) ? .wanted : .leftOut
        guard fate == .wanted else {
            let nobody = CostAssignment.Outcome(project: CostAssignment.nobody)
            return CellKey(
                shared: group.sharedNumber, fate: fate, day: query.query.days.start, outcome: nobody, rowValues: [])
        }
        let shownDay = query.keepsDays ? day : query.keepsMonths ? day.firstOfMonth : query.query.days.start
        return CellKey(
            shared: group.sharedNumber, fate: fate, day: shownDay, outcome: outcome,
            rowValues: query.rowGroupings.isEmpty ? [] : query.rowValues(charge))
    }

    private mutating func group(of charge: ProviderCharge) -> Int {
        if let latestGroup, latestGroup.number == charge.group { return latestGroup.place }
        let place = groupPlaces[charge.group] ?? addGroup(charge)
        latestGroup = (charge.group, place)
        return place
    }

    private mutating func addGroup(_ charge: ProviderCharge) -> Int {
        let account = query.assignment.serviceAccount(of: charge)
        let rules = query.assignment.rules(for: charge)
        let values = Shared(
            coverage: BillCoverage(of: charge), currency: charge.currency, values: query.groupValues(charge, account))
        let number = shared[values] ?? shared.count
        shared[values] = number
        groups.append(
            Group(
                shared: values, sharedNumber: number, isIncluded: query.includesGroup(of: charge, account),
                account: account, rules: rules,
                fixedOutcome: query.assignment.fixedOutcome(of: charge, account: account, rules: rules),
                unassignedKey: UnassignedKey(charge)))
        groupPlaces[charge.group] = groups.count - 1
        return groups.count - 1
    }

    private mutating func place(of key: CellKey, _ group: Int) -> Int {
        if let latestCell, latestCell.key == key { return latestCell.place }
        let place = places[key] ?? cells.count
        if place == cells.count {
            places[key] = place
            cells.append(Cell(key: key, group: group))
        }
        latestCell = (key, place)
        return place
    }
}
