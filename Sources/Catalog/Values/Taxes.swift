import BillingTerms

/// Categories of EN 16931 (UNTDID 5305), as words.
package enum TaxCategory: String, Sendable, Codable, CaseIterable {
    case standard
    case zero
    case exempt
    case reverseCharge = "reverse-charge"
    case intraCommunity = "intra-community"
    case export
    case outsideScope = "outside-scope"

    /// Only the standard category carries a rate above zero.
    package var mayHaveRate: Bool { self == .standard }

    /// The letter that EN 16931 has for it (BT-118, BT-151).
    package var letters: String {
        switch self {
        case .standard: "S"
        case .zero: "Z"
        case .exempt: "E"
        case .reverseCharge: "AE"
        case .intraCommunity: "K"
        case .export: "G"
        case .outsideScope: "O"
        }
    }

    /// What an invoice must say where the tax has no note of its own (EN 16931 BT-120; "Reverse charge" is the wording of
    /// article 226 (11a) of Directive 2006/112/EC).
    package var reason: String? {
        switch self {
        case .standard, .zero: nil
        case .exempt: "Exempt from tax"
        case .reverseCharge: "Reverse charge"
        case .intraCommunity: "Intra-Community supply"
        case .export: "Export outside the EU"
        case .outsideScope: "Not subject to tax"
        }
    }
}

/// A tax by its code, with rates by date; or several taxes that are charged together under one code.
package struct TaxCode: Hashable, Sendable {
    package var code: String
    /// As the invoice prints it: "VAT", "MwSt.".
    package var name: String
    package var category: TaxCategory
    /// Rates as fractions (0.19), each from its first day, rising.
    package var rates: [DatedRate]
    /// Printed where the category needs a reason ("Reverse charge, art. 196 Directive 2006/112/EC").
    package var note: String?
    /// Whether prices contain it: it is taken out of the lines instead of being put on top of them.
    package var isIncluded: Bool
    /// The codes of the taxes that are charged side by side under this one; empty for a tax by itself.
    package var together: [String]
    /// The codes of the taxes that count to the amount on which this one is computed.
    package var compoundsOn: [String]

    package init(
        code: String, name: String, category: TaxCategory, rates: [DatedRate], note: String? = nil,
        isIncluded: Bool = false, together: [String] = [], compoundsOn: [String] = []
    ) {
        self.code = code
        self.name = name
        self.category = category
        self.rates = rates
        self.note = note
        self.isIncluded = isIncluded
        self.together = together
        self.compoundsOn = compoundsOn
    }

    package struct DatedRate: Hashable, Sendable {
        package var from: CalendarDay?
        package var rate: ExactDecimal

        package init(from: CalendarDay? = nil, rate: ExactDecimal) {
            self.from = from
            self.rate = rate
        }
    }

    /// The rate in force on a day; zero for the categories that carry none. Nil before the first dated rate.
    package func rate(on day: CalendarDay) -> ExactDecimal? {
        if !category.mayHaveRate { return .zero }
        return rates.last { $0.from.map { $0 <= day } ?? true }?.rate
    }
}

/// The tax of customers in a place (`tax_regions`).
package struct TaxRegion: Hashable, Sendable {
    /// A country, or a part of one: `FR`, `CA-QC`.
    package var region: String
    package var tax: String
    /// The code for customers who have a tax id, where that makes a difference: reverse charge, for instance.
    package var taxWithID: String?
    /// Codes of items, fees and add-ons → the codes that take their place here.
    package var instead: [String: String]

    package init(region: String, tax: String, taxWithID: String? = nil, instead: [String: String] = [:]) {
        self.region = region
        self.tax = tax
        self.taxWithID = taxWithID
        self.instead = instead
    }
}

/// A tax as it is charged on a line: at the rate of its day, on the line and on the taxes that it compounds on.
package struct ChargedTax: Hashable, Sendable {
    package var tax: TaxCode
    package var rate: ExactDecimal
    /// The places of the taxes, among those charged with it and before it, that it is computed on as well.
    package var compoundsOn: [Int]
}

extension Business {
    package func tax(code: String) -> TaxCode? { taxes.first { $0.code == code } }

    /// The taxes under a code on a day, each after those that it compounds on. Nil where one of them has no rate then.
    package func charged(_ code: TaxCode, on day: CalendarDay) -> [ChargedTax]? {
        let codes = code.together.isEmpty ? [code] : code.together.compactMap { tax(code: $0) }
        var rest = codes
        var charged: [ChargedTax] = []
        // No cycle is left by the check of the configuration; without one, each round places at least one tax.
        while let place = rest.firstIndex(where: { tax in
            tax.compoundsOn.allSatisfy { base in !rest.contains { $0.code == base && $0.code != tax.code } }
        }) {
            let tax = rest.remove(at: place)
            guard let rate = tax.rate(on: day) else { return nil }
            let bases = charged.indices.filter { tax.compoundsOn.contains(charged[$0].tax.code) }
            charged.append(ChargedTax(tax: tax, rate: rate, compoundsOn: bases))
        }
        return rest.isEmpty ? charged : nil
    }

    /// The row of `tax_regions` for a customer: that of its region, or else of its country.
    package func taxRegion(region: String?, country: String?) -> TaxRegion? {
        taxRegions.first { $0.region == region } ?? taxRegions.first { $0.region == country }
    }
}

extension [ChargedTax] {
    /// What all of them together come to, for one unit of the amount on which they are computed.
    package var effectiveRate: ExactDecimal { amounts(on: .one).sum() }

    /// Each tax on an amount, exactly.
    package func amounts(on base: ExactDecimal) -> [ExactDecimal] {
        var amounts: [ExactDecimal] = []
        for tax in self {
            amounts.append((base + tax.compoundsOn.map { amounts[$0] }.sum()) * tax.rate)
        }
        return amounts.map(\.normalized)
    }
}
