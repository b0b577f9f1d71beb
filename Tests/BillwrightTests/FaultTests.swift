import Foundation
import TestWorkspaces
import Testing

/// What the machine may do to a run: full disks, few descriptors, another run. It ends with a message that names the
/// path, and what was published before stays as it is.
@Suite struct FaultTests {
    private func expectFailure(
        _ answer: Answer, _ code: Int32, _ told: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(answer.code == code, sourceLocation: sourceLocation)
        #expect(answer.firstError == told, sourceLocation: sourceLocation)
        #expect(!answer.errors.contains("Fatal error"), sourceLocation: sourceLocation)
    }

    // MARK: Two runs

    @Test func theSecondOfTwoRunsGivesWayAtOnceOrWaits() throws {
        let workspace = try Prepared.fresh()
        // Another program holds the lock, as a run does.
        let holder = try Program.start([
            "/bin/bash", "-c", "exec 9>>'\(workspace.root)/.billwright.lock'; flock 9; sleep 1.2",
        ])
        while try Program.shell("flock -n '\(workspace.root)/.billwright.lock' true").code == 0 { usleep(5_000) }
        let start = ContinuousClock.now
        let second = try workspace.bill("2026-10")
        #expect(ContinuousClock.now - start < .seconds(1))
        #expect(second.code == 75)
        #expect(
            second.firstError.hasPrefix(".billwright.lock: error[locked]: another run still works in this workspace"))
        #expect(!workspace.exists("out") && !workspace.exists("ledger.sqlite"))
        #expect(try workspace.billwright("check").code == 0)
        let waiting = try workspace.bill("2026-10", "--lock-wait", "20")
        #expect(waiting.code == 0)
        #expect(try holder.wait().code == 0)
    }

    @Test func twoRunsAtOnceBothEndWell() throws {
        let workspace = try Prepared.fresh()
        let command = [Program.path, "run", "--workspace", workspace.root, "--period", "2026-10", "--lock-wait", "30"]
        let runs = try (1...3).map { _ in try Program.start(command) }
        for run in runs { #expect(try run.wait().code == 0) }
        #expect(workspace.names("out") == ["2026-10"])
        #expect(try workspace.billwright("check").code == 0)
    }

    // MARK: Places that cannot be written

    @Test func aFileInPlaceOfTheOutputFolder() throws {
        let workspace = try Prepared.fresh()
        try workspace.write("mine", to: "out")
        expectFailure(
            try workspace.bill("2026-10"), 74,
            "\(workspace.root)/out: error[cannot-write]: the folder cannot be made: a file stands in its place")
        #expect(try workspace.text("out") == "mine")
    }

    @Test func aFileInPlaceOfThePeriodsFolder() throws {
        let workspace = try Prepared.fresh()
        try workspace.write("mine", to: "out/2026-10")
        expectFailure(
            try workspace.bill("2026-10"), 74,
            "\(workspace.root)/out/2026-10: error[cannot-write]: expected a folder of drafts, found a file")
        #expect(try workspace.text("out/2026-10") == "mine")
    }

    @Test func filesOfOthersInThePeriodsFolderStay() throws {
        let workspace = try Prepared.billed()
        try workspace.write("checked, Anna", to: "out/2026-10/example/notes.txt")
        #expect(try workspace.bill("2026-10").code == 0)
        #expect(try workspace.text("out/2026-10/example/notes.txt") == "checked, Anna")
    }

    @Test(arguments: ["hello", "SQLite format 3\0 but no more"]) func notALedger(content: String) throws {
        let workspace = try Prepared.fresh()
        try workspace.write(content, to: "ledger.sqlite")
        expectFailure(
            try workspace.bill("2026-10"), 65,
            "ledger.sqlite: error[ledger-damaged]: expected a billwright ledger, found another kind of file")
        #expect(try workspace.text("ledger.sqlite") == content)
        #expect(!workspace.exists("out"))
    }

    @Test(.enabled(if: Mounting.isPossible, "mounting is not allowed here"))
    func readOnlyWorkspace() throws {
        let workspace = try Prepared.billed()
        let before = try Kept(workspace)
        let answer = try Mounting.shell(
            """
            mount --bind '\(workspace.root)' '\(workspace.root)'
            mount -o remount,ro,bind '\(workspace.root)'
            billwright check -w '\(workspace.root)' && billwright status -w '\(workspace.root)' > /dev/null || exit 99
            billwright run -w '\(workspace.root)' -p 2026-10
            """)
        expectFailure(
            answer, 74, ".billwright.lock: error[cannot-write]: the workspace cannot be locked: Read-only file system")
        #expect(try Kept(workspace) == before)
    }

    // MARK: Full disks

    /// A disk of growing size: too small, until it is large enough. Never half a folder, and always a path in the message.
    @Test(.enabled(if: Mounting.isPossible, "mounting is not allowed here"), arguments: [120, 180, 240, 300, 360, 420])
    func fullDisk(kilobytes: Int) throws {
        let workspace = try Prepared.fresh()
        let folder = try TemporaryWorkspace(below: Scratch.folder)
        let answer = try Mounting.shell(
            """
            mount -t tmpfs -o size=\(kilobytes)k none '\(folder.root)' && cp -R '\(workspace.root)/.' '\(folder.root)'
            cd '\(folder.root)' && billwright run -p 2026-10; code=$?
            test -e out/2026-10 && (cd out/2026-10 && test -s run.json || echo 'half a folder' >&2)
            billwright check || echo 'the books are not clean' >&2
            exit $code
            """)
        #expect([0, 74].contains(answer.code), "\(answer.errors)")
        let told = answer.errorLines
        if answer.code == 74 {
            #expect(
                told.first?.contains(/^(\.\/out|ledger\.sqlite).*: error\[cannot-write\]/) == true, "\(answer.errors)")
        }
        #expect(!answer.errors.contains("half a folder") && !answer.errors.contains("not clean"), "\(answer.errors)")
    }

    /// The ledger cannot grow, after everything was published: the drafts of before are put back.
    @Test(.enabled(if: Tracing.isPossible, "strace is not installed or may not trace"))
    func whatCannotBeBookedIsNotPublished() throws {
        let workspace = try Prepared.billed()
        try workspace.write(
            SmallMonth.header + "x1,example,example-web,api-calls,90000,2026-10-09T10:00:00Z,eu\n", to: "inbox/x.csv")
        let before = try workspace.tree("out")
        let answer = try Tracing.run(workspace, inject: "fdatasync:error=EIO")
        expectFailure(
            answer, 74, "ledger.sqlite: error[cannot-write]: the ledger cannot be written: disk I/O error")
        #expect(workspace.names("out") == ["2026-10"])
        #expect(try workspace.billwright("check").code == 0)
        #expect(try workspace.tree("out") == before)
    }

    @Test(.enabled(if: Mounting.isPossible, "mounting is not allowed here"))
    func fullTemporaryFolder() throws {
        let workspace = try Prepared.fresh()
        let folder = try TemporaryWorkspace(below: Scratch.folder)
        let answer = try Mounting.shell(
            """
            mount -t tmpfs -o size=4k none '\(folder.root)'; head -c 4096 /dev/zero > '\(folder.root)/full'
            TMPDIR='\(folder.root)' billwright run -w '\(workspace.root)' -p 2026-10
            """)
        // Nothing is kept there, so it does not matter.
        #expect(answer.code == 0, "\(answer.errors)")
        #expect(try workspace.tree("out/2026-10") == Prepared.billed().tree("out/2026-10"))
    }

    @Test(arguments: [2, 24, 60]) func limitedFileSize(blocks: Int) throws {
        let workspace = try Prepared.fresh()
        let answer = try Program.shell("ulimit -f \(blocks); billwright run -w '\(workspace.root)' -p 2026-10")
        expectFailure(
            answer, 74, "ledger.sqlite: error[cannot-write]: the ledger cannot be written: disk I/O error")
        #expect(!workspace.exists("out/2026-10"))
        #expect(try workspace.bill("2026-10").code == 0)
    }

    // MARK: Descriptors

    @Test func fewOpenFiles() throws {
        let workspace = try Prepared.fresh()
        let run = "billwright run -w '\(workspace.root)' -p 2026-10"
        for count in [8, 16, 31] {
            expectFailure(
                try Program.shell("ulimit -n \(count); \(run)"), 73,
                "billwright: only \(count) files may be open at once (ulimit -n); at least 32 are needed")
        }
        #expect(try Program.shell("ulimit -n 32; \(run)").code == 0)
    }

    @Test(arguments: [
        "run -p 2026-10 --json", "usage -p 2026-10", "usage -p 2026-10 --format csv", "status", "import --json",
    ])
    func aResultThatNobodyGets(command: String) throws {
        let workspace = try Prepared.billed()
        let full = try Program.shell("billwright \(command) -w '\(workspace.root)' > /dev/full")
        expectFailure(
            full, 74, "standard output: error[cannot-write]: the result cannot be written: no space left on device")
        let closed = try Program.shell("billwright \(command) -w '\(workspace.root)' >&-")
        expectFailure(
            closed, 74, "standard output: error[cannot-write]: the result cannot be written: bad file descriptor")
        // A result must not land in a file that was opened in the place of standard output.
        #expect(try workspace.text(".billwright.lock").contains(/^process \d+ on .*\n$/))
        #expect(try workspace.billwright("check").code == 0)
    }

    @Test func fullOrClosedStandardErrorChangesNothing() throws {
        for redirection in ["2> /dev/full", "2>&-", "0<&- 1>&- 2>&-"] {
            let workspace = try Prepared.fresh()
            try workspace.write("no export", to: "inbox/letter.txt")
            let answer = try Program.shell("billwright run -w '\(workspace.root)' -p 2026-10 \(redirection)")
            #expect(answer.code == 1)
            #expect(workspace.exists("out/2026-10/example/example.xlsx"))
            #expect(try workspace.text(".billwright.lock").contains(/^process \d+ on .*\n$/))
        }
    }
}

/// File systems of a test's own, which end with the process.
enum Mounting {
    static let isPossible: Bool = {
        guard Program.find("unshare") != nil else { return false }
        return (try? shell("mount -t tmpfs none /mnt").code) == 0
    }()

    static func shell(_ lines: String) throws -> Answer {
        let script = "billwright() { '\(Program.path)' \"$@\"; }\n" + lines
        return try Program.start([Program.find("unshare") ?? "", "-m", "/bin/bash", "-c", script]).wait()
    }
}
