import BillingTerms
import Catalog
import Invoicing
import Metering
import Rating
import TestWorkspaces
import Testing

/// Every file of `Tests/Scenarios`: one money rule each, worked out by hand in its comment.
/// `BILLWRIGHT_ACCEPT=1` rewrites what is expected; the comment's last line, the amount due, still has to agree.
@Suite struct ScenarioTests {
    @Test(arguments: Scenario.names) func scenario(name: String) throws {
        let path = Scenario.path(name)
        let scenario = Scenario(name: name, text: try TestFiles.text(path))
        let outcome = try Outcome(scenario)
        if Expectation.isRewriting {
            try TestFiles.write(scenario.rewritten(expecting: outcome.text), to: path)
        } else if let difference = Expectation.difference(expected: scenario.expected, found: outcome.text) {
            Issue.record("\(name).scenario expects (-) what was not found (+):\n\(difference)")
        }
        #expect(scenario.verdicts == [outcome.verdict], "the comment of \(name).scenario ends with the result by hand")
    }

    @Test(arguments: Scenario.names) func aScenarioIsShort(name: String) throws {
        let text = try TestFiles.text(Scenario.path(name))
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 41)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 160 })
    }
}

/// What came of a scenario.
private struct Outcome {
    let text: String
    let verdict: String

    init(_ scenario: Scenario) throws {
        let workspace = try ScenarioWorkspace(scenario).read()
        guard let customer = workspace.payers.first(where: { $0.customer.id == "atlas" })?.customer else {
            throw ScenarioError("there is no customer atlas")
        }
        func rows(_ name: String) -> [String] { scenario.sections.filter { $0.name == name }.flatMap(\.lines) }
        guard let name = scenario.sections.first(where: { $0.name == "period" })?.argument,
            let period = BillingPeriod(absolute: name)
        else { throw ScenarioError("a scenario needs a period such as \"period 2026-10\"") }

        let source = ScenarioUsage(workspace: workspace, customer: customer)
        let context = BillingContext(
            catalog: RatingCatalog(workspace), customer: customer, period: period,
            balances: try CarriedBalances(rows("carried"), period: period, currency: customer.currency), audit: Audit())
        let (usage, joint) = try source.waist(rows("usage"), period: period)
        let invoicing = CustomerInvoicing(
            context: context,
            usage: CustomerUsage(usage: usage, costs: try source.costs(rows("costs")), jointUsage: joint))
        do throws(Parked) {
            if let bill = try invoicing.bill() {
                text =
                    ScenarioInvoice(
                        bill: bill, showsWorking: scenario.sections.contains { $0.name == "working" }
                    ).text
                verdict = "due \(bill.consolidated.totals.amountDue)"
            } else {
                text = "nothing"
                verdict = "nothing"
            }
        } catch {
            text = (["parked"] + error.findings.flatMap(ScenarioInvoice.words)).joined(separator: "\n")
            verdict = "parked " + error.findings.map(\.code.rawValue).joined(separator: " ")
        }
    }
}

extension CarriedBalances {
    /// What earlier bills used, and what rewards earned: `credit welcome 30.00`, in the period before or in that named
    /// behind it, `promotion spring 2 cycles 15.00`, `earned green/2026-09 5.00`.
    init(_ rows: [String], period: BillingPeriod, currency: Currency) throws {
        self.init()
        func money(_ text: String) throws -> Money {
            guard let money = Money(rounding: try ExactDecimal(parsing: text), to: currency) else {
                throw ScenarioError("\(text) is too large")
            }
            return money
        }
        for row in rows {
            let words = row.split(separator: " ").map(String.init)
            switch (words.first, words.count) {
            case ("credit", 3), ("credit", 4):
                let used = words.count == 4 ? BillingPeriod(absolute: words[3]) : period.previous
                guard let used else { throw ScenarioError("\(words[3]) is not a period") }
                creditUsed[CreditGrantID(words[1]), default: []].append(
                    CarriedUse(from: used.days.start, amount: try money(words[2])))
            case ("earned", 3): creditEarned[CreditGrantID(words[1])] = try money(words[2])
            case ("commitment", 3): commitmentsSpent[CommitmentID(words[1])] = try money(words[2])
            case ("promotion", 5):
                promotionsUsed[PromotionID(words[1])] = PromotionMovement(
                    cycles: Int(words[2]) ?? 0, amount: try money(words[4]))
            default:
                throw ScenarioError(
                    "carried is \"credit\", \"earned\" or \"commitment ID AMOUNT\", or \"promotion ID N cycles AMOUNT\": \(row)"
                )
            }
        }
    }
}
