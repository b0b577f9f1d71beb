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

    /// Manifests of one report's month: the newest complete one of them counts.
    var series: [String] { [kind.rawValue, name, account, period] }
}

extension ProviderManifest {
    /// Manifests are small; what is larger is something else.
    private static let maximumBytes = 16 << 20

    /// Nil when the text is no manifest: a meter export, or JSON of another kind.
    init?(recognising source: ByteSource, of file: InputFile) throws(FileFormatError) {
        guard file.size <= ProviderManifest.maximumBytes else { return nil }
        let bytes = try source.prefix(ProviderManifest.maximumBytes)
        guard let value = try? JSONValue(parsing: bytes, duplicateKeys: .kept), value.members != nil else { return nil }
        self.init(value)
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
        } else {
            return nil
        }
    }

    /// `20231204T143912Z`, as newer assembly ids are; nil for the older ones, which are random.
    private static func compactTime(_ text: String) -> Timestamp? {
        let digits = Array(text.utf8)
        guard digits.count == 16, digits[8] == UInt8(ascii: "T"), digits[15] == UInt8(ascii: "Z") else { return nil }
        let t = Array(text)
        let spaced = "\(String(t[0..<4]))-\(String(t[4..<6]))-\(String(t[6..<8]))T"
            + "\(String(t[9..<11])):\(String(t[11..<13])):\(String(t[13..<15]))Z"
        return try? Timestamp(parsing: spaced, zone: .utc)
    }

    private static func withoutBucket(_ address: String) -> String {
        guard let scheme = address.firstRange(of: "://") else { return address }
        let path = address[scheme.upperBound...]
        return path.firstIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? String(path)
    }

    /// `2025-03` of `…/BILLING_PERIOD=2025-03/…`.
    private static func partition(_ path: String) -> String {
        for folder in path.split(separator: "/") where folder.hasPrefix("BILLING_PERIOD=") {
            return String(folder.dropFirst("BILLING_PERIOD=".count))
        }
        return ""
    }
}
