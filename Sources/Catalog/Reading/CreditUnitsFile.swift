import BillingTerms

/// Reads `catalog/credit-units.yaml`.
enum CreditUnitsFile {
    static func read(_ root: ConfigurationMapping) -> [CreditUnit] {
        let units = root.mappings("credit_units", what: "a credit unit").compactMap(unit)
        root.finish()
        return units
    }

    private static func unit(_ mapping: ConfigurationMapping) -> CreditUnit? {
        let id = mapping.declaredID("id", .creditUnit)
        let name = mapping.requiredText("name", "as it stands on the invoice, such as tokens")
        let digits = mapping.value("digits", expected: "a whole number from 0 to 12") {
            Int($0).flatMap { (0...12).contains($0) ? $0 : nil }
        }
        if mapping.node("ratios") == nil {
            mapping.missing("ratios", "what one unit is worth in each currency, such as {EUR: 0.01}")
        }
        let ratios = mapping.looseMapping("ratios").map(ratios) ?? [:]
        mapping.finish()
        guard let id, let name, !ratios.isEmpty else { return nil }
        return CreditUnit(id: CreditUnitID(id), name: name, ratios: ratios, digits: digits ?? 0)
    }

    private static func ratios(_ mapping: ConfigurationMapping) -> [Currency: ExactDecimal] {
        var ratios: [Currency: ExactDecimal] = [:]
        for code in mapping.keys {
            let ratio = mapping.value(code, expected: "a decimal number above zero such as 0.01") { text in
                (try? ExactDecimal(parsing: text)).flatMap { $0.signum > 0 ? $0 : nil }
            }
            guard let currency = Currency(code: code) else {
                let near = nearestName(to: code, among: Currency.knownCodes)
                mapping.context.report(
                    .invalidValue, "\"\(code)\" is not a currency code of ISO 4217", at: mapping.keyPlace(code),
                    notes: near.map { ["nearest: \"\($0)\""] } ?? [])
                continue
            }
            ratios[currency] = ratio
        }
        return ratios
    }
}
