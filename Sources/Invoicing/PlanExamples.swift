import BillingTerms
import Catalog
import Metering
import Rating

extension Workspace {
    /// Every plan's examples, billed as a customer would be: a finding for each amount that differs from what the example
    /// says, with the working of what was found.
    package func exampleFindings() -> [Finding] {
        plans.values.flatMap { plan in
            plan.examples.flatMap { ExampleBilling(workspace: self, plan: plan, example: $0).findings() }
        }
    }
}

/// An example's customer: one project, the plan's currency, no promotions and no credits. Tax is left out.
private struct ExampleBilling {
    let workspace: Workspace
    let plan: PricingPlan
    let example: PlanExample

    func findings() -> [Finding] {
        do throws(Parked) {
            let bill = try invoicing.bill()
            let lines = bill?.consolidated.lines ?? []
            return example.expected.compactMap { difference($0, lines: lines) }
                + (bill?.findings ?? []).filter { $0.severity == .error }.map(failure)
        } catch {
            return error.findings.map(failure)
        }
    }

    private func failure(_ finding: Finding) -> Finding {
        Finding(
            .exampleDiffers, "the example \"\(example.name)\" of \"\(plan.id)\" cannot be billed: \(finding.message)",
            at: example.place, notes: finding.notes)
    }

    private func difference(_ expected: PlanExample.Expectation, lines: [InvoiceLine]) -> Finding? {
        let chosen: [InvoiceLine]
        let what: String
        switch expected.subject {
        case .total: (chosen, what) = (lines, "the total without tax")
        case .item(let id): (chosen, what) = (lines.filter { $0.rated.itemID == id }, "\"\(id)\"")
        }
        let found = chosen.map(\.netAmount).sum(plan.currency)
        guard found.decimal != expected.amount else { return nil }
        var notes = ["expected \(expected.amount) \(plan.currency), found \(found)"]
        for line in chosen.prefix(12) {
            let rated = line.rated
            let name = rated.tier.isEmpty ? rated.description : "\(rated.description), \(rated.tier)"
            notes.append(
                "\(name): \(rated.quantity.shortText) \(rated.unit) × \(rated.unitPrice) = \(rated.grossAmount.decimal)"
            )
            notes += line.discounts.map { "  less \($0.name): \($0.amount.decimal)" }
            notes += rated.working.map { "  \($0.label): \($0.calculation) = \($0.result)" }
        }
        if chosen.count > 12 { notes.append("… and \(chosen.count - 12) more lines") }
        if case .item = expected.subject, chosen.isEmpty {
            let items = Set(lines.map(\.rated.itemID)).sorted()
            notes.append("lines of: \(items.isEmpty ? "nothing" : items.joined(separator: ", "))")
        }
        return Finding(
            .exampleDiffers, "the example \"\(example.name)\" of \"\(plan.id)\" comes to another amount for \(what)",
            at: expected.place, notes: notes)
    }

    private var invoicing: CustomerInvoicing {
        let project = Project(id: "example", name: "Example")
        var subscription = example.subscription
        subscription.project = nil
        subscription.projects = nil
        for place in subscription.addOns.indices { subscription.addOns[place].project = nil }
        var untaxed = workspace
        untaxed.business.taxes = [TaxCode(code: "example", name: "", category: .outsideScope, rates: [])]
        untaxed.promotions = [:]
        let customer = Customer(
            id: "example", party: Party(name: "Example"), currency: plan.currency, zone: workspace.business.zone,
            tax: "example", projects: [project], defaultProject: project.id, subscriptions: [subscription],
            place: example.place)
        untaxed.customers[customer.id] = customer
        let period = example.period
        let days = untaxed.daysNeeded(for: period.days)[customer.id] ?? period.days
        let used = ExampleUsage(workspace: untaxed, customer: customer, project: project.id, days: days)
            .waist(example.usage)
        let context = BillingContext(
            catalog: RatingCatalog(untaxed), customer: customer, period: period, balances: CarriedBalances(),
            audit: Audit())
        return CustomerInvoicing(
            context: context,
            usage: CustomerUsage(
                usage: used.usage, costs: example.costs.map { cost($0, customer, project) }, jointUsage: used.joint))
    }

    private func cost(_ entry: PlanExample.Cost, _ customer: Customer, _ project: Project) -> Cost {
        Cost(
            customer: customer.id, project: project.id, serviceAccount: "example", provider: entry.provider,
            service: entry.service, account: "example", region: "", category: entry.category, currency: entry.currency,
            day: entry.day, rowCount: 1, billed: entry.amount, effective: entry.amount, list: entry.amount,
            contracted: entry.amount)
    }
}
