import BillingTerms
import Catalog
import Invoicing
import Metering
import OrderedCollections
import TestWorkspaces

/// A random customer with plans, usage, costs, promotions and credits, for one run. A seed gives the same one always.
struct RandomBilling {
    static let regions = ["", "eu", "us"]

    let workspace: Workspace
    let customer: Customer
    let period: BillingPeriod
    let balances: CarriedBalances
    let events: [MeteredEvent]
    let costs: [Cost]

    func plan(_ id: PricingPlanID) -> PricingPlan {
        guard let plan = workspace.plans[id] else { preconditionFailure("a subscription's plan exists") }
        return plan
    }

    var usage: CustomerUsage {
        CustomerUsage(usage: workspace.usage(of: events, customer: customer.id), costs: costs)
    }

    func invoicing(_ usage: CustomerUsage) -> CustomerInvoicing {
        CustomerInvoicing(
            context: BillingContext(
                workspace: workspace, customer: customer, period: period, balances: balances, audit: Audit()),
            usage: usage)
    }

    init(seed: UInt64) {
        var maker = RandomBillingMaker(seed: seed)
        let business = maker.business()
        period = maker.period()
        let projects = (0...maker.random.below(4)).map { Project(id: ProjectID("p\(4 - $0)"), name: "P\($0)") }
        let plans = [maker.plan("basic", period), maker.plan("other", period)]
        let addOns = maker.addOns()
        let promotions = maker.promotions(projects)
        var customer = Customer(
            id: "atlas", party: Party(name: "Atlas"), currency: business.currency, zone: .utc,
            tax: maker.random.once(in: 8) ? "none" : "standard", projects: projects)
        customer.subscriptions = maker.subscriptions(period, projects, addOns)
        customer.promotions = promotions.filter { _ in maker.random.once(in: 2) }.map {
            AssignedPromotion(promotion: $0.id)
        }
        customer.credits = maker.credits(period, projects, business.currency)
        events = maker.events(period, projects)
        costs = maker.costs(period, projects, business.currency)
        balances = maker.balances(customer)
        self.customer = customer
        workspace = Workspace(
            business: business, meters: RandomBillingMaker.meters.keyed(by: \.id),
            productItems: RandomBillingMaker.items.keyed(by: \.id), plans: plans.keyed(by: \.id),
            addOns: addOns.keyed(by: \.id), promotions: promotions.keyed(by: \.id),
            creditUnits: [RandomBillingMaker.creditUnit.id: RandomBillingMaker.creditUnit],
            customers: [customer.id: customer])
    }
}

extension Array {
    fileprivate func keyed<Key: Hashable>(by key: (Element) -> Key) -> OrderedDictionary<Key, Element> {
        OrderedDictionary(uniqueKeysWithValues: map { (key($0), $0) })
    }
}
