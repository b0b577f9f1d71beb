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

extension Sources {
    /// The first source with a pattern that matches a file's path below `inbox/`.
    package func source(ofInboxPath path: String) -> Source? {
        list.first { $0.files.contains { fnmatch($0, path, 0) == 0 } }
    }
}
