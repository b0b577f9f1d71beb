import BillingTerms

/// Reads `customers/<id>.yaml`.
struct CustomerFile {
    let business: Business
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
        let tax = root.reference("tax", .taxCode) ?? business.defaultTax
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
        let promotions = root.mappings("promotions", what: "a promotion given to the customer").compactMap(
            assignedPromotion)
        let credits = root.mappings("credits", what: "a credit grant").compactMap { grant($0, currency: currency) }
        root.finish()
        guard let id, let party else { return nil }
        CustomerChecks(customer: CustomerID(id), context: root.context).add(root)
        return Customer(
            id: CustomerID(id), party: party, currency: currency, zone: zone, locale: locale, tags: tags,
            buyerReference: buyerReference, purchaseOrder: purchaseOrder, tax: tax, billing: billing,
            projects: projects,
            defaultProject: defaultProject ?? (projects.count == 1 ? projects[0].id : nil),
            subscriptions: subscriptions, promotions: promotions, credits: credits, parent: parent,
            place: place)
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
        mapping.required("from", "its first day", expected: "a day such as 2026-01-31") { CalendarDay(iso: $0) }
    }

    private func assignedPromotion(_ mapping: ConfigurationMapping) -> AssignedPromotion? {
        let id = mapping.requiredReference("promotion", .promotion, "which promotion")
        let from = mapping.day("from")
        let until = mapping.day("until")
        mapping.checkOrder(from, until)
        mapping.finish()
        return id.map { AssignedPromotion(promotion: PromotionID($0), from: from, until: until) }
    }

    private func grant(_ mapping: ConfigurationMapping, currency: Currency) -> CreditGrant? {
        let id = mapping.declaredID("id", .creditGrant)
        let name = mapping.text("name")
        let kind = mapping.choice("kind", as: CreditGrant.Kind.self)
        if mapping.node("kind") == nil { mapping.missing("kind", "promotional (given) or prepaid (bought)") }
        let amount = money("amount", mapping, currency)
        if mapping.node("amount") == nil { mapping.missing("amount", "what may be used up") }
        let price = money("price", mapping, currency)
        let from = requiredFrom(mapping)
        let expires = mapping.day("expires")
        mapping.checkOrder(from, expires, key: "expires")
        let priority = mapping.value("priority", expected: "a whole number") { Int($0) } ?? 100
        let projects = mapping.references("projects", .project).map { ProjectID($0) }
        let items = mapping.references("items", .productItem).map { ProductItemID($0) }
        mapping.finish()
        guard let id, let kind, let amount, let from else { return nil }
        return CreditGrant(
            id: CreditGrantID(id), name: name ?? id, kind: kind, amount: amount, price: price, from: from,
            expires: expires, priority: priority, projects: projects, items: items)
    }

    /// An amount in the customer's currency, with no more digits than it has.
    private func money(_ key: String, _ mapping: ConfigurationMapping, _ currency: Currency) -> Money? {
        guard let amount = mapping.amount(key) else { return nil }
        guard amount.normalized.scale <= currency.minorDigits, let money = Money(rounding: amount, to: currency) else {
            mapping.context.report(
                .invalidValue, "\(amount) has more digits than \(currency) (\(currency.minorDigits) after the point)",
                at: mapping.valuePlace(key))
            return nil
        }
        return money
    }
}

/// What a customer's file says that only the other files can tell right from wrong.
private struct CustomerChecks {
    let customer: CustomerID
    let context: ConfigurationContext

    func add(_ root: ConfigurationMapping) {
        let subscriptions = root.keyPlace("subscriptions")
        let promotions = root.keyPlace("promotions")
        let credits = root.keyPlace("credits")
        eachSubscription { workspace, customer, subscription in
            guard let plan = workspace.plans[subscription.plan] else { return nil }
            return mismatch("the plan \"\(plan.id)\"", plan.currency, customer, at: subscriptions)
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
                return mismatch("the add-on \"\(addOn.id)\"", addOn.currency, customer, at: subscriptions)
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
            return foreign(named.compactMap { $0 } + (subscription.projects ?? []), customer, at: subscriptions)
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
            for assigned in customer.promotions {
                guard case .fixed(_, let currency)? = workspace.promotions[assigned.promotion]?.discount else {
                    continue
                }
                let name = "the promotion \"\(assigned.promotion)\""
                if let finding = mismatch(name, currency, customer, at: promotions) { return finding }
            }
            return nil
        }
        check { _, customer in foreign(customer.credits.flatMap(\.projects), customer, at: credits) }
    }

    private func check(_ body: @escaping (Workspace, Customer) -> Finding?) {
        context.later { workspace in workspace.customers[customer].flatMap { body(workspace, $0) } }
    }

    private func eachSubscription(_ body: @escaping (Workspace, Customer, Subscription) -> Finding?) {
        check { workspace, customer in
            customer.subscriptions.lazy.compactMap { body(workspace, customer, $0) }.first
        }
    }

    private func mismatch(_ what: String, _ currency: Currency, _ customer: Customer, at place: Place) -> Finding? {
        guard currency != customer.currency else { return nil }
        return Finding(
            .currencyMismatch,
            "\(what) is in \(currency), the customer \"\(customer.id)\" is billed in \(customer.currency)",
            at: place)
    }

    private func foreign(_ projects: [ProjectID], _ customer: Customer, at place: Place) -> Finding? {
        let own = customer.projects.map(\.id)
        guard let project = projects.first(where: { !own.contains($0) }) else { return nil }
        return Finding(
            .unknownReference, "the project \"\(project)\" is not one of the customer \"\(customer.id)\"", at: place,
            notes: ["its projects: \(own.map(\.text).joined(separator: ", "))"])
    }
}
