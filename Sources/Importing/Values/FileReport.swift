import BillingTerms

/// What became of one input file. For every file: read = kept + duplicate + quarantined.
package struct FileReport: Hashable, Sendable, Codable {
    package enum Content: String, Sendable, Codable {
        case meterCSV = "meter-csv"
        case meterJSON = "meter-json"
        case awsCUR = "aws-cur"
        case awsDataExport = "aws-cur2"
        case awsMonthly = "aws-monthly"
        case azureCosts = "azure-costs"
        case focus = "focus"
        case googleCloud = "google-cloud"
        case hyperbilling = "hyperbilling"
        case usageDetail = "hyperbilling-usage-detail"
        case spaceONE = "spaceone"
        /// Recognised and not read.
        case parquet = "parquet"
        case manifest = "manifest"
    }

    package enum Status: String, Sendable, Codable {
        /// Its rows count.
        case imported
        /// Bytes that another file already brought; nothing of it is read again.
        case sameContent = "same-content"
        /// A provider's delivery that a newer one replaced.
        case superseded
        /// Refused whole; a finding says why.
        case refused
        /// Left for the next run: still being written, or its manifest names a part that is missing.
        case waiting
    }

    /// Relative to the workspace.
    package var path: String
    package var sha256: String
    package var byteCount: Int
    package var content: Content
    package var status: Status
    package var rowsRead: Int
    package var rowsKept: Int
    package var rowsDuplicate: Int
    package var rowsQuarantined: Int
    /// First and last instant of the kept rows, in seconds since 1970; nil when no row is kept.
    package var firstSecond: Int64?
    package var lastSecond: Int64?
    /// For provider bills: the file's own billed cost, by currency, kept rows only.
    package var billedCost: [String: ExactDecimal]

    package init(
        path: String, sha256: String, byteCount: Int, content: Content, status: Status = .imported, rowsRead: Int = 0,
        rowsKept: Int = 0, rowsDuplicate: Int = 0, rowsQuarantined: Int = 0, firstSecond: Int64? = nil,
        lastSecond: Int64? = nil, billedCost: [String: ExactDecimal] = [:]
    ) {
        self.path = path
        self.sha256 = sha256
        self.byteCount = byteCount
        self.content = content
        self.status = status
        self.rowsRead = rowsRead
        self.rowsKept = rowsKept
        self.rowsDuplicate = rowsDuplicate
        self.rowsQuarantined = rowsQuarantined
        self.firstSecond = firstSecond
        self.lastSecond = lastSecond
        self.billedCost = billedCost
    }

    /// The counting identity.
    package var isBalanced: Bool { rowsRead == rowsKept + rowsDuplicate + rowsQuarantined }
}

/// Rows of one or several meter exports that are kept and not billed all the same. They are part of the rows kept:
/// kept = billed + cancellations + cancelled + cancelledInBulk + ignored.
package struct UnbilledRows: Hashable, Sendable, Codable {
    /// Rows that take back an event.
    package var cancellations = 0
    /// Events that such a row takes back.
    package var cancelled = 0
    /// Events that `catalog/cancellations.yaml` takes back.
    package var cancelledInBulk = 0
    /// Rows of unknown meters or customers that the workspace passes over.
    package var ignored = 0

    package init() {}

    package var total: Int { cancellations + cancelled + cancelledInBulk + ignored }

    package static func += (left: inout UnbilledRows, right: UnbilledRows) {
        left.cancellations += right.cancellations
        left.cancelled += right.cancelled
        left.cancelledInBulk += right.cancelledInBulk
        left.ignored += right.ignored
    }
}

/// A row that is not billed, kept as it came so that it can be corrected and imported again.
package struct QuarantinedRow: Hashable, Sendable, Codable {
    package var file: String
    /// Which file of an archive it stands in; nil where the file is none. The books keep the archive alone.
    package var entry: String?
    package var line: Int
    /// Counted from 1 in characters; nil where only the row is known, as in JSON of meters.
    package var column: Int?
    package var code: FindingCode
    /// What was expected and what was found.
    package var reason: String
    /// The row's bytes as text, at most 4,096 characters of it.
    package var original: String
    /// As far as they could be read.
    package var customer: String?
    package var meter: String?
    package var quantity: ExactDecimal?
    package var cost: ExactDecimal?
    package var currency: String?

    package init(
        file: String, entry: String? = nil, line: Int, column: Int? = nil, code: FindingCode, reason: String,
        original: String, customer: String? = nil, meter: String? = nil, quantity: ExactDecimal? = nil,
        cost: ExactDecimal? = nil, currency: String? = nil
    ) {
        self.file = file
        self.entry = entry
        self.line = line
        self.column = column
        self.code = code
        self.reason = reason
        self.original = original
        self.customer = customer
        self.meter = meter
        self.quantity = quantity
        self.cost = cost
        self.currency = currency
    }

    /// `usage.csv`, and `usage.zip/october.csv` for an archive, as findings name it.
    package var fileName: String { entry.map { file + "/" + $0 } ?? file }
}
