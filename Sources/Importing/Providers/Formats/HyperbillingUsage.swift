import BillingTerms
import Catalog
import FileFormats

/// What Hyperbilling keeps of an AWS account's month (plugin-aws-hyperbilling-cost-datasource, `cost_manager.py`), as Parquet,
/// which it keeps itself, JSON lines or CSV. The account and the month are in the path:
/// `…/account_id=<12 digits>/year=YYYY/month=MM/…`.
///
/// - A cost that is null is 0, as in SpaceONE; how many there are is told.
/// - The service codes `Credit` and `Tax` are of those categories; all else is usage.
/// - An empty region is us-east-1. Codes of the usage reports (`APN2`) become the regions' names.
/// - The unit is Bytes for AWSDataTransfer, GB or Count for CloudFront by the usage type; else the file's own.
/// - Tags lose the `user:` before their key. `tag_x` columns are the tag `x` where `tags` does not have it.
/// - The currency is USD, where `sources.yaml` says nothing else.
struct HyperbillingUsage<Row: OpenableRows>: ProviderRowReader {
    let costColumn: BoundColumn
    let currencyColumn: BoundColumn
    let unknownColumns: [String] = []
    let tagsText = "a JSON object in tags"
    private(set) var unreadableTagRows = 0

    private let account, service, region, date, usageType, unit, quantity, tags: BoundColumn
    private let tagColumns: [(key: String, column: BoundColumn)]
    private let detail: ChargeDetail
    private let path: HyperbillingPath
    private let provider: String
    private var rowsWithoutCost = 0
    private var tagTexts = ColumnMemo<[(key: String, value: String)]?>()

    static func open(_ source: BillSource, of file: ProviderFile) throws(FileFormatError) -> Row {
        let values = HyperbillingLine.values(file.source)
        // Of the source, the mapping is of SpaceONE's fields; ignored columns, defaults and the provider are for this one.
        let ignored = Sources.Source(name: "", files: [], ignored: file.source?.ignored ?? [])
        return try Row.open(
            source,
            RowLayout(
                fields: HyperbillingLine.fields, otherNames: ["account": ["account_id"]],
                paths: HyperbillingLine.paths, values: values, source: ignored))
    }

    static func matches(_ header: ProviderHeader) -> Bool { header.has("service_code") && header.has("usage_cost") }

    init(header: ProviderHeader, detail: ChargeDetail) throws(HeaderRefusal) {
        try self.init(
            header: header, detail: detail,
            file: ProviderFile(path: "", location: "", modified: Timestamp(nanoseconds: 0)))
    }

    init(header: ProviderHeader, detail: ChargeDetail, file: ProviderFile) throws(HeaderRefusal) {
        try header.require(["usage_cost", "service_code", "usage_date"], format: "Hyperbilling")
        path = HyperbillingPath(file.path)
        account = header.column("account")
        let hasAccount = Row.self is MappedRows.Type ? account.index != nil : file.source?.defaults[.account] != nil
        guard !path.account.isEmpty || hasAccount else {
            throw HeaderRefusal(
                reason: "expected the account in the file's path, such as account_id=012345678901/year=2025/month=03, "
                    + "or as the default of account in sources.yaml; found neither")
        }
        provider = file.source?.provider.map(ProviderNames.key) ?? "aws"
        costColumn = header.column("usage_cost")
        currencyColumn = header.column("currency")
        service = header.column("service_code")
        region = header.column("region")
        date = header.column("usage_date")
        usageType = header.column("usage_type")
        unit = header.column("usage_unit")
        quantity = header.column("usage_quantity")
        tags = header.column("tags")
        tagColumns = header.names.compactMap { name in
            guard name.hasPrefix("tag_"), detail.tags.includes(String(name.dropFirst(4))) else { return nil }
            return (String(name.dropFirst(4)), header.column(name))
        }
        self.detail = detail
    }

    var groupingColumns: [BoundColumn] {
        [account, service, region, currencyColumn] + (path.month == nil ? [date] : [])
    }

    func group(of row: Row) throws(RowRefusal) -> ChargeGroup {
        let currency = try currencyColumn.currency(row)
        let id = path.account.isEmpty ? account.stringOrNull(row) : path.account
        let account = ProviderNames.account(id, provider: provider)
        let code = service.stringOrNull(row)
        let line = HyperbillingLine(service: code)
        let month: CalendarDay
        if let written = path.month {
            month = written
        } else {
            month = try date.lenientDay(date.bytes(row)).firstOfMonth
        }
        return ChargeGroup(
            provider: provider, billingAccount: account, subAccount: account, service: code, serviceCode: code,
            region: HyperbillingRegions.name(region.stringOrNull(row)), category: line.category, lineType: line.name,
            isKnownLineType: true, currency: currency,
            billingPeriod: ServicePeriod(start: month, end: month.adding(months: 1)))
    }

    mutating func read(_ row: Row, into charge: inout ProviderCharge) throws(RowRefusal) {
        let cost = try costColumn.decimal(row)
        charge.billedCost = cost ?? .zero
        charge.effectiveCost = cost ?? .zero
        charge.quantity = try quantity.decimal(row)
        let text = date.bytes(row)
        charge.chargeDay = isNull(text) ? nil : try date.lenientDay(text)
        charge.chargeStart = charge.chargeDay.flatMap { Timestamp(seconds: Int64($0.number) * 86_400) }
        if detail.hasResources {
            charge.sku = usageType.stringOrNull(row)
            charge.unit =
                HyperbillingLine.unit(service: charge.service, usageType: charge.sku) ?? unit.stringOrNull(row)
        }
        if !detail.tags.isEmpty { try readTags(row, into: &charge) }
        if cost == nil { rowsWithoutCost += 1 }
    }

    func remarks(file: String) -> BillRemarks {
        var remarks = BillRemarks()
        remarks.rowsWithoutCost = rowsWithoutCost
        return remarks
    }

    private mutating func readTags(_ row: Row, into charge: inout ProviderCharge) throws(RowRefusal) {
        let text = tags.bytes(row)
        let wanted = detail.tags
        let members = try tagTexts.value(of: text) { text in
            if isNull(text) { return [] }
            return NestedText.value(text).flatMap(NestedText.members)?
                .map { (key: $0.key.hasPrefix("user:") ? String($0.key.dropFirst(5)) : $0.key, value: $0.value) }
                .filter { wanted.includes($0.key) }
        }
        if let members { charge.tags = members } else { unreadableTagRows += 1 }
        for (key, column) in tagColumns {
            let value = column.stringOrNull(row)
            if !value.isEmpty, !charge.tags.contains(where: { $0.key == key }) { charge.tags.append((key, value)) }
        }
    }
}

/// What Hyperbilling's codes mean.
struct HyperbillingLine {
    let name: String
    let category: ChargeCategory

    init(service: String) {
        switch service {
        case "Credit": (name, category) = (service, .credit)
        case "Tax": (name, category) = (service, .tax)
        default: (name, category) = ("Usage", .usage)
        }
    }

    static let fields = [
        "usage_date", "region", "service_code", "usage_type", "usage_unit", "instance_type", "usage_quantity",
        "usage_cost", "tags", "currency", "account",
    ]

    static let paths =
        fields + ["tag_application", "tag_environment", "tag_name", "tag_role", "tag_service"]

    static func values(_ source: Sources.Source?) -> FieldValues {
        var values = FieldValues(defaults: ["currency": "USD"]).overlaid(with: source)
        values.defaults = values.defaults.filter { $0.key == "currency" || $0.key == "account" }
        values.overrides = [:]
        return values
    }

    /// Hyperbilling leaves the unit empty; SpaceONE's plugin says these.
    static func unit(service: String, usageType: String) -> String? {
        switch service {
        case "AWSDataTransfer": "Bytes"
        case "AmazonCloudFront":
            usageType.contains("-Out-Bytes") && !usageType.contains("-HTTPS") ? "GB" : "Count"
        default: nil
        }
    }
}

/// Account and month in the folders of a path.
struct HyperbillingPath {
    private(set) var account = ""
    private(set) var month: CalendarDay?

    init(_ path: String) {
        var year: Int?
        var number: Int?
        for folder in FilePath(path).folders {
            let parts = folder.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            switch parts[0] {
            case "account_id": account = String(parts[1])
            case "year": year = BillDigits.number(parts[1].utf8)
            case "month": number = BillDigits.number(parts[1].utf8)
            default: break
            }
        }
        if let year, let number, (1990...2100).contains(year) {
            month = CalendarDay(year: year, month: number, day: 1)
        }
    }
}

/// The codes by which usage reports of AWS call regions, and areas for CloudFront (plugin-aws-hyperbilling-cost-datasource,
/// `_REGION_MAP`, where the government's regions have no code).
enum HyperbillingRegions {
    /// The region's name; a code that is not known is kept.
    static func name(_ code: String) -> String { code.isEmpty ? "us-east-1" : names[code] ?? code }

    private static let names = [
        "APE1": "ap-east-1", "APN1": "ap-northeast-1", "APN2": "ap-northeast-2", "APN3": "ap-northeast-3",
        "APS1": "ap-southeast-1", "APS2": "ap-southeast-2", "APS3": "ap-south-1", "CAN1": "ca-central-1",
        "CPT": "af-south-1", "EUN1": "eu-north-1", "EUC1": "eu-central-1", "EU": "eu-west-1", "EUW1": "eu-west-1",
        "EUW2": "eu-west-2", "EUW3": "eu-west-3", "EUS1": "eu-south-1", "MES1": "me-south-1", "SAE1": "sa-east-1",
        "UGW1": "us-gov-west-1", "UGE1": "us-gov-east-1", "USE1": "us-east-1", "USE2": "us-east-2",
        "USW1": "us-west-1", "USW2": "us-west-2", "AP": "Asia Pacific", "AU": "Australia", "CA": "Canada",
        "IN": "India", "JP": "Japan", "ME": "Middle East", "SA": "South America", "US": "United States",
        "ZA": "South Africa",
    ]
}
