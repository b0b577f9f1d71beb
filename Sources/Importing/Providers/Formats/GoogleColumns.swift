import BillingTerms
import Catalog
import FileFormats

/// A member of a nested column: as a column of its own, inside the nested column as JSON, or both.
struct GoogleField {
    private let flat: BoundColumn
    private let nested: BoundColumn?
    private let member: String

    /// `service.description` is the column of that name, of the name `service_description`, or a member of `service`.
    init(_ path: String, _ header: ProviderHeader) {
        let parts = path.split(separator: ".").map(String.init)
        let dotted = header.column(path)
        flat = dotted.index == nil ? header.column(parts.joined(separator: "_")) : dotted
        let outer = header.column(parts[0])
        nested = parts.count == 2 && outer.index != nil ? outer : nil
        member = parts.last ?? ""
    }

    var isThere: Bool { flat.index != nil || nested != nil }

    /// All that decide its value.
    var columns: [BoundColumn] { ([nested, flat] as [BoundColumn?]).compactMap { $0?.index == nil ? nil : $0 } }

    /// Empty for null. The member of the nested column, where it has one, goes before the flattened copy.
    func string(_ row: some BillRows) -> String {
        if let inner = innerText(row) { return inner }
        return flat.stringOrNull(row)
    }

    private func innerText(_ row: some BillRows) -> String? {
        guard let nested else { return nil }
        let text = nested.bytes(row)
        guard !isNull(text), let value = NestedText.value(text)?[member], !value.isNull else { return nil }
        return NestedText.scalar(value)
    }

    func decimal(_ row: some BillRows) throws(RowRefusal) -> ExactDecimal? {
        guard let inner = innerText(row) else { return try flat.decimal(row) }
        do throws(DecimalRefusal) {
            return inner.isEmpty ? nil : try ExactDecimal(parsing: inner)
        } catch {
            throw RowRefusal(
                code: .badNumber, field: nested?.index,
                reason: "expected a decimal number as \(member) of \(nested?.name ?? ""), "
                    + "found \"\(inner.prefix(40))\": \(error.explanation)")
        }
    }

    /// `202503`.
    func month(_ row: some BillRows) throws(RowRefusal) -> CalendarDay {
        guard let inner = innerText(row) else { return try flat.month(row) }
        if let month = BillDigits.month(Array(inner.utf8)) { return month }
        throw RowRefusal(
            code: .badTime, field: nested?.index,
            reason: "expected a month such as 202503 as \(member) of \(nested?.name ?? ""), "
                + "found \"\(inner.prefix(40))\"")
    }
}

/// A column of labels.
struct GoogleTagColumn {
    let column: BoundColumn
    /// What stands before the keys.
    private let prefix: String
    /// Where the column is a nested one of which the labels are a member.
    private let member: String?

    /// A tool that flattens nested columns and numbers names that come twice makes `labels` of the project's labels, which
    /// stand first, and `labels_1` of the row's own (Google's FinOps-agent sample).
    static func all(in header: ProviderHeader) -> [GoogleTagColumn] {
        let isNumbered = header.has("labels_1")
        var columns = [
            GoogleTagColumn(column: header.column(isNumbered ? "labels_1" : "labels"), prefix: "", member: nil)
        ]
        let names = ["project.labels", "project_labels"] + (isNumbered ? ["labels"] : [])
        if let name = names.first(where: { header.has($0) }) {
            columns.append(
                GoogleTagColumn(column: header.column(name), prefix: "project.labels/", member: nil))
        } else if header.has("project") {
            columns.append(
                GoogleTagColumn(column: header.column("project"), prefix: "project.labels/", member: "labels"))
        }
        for name in ["system_labels", "tags"] {
            columns.append(GoogleTagColumn(column: header.column(name), prefix: name + "/", member: nil))
        }
        return columns.filter { $0.column.index != nil }
    }

    /// Nil when the text is no list of labels.
    func pairs(_ text: UnsafeRawBufferPointer, wanted: ChargeDetail.Tags) -> [(key: String, value: String)]? {
        guard let value = NestedText.value(text) else { return nil }
        let list: JSONValue
        if let member {
            guard value.members != nil else { return nil }
            guard let inner = value[member], !inner.isNull else { return [] }
            list = inner
        } else {
            list = value
        }
        guard let pairs = NestedText.pairs(list) else { return nil }
        return pairs.map { (key: prefix + $0.key, value: $0.value) }.filter { wanted.includes($0.key) }
    }
}

/// Where the columns of a Google Cloud bill are.
struct GoogleColumns {
    let billingAccount, costType, currency, cost, listCost, usageStart: BoundColumn
    let credits, creditAmount, creditType, creditName: BoundColumn
    let service, serviceID, sku, project, region, location, invoiceMonth: GoogleField
    let usedQuantity, usedUnit, pricedQuantity, pricedUnit, resource, resourceName: GoogleField

    init(_ header: ProviderHeader) {
        func flat(_ name: String) -> BoundColumn {
            let dotted = header.column(name)
            return dotted.index == nil ? header.column(String(name.map { $0 == "." ? "_" : $0 })) : dotted
        }
        billingAccount = flat("billing_account_id")
        costType = flat("cost_type")
        currency = flat("currency")
        cost = flat("cost")
        listCost = flat("cost_at_list")
        usageStart = flat("usage_start_time")
        credits = flat("credits")
        creditAmount = flat("credits.amount")
        creditType = flat("credits.type")
        creditName = flat("credits.name")
        service = GoogleField("service.description", header)
        serviceID = GoogleField("service.id", header)
        sku = GoogleField("sku.id", header)
        project = GoogleField("project.id", header)
        region = GoogleField("location.region", header)
        location = GoogleField("location.location", header)
        invoiceMonth = GoogleField("invoice.month", header)
        usedQuantity = GoogleField("usage.amount", header)
        usedUnit = GoogleField("usage.unit", header)
        pricedQuantity = GoogleField("usage.amount_in_pricing_units", header)
        pricedUnit = GoogleField("usage.pricing_unit", header)
        resource = GoogleField("resource.global_name", header)
        resourceName = GoogleField("resource.name", header)
    }

    /// By `cost_type`; `roundoff` is how Google's own sample data calls `rounding_error`. What is not here is an adjustment,
    /// kept as money and reported.
    static let categories: [String: ChargeCategory] = [
        "regular": .usage, "tax": .tax, "adjustment": .adjustment, "rounding_error": .adjustment,
        "roundoff": .adjustment,
    ]

    /// The members of a record in the standard and the detailed export; whole objects where nothing in them is read.
    static let paths = """
        billing_account_id service.id service.description sku.id sku.description usage_start_time usage_end_time
        project.id project.number project.name project.labels project.ancestry_numbers project.ancestors
        labels system_labels tags location.location location.country location.region location.zone
        transaction_type seller_name export_time cost currency currency_conversion_rate
        usage.amount usage.unit usage.amount_in_pricing_units usage.pricing_unit credits
        invoice.month invoice.publisher_type cost_type adjustment_info cost_at_list
        cost_at_effective_price_default cost_at_list_consumption_model consumption_model
        resource.name resource.global_name price subscription partition_date _PARTITIONTIME _PARTITIONDATE
        """.split(whereSeparator: \.isWhitespace).map(String.init)

    /// Whether a CSV column is one of the export's, flattened in whatever way.
    static func isKnown(_ name: String) -> Bool {
        var name = String(name.map { $0 == "." ? "_" : $0 })
        if known.contains(name) { return true }
        name = name.replacing("labels_1", with: "labels")
        return known.contains(name) || families.contains { name.hasPrefix($0) }
    }

    private static let known: Set<String> = {
        let flattened = paths.map { String($0.map { $0 == "." ? "_" : $0 }) }
        let outer = paths.compactMap { $0.split(separator: ".").first.map(String.init) }
        return Set(flattened + outer + ["ancestry_numbers", "ancestors"])
    }()

    private static let families = [
        "labels_", "project_labels_", "system_labels_", "tags_", "credits_", "price_", "adjustment_info_",
        "subscription_", "consumption_model_", "ancestors_", "project_ancestors_",
    ]
}
