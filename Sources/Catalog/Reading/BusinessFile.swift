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
        let taxes = root.mappings("taxes", what: "a tax").compactMap(taxCode)
        let defaultTax = root.requiredReference(
            "default_tax", .taxCode, "the code of the tax that customers pay unless they name another")
        let payment = root.mapping("payment").map(paymentTerms) ?? PaymentTerms()
        let locale = locale(root)
        let rounding = root.choice("rounding", as: RoundingMode.self) ?? .halfAwayFromZero
        let conventions = root.conventions(over: Conventions())
        let prepaid = root.choice("prepaid", as: PrepaidPlace.self) ?? .afterTax
        let shared = root.choice("shared_amounts", as: SharedAmounts.self) ?? .byNet
        let unknownCustomers = root.choice("unknown_customers", as: UnknownCustomerPolicy.self) ?? .quarantine
        let badRows = root.choice("on_bad_row", as: BadRowPolicy.self) ?? .quarantine
        let conflicts = root.choice("on_conflict", as: ConflictPolicy.self) ?? .keepFirst
        let exchangeRule = root.choice("exchange_rule", as: ExchangeRule.self) ?? .periodEnd
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
            conventions: conventions,
            taxes: taxes,
            defaultTax: defaultTax, prepaid: prepaid, sharedAmounts: shared, unknownCustomers: unknownCustomers,
            badRows: badRows, conflicts: conflicts, exchangeRule: exchangeRule, payment: payment, notes: notes,
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

    private static func taxCode(_ mapping: ConfigurationMapping) -> TaxCode? {
        let code = mapping.declaredID("code", .taxCode)
        let name = mapping.requiredText("name", "as it stands on the invoice, such as VAT")
        let category = mapping.choice("category", as: TaxCategory.self) ?? .standard
        var rates: [TaxCode.DatedRate] = []
        if let rate = mapping.percentage("rate", most: .hundred) { rates.append(TaxCode.DatedRate(rate: rate)) }
        for entry in mapping.mappings("rates", what: "a dated rate") {
            let from = entry.day("from")
            let rate = entry.percentage("rate", most: .hundred)
            if entry.node("rate") == nil { entry.missing("rate", "such as 19%") }
            if entry.node("from") == nil, !rates.isEmpty {
                entry.missing("from", "the first day of the rate; only the first one may hold from the beginning")
            }
            if let last = rates.last, let from, let before = last.from, from <= before {
                entry.context.report(.periodOrder, "the rates must rise by date", at: entry.valuePlace("from"))
            }
            entry.finish()
            if let rate { rates.append(TaxCode.DatedRate(from: from, rate: rate)) }
        }
        if category.mayHaveRate, rates.isEmpty, mapping.node("rate") == nil, mapping.node("rates") == nil {
            mapping.missing("rate", "the category \(category.rawValue) needs one, such as 19%")
        }
        if !category.mayHaveRate, rates.contains(where: { !$0.rate.isZero }) {
            mapping.context.report(
                .invalidValue, "a tax of the category \(category.rawValue) has no rate", at: mapping.valuePlace("rate"))
        }
        let note = mapping.text("note")
        mapping.finish()
        guard let code, let name else { return nil }
        return TaxCode(code: code, name: name, category: category, rates: rates, note: note)
    }
}
