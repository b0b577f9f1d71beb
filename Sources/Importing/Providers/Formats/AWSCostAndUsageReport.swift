import BillingTerms
import Catalog
import FileFormats

/// The AWS Cost and Usage Report, legacy layout: columns named `category/Name` in any order, which appear and vanish from
/// month to month (AWS CUR user guide, "Data dictionary"; facts on provider formats, section 2).
///
/// - Billed cost is `lineItem/UnblendedCost` of every line type: their sum is the invoice. Covered usage and negation of
///   savings plans cancel each other in it. Blended cost is an average over an organisation and is never used.
/// - Effective cost follows the amortised view that AWS publishes (CUDOS, `summary_view.sql`), see `Amortisation`. Where
///   the column that it needs is missing or empty, the billed cost stands.
/// - List cost is `pricing/publicOnDemandCost`, and 0 for the negation of savings plans, whose usage is listed already.
/// - The service is `product/ProductName`, else the product code, which is kept in `serviceCode`.
///
/// The same report as Athena renames it (`line_item_unblended_cost`, `resource_tags_user_x`, `year`, `month`) is read too.
/// There, and in CUR 2.0, people choose the columns by SQL. Only the cost, one account and something that tells the month
/// are needed: `bill_billing_period_start_date`, else the month of use, else Athena's partition. Without line types every
/// row counts as usage at its billed cost; without a currency it is USD, in which AWS bills unless one asks for another
/// (AWS CUR user guide, `line_item_currency_code`), and a finding says so.
struct AWSCostAndUsageReport: ProviderRowReader {
    let costColumn: BoundColumn
    let currencyColumn: BoundColumn
    let unknownColumns: [String]
    let unreadableTagRows = 0

    let columns: Columns
    private let names: AWSColumnNames
    private let assumedCurrency: Currency?
    private let amortisationColumns: AmortisationColumns
    private let tagColumns: [TagColumn]
    private let detail: ChargeDetail
    private var lineTypes = ColumnMemo<LineType>()
    private var times = ColumnMemo<Timestamp?>()
    private var tagValues = ColumnMemo<String>()

    static func matches(_ header: ProviderHeader) -> Bool {
        header.names.contains { $0.hasPrefix("lineItem/") }
            || header.has("line_item_unblended_cost") && !AWSDataExport.matches(header)
    }

    init(header: ProviderHeader, detail: ChargeDetail) throws(HeaderRefusal) {
        names = header.has("line_item_unblended_cost") ? .snake : .slashed
        try AWSCostAndUsageReport.require(header, names)
        columns = Columns(header, names)
        assumedCurrency = columns.currency.index == nil ? Currency(code: "USD") : nil
        amortisationColumns = AmortisationColumns(header, names)
        costColumn = columns.unblendedCost
        currencyColumn = columns.currency
        tagColumns = TagColumn.all(in: header, wanted: detail.tags)
        let categories = names.categories
        unknownColumns = header.names.filter { name in !categories.contains { name.hasPrefix($0) } }
        self.detail = detail
    }

    private static func require(_ header: ProviderHeader, _ names: AWSColumnNames) throws(HeaderRefusal) {
        guard names == .snake else {
            try header.require(
                [
                    "lineItem/UnblendedCost", "lineItem/CurrencyCode", "lineItem/LineItemType",
                    "lineItem/UsageAccountId", "bill/BillingPeriodStartDate",
                ], format: "AWS cost and usage")
            return
        }
        let account = header.has("line_item_usage_account_id") ? "line_item_usage_account_id" : "bill_payer_account_id"
        let months = ["bill_billing_period_start_date", "line_item_usage_start_date", "billing_period", "year"]
        let month = months.first { header.has($0) } ?? months[0]
        try header.require(["line_item_unblended_cost", account, month], format: "AWS cost and usage")
    }

    var groupingColumns: [BoundColumn] {
        [
            columns.payerAccount, columns.usageAccount, columns.productName, columns.productCode, columns.regionCode,
            columns.region, columns.availabilityZone, columns.lineItemType, columns.currency, columns.periodStart,
            columns.billingPeriod, columns.year, columns.month,
        ]
    }

    func group(of row: BillTable) throws(RowRefusal) -> ChargeGroup {
        let currency: Currency
        if let assumedCurrency { currency = assumedCurrency } else { currency = try columns.currency.currency(row) }
        let type = columns.lineItemType.index == nil ? .unstated : LineType(columns.lineItemType.string(row))
        let payer = ProviderNames.account(columns.payerAccount.string(row), provider: "aws")
        let account = ProviderNames.account(columns.usageAccount.string(row), provider: "aws")
        let code = columns.productCode.string(row)
        let name = columns.productName.string(row)
        // The end is written exclusive by AWS and inclusive by some who rewrite it; the start says the month for both.
        let start = try periodStart(row)
        return ChargeGroup(
            provider: "aws", billingAccount: payer.isEmpty ? account : payer,
            subAccount: account.isEmpty ? payer : account, service: name.isEmpty ? code : name, serviceCode: code,
            region: region(row), category: type.category, lineType: type.name, isKnownLineType: type.isKnown,
            currency: currency,
            billingPeriod: ServicePeriod(start: start.firstOfMonth, end: start.firstOfMonth.adding(months: 1)))
    }

    private func periodStart(_ row: BillTable) throws(RowRefusal) -> CalendarDay {
        let text = columns.periodStart.bytes(row)
        guard names == .snake, isNull(text) else { return try columns.periodStart.time(text).utcDay }
        let use = columns.usageStart.bytes(row)
        if !isNull(use) { return try columns.usageStart.time(use).utcDay }
        if let day = partitionStart(row) { return day }
        return try columns.periodStart.time(text).utcDay
    }

    /// `2026-03` in `billing_period`, or `2026` and `3`.
    private func partitionStart(_ row: BillTable) -> CalendarDay? {
        let parts = columns.billingPeriod.string(row).split(separator: "-")
        let year = parts.count == 2 ? Int(parts[0]) : Int(columns.year.string(row))
        let month = parts.count == 2 ? Int(parts[1]) : Int(columns.month.string(row))
        guard let year, let month else { return nil }
        return CalendarDay(year: year, month: month, day: 1)
    }

    /// The month of use, where the period is not told.
    mutating func derivedGroup(of row: BillTable) -> Int {
        guard names == .snake, isNull(columns.periodStart.bytes(row)) else { return 0 }
        guard let start = try? startOfUse(row) else { return 0 }
        return start.utcDay.firstOfMonth.number
    }

    /// The region's code; an availability zone is its region's code and a letter.
    private func region(_ row: BillTable) -> String {
        for column in [columns.regionCode, columns.region] {
            let text = column.string(row)
            if !text.isEmpty { return text }
        }
        let zone = columns.availabilityZone.string(row)
        guard let last = zone.utf8.last, last >= UInt8(ascii: "a"), last <= UInt8(ascii: "z"),
            let before = zone.utf8.dropLast().last, before &- UInt8(ascii: "0") <= 9
        else { return zone }
        return String(zone.dropLast())
    }

    mutating func read(_ row: BillTable, into charge: inout ProviderCharge) throws(RowRefusal) {
        let isUnstated = columns.lineItemType.index == nil
        let type = try lineTypes.value(of: columns.lineItemType.bytes(row)) {
            isUnstated ? .unstated : LineType(String(decoding: $0, as: UTF8.self))
        }
        let isCopy = isSplitAllocation(row)
        let billed =
            isCopy ? try columns.unblendedCost.decimal(row) ?? .zero : try columns.unblendedCost.requiredDecimal(row)
        charge.billedCost = billed
        charge.effectiveCost = try amortisationColumns.effectiveCost(type.amortisation, billed: billed, row)
        let listed = try columns.publicCost.decimal(row)
        charge.listCost = type.amortisation == .negation ? .zero : listed
        let quantity = try columns.usageAmount.decimal(row)
        charge.quantity = isCopy ? nil : quantity
        let start = try startOfUse(row)
        charge.chargeStart = start
        charge.chargeDay = start?.utcDay
        if detail.hasResources { readResource(row, into: &charge) }
        if !tagColumns.isEmpty { try readTags(row, into: &charge) }
    }

    private mutating func startOfUse(_ row: BillTable) throws(RowRefusal) -> Timestamp? {
        let column = columns.usageStart
        return try times.value(of: column.bytes(row)) { (text) throws(RowRefusal) -> Timestamp? in
            isNull(text) ? nil : try column.time(text)
        }
    }

    /// Rows that share a machine's cost among the containers on it repeat usage that has its own row (split cost
    /// allocation data); AWS leaves their costs empty or 0.
    private func isSplitAllocation(_ row: BillTable) -> Bool {
        let operation = columns.operation.bytes(row)
        guard operation.count == 10 || operation.count == 11 else { return false }
        return operation.elementsEqual("EKSPod-EC2".utf8) || operation.elementsEqual("ECSTask-EC2".utf8)
    }

    private func readResource(_ row: BillTable, into charge: inout ProviderCharge) {
        let sku = columns.sku.string(row)
        charge.sku = sku.isEmpty ? columns.usageType.string(row) : sku
        charge.resource = columns.resource.string(row)
        charge.unit = columns.unit.string(row)
        charge.invoiceID = columns.invoice.string(row)
    }

    private mutating func readTags(_ row: BillTable, into charge: inout ProviderCharge) throws(RowRefusal) {
        for column in tagColumns {
            let text = row.field(column.index)
            if text.isEmpty { continue }
            charge.tags.append((column.key, try tagValues.value(of: text) { String(decoding: $0, as: UTF8.self) }))
        }
    }
}

extension AWSCostAndUsageReport {
    func remarks(file: String) -> BillRemarks {
        guard let assumedCurrency else { return BillRemarks() }
        let findings = [
            Finding(
                .warning, .badCurrency,
                "expected the currency in line_item_currency_code, found no such column",
                at: BillingTerms.Place(file: file, line: 1),
                notes: ["taken as \(assumedCurrency.code), in which AWS bills; add the column to the export"])
        ]
        return BillRemarks(findings: findings)
    }
}
