import BillingTerms
import FileFormats

private typealias Place = BillingTerms.Place

/// The provider bills of an inbox, sorted into deliveries before a row is read.
///
/// - A manifest names the parts of a delivery. The manifest of the period decides which assembly counts; a part that it
///   names and that is missing holds the whole delivery back, and the newest complete one before it counts on.
/// - Files that no manifest names are a delivery each; files of one folder that differ only by a part number are one.
/// - Bytes that are there twice count once.
///
/// Which of several deliveries of the same account and month counts is decided in `ProviderImport`, when what they cover
/// is known.
package struct ProviderInbox: Sendable {
    /// To be read.
    package private(set) var deliveries: [ProviderDelivery] = []
    /// Of manifests, and of bills that are not read; by path.
    package var reports: [FileReport] { reportsByPath.values.sorted { $0.path < $1.path } }
    package private(set) var findings: [Finding] = []
    /// Files that are neither bill nor manifest: meter exports, or unknown.
    package private(set) var unrecognised: [ProviderFile] = []
    /// Files whose beginning cannot be read; `findings` says why.
    package private(set) var unreadable: [ProviderFile] = []

    private var reportsByPath: [String: FileReport] = [:]
    private var bills: [String: ProviderDelivery.Part] = [:]
    private var digests: [String: String] = [:]
    /// Bills that are spoken for.
    private var settled: Set<String> = []

    /// `files` in any order, each path once.
    package init(_ files: [ProviderFile]) {
        let files = files.sorted { $0.path < $1.path }
        var manifests: [(file: ProviderFile, content: ProviderManifest)] = []
        for file in files {
            do throws(FileFormatError) {
                switch try ProviderContent(of: file) {
                case .bill(let format): bills[file.path] = ProviderDelivery.Part(file: file, format: format)
                case .manifest(let content): manifests.append((file, content))
                case nil: unrecognised.append(file)
                }
            } catch {
                refuse(file, error)
            }
        }
        let placed = place(manifests, among: Set(files.map(\.path)))
        let series = Dictionary(grouping: placed, by: \.content.series)
        for members in series.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            assemble(members.value.sorted { $0.comesBefore($1) })
        }
        setLeftoversAside(placed)
        collectLooseBills()
        removeCopies()
        findings.sort()
    }

    private mutating func refuse(_ file: ProviderFile, _ error: FileFormatError) {
        unreadable.append(file)
        if error.kind == .parquet {
            report(file, .parquet, .refused)
            findings.append(UnknownFormat.parquetFinding(file.path, error))
            return
        }
        let isUnreadable = error.kind == .cannotOpen || error.kind == .cannotRead
        findings.append(
            Finding(
                .error, isUnreadable ? .unreadableFile : .brokenFile, error.message,
                at: Place(file: file.path, line: error.line, column: error.column, byte: error.byteOffset),
                notes: ["nothing of it is billed"]))
    }
}

// Manifests and their parts.
extension ProviderInbox {
    /// Leaves the copies of a manifest out. Of copies the one in the highest folder stays: it is the period's.
    private mutating func place(
        _ manifests: [(file: ProviderFile, content: ProviderManifest)], among paths: Set<String>
    ) -> [PlacedManifest] {
        var placed: [String: PlacedManifest] = [:]
        let highestFirst = manifests.sorted {
            (FilePath($0.file.path).folders.count, $0.file.path) < (FilePath($1.file.path).folders.count, $1.file.path)
        }
        for (file, content) in highestFirst {
            let digest = digest(of: file)
            if placed[digest] != nil {
                report(file, .manifest, .sameContent)
            } else {
                placed[digest] = PlacedManifest(file, sha256: digest, content: content, paths: paths)
            }
        }
        return placed.values.sorted { $0.file.path < $1.file.path }
    }

    /// The assemblies of one report and month, the one that counts first.
    private mutating func assemble(_ manifests: [PlacedManifest]) {
        var current: ProviderDelivery?
        var held: [PlacedManifest] = []
        var claimed: Set<String> = []
        for manifest in manifests {
            let paths = Set(manifest.partPaths.compactMap { $0 })
            // Parts that a newer manifest names too were written over: this assembly is no longer whole.
            let isWrittenOver = !claimed.isDisjoint(with: paths)
            let delivery = manifest.isComplete && !isWrittenOver ? delivery(manifest) : nil
            if current != nil || isWrittenOver {
                supersede(manifest, without: claimed)
                if let delivery { current?.earlier.append(delivery) }
            } else if let delivery {
                current = delivery
                report(manifest.file, .manifest, .imported)
            } else {
                held.append(manifest)
                reportWaiting(manifest, without: claimed)
            }
            claimed.formUnion(paths)
            settled.formUnion(paths)
        }
        for manifest in held { findings.append(missingPart(manifest, counted: current)) }
        if let current { deliveries.append(current) }
    }

    /// Nil when a part is there, but is no bill, or cannot be read.
    private func delivery(_ manifest: PlacedManifest) -> ProviderDelivery? {
        var parts = manifest.partPaths.compactMap { $0.flatMap { bills[$0] } }
        guard parts.count == manifest.partPaths.count else { return nil }
        for (index, count) in manifest.content.rowCounts.enumerated() where index < parts.count {
            parts[index].expectedRows = count
        }
        return ProviderDelivery(manifest: manifest.file, parts: parts, age: manifest.age, view: manifest.content.view)
    }

    private mutating func reportWaiting(_ manifest: PlacedManifest, without claimed: Set<String>) {
        report(manifest.file, .manifest, .waiting)
        for path in manifest.partPaths.compactMap({ $0 }) where !claimed.contains(path) {
            if let part = bills[path] { report(part.file, part.format.content, .waiting) }
        }
    }

    private func missingPart(_ manifest: PlacedManifest, counted: ProviderDelivery?) -> Finding {
        let count = manifest.content.parts.count
        let message: String
        if count == 0 {
            message = "expected the names of the bill's parts, found none"
        } else if manifest.missing.isEmpty {
            message =
                "expected \(count == 1 ? "a part that is a bill" : "\(count) parts that are bills"), "
                + "found one that is none or cannot be read"
        } else {
            message = "expected \(count == 1 ? "1 part" : "\(count) parts"), found \(count - manifest.missing.count)"
        }
        var notes = manifest.missing.prefix(20).map { "missing: \($0)" }
        notes.append("nothing of this delivery is billed until all its parts are there")
        if let counted { notes.append("until then the delivery before it is billed: \(counted.name)") }
        return Finding(.error, .missingPart, message, at: Place(file: manifest.file.path), notes: notes)
    }

    private mutating func supersede(_ manifest: PlacedManifest, without claimed: Set<String>) {
        report(manifest.file, .manifest, .superseded)
        for path in manifest.partPaths.compactMap({ $0 }) where !claimed.contains(path) {
            if let part = bills[path] { report(part.file, part.format.content, .superseded) }
        }
        findings.append(
            Finding(
                .warning, .superseded, "an older delivery of \"\(manifest.content.name)\" for the same month",
                at: Place(file: manifest.file.path), notes: ["a newer one is billed instead of its parts"]))
    }

    /// Bills that lie among a report's assemblies, but that its manifest does not name.
    private mutating func setLeftoversAside(_ manifests: [PlacedManifest]) {
        for (path, part) in bills.sorted(by: { $0.key < $1.key }) where !settled.contains(path) {
            guard let manifest = manifests.first(where: { $0.isLeftover(part.file) && isOfMonth(part, $0) }) else {
                continue
            }
            settled.insert(path)
            report(part.file, part.format.content, .superseded)
            findings.append(
                Finding(
                    .warning, .superseded, "a part of another delivery than the one that the manifest names",
                    at: Place(file: path), notes: ["not billed; the manifest is \(manifest.file.path)"]))
        }
    }

    /// By the first row of the bill; a manifest that does not say its month takes any.
    private func isOfMonth(_ part: ProviderDelivery.Part, _ manifest: PlacedManifest) -> Bool {
        let digits = manifest.content.period.filter { $0 >= "0" && $0 <= "9" }.prefix(6)
        guard digits.count == 6, let coverage = ProviderBillReader().firstCoverage(part.file, of: part.format) else {
            return true
        }
        return coverage.periodStart.description.filter { $0 != "-" }.hasPrefix(digits)
    }
}

// Bills without a manifest, and copies.
extension ProviderInbox {
    private struct Series: Hashable, Comparable {
        let folder: String
        let stem: String
        let ending: String

        init(_ file: ProviderFile) {
            let path = FilePath(file.path)
            let series = path.partSeries ?? (path.name, "")
            folder = path.folders.joined(separator: "/")
            stem = String(series.stem)
            ending = String(series.ending)
        }

        static func < (left: Series, right: Series) -> Bool {
            (left.folder, left.stem, left.ending) < (right.folder, right.stem, right.ending)
        }
    }

    private mutating func collectLooseBills() {
        let loose = bills.values.filter { !settled.contains($0.file.path) }.sorted { $0.file.path < $1.file.path }
        let broken = Set(unreadable.map { Series($0) })
        for (series, parts) in Dictionary(grouping: loose, by: { Series($0.file) }).sorted(by: { $0.key < $1.key }) {
            if broken.contains(series) {
                for part in parts { report(part.file, part.format.content, .waiting) }
                continue
            }
            let latest = parts.map(\.file.modified).max() ?? Timestamp(nanoseconds: 0)
            deliveries.append(
                ProviderDelivery(manifest: nil, parts: parts, age: ProviderDelivery.Age(written: latest, sha256: "")))
        }
    }

    /// Files of different sizes differ, so only those of one size are hashed.
    private mutating func removeCopies() {
        let sizes = Dictionary(grouping: deliveries.flatMap(\.parts)) { ByteCount.ofFile($0.file.location) }
        for (_, parts) in sizes where parts.count > 1 {
            for part in parts { _ = digest(of: part.file) }
        }
        for index in deliveries.indices { removeRepeatedParts(index) }
        // Deliveries with a manifest first, then those of more parts: what is a copy of a part of them goes.
        let order = deliveries.indices.sorted { left, right in
            let (a, b) = (deliveries[left], deliveries[right])
            if (a.manifest == nil) != (b.manifest == nil) { return a.manifest != nil }
            return a.parts.count != b.parts.count ? a.parts.count > b.parts.count : a.name < b.name
        }
        var kept: [Int] = []
        for index in order {
            if let original = kept.first(where: { isCopy(deliveries[index], of: deliveries[$0]) }) {
                for part in deliveries[index].parts { report(part.file, part.format.content, .sameContent) }
                if deliveries[original].manifest == nil {
                    deliveries[original].age.written = min(
                        deliveries[original].age.written, deliveries[index].age.written)
                }
            } else {
                kept.append(index)
            }
        }
        deliveries = kept.map { deliveries[$0] }.sorted { $0.name < $1.name }
    }

    private mutating func removeRepeatedParts(_ index: Int) {
        var seen: Set<String> = []
        var parts: [ProviderDelivery.Part] = []
        for part in deliveries[index].parts {
            if let digest = digests[part.file.path], !seen.insert(digest).inserted {
                report(part.file, part.format.content, .sameContent)
            } else {
                parts.append(part)
            }
        }
        deliveries[index].parts = parts
    }

    private func isCopy(_ delivery: ProviderDelivery, of other: ProviderDelivery) -> Bool {
        guard delivery.manifest == nil else { return false }
        let others = Set(other.parts.compactMap { digests[$0.file.path] })
        return delivery.parts.allSatisfy { part in digests[part.file.path].map(others.contains) ?? false }
    }

    private mutating func digest(of file: ProviderFile) -> String {
        if let known = digests[file.path] { return known }
        guard let digest = try? ByteSource.digest(ofFile: file.location) else { return file.path }
        digests[file.path] = digest.hexadecimal
        return digest.hexadecimal
    }

    private mutating func report(_ file: ProviderFile, _ content: FileReport.Content, _ status: FileReport.Status) {
        reportsByPath[file.path] = FileReport(
            path: file.path, sha256: digest(of: file), byteCount: ByteCount.ofFile(file.location), content: content,
            status: status)
    }
}
