import BillingTerms
import Catalog
import FileFormats

/// Cost records of SpaceONE / Cloudforet: CSV for its http-file collector (plugin-http-file-cost-datasource), and the JSON
/// that its plugins deliver, `{"results": [{"cost": …, "billed_date": …, "additional_info": {"Account ID": …}}]}`. Also any
/// other CSV whose columns `sources.yaml` maps to these fields.
///
/// - Blanks around values are none of theirs. Dates are read leniently, year first: `2023.1.1 0:00`.
/// - The currency is that of the record, else that of `sources.yaml`, else USD, as SpaceONE has it.
/// - A record whose cost is no number is set aside, where SpaceONE drops it and writes a line into its log.
/// - The billing account is the account, where `sources.yaml` says nothing else: a later file with charges of an account
///   for a month replaces the one before.
/// - The products `Tax` and `Credit`, which Hyperbilling has, are of those categories; all else is usage.
/// - Tags are `tags` as a JSON object, columns `tags.x` by `x`, and `additional_info.x` by that name.
struct SpaceONEBill<Row: OpenableRows>: ProviderRowReader {
    let costColumn: BoundColumn
    let currencyColumn: BoundColumn
    let unknownColumns: [String] = []
    let tagsText = "a JSON object in tags"
    private(set) var unreadableTagRows = 0

    private let columns: Columns
    private let detail: ChargeDetail
    private let tagColumns: [(key: String, column: BoundColumn)]
    private var objects: [ColumnMemo<[(key: String, value: String)]?>] = [ColumnMemo(), ColumnMemo()]

    static func matches(_ header: ProviderHeader) -> Bool {
        let names = Set(header.names)
        return names.contains("cost") && (names.contains("billed_date") || names.isSuperset(of: ["year", "month"]))
    }

    init(header: ProviderHeader, detail: ChargeDetail) throws(HeaderRefusal) {
        try header.require(["cost"], format: "SpaceONE")
        columns = Columns(header)
        costColumn = columns.cost
        currencyColumn = columns.currency
        tagColumns = header.names.compactMap { name in
            let key = name.hasPrefix("tags.") ? String(name.dropFirst("tags.".count)) : name
            guard name.hasPrefix("tags.") || name.hasPrefix("additional_info."), detail.tags.includes(key),
                name != "additional_info.Account ID"
            else { return nil }
            return (key, header.column(name))
        }
        self.detail = detail
    }

    var groupingColumns: [BoundColumn] {
        [
            columns.provider, columns.billingAccount, columns.account, columns.accountID, columns.product,
            columns.region, columns.currency, columns.billedDate, columns.year, columns.month, columns.day,
        ]
    }

    func group(of row: Row) throws(RowRefusal) -> ChargeGroup {
        let currency = try columns.currency.currency(row)
        let provider = ProviderNames.key(columns.provider.stringOrNull(row))
        let written = columns.account.stringOrNull(row)
        let account = ProviderNames.account(
            written.isEmpty ? columns.accountID.stringOrNull(row) : written, provider: provider)
        let payer = ProviderNames.account(columns.billingAccount.stringOrNull(row), provider: provider)
        let product = columns.product.stringOrNull(row)
        let type = HyperbillingLine(service: product)
        let month = try day(row).firstOfMonth
        return ChargeGroup(
            provider: provider, billingAccount: payer.isEmpty ? account : payer,
            subAccount: account.isEmpty ? payer : account, service: product,
            region: columns.region.stringOrNull(row), category: type.category, lineType: type.name,
            isKnownLineType: true, currency: currency,
            billingPeriod: ServicePeriod(start: month, end: month.adding(months: 1)))
    }

    mutating func read(_ row: Row, into charge: inout ProviderCharge) throws(RowRefusal) {
        let billed = try columns.cost.requiredDecimal(row)
        charge.billedCost = billed
        charge.effectiveCost = billed
        charge.quantity = try columns.quantity.decimal(row)
        let day = try day(row)
        charge.chargeDay = day
        charge.chargeStart = Timestamp(seconds: Int64(day.number) * 86_400)
        if detail.hasResources {
            charge.sku = columns.usageType.stringOrNull(row)
            charge.unit = columns.unit.stringOrNull(row)
            charge.resource = columns.resource.stringOrNull(row)
        }
        if !detail.tags.isEmpty { try readTags(row, into: &charge) }
    }

    /// `billed_date`, else year, month and day, of which the day is 1 where it is left out.
    private func day(_ row: Row) throws(RowRefusal) -> CalendarDay {
        let date = columns.billedDate.bytes(row)
        if !isNull(date) { return try columns.billedDate.lenientDay(date) }
        let day = columns.day.bytes(row)
        if let year = BillDigits.number(columns.year.bytes(row)),
            let month = BillDigits.number(columns.month.bytes(row)),
            let number = isNull(day) ? 1 : BillDigits.number(day), (1990...2100).contains(year),
            let result = CalendarDay(year: year, month: month, day: number)
        {
            return result
        }
        let found = [columns.year, columns.month, columns.day].map { $0.stringOrNull(row) }.filter { !$0.isEmpty }
        throw RowRefusal(
            code: .badTime, field: columns.year.index ?? columns.billedDate.index,
            reason: "expected a day as billed_date, or as year and month, found "
                + (found.isEmpty ? "nothing" : "\"\(found.joined(separator: " ").prefix(40))\""))
    }

    private mutating func readTags(_ row: Row, into charge: inout ProviderCharge) throws(RowRefusal) {
        for (key, column) in tagColumns {
            let text = column.stringOrNull(row)
            if !text.isEmpty { charge.tags.append((key, text)) }
        }
        var isReadable = true
        let wanted = detail.tags
        for (place, object) in [(columns.tags, ""), (columns.additionalInfo, "additional_info.")].enumerated() {
            let text = object.0.bytes(row)
            if isNull(text) || text.elementsEqual("{}".utf8) { continue }
            let members = try objects[place].value(of: text) { text in
                NestedText.value(text).flatMap(NestedText.members)?
                    .map { (key: object.1 + $0.key, value: $0.value) }
                    .filter { wanted.includes($0.key) && $0.key != "additional_info.Account ID" }
            }
            if let members { charge.tags += members } else { isReadable = false }
        }
        if !isReadable { unreadableTagRows += 1 }
    }
}

extension SpaceONEBill {
    private struct Columns {
        let cost, currency, billedDate, year, month, day, provider, billingAccount, account, accountID: BoundColumn
        let region, product, usageType, quantity, unit, resource, tags, additionalInfo: BoundColumn

        init(_ header: ProviderHeader) {
            func field(_ field: ChargeField) -> BoundColumn { header.column(field.rawValue) }
            cost = field(.cost)
            currency = field(.currency)
            billedDate = field(.billedDate)
            year = field(.year)
            month = field(.month)
            day = field(.day)
            provider = field(.provider)
            billingAccount = field(.billingAccount)
            account = field(.account)
            accountID = header.column("additional_info.Account ID")
            region = field(.regionCode)
            product = field(.product)
            usageType = field(.usageType)
            quantity = field(.usageQuantity)
            unit = field(.usageUnit)
            resource = field(.resource)
            tags = field(.tags)
            additionalInfo = header.column("additional_info")
        }
    }

    /// `data` holds numbers beside the cost, which nothing uses.
    private static var paths: [String] {
        ChargeField.allCases.map(\.rawValue) + ["additional_info", "additional_info.*", accountID, "data"]
    }

    private static var accountID: String { "additional_info.Account ID" }

    static func open(_ source: BillSource, of file: ProviderFile) throws(FileFormatError) -> Row {
        let values = FieldValues(defaults: [ChargeField.currency.rawValue: "USD"]).overlaid(with: file.source)
        return try Row.open(
            source,
            RowLayout(
                fields: ChargeField.allCases.map(\.rawValue), otherNames: ChargeColumns.otherNames, paths: paths,
                recordList: "results", values: values, source: file.source))
    }
}
