import BillingTerms

/// What prices of single events need of a meter beside its sums, so that the aggregates stay enough and stay bounded.
///
/// The price of an event, bounded to least and most, is straight between two values of the event and level beyond them.
/// Counts and sums of the events below, between and above those values therefore give the sum of all events' prices
/// exactly, however many events there were. Of free events the first ones must be known one by one.
package struct EventDetail: Hashable, Sendable {
    /// Rising; each begins a band of values that reaches up to, not including, the next one.
    package private(set) var bounds: [ExactDecimal]
    /// How many of a day's first events are kept.
    package private(set) var firstEvents: Int

    package init(bounds: [ExactDecimal] = [], firstEvents: Int = 0) {
        self.bounds = Set(bounds).sorted()
        self.firstEvents = firstEvents
    }

    package var isNeeded: Bool { !bounds.isEmpty || firstEvents > 0 }

    mutating func join(_ other: EventDetail) {
        self = EventDetail(bounds: bounds + other.bounds, firstEvents: max(firstEvents, other.firstEvents))
    }
}

extension PercentagePrice {
    /// Below the first of these values of an event its price is the least, from the second one on the most.
    ///
    /// A bound may be a fraction that does not end. It is rounded up to the most digits that values are read with: no
    /// value lies between a bound and its rounded self, so that every event falls on its right side.
    package func eventBounds(_ conversion: UnitConversion?) -> (least: ExactDecimal?, most: ExactDecimal?) {
        guard case .one(let rate) = rate, rate.signum > 0 else { return (nil, nil) }
        func bound(_ amount: ExactDecimal) -> ExactDecimal {
            var (value, divisor) = (amount - feePerEvent, rate)
            switch conversion?.operation {
            case .multiply(let factor): divisor = divisor * factor
            case .divide(let whole): value = value * whole
            case nil: break
            }
            return value.divided(by: divisor, to: ExactDecimal.mostFractionDigits, .ceiling).normalized
        }
        return (leastPerEvent.map(bound), mostPerEvent.map(bound))
    }

    fileprivate func eventDetail(_ conversion: UnitConversion?) -> EventDetail {
        let bounds = eventBounds(conversion)
        return EventDetail(bounds: [bounds.least, bounds.most].compactMap(\.self), firstEvents: freeEvents)
    }
}

extension PriceModel {
    fileprivate func eventDetail(_ conversion: UnitConversion?) -> EventDetail {
        switch self {
        case .percentage(let price): return price.eventDetail(conversion)
        case .matrix(let matrix):
            return (matrix.cells.map(\.model) + [matrix.fallback].compactMap(\.self))
                .reduce(into: EventDetail()) { $0.join($1.eventDetail(conversion)) }
        case .covered(let price): return price.overage.eventDetail(conversion)
        case .flat, .perUnit, .package, .graduated, .volume, .stairstep, .dynamic, .costPlus: return EventDetail()
        }
    }
}

extension Workspace {
    /// For each meter with prices of single events what all of its prices need together.
    package var eventDetails: [MeterID: EventDetail] {
        var details: [MeterID: EventDetail] = [:]
        for price in plans.values.flatMap(\.versions).flatMap(\.prices) {
            guard case .usage(let selection)? = productItems[price.item]?.origin else { continue }
            let detail = price.model.eventDetail(price.conversion)
            if detail.isNeeded { details[selection.meter, default: EventDetail()].join(detail) }
        }
        return details
    }
}

extension Workspace {
    /// Meters of which some plan prices every level keep how long each stood, however many there are.
    mutating func noteMetersPricedByLevel() {
        for version in plans.values.flatMap(\.versions) where version.conventions.pricedPer == .level {
            for price in version.prices {
                guard case .usage(let selection)? = productItems[price.item]?.origin,
                    meters[selection.meter]?.priced(per: .level) == .level
                else { continue }
                meters[selection.meter]?.level.isPricedByLevel = true
            }
        }
    }
}
