import BillingTerms

/// Reads `customers/<id>.yaml`.
struct CustomerFile {
    let business: Business
    let creditUnits: [CreditUnit]
    /// Whose codes a customer may have redeemed.
    let promotions: [Promotion]
    /// For customers that name no subscriptions.
    let defaultPlan: PricingPlan?

    func read(_ root: ConfigurationMapping) -> Customer? {
        let id = root.declaredID("id", .customer)
        let place = root.valuePlace("id")
        let party = BusinessFile.partyKeys(root)
        let currency = root.currency("currency") ?? business.currency
        let zone = root.zone("zone") ?? business.zone
        let locale = BusinessFile.locale(root) ?? business.locale
        let tags = root.texts("tags")
        let buyerReference = root.text("buyer_reference")
        let purchaseOrder = root.text("purchase_order")
        let region = root.text("region")
        let taxRegion = business.taxRegion(region: region, country: party?.country)
        let ownTax = root.reference("tax", .taxCode)
        let regionTax = (party?.taxID == nil ? nil : taxRegion?.taxWithID) ?? taxRegion?.tax
        let billing = root.choice("billing", as: Customer.Billing.self) ?? .consolidated
        let projects = projects(root, customer: id)
        let defaultProject = root.reference("default_project", .project).map { ProjectID($0) }
        if let defaultProject, !projects.contains(where: { $0.id == defaultProject }) {
            root.context.report(
                .unknownReference, "the default project \"\(defaultProject)\" is not one of this customer's projects",
                at: root.valuePlace("default_project"))
        }
        var subscriptions = SubscriptionReader(context: root.context).subscriptions(root)
        // An empty list is a customer without a plan, one that only pays for others for instance.
        if let defaultPlan, root.node("subscriptions") == nil {
            subscriptions = [
                Subscription(id: defaultPlan.id.text, plan: defaultPlan.id, from: defaultPlan.versions[0].from)
            ]
        }
        let parent = root.reference("parent", .customer).map { CustomerID($0) }
        let promotions =
            root.mappings("promotions", what: "a promotion given to the customer").compactMap(assignedPromotion)
            + root.mappings("codes", what: "a code that the customer redeemed").compactMap(redeemedCode)
        let rewards = root.references("rewards", .reward).map { RewardID($0) }
        let credits = root.mappings("credits", what: "a credit grant").compactMap(
            CreditReading(currency: currency, units: creditUnits).grant)
        root.finish()
        guard let id, let party else { return nil }
        var checks = CustomerChecks(customer: CustomerID(id), context: root.context)
        checks.add(root)
        return Customer(
            id: CustomerID(id), party: party, currency: currency, zone: zone, locale: locale, tags: tags,
            buyerReference: buyerReference, purchaseOrder: purchaseOrder,
            tax: ownTax ?? regionTax ?? business.defaultTax,
            taxInstead: ownTax == nil ? taxRegion?.instead ?? [:] : [:], billing: billing, projects: projects,
            defaultProject: defaultProject ?? (projects.count == 1 ? projects[0].id : nil),
            subscriptions: subscriptions, region: region, promotions: promotions, rewards: rewards,
            credits: credits, parent: parent, place: place)
    }

    /// A customer without a list of projects is one project of the same name.
    private func projects(_ root: ConfigurationMapping, customer: String?) -> [Project] {
        guard root.node("projects") != nil else {
            guard let customer else { return [] }
            root.context.declare(.project, customer, at: root.valuePlace("id"))
            return [Project(id: ProjectID(customer), name: root.text("name") ?? customer)]
        }
        return root.mappings("projects", what: "a project").compactMap { mapping in
            let id = mapping.declaredID("id", .project)
            let name = mapping.text("name")
            let costCentre = mapping.text("cost_centre")
            mapping.finish()
            return id.map { Project(id: ProjectID($0), name: name ?? $0, costCentre: costCentre) }
        }
    }

    private func requiredFrom(_ mapping: ConfigurationMapping) -> CalendarDay? {
        mapping.requiredDay("from", "its first day")
    }

    private func assignedPromotion(_ mapping: ConfigurationMapping) -> AssignedPromotion? {
        let id = mapping.requiredReference("promotion", .promotion, "which promotion")
        let from = mapping.day("from")
        let until = mapping.day("until")
        mapping.checkOrder(from, until)
        mapping.finish()
        return id.map { AssignedPromotion(promotion: PromotionID($0), from: from, until: until) }
    }

    /// A code counts from the day on which it was redeemed.
    private func redeemedCode(_ mapping: ConfigurationMapping) -> AssignedPromotion? {
        let code = mapping.requiredReference("code", .promotionCode, "as the customer gave it")
        let redeemed = mapping.requiredDay("redeemed", "the day on which it was redeemed")
        mapping.finish()
        guard let promotion = promotions.first(where: { $0.code == code }), let redeemed else { return nil }
        let isEarly = promotion.from.map { redeemed < $0 } ?? false
        if isEarly || promotion.until.map({ redeemed >= $0 }) ?? false {
            mapping.context.report(
                .periodOrder, "the code \"\(promotion.code ?? "")\" could not be redeemed on \(redeemed)",
                at: mapping.valuePlace("redeemed"),
                notes: [
                    isEarly
                        ? "its promotion begins on \(promotion.from ?? redeemed)"
                        : "its promotion ended before \(promotion.until ?? redeemed)"
                ])
        }
        return AssignedPromotion(promotion: promotion.id, from: redeemed)
    }
}

/// What a customer's file says that only the other files can tell right from wrong.
private struct CustomerChecks {
    let customer: CustomerID
    let context: ConfigurationContext
    private var checks: [(Workspace, Customer) -> Finding?] = []

    init(customer: CustomerID, context: ConfigurationContext) {
        self.customer = customer
        self.context = context
    }

    mutating func add(_ root: ConfigurationMapping) {
        let subscriptions = root.keyPlace("subscriptions")
        let promotions = root.keyPlace("promotions")
        let credits = root.keyPlace("credits")
        eachSubscription { workspace, customer, subscription in
            guard let plan = workspace.plans[subscription.plan] else { return nil }
            return Self.mismatch("the plan \"\(plan.id)\"", plan.currency, customer, at: subscriptions)
        }
        eachSubscription { workspace, customer, subscription in
            guard let plan = workspace.plans[subscription.plan], plan.version(on: subscription.from) == nil else {
                return nil
            }
            return Finding(
                .periodOrder, "the plan \"\(plan.id)\" has no version in force on \(subscription.from)",
                at: subscriptions,
                notes: ["its first version holds from \(plan.versions[0].from)"])
        }
        eachSubscription { workspace, customer, subscription in
            subscription.addOns.lazy.compactMap { subscribed -> Finding? in
                guard let addOn = workspace.addOns[subscribed.addOn] else { return nil }
                return Self.mismatch("the add-on \"\(addOn.id)\"", addOn.currency, customer, at: subscriptions)
            }.first
        }
        eachSubscription { workspace, customer, subscription in
            subscription.addOns.first {
                workspace.addOns[$0.addOn]?.recurrence == .once && !subscription.covers($0.from)
            }.map { subscribed in
                Finding(
                    .periodOrder,
                    "the one-time add-on \"\(subscribed.addOn)\" begins on \(subscribed.from), when its subscription does not hold",
                    at: subscriptions,
                    notes: ["it would never be charged; the subscription begins on \(subscription.from)"])
            }
        }
        eachSubscription { _, customer, subscription in
            let named = [subscription.project] + subscription.addOns.map(\.project)
            return Self.foreign(named.compactMap { $0 } + (subscription.projects ?? []), customer, at: subscriptions)
        }
        check { workspace, customer in
            customer.pricedTwice(in: workspace).map { item, left, right in
                Finding(
                    .contradiction,
                    "the subscriptions \"\(left)\" and \"\(right)\" both price the item \"\(item)\" on the same days",
                    at: subscriptions,
                    notes: [
                        "its usage would be billed twice; end one, or give each its \"projects\""
                    ])
            }
        }
        ParentChecks(context: context).add(root, customer: customer)
        check { workspace, customer in
            customer.promotions.lazy.compactMap { assigned -> Finding? in
                guard let promotion = workspace.promotions[assigned.promotion] else { return nil }
                return Self.unfit(promotion, customer, at: promotions)
            }.first
        }
        let rewards = root.keyPlace("rewards")
        check { workspace, customer in
            customer.rewards.lazy.compactMap { workspace.rewards[$0] }.compactMap {
                Self.mismatch("the reward \"\($0.id)\"", $0.amount.currency, customer, at: rewards)
            }.first
        }
        let tax = root.node("tax") == nil ? root.keyPlace("id") : root.valuePlace("tax")
        eachSubscription { workspace, customer, subscription in
            guard let code = workspace.business.tax(code: customer.tax),
                workspace.business.charged(code, on: subscription.from) == nil
            else { return nil }
            return Finding(
                .periodOrder, "the tax \"\(code.code)\" has no rate in force on \(subscription.from)", at: tax,
                notes: [
                    "the customer's subscription begins then; the first rate may do without \"from\", and then always held"
                ])
        }
        check { _, customer in Self.foreign(customer.credits.flatMap(\.projects), customer, at: credits) }
        context.later(of: customer, checks)
    }

    private mutating func check(_ body: @escaping (Workspace, Customer) -> Finding?) { checks.append(body) }

    private mutating func eachSubscription(_ body: @escaping (Workspace, Customer, Subscription) -> Finding?) {
        check { workspace, customer in
            for subscription in customer.subscriptions {
                if let finding = body(workspace, customer, subscription) { return finding }
            }
            return nil
        }
    }

    private static func mismatch(_ what: String, _ currency: Currency, _ customer: Customer, at place: Place)
        -> Finding?
    {
        guard currency != customer.currency else { return nil }
        return Finding(
            .currencyMismatch,
            "\(what) is in \(currency), the customer \"\(customer.id)\" is billed in \(customer.currency)",
            at: place)
    }

    /// A promotion that the customer has and that can never lower anything.
    private static func unfit(_ promotion: Promotion, _ customer: Customer, at place: Place) -> Finding? {
        let name = "the promotion \"\(promotion.id)\""
        if !promotion.onlyForTags.isEmpty, !promotion.onlyForTags.contains(where: customer.tags.contains) {
            return Finding(
                .contradiction, "\(name) is not for the customer \"\(customer.id)\"", at: place,
                notes: ["it is only for customers with a tag of: \(promotion.onlyForTags.joined(separator: ", "))"])
        }
        switch promotion.discount {
        case .percentage: return nil
        case .fixed(_, let currency): return mismatch(name, currency, customer, at: place)
        case .tiered(let tiers): return mismatch(name, tiers.currency, customer, at: place)
        }
    }

    private static func foreign(_ projects: [ProjectID], _ customer: Customer, at place: Place) -> Finding? {
        let own = customer.projects.map(\.id)
        guard let project = projects.first(where: { !own.contains($0) }) else { return nil }
        return Finding(
            .unknownReference, "the project \"\(project)\" is not one of the customer \"\(customer.id)\"", at: place,
            notes: ["its projects: \(own.map(\.text).joined(separator: ", "))"])
    }
}
