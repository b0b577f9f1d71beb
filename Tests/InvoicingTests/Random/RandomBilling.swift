import BillingTerms
import Catalog
import Invoicing
import Metering
import OrderedCollections
import Rating
import TestWorkspaces

/// A random customer with plans, usage, costs, promotions and credits, for one run. A seed gives the same one always.
struct RandomBilling {
    static let regions = ["", "eu", "us"]

    private(set) var workspace: Workspace
    private(set) var customer: Customer
    let period: BillingPeriod
    let balances: CarriedBalances
    let events: [MeteredEvent]
    let costs: [Cost]

    func plan(_ id: PricingPlanID) -> PricingPlan {
        guard let plan = workspace.plans[id] else { preconditionFailure("a subscription's plan exists") }
        return plan
    }

    /// The same without what stands between rated lines and promotions: trials, free tiers, minimums, commitments and
    /// service fees.
    var withoutPlanTerms: RandomBilling {
        var billing = self
        for id in billing.workspace.plans.keys {
            for place in billing.plan(id).versions.indices {
                billing.workspace.plans[id]?.versions[place].trial = nil
                billing.workspace.plans[id]?.versions[place].freeTier = nil
                billing.workspace.plans[id]?.versions[place].minimum = nil
                billing.workspace.plans[id]?.versions[place].serviceFee = nil
            }
        }
        for place in billing.customer.subscriptions.indices {
            billing.customer.subscriptions[place].commitment = nil
            billing.customer.subscriptions[place].overrides = PlanOverrides()
        }
        billing.workspace.customers[billing.customer.id] = billing.customer
        return billing
    }

    var hasIncludedTax: Bool { workspace.business.taxes.contains(where: \.isIncluded) }

    var usage: CustomerUsage {
        CustomerUsage(usage: workspace.usage(of: events, customer: customer.id), costs: costs)
    }

    func invoicing(_ usage: CustomerUsage) -> CustomerInvoicing {
        CustomerInvoicing(
            context: BillingContext(
                catalog: RatingCatalog(workspace), customer: customer, period: period, balances: balances,
                audit: Audit()),
            usage: usage)
    }

    init(seed: UInt64) {
        var maker = RandomBillingMaker(seed: seed)
        // What comes after rating is drawn by itself, so that more of it leaves plans and usage as they were.
        var offers = RandomBillingMaker(seed: seed ^ 0x5EED_0FFE)
        let business = offers.business()
        period = maker.period()
        let projects = (0...maker.random.below(4)).map { Project(id: ProjectID("p\(4 - $0)"), name: "P\($0)") }
        let plans = [maker.plan("basic", period), maker.plan("other", period)]
        let addOns = maker.addOns()
        let promotions = offers.promotions(projects)
        var customer = Customer(
            id: "atlas", party: Party(name: "Atlas"), currency: business.currency, zone: .utc,
            tax: maker.random.once(in: 8) ? "none" : "standard", projects: projects)
        customer.subscriptions = maker.subscriptions(period, projects, addOns)
        customer.promotions = promotions.filter { _ in maker.random.once(in: 2) }.map {
            AssignedPromotion(promotion: $0.id)
        }
        customer.credits = offers.credits(period, projects, business.currency)
        let rewards = offers.rewards(business.currency)
        customer.rewards = rewards.map(\.id)
        events = maker.events(period, projects)
        costs = maker.costs(period, projects, business.currency)
        balances = offers.balances(customer, rewards, period)
        self.customer = customer
        workspace = Workspace(
            business: business, meters: RandomBillingMaker.meters.keyed(by: \.id),
            productItems: RandomBillingMaker.items.keyed(by: \.id), plans: plans.keyed(by: \.id),
            addOns: addOns.keyed(by: \.id), promotions: promotions.keyed(by: \.id),
            rewards: rewards.keyed(by: \.id),
            creditUnits: [RandomBillingMaker.creditUnit.id: RandomBillingMaker.creditUnit],
            customers: [customer.id: customer])
    }
}

extension Array {
    fileprivate func keyed<Key: Hashable>(by key: (Element) -> Key) -> OrderedDictionary<Key, Element> {
        OrderedDictionary(uniqueKeysWithValues: map { (key($0), $0) })
    }
}
