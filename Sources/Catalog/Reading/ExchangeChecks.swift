import BillingTerms

/// Whether the rates that the configuration will need are there at all; that one is there for each day shows in the run.
struct ExchangeChecks {
    private let root: ConfigurationMapping

    init(_ root: ConfigurationMapping) { self.root = root }

    /// The third currency must lead somewhere.
    func add(_ route: ExchangeRoute) {
        guard let through = route.through else { return }
        let place = root.valuePlace("exchange_through")
        root.context.later { workspace in
            let rates = workspace.exchangeRates
            let others = Currency.knownCodes.compactMap(Currency.init(code:)).filter { $0 != through }
            let leg = ExchangeRoute(usesInverse: route.usesInverse)
            let isKnown =
                others.contains { rates.knows(from: $0, to: through, route: leg) }
                && others.contains { rates.knows(from: through, to: $0, route: leg) }
            return isKnown
                ? nil
                : Finding(
                    .contradiction, "no exchange rates lead to \(through) and from it", at: place,
                    notes: ["catalog/exchange-rates.csv needs rates of both directions, or exchange_inverse: true"])
        }
    }

    /// A source whose bills are in one currency needs a rate of every pair that it is billed in.
    func addPairs(from code: String?, provider: String?) {
        guard let from = code.flatMap(Currency.init(code:)), let inner = root.mapping("defaults") else { return }
        let place = inner.valuePlace("currency")
        root.context.later { workspace in
            let accounts = workspace.serviceAccounts.values.filter { provider == nil || $0.provider == provider }
            let customers = accounts.compactMap { workspace.owner(of: $0.project) }
            let route = workspace.business.exchangeRoute
            guard
                let customer = customers.first(where: {
                    !workspace.exchangeRates.knows(from: from, to: $0.currency, route: route)
                })
            else { return nil }
            return Finding(
                .missingRate, "there is no exchange rate from \(from) to \(customer.currency) on any day", at: place,
                notes: [
                    "the customer \"\(customer.id)\" pays for these bills in \(customer.currency)",
                    "add rates to catalog/exchange-rates.csv",
                ])
        }
    }
}
