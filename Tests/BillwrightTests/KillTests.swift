import Foundation
import TestWorkspaces
import Testing

/// A run may be killed at any instant: the drafts are then absent, old or new, never half; the books open and are clean;
/// and the next run comes to the same bytes as if nothing had happened.
@Suite struct KillTests {
    /// A workspace before a run, and what an undisturbed run makes of it.
    struct Start: Sendable {
        var workspace: TemporaryWorkspace
        var old: [String: [UInt8]]?
        var new: [String: [UInt8]]
        var books: String
        /// How long it takes.
        var duration: Duration

        init(_ workspace: TemporaryWorkspace) throws {
            self.workspace = workspace
            old = workspace.exists("out/2026-10") ? try workspace.tree("out/2026-10") : nil
            let undisturbed = try workspace.copy()
            let start = ContinuousClock.now
            #expect(try undisturbed.bill("2026-10").code == 0)
            duration = ContinuousClock.now - start
            new = try undisturbed.tree("out/2026-10")
            books = try undisturbed.books()
        }

        /// After a disturbed run: checks what is there, runs again, and checks that all is well.
        func expectHeals(_ disturbed: TemporaryWorkspace, _ how: String) throws {
            let found = disturbed.exists("out/2026-10") ? try disturbed.tree("out/2026-10") : nil
            #expect(found == old || found == new, "\(how): the drafts are neither the old nor the new ones")
            if disturbed.exists("ledger.sqlite") {
                let check = try disturbed.billwright("check")
                #expect(check.code == 0, "\(how): \(check.errors)")
            }
            let again = try disturbed.bill("2026-10")
            #expect(again.code == 0, "\(how): \(again.errors)")
            #expect(try disturbed.tree("out/2026-10") == new, "\(how): other drafts")
            #expect(disturbed.names("out") == ["2026-10"], "\(how)")
            #expect(try disturbed.books() == books, "\(how): other books")
        }
    }

    private static let fresh = Result { try Start(try Prepared.fresh()) }
    /// Drafts are there, and a further export has arrived.
    private static let second = Result {
        let workspace = try Prepared.billed()
        try workspace.write(
            SmallMonth.header + "x1,example,example-web,api-calls,90000,2026-10-09T10:00:00Z,eu\n", to: "inbox/more.csv"
        )
        return try Start(workspace)
    }

    @Test(arguments: 1...25) func killedAtAnyTime(moment: Int) throws {
        let start = try (moment % 2 == 0 ? Self.fresh : Self.second).get()
        let workspace = try start.workspace.copy()
        let run = try Program.start([Program.path, "run", "--workspace", workspace.root, "--period", "2026-10"])
        usleep(UInt32(start.duration / .microseconds(1)) * UInt32(moment) / 25)
        run.kill()
        _ = try run.wait()
        try start.expectHeals(workspace, "killed after \(moment) of 25 parts")
    }

    /// The calls that change something on the disk, and at which of them.
    static let changes: [(call: String, times: [Int])] = [
        ("rename", [1, 2]), ("renameat2", [1]), ("unlink", [1, 3, 9, 14]), ("fsync", [1, 2]), ("syncfs", [1]),
        ("fdatasync", [1, 3, 5]), ("pwrite64", [2, 6, 20]), ("write", [1, 9, 20]), ("mkdir", [2]),
    ]

    @Test(.enabled(if: Tracing.isPossible, "strace is not installed or may not trace"), arguments: changes.map(\.call))
    func killedAtAChange(call: String) throws {
        for time in Self.changes.first(where: { $0.call == call })?.times ?? [] {
            let start = try (time % 2 == 0 || call == "renameat2" ? Self.second : Self.fresh).get()
            let workspace = try start.workspace.copy()
            _ = try Tracing.run(workspace, inject: "\(call):signal=KILL:when=\(time)")
            try start.expectHeals(workspace, "killed at \(call) \(time)")
        }
    }

    /// A change that fails: the run says which path, and the old drafts stay.
    @Test(
        .enabled(if: Tracing.isPossible, "strace is not installed or may not trace"),
        arguments: [
            ("rename:error=EIO:when=1", "out/2026-10"), ("fsync:error=EIO:when=1", "out"),
            ("syncfs:error=EIO", "out/.staging-2026-10"), ("mkdir:error=ENOSPC:when=1", "out"),
            ("mkdir:error=ENOSPC:when=2", "out/.staging-2026-10"), ("fdatasync:error=EIO:when=6", "ledger.sqlite"),
            ("write:error=ENOSPC:when=1", "out/.staging-2026-10/example/example.csv"),
            ("pwrite64:error=ENOSPC:when=2+", "ledger.sqlite"),
        ])
    func aChangeThatFails(inject: String, path: String) throws {
        let start = try Self.fresh.get()
        let workspace = try start.workspace.copy()
        let answer = try Tracing.run(workspace, inject: inject)
        #expect(answer.code == 74)
        #expect(answer.firstError.replacingOccurrences(of: workspace.root + "/", with: "").hasPrefix(path + ": error["))
        #expect(!workspace.exists("out/2026-10"))
        try start.expectHeals(workspace, inject)
    }

    /// libxlsxwriter does not look whether its own writes succeed, so each of them is made to fail.
    @Test(.enabled(if: Tracing.isPossible, "strace is not installed or may not trace"), arguments: 1...14)
    func aWriteThatFails(time: Int) throws {
        let start = try Self.second.get()
        let workspace = try start.workspace.copy()
        let answer = try Tracing.run(workspace, inject: "write:error=ENOSPC:when=\(time)")
        let found = try workspace.tree("out/2026-10")
        #expect(answer.code == 74 ? found == start.old : answer.code == 0 && found == start.new, "\(answer.errors)")
    }
}

/// Faults made by strace.
enum Tracing {
    static let isPossible: Bool = {
        guard let strace = Program.find("strace") else { return false }
        return (try? Program.start([strace, "-qq", "-o", "/dev/null", "/bin/true"]).wait().code) == 0
    }()

    /// A run for October with a fault.
    static func run(_ workspace: TemporaryWorkspace, inject: String) throws -> Answer {
        let call = inject.prefix { $0 != ":" }
        return try Program.start(
            [
                Program.find("strace") ?? "", "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
                "inject=\(inject)", Program.path, "run", "--workspace", workspace.root, "--period", "2026-10",
            ]).wait()
    }
}
