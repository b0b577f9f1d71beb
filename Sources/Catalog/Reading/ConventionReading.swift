import BillingTerms

/// What one place sets of the conventions: a `conventions:` key, or a profile. What it does not name stays as it is.
struct ConventionSettings {
    private var changes: [(inout Conventions) -> Void] = []

    init() {}

    /// Asks for every setting there is; a plan has none of those that hold for whole invoices.
    init(_ mapping: ConfigurationMapping, ofPlan: Bool = false) {
        set(\.tierBounds, mapping.choice("tier_bounds", as: TierBounds.self))
        set(\.tierFlats, mapping.choice("tier_flats", as: TierFlats.self))
        set(\.zeroUsage, mapping.choice("zero_usage", as: ZeroUsage.self))
        set(\.blockRounding, mapping.choice("block_rounding", as: BlockRounding.self))
        set(\.flatPrices, mapping.choice("flat_prices", as: FlatPrices.self))
        set(\.includedFor, mapping.choice("included_for", as: Pool.self))
        set(\.tiersFor, mapping.choice("tiers_for", as: Pool.self))
        set(\.proration.method, mapping.choice("prorate", as: Proration.Method.self))
        set(\.proration.dayCount, mapping.choice("prorate_days", as: Proration.DayCount.self))
        set(\.proration.refund, mapping.choice("refund", as: Proration.Refund.self))
        set(\.proration.digits, mapping.digits("prorate_digits").map(Optional.some))
        set(\.negativeUsage, mapping.choice("negative_usage", as: NegativeUsage.self))
        set(\.pricedPer, mapping.choice("priced_per", as: PricedPer.self))
        set(\.itemBounds, mapping.choice("item_bounds", as: ItemBoundsPlace.self))
        set(\.quantityChanges, mapping.choice("quantity_changes", as: QuantityChanges.self))
        if ofPlan { return }
        set(\.invoice.rounding, mapping.choice("rounding", as: RoundingMode.self))
        set(\.invoice.roundingPlace, mapping.choice("rounding_place", as: RoundingPlace.self))
        set(\.invoice.discountSplit, mapping.choice("discount_split", as: DiscountSplit.self))
        set(\.invoice.prepaid, mapping.choice("prepaid", as: PrepaidPlace.self))
        set(\.invoice.sharedAmounts, mapping.choice("shared_amounts", as: SharedAmounts.self))
        set(\.invoice.taxRounding, mapping.choice("tax_rounding", as: TaxRounding.self))
        set(\.invoice.percentagesOf, mapping.choice("percentages_of", as: PercentageBasis.self))
        set(\.invoice.discountRounding, mapping.choice("discount_rounding", as: DiscountRounding.self))
        set(\.invoice.trialRounding, mapping.choice("trial_rounding", as: TrialRounding.self))
        set(\.invoice.creditSplit, mapping.choice("credit_split", as: CreditSplit.self))
        set(\.invoice.creditOrder, mapping.choice("credit_order", as: CreditOrder.self))
    }

    /// The settings that a plan has none of.
    static let ofInvoices: Set<String> = [
        "rounding", "rounding_place", "discount_split", "prepaid", "shared_amounts", "tax_rounding", "percentages_of",
        "discount_rounding", "trial_rounding", "credit_split", "credit_order",
    ]

    /// A profile's file is nothing but settings.
    init(ofProfile mapping: ConfigurationMapping) {
        self.init(mapping)
        mapping.finish()
    }

    private mutating func set<Value>(_ setting: WritableKeyPath<Conventions, Value>, _ value: Value?) {
        guard let value else { return }
        changes.append { $0[keyPath: setting] = value }
    }

    func apply(to conventions: inout Conventions) {
        for change in changes { change(&conventions) }
    }
}

extension ConfigurationMapping {
    /// The conventions that hold here: those of `base`, over them the profile that is named, over it what is set.
    func conventions(over base: Conventions, ofPlan: Bool = false) -> Conventions {
        guard let inner = mapping("conventions") else { return base }
        var conventions = base
        if let name = inner.text("profile") {
            if let profile = context.profiles[name] {
                profile.apply(to: &conventions)
            } else {
                let names = context.profiles.keys.sorted()
                let near = nearestName(to: name, among: names)
                context.report(
                    .unknownReference, "no profile is named \"\(name)\"", at: inner.valuePlace("profile"),
                    notes: [
                        near.map { "nearest: \"\($0)\"" } ?? "known: \(names.joined(separator: ", "))",
                        "profiles of your own are files of the workspace: profiles/NAME.yaml",
                    ])
            }
        }
        ConventionSettings(inner, ofPlan: ofPlan).apply(to: &conventions)
        for (key, place) in placedKeys("conventions") where ofPlan && ConventionSettings.ofInvoices.contains(key) {
            _ = inner.node(key)
            context.report(
                .contradiction, "\"\(key)\" holds for whole invoices, on which several plans may stand", at: place,
                notes: ["set it under \"conventions\" in billwright.yaml"])
        }
        inner.finish()
        return conventions
    }
}

/// The profiles that are compiled in, from `templates/profiles`.
enum ConventionProfiles {
    private static let files: [(name: String, bytes: [UInt8])] = [
        ("amberflo", PackageResources.amberflo_yaml), ("flexprice", PackageResources.flexprice_yaml),
        ("killbill", PackageResources.killbill_yaml), ("lago", PackageResources.lago_yaml),
        ("meteroid", PackageResources.meteroid_yaml), ("openmeter", PackageResources.openmeter_yaml),
        ("orb", PackageResources.orb_yaml), ("stripe", PackageResources.stripe_yaml),
    ]

    static func builtIn(_ context: ConfigurationContext) -> [String: ConventionSettings] {
        var profiles: [String: ConventionSettings] = [:]
        for (name, bytes) in files {
            let file = ConfigurationFile(
                path: "templates/profiles/\(name).yaml", text: String(decoding: bytes, as: UTF8.self))
            guard case .success(let node?) = file.compose(),
                let mapping = ConfigurationMapping(
                    node, file: file, context: context, what: "the profile", path: ConfigurationOutline.free)
            else { preconditionFailure("the profile \(name) is compiled in and holds settings") }
            profiles[name] = ConventionSettings(ofProfile: mapping)
        }
        return profiles
    }
}
