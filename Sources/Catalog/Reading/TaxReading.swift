import BillingTerms

/// Reads taxes and the table of places from `billwright.yaml`.
enum TaxReading {
    static func taxCode(_ mapping: ConfigurationMapping) -> TaxCode? {
        let code = mapping.declaredID("code", .taxCode)
        let name = mapping.requiredText("name", "as it stands on the invoice, such as VAT")
        let category = mapping.choice("category", as: TaxCategory.self) ?? .standard
        let together = mapping.references("together", .taxCode)
        let compoundsOn = mapping.references("compounds_on", .taxCode)
        let rates = rates(mapping)
        if together.isEmpty {
            checkRates(rates, category, mapping)
        } else if !rates.isEmpty || !compoundsOn.isEmpty {
            mapping.context.report(
                .contradiction, "a code of several taxes has no rate of its own: its taxes have them",
                at: mapping.keyPlace(compoundsOn.isEmpty ? (rates.isEmpty ? "rates" : "rate") : "compounds_on"))
        }
        let note = mapping.text("note")
        let isIncluded = mapping.flag("included") ?? false
        mapping.finish()
        guard let code, let name else { return nil }
        addChecks(of: code, mapping)
        return TaxCode(
            code: code, name: name, category: category, rates: rates, note: note, isIncluded: isIncluded,
            together: together, compoundsOn: compoundsOn)
    }

    private static func rates(_ mapping: ConfigurationMapping) -> [TaxCode.DatedRate] {
        var rates: [TaxCode.DatedRate] = []
        if let rate = mapping.percentage("rate", most: .hundred) { rates.append(TaxCode.DatedRate(rate: rate)) }
        for entry in mapping.mappings("rates", what: "a dated rate") {
            let from = entry.day("from")
            let rate = entry.percentage("rate", most: .hundred)
            if entry.node("rate") == nil { entry.missing("rate", "such as 19%") }
            if entry.node("from") == nil, !rates.isEmpty {
                entry.missing("from", "the first day of the rate; only the first one may hold from the beginning")
            }
            if let last = rates.last, let from, let before = last.from, from <= before {
                entry.context.report(.periodOrder, "the rates must rise by date", at: entry.valuePlace("from"))
            }
            entry.finish()
            if let rate { rates.append(TaxCode.DatedRate(from: from, rate: rate)) }
        }
        return rates
    }

    private static func checkRates(
        _ rates: [TaxCode.DatedRate], _ category: TaxCategory, _ mapping: ConfigurationMapping
    ) {
        if category.mayHaveRate, rates.isEmpty, mapping.node("rate") == nil, mapping.node("rates") == nil {
            mapping.missing("rate", "the category \(category.rawValue) needs one, such as 19%")
        }
        if !category.mayHaveRate, rates.contains(where: { !$0.rate.isZero }) {
            mapping.context.report(
                .invalidValue, "a tax of the category \(category.rawValue) has no rate", at: mapping.valuePlace("rate"))
        }
    }

    /// What only all taxes together can tell: a tax that is computed on itself, and codes of codes.
    private static func addChecks(of code: String, _ mapping: ConfigurationMapping) {
        let compounds = mapping.keyPlace("compounds_on")
        let together = mapping.placedTexts("together")
        mapping.context.later { workspace in
            var path = [code]
            guard workspace.business.compounding(from: code, path: &path) else { return nil }
            return Finding(
                .contradiction, "the tax \"\(code)\" would be computed on itself", at: compounds,
                notes: [path.map { "\"\($0)\"" }.joined(separator: " compounds on ")])
        }
        for part in together {
            mapping.context.later { workspace in
                guard let tax = workspace.business.tax(code: part.text) else { return nil }
                let isSound = tax.together.isEmpty && tax.category == .standard && !tax.isIncluded
                return isSound
                    ? nil
                    : Finding(
                        .contradiction, "\"\(part.text)\" cannot be charged together with others", at: part.place,
                        notes: ["only taxes with a rate of their own can; say \"included\" on the code that names them"]
                    )
            }
        }
    }

    /// Places with their codes.
    static func regions(_ root: ConfigurationMapping) -> [TaxRegion] {
        var regions: [TaxRegion] = []
        for row in root.mappings("tax_regions", what: "a place with its tax") {
            let region = row.requiredText("region", "a country or a part of one, such as FR or CA-QC")
            let tax = row.requiredReference("tax", .taxCode, "the code of customers there")
            let withID = row.reference("with_tax_id", .taxCode)
            var instead: [String: String] = [:]
            for (code, place) in row.placedKeys("instead") { row.context.refer(to: .taxCode, code, at: place) }
            for (code, others) in row.freeMapping("instead") { instead[code] = others.first }
            for code in instead.values.sorted() { row.context.refer(to: .taxCode, code, at: row.valuePlace("instead")) }
            row.finish()
            if let region, regions.contains(where: { $0.region == region }) {
                row.context.report(
                    .duplicateID, "the region \"\(region)\" stands there twice", at: row.valuePlace("region"))
            }
            guard let region, let tax else { continue }
            regions.append(TaxRegion(region: region, tax: tax, taxWithID: withID, instead: instead))
        }
        return regions
    }
}

extension Business {
    /// Whether following `compoundsOn` from the last code of `path` comes back to `code`; then `path` is the way.
    fileprivate func compounding(from code: String, path: inout [String]) -> Bool {
        guard let last = path.last, path.count <= taxes.count + 1 else { return false }
        for next in tax(code: last)?.compoundsOn ?? [] {
            path.append(next)
            if next == code || compounding(from: code, path: &path) { return true }
            path.removeLast()
        }
        return false
    }
}
