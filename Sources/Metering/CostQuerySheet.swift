import BillingTerms
import Catalog
import Importing

/// The charges of one file, or of a piece of a large one, assigned and summed up as a query asks. Its size follows the
/// number of groups and of what the bill's charges have in common, not the number of rows.
struct CostQuerySheet: Sendable {
    private let query: PreparedCostQuery
    /// What was read, whatever became of it.
    private(set) var read: [(shared: Shared, sums: CostSums)] = []
    private(set) var cells: [Cell] = []
    /// What is asked for and nobody's.
    private(set) var nobodys: [(key: NobodyKey, sums: CostSums)] = []
    private var groups: [Group] = []
    private var groupPlaces: [Int: Int] = [:]
    private var sharedNumbers: [Shared: Int] = [:]
    private var nobodyNumbers: [NobodyKey: Int] = [:]
    private var places: [CellKey: Int] = [:]
    private var latestGroup: (number: Int, place: Int)?

    /// What charges of one group have in common.
    private struct Group: Sendable {
        let facts: Facts
        /// The place in `read`, the same for all groups that differ only in what was not asked for.
        let shared: Int
        /// The place in `nobodys`.
        let nobody: Int
        /// Where the latest charge of a group with cells by day went.
        var latest: (day: CalendarDay?, cell: Int)?
    }

    private final class Facts: Sendable {
        let isIncluded: Bool
        let account: ServiceAccount?
        let rules: [CostAssignment.Rule]
        let fixedOutcome: CostAssignment.Outcome?
        /// Whether a charge's day decides its cell, and nothing else that it has of its own.
        let hasCellsByDay: Bool

        init(_ charge: ProviderCharge, _ query: PreparedCostQuery) {
            account = query.assignment.serviceAccount(of: charge)
            rules = query.assignment.rules(for: charge)
            isIncluded = query.includesGroup(of: charge, account)
            fixedOutcome = query.assignment.fixedOutcome(of: charge, account: account, rules: rules)
            hasCellsByDay = fixedOutcome != nil && !query.asksRows
        }
    }

    struct NobodyKey: Hashable, Sendable {
        let coverage: BillCoverage
        let key: UnassignedKey
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
        /// A place in `read`.
        let shared: Int
        let fate: Fate
        /// The day, or the first one of its month or of the query, as far as the query tells days apart.
        let day: CalendarDay
        let outcome: CostAssignment.Outcome
        let rowValues: [BillText]
    }

    struct Cell: Sendable {
        let key: CellKey
        var sums = CostSums()

        /// Whether it is asked for, and nobody's.
        var isNobodys: Bool { key.fate == .wanted && key.outcome.project == CostAssignment.nobody }
    }

    init(_ query: PreparedCostQuery) { self.query = query }

    mutating func enter(_ charge: ProviderCharge) {
        let group = group(of: charge)
        let cell = cell(of: charge, group)
        let sums = CostSums(charge)
        read[groups[group].shared].sums += sums
        cells[cell].sums += sums
        if cells[cell].isNobodys { nobodys[groups[group].nobody].sums += sums }
    }

    private mutating func cell(of charge: ProviderCharge, _ group: Int) -> Int {
        let day = shownDay(charge.billingDay)
        if let latest = groups[group].latest, latest.day == day { return latest.cell }
        let cell = place(of: key(of: charge, groups[group], day))
        if groups[group].facts.hasCellsByDay { groups[group].latest = (day, cell) }
        return cell
    }

    /// As far as the query tells days apart; nil for days that it does not ask for.
    private func shownDay(_ day: CalendarDay) -> CalendarDay? {
        guard query.query.days.contains(day) else { return nil }
        return query.keepsDays ? day : query.keepsMonths ? day.firstOfMonth : query.query.days.start
    }

    private func key(of charge: ProviderCharge, _ group: Group, _ day: CalendarDay?) -> CellKey {
        let facts = group.facts
        let outcome =
            facts.fixedOutcome
            ?? query.assignment.outcome(of: charge, account: facts.account, rules: facts.rules)
        guard let day, facts.isIncluded, query.includesRow(charge), query.includes(outcome) else {
            let nobody = CostAssignment.Outcome(project: CostAssignment.nobody)
            return CellKey(
                shared: group.shared, fate: day == nil ? .outside : .leftOut, day: query.query.days.start,
                outcome: nobody, rowValues: [])
        }
        return CellKey(
            shared: group.shared, fate: .wanted, day: day, outcome: outcome,
            rowValues: query.rowGroupings.isEmpty ? [] : query.rowValues(charge))
    }

    private mutating func group(of charge: ProviderCharge) -> Int {
        if let latestGroup, latestGroup.number == charge.group { return latestGroup.place }
        let place = groupPlaces[charge.group] ?? addGroup(charge)
        latestGroup = (charge.group, place)
        return place
    }

    private mutating func addGroup(_ charge: ProviderCharge) -> Int {
        let facts = Facts(charge, query)
        let coverage = BillCoverage(of: charge)
        let shared = Shared(
            coverage: coverage, currency: charge.currency, values: query.groupValues(charge, facts.account))
        let sharedNumber = sharedNumbers[shared] ?? read.count
        if sharedNumber == read.count {
            sharedNumbers[shared] = sharedNumber
            read.append((shared, CostSums()))
        }
        let nobody = NobodyKey(coverage: coverage, key: UnassignedKey(charge))
        let nobodyNumber = nobodyNumbers[nobody] ?? nobodys.count
        if nobodyNumber == nobodys.count {
            nobodyNumbers[nobody] = nobodyNumber
            nobodys.append((nobody, CostSums()))
        }
        groups.append(Group(facts: facts, shared: sharedNumber, nobody: nobodyNumber))
        groupPlaces[charge.group] = groups.count - 1
        return groups.count - 1
    }

    private mutating func place(of key: CellKey) -> Int {
        if let known = places[key] { return known }
        places[key] = cells.count
        cells.append(Cell(key: key))
        return cells.count - 1
    }
}
