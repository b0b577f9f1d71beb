import BillingTerms
import Catalog
import Metering

extension CustomerRating {
    /// Provider cost becomes lines: for each plan period, item, project, currency and split value.
    package func costLines() throws(Parked) -> [RatedGroup] {
        var groups: [RatedGroup] = []
        for terms in terms {
            let inPeriod = usage.costs.filter { terms.period.billed.contains($0.day) }
            for price in terms.version.prices {
                guard let item = workspace.productItems[price.item], case .cost(let selection) = item.origin else {
                    continue
                }
                if case .flat(let amount) = price.model {
                    groups.append(try flatGroup(item, amount: amount, terms: terms))
                    continue
                }
                guard case .costPlus(let markup) = price.model else { continue }
                for slice in slices(of: inPeriod.filter(selection.takes), selection: selection) {
                    groups.append(try group(slice, item: item, selection: selection, markup: markup, terms: terms))
                }
            }
        }
        return groups
    }

    private struct Slice {
        var project: ProjectID
        var currency: Currency
        var label: String
        var costs: [Cost]

        func shares(_ column: CostColumn) -> [RatedGroup.CostShare] {
            Dictionary(grouping: costs) { [$0.provider, $0.serviceAccount.text] }
                .sorted { $0.key.lexicographicallyPrecedes($1.key) }
                .map { key, costs in
                    RatedGroup.CostShare(
                        provider: key[0], serviceAccount: ServiceAccountID(key[1]), currency: currency,
                        cost: costs.map { $0.amount(column) }.sum())
                }
        }
    }

    private func slices(of costs: [Cost], selection: CostSelection) -> [Slice] {
        var slices: [Slice] = []
        var known: [[String]: Int] = [:]
        for cost in costs {
            let values = selection.split.map(cost.value(of:))
            let key = [cost.project.text, cost.currency.code] + values
            if let index = known[key] {
                slices[index].costs.append(cost)
            } else {
                known[key] = slices.count
                slices.append(
                    Slice(
                        project: cost.project, currency: cost.currency, label: values.joined(separator: ", "),
                        costs: [cost]))
            }
        }
        return known.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { slices[$0.value] }
    }

    private func group(
        _ slice: Slice, item: ProductItem, selection: CostSelection, markup: ExactDecimal, terms: PeriodTerms
    ) throws(Parked) -> RatedGroup {
        let original = slice.costs.map { $0.amount(selection.cost) }.sum()
        let rows = slice.costs.reduce(0) { $0 + $1.rowCount }
        var steps = [
            WorkingStep(
                "\(selection.cost.rawValue) cost", "\(rows) rows of provider bills",
                "\(original.shortText) \(slice.currency)")
        ]
        var converted = original
        var conversion: CurrencyConversion?
        if slice.currency != customer.currency {
            let exchange = CostExchange(workspace: workspace, customer: customer, period: terms.period.billed)
            let result = try exchange.convert(slice.costs, column: selection.cost, from: slice.currency)
            converted = result.amount
            conversion = result.conversion
            steps.append(result.step)
        }
        let part = costPlusPart(cost: converted, currency: customer.currency, markup: markup)
        let line = try terms.line(
            .cost, project: slice.project, itemID: item.id.text,
            description: slice.label.isEmpty ? item.name : "\(item.name) (\(slice.label))", part: part, tax: item.tax,
            isDiscountable: item.isDiscountable, conversion: conversion, before: steps)
        let evidence = slice.costs.map { cost in
            RatedGroup.Evidence(
                day: cost.day, project: cost.project, origin: "\(cost.provider): \(cost.service)",
                dimensions: "account=\(cost.account), \(cost.category.rawValue)"
                    + (cost.region.isEmpty ? "" : ", region=\(cost.region)"),
                quantity: cost.amount(selection.cost).normalized, unit: cost.currency.code, eventCount: cost.rowCount)
        }
        return RatedGroup(lines: [line], evidence: evidence, costShares: slice.shares(selection.cost))
    }
}

extension CostSelection {
    func takes(_ cost: Cost) -> Bool {
        (providers.isEmpty || providers.contains(cost.provider))
            && (services.isEmpty || services.contains(cost.service))
            && (serviceAccounts.isEmpty || serviceAccounts.contains(cost.serviceAccount))
            && (categories.isEmpty || categories.contains(cost.category))
    }
}

/// Converts provider cost into the customer's currency by the workspace's stated rule. A missing rate parks the
/// customer: no stand-in is ever used.
private struct CostExchange {
    let workspace: Workspace
    let customer: Customer
    let period: ServicePeriod

    typealias Result = (amount: ExactDecimal, conversion: CurrencyConversion, step: WorkingStep)

    func convert(_ costs: [Cost], column: CostColumn, from: Currency) throws(Parked) -> Result {
        let original = costs.map { $0.amount(column) }.sum()
        switch workspace.business.exchangeRule {
        case .periodEnd:
            let rate = try rate(from, on: period.lastDay)
            return result(original, original * rate.rate, rate, rate.rate, "rate of \(rate.date)\(rate.words)")
        case .usageDate:
            var sum = ExactDecimal.zero
            var latest: ExchangeRates.Rate?
            for cost in costs {
                let dated = try rate(from, on: cost.day)
                sum += cost.amount(column) * dated.rate
                if latest.map({ $0.date < dated.date }) ?? true { latest = dated }
            }
            guard let latest else { throw missing(from, "dated inside \(period)") }
            let mean = original.isZero ? latest.rate : sum.divided(by: original, to: 12).normalized
            return result(original, sum, latest, mean, "each day at its own rate, \(mean) on average\(latest.words)")
        case .monthlyAverage:
            let rates = workspace.exchangeRates.rates(
                from: from, to: customer.currency, in: period, route: workspace.business.exchangeRoute)
            guard let last = rates.last else { throw missing(from, "dated inside \(period)") }
            // Ten digits are what central banks' average rates never exceed.
            let mean = rates.map(\.rate).sum().divided(by: ExactDecimal(rates.count), to: 10).normalized
            return result(original, original * mean, last, mean, "mean of \(rates.count) rates\(last.words)")
        }
    }

    private func rate(_ from: Currency, on day: CalendarDay) throws(Parked) -> ExchangeRates.Rate {
        let rates = workspace.exchangeRates
        guard
            let rate = rates.rate(from: from, to: customer.currency, on: day, route: workspace.business.exchangeRoute)
        else {
            throw missing(from, "for \(day) or up to 31 days before")
        }
        return rate
    }

    private func result(
        _ original: ExactDecimal, _ amount: ExactDecimal, _ dated: ExchangeRates.Rate, _ rate: ExactDecimal,
        _ words: String
    ) -> Result {
        let conversion = CurrencyConversion(
            originalAmount: original.normalized, originalCurrency: dated.from, rate: rate, rateDate: dated.date,
            source: dated.source, rule: workspace.business.exchangeRule.rawValue)
        let step = WorkingStep(
            "\(dated.from) to \(dated.to), \(words) (\(dated.source))", "\(original.shortText) × \(rate)",
            "\(amount.shortText) \(dated.to)")
        return (amount, conversion, step)
    }

    private func missing(_ from: Currency, _ when: String) -> Parked {
        Parked([
            Finding(
                .missingRate, "no exchange rate from \(from) to \(customer.currency) \(when)", at: customer.place,
                notes: [
                    "add it to catalog/exchange-rates.csv and run the period again",
                    "the customer \"\(customer.id)\" is parked: nothing is billed to it in this run",
                ])
        ])
    }
}

extension ExchangeRates.Rate {
    /// How a rate follows from others, where it does; of several, that of the last one.
    fileprivate var words: String { derivation.map { ", \($0)" } ?? "" }
}
