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
            workspace: workspace, customer: customer, period: period,
            balances: try CarriedBalances(rows("carried"), currency: customer.currency), audit: Audit())
        let invoicing = CustomerInvoicing(
            context: context,
            usage: CustomerUsage(usage: try source.usage(rows("usage")), costs: try source.costs(rows("costs"))))
        do throws(Parked) {
            if let bill = try invoicing.bill() {
                text = ScenarioInvoice(bill: bill).text
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
    /// `credit welcome 30.00` and `promotion spring 2 cycles 15.00`: what earlier bills used.
    fileprivate init(_ rows: [String], currency: Currency) throws {
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
            case ("credit", 3): creditUsed[CreditGrantID(words[1])] = try money(words[2])
            case ("commitment", 3): commitmentsSpent[CommitmentID(words[1])] = try money(words[2])
            case ("promotion", 5):
                promotionsUsed[PromotionID(words[1])] = PromotionMovement(
                    cycles: Int(words[2]) ?? 0, amount: try money(words[4]))
            default:
                throw ScenarioError(
                    "carried is \"credit ID AMOUNT\", \"commitment ID AMOUNT\" or \"promotion ID N cycles AMOUNT\": \(row)"
                )
            }
        }
    }
}
