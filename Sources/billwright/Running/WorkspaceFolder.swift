import BillingTerms
import Foundation
import Ledger

/// What is asked of a folder before a command works in it.
enum WorkspaceFolder {
    /// A mistyped folder is an error for every command, and nothing is ever left in it.
    static func require(_ root: String) throws {
        let files = FileManager.default
        guard !files.fileExists(atPath: root + "/billwright.yaml") else { return }
        let isThere = files.fileExists(atPath: root)
        throw Findings([
            Finding(
                .fileMissing, isThere ? "there is no billwright.yaml in \(root)" : "there is no such folder",
                at: Place(file: isThere ? "billwright.yaml" : root),
                notes: ["`billwright init DIR` makes a workspace; `--workspace DIR` names one"])
        ])
    }

    static func lock(_ root: String, wait seconds: Int, now: Timestamp) throws -> WorkspaceLock {
        try WorkspaceLock(workspace: root, wait: .seconds(seconds), start: now.description)
    }
}
