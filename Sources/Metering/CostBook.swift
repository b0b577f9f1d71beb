import BillingTerms
import Catalog
import Importing

/// All provider charges of a run, summed up by whose they are: what Rating sees of provider bills, and the control totals
/// that show that nothing got lost on the way. Neither the order of files nor that of rows changes anything in it.
///
/// ```swift
/// var book = CostBook(workspace: workspace, days: period.days)
/// var sheet = book.newSheet()
/// let reading = ProviderBillReader(detail: book.detail).read(file, of: format) { sheet.enter($0) }
/// book.post(sheet) { coverage in counted.contains(coverage) }
/// ```
package struct CostBook: Sendable {
    package let assignment: CostAssignment
    /// Charges billed on other days are counted, but are not among the costs.
    package let days: ServicePeriod

    private var assigned: [CostKey: CostSums] = [:]
    private var nobodys: [UnassignedKey: CostSums] = [:]
    private var controls: [Currency: ControlSums] = [:]

    package init(workspace: Workspace, days: ServicePeriod) {
        assignment = CostAssignment(workspace)
        self.days = days
    }

    /// What of each row must be read for this book.
    package var detail: ChargeDetail { assignment.detail }

    package func newSheet() -> CostSheet { CostSheet(assignment: assignment, days: days) }

    /// Takes over the charges of a file, as far as its delivery counts.
    package mutating func post(_ sheet: CostSheet, where counts: (BillCoverage) -> Bool) {
        for cell in sheet.cells {
            guard let group = sheet.groups[cell.group], counts(group.coverage) else { continue }
            post(cell, of: group)
        }
    }

    private mutating func post(_ cell: CostSheet.Cell, of group: CostSheet.Group) {
        let charge = group.charge
        controls[charge.currency, default: ControlSums()].add(cell)
        guard let day = cell.day else { return }
        if let owner = assignment.owner(cell.project) {
            let key = CostKey(charge, owner: owner, serviceAccount: group.account?.id ?? "", day: day)
            assigned[key, default: CostSums()] += cell.sums
        } else {
            let key = UnassignedKey(charge)
            nobodys[key, default: CostSums()] += cell.sums
        }
    }
}

// What the book says.
extension CostBook {
    /// Sorted by customer, project, provider, account, service, region, category, currency, day and service account. The
    /// service account is empty where a rule assigned a charge of an account that `accounts.yaml` does not have.
    package var costs: [Cost] {
        assigned.sorted { $0.key < $1.key }.map { key, sums in key.cost(sums) }
    }

    /// The costs of one customer, in the same order.
    package func costs(of customer: CustomerID) -> [Cost] {
        assigned.filter { $0.key.customer == customer }.sorted { $0.key < $1.key }.map { key, sums in key.cost(sums) }
    }

    /// Sorted by provider, account, service and currency.
    package var unassigned: [UnassignedCost] {
        nobodys.sorted { $0.key < $1.key }.map { key, sums in key.cost(sums) }
    }

    /// One for each currency, sorted. What was read is summed up apart from what the book's entries say at the end.
    package var controlTotals: [CostControl] {
        var assignedTotals: [Currency: ExactSum] = [:]
        for (key, sums) in assigned { assignedTotals[key.currency, default: ExactSum()] += sums.billed }
        var unassignedTotals: [Currency: ExactSum] = [:]
        for (key, entry) in nobodys { unassignedTotals[key.currency, default: ExactSum()] += entry.billed }
        return controls.sorted { $0.key < $1.key }.map { currency, sums in
            CostControl(
                currency: currency, rowCount: sums.rowCount, read: sums.read.value,
                assigned: assignedTotals[currency]?.value ?? .zero,
                unassigned: unassignedTotals[currency]?.value ?? .zero, outside: sums.outside.value,
                outsideRowCount: sums.outsideRowCount)
        }
    }

    /// A warning for each account whose cost is nobody's.
    package var findings: [Finding] { UnassignedAccount.findings(unassigned) }
}

extension UnassignedAccount {
    /// A warning for each account, in their order.
    static func findings(_ costs: [UnassignedCost]) -> [Finding] {
        let accounts = Dictionary(grouping: costs) { UnassignedAccount($0) }
        return accounts.sorted { $0.key < $1.key }.map { account, entries in
            let amount = entries.map(\.billed).sum().normalized
            let rows = entries.reduce(0) { $0 + $1.rowCount }
            return Finding(
                .warning, .unassignedCost,
                "no project owns the \(account.provider.text) account \"\(account.account.text)\"",
                notes: [
                    "\(amount) \(account.currency) in \(numbered(rows, "row")) is billed to nobody",
                    "name it under a service account in accounts.yaml, or assign it by a rule",
                ])
        }
    }
}

/// The control total of one currency: what was read is what was assigned, what is nobody's, what is billed on other days,
/// and what a query left out, to the last digit.
package struct CostControl: Hashable, Sendable {
    package var currency: Currency
    package var rowCount: Int
    /// Σ billed cost of all rows of the deliveries that count.
    package var read: ExactDecimal
    package var assigned: ExactDecimal
    package var unassigned: ExactDecimal
    /// Of charges whose billing day lies outside the wanted days.
    package var outside: ExactDecimal
    package var outsideRowCount: Int
    /// Of charges of the wanted days that a query did not ask for.
    package var leftOut: ExactDecimal

    package init(
        currency: Currency, rowCount: Int, read: ExactDecimal, assigned: ExactDecimal, unassigned: ExactDecimal,
        outside: ExactDecimal, outsideRowCount: Int, leftOut: ExactDecimal = .zero
    ) {
        self.currency = currency
        self.rowCount = rowCount
        self.read = read
        self.assigned = assigned
        self.unassigned = unassigned
        self.outside = outside
        self.outsideRowCount = outsideRowCount
        self.leftOut = leftOut
    }

    package var isBalanced: Bool { read == assigned + unassigned + outside + leftOut }
}

private struct ControlSums: Sendable {
    var rowCount = 0
    var read = ExactSum()
    var outsideRowCount = 0
    var outside = ExactSum()

    mutating func add(_ cell: CostSheet.Cell) {
        rowCount += cell.sums.rowCount
        read += cell.sums.billed
        guard cell.day == nil else { return }
        outsideRowCount += cell.sums.rowCount
        outside += cell.sums.billed
    }
}
