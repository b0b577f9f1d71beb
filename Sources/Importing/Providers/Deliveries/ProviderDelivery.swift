import BillingTerms

/// One writing of a provider's bill: a file, or several parts that only count together.
package struct ProviderDelivery: Sendable {
    package struct Part: Hashable, Sendable {
        package var file: ProviderFile
        package var format: ProviderFormat
        /// How many rows it has by the manifest.
        package var expectedRows: Int?
    }

    /// The manifest that names the parts; nil for files without one.
    package var manifest: ProviderFile?
    package var parts: [Part]
    /// Which of two deliveries of the same month is the newer one.
    package var age: Age
    /// Which view of the month it is, where the manifest says so.
    package var view: CostView?
    /// Complete earlier assemblies of the same report and month, newest first. The first of them counts when a part of
    /// this one turns out to be broken.
    package var earlier: [ProviderDelivery] = []

    /// By what findings name it.
    package var name: String { manifest?.path ?? parts.first?.file.path ?? "" }

    /// The time at which the manifest says that it was made, else the time at which its file (without a manifest, the
    /// latest of its files) was last changed. Between equal times the greater SHA-256 counts as the newer, so that a
    /// repeated run decides alike. A copy of a file does not make it younger: the earliest of its copies' times counts.
    package struct Age: Hashable, Sendable, Comparable {
        package var written: Timestamp
        package var sha256: String

        package static func < (left: Age, right: Age) -> Bool {
            (left.written, left.sha256) < (right.written, right.sha256)
        }
    }
}

/// A manifest in the inbox, with the files of its parts as far as they are there.
struct PlacedManifest {
    let file: ProviderFile
    let path: FilePath
    let sha256: String
    let content: ProviderManifest
    /// Path of each part; nil for one that is missing.
    let partPaths: [String?]
    /// Where further files of the same report and month would lie.
    let folders: [[Substring]]

    var isComplete: Bool { !partPaths.isEmpty && !partPaths.contains(nil) }
    var missing: [String] { zip(content.parts, partPaths).filter { $1 == nil }.map(\.0) }
    var age: ProviderDelivery.Age {
        ProviderDelivery.Age(written: content.created ?? file.modified, sha256: sha256)
    }

    /// AWS keeps a manifest in the month's folder that names the current assembly, and where versions are kept one more in
    /// each assembly's folder. The one outside the assemblies decides.
    var isOfPeriod: Bool {
        content.kind == .awsCUR && !content.assembly.isEmpty && path.folders.last.map(String.init) != content.assembly
    }

    /// Whether this one counts before the other, of the same report and month.
    func comesBefore(_ other: PlacedManifest) -> Bool {
        if isOfPeriod != other.isOfPeriod { return isOfPeriod }
        return age > other.age
    }
}

extension PlacedManifest {
    /// Finds the parts by the end of their paths, since the store's folders above them need not be those of the inbox:
    /// below the manifest's own folder or, for exports that keep manifests and data apart, below one above it. All parts
    /// must lie alike; a bare name counts only beside the manifest, and instead of an assembly's folder only when all
    /// parts lie there, so that the parts of two assemblies are never mixed.
    init(_ file: ProviderFile, sha256: String, content: ProviderManifest, paths: Set<String>) {
        let path = FilePath(file.path)
        let parts = content.parts.map { FilePath($0) }
        var best: (found: [String?], count: Int, base: [Substring]) = (content.parts.map { _ in nil }, 0, path.folders)
        let depth = parts.map(\.folders.count).min() ?? 0
        for dropped in 0...depth {
            for up in 0...path.folders.count where up == 0 || dropped < depth {
                let base = Array(path.folders.dropLast(up))
                let found = parts.map { part -> String? in
                    let candidate = (base + part.folders.dropFirst(dropped) + [part.name]).joined(separator: "/")
                    return paths.contains(candidate) ? candidate : nil
                }
                let count = found.count { $0 != nil }
                let losesAssembly = PlacedManifest.losesAssembly(content, parts, dropped, path)
                guard count > best.count, !losesAssembly || count == parts.count else { continue }
                best = (found, count, base + (parts.first?.folders.dropFirst(dropped) ?? []))
            }
        }
        self.file = file
        self.path = path
        self.sha256 = sha256
        var content = content
        content.takePeriod(from: path)
        self.content = content
        partPaths = best.found
        var folders = [path.folders, best.base]
        if best.base.last.map(String.init) == content.assembly { folders.append(Array(best.base.dropLast())) }
        self.folders = folders
    }

    /// Whether the search would pass over the folder of the assembly, although the manifest does not lie in it.
    private static func losesAssembly(
        _ content: ProviderManifest, _ parts: [FilePath], _ dropped: Int, _ path: FilePath
    ) -> Bool {
        guard let folders = parts.first?.folders, let place = folders.lastIndex(where: { $0 == content.assembly })
        else { return false }
        return place < dropped && path.folders.last.map(String.init) != content.assembly
    }

    /// Whether a bill that no manifest names is a part of another assembly of this report: it lies where those do, is
    /// named like them, and is of the same month.
    func isLeftover(_ file: ProviderFile) -> Bool {
        let other = FilePath(file.path)
        guard folders.contains(where: { other.isBelow($0) }), let series = other.partSeries else { return false }
        return content.parts.contains { FilePath($0).partSeries?.stem == series.stem }
    }
}
