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

    /// Nil when the header is of no provider bill that is read: of a meter export, or unknown.
    package init?(header names: [String]) { self.init(ProviderHeader(names)) }

    init?(_ header: ProviderHeader) {
        guard let format = ProviderFormat.allCases.first(where: { $0.rows.matches(header) }) else { return nil }
        self = format
    }

    /// The reader of this format's rows.
    var rows: any ProviderRowReader.Type {
        switch self {
        case .awsCUR: AWSCostAndUsageReport.self
        case .awsDataExport: AWSDataExport.self
        case .awsMonthly: AWSMonthlyReport.self
        case .azureCosts: AzureCostExport.self
        case .focus: FOCUSBill.self
        }
    }

    package var content: FileReport.Content {
        switch self {
        case .awsCUR: .awsCUR
        case .awsDataExport: .awsDataExport
        case .awsMonthly: .awsMonthly
        case .azureCosts: .azureCosts
        case .focus: .focus
        }
    }
}

/// One format of provider bills: which headers are of it, where its columns are, and what charge a row is.
protocol ProviderRowReader {
    static func matches(_ header: ProviderHeader) -> Bool

    /// Binds the columns. Throws when the file lacks one without which no row can be billed.
    init(header: ProviderHeader, detail: ChargeDetail) throws(HeaderRefusal)

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
    func group(of row: CSVReader) throws(RowRefusal) -> ChargeGroup

    /// For what `group` takes from more than the texts of the grouping columns (a month out of a day, a name out of a
    /// map): a number that is the same for two rows only when that is the same. 0 for formats without such.
    mutating func derivedGroup(of row: CSVReader) -> Int

    /// Whether all rows must be seen once before the first of them is read, see `lookAhead`.
    static var looksAhead: Bool { get }
    mutating func lookAhead(_ row: CSVReader)
    mutating func finishLookAhead()

    /// Whether the row says again what other rows say: it is counted as a duplicate, and is no charge.
    func repeatsOtherRows(_ row: CSVReader) -> Bool

    /// Amounts, day and details of the row. Everything that `ChargeGroup` holds is already in `charge`.
    mutating func read(_ row: CSVReader, into charge: inout ProviderCharge) throws(RowRefusal)

    /// What is to be said of the rows as a whole, when all of them are read.
    func remarks(file: String) -> BillRemarks
}

extension ProviderRowReader {
    mutating func derivedGroup(of row: CSVReader) -> Int { 0 }
    static var looksAhead: Bool { false }
    mutating func lookAhead(_ row: CSVReader) {}
    mutating func finishLookAhead() {}
    func repeatsOtherRows(_ row: CSVReader) -> Bool { false }
    func remarks(file: String) -> BillRemarks { BillRemarks() }
}

/// How much of a row is worked out. The costs, the accounts and the day always are.
package struct ChargeDetail: Hashable, Sendable {
    /// SKU, resource, unit and invoice id.
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
    }

    package init(hasResources: Bool, tags: Tags) {
        self.hasResources = hasResources
        self.tags = tags
    }

    package static let everything = ChargeDetail(hasResources: true, tags: .all)
}
