import BillingTerms
import Catalog
import FileFormats

/// A bill by the FinOps Open Cost and Usage Specification, versions 1.0 to 1.3, of any provider: columns by name in any
/// order, amounts with or without exponent, times as RFC 3339 or as `2024-09-18 23:00:00` in UTC, null as an empty field
/// or one of the literals that exports write.
///
/// The four costs are the specification's own; where a bill leaves the effective cost out, the billed cost stands. Every
/// charge category may be negative; a refund keeps its category.
struct FOCUSBill: ProviderRowReader {
    let costColumn: BoundColumn
    let currencyColumn: BoundColumn
    let unknownColumns: [String]
    private(set) var unreadableTagRows = 0

    private let columns: Columns
    private let detail: ChargeDetail
    private var times = ColumnMemo<Timestamp?>()
    private var tags = ColumnMemo<FOCUSTags?>()

    /// Two columns that every version has and no other format does.
    static func matches(_ header: ProviderHeader) -> Bool {
        header.has("BilledCost") && header.has("ChargePeriodStart")
    }

    init(header: ProviderHeader, detail: ChargeDetail) throws(HeaderRefusal) {
        let provider = header.has("ProviderName") ? "ProviderName" : "ServiceProviderName"
        let account = header.has("BillingAccountId") ? "BillingAccountId" : "SubAccountId"
        try header.require(
            [
                "BilledCost", "BillingCurrency", "BillingPeriodStart", "ChargePeriodStart", "ChargeCategory", provider,
                account,
            ], format: "FOCUS")
        columns = Columns(header)
        costColumn = columns.billedCost
        currencyColumn = columns.currency
        unknownColumns = header.names.filter { !FOCUSColumns.isKnown($0) && !FOCUSColumns.isExtension($0) }
        self.detail = detail
    }

    var groupingColumns: [BoundColumn] {
        [
            columns.provider, columns.serviceProvider, columns.billingAccount, columns.subAccount, columns.service,
            columns.region, columns.category, columns.currency, columns.periodStart, columns.periodEnd,
        ]
    }

    func group(of row: BillTable) throws(RowRefusal) -> ChargeGroup {
        let currency = try columns.currency.currency(row)
        let named = columns.provider.stringOrNull(row)
        let provider = ProviderNames.key(named.isEmpty ? columns.serviceProvider.stringOrNull(row) : named)
        let payer = ProviderNames.account(columns.billingAccount.stringOrNull(row), provider: provider)
        let account = ProviderNames.account(columns.subAccount.stringOrNull(row), provider: provider)
        let type = columns.category.stringOrNull(row)
        let category = ChargeCategory(rawValue: type.lowercased())
        return ChargeGroup(
            provider: provider, billingAccount: payer.isEmpty ? account : payer,
            subAccount: account.isEmpty ? payer : account, service: columns.service.stringOrNull(row),
            region: columns.region.stringOrNull(row), category: category ?? .adjustment, lineType: type,
            isKnownLineType: category != nil, currency: currency, billingPeriod: try billingPeriod(row))
    }

    /// From start to end, which is exclusive in FOCUS; the calendar month of the start where there is no end.
    private func billingPeriod(_ row: BillTable) throws(RowRefusal) -> ServicePeriod {
        let start = try columns.periodStart.time(columns.periodStart.bytes(row)).utcDay
        let text = columns.periodEnd.bytes(row)
        if isNull(text) {
            return ServicePeriod(start: start, end: start.firstOfMonth.adding(months: 1))
        }
        // Some write the last instant inside: 23:59:59 of the last day means the day after it.
        let instant = try columns.periodEnd.time(text)
        let end = instant.seconds % 86_400 == 0 ? instant.utcDay : instant.utcDay + 1
        guard start < end else {
            throw RowRefusal(
                code: .badTime, field: columns.periodEnd.index,
                reason: "expected an end of the billing period after its start \(start), found \(end)")
        }
        return ServicePeriod(start: start, end: end)
    }

    mutating func read(_ row: BillTable, into charge: inout ProviderCharge) throws(RowRefusal) {
        let billed = try columns.billedCost.requiredDecimal(row)
        charge.billedCost = billed
        charge.effectiveCost = try columns.effectiveCost.decimal(row) ?? billed
        charge.listCost = try columns.listCost.decimal(row)
        charge.contractedCost = try columns.contractedCost.decimal(row)
        let pricing = try columns.pricingQuantity.decimal(row)
        let consumed = try columns.consumedQuantity.decimal(row)
        charge.quantity = consumed ?? pricing
        let column = columns.chargeStart
        let start = try times.value(of: column.bytes(row)) { (text) throws(RowRefusal) -> Timestamp? in
            isNull(text) ? nil : try column.time(text)
        }
        charge.chargeStart = start
        charge.chargeDay = start?.utcDay
        charge.isCorrection = isCorrection(columns.chargeClass.bytes(row))
        if detail.hasResources {
            charge.sku = columns.sku.stringOrNull(row)
            charge.resource = columns.resource.stringOrNull(row)
            if charge.provider == "azure" {
                let group = columns.resourceGroup.stringOrNull(row)
                charge.resourceGroup = group.isEmpty ? ProviderNames.resourceGroup(ofResource: charge.resource) : group
            } else {
                charge.resourceGroup = ""
            }
            charge.unit = (consumed == nil ? columns.pricingUnit : columns.consumedUnit).stringOrNull(row)
            charge.invoiceID = columns.invoice.stringOrNull(row)
        }
        if !detail.tags.isEmpty { try readTags(row, into: &charge) }
    }

    private func isCorrection(_ text: UnsafeRawBufferPointer) -> Bool {
        text.count == 10 && String(decoding: text, as: UTF8.self).lowercased() == "correction"
    }

    /// The same tags stand on very many rows, so each text of them is taken apart once.
    private mutating func readTags(_ row: BillTable, into charge: inout ProviderCharge) throws(RowRefusal) {
        let wanted = detail.tags
        let text = columns.tags.bytes(row)
        let found = try tags.value(of: text) { isNull($0) ? FOCUSTags() : FOCUSTags(json: $0, wanted: wanted) }
        if found == nil { unreadableTagRows += 1 }
        charge.tags = found?.list ?? []
    }
}

extension FOCUSBill {
    private struct Columns {
        let provider, serviceProvider, billingAccount, subAccount, service, region: BoundColumn
        let category, chargeClass, currency, periodStart, periodEnd, chargeStart: BoundColumn
        let billedCost, effectiveCost, listCost, contractedCost: BoundColumn
        let consumedQuantity, consumedUnit, pricingQuantity, pricingUnit: BoundColumn
        let sku, resource, resourceGroup, invoice, tags: BoundColumn

        init(_ header: ProviderHeader) {
            provider = header.column("ProviderName")
            serviceProvider = header.column("ServiceProviderName")
            billingAccount = header.column("BillingAccountId")
            subAccount = header.column("SubAccountId")
            service = header.column("ServiceName")
            region = header.column("RegionId")
            category = header.column("ChargeCategory")
            chargeClass = header.column("ChargeClass")
            currency = header.column("BillingCurrency")
            periodStart = header.column("BillingPeriodStart")
            periodEnd = header.column("BillingPeriodEnd")
            chargeStart = header.column("ChargePeriodStart")
            billedCost = header.column("BilledCost")
            effectiveCost = header.column("EffectiveCost")
            listCost = header.column("ListCost")
            contractedCost = header.column("ContractedCost")
            consumedQuantity = header.column("ConsumedQuantity")
            consumedUnit = header.column("ConsumedUnit")
            pricingQuantity = header.column("PricingQuantity")
            pricingUnit = header.column("PricingUnit")
            sku = header.column("SkuId")
            resource = header.column("ResourceId")
            resourceGroup = header.column("x_ResourceGroupName")
            invoice = header.column("InvoiceId")
            tags = header.column("Tags")
        }
    }
}

/// FOCUS Tags: a flat JSON object. Values may be `true` where a provider's tags have no value; keys that differ by a blank
/// or by case are different keys.
struct FOCUSTags {
    var list: [(key: String, value: String)] = []

    init() {}

    /// Nil when the text is no JSON object.
    init?(json: UnsafeRawBufferPointer, wanted: ChargeDetail.Tags) {
        guard let value = try? JSONValue(parsing: json, duplicateKeys: .kept), let members = value.members else {
            return nil
        }
        for member in members where wanted.includes(member.key) {
            switch member.value.content {
            case .string(let text), .number(let text): list.append((member.key, text))
            case .bool(let flag): list.append((member.key, flag ? "true" : "false"))
            case .null: list.append((member.key, ""))
            case .array, .object: break
            }
        }
    }
}
