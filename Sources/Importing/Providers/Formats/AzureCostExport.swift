import BillingTerms
import Catalog
import FileFormats

/// Azure cost exports of three generations: pay-as-you-go ("version 1"), Enterprise Agreement, Microsoft Customer Agreement
/// (facts on provider formats, section 2; Microsoft, "Understand the fields in your usage and charges file").
///
/// - Names are compared without case. German and other portals write `Abonnement-GUID (SubscriptionGuid)`: what stands in
///   parentheses is the name.
/// - Days are `MM/DD/YYYY` or `M/D/YYYY`, never day first, or ISO; each value tells by itself which of both it is. A month
///   of 13 is no day, and the row is set aside. The end of a billing period is its last day.
/// - Billed cost is `CostInBillingCurrency`, else `PreTaxCost`, else `Cost`, of every kind of charge. It is the effective
///   cost too: the other view of a month is another file, see `CostView`.
/// - List cost is `PaygCostInBillingCurrency`, else `PayGPrice` times the quantity where prices are in the billed currency.
///   Azure writes 0 where it has no such price.
/// - The account is the subscription, or the billing account for charges without one. The billing account is the billing
///   profile, which for an Enterprise Agreement is the enrolment, as in Azure's FOCUS bills; pay-as-you-go files name none.
/// - A row that is shorter than its header is set aside as a whole, even where only the last fields are missing: a cut
///   number and a short row look the same.
struct AzureCostExport: ProviderRowReader {
    let costColumn: BoundColumn
    let currencyColumn: BoundColumn
    let unknownColumns: [String] = []
    private(set) var unreadableTagRows = 0

    private var evidence = CostViewEvidence()
    private let columns: Columns
    private let detail: ChargeDetail
    private var days = ColumnMemo<Timestamp?>()
    private var chargeTypes = ColumnMemo<ChargeType>()
    private var tags = ColumnMemo<FOCUSTags?>()

    static func matches(_ header: ProviderHeader) -> Bool {
        let header = plainNames(header)
        return header.has("MeterCategory")
            && (header.has("CostInBillingCurrency") || header.has("PreTaxCost") || header.has("Cost"))
    }

    /// The header with the names in parentheses in place of translated ones.
    private static func plainNames(_ header: ProviderHeader) -> ProviderHeader {
        ProviderHeader(
            header.names.map { name in
                guard name.hasSuffix(")"), let open = name.lastIndex(of: "(") else { return name }
                return String(name[name.index(after: open)...].dropLast())
            })
    }

    init(header: ProviderHeader, detail: ChargeDetail) throws(HeaderRefusal) {
        let header = AzureCostExport.plainNames(header)
        columns = Columns(header)
        try header.require(
            [columns.cost.name, columns.currency.name, columns.subscription.name, columns.day.name], format: "Azure")
        costColumn = columns.cost
        currencyColumn = columns.currency
        self.detail = detail
    }

    var groupingColumns: [BoundColumn] {
        [
            columns.billingProfile, columns.billingAccount, columns.subscription, columns.meterCategory,
            columns.consumedService, columns.resourceLocation, columns.meterRegion, columns.location,
            columns.chargeType, columns.currency, columns.periodStart, columns.periodEnd,
        ]
    }

    /// The month of the charge, where the billing period is not told.
    mutating func derivedGroup(of row: BillTable) -> Int {
        guard isNull(columns.periodStart.bytes(row)), let day = try? day(row) else { return 0 }
        return day.utcDay.firstOfMonth.number
    }

    func group(of row: BillTable) throws(RowRefusal) -> ChargeGroup {
        let currency = try columns.currency.currency(row)
        let type = ChargeType(columns.chargeType.stringOrNull(row), isTold: columns.chargeType.index != nil)
        let subscription = ProviderNames.accountKey(columns.subscription.stringOrNull(row), provider: "azure")
        let profile = columns.billingProfile.stringOrNull(row)
        let payer = profile.isEmpty ? columns.billingAccount.stringOrNull(row) : profile
        guard !payer.isEmpty || !subscription.isEmpty else {
            throw RowRefusal(
                code: .missingField, field: columns.subscription.index,
                reason: "expected a subscription or a billing account in the row, found neither")
        }
        return ChargeGroup(
            provider: "azure", billingAccount: payer.isEmpty ? subscription : payer,
            subAccount: subscription.isEmpty ? payer : subscription, service: service(row),
            serviceCode: columns.consumedService.stringOrNull(row), region: region(row), category: type.category,
            lineType: type.name, isKnownLineType: type.isKnown, currency: currency,
            billingPeriod: try billingPeriod(row))
    }

    private func service(_ row: BillTable) -> String {
        let name = columns.meterCategory.stringOrNull(row)
        return name.isEmpty ? columns.consumedService.stringOrNull(row) : name
    }

    /// Regions are written `EastUS`, `eastus` and `US East`: codes become lower case, names with blanks stay as they are.
    private func region(_ row: BillTable) -> String {
        for column in [columns.resourceLocation, columns.meterRegion, columns.location] {
            let text = column.stringOrNull(row)
            if !text.isEmpty { return text.contains(" ") ? text : text.lowercased() }
        }
        return ""
    }

    /// From start to end, which is the last day inside; the calendar month where the row does not tell.
    private func billingPeriod(_ row: BillTable) throws(RowRefusal) -> ServicePeriod {
        let text = columns.periodStart.bytes(row)
        if isNull(text) {
            let month = try columns.day.slashedTime(columns.day.bytes(row)).utcDay.firstOfMonth
            return ServicePeriod(start: month, end: month.adding(months: 1))
        }
        let start = try columns.periodStart.slashedTime(text).utcDay
        let last = columns.periodEnd.bytes(row)
        if isNull(last) { return ServicePeriod(start: start, end: start.firstOfMonth.adding(months: 1)) }
        let end = try columns.periodEnd.slashedTime(last).utcDay
        // The first of the next month is the end itself, for those who rewrite files.
        if start == start.firstOfMonth, end == start.adding(months: 1) { return ServicePeriod(start: start, end: end) }
        guard start <= end else {
            throw RowRefusal(
                code: .badTime, field: columns.periodEnd.index,
                reason: "expected an end of the billing period after its start \(start), found \(end)")
        }
        return ServicePeriod(start: start, end: end + 1)
    }

    private mutating func day(_ row: BillTable) throws(RowRefusal) -> Timestamp? {
        let column = columns.day
        return try days.value(of: column.bytes(row)) { (text) throws(RowRefusal) -> Timestamp? in
            isNull(text) ? nil : try column.slashedTime(text)
        }
    }

    mutating func read(_ row: BillTable, into charge: inout ProviderCharge) throws(RowRefusal) {
        let isTold = columns.chargeType.index != nil
        let type = try chargeTypes.value(of: columns.chargeType.bytes(row)) {
            ChargeType(isNull($0) ? "" : String(decoding: $0, as: UTF8.self), isTold: isTold)
        }
        let billed = try columns.cost.requiredDecimal(row)
        charge.billedCost = billed
        charge.effectiveCost = billed
        let quantity = try columns.quantity.decimal(row)
        charge.quantity = quantity
        charge.listCost = try listCost(row, billed: billed, quantity: quantity)
        let start = try day(row)
        charge.chargeStart = start
        charge.chargeDay = start?.utcDay
        if !billed.isZero { noteView(row, type) }
        if detail.hasResources { readResource(row, into: &charge) }
        if !detail.tags.isEmpty { try readTags(row, into: &charge) }
    }

    /// Nil where Azure has no list price: empty, or 0 for something that costs.
    private func listCost(
        _ row: BillTable, billed: ExactDecimal, quantity: ExactDecimal?
    ) throws(RowRefusal) -> ExactDecimal? {
        if let listed = try columns.paygCost.decimal(row) { return listed.isZero && !billed.isZero ? nil : listed }
        guard let price = try columns.paygPrice.decimal(row), let quantity else { return nil }
        let isOtherCurrency =
            columns.pricingCurrency.index != nil
            && !columns.pricingCurrency.bytes(row).elementsEqual(columns.currency.bytes(row))
        return price.isZero || isOtherCurrency ? nil : (price * quantity).normalized
    }

    func remarks(file: String) -> BillRemarks { BillRemarks(evidence: evidence) }

    private mutating func noteView(_ row: BillTable, _ type: ChargeType) {
        switch type.role {
        case .idleCommitment: evidence.hasSpreadCommitment = true
        case .other: break
        case .usage, .purchase:
            let model = columns.pricingModel.bytes(row)
            let isCommitted =
                isNull(model)
                ? !isNull(columns.reservation.bytes(row))
                : model.elementsEqual("Reservation".utf8) || model.elementsEqual("SavingsPlan".utf8)
            guard isCommitted else { return }
            if type.role == .usage {
                evidence.hasSpreadCommitment = true
            } else {
                evidence.hasCommitmentPurchase = true
            }
        }
    }

    private func readResource(_ row: BillTable, into charge: inout ProviderCharge) {
        charge.sku = first([columns.meter, columns.partNumber, columns.product], row)
        charge.resource = columns.resource.stringOrNull(row)
        let group = columns.resourceGroup.stringOrNull(row)
        charge.resourceGroup = group.isEmpty ? ProviderNames.resourceGroup(ofResource: charge.resource) : group
        charge.unit = columns.unit.stringOrNull(row)
        charge.invoiceID = columns.invoice.stringOrNull(row)
    }

    private func first(_ candidates: [BoundColumn], _ row: BillTable) -> String {
        candidates.lazy.map { $0.stringOrNull(row) }.first { !$0.isEmpty } ?? ""
    }

    /// The same tags stand on very many rows, so each text of them is taken apart once.
    private mutating func readTags(_ row: BillTable, into charge: inout ProviderCharge) throws(RowRefusal) {
        let wanted = detail.tags
        let found = try tags.value(of: columns.tags.bytes(row)) { AzureTags.read($0, wanted: wanted) }
        if found == nil { unreadableTagRows += 1 }
        charge.tags = found?.list ?? []
    }
}

/// Tags as Azure writes them: a JSON object, the same without its braces, or with a colon behind them (kubecost issues 414, 917).
enum AzureTags {
    /// Nil when the text is neither.
    static func read(_ text: UnsafeRawBufferPointer, wanted: ChargeDetail.Tags) -> FOCUSTags? {
        if isNull(text) { return FOCUSTags() }
        var bytes = Array(text)
        while let last = bytes.last, last <= UInt8(ascii: " ") || last == UInt8(ascii: ":") || last == UInt8(ascii: ",")
        {
            bytes.removeLast()
        }
        guard let first = bytes.first(where: { $0 > UInt8(ascii: " ") }) else { return FOCUSTags() }
        if first != UInt8(ascii: "{") { bytes = [UInt8(ascii: "{")] + bytes + [UInt8(ascii: "}")] }
        return bytes.withUnsafeBytes { FOCUSTags(json: $0, wanted: wanted) }
    }
}
