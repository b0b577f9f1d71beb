import FileFormats

/// The formats of provider bills, each with a file of its own beside this one. A bill's format is told by its header,
/// never by its name (facts on provider formats, section 3); each real header matches exactly one rule.
package enum ProviderFormat: String, Hashable, Sendable, CaseIterable {
    /// AWS Cost and Usage Report as it was before Data Exports ("legacy CUR").
    case awsCUR = "aws-cur"
    /// FOCUS 1.0 to 1.3 of any provider.
    case focus

    /// Nil when the header is of no provider bill that is read: of a meter export, or unknown.
    package init?(header names: [String]) {
        let header = ProviderHeader(names)
        guard let format = ProviderFormat.allCases.first(where: { $0.rows.matches(header) }) else { return nil }
        self = format
    }

    /// The reader of this format's rows.
    var rows: any ProviderRowReader.Type {
        switch self {
        case .awsCUR: AWSCostAndUsageReport.self
        case .focus: FOCUSBill.self
        }
    }

    package var content: FileReport.Content {
        switch self {
        case .awsCUR: .awsCUR
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

    /// Amounts, day and details of the row. Everything that `ChargeGroup` holds is already in `charge`.
    mutating func read(_ row: CSVReader, into charge: inout ProviderCharge) throws(RowRefusal)
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
