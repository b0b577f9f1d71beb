import BillingTerms
import Catalog
import Rating

extension Bill {
    /// A percentage of what each plan charges on this bill, as the version of the last closing plan period says.
    mutating func addServiceFees(_ rating: CustomerRating) throws(Parked) {
        for (subscription, terms) in rating.termsBySubscription {
            guard let terms = terms.last, let fee = terms.version.serviceFee else { continue }
            let own = places { $0.subscription == subscription.id && $0.kind != .serviceFee }
            let basis: Money
            let words: String
            switch fee.basis {
            case .beforeDiscounts:
                (basis, words) = (own.map { lines[$0].amounts.gross }.sum(currency), "gross")
            case .afterDiscounts: (basis, words) = (own.map { lines[$0].amounts.net }.sum(currency), "net")
            }
            let amount = try terms.money(basis.decimal * fee.rate, for: fee.name)
            guard !amount.isZero else { continue }
            let line = try terms.line(
                .serviceFee, itemID: "service-fee", description: fee.name, amount: amount, quantity: basis.decimal,
                unit: "\(currency) \(words)", unitPrice: fee.rate, period: terms.period.billed, tax: fee.tax,
                isDiscountable: fee.isDiscountable,
                working: [
                    WorkingStep(
                        "\((fee.rate * .hundred).shortText) % of the plan's \(words) amounts",
                        "\(basis.decimal) × \(fee.rate.shortText)",
                        (basis.decimal * fee.rate).normalized.description)
                ])
            try add([RatedGroup(lines: [line])])
        }
    }
}
