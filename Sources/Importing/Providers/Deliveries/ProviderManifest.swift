import BillingTerms
import FileFormats

/// The list of parts that a provider writes beside a bill, after all of them. It is recognised by its keys.
package struct ProviderManifest: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        /// AWS Cost and Usage Report: `reportKeys`.
        case awsCUR
        /// AWS Data Exports, also of FOCUS: `dataFiles`.
        case dataExport
        /// Azure exports, also of FOCUS: `blobs`.
        case azureExport
    }

    package var kind: Kind
    /// The report's or export's name.
    package var name: String
    /// The account that the manifest names, as it stands there.
    package var account: String
    /// AWS: which writing of the month this is. Its folder has this name where versions are kept.
    package var assembly: String
    /// When it was made, where the manifest says so.
    package var created: Timestamp?
    /// `20250301-20250401`, `2025-03`: of which period, as far as the manifest says; the texts are only compared.
    package var period: String
    /// The parts as paths in the provider's store, without bucket.
    package var parts: [String]
    /// Azure: how many rows each part must have, as far as the manifest says.
    package var rowCounts: [Int?] = []
    /// Where it lies, when nothing says of which month it is.
    private(set) var ownPlace = ""
    /// Azure: which view of the month it is of, where the manifest says so.
    package var view: CostView?

    /// Manifests of one report's month: the newest complete one of them counts.
    var series: [String] { [kind.rawValue, name, account, period, view?.rawValue ?? "", ownPlace] }
}

extension ProviderManifest {
    /// Manifests are small; what is larger is something else.
    private static let maximumBytes = 16 << 20

    /// Nil when the text is no manifest: a meter export, or JSON of another kind.
    init?(recognising source: ByteSource, of file: InputFile) throws(FileFormatError) {
        guard file.size <= ProviderManifest.maximumBytes else { return nil }
        if ProviderManifest.isFirstOfSeveral(try source.prefix(1 << 16)) { return nil }
        let bytes = try source.prefix(ProviderManifest.maximumBytes)
        guard let value = try? JSONValue(parsing: bytes, duplicateKeys: .kept), value.members != nil else { return nil }
        self.init(value)
    }

    /// JSON lines, as meter exports are, need not be read to their end to be told from a manifest.
    private static func isFirstOfSeveral(_ head: [UInt8]) -> Bool {
        head.withUnsafeBytes { bytes in
            guard var cursor = try? JSONCursor(bytes), (try? cursor.skipValue()) != nil else { return false }
            return bytes.dropFirst(cursor.position).contains { $0 > UInt8(ascii: " ") }
        }
    }

    init?(_ value: JSONValue) {
        if let keys = value["reportKeys"]?.elements {
            self.init(
                kind: .awsCUR, name: value["reportName"]?.string ?? "", account: value["account"]?.string ?? "",
                assembly: value["assemblyId"]?.string ?? "", created: nil,
                period: value["billingPeriod"]?["start"]?.string ?? "", parts: keys.compactMap(\.string))
            created = ProviderManifest.compactTime(assembly)
        } else if let files = value["dataFiles"]?.elements {
            let parts = files.compactMap(\.string).map(ProviderManifest.withoutBucket)
            self.init(
                kind: .dataExport, name: value["reportName"]?.string ?? value["exportName"]?.string ?? "",
                account: value["account"]?.string ?? "", assembly: value["executionId"]?.string ?? "", created: nil,
                period: ProviderManifest.partition(parts.first ?? ""), parts: parts)
            created = value["createdAt"]?.string.flatMap { try? Timestamp(parsing: $0, zone: .utc) }
        } else if let blobs = value["blobs"]?.elements {
            let run = value["runInfo"]
            self.init(
                kind: .azureExport, name: value["exportConfig"]?["exportName"]?.string ?? "",
                account: value["exportConfig"]?["resourceId"]?.string ?? "", assembly: run?["runId"]?.string ?? "",
                created: run?["submittedTime"]?.string.flatMap { try? Timestamp(parsing: $0, zone: .utc) },
                period: run?["startDate"]?.string ?? "", parts: blobs.compactMap { $0["blobName"]?.string })
            rowCounts = blobs.filter { $0["blobName"]?.string != nil }.map {
                $0["dataRowCount"]?.number.flatMap { Int($0) }
            }
            let type = value["exportConfig"]?["type"]?.string?.lowercased()
            view = type == "amortizedcost" ? .amortised : type == "actualcost" ? .actual : nil
        } else {
            return nil
        }
    }

    /// `20231204T143912Z`, as newer assembly ids are; nil for the older ones, which are random.
    private static func compactTime(_ text: String) -> Timestamp? {
        let digits = Array(text.utf8)
        guard digits.count == 16, digits[8] == UInt8(ascii: "T"), digits[15] == UInt8(ascii: "Z") else { return nil }
        let t = Array(text)
        let spaced =
            "\(String(t[0..<4]))-\(String(t[4..<6]))-\(String(t[6..<8]))T"
            + "\(String(t[9..<11])):\(String(t[11..<13])):\(String(t[13..<15]))Z"
        return try? Timestamp(parsing: spaced, zone: .utc)
    }

    private static func withoutBucket(_ address: String) -> String {
        guard let scheme = address.firstRange(of: "://") else { return address }
        let path = address[scheme.upperBound...]
        return path.firstIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? String(path)
    }

    /// For manifests that do not name their period themselves (Azure's of 2021-01-01 have neither name nor period): the
    /// period in their folder's name, as in `…/BILLING_PERIOD=2025-03/…` or `…/20250301-20250331/…`. What is not known to be
    /// of one month is a series by itself, so that no delivery is taken for a newer one of another.
    mutating func takePeriod(from path: FilePath) {
        guard period.isEmpty, kind != .awsCUR else { return }
        let folders = path.folders + parts.prefix(1).flatMap { FilePath($0).folders }
        let days = folders.first { $0.wholeMatch(of: #/[0-9]{8}-[0-9]{8}/#) != nil }
        let month = folders.first { $0.hasPrefix("BILLING_PERIOD=") }?.dropFirst("BILLING_PERIOD=".count)
        period = String(month ?? days ?? "")
        if period.isEmpty {
            ownPlace = (path.folders + [path.name]).joined(separator: "/")
        } else if name.isEmpty, let top = folders.firstIndex(where: { $0 == days || $0.hasPrefix("BILLING_PERIOD=") }) {
            // Without a name, exports are told apart by the folders above that of the period.
            name = folders[..<top].joined(separator: "/")
        }
    }

    /// `2025-03` of `…/BILLING_PERIOD=2025-03/…`.
    private static func partition(_ path: String) -> String {
        for folder in path.split(separator: "/") where folder.hasPrefix("BILLING_PERIOD=") {
            return String(folder.dropFirst("BILLING_PERIOD=".count))
        }
        return ""
    }
}
