import BillingTerms

/// Reads `catalog/plans/<id>.yaml`.
enum PlanFile {
    static func read(_ root: ConfigurationMapping) -> PricingPlan? {
        let id = root.declaredID("id", .plan)
        let name = root.requiredText("name", "as it stands on the invoice")
        let currency = root.currency("currency")
        if root.node("currency") == nil { root.missing("currency", "the currency of the prices, such as EUR") }
        let cadence = root.required(
            "period", "how long a billing period is",
            expected: "day, week, month or year, or a count such as \"3 months\"",
            cadence)
        let anchor = root.choice("anchor", as: PricingPlan.Anchor.self) ?? .calendar
        if let cadence, anchor == .calendar, !divides(cadence) {
            root.context.report(
                .invalidValue, "periods of \(cadence) do not fit the calendar: use anchor: anniversary",
                at: root.valuePlace("period"))
        }
        let entries = root.mappings("versions", what: "a plan version")
        let conventions = root.conventions(over: root.context.conventions, ofPlan: true)
        let versions = entries.compactMap { version($0, conventions) }
        if entries.isEmpty, root.node("versions")?.sequence?.isEmpty ?? (root.node("versions") == nil) {
            root.missing("versions", "at least one, each with the day \"from\" which its prices hold")
        }
        for (earlier, later) in zip(versions, versions.dropFirst()) where later.from <= earlier.from {
            root.context.report(
                .periodOrder, "the versions must rise by \"from\": \(later.from) follows \(earlier.from)",
                at: root.keyPlace("versions"))
        }
        let examples = PlanExamplesReader(plan: id).examples(root)
        root.finish()
        guard let id, let name, let currency, let cadence, !versions.isEmpty else { return nil }
        return PricingPlan(
            id: PricingPlanID(id), name: name, currency: currency, cadence: cadence, anchor: anchor, versions: versions,
            examples: examples)
    }

    /// `month`, `1 month`, `3 months`.
    static func cadence(_ text: String) -> Cadence? {
        let words = text.split(separator: " ")
        guard let last = words.last, words.count <= 2 else { return nil }
        guard let count = words.count == 2 ? Int(words[0]) : 1, (1...366).contains(count) else { return nil }
        let unit =
            Cadence.Unit(rawValue: String(last))
            ?? Cadence.Unit(rawValue: String(last.hasSuffix("s") ? last.dropLast() : last))
        return unit.map { Cadence($0, count: count) }
    }

    /// Whether periods of this length begin on the same days of every year: calendar periods must.
    private static func divides(_ cadence: Cadence) -> Bool {
        switch cadence.unit {
        case .day, .week, .year: cadence.count == 1
        case .month: 12 % cadence.count == 0
        }
    }

    /// `planned` are the conventions of the plan; a version's own keys come before them.
    private static func version(_ mapping: ConfigurationMapping, _ planned: Conventions) -> PlanVersion? {
        var conventions = planned
        let from = mapping.required(
            "from", "the first day on which these prices hold", expected: "a day such as 2026-01-31"
        ) {
            CalendarDay(iso: $0)
        }
        let terms = PlanTermsReader(mapping: mapping)
        conventions.proration = mapping.proration(over: planned.proration)
        conventions.zeroUsage = mapping.choice("zero_usage", as: ZeroUsage.self) ?? planned.zeroUsage
        let fees = mapping.mappings("fees", what: "a fee").compactMap(fee)
        let placed = mapping.mappings("prices", what: "a price").compactMap { entry in
            PriceReading.price(entry, conventions).map { (price: $0, place: entry.valuePlace("item")) }
        }
        let prices = placed.map(\.price)
        mapping.context.remarkLater(PriceOverlap(placed).findings)
        var seen = Set<ProductItemID>()
        for price in prices where !seen.insert(price.item).inserted {
            mapping.context.report(
                .duplicateID, "the item \"\(price.item)\" has two prices in one version", at: mapping.keyPlace("prices")
            )
        }
        var feeIDs = Set<String>()
        for fee in fees where !feeIDs.insert(fee.id).inserted {
            mapping.context.report(
                .duplicateID, "there are two fees \"\(fee.id)\" in one version", at: mapping.keyPlace("fees"),
                notes: ["give each its own \"id\""])
        }
        let (trial, freeTier, minimum) = (terms.trial(), terms.freeTier(), terms.minimum())
        let serviceFee = terms.serviceFee()
        mapping.finish()
        guard let from else { return nil }
        return PlanVersion(
            from: from, fees: fees, prices: prices, conventions: conventions, trial: trial, freeTier: freeTier,
            minimum: minimum, serviceFee: serviceFee)
    }

    private static func fee(_ mapping: ConfigurationMapping) -> PlanFee? {
        let name = mapping.requiredText("name", "as it stands on the invoice")
        let id = mapping.text("id") ?? name
        let amount = mapping.requiredAmount("amount", "what is charged each period")
        let timing = mapping.choice("charged", as: PlanFee.Timing.self) ?? .arrears
        let discountable = mapping.flag("discountable") ?? true
        let tax = mapping.reference("tax", .taxCode)
        mapping.finish()
        guard let name, let id, let amount else { return nil }
        return PlanFee(id: id, name: name, amount: amount, timing: timing, isDiscountable: discountable, tax: tax)
    }
}
