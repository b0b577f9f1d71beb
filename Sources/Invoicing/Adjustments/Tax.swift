import BillingTerms
import Catalog
import Rating

extension Bill {
    /// Computes tax once per code and rate, on the sum of the lines' taxable amounts (EN 16931 BR-CO-17), and tells each
    /// line its part, so that projects' taxes add up to the customer's.
    mutating func computeTax() throws(Parked) {
        var rates: [(code: TaxCode, rate: ExactDecimal, places: [Int])] = []
        for place in places(where: { _ in true }) {
            let line = lines[place]
            if let known = rates.firstIndex(where: { $0.code.code == line.taxCode.code && $0.rate == line.taxRate }) {
                rates[known].places.append(place)
            } else {
                rates.append((line.taxCode, line.taxRate, [place]))
            }
        }
        rates.sort { ($1.rate, $0.code.code) < ($0.rate, $1.code.code) }
        for (code, rate, places) in rates {
            let taxable = places.map { lines[$0].amounts.taxable }.sum(currency)
            guard let tax = Money(rounding: taxable.decimal * rate, to: currency, context.workspace.business.rounding)
            else {
                throw Parked([
                    Finding(.amountTooLarge, "the tax of \"\(code.code)\" has more than 30 digits", at: customer.place)
                ])
            }
            let shares = places.map { lines[$0].amounts.taxable.decimal * rate }
            for (place, part) in zip(places, tax.allocated(nextTo: shares)) { lines[place].amounts.tax = part }
            taxes.append(
                TaxSubtotal(
                    code: code.code, name: code.name, category: code.category, rate: rate, taxableAmount: taxable,
                    taxAmount: tax, note: code.note))
        }
    }
}
