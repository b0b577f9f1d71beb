import BillingTerms
import Catalog
import Metering

extension CustomerRating {
    /// Provider cost becomes lines: for each plan period, item, project, currency and split value.
    package func costLines() throws(Parked) -> [RatedGroup] {
        var groups: [RatedGroup] = []
        for terms in terms where !terms.prices.ofCosts.isEmpty {
            let inPeriod = usage.costs.filter { terms.takes($0.day, $0.project) }
            for cost in terms.prices.ofCosts {
                let (item, price, selection) = (cost.item, cost.price, cost.selection)
                groups += try feeGroups(item, price, cost.creditUnit, terms: terms)
                guard case .costPlus(let model) = price.model else { continue }
                for days in terms.pricedDays(of: item.id) {
                    let pricing = CostPricing(
                        workspace: workspace, item: item, selection: selection, price: price, model: model,
                        terms: terms, days: days, creditUnit: cost.creditUnit)
                    groups += try pricing.groups(inPeriod.filter { days.contains($0.day) && selection.takes($0) })
                }
            }
        }
        return groups
    }
}

/// Prices the provider cost of one item in one plan period.
private struct CostPricing {
    let workspace: Workspace
    let item: ProductItem
    let selection: CostSelection
    let price: ItemPrice
    let model: CostPlusPrice
    let terms: PeriodTerms
    let days: ServicePeriod
    let creditUnit: CreditUnit?

    private var customer: Customer { terms.customer }

    /// What is converted and marked up for itself: of one project, currency and combination of split values, and marked up
    /// or passed through.
    private struct Slice {
        var project: ProjectID
        var currency: Currency
        var label: String
        var passOn: CostPlusPrice.PassOn
        var costs: [Cost]
        /// In the customer's currency.
        var converted = ExactDecimal.zero
        var conversion: CurrencyConversion?
        var steps: [WorkingStep] = []

        func shares(_ column: CostColumn) -> [RatedGroup.CostShare] {
            Dictionary(grouping: costs) { [$0.provider, $0.serviceAccount.text] }
                .sorted { $0.key.lexicographicallyPrecedes($1.key) }
                .map { key, costs in
                    RatedGroup.CostShare(
                        provider: key[0], serviceAccount: ServiceAccountID(key[1]), currency: currency,
                        cost: costs.map { $0.amount(column) }.sum())
                }
        }

        func key(_ pool: Pool) -> [String] {
            switch pool {
            case .combination: [project.text, currency.code, label]
            case .project: [project.text]
            case .customer: []
            }
        }
    }

    /// A group for each slice, in the order of projects, currencies and split values.
    func groups(_ costs: [Cost]) throws(Parked) -> [RatedGroup] {
        var slices = slices(of: costs)
        for place in slices.indices { try convert(&slices[place]) }
        var lines: [[RatedLine]] = Array(repeating: [], count: slices.count)
        for places in pools(of: slices) { try price(places, of: slices, into: &lines) }
        return slices.indices.map { place in
            RatedGroup(
                lines: lines[place], evidence: evidence(slices[place].costs),
                costShares: slices[place].shares(selection.cost))
        }
    }

    private func slices(of costs: [Cost]) -> [Slice] {
        let counting = costs.indices.filter { model.passOn(costs[$0].category) != .leftOut }
        let slices = grouped(counting) { place in
            let cost = costs[place]
            let values = selection.split.map(cost.value(of:))
            return [cost.project.text, cost.currency.code] + values + [model.passOn(cost.category).rawValue]
        }
        return customer.inProjectOrder(slices.map(\.key)).map { place in
            let own = slices[place].places.map { costs[$0] }
            return Slice(
                project: own[0].project, currency: own[0].currency,
                label: selection.split.map(own[0].value(of:)).joined(separator: ", "),
                passOn: model.passOn(own[0].category), costs: own)
        }
    }

    private func convert(_ slice: inout Slice) throws(Parked) {
        let original = slice.costs.map { $0.amount(selection.cost) }.sum()
        let rows = slice.costs.reduce(0) { $0 + $1.rowCount }
        slice.converted = original
        slice.steps = [
            WorkingStep(
                "\(selection.cost.rawValue) cost", "\(numbered(rows, "row")) of provider bills",
                "\(original.shortText) \(slice.currency)")
        ]
        guard slice.currency != customer.currency else { return }
        let exchange = CostExchange(workspace: workspace, customer: customer, period: terms.period.billed)
        let result = try exchange.convert(slice.costs, column: selection.cost, from: slice.currency)
        slice.converted = result.amount
        slice.conversion = result.conversion
        slice.steps.append(result.step)
    }

    /// Which slices fill tiers together. Cost below zero, and cost that is passed through, is priced for itself.
    private func pools(of slices: [Slice]) -> [[Int]] {
        grouped(slices.indices) { place in
            let slice = slices[place]
            let isAlone = slice.converted.isNegative || slice.passOn == .passedThrough || !isTiered
            return isAlone ? ["alone", String(place)] : ["pool"] + slice.key(price.tiersFor)
        }.map(\.places)
    }

    private var isTiered: Bool {
        if case .one = model.factor { return false }
        return true
    }

    private func price(_ places: [Int], of slices: [Slice], into lines: inout [[RatedLine]]) throws(Parked) {
        let costs = places.map { slices[$0].converted }
        let parts = model.parts(
            costs.sum(), currency: customer.currency, passOn: slices[places[0]].passOn, terms.version.conventions)
        let pool = PricedPool(weights: costs, name: price.tiersFor.name)
        for part in parts {
            let amount = try terms.amount(part, for: item.id.text, in: creditUnit)
            for (place, own) in zip(places, pool.split(part, amount)) {
                let slice = slices[place]
                lines[place].append(
                    terms.line(
                        .cost, project: slice.project, itemID: item.id.text,
                        description: slice.label.isEmpty ? item.name : "\(item.name) (\(slice.label))", part: own.part,
                        amount: own.amount, period: days, tax: item.tax, isDiscountable: item.isDiscountable,
                        conversion: slice.conversion, before: slice.steps))
            }
        }
    }

    private func evidence(_ costs: [Cost]) -> [RatedGroup.Evidence] {
        costs.map { cost in
            RatedGroup.Evidence(
                day: cost.day, project: cost.project, origin: "\(cost.provider): \(cost.service)",
                dimensions: "account=\(cost.account), \(cost.category.rawValue)"
                    + (cost.region.isEmpty ? "" : ", region=\(cost.region)"),
                quantity: cost.amount(selection.cost).normalized, unit: cost.currency.code, eventCount: cost.rowCount)
        }
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
            return result(
                original, original * mean, last, mean, "mean of \(numbered(rates.count, "rate"))\(last.words)")
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
