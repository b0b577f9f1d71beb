import BillingTerms

/// A unit of a seller's own, such as a token, that plans may price in (`catalog/credit-units.yaml`). Its ratio makes it
/// money: amounts are rounded to the unit's digits first, and then converted, so that a reader can multiply the two.
package struct CreditUnit: Hashable, Sendable {
    package var id: CreditUnitID
    /// As the invoice prints it: "tokens".
    package var name: String
    /// What one unit is worth, by currency; above zero.
    package var ratios: [Currency: ExactDecimal]
    /// Digits after the point in which amounts of the unit are rounded.
    package var digits: Int

    package init(id: CreditUnitID, name: String, ratios: [Currency: ExactDecimal], digits: Int = 0) {
        self.id = id
        self.name = name
        self.ratios = ratios
        self.digits = digits
    }

    /// What one unit is worth in a currency; nil where the catalog does not say.
    package func ratio(to currency: Currency) -> ExactDecimal? { ratios[currency] }
}
