import BillingTerms
import OrderedCollections

/// Everything that decides an invoice except the exports themselves: the configuration of a workspace as values, checked
/// as a whole. Ids refer to things that exist; tiers rise; periods do not overlap.
package struct Workspace: Sendable {
    package var business: Business
    package var meters: OrderedDictionary<MeterID, Meter>
    package var productItems: OrderedDictionary<ProductItemID, ProductItem>
    package var plans: OrderedDictionary<PricingPlanID, PricingPlan>
    package var addOns: OrderedDictionary<AddOnID, AddOn>
    package var promotions: OrderedDictionary<PromotionID, Promotion>
    package var rewards: OrderedDictionary<RewardID, Reward>
    package var creditUnits: OrderedDictionary<CreditUnitID, CreditUnit>
    package var exchangeRates: ExchangeRates
    package var customers: OrderedDictionary<CustomerID, Customer>
    package var serviceAccounts: OrderedDictionary<ServiceAccountID, ServiceAccount>
    package var assignmentRules: [AssignmentRule]
    package var sources: Sources
    package var cancellations: [BulkCancellation]
    /// SHA-256 over every configuration file's path and content, in hexadecimal: two runs with the same hash used the
    /// same configuration.
    package var configurationHash: String
    /// What holds and may not be meant; `check` tells it.
    package var remarks: [Finding] = []

    package init(
        business: Business, meters: OrderedDictionary<MeterID, Meter> = [:],
        productItems: OrderedDictionary<ProductItemID, ProductItem> = [:],
        plans: OrderedDictionary<PricingPlanID, PricingPlan> = [:], addOns: OrderedDictionary<AddOnID, AddOn> = [:],
        promotions: OrderedDictionary<PromotionID, Promotion> = [:],
        rewards: OrderedDictionary<RewardID, Reward> = [:],
        creditUnits: OrderedDictionary<CreditUnitID, CreditUnit> = [:], exchangeRates: ExchangeRates = ExchangeRates(),
        customers: OrderedDictionary<CustomerID, Customer> = [:],
        serviceAccounts: OrderedDictionary<ServiceAccountID, ServiceAccount> = [:],
        assignmentRules: [AssignmentRule] = [], sources: Sources = Sources(),
        cancellations: [BulkCancellation] = [], configurationHash: String = ""
    ) {
        self.business = business
        self.meters = meters
        self.productItems = productItems
        self.plans = plans
        self.addOns = addOns
        self.promotions = promotions
        self.rewards = rewards
        self.creditUnits = creditUnits
        self.exchangeRates = exchangeRates
        self.customers = customers
        self.serviceAccounts = serviceAccounts
        self.assignmentRules = assignmentRules
        self.sources = sources
        self.cancellations = cancellations
        self.configurationHash = configurationHash
    }

    /// The customer who owns a project; project ids are unique in the workspace.
    package func owner(of project: ProjectID) -> Customer? {
        customers.values.first { $0.projects.contains { $0.id == project } }
    }
}
