import BillingTerms
import Catalog
import Foundation
import Importing

/// The real and made bills that lie beside the package, and their totals as `ProviderTotals/compute_totals.py` found them.
enum ProviderSamples {
    static let packageRoot = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    static let folder = packageRoot.appendingPathComponent("../shared/provider-samples").standardizedFileURL

    /// The samples are not part of the package; tests that need them are skipped, visibly, where they are absent.
    static let areThere = FileManager.default.fileExists(atPath: folder.path)

    struct Totals: Decodable, CustomStringConvertible {
        struct Entry: Decodable, Hashable {
            var provider: String
            var account: String
            var service: String
            var currency: String
            var rows: Int
            var billed: ExactDecimal
            var effective: ExactDecimal
            var list: ExactDecimal
            var contracted: ExactDecimal
        }

        var files: [String]
        /// Field → column, for files that `sources.yaml` must map.
        var charges: [String: String]?
        var refused: Bool?
        var read: Int?
        var kept: Int?
        var duplicate: Int?
        var quarantined: Int?
        var billed: [String: ExactDecimal]?
        var totals: [Entry]?
        var description: String { files.joined(separator: ", ") }

        var source: Sources.Source? {
            guard let charges else { return nil }
            var mapping: [ChargeField: String] = [:]
            for (name, column) in charges { mapping[ChargeField(rawValue: name) ?? .tags] = column }
            return Sources.Source(name: "sample", files: [], charges: mapping)
        }
    }

    static let totals: [Totals] = {
        let folder = packageRoot.appendingPathComponent("Tests/ImportingTests/ProviderTotals")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".json") }.sorted().compactMap { name in
            guard let data = try? Data(contentsOf: folder.appendingPathComponent(name)) else { return nil }
            return try? JSONDecoder().decode(Totals.self, from: data)
        }
    }()

    static func file(_ path: String, source: Sources.Source? = nil) -> ProviderFile {
        ProviderFile(
            path: path, location: folder.appendingPathComponent(path).path, modified: Timestamp(nanoseconds: 0),
            source: source)
    }

    /// Every file below a folder of the samples.
    static func files(below path: String) -> [ProviderFile] {
        let top = folder.appendingPathComponent(path)
        let names = FileManager.default.enumerator(atPath: top.path)?.allObjects as? [String] ?? []
        return names.sorted().filter { name in
            var isFolder: ObjCBool = false
            let exists = FileManager.default.fileExists(
                atPath: top.appendingPathComponent(name).path, isDirectory: &isFolder)
            return exists && !isFolder.boolValue && !name.hasSuffix("SOURCES.md")
        }.map { file(path + "/" + $0) }
    }
}
