import BillingTerms
import Catalog
import FileFormats

/// Google Cloud's billing export to BigQuery, standard or detailed (docs.cloud.google.com, "Structure of standard usage cost
/// data"; facts on provider formats, section 2). It has no file format of its own; read are the shapes in which people
/// extract it: JSON lines, arrays or objects one after the other, Parquet, and CSV with `.` or `_` between the names of
/// nested columns.
///
/// - `cost` is before credits, and credits stand beside it in the same row. Here the cost is a charge of its own category,
///   and each credit is a charge of the category credit, whose line type is the credit's type. Their sum is the net that
///   Google invoices. A plan can so pass on usage without Google's credits, or both.
/// - List cost is `cost_at_list` where it is there; then the credits' list cost is 0. Effective cost is billed cost:
///   commitments are credits of the rows that they cover.
/// - `invoice.month` says the billing period. The month of use can be another one, for adjustments and at the turn of a
///   month, since Google invoices by Pacific time.
/// - Without a project (tax, support, rounding of the invoice) the account is the billing account.
/// - Tags are the labels by their own keys; labels of the project, of the system, and tags have the name of their column
///   before them: `project.labels/team`, `system_labels/compute.googleapis.com/cores`, `tags/env`.
/// - Where a CSV has a nested column as JSON beside flattened copies of its members, the nested one counts.
struct GoogleCloudBill<Row: OpenableRows>: ProviderRowReader {
    let costColumn: BoundColumn
    let currencyColumn: BoundColumn
    let unknownColumns: [String]
    let tagsText = "a list of labels"
    private(set) var unreadableTagRows = 0
    private(set) var furtherCharges: [FurtherCharge] = []

    private let columns: GoogleColumns
    private let tagColumns: [GoogleTagColumn]
    private let detail: ChargeDetail
    private var times = ColumnMemo<Timestamp?>()
    private var tags: [ColumnMemo<[(key: String, value: String)]?>]

    static func open(_ source: BillSource, of file: ProviderFile) throws(FileFormatError) -> Row {
        try Row.open(source, RowLayout(paths: GoogleColumns.paths, source: file.source))
    }

    static func matches(_ header: ProviderHeader) -> Bool {
        let columns = GoogleColumns(header)
        return header.has("billing_account_id") && header.has("cost") && columns.invoiceMonth.isThere
    }

    init(header: ProviderHeader, detail: ChargeDetail) throws(HeaderRefusal) {
        columns = GoogleColumns(header)
        try header.require(["billing_account_id", "cost", "currency"], format: "Google Cloud")
        guard columns.costType.index != nil, columns.service.isThere || columns.serviceID.isThere else {
            throw HeaderRefusal(
                reason: "expected a Google Cloud bill with the columns service.description, cost_type; "
                    + "found none of one of them")
        }
        costColumn = columns.cost
        currencyColumn = columns.currency
        unknownColumns = header.names.filter { !GoogleColumns.isKnown($0) }
        tagColumns = detail.tags.isEmpty ? [] : GoogleTagColumn.all(in: header)
        tags = tagColumns.map { _ in ColumnMemo() }
        self.detail = detail
    }

    var groupingColumns: [BoundColumn] {
        let fields = [
            columns.service, columns.serviceID, columns.project, columns.region, columns.location,
            columns.invoiceMonth,
        ]
        return [columns.billingAccount, columns.costType, columns.currency] + fields.flatMap(\.columns)
    }

    func group(of row: Row) throws(RowRefusal) -> ChargeGroup {
        let currency = try columns.currency.currency(row)
        let payer = columns.billingAccount.stringOrNull(row)
        let project = columns.project.string(row)
        let service = columns.service.string(row)
        let serviceID = columns.serviceID.string(row)
        let region = columns.region.string(row)
        let type = columns.costType.stringOrNull(row)
        let known = GoogleColumns.categories[type]
        let month = try columns.invoiceMonth.month(row)
        return ChargeGroup(
            provider: "google", billingAccount: payer, subAccount: project.isEmpty ? payer : project,
            service: service.isEmpty ? serviceID : service, serviceCode: serviceID,
            region: region.isEmpty ? columns.location.string(row) : region, category: known ?? .adjustment,
            lineType: type, isKnownLineType: known != nil, currency: currency,
            billingPeriod: ServicePeriod(start: month, end: month.adding(months: 1)))
    }

    mutating func read(_ row: Row, into charge: inout ProviderCharge) throws(RowRefusal) {
        let cost = try columns.cost.requiredDecimal(row)
        let listed = try columns.listCost.decimal(row)
        charge.billedCost = cost
        charge.effectiveCost = cost
        charge.listCost = listed
        try readCredits(row, hasListCost: listed != nil)
        let column = columns.usageStart
        let start = try times.value(of: column.bytes(row)) { (text) throws(RowRefusal) -> Timestamp? in
            isNull(text) ? nil : try column.timeOrSeconds(text)
        }
        charge.chargeStart = start
        charge.chargeDay = start?.utcDay
        // An adjustment of use before its invoice's month corrects an earlier invoice.
        charge.isCorrection =
            charge.category == .adjustment && (charge.chargeDay.map { $0 < charge.billingPeriod.start } ?? false)
        let priced = try columns.pricedQuantity.decimal(row)
        let used = try columns.usedQuantity.decimal(row)
        charge.quantity = priced ?? used
        if detail.hasResources {
            charge.sku = columns.sku.string(row)
            let name = columns.resourceName.string(row)
            let global = columns.resource.string(row)
            charge.resource = global.isEmpty ? name : global
            charge.unit = (priced == nil ? columns.usedUnit : columns.pricedUnit).string(row)
        }
        if !tagColumns.isEmpty { try readTags(row, into: &charge) }
    }

    func billedCost(of row: Row) -> ExactDecimal? {
        guard let cost = (try? columns.cost.decimal(row)) ?? nil, let credits = try? credits(of: row) else {
            return nil
        }
        return credits.reduce(cost) { $0 + $1.billedCost }
    }
}

// Credits and labels.
extension GoogleCloudBill {
    private mutating func readCredits(_ row: Row, hasListCost: Bool) throws(RowRefusal) {
        furtherCharges.removeAll(keepingCapacity: true)
        for var credit in try credits(of: row) {
            credit.listCost = hasListCost ? .zero : nil
            furtherCharges.append(credit)
        }
    }

    /// Of the nested column; of the flattened copy, which holds one credit, only where there is no other.
    private func credits(of row: Row) throws(RowRefusal) -> [FurtherCharge] {
        guard columns.credits.index != nil else { return try flattenedCredit(row) }
        let text = columns.credits.bytes(row)
        if isNull(text) || text.elementsEqual("[]".utf8) { return [] }
        guard let elements = NestedText.value(text)?.elements, elements.allSatisfy({ $0.members != nil }) else {
            throw RowRefusal(
                code: .malformedRecord, field: columns.credits.index,
                reason: "expected a list of credits in \(columns.credits.name), found \(RowRefusal.quoted(text))")
        }
        var credits: [FurtherCharge] = []
        for element in elements { credits.append(try credit(element)) }
        return credits
    }

    private func credit(_ element: JSONValue) throws(RowRefusal) -> FurtherCharge {
        let text = element["amount"].map(NestedText.scalar) ?? ""
        do throws(DecimalRefusal) {
            return credit(
                try ExactDecimal(parsing: text), type: element["type"].map(NestedText.scalar) ?? "",
                name: element["name"].map(NestedText.scalar) ?? "")
        } catch {
            throw RowRefusal(
                code: .badNumber, field: columns.credits.index,
                reason: "expected a decimal number as the amount of a credit, found "
                    + (text.isEmpty ? "nothing" : "\"\(text.prefix(40))\": \(error.explanation)"))
        }
    }

    private func flattenedCredit(_ row: Row) throws(RowRefusal) -> [FurtherCharge] {
        guard let amount = try columns.creditAmount.decimal(row) else { return [] }
        return [
            credit(amount, type: columns.creditType.stringOrNull(row), name: columns.creditName.stringOrNull(row))
        ]
    }

    private func credit(_ amount: ExactDecimal, type: String, name: String) -> FurtherCharge {
        FurtherCharge(category: .credit, lineType: type.isEmpty ? "credit" : type, name: name, billedCost: amount)
    }

    /// The same labels stand on very many rows, so each text of them is taken apart once.
    private mutating func readTags(_ row: Row, into charge: inout ProviderCharge) throws(RowRefusal) {
        var isReadable = true
        for (place, column) in tagColumns.enumerated() {
            let text = column.column.bytes(row)
            if isNull(text) || text.elementsEqual("[]".utf8) { continue }
            let wanted = detail.tags
            let pairs = try tags[place].value(of: text) { column.pairs($0, wanted: wanted) }
            if let pairs { charge.tags += pairs } else { isReadable = false }
        }
        if !isReadable { unreadableTagRows += 1 }
    }
}
