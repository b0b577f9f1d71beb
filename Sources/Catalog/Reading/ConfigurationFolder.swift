import BillingTerms
import Dispatch
import Foundation
import Synchronization

/// A workspace's folder: what files it has, and what stands in them.
struct ConfigurationFolder: Sendable {
    let root: String

    /// Nobody writes more by hand; a file that was put here by mistake must not fill the memory.
    private static let mostBytes = 64 << 20

    func bytes(of path: String, isRequired: Bool, _ context: ConfigurationContext) -> [UInt8]? {
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

    /// A file of comments alone is a list that is not used; the business, a plan or a customer must say more.
    func mapping(
        _ path: String, _ bytes: [UInt8], _ context: ConfigurationContext, mustSayMore: Bool,
        mayHoldSecrets: Bool = false
    ) -> ConfigurationMapping? {
        guard let text = String(validating: bytes, as: UTF8.self) else {
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

    func absolute(_ path: String) -> String { root + "/" + path }

    /// The YAML files of a folder by name; others are reported with the unknown files.
    func files(in folder: String) -> [String] {
        entries(of: folder).filter { $0.hasSuffix(".yaml") }.map { folder + "/" + $0 }
    }

    func entries(of folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: absolute(folder))) ?? []
        return names.filter { !$0.hasPrefix(".") }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}

/// Some customers' files that one thread has read. The thread that made it lets go of it when it hands it over.
struct CustomerFilesPart: @unchecked Sendable {
    /// For the configuration's hash.
    private(set) var files: [(path: String, bytes: [UInt8])] = []
    private(set) var customers: [Customer] = []
    let context: ConfigurationContext

    private init(
        _ paths: ArraySlice<String>, _ folder: ConfigurationFolder, _ file: CustomerFile,
        _ beginning: ConfigurationContext.Beginning
    ) {
        context = ConfigurationContext(partAfter: beginning)
        for path in paths {
            guard let bytes = folder.bytes(of: path, isRequired: false, context) else { continue }
            files.append((path, bytes))
            guard let root = folder.mapping(path, bytes, context, mustSayMore: true) else { continue }
            if let customer = file.read(root) { customers.append(customer) }
        }
    }

    /// Parts in the order of the files.
    static func read(
        _ paths: [String], _ folder: ConfigurationFolder, _ file: CustomerFile,
        _ beginning: ConfigurationContext.Beginning, threads: Int
    ) -> [CustomerFilesPart] {
        // Fewer are read sooner by one thread.
        let size = 64
        let count = (paths.count + size - 1) / size
        let read = { @Sendable (number: Int) in
            CustomerFilesPart(
                paths[number * size..<min(paths.count, (number + 1) * size)], folder, file, beginning)
        }
        guard threads > 1, count > 1 else { return (0..<count).map(read) }
        let next = Atomic<Int>(0)
        let parts = Mutex<[Int: CustomerFilesPart]>([:])
        DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
            while true {
                let number = next.add(1, ordering: .relaxed).oldValue
                guard number < count else { break }
                let part = read(number)
                parts.withLock { $0[number] = part }
            }
        }
        return parts.withLock { parts in (0..<count).compactMap { parts[$0] } }
    }
}
