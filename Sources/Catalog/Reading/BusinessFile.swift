import BillingTerms

/// Reads `billwright.yaml`.
enum BusinessFile {
    static func read(_ root: ConfigurationMapping) -> Business? {
        let seller = root.mapping("seller").flatMap(party)
        if root.node("seller") == nil { root.missing("seller", "who bills: name, address, country, tax_id") }
        let zone = root.required(
            "time_zone", "where the seller's days begin", expected: "an IANA time zone such as Europe/Berlin"
        ) {
            BillingZone(identifier: $0)
        }
        let currency = root.currency("currency")
        if root.node("currency") == nil { root.missing("currency", "the default currency, such as EUR") }
        let taxes = root.mappings("taxes", what: "a tax").compactMap(TaxReading.taxCode)
        let defaultTax = root.requiredReference(
            "default_tax", .taxCode, "the code of the tax that customers pay unless they name another")
        let regions = TaxReading.regions(root)
        let payment = root.mapping("payment").map(paymentTerms) ?? PaymentTerms()
        let locale = locale(root)
        let conventions = root.conventions(over: Conventions())
        let invoice = conventions.invoice
        let rounding = root.choice("rounding", as: RoundingMode.self) ?? invoice.rounding
        let prepaid = root.choice("prepaid", as: PrepaidPlace.self) ?? invoice.prepaid
        let shared = root.choice("shared_amounts", as: SharedAmounts.self) ?? invoice.sharedAmounts
        let unknownCustomers = root.choice("unknown_customers", as: UnknownCustomerPolicy.self) ?? .quarantine
        let newCustomers = newCustomers(root, isNeeded: unknownCustomers == .create)
        let unknownMeters = root.choice("unknown_meters", as: UnknownMeterPolicy.self) ?? .quarantine
        let lateEvents = root.choice("late_events", as: LateEventPolicy.self) ?? .report
        let futureEvents = root.choice("future_events", as: FutureEventPolicy.self) ?? .quarantine
        let tolerance = root.value("future_tolerance_hours", expected: "a whole number of hours up to 8784, a year") {
            Int($0).flatMap { (0...8_784).contains($0) ? $0 : nil }
        }
        let badRows = root.choice("on_bad_row", as: BadRowPolicy.self) ?? .quarantine
        let conflicts = root.choice("on_conflict", as: ConflictPolicy.self) ?? .keepFirst
        let exchangeRule = root.choice("exchange_rule", as: ExchangeRule.self) ?? .periodEnd
        let exchangeRoute = ExchangeRoute(
            usesInverse: root.flag("exchange_inverse") ?? false, through: root.currency("exchange_through"))
        ExchangeChecks(root).add(exchangeRoute)
        let notes = root.texts("notes")
        let settle = root.value("settle_seconds", expected: "a whole number of seconds") {
            Int($0).flatMap { $0 >= 0 ? $0 : nil }
        }
        let defaultPlan = root.reference("default_plan", .plan)
        if defaultPlan != nil { requireCalendar(defaultPlan, root) }
        root.finish()
        guard let seller, let zone, let currency, let defaultTax else { return nil }
        return Business(
            seller: seller, zone: zone, currency: currency, locale: locale ?? "en", rounding: rounding,
            roundingPlace: invoice.roundingPlace, discountSplit: invoice.discountSplit, conventions: conventions,
            taxes: taxes, defaultTax: defaultTax, taxRegions: regions, prepaid: prepaid, sharedAmounts: shared,
            unknownCustomers: unknownCustomers, newCustomers: newCustomers, unknownMeters: unknownMeters,
            lateEvents: lateEvents, futureEvents: futureEvents, futureToleranceHours: tolerance ?? 24,
            badRows: badRows, conflicts: conflicts, exchangeRule: exchangeRule, exchangeRoute: exchangeRoute,
            payment: payment, notes: notes,
            settleSeconds: settle ?? 0, defaultPlan: defaultPlan.map { PricingPlanID($0) })
    }

    /// A customer on the default plan has no first day from which anniversaries could be counted.
    private static func requireCalendar(_ plan: String?, _ root: ConfigurationMapping) {
        let place = root.valuePlace("default_plan")
        root.context.later { workspace in
            guard let plan = plan.flatMap({ workspace.plans[PricingPlanID($0)] }), plan.anchor == .anniversary else {
                return nil
            }
            return Finding(
                .contradiction,
                "the default plan \"\(plan.id)\" counts its periods from a subscription's first day, which its customers do not have",
                at: place, notes: ["use a plan with anchor: calendar"])
        }
    }

    /// The locales that documents are written in.
    static let locales = ["en", "de", "fr", "ja", "ko"]

    static func locale(_ mapping: ConfigurationMapping) -> String? {
        mapping.value("locale", expected: "one of \(locales.joined(separator: ", "))") {
            locales.contains($0) ? $0 : nil
        }
    }

    /// Name, address and tax id, which sellers and buyers both have.
    static func party(_ mapping: ConfigurationMapping) -> Party? {
        let party = partyKeys(mapping)
        mapping.finish()
        return party
    }

    static func partyKeys(_ mapping: ConfigurationMapping) -> Party? {
        let name = mapping.requiredText("name", "as it stands on the invoice")
        let address = mapping.texts("address")
        let country = mapping.value("country", expected: "a country code of two capital letters, such as DE") { text in
            text.utf8.count == 2 && text.utf8.allSatisfy { (65...90).contains($0) } ? text : nil
        }
        let taxID = mapping.text("tax_id")
        let email = mapping.text("email")
        let registration = mapping.text("registration")
        guard let name else { return nil }
        return Party(
            name: name, address: address, country: country, taxID: taxID, email: email, registration: registration)
    }

    /// What a customer gets who is made because an export names them. Without a plan of their own they are on the default
    /// plan; one of the two must be said.
    private static func newCustomers(_ root: ConfigurationMapping, isNeeded: Bool) -> NewCustomers? {
        let hasDefault = root.node("default_plan") != nil
        guard let mapping = root.mapping("new_customers") else {
            if isNeeded, !hasDefault {
                root.missing(
                    "new_customers", "unknown_customers: create needs the plan of those it makes, or a default_plan")
            }
            return isNeeded && hasDefault ? NewCustomers() : nil
        }
        let plan = mapping.reference("plan", .plan)
        if mapping.node("plan") == nil, !hasDefault {
            mapping.missing("plan", "the plan that a new customer is on; there is no default_plan")
        }
        let from = mapping.day("from")
        let tags = mapping.texts("tags")
        let tax = mapping.reference("tax", .taxCode)
        mapping.finish()
        return NewCustomers(plan: plan.map { PricingPlanID($0) }, from: from, tags: tags, tax: tax)
    }

    private static func paymentTerms(_ mapping: ConfigurationMapping) -> PaymentTerms {
        let days = mapping.value("due_days", expected: "a whole number of days") {
            Int($0).flatMap { (0...3650).contains($0) ? $0 : nil }
        }
        let terms = PaymentTerms(
            dueDays: days ?? 30, terms: mapping.text("terms"), iban: mapping.text("iban"), bic: mapping.text("bic"),
            bank: mapping.text("bank"))
        mapping.finish()
        return terms
    }
}
