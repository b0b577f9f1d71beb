import Foundation
import TestWorkspaces
import Testing

@testable import billwright

/// The line that tells those who watch how far the reading is.
@Suite struct ProgressTests {
    private func line(
        _ done: Int, of total: Int, files: Int = 2, of totalFiles: Int = 12, tenths: Int
    ) -> String {
        ProgressLine(
            stage: "importing", doneBytes: done, totalBytes: total, doneFiles: files, totalFiles: totalFiles,
            tenths: tenths
        ).text
    }

    @Test func aRateIsToldFromTheFirstSecondOn() {
        #expect(line(412_000_000, of: 2_300_000_000, tenths: 9) == "importing  file 3 of 12  412 MB of 2.3 GB  17%")
        #expect(
            line(412_000_000, of: 2_300_000_000, tenths: 20)
                == "importing  file 3 of 12  412 MB of 2.3 GB  17%  206 MB/s  9 s left")
        #expect(
            line(1_000, of: 10_000_000, tenths: 100)
                == "importing  file 3 of 12  1.0 kB of 10 MB  0%  100 B/s  27 h left")
    }

    @Test func nothingIsDividedByNothing() {
        #expect(line(0, of: 0, files: 0, of: 0, tenths: 50) == "importing  file 0 of 0  0 B of 0 B")
        #expect(line(0, of: 9_999, files: 0, of: 1, tenths: 50) == "importing  file 1 of 1  0 B of 9.9 kB  0%")
    }

    /// A file that is read twice, as one that is not UTF-8 may be, is not more than all.
    @Test func itEndsAtAll() {
        #expect(
            line(900, of: 800, files: 12, tenths: 10) == "importing  file 12 of 12  800 B of 800 B  100%  800 B/s")
    }

    /// On a terminal the line is there, and goes away at the end; `--quiet` and a pipe see none of it.
    @Test(.enabled(if: Program.find("script") != nil))
    func onlyATerminalSeesIt() throws {
        let workspace = try Prepared.fresh()
        let run = "run -p 2026-10 -w '\(workspace.root)'"
        func watched(_ flags: String) throws -> String {
            let answer = try Program.shell(
                "script -qec \"'\(Program.path)' \(run) \(flags)\" /dev/null", environment: ["TERM": "xterm"])
            #expect(answer.code == 0)
            return answer.output
        }
        let shown = try watched("")
        #expect(shown.contains("importing  file 1 of 1"))
        #expect(shown.contains("\r\u{1B}[K"))
        #expect(!(try watched("--quiet")).contains("importing"))
        #expect(!(try watched("--json")).contains("importing"))
        let piped = try Program.shell("billwright \(run) 2>&1 | cat")
        #expect(piped.output == "")
    }
}
