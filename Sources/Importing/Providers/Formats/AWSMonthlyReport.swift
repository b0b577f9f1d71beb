import BillingTerms
import Catalog
import FileFormats

/// The monthly CSV of AWS (`<payer>-aws-billing-csv-YYYY-MM.csv`), and its cost-allocation variant, which has a sentence
/// before the header and tags in columns named `user:…` (facts on provider formats, section 2; the real file that
/// s-tajima/aws-ri-discount-calculator published).
///
/// The file says the same money up to three times: per payer (`PayerLineItem`), per linked account (`LinkedLineItem`) and in
/// totals. Once for each invoice, `AWSMonthlyInvoices` decides which rows are billed:
///
/// - An invoice with linked rows is billed by them, since only they say whose cost it is, and by `CBRounding`: what the
///   payer's rounded lines are more or less than the linked ones. Its payer rows are duplicates.
/// - An invoice without linked rows is billed by its payer rows, on the payer's account.
/// - `InvoiceTotal` is the control. Where the billed rows do not come to it, the row is kept as an adjustment of the
///   difference on the payer's account, under the service "not itemised by the provider", and a finding says so: so what is
///   imported always is what AWS invoiced. Where they do come to it, the row is a duplicate.
/// - `AccountTotal`, `StatementTotal` and `EstimatedDisclaimer` are duplicates. A statement that differs from what is billed
///   is reported.
///
/// Billed cost is `TotalCost`, with tax. A type of record that is not in this list is money, and reported.
struct AWSMonthlyReport: ProviderRowReader {
    let costColumn: BoundColumn
    let currencyColumn: BoundColumn
    let unknownColumns: [String] = []
    let unreadableTagRows = 0

    /// The service of what an invoice has and none of its rows.
    static let notItemised = "not itemised by the provider"

    private let columns: Columns
    private let tagColumns: [(index: Int, key: String)]
    private let detail: ChargeDetail
    private var invoices: AWSMonthlyInvoices
    private var times = ColumnMemo<Timestamp?>()

    static func matches(_ header: ProviderHeader) -> Bool {
        header.has("RecordType") && header.has("LinkedAccountId") && header.has("TotalCost")
            // The detailed billing report, which is another format.
            && !header.has("ReservedInstance") && !header.has("UnBlendedCost")
    }

    init(header: ProviderHeader, detail: ChargeDetail) throws(HeaderRefusal) {
        try header.require(
            [
                "InvoiceID", "PayerAccountId", "LinkedAccountId", "RecordType", "BillingPeriodStartDate",
                "CurrencyCode",
                "TotalCost",
            ], format: "AWS monthly")
        columns = Columns(header)
        costColumn = columns.totalCost
        currencyColumn = columns.currency
        tagColumns = header.names.enumerated().compactMap { index, name in
            guard name.hasPrefix("user:") || name.hasPrefix("aws:") else { return nil }
            let key = AWSCostAndUsageReport.tagKey(name)
            return detail.tags.includes(key) ? (index, key) : nil
        }
        invoices = AWSMonthlyInvoices(columns)
        self.detail = detail
    }

    static var looksAhead: Bool { true }
    mutating func lookAhead(_ row: BillTable) { invoices.note(row) }
    mutating func finishLookAhead() { invoices.settle() }

    func repeatsOtherRows(_ row: BillTable) -> Bool { invoices.isRepetition(row) }
    func remarks(file: String) -> BillRemarks { BillRemarks(findings: invoices.findings(file: file)) }

    var groupingColumns: [BoundColumn] {
        [
            columns.recordType, columns.payerAccount, columns.linkedAccount, columns.productName, columns.productCode,
            columns.usageType, columns.currency, columns.periodStart,
        ]
    }

    /// Whether an amount is given back.
    mutating func derivedGroup(of row: BillTable) -> Int {
        columns.usageType.bytes(row).isEmpty && columns.totalCost.bytes(row).first == UInt8(ascii: "-") ? 1 : 0
    }

    func group(of row: BillTable) throws(RowRefusal) -> ChargeGroup {
        let currency = try columns.currency.currency(row)
        let type = columns.recordType.string(row)
        let record = Record(rawValue: type)
        let payer = ProviderNames.account(columns.payerAccount.string(row), provider: "aws")
        let linked = ProviderNames.account(columns.linkedAccount.string(row), provider: "aws")
        let start = try columns.periodStart.slashedTime(columns.periodStart.bytes(row)).utcDay
        return ChargeGroup(
            provider: "aws", billingAccount: payer.isEmpty ? linked : payer,
            subAccount: linked.isEmpty ? payer : linked, service: service(row, record),
            serviceCode: columns.productCode.string(row), region: region(row), category: category(row, record),
            lineType: type, isKnownLineType: record != nil, currency: currency,
            billingPeriod: ServicePeriod(start: start.firstOfMonth, end: start.firstOfMonth.adding(months: 1)))
    }

    private func service(_ row: BillTable, _ record: Record?) -> String {
        if record == .invoiceTotal { return AWSMonthlyReport.notItemised }
        for column in [columns.productName, columns.productCode] {
            let text = column.string(row)
            if !text.isEmpty { return text }
        }
        return columns.recordType.string(row)
    }

    /// Lines without a usage type are fees ("Recurring Fee"), or what was charged before and is given back.
    private func category(_ row: BillTable, _ record: Record?) -> ChargeCategory {
        guard record == .payerLine || record == .linkedLine else { return .adjustment }
        if !columns.usageType.bytes(row).isEmpty { return .usage }
        return columns.totalCost.bytes(row).first == UInt8(ascii: "-") ? .adjustment : .purchase
    }

    /// The short name of a region before the usage type, `APN1-BoxUsage:m3.large`; nothing says more.
    private func region(_ row: BillTable) -> String {
        let type = columns.usageType.string(row)
        guard let hyphen = type.firstIndex(of: "-") else { return "" }
        let prefix = type[..<hyphen].utf8
        let isUpper = prefix.allSatisfy { $0 &- UInt8(ascii: "A") < 26 || $0 &- UInt8(ascii: "0") <= 9 }
        guard isUpper, (3...4).contains(prefix.count), prefix.last.map({ $0 &- UInt8(ascii: "0") <= 9 }) == true else {
            return ""
        }
        return String(type[..<hyphen])
    }

    mutating func read(_ row: BillTable, into charge: inout ProviderCharge) throws(RowRefusal) {
        let written = try columns.totalCost.requiredDecimal(row)
        let billed = invoices.difference(onLine: row.line) ?? written
        charge.billedCost = billed
        charge.effectiveCost = billed
        charge.quantity = try columns.quantity.decimal(row)
        let column = columns.usageStart
        let start = try times.value(of: column.bytes(row)) { (text) throws(RowRefusal) -> Timestamp? in
            isNull(text) ? nil : try column.slashedTime(text)
        }
        charge.chargeStart = start
        charge.chargeDay = start?.utcDay
        if detail.hasResources {
            let rate = columns.rate.string(row)
            charge.sku = rate.isEmpty ? columns.usageType.string(row) : rate
            charge.invoiceID = columns.invoice.string(row)
        }
        if !tagColumns.isEmpty {
            for column in tagColumns where !row.field(column.index).isEmpty {
                charge.tags.append((column.key, String(decoding: row.field(column.index), as: UTF8.self)))
            }
        }
    }
}

extension AWSMonthlyReport {
    enum Record: String, CaseIterable {
        case payerLine = "PayerLineItem"
        case linkedLine = "LinkedLineItem"
        case rounding = "CBRounding"
        case invoiceTotal = "InvoiceTotal"
        case accountTotal = "AccountTotal"
        case statementTotal = "StatementTotal"
        case disclaimer = "EstimatedDisclaimer"
    }

    struct Columns {
        let invoice, invoiceDate, payerAccount, linkedAccount, recordType, periodStart, currency, totalCost: BoundColumn
        let productName, productCode, usageType, rate, quantity, usageStart: BoundColumn

        init(_ header: ProviderHeader) {
            invoice = header.column("InvoiceID")
            invoiceDate = header.column("InvoiceDate")
            payerAccount = header.column("PayerAccountId")
            linkedAccount = header.column("LinkedAccountId")
            recordType = header.column("RecordType")
            periodStart = header.column("BillingPeriodStartDate")
            currency = header.column("CurrencyCode")
            totalCost = header.column("TotalCost")
            productName = header.column("ProductName")
            productCode = header.column("ProductCode")
            usageType = header.column("UsageType")
            rate = header.column("RateId")
            quantity = header.column("UsageQuantity")
            usageStart = header.column("UsageStartDate")
        }
    }
}
