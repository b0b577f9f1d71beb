import BillingTerms
import Catalog
import Metering

/// A rate of the amount that events carry, with a fee for each event, events and an amount that are free, and bounds of
/// what one event costs.
///
/// Events are free in their order in time, up to the number of free events and as long as their running total stays within
/// the free amount; of the event that exceeds it the part beyond is paid. A free amount without a number of events frees
/// that much of the amount, and no fee.
extension PercentagePrice {
    func parts(_ priced: PricedQuantity, _ conventions: Conventions) -> [PricedPart] {
        let events = priced.events
        guard events.count > 0 || !priced.quantity.isZero else { return [] }
        let free = FreeEvents(self, priced)
        var parts = free.part(unit: priced.unit)
        guard boundsEvents, case .one(let rate) = rate else {
            // Parts of a unit without a last digit may leave something beyond all digits: of events that are all free, nothing.
            let isFree = events.count > 0 && free.values.count == events.count
            let paid = isFree ? .zero : priced.settled(priced.quantity - free.amount)
            parts += rateParts(paid, unit: priced.unit, conventions)
            return parts + feeParts(events.count - free.values.count)
        }
        let sums = BoundedEvents(self, rate, priced, free)
        if let leastPerEvent {
            parts += countPart("least per event", sums.leastCount, leastPerEvent)
        }
        parts += rateParts(sums.amountBetween, unit: priced.unit, conventions) + feeParts(sums.countBetween)
        if let mostPerEvent {
            parts += countPart("most per event", sums.mostCount, mostPerEvent)
        }
        return parts
    }

    private func rateParts(_ amount: ExactDecimal, unit: String, _ conventions: Conventions) -> [PricedPart] {
        rate.parts(amount, unit: unit, conventions)
    }

    private func feeParts(_ count: Int) -> [PricedPart] {
        feePerEvent.isZero ? [] : countPart("fee per event", count, feePerEvent)
    }

    private func countPart(_ name: String, _ count: Int, _ price: ExactDecimal) -> [PricedPart] {
        count == 0 ? [] : [PricedPart(tier: name, quantity: ExactDecimal(count), unit: "event", unitPrice: price)]
    }

    /// What one event of this amount costs.
    fileprivate func place(of amount: ExactDecimal, at rate: ExactDecimal) -> BoundedEvents.Place {
        let cost = amount * rate + feePerEvent
        if let leastPerEvent, cost < leastPerEvent { return .least }
        if let mostPerEvent, cost >= mostPerEvent { return .most }
        return .between
    }
}

/// The first events that cost nothing, and what of the amount is free with them.
private struct FreeEvents {
    /// Of the events that are free as a whole, before conversion.
    private(set) var values: [ExactDecimal] = []
    /// The event that exceeds the free amount: its value, and the amount of it that is paid.
    private(set) var exceeding: (value: ExactDecimal, paid: ExactDecimal)?
    private(set) var amount = ExactDecimal.zero
    private let words: String

    init(_ price: PercentagePrice, _ priced: PricedQuantity) {
        guard price.freeEvents > 0 else {
            amount = price.freeAmount.map { min($0, max(priced.quantity, .zero)) } ?? .zero
            words = "the smaller of \(priced.quantity.shortText) and \(price.freeAmount?.shortText ?? "0")"
            return
        }
        for value in priced.events.first(price.freeEvents) {
            let reached = priced.settled(amount + priced.converted(value))
            if let most = price.freeAmount, reached > most {
                exceeding = (value, reached - most)
                amount = most
                break
            }
            values.append(value)
            amount = reached
        }
        let most = price.freeAmount.map { ", at most \($0.shortText)" } ?? ""
        words = "the first \(values.count) of \(numbered(priced.events.count, "event"))\(most)"
    }

    func part(unit: String) -> [PricedPart] {
        guard !values.isEmpty || !amount.isZero else { return [] }
        let step = WorkingStep("free", words, amount.shortText)
        return [PricedPart(tier: "free", quantity: amount, unit: unit, unitPrice: .zero, working: [step])]
    }
}

/// The paid events where each costs at least and at most so much: how many cost the least and the most, and what the others
/// come to.
private struct BoundedEvents {
    enum Place { case least, between, most }

    private(set) var leastCount = 0
    private(set) var mostCount = 0
    private(set) var countBetween = 0
    /// After conversion.
    private(set) var amountBetween = ExactDecimal.zero

    init(_ price: PercentagePrice, _ rate: ExactDecimal, _ priced: PricedQuantity, _ free: FreeEvents) {
        let told = priced.events.bands.reduce(0) { $0 + $1.eventCount }
        precondition(told == priced.events.count, "metering tells the bands of every meter whose events are bounded")
        let bounds = price.eventBounds(priced.conversion)
        func place(from value: ExactDecimal?) -> Place {
            if let least = bounds.least, value.map({ $0 < least }) ?? true { return .least }
            if let most = bounds.most, let value, value >= most { return .most }
            return .between
        }
        var between = ExactDecimal.zero
        for band in priced.events.bands {
            let place = place(from: band.from)
            count(band.eventCount, place)
            if place == .between { between += band.sum }
        }
        for value in free.values + [free.exceeding?.value].compactMap(\.self) {
            let place = place(from: value)
            count(-1, place)
            if place == .between { between -= value }
        }
        amountBetween = priced.converted(between)
        if let paid = free.exceeding?.paid {
            let place = price.place(of: paid, at: rate)
            count(1, place)
            if place == .between { amountBetween += paid }
        }
        amountBetween = priced.settled(amountBetween)
    }

    private mutating func count(_ events: Int, _ place: Place) {
        switch place {
        case .least: leastCount += events
        case .between: countBetween += events
        case .most: mostCount += events
        }
    }
}
