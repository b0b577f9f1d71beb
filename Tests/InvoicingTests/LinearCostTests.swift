import BillingTerms
import Catalog
import Invoicing
import Metering
import Rating
import TestWorkspaces
import Testing

/// Ten times as many projects, rows and lines may take ten times as long, not a hundred times.
@Suite(.serialized) struct LinearCostTests {
    private func seconds(projects count: Int) throws -> Double {
        let currency = try #require(Currency(code: "EUR"))
        let start = try #require(CalendarDay(iso: "2020-01-01"))
        let period = try #require(BillingPeriod(absolute: "2026-10"))
        let projects = (0..<count).map { Project(id: ProjectID("p\($0)"), name: "P\($0)") }
        let tax = TaxCode(
            code: "standard", name: "VAT", category: .standard,
            rates: [.init(rate: ExactDecimal(coefficient: 19, scale: 2))])
        let version = PlanVersion(
            from: start, fees: [PlanFee(id: "fee", name: "Fee", amount: 1000)],
            prices: [ItemPrice(item: "sums", model: .perUnit(ExactDecimal(coefficient: 123, scale: 4)))])
        let promotion = Promotion(
            id: "half", name: "Half", discount: .percentage(ExactDecimal(coefficient: 5, scale: 1)), scope: .invoice,
            priority: 1)
        let customer = Customer(
            id: "atlas", party: Party(name: "Atlas"), currency: currency, zone: .utc, tax: "standard",
            projects: projects, subscriptions: [Subscription(id: "s", plan: "basic", from: start)],
            promotions: [AssignedPromotion(promotion: "half")],
            credits: [
                CreditGrant(
                    id: "welcome", name: "Welcome", kind: .promotional,
                    amount: Money(minorUnits: 9999, currency: currency),
                    from: start)
            ])
        let workspace = Workspace(
            business: Business(
                seller: Party(name: "Seller"), zone: .utc, currency: currency, taxes: [tax], defaultTax: "standard"),
            meters: ["sums": RandomBillingMaker.meters[0]], productItems: ["sums": RandomBillingMaker.items[0]],
            plans: [
                "basic": PricingPlan(
                    id: "basic", name: "Basic", currency: currency, cadence: Cadence(.month), versions: [version])
            ], promotions: ["half": promotion], customers: ["atlas": customer])
        let events = projects.enumerated().map { place, project in
            MeteredEvent(
                project: project.id, meter: "sums", day: period.days.start + place % 31, second: 0,
                value: ExactDecimal(place + 1), region: "eu", user: 0)
        }
        let usage = CustomerUsage(usage: workspace.usage(of: events, customer: "atlas"))
        let context = BillingContext(
            catalog: RatingCatalog(workspace), customer: customer, period: period, balances: CarriedBalances(),
            audit: Audit())
        let clock = ContinuousClock()
        var best = Double.infinity
        for _ in 0..<3 {
            let elapsed = try clock.measure {
                let bill = try #require(try CustomerInvoicing(context: context, usage: usage).bill())
                #expect(bill.projects.count == count)
            }
            best = min(best, elapsed / .seconds(1))
        }
        return best
    }

    @Test func tenTimesTheProjects() throws {
        let small = try seconds(projects: 60)
        let large = try seconds(projects: 600)
        #expect(large < small * 40, "600 projects take \(large) s, 60 take \(small) s")
    }
}
