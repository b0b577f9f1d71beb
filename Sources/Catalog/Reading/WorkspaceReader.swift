import BillingTerms
import FileFormats
import Foundation
import OrderedCollections

/// Reads a workspace's configuration as a whole: every finding of every file at once, before any work.
package struct WorkspaceReader {
    private let folder: ConfigurationFolder
    private let threads: Int
    private let context = ConfigurationContext()
    private let hasher: SHA256Hasher

    private init(root: String, threads: Int) throws(FileFormatError) {
        folder = ConfigurationFolder(root: root)
        self.threads = threads
        hasher = try SHA256Hasher()
    }

    /// The workspace, or all that is wrong with it, in file order. `root` is its folder. How many threads read cannot be
    /// seen. An `outline` notes the keys that are asked for.
    package static func read(
        root: String, threads: Int = ProcessInfo.processInfo.activeProcessorCount, outline: ConfigurationOutline? = nil
    ) throws -> Workspace {
        let reader = try WorkspaceReader(root: root, threads: threads)
        reader.context.outline = outline
        return try reader.workspace()
    }

    private func workspace() throws -> Workspace {
        context.profiles = profiles()
        let business = root(of: "billwright.yaml", isRequired: true, mustSayMore: true).flatMap(BusinessFile.read)
        context.conventions = business?.conventions ?? Conventions()
        let meters = root(of: "catalog/meters.yaml").map(MetersFile.read) ?? []
        let items = root(of: "catalog/items.yaml").map(ItemsFile.read) ?? []
        let plans = folder.files(in: "catalog/plans").compactMap {
            root(of: $0, mustSayMore: true).flatMap(PlanFile.read)
        }
        let addOns = root(of: "catalog/add-ons.yaml").map(AddOnsFile.read) ?? []
        let promotions = root(of: "catalog/promotions.yaml").map(PromotionsFile.read) ?? []
        let rewards = root(of: "catalog/rewards.yaml").map(RewardsFile.read) ?? []
        let creditUnits = root(of: "catalog/credit-units.yaml").map(CreditUnitsFile.read) ?? []
        let rates = exchangeRates()
        // Customers take defaults from the business; without one they are still read, so that their findings show too.
        let customerFile = CustomerFile(
            business: business ?? .placeholder, creditUnits: creditUnits, promotions: promotions,
            defaultPlan: plans.first { $0.id == business?.defaultPlan })
        let customers = customers(customerFile)
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
        workspace.remarks = context.remarks(workspace)
        return workspace
    }

    // MARK: Files

    /// What each profile sets: those of the binary, and the workspace's own, which come before them.
    private func profiles() -> [String: ConventionSettings] {
        var profiles = ConventionProfiles.builtIn(context)
        for path in folder.files(in: "profiles") {
            let name = String(path.dropFirst("profiles/".count).dropLast(".yaml".count))
            profiles[name] =
                root(of: path, mustSayMore: true).map(ConventionSettings.init(ofProfile:)) ?? ConventionSettings()
        }
        return profiles
    }

    private func exchangeRates() -> ExchangeRates {
        let path = "catalog/exchange-rates.csv"
        guard let text = folder.bytes(of: path, isRequired: false, context) else { return ExchangeRates() }
        include(path, text)
        return ExchangeRatesFile(path: path, context: context).read(absolutePath: folder.absolute(path))
    }

    private func root(
        of path: String, isRequired: Bool = false, mustSayMore: Bool = false, mayHoldSecrets: Bool = false
    ) -> ConfigurationMapping? {
        guard let bytes = folder.bytes(of: path, isRequired: isRequired, context) else { return nil }
        include(path, bytes)
        return folder.mapping(path, bytes, context, mustSayMore: mustSayMore, mayHoldSecrets: mayHoldSecrets)
    }

    /// There may be a hundred thousand customers: their files are read on all threads, some thousand at a time, and what
    /// they say is put together in their order.
    private func customers(_ file: CustomerFile) -> [Customer] {
        let paths = folder.files(in: "customers")
        // An outline is noted by one thread.
        guard context.outline == nil else {
            return paths.compactMap { root(of: $0, mustSayMore: true).flatMap(file.read) }
        }
        let beginning = context.beginning
        var customers: [Customer] = []
        for start in stride(from: 0, to: paths.count, by: 8_192) {
            let some = Array(paths[start..<min(paths.count, start + 8_192)])
            for part in CustomerFilesPart.read(some, folder, file, beginning, threads: threads) {
                for (path, bytes) in part.files { include(path, bytes) }
                context.take(part.context)
                customers += part.customers
            }
        }
        return customers
    }

    /// The configuration's hash covers every file's path, length and bytes, so that nothing can move between files
    /// without changing it.
    private func include(_ path: String, _ bytes: [UInt8]) {
        hasher.update(Array("\(path)\0\(bytes.count)\0".utf8))
        hasher.update(bytes)
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
            for name in self.folder.entries(of: folder)
            where !names.contains(name) && !(holdsYAML && name.hasSuffix(".yaml")) {
                let near = nearestName(to: name, among: names)
                let fallback = holdsYAML ? "files here end in .yaml" : "known here: \(names.joined(separator: ", "))"
                context.report(
                    .unknownFile, "nothing reads this file", at: Place(file: folder + "/" + name),
                    notes: [near.map { "nearest: \"\($0)\"" } ?? fallback])
            }
        }
        let top = ["billwright.yaml", "accounts.yaml", "sources.yaml"]
        for name in folder.entries(of: ".") where name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
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

extension Array {
    fileprivate func keyed<Key: Hashable>(by key: (Element) -> Key) -> OrderedDictionary<Key, Element> {
        OrderedDictionary(map { (key($0), $0) }, uniquingKeysWith: { first, _ in first })
    }
}
