import BillingTerms
import Importing

/// A file as it was imported once. A file that changes, or is counted otherwise by a later import, gets another record;
/// the last one of a path is the present state.
package struct ImportRecord: Hashable, Sendable {
    /// Counts imports that brought something new, from 1.
    package var batch: Int
    /// The run that imported it first; nil for an import by itself.
    package var run: Int?
    package var report: FileReport
}

/// Paths are the same when their bytes are; Swift's strings would take composed and decomposed letters for one.
typealias FilePath = Identifier<ImportedFile>
enum ImportedFile {}
