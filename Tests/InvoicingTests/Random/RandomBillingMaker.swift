import BillingTerms
import Catalog
import Invoicing
import Metering
import TestWorkspaces

/// Draws the parts of a `RandomBilling`. Bounds are often hit on purpose: a quantity at a tier's end, a subscription that
/// begins on a period's first day, a credit of exactly nothing.
struct RandomBillingMaker {
    var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed) }

    static let meters = [
        Meter(id: "sums", name: "Sums", unit: "u", aggregation: .sum, dimensions: ["region"]),
        Meter(id: "counts", name: "Counts", unit: "u", aggregation: .count, dimensions: ["region"]),
        Meter(id: "peaks", name: "Peaks", unit: "u", aggregation: .max, dimensions: ["region"]),
        Meter(id: "levels", name: "Levels", unit: "u", aggregation: .latest, dimensions: ["region"]),
        Meter(
            id: "users", name: "Users", unit: "u", aggregation: .unique, dimensions: ["user"], uniqueDimension: "user"),
    ]

    static let items: [ProductItem] =
        meters.map { ProductItem(id: ProductItemID($0.id.text), name: $0.name, origin: .usage(.init(meter: $0.id))) }
        + [
            ProductItem(
                id: "sums-eu", name: "EU", origin: .usage(.init(meter: "sums", filter: ["region": ["eu", ""]])),
                tax: "reduced"),
            ProductItem(id: "sums-split", name: "Split", origin: .usage(.init(meter: "sums", split: ["region"]))),
            ProductItem(
                id: "peaks-split", name: "Peaks", origin: .usage(.init(meter: "peaks", split: ["region"])),
                isDiscountable: false),
            ProductItem(id: "cloud", name: "Cloud", origin: .cost(.init())),
            ProductItem(id: "cloud-split", name: "Cloud", origin: .cost(.init(split: [.service])), tax: "reduced"),
        ]

    // MARK: Numbers

    mutating func number(most: Int = 100_000, scales: [Int] = [0, 0, 1, 2, 4, 7]) -> ExactDecimal {
        let bound = random.element(of: [5, 100, most])
        return ExactDecimal(coefficient: Int128(random.below(bound)), scale: random.element(of: scales))
    }

    mutating func day(_ range: ClosedRange<Int>) -> CalendarDay { CalendarDay(number: random.number(range)) }

    // MARK: Business and period

    mutating func business() -> Business {
        guard let currency = Currency(code: "EUR") else { preconditionFailure("EUR is a currency") }
        let standard: [TaxCode] =
            random.once(in: 4)
            ? [
                TaxCode(code: "standard", name: "Both", category: .standard, rates: [], together: ["gst", "qst"]),
                TaxCode(code: "gst", name: "GST", category: .standard, rates: [.init(rate: percent(5))]),
                TaxCode(
                    code: "qst", name: "QST", category: .standard,
                    rates: [.init(rate: ExactDecimal(coefficient: 9975, scale: 5))],
                    compoundsOn: random.once(in: 2) ? ["gst"] : []),
            ]
            : [
                TaxCode(
                    code: "standard", name: "VAT", category: .standard,
                    rates: [.init(rate: percent(random.once(in: 2) ? 19 : 20))], isIncluded: random.once(in: 4))
            ]
        let taxes =
            standard + [
                TaxCode(code: "reduced", name: "VAT", category: .standard, rates: [.init(rate: percent(7))]),
                TaxCode(code: "none", name: "RC", category: .reverseCharge, rates: []),
            ]
        var conventions = Conventions()
        if random.once(in: 3) { conventions.invoice.taxRounding = random.element(of: TaxRounding.allCases) }
        if random.once(in: 4) { conventions.invoice.percentagesOf = .gross }
        if random.once(in: 4) { conventions.invoice.discountRounding = .line }
        if random.once(in: 4) { conventions.invoice.creditSplit = .lineByLine }
        if random.once(in: 4) { conventions.invoice.creditOrder = .oldest }
        return Business(
            seller: Party(name: "Seller"), zone: .utc, currency: currency,
            roundingPlace: random.once(in: 4) ? .total : .line,
            discountSplit: random.once(in: 4) ? .largestLine : .largestRemainder, conventions: conventions,
            taxes: taxes,
            defaultTax: "standard",
            prepaid: random.once(in: 3) ? .beforeTax : .afterTax,
            sharedAmounts: random.element(of: [.byNet, .byNet, .separate, .equally]))
    }

    func percent(_ value: Int) -> ExactDecimal { ExactDecimal(coefficient: Int128(value), scale: 2) }

    mutating func period() -> BillingPeriod {
        let kinds: [BillingPeriod.Kind] = [.day, .week, .month, .month, .month, .quarter]
        return BillingPeriod(kind: random.element(of: kinds), containing: day(20_454...21_549))
    }

    // MARK: Plans

    mutating func plan(_ id: PricingPlanID, _ period: BillingPeriod) -> PricingPlan {
        let isCalendar = random.once(in: 2)
        let cadences: [Cadence] =
            isCalendar
            ? [.init(.month), .init(.month), .init(.month, count: 3), .init(.week), .init(.year), .init(.day)]
            : [.init(.month), .init(.month, count: 5), .init(.week, count: 2), .init(.year), .init(.day, count: 10)]
        guard let start = CalendarDay(iso: "2020-01-01"), let currency = Currency(code: "EUR") else {
            preconditionFailure("a day and a currency")
        }
        var versions = [version(start)]
        if random.once(in: 3) { versions.append(version(period.days.start + random.number(-40...20))) }
        return PricingPlan(
            id: id, name: id.text, currency: currency, cadence: random.element(of: cadences),
            anchor: isCalendar ? .calendar : .anniversary, versions: versions)
    }

    private mutating func version(_ from: CalendarDay) -> PlanVersion {
        let fees = (0..<random.below(3)).map { place in
            PlanFee(
                id: "fee\(place)", name: "Fee", amount: number(), timing: random.once(in: 2) ? .advance : .arrears,
                isDiscountable: !random.once(in: 4), tax: random.once(in: 4) ? "reduced" : nil)
        }
        let conventions = conventions()
        let prices = Self.items.compactMap { item -> ItemPrice? in
            // Most plans price everything, so that most customers are not parked.
            random.once(in: 25) ? nil : price(item)
        }
        var version = PlanVersion(from: from, fees: fees, prices: prices, conventions: conventions)
        addTerms(to: &version)
        return version
    }

    private mutating func conventions() -> Conventions {
        var conventions = Conventions()
        conventions.zeroUsage = random.element(of: ZeroUsage.allCases)
        conventions.tierBounds = random.element(of: TierBounds.allCases)
        conventions.tierFlats = random.element(of: TierFlats.allCases)
        conventions.flatPrices = random.element(of: FlatPrices.allCases)
        conventions.proration = Proration(
            method: random.once(in: 4) ? .none : random.element(of: Proration.Method.allCases),
            dayCount: random.element(of: Proration.DayCount.allCases),
            refund: random.element(of: Proration.Refund.allCases),
            digits: random.once(in: 8) ? random.number(2...9) : nil)
        if random.once(in: 4) { conventions.negativeUsage = .nothing }
        if random.once(in: 3) { conventions.quantityChanges = random.element(of: QuantityChanges.allCases) }
        return conventions
    }

    mutating func addOns() -> [AddOn] {
        guard let currency = Currency(code: "EUR") else { preconditionFailure("EUR is a currency") }
        return [AddOn.Recurrence.once, .eachPeriod].map { recurrence in
            AddOn(
                id: AddOnID(recurrence.rawValue), name: "Add-on", amount: number(), currency: currency,
                recurrence: recurrence, isProrated: random.once(in: 2), isDiscountable: random.once(in: 2),
                isPrepayable: random.once(in: 2))
        }
    }

    // MARK: The customer

    mutating func subscriptions(_ period: BillingPeriod, _ projects: [Project], _ addOns: [AddOn]) -> [Subscription] {
        let run = period.days.start.number
        let starts = [run - 800, run - random.below(400), run, run + random.below(period.days.dayCount), run - 31]
        let from = CalendarDay(number: random.element(of: starts))
        var first = Subscription(id: "first", plan: "basic", from: from, quantity: ExactDecimal(random.below(4)))
        if random.once(in: 3) { first.until = max(from + 1, period.days.start + random.number(-10...70)) }
        if random.once(in: 4) { first.anchor = from + random.number(-400...400) }
        if random.once(in: 3) { first.project = random.element(of: projects).id }
        if random.once(in: 3) { first.quantityChanges = quantityChanges(after: from, period) }
        if random.once(in: 4) { first.commitment = commitment(period) }
        first.addOns = addOns.filter { _ in random.once(in: 2) }.map { addOn in
            let start = from + random.below(max(1, period.days.end - from))
            return SubscribedAddOn(
                addOn: addOn.id, from: start, until: random.once(in: 3) ? start + random.number(1...60) : nil,
                quantity: ExactDecimal(random.number(1...3)),
                project: random.once(in: 3) ? random.element(of: projects).id : nil)
        }
        guard random.once(in: 3) else { return [first] }
        let change = first.until ?? period.days.start + random.below(20)
        return [first, Subscription(id: "second", plan: "other", from: change)]
    }

    mutating func events(_ period: BillingPeriod, _ projects: [Project]) -> [MeteredEvent] {
        (0..<random.below(25)).map { _ in
            let isNegative = random.once(in: 12)
            let value = number(most: 2_000, scales: [0, 0, 0, 1, 3])
            return MeteredEvent(
                project: random.element(of: projects).id, meter: random.element(of: Self.meters).id,
                day: CalendarDay(number: period.days.end.number - 1 - random.below(random.element(of: [10, 60, 400]))),
                second: random.below(4), value: isNegative ? -value : value,
                region: random.element(of: RandomBilling.regions),
                user: UInt32(random.below(5)))
        }
    }

    mutating func costs(_ period: BillingPeriod, _ projects: [Project], _ currency: Currency) -> [Cost] {
        (0..<random.below(8)).map { _ in
            let amount = number(scales: [2, 4, 10]) - (random.once(in: 6) ? number(scales: [2]) : 0)
            return Cost(
                customer: "atlas", project: random.element(of: projects).id, serviceAccount: "main", provider: "aws",
                service: random.element(of: ["EC2", "S3"]), account: "1", region: "",
                category: random.element(of: [.usage, .usage, .tax, .credit]),
                currency: currency, day: period.days.end - 1 - random.below(60), rowCount: 1, billed: amount,
                effective: amount, list: amount, contracted: amount)
        }
    }
}
