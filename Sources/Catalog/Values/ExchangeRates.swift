import BillingTerms

/// Dated exchange rates (`catalog/exchange-rates.csv`: date, from, to, rate, source).
package struct ExchangeRates: Hashable, Sendable {
    package struct Rate: Hashable, Sendable, Codable {
        package var date: CalendarDay
        package var from: Currency
        package var to: Currency
        /// How much of `to` one unit of `from` buys.
        package var rate: ExactDecimal
        package var source: String
        /// How it follows from other rates: "1 ÷ 1.0850"; nil for a rate of the file.
        package var derivation: String?

        package init(
            date: CalendarDay, from: Currency, to: Currency, rate: ExactDecimal, source: String,
            derivation: String? = nil
        ) {
            self.date = date
            self.from = from
            self.to = to
            self.rate = rate
            self.source = source
            self.derivation = derivation
        }
    }

    private struct Pair: Hashable {
        var from: Currency
        var to: Currency
    }

    /// Rising by date.
    private let rates: [Pair: [Rate]]

    package init(_ rates: [Rate] = []) {
        self.rates = Dictionary(grouping: rates) { Pair(from: $0.from, to: $0.to) }
            .mapValues { $0.sorted { $0.date < $1.date } }
    }

    /// The last rate on or before `day`, not older than `days`; nil when there is none: nobody makes one up. Where the
    /// route allows it, the opposite rate or the way through a third currency takes the place of one that is missing, in
    /// this order.
    package func rate(
        from: Currency, to: Currency, on day: CalendarDay, route: ExchangeRoute = ExchangeRoute(),
        notOlderThan days: Int = 31
    ) -> Rate? {
        if let rate = dated(from, to, day, days) { return rate }
        if route.usesInverse, let rate = dated(to, from, day, days)?.inverse { return rate }
        guard let third = route.through, third != from, third != to else { return nil }
        let leg = ExchangeRoute(usesInverse: route.usesInverse)
        guard let first = rate(from: from, to: third, on: day, route: leg, notOlderThan: days),
            let second = rate(from: third, to: to, on: day, route: leg, notOlderThan: days)
        else { return nil }
        return first.followed(by: second)
    }

    private func dated(_ from: Currency, _ to: Currency, _ day: CalendarDay, _ days: Int) -> Rate? {
        rates[Pair(from: from, to: to)]?.last { $0.date <= day && day - $0.date <= days }
    }

    /// The rates dated inside a period; by way of others where the route allows it and there is none of the pair itself.
    package func rates(
        from: Currency, to: Currency, in period: ServicePeriod, route: ExchangeRoute = ExchangeRoute()
    ) -> [Rate] {
        func inside(_ from: Currency, _ to: Currency) -> [Rate] {
            (rates[Pair(from: from, to: to)] ?? []).filter { period.contains($0.date) }
        }
        let direct = inside(from, to)
        if !direct.isEmpty { return direct }
        let inverse = route.usesInverse ? inside(to, from).map(\.inverse) : []
        guard inverse.isEmpty, let third = route.through, third != from, third != to else { return inverse }
        let pairs = [(from, third), (third, from), (third, to), (to, third)]
        let days = Set(pairs.flatMap { inside($0.0, $0.1) }.map(\.date)).sorted()
        return days.compactMap { rate(from: from, to: to, on: $0, route: route) }
    }

    /// Whether there is any rate of the pair, whatever its date.
    package func knows(from: Currency, to: Currency, route: ExchangeRoute) -> Bool {
        func has(_ from: Currency, _ to: Currency) -> Bool {
            from == to || rates[Pair(from: from, to: to)] != nil
                || (route.usesInverse && rates[Pair(from: to, to: from)] != nil)
        }
        return has(from, to) || (route.through.map { has(from, $0) && has($0, to) } ?? false)
    }
}

extension ExchangeRates.Rate {
    /// Far more digits than any central bank gives, so that turning a rate over loses nothing that counts.
    private static let derivedDigits = 15

    fileprivate var inverse: ExchangeRates.Rate {
        ExchangeRates.Rate(
            date: date, from: to, to: from,
            rate: ExactDecimal.one.divided(by: rate, to: Self.derivedDigits).normalized, source: source,
            derivation: "1 ÷ \(rate)")
    }

    /// The older of two dates is that of both.
    fileprivate func followed(by second: ExchangeRates.Rate) -> ExchangeRates.Rate {
        let product = (rate * second.rate).rounded(to: Self.derivedDigits).normalized
        let words = [self, second].map { "\($0.rate) \($0.from)/\($0.to) of \($0.date)" }
        return ExchangeRates.Rate(
            date: min(date, second.date), from: from, to: second.to, rate: product,
            source: source == second.source ? source : "\(source); \(second.source)",
            derivation: words.joined(separator: " × "))
    }
}
