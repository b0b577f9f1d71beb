import BillingTerms
import FileFormats
import Foundation
import OrderedCollections

/// Reads a workspace's configuration as a whole: every finding of every file at once, before any work.
package struct WorkspaceReader {
    package let root: String
    private let context = ConfigurationContext()
    private let hasher: SHA256Hasher

    private init(root: String) throws(FileFormatError) {
        self.root = root
        hasher = try SHA256Hasher()
    }

    /// The workspace, or all that is wrong with it, in file order. `root` is its folder.
    /// An `outline` notes the keys that are asked for.
    package static func read(root: String, outline: ConfigurationOutline? = nil) throws -> Workspace {
        let reader = try WorkspaceReader(root: root)
        reader.context.outline = outline
        return try reader.workspace()
    }

    private func workspace() throws -> Workspace {
        context.profiles = profiles()
        let business = root(of: "billwright.yaml", isRequired: true, mustSayMore: true).flatMap(BusinessFile.read)
        context.conventions = business?.conventions ?? Conventions()
        let meters = root(of: "catalog/meters.yaml").map(MetersFile.read) ?? []
        let items = root(of: "catalog/items.yaml").map(ItemsFile.read) ?? []
        let plans = files(in: "catalog/plans").compactMap { root(of: $0, mustSayMore: true).flatMap(PlanFile.read) }
        let addOns = root(of: "catalog/add-ons.yaml").map(AddOnsFile.read) ?? []
        let promotions = root(of: "catalog/promotions.yaml").map(PromotionsFile.read) ?? []
        let rewards = root(of: "catalog/rewards.yaml").map(RewardsFile.read) ?? []
        let creditUnits = root(of: "catalog/credit-units.yaml").map(CreditUnitsFile.read) ?? []
        let rates = exchangeRates()
        // Customers take defaults from the business; without one they are still read, so that their findings show too.
        let customerFile = CustomerFile(
            business: business ?? .placeholder, creditUnits: creditUnits, promotions: promotions,
            defaultPlan: plans.first { $0.id == business?.defaultPlan })
        let customers = files(in: "customers").compactMap { root(of: $0, mustSayMore: true).flatMap(customerFile.read) }
        let (accounts, rules) = root(of: "accounts.yaml", mayHoldSecrets: true).map(AccountsFile.read) ?? ([], [])
        let sources = root(of: "sources.yaml").map(SourcesFile.read) ?? Sources()
        let cancellations = root(of: "catalog/cancellations.yaml").map(CancellationsFile.read) ?? []
        reportUnknownFiles()
        context.checkReferences()
        guard let business, context.findings.isEmpty else { throw Findings(context.findings.sorted()) }

        var workspace = Workspace(
            business: business, meters: meters.keyed(by: \.id), productItems: items.keyed(by: \.id),
            plans: plans.keyed(by: \.id), addOns: addOns.keyed(by: \.id), promotions: promotions.keyed(by: \.id),
            rewards: rewards.keyed(by: \.id), creditUnits: creditUnits.keyed(by: \.id), exchangeRates: rates,
            customers: customers.keyed(by: \.id), serviceAccounts: accounts.keyed(by: \.id), assignmentRules: rules,
            sources: sources, cancellations: cancellations, configurationHash: try hasher.finish().hexadecimal)
        workspace.noteMetersPricedByLevel()
        context.checkTogether(workspace)
        guard context.findings.isEmpty else { throw Findings(context.findings.sorted()) }
        return workspace
    }

    // MARK: Files

    /// What each profile sets: those of the binary, and the workspace's own, which come before them.
    private func profiles() -> [String: ConventionSettings] {
        var profiles = ConventionProfiles.builtIn(context)
        for path in files(in: "profiles") {
            let name = String(path.dropFirst("profiles/".count).dropLast(".yaml".count))
            profiles[name] =
                root(of: path, mustSayMore: true).map(ConventionSettings.init(ofProfile:)) ?? ConventionSettings()
        }
        return profiles
    }

    private func exchangeRates() -> ExchangeRates {
        let path = "catalog/exchange-rates.csv"
        guard let text = bytes(of: path, isRequired: false) else { return ExchangeRates() }
        include(path, text)
        return ExchangeRatesFile(path: path, context: context).read(absolutePath: absolute(path))
    }

    /// A file of comments alone is a list that is not used; the business, a plan or a customer must say more.
    private func root(
        of path: String, isRequired: Bool = false, mustSayMore: Bool = false, mayHoldSecrets: Bool = false
    ) -> ConfigurationMapping? {
        guard let bytes = bytes(of: path, isRequired: isRequired) else { return nil }
        include(path, bytes)
        guard let text = String(validatingUTF8: bytes) else {
            context.report(.yamlSyntax, "the file is not UTF-8", at: Place(file: path))
            return nil
        }
        let file = ConfigurationFile(path: path, text: text, mayHoldSecrets: mayHoldSecrets)
        switch file.compose() {
        case .failure(let findings):
            for finding in findings.list {
                context.report(finding.code, finding.message, at: finding.place, notes: finding.notes)
            }
            return nil
        case .success(nil):
            if mustSayMore { context.report(.yamlSyntax, "the file is empty", at: Place(file: path)) }
            return nil
        case .success(let node?):
            let shown = mayHoldSecrets ? file.masked(node) : file
            return ConfigurationMapping(
                node, file: shown, context: context, what: "the file", path: Self.kind(of: path))
        }
    }

    /// `catalog/plans/*.yaml` for one of many files of a kind.
    private static func kind(of path: String) -> String {
        for folder in ["catalog/plans/", "customers/", "profiles/"] where path.hasPrefix(folder) {
            return folder + "*.yaml"
        }
        return path
    }

    /// Nobody writes more by hand; a file that was put here by mistake must not fill the memory.
    private static let mostBytes = 64 << 20

    private func bytes(of path: String, isRequired: Bool) -> [UInt8]? {
        guard FileManager.default.fileExists(atPath: absolute(path)) else {
            if isRequired {
                context.report(
                    .fileMissing, "there is no \(path) in \(root)", at: Place(file: path),
                    notes: ["`billwright init DIR` makes a workspace; `--workspace DIR` names one"])
            }
            return nil
        }
        let size = (try? FileManager.default.attributesOfItem(atPath: absolute(path))[.size]) as? Int
        guard size ?? 0 <= Self.mostBytes else {
            context.report(
                .invalidValue, "expected a file of at most \(Self.mostBytes >> 20) MiB", at: Place(file: path))
            return nil
        }
        guard let data = FileManager.default.contents(atPath: absolute(path)) else {
            context.report(.unreadableFile, "the file cannot be read", at: Place(file: path))
            return nil
        }
        return Array(data)
    }

    /// The configuration's hash covers every file's path, length and bytes, so that nothing can move between files
    /// without changing it.
    private func include(_ path: String, _ bytes: [UInt8]) {
        hasher.update(Array("\(path)\0\(bytes.count)\0".utf8))
        hasher.update(bytes)
    }

    private func absolute(_ path: String) -> String { root + "/" + path }

    /// The YAML files of a folder by name; others are reported with the unknown files.
    private func files(in folder: String) -> [String] {
        entries(of: folder).filter { $0.hasSuffix(".yaml") }.map { folder + "/" + $0 }
    }

    private func entries(of folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: absolute(folder))) ?? []
        return names.filter { !$0.hasPrefix(".") }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// A file under a wrong name would be passed over in silence, and its prices with it.
    private func reportUnknownFiles() {
        let known: [(folder: String, names: [String], holdsYAML: Bool)] = [
            (
                "catalog",
                [
                    "meters.yaml", "items.yaml", "plans", "add-ons.yaml", "promotions.yaml", "rewards.yaml",
                    "credit-units.yaml", "exchange-rates.csv", "cancellations.yaml",
                ], false
            ),
            ("catalog/plans", [], true), ("customers", [], true), ("profiles", [], true),
        ]
        for (folder, names, holdsYAML) in known {
            for name in entries(of: folder) where !names.contains(name) && !(holdsYAML && name.hasSuffix(".yaml")) {
                let near = nearestName(to: name, among: names)
                let fallback = holdsYAML ? "files here end in .yaml" : "known here: \(names.joined(separator: ", "))"
                context.report(
                    .unknownFile, "nothing reads this file", at: Place(file: folder + "/" + name),
                    notes: [near.map { "nearest: \"\($0)\"" } ?? fallback])
            }
        }
        let top = ["billwright.yaml", "accounts.yaml", "sources.yaml"]
        for name in entries(of: ".") where name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
            guard !top.contains(name) else { continue }
            let near = nearestName(to: name, among: top)
            context.report(
                .unknownFile, "nothing reads this file", at: Place(file: name),
                notes: [near.map { "nearest: \"\($0)\"" } ?? "known here: \(top.joined(separator: ", "))"])
        }
    }
}

extension Business {
    /// Stands in while the other files are read, when `billwright.yaml` is wrong; it never leaves the reader.
    fileprivate static var placeholder: Business {
        Business(seller: Party(name: ""), zone: .utc, currency: .placeholder)
    }
}

extension Currency {
    /// ISO 4217's code for "no currency" is not in its list of active ones, so a common one stands in.
    fileprivate static var placeholder: Currency {
        guard let currency = Currency(code: "EUR") else { preconditionFailure("EUR is a currency") }
        return currency
    }
}

extension String {
    fileprivate init?(validatingUTF8 bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        self = text
    }
}

extension Array {
    fileprivate func keyed<Key: Hashable>(by key: (Element) -> Key) -> OrderedDictionary<Key, Element> {
        OrderedDictionary(map { (key($0), $0) }, uniquingKeysWith: { first, _ in first })
    }
}
