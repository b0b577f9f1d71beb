import BillingTerms
import Catalog
import Invoicing
import Metering
import Rating

/// One row of a table: its sections with the row's values put in, billed as a scenario is, period after period.
struct ConformanceCase {
    let file: String
    let table: ConformanceFile.Table
    let row: ConformanceFile.Row

    /// What the row says, as it is named in a difference.
    var title: String {
        let values = zip(table.inputs, row.inputs).map { "\($0) \($1)" }.joined(separator: ", ")
        return "\(file): \(table.title)\(values.isEmpty ? "" : ", " + values)"
    }

    /// The sections with `$name` replaced, longer names first: `$plan` must not take the beginning of `$plans`.
    private var scenario: Scenario {
        let values = zip(table.inputs, row.inputs).sorted { $0.0.count > $1.0.count }
        let text = table.sections.flatMap { section in
            ["\(section.name) \(section.argument)"] + section.lines.map { "  " + $0 }
        }.joined(separator: "\n")
        return Scenario(
            name: file, text: values.reduce(text) { $0.replacing("$" + $1.0, with: $1.1) })
    }

    /// A bill for each of the periods; nil where nothing was to be billed.
    func bills(_ workspaces: inout ConformanceWorkspaces) throws -> [CustomerBill?] {
        let scenario = scenario
        let workspace = try workspaces.workspace(scenario)
        guard let customer = workspace.payers.first(where: { $0.customer.id == "atlas" })?.customer else {
            throw ScenarioError("there is no customer atlas")
        }
        func rows(_ name: String) -> [String] { scenario.sections.filter { $0.name == name }.flatMap(\.lines) }
        let source = ScenarioUsage(workspace: workspace, customer: customer)
        let usage = rows("usage").flatMap(Self.events)
        let periods = try periods(scenario)
        var balances = CarriedBalances()
        if let first = periods.first {
            balances = try CarriedBalances(rows("carried"), period: first, currency: customer.currency)
        }
        return try periods.map { period in
            let context = BillingContext(
                catalog: RatingCatalog(workspace), customer: customer, period: period, balances: balances,
                audit: Audit())
            let (levels, joint) = try source.waist(usage, period: period)
            let invoicing = CustomerInvoicing(
                context: context,
                usage: CustomerUsage(usage: levels, costs: try source.costs(rows("costs")), jointUsage: joint))
            do throws(Parked) {
                let bill = try invoicing.bill()
                if let bill { balances.carry(bill, from: period) }
                return bill
            } catch {
                // Where nothing is billed, what there is to tell stands alone.
                guard error.findings.contains(where: { $0.severity == .error }) else { return nil }
                throw Findings(error.findings)
            }
        }
    }

    /// `2026-10`; `2026-10 to 2026-12`; or `2026-10-15 until 2026-12-03`, the runs that have been made on the latter day:
    /// whole months, then single days.
    private func periods(_ scenario: Scenario) throws -> [BillingPeriod] {
        let text = scenario.sections.last { $0.name == "period" }?.argument ?? ""
        let words = text.split(separator: " ").map(String.init)
        guard let first = words.first.flatMap(BillingPeriod.init(absolute:)), [1, 3].contains(words.count),
            let last = words.last.flatMap(BillingPeriod.init(absolute:))
        else { throw ScenarioError("a table needs a period such as \"period 2026-10\": \(text)") }
        guard words.count == 3, words[1] == "until" else { return Self.periods(from: first, to: last.days.start) }
        let target = max(last.days.start, first.days.start + 1)
        let months = Self.periods(
            from: BillingPeriod(kind: .month, containing: first.days.start), to: target.firstOfMonth - 1)
        let start = max(months.last?.days.end ?? first.days.start, first.days.start)
        return months
            + (start < target ? Self.periods(from: BillingPeriod(kind: .day, containing: start), to: target - 1) : [])
    }

    /// Periods of one kind, the last of which begins on `last` or before.
    private static func periods(from first: BillingPeriod, to last: CalendarDay) -> [BillingPeriod] {
        var periods: [BillingPeriod] = []
        var next = first
        while next.days.start <= last {
            periods.append(next)
            next = BillingPeriod(kind: next.kind, containing: next.days.end)
        }
        return periods
    }

    /// Several values in one row are several events, one after the other; `-` is none.
    private static func events(_ row: String) -> [String] {
        var words = row.split(separator: " ").map(String.init)
        guard words.count >= 4 else { return row.trimmingBlanks.isEmpty ? [] : [row] }
        return words[3].split(separator: ",").filter { $0 != "-" }.map { value in
            words[3] = String(value)
            return words.joined(separator: " ")
        }
    }
}

/// Reading a workspace from its files takes longer than billing it; rows that differ in usage alone share one.
struct ConformanceWorkspaces {
    private var known: [[String]: Workspace] = [:]

    mutating func workspace(_ scenario: Scenario) throws -> Workspace {
        let key = scenario.sections.filter { !["usage", "period", "carried", "costs"].contains($0.name) }
            .flatMap { [$0.name, $0.argument] + $0.lines }
        if let workspace = known[key] { return workspace }
        let workspace = try ScenarioWorkspace(scenario).read()
        known[key] = workspace
        return workspace
    }
}

extension CarriedBalances {
    /// What the books hold after a bill, for the next one.
    fileprivate mutating func carry(_ bill: CustomerBill, from period: BillingPeriod) {
        for movement in bill.grantMovements {
            let zero = Money.zero(movement.used.currency)
            if !movement.used.isZero {
                creditUsed[movement.grant, default: []].append(
                    CarriedUse(from: period.days.start, amount: movement.used))
            }
            creditExpired[movement.grant] = (creditExpired[movement.grant] ?? zero) + movement.expired
            if !movement.earned.isZero {
                creditEarned[movement.grant] = (creditEarned[movement.grant] ?? zero) + movement.earned
            }
        }
        for (promotion, use) in bill.promotionUses {
            let before = promotionsUsed[promotion]
            promotionsUsed[promotion] = PromotionMovement(
                cycles: (before?.cycles ?? 0) + use.cycles,
                amount: (before?.amount ?? .zero(use.amount.currency)) + use.amount)
        }
        for (commitment, spent) in bill.commitmentsSpent {
            commitmentsSpent[commitment] = (commitmentsSpent[commitment] ?? .zero(spent.currency)) + spent
        }
    }
}
