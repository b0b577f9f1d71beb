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
struct AWSCostAndUsageReport: ProviderRowReader {
    let costColumn: BoundColumn
    let currencyColumn: BoundColumn
    let unknownColumns: [String]
    let unreadableTagRows = 0

    private let columns: Columns
    private let amortisationColumns: AmortisationColumns
    private let tagColumns: [TagColumn]
    private let detail: ChargeDetail
    private var lineTypes = ColumnMemo<LineType>()
    private var times = ColumnMemo<Timestamp?>()
    private var tagValues = ColumnMemo<String>()

    static func matches(_ header: ProviderHeader) -> Bool {
        header.names.contains { $0.hasPrefix("lineItem/") }
    }

    init(header: ProviderHeader, detail: ChargeDetail) throws(HeaderRefusal) {
        try header.require(
            [
                "lineItem/UnblendedCost", "lineItem/CurrencyCode", "lineItem/LineItemType", "lineItem/UsageAccountId",
                "bill/BillingPeriodStartDate",
            ], format: "AWS cost and usage")
        columns = Columns(header)
        amortisationColumns = AmortisationColumns(header)
        costColumn = columns.unblendedCost
        currencyColumn = columns.currency
        tagColumns = TagColumn.all(in: header, wanted: detail.tags)
        unknownColumns = header.names.filter { name in !Columns.categories.contains { name.hasPrefix($0) } }
        self.detail = detail
    }

    var groupingColumns: [BoundColumn] {
        [
            columns.payerAccount, columns.usageAccount, columns.productName, columns.productCode, columns.regionCode,
            columns.region, columns.availabilityZone, columns.lineItemType, columns.currency, columns.periodStart,
        ]
    }

    func group(of row: CSVReader) throws(RowRefusal) -> ChargeGroup {
        let currency = try columns.currency.currency(row)
        let type = LineType(columns.lineItemType.string(row))
        let payer = ProviderNames.account(columns.payerAccount.string(row), provider: "aws")
        let account = ProviderNames.account(columns.usageAccount.string(row), provider: "aws")
        let code = columns.productCode.string(row)
        let name = columns.productName.string(row)
        // The end is written exclusive by AWS and inclusive by some who rewrite it; the start says the month for both.
        let start = try columns.periodStart.time(columns.periodStart.bytes(row)).utcDay
        return ChargeGroup(
            provider: "aws", billingAccount: payer.isEmpty ? account : payer,
            subAccount: account.isEmpty ? payer : account, service: name.isEmpty ? code : name, serviceCode: code,
            region: region(row), category: type.category, lineType: type.name, isKnownLineType: type.isKnown,
            currency: currency,
            billingPeriod: ServicePeriod(start: start.firstOfMonth, end: start.firstOfMonth.adding(months: 1)))
    }

    /// The region's code; an availability zone is its region's code and a letter.
    private func region(_ row: CSVReader) -> String {
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

    mutating func read(_ row: CSVReader, into charge: inout ProviderCharge) throws(RowRefusal) {
        let type = try lineTypes.value(of: columns.lineItemType.bytes(row)) { LineType(String(decoding: $0, as: UTF8.self)) }
        let isCopy = isSplitAllocation(row)
        let billed = isCopy ? try columns.unblendedCost.decimal(row) ?? .zero : try columns.unblendedCost.requiredDecimal(row)
        charge.billedCost = billed
        charge.effectiveCost = try amortisationColumns.effectiveCost(type.amortisation, billed: billed, row)
        let listed = try columns.publicCost.decimal(row)
        charge.listCost = type.amortisation == .negation ? .zero : listed
        charge.contractedCost = nil
        let quantity = try columns.usageAmount.decimal(row)
        charge.quantity = isCopy ? nil : quantity
        let start = try startOfUse(row)
        charge.chargeStart = start
        charge.chargeDay = start?.utcDay
        charge.isCorrection = false
        if detail.hasResources { readResource(row, into: &charge) }
        if !tagColumns.isEmpty { try readTags(row, into: &charge) }
    }

    private mutating func startOfUse(_ row: CSVReader) throws(RowRefusal) -> Timestamp? {
        let column = columns.usageStart
        return try times.value(of: column.bytes(row)) { (text) throws(RowRefusal) -> Timestamp? in
            isNull(text) ? nil : try column.time(text)
        }
    }

    /// Rows that share a machine's cost among the containers on it repeat usage that has its own row (split cost
    /// allocation data); AWS leaves their costs empty or 0.
    private func isSplitAllocation(_ row: CSVReader) -> Bool {
        let operation = columns.operation.bytes(row)
        guard operation.count == 10 || operation.count == 11 else { return false }
        return operation.elementsEqual("EKSPod-EC2".utf8) || operation.elementsEqual("ECSTask-EC2".utf8)
    }

    private func readResource(_ row: CSVReader, into charge: inout ProviderCharge) {
        let sku = columns.sku.string(row)
        charge.sku = sku.isEmpty ? columns.usageType.string(row) : sku
        charge.resource = columns.resource.string(row)
        charge.unit = columns.unit.string(row)
        charge.invoiceID = columns.invoice.string(row)
    }

    private mutating func readTags(_ row: CSVReader, into charge: inout ProviderCharge) throws(RowRefusal) {
        charge.tags.removeAll(keepingCapacity: true)
        for column in tagColumns {
            let text = row.field(column.index)
            if text.isEmpty { continue }
            charge.tags.append((column.key, try tagValues.value(of: text) { String(decoding: $0, as: UTF8.self) }))
        }
    }
}

extension AWSCostAndUsageReport {
    /// A kind of line, by `lineItem/LineItemType` (AWS CUR user guide, "Line item details").
    struct LineType {
        let name: String
        let category: ChargeCategory
        let amortisation: Amortisation
        let isKnown: Bool

        /// Categories are those of FOCUS 1.2, "Charge Category". Discounts are adjustments: one line reduces a service's
        /// whole month and not one charge. So are refunds: FOCUS leaves them the category of what is refunded, which the
        /// report does not say. A type that is not in the list is an adjustment too, kept as money and reported.
        init(_ name: String) {
            self.name = name
            let known = LineType.known[name]
            isKnown = known != nil
            category = known?.0 ?? .adjustment
            amortisation = known?.1 ?? .billed
        }

        private static let known: [String: (ChargeCategory, Amortisation)] = [
            "Usage": (.usage, .billed),
            "DiscountedUsage": (.usage, .reservedUsage),
            "SavingsPlanCoveredUsage": (.usage, .coveredUsage),
            "SavingsPlanNegation": (.usage, .negation),
            "Fee": (.purchase, .fee),
            "RIFee": (.purchase, .reservationFee),
            "SavingsPlanRecurringFee": (.purchase, .recurringFee),
            "SavingsPlanUpfrontFee": (.purchase, .upfrontFee),
            "Tax": (.tax, .billed),
            "Credit": (.credit, .billed),
            "Refund": (.adjustment, .refund),
            "Discount": (.adjustment, .billed),
            "EdpDiscount": (.adjustment, .billed),
            "BundledDiscount": (.adjustment, .billed),
            "PrivateRateDiscount": (.adjustment, .billed),
            "RiVolumeDiscount": (.adjustment, .billed),
            "DistributorDiscount": (.adjustment, .billed),
            "SppDiscount": (.adjustment, .billed),
        ]
    }

    /// A tag or a cost category as a column of its own.
    struct TagColumn {
        let index: Int
        let key: String

        /// `resourceTags/user:X` has the key `X`, `resourceTags/aws:X` the key `aws:X`, and `costCategory/X` is known by
        /// its whole name. Keys that differ by case are two tags.
        static func all(in header: ProviderHeader, wanted: ChargeDetail.Tags) -> [TagColumn] {
            header.names.enumerated().compactMap { index, name in
                guard let key = key(name), wanted.includes(key) else { return nil }
                return TagColumn(index: index, key: key)
            }
        }

        private static func key(_ name: String) -> String? {
            if name.hasPrefix("costCategory/") { return name }
            guard name.hasPrefix("resourceTags/") else { return nil }
            let key = name.dropFirst("resourceTags/".count)
            return String(key.hasPrefix("user:") ? key.dropFirst("user:".count) : key)
        }
    }

    struct Columns {
        let payerAccount, usageAccount, lineItemType, productCode, productName, usageType, operation: BoundColumn
        let regionCode, region, availabilityZone, sku, resource, invoice: BoundColumn
        let periodStart, usageStart, usageAmount, unit, currency, unblendedCost, publicCost: BoundColumn

        /// What a report's columns may begin with.
        static let categories = [
            "identity/", "bill/", "lineItem/", "product/", "pricing/", "reservation/", "savingsPlan/", "resourceTags/",
            "costCategory/", "discount/", "splitLineItem/",
        ]

        init(_ header: ProviderHeader) {
            payerAccount = header.column("bill/PayerAccountId")
            usageAccount = header.column("lineItem/UsageAccountId")
            lineItemType = header.column("lineItem/LineItemType")
            productCode = header.column("lineItem/ProductCode")
            productName = header.column("product/ProductName")
            usageType = header.column("lineItem/UsageType")
            operation = header.column("lineItem/Operation")
            regionCode = header.column("product/regionCode")
            region = header.column("product/region")
            availabilityZone = header.column("lineItem/AvailabilityZone")
            sku = header.column("product/sku")
            resource = header.column("lineItem/ResourceId")
            invoice = header.column("bill/InvoiceId")
            periodStart = header.column("bill/BillingPeriodStartDate")
            usageStart = header.column("lineItem/UsageStartDate")
            usageAmount = header.column("lineItem/UsageAmount")
            unit = header.column("pricing/unit")
            currency = header.column("lineItem/CurrencyCode")
            unblendedCost = header.column("lineItem/UnblendedCost")
            publicCost = header.column("pricing/publicOnDemandCost")
        }
    }
}
