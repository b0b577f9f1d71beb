import BillingTerms
import Catalog
import Foundation

/// A file of meter events that a run takes up.
package struct MeterFile: Sendable {
    /// Where it lies on the disk.
    package var path: String
    /// How reports and findings call it: relative to the workspace.
    package var name: String
    /// How `sources.yaml` says it is to be read; nil when nothing there matches it.
    package var source: Sources.Source?

    package init(path: String, name: String, source: Sources.Source? = nil) {
        self.path = path
        self.name = name
        self.source = source
    }
}

/// Which of several files comes first, and with it which of several events of one id. It is settled when the files are
/// read: hashing them before would mean to go through all their bytes twice.
package enum MeterFileOrder: Sendable {
    /// As the files were given.
    case asGiven
    /// Earlier imports first, by the batch in which a file with this SHA-256 was first imported; among files that are
    /// new together the order of their hashes, which neither names nor folders change. A conflicting event that
    /// arrives later thus never takes the place of one that was billed.
    case byImport([String: Int])

    protocol Member {
        var digest: String { get }
        var name: String { get }
    }

    func sorted<File: Member>(_ files: [File]) -> [File] {
        guard case .byImport(let batches) = self else { return files }
        return files.sorted { left, right in
            let a = (batches[left.digest] ?? .max, left.digest, left.name)
            return a < (batches[right.digest] ?? .max, right.digest, right.name)
        }
    }
}

extension Sources {
    /// The first source with a pattern that matches a file's path below `inbox/`.
    package func source(ofInboxPath path: String) -> Source? {
        list.first { $0.files.contains { fnmatch($0, path, 0) == 0 } }
    }
}
