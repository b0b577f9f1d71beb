import BillingTerms

/// Reads `sources.yaml`.
enum SourcesFile {
    static func read(_ root: ConfigurationMapping) -> Sources {
        let list = root.mappings("sources", what: "a source").compactMap(source)
        root.finish()
        return Sources(list: list)
    }

    private static func source(_ mapping: ConfigurationMapping) -> Sources.Source? {
        let name = mapping.requiredText("name", "what the source is called in findings")
        let files = mapping.texts("files")
        if mapping.node("files") == nil {
            mapping.missing("files", "patterns of paths below inbox/, such as meters/partner-*.csv")
        }
        let zone = mapping.zone("zone")
        var fields: [MeterField: String] = [:]
        if let inner = mapping.mapping("fields") {
            for field in MeterField.allCases { fields[field] = inner.text(field.rawValue) }
            inner.finish()
        }
        let ignored = mapping.texts("ignore")
        var charges: [ChargeField: String] = [:]
        if let inner = mapping.mapping("charges") {
            for field in ChargeField.allCases { charges[field] = inner.text(field.rawValue) }
            inner.finish()
        }
        let defaults = defaults(mapping)
        let provider = mapping.text("provider")?.lowercased()
        let lineEnd = mapping.choice("final_line_end", as: FinalLineEnd.self) ?? .required
        ExchangeChecks(mapping).addPairs(from: defaults[.currency], provider: provider)
        mapping.finish()
        guard let name else { return nil }
        return Sources.Source(
            name: name, files: files, zone: zone, fields: fields, ignored: ignored, charges: charges,
            defaults: defaults, provider: provider, mayLackFinalLineEnd: lineEnd == .optional)
    }

    private enum FinalLineEnd: String, CaseIterable { case required, optional }

    /// Each default must be a value that a row could have: found here, and not in every row.
    private static func defaults(_ mapping: ConfigurationMapping) -> [ChargeField: String] {
        guard let inner = mapping.mapping("defaults") else { return [:] }
        var defaults: [ChargeField: String] = [:]
        for field in ChargeField.allCases { defaults[field] = value(of: field, inner) }
        inner.finish()
        return defaults
    }

    private static func value(of field: ChargeField, _ mapping: ConfigurationMapping) -> String? {
        let key = field.rawValue
        switch field {
        case .cost, .usageQuantity: return mapping.decimal(key)?.description
        case .currency: return mapping.currency(key)?.code
        case .billedDate: return mapping.day(key)?.description
        case .year: return number(key, "a year such as 2026", 1990...2100, mapping)
        case .month: return number(key, "a month from 1 to 12", 1...12, mapping)
        case .day: return number(key, "a day from 1 to 31", 1...31, mapping)
        case .provider: return mapping.text(key)?.lowercased()
        case .billingAccount, .account, .regionCode, .product, .usageType, .usageUnit, .resource, .tags:
            return mapping.text(key)
        }
    }

    private static func number(
        _ key: String, _ expected: String, _ range: ClosedRange<Int>, _ mapping: ConfigurationMapping
    ) -> String? {
        mapping.value(key, expected: expected) { text in
            guard let value = Int(text), range.contains(value) else { return nil }
            return String(value)
        }
    }
}
