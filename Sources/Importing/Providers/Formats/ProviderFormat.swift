import BillingTerms
import Catalog
import FileFormats

/// The formats of provider bills, each with a file of its own beside this one. A bill's format is told by its header,
/// never by its name (facts on provider formats, section 3); each real header matches exactly one rule.
package enum ProviderFormat: String, Hashable, Sendable, CaseIterable {
    /// AWS Cost and Usage Report as it was before Data Exports ("legacy CUR"), also with the names that Athena gives it.
    case awsCUR = "aws-cur"
    /// AWS Data Exports: CUR 2.0.
    case awsDataExport = "aws-cur2"
    /// The monthly CSV of AWS, with and without cost allocation.
    case awsMonthly = "aws-monthly"
    /// Azure cost exports: pay-as-you-go, EA, MCA.
    case azureCosts = "azure-costs"
    /// FOCUS 1.0 to 1.3 of any provider.
    case focus
    /// Google Cloud's billing export to BigQuery, standard or detailed, however it was extracted.
    case googleCloud = "google-cloud"
    /// What Hyperbilling keeps of an AWS account's month.
    case hyperbilling
    /// Hyperbilling's answer to a question for the usage of a month in detail.
    case usageDetail = "hyperbilling-usage-detail"
    /// SpaceONE's http-file bills, mapped in `sources.yaml` where their columns are named otherwise, and what its plugins
    /// deliver. The last one: its columns are the least telling.
    case spaceONE = "spaceone"

    /// Nil when the header is of no provider bill that is read: of a meter export, or unknown.
    package init?(header names: [String], source: Sources.Source? = nil) {
        self.init(ProviderHeader(names), source: source)
    }

    /// What `sources.yaml` maps comes before what the header looks like.
    init?(_ header: ProviderHeader, source: Sources.Source? = nil) {
        if let source, !source.charges.isEmpty, ChargeColumns(header.names, source).isComplete {
            self = .spaceONE
        } else if let format = ProviderFormat.allCases.first(where: { $0.rows.matches(header) }) {
            // A meter export may have dimensions called cost, year and month.
            if format == .spaceONE, MeterExport.recognises(header: header.names, source: source) { return nil }
            self = format
        } else if let source, ChargeColumns(header.names, source).isComplete {
            self = .spaceONE
        } else {
            return nil
        }
    }

    /// The reader of this format's rows in a table, be it CSV or Parquet.
    var rows: any ProviderRowReader.Type {
        switch self {
        case .awsCUR: AWSCostAndUsageReport.self
        case .awsDataExport: AWSDataExport.self
        case .awsMonthly: AWSMonthlyReport.self
        case .azureCosts: AzureCostExport.self
        case .focus: FOCUSBill.self
        case .googleCloud: GoogleCloudBill<BillTable>.self
        case .hyperbilling: HyperbillingUsage<MappedRows>.self
        case .usageDetail: HyperbillingUsageDetail.self
        case .spaceONE: SpaceONEBill<MappedRows>.self
        }
    }

    /// The reader of this format's records in JSON; nil for formats that are tables only.
    var jsonRows: (any ProviderRowReader.Type)? {
        switch self {
        case .googleCloud: GoogleCloudBill<JSONBillRows>.self
        case .hyperbilling: HyperbillingUsage<JSONBillRows>.self
        case .usageDetail: HyperbillingUsageDetail.self
        case .spaceONE: SpaceONEBill<JSONBillRows>.self
        default: nil
        }
    }

    package var content: FileReport.Content {
        switch self {
        case .awsCUR: .awsCUR
        case .awsDataExport: .awsDataExport
        case .awsMonthly: .awsMonthly
        case .azureCosts: .azureCosts
        case .focus: .focus
        case .googleCloud: .googleCloud
        case .hyperbilling: .hyperbilling
        case .usageDetail: .usageDetail
        case .spaceONE: .spaceONE
        }
    }
}

/// One format of provider bills: which headers are of it, where its columns are, and what charge a row is.
protocol ProviderRowReader {
    /// What the rows are written in: a table, where a format says nothing else.
    associatedtype Row: BillRows = BillTable

    static func open(_ source: BillSource, of file: ProviderFile) throws(FileFormatError) -> Row

    static func matches(_ header: ProviderHeader) -> Bool

    /// Binds the columns. Throws when the file lacks one without which no row can be billed.
    init(header: ProviderHeader, detail: ChargeDetail) throws(HeaderRefusal)

    /// As above, for formats to which the file's path or its source in `sources.yaml` says something.
    init(header: ProviderHeader, detail: ChargeDetail, file: ProviderFile) throws(HeaderRefusal)

    /// The columns that decide `group`, and nothing else of a charge.
    var groupingColumns: [BoundColumn] { get }

    /// Where a row's invoiced cost and its currency stand, for rows that are set aside for another reason.
    var costColumn: BoundColumn { get }
    var currencyColumn: BoundColumn { get }

    /// Names that the format's documentation does not have; extensions that the format allows are not among them.
    var unknownColumns: [String] { get }

    /// Rows whose tags could not be read, so that rules on tags did not see them.
    var unreadableTagRows: Int { get }

    /// What the row has in common with others; asked once for each combination of the grouping columns.
    func group(of row: Row) throws(RowRefusal) -> ChargeGroup

    /// For what `group` takes from more than the texts of the grouping columns (a month out of a day, a name out of a
    /// map): a number that is the same for two rows only when that is the same. 0 for formats without such.
    mutating func derivedGroup(of row: Row) -> Int

    /// Whether all rows must be seen once before the first of them is read, see `lookAhead`.
    static var looksAhead: Bool { get }
    mutating func lookAhead(_ row: Row)
    mutating func finishLookAhead()

    /// Whether the row says again what other rows say: it is counted as a duplicate, and is no charge.
    func repeatsOtherRows(_ row: Row) -> Bool

    /// Amounts, day and details of the row. Of `charge`, only what `ChargeGroup` holds is there already.
    mutating func read(_ row: Row, into charge: inout ProviderCharge) throws(RowRefusal)

    /// What the row that was read last holds beside its charge.
    var furtherCharges: [FurtherCharge] { get }

    /// What the row costs on the invoice as far as that can be read, for rows that are set aside.
    func billedCost(of row: Row) -> ExactDecimal?

    /// What was expected in rows of `unreadableTagRows`.
    var tagsText: String { get }

    /// What is to be said of the rows as a whole, when all of them are read.
    func remarks(file: String) -> BillRemarks
}

extension ProviderRowReader {
    init(header: ProviderHeader, detail: ChargeDetail, file: ProviderFile) throws(HeaderRefusal) {
        try self.init(header: header, detail: detail)
    }

    var furtherCharges: [FurtherCharge] { [] }
    func billedCost(of row: Row) -> ExactDecimal? { (try? costColumn.decimal(row)) ?? nil }
    var tagsText: String { "a JSON object in Tags" }
    mutating func derivedGroup(of row: Row) -> Int { 0 }
    static var looksAhead: Bool { false }
    mutating func lookAhead(_ row: Row) {}
    mutating func finishLookAhead() {}
    func repeatsOtherRows(_ row: Row) -> Bool { false }
    func remarks(file: String) -> BillRemarks { BillRemarks() }
}

extension ProviderRowReader where Row == BillTable {
    static func open(_ source: BillSource, of file: ProviderFile) throws(FileFormatError) -> BillTable {
        try BillTable(source)
    }
}

/// A charge of its own within a row, such as a credit that a provider writes beside the cost that it reduces. It shares
/// accounts, service, day and tags with the row's charge.
struct FurtherCharge: Sendable {
    var category: ChargeCategory
    /// The provider's word for its kind.
    var lineType: String
    /// What it is called.
    var name: String
    var billedCost: ExactDecimal
    var listCost: ExactDecimal?
}

/// How much of a row is worked out. The costs, the accounts and the day always are.
package struct ChargeDetail: Hashable, Sendable {
    /// SKU, resource, resource group, unit and invoice id.
    package var hasResources: Bool
    package var tags: Tags

    package enum Tags: Hashable, Sendable {
        case all
        /// Only these keys, as assignment rules name them; with none of them the tags of a row are not looked at.
        case only(Set<String>)

        func includes(_ key: String) -> Bool {
            switch self {
            case .all: true
            case .only(let keys): keys.contains(key)
            }
        }

        var isEmpty: Bool { self == .only([]) }

        package func union(_ other: Tags) -> Tags {
            guard case .only(let keys) = self, case .only(let others) = other else { return .all }
            return .only(keys.union(others))
        }
    }

    /// What either needs.
    package func union(_ other: ChargeDetail) -> ChargeDetail {
        ChargeDetail(hasResources: hasResources || other.hasResources, tags: tags.union(other.tags))
    }

    package init(hasResources: Bool, tags: Tags) {
        self.hasResources = hasResources
        self.tags = tags
    }

    package static let everything = ChargeDetail(hasResources: true, tags: .all)
}
