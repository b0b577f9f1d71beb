import Foundation
import TestWorkspaces
import Testing

/// Workspaces that several tests begin with, made once; each test works on a copy.
enum Prepared {
    private static let neverRun = Result { try TemporaryWorkspace.small() }
    private static let october = Result {
        let workspace = try TemporaryWorkspace.small()
        #expect(try workspace.bill("2026-10").code == 0)
        return workspace
    }

    /// The small workspace before any run.
    static func fresh() throws -> TemporaryWorkspace { try neverRun.get().copy() }

    /// The small workspace after its run for October 2026.
    static func billed() throws -> TemporaryWorkspace { try october.get().copy() }
}

/// What a run must leave alone when it fails: what was published, and the books.
struct Kept: Equatable {
    private let outputs: [String: [UInt8]]
    private let ledger: [UInt8]?

    init(_ workspace: TemporaryWorkspace) throws {
        outputs = workspace.exists("out") ? try workspace.tree("out") : [:]
        ledger = try workspace.exists("ledger.sqlite") ? workspace.tree()["ledger.sqlite"] : nil
    }
}

extension TemporaryWorkspace {
    /// What an undisturbed run would have left: the drafts, and what the books say of them.
    func books() throws -> String {
        // Runs are counted, and a run that was killed before it was booked is not; the count alone may differ.
        try billwright("status").output.replacing(/run \d+/, with: "run")
    }
}
