import BillingTerms

extension PriceModelReading {
    /// A list of tiers: they rise, leave no gap, and only the last one is open. `read` is given each tier with its bound.
    func tiers<T>(
        _ mapping: ConfigurationMapping, of keys: String, _ read: (ConfigurationMapping, ExactDecimal?) -> T?
    ) -> [T]? {
        let entries = mapping.mappings("tiers", what: "a tier")
        if entries.isEmpty { mapping.missing("tiers", "a list of \(keys), the last one without up_to") }
        var tiers: [T] = []
        var isSound = !entries.isEmpty
        var lower: ExactDecimal?
        for (index, entry) in entries.enumerated() {
            let upTo = entry.amount("up_to")
            let isLast = index == entries.count - 1
            if !isOrdered(entry, upTo: upTo, lower: lower, isFirst: index == 0, isLast: isLast) { isSound = false }
            let tier = read(entry, upTo)
            entry.finish()
            if let tier { tiers.append(tier) } else { isSound = false }
            lower = upTo ?? lower
        }
        return isSound ? tiers : nil
    }

    private func isOrdered(
        _ entry: ConfigurationMapping, upTo: ExactDecimal?, lower: ExactDecimal?, isFirst: Bool, isLast: Bool
    ) -> Bool {
        let begins = begins(entry, at: isFirst ? .zero : lower)
        if let upTo, let lower, upTo <= lower {
            entry.context.report(
                .tierOrder, "tiers must rise: \(upTo) does not lie above \(lower)", at: entry.valuePlace("up_to"))
        } else if let upTo, isFirst, upTo.isZero {
            entry.context.report(.tierOrder, "the first tier would hold nothing", at: entry.valuePlace("up_to"))
        } else if isLast, upTo != nil {
            entry.context.report(
                .tierOrder, "the last tier must be open: units beyond it would have no price",
                at: entry.keyPlace("up_to"), notes: ["leave out \"up_to\" there"])
        } else if !isLast, entry.node("up_to") == nil {
            entry.context.report(.tierOrder, "only the last tier may be open", at: entry.place)
        } else {
            return begins
        }
        return false
    }

    /// A tier may say where it begins, which must be where the one before it ends.
    private func begins(_ entry: ConfigurationMapping, at lower: ExactDecimal?) -> Bool {
        guard let from = entry.amount("from"), let lower, from != lower else { return true }
        entry.context.report(
            .tierOrder,
            from > lower
                ? "a gap: no tier prices the units from \(lower) to \(from)"
                : "an overlap: two tiers price the units from \(from) to \(lower)",
            at: entry.valuePlace("from"), notes: ["\"from\" is where the tier before ends; it may be left out"])
        return false
    }

    private enum TierMode: String, CaseIterable { case graduated, volume }

    /// One rate under `key`, or a list of tiers with a rate each, `tiered: graduated` or `volume`.
    func rateScale(
        _ mapping: ConfigurationMapping, key: String, missing: String,
        _ rate: (ConfigurationMapping) -> ExactDecimal?
    ) -> RateScale? {
        guard mapping.node("tiers") != nil else {
            if mapping.node(key) == nil { mapping.missing(key, missing) }
            return rate(mapping).map { .one($0) }
        }
        if mapping.node(key) != nil {
            mapping.context.report(
                .invalidValue, "\"\(key)\" stands beside tiers, which have their own", at: mapping.keyPlace(key))
        }
        let mode = mapping.choice("tiered", as: TierMode.self) ?? .graduated
        let tiers = tiers(mapping, of: "up_to and \(key)") { tier, upTo -> Tier? in
            if tier.node(key) == nil { tier.missing(key, missing) }
            let flat = tier.amount("flat")
            return rate(tier).map { Tier(upTo: upTo, unitPrice: $0, flat: flat) }
        }
        return tiers.map { mode == .graduated ? .graduated($0) : .volume($0) }
    }

    // MARK: Percentage

    func percentage(_ mapping: ConfigurationMapping) -> PercentagePrice? {
        let rate = rateScale(mapping, key: "rate", missing: "the part of the amount that is charged, such as 2.9%") {
            $0.percentage("rate", most: .hundred)
        }
        let fee = mapping.amount("fee_per_event") ?? .zero
        let freeEvents = mapping.value("free_events", expected: "a whole number from 0 to 10000") {
            Int($0).flatMap { (0...10_000).contains($0) ? $0 : nil }
        }
        let freeAmount = mapping.amount("free_amount")
        let least = mapping.amount("min_per_event")
        let most = mapping.amount("max_per_event")
        guard let rate else { return nil }
        let price = PercentagePrice(
            rate: rate, feePerEvent: fee, freeEvents: freeEvents ?? 0, freeAmount: freeAmount, leastPerEvent: least,
            mostPerEvent: most)
        return eventsAreSound(price, mapping) ? price : nil
    }

    private func eventsAreSound(_ price: PercentagePrice, _ mapping: ConfigurationMapping) -> Bool {
        guard price.boundsEvents else { return true }
        let place = mapping.keyPlace(price.leastPerEvent != nil ? "min_per_event" : "max_per_event")
        var problems: [(String, [String])] = []
        if let least = price.leastPerEvent, let most = price.mostPerEvent, least > most {
            problems.append(("an event would cost at least \(least) and at most \(most)", []))
        } else if let most = price.mostPerEvent, price.feePerEvent > most {
            problems.append(("the fee of \(price.feePerEvent) for each event lies above the most, \(most)", []))
        }
        switch price.rate {
        case .one(let rate):
            if rate.isZero { problems.append(("with a rate of 0% every event costs the same", ["use fee_per_event"])) }
        case .graduated, .volume:
            problems.append(("an event cannot be bounded where its rate depends on the whole amount", []))
        }
        if price.freeAmount != nil, price.freeEvents == 0 {
            problems.append(
                (
                    "a free amount and bounds of single events need to know which events are free",
                    ["give free_events, the number of first events that the free amount may cover"]
                ))
        }
        for (message, notes) in problems {
            mapping.context.report(.invalidValue, message, at: place, notes: notes)
        }
        return problems.isEmpty
    }
}
