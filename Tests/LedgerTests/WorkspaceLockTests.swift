import BillingTerms
import Foundation
import Testing

@testable import Ledger

@Suite struct WorkspaceLockTests {
    @Test func `a second run is refused and told who works`() throws {
        let place = try Workplace()
        let first = try WorkspaceLock(workspace: place.path, start: "2026-11-01T02:00:00Z")
        defer { first.release() }
        let findings = #expect(throws: Findings.self) {
            try WorkspaceLock(workspace: place.path, start: "2026-11-01T02:00:05Z")
        }
        #expect(findings?.list.map(\.code) == [.locked])
        let text = findings?.list.first?.message ?? ""
        #expect(text.contains("process \(getpid()) on "), "\(text)")
        #expect(text.contains("since 2026-11-01T02:00:00Z"), "\(text)")
    }

    @Test func `a run that ended lets the next one in`() throws {
        let place = try Workplace()
        for _ in 0..<3 {
            let lock = try WorkspaceLock(workspace: place.path, start: "now")
            lock.release()
            lock.release()
        }
        #expect(try place.names == [WorkspaceLock.fileName])
    }

    @Test func `a second run waits until the first is done`() async throws {
        let place = try Workplace()
        let path = place.path
        let first = try WorkspaceLock(workspace: path, start: "first")
        let second = Task.detached { try WorkspaceLock(workspace: path, wait: .seconds(20), start: "second") }
        try await Task.sleep(for: .milliseconds(150))
        first.release()
        try await second.value.release()
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/flock")))
    func `a killed run holds nothing`() async throws {
        let place = try Workplace()
        let path = place.path
        let other = Process()
        other.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
        other.arguments = ["--no-fork", path + "/" + WorkspaceLock.fileName, "sleep", "3600"]
        try other.run()
        for _ in 0..<2_000 {
            guard isFree(path) else { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(!isFree(path))
        kill(other.processIdentifier, SIGKILL)
        other.waitUntilExit()
        #expect(isFree(path))
    }

    private func isFree(_ path: String) -> Bool {
        guard let lock = try? WorkspaceLock(workspace: path, start: "now") else { return false }
        lock.release()
        return true
    }

    @Test func `a run that waits in vain says for how long`() throws {
        let place = try Workplace()
        let first = try WorkspaceLock(workspace: place.path, start: "first")
        defer { first.release() }
        let findings = #expect(throws: Findings.self) {
            try WorkspaceLock(workspace: place.path, wait: .seconds(1), start: "second")
        }
        #expect(findings?.list.first?.message.contains("after 1 s") == true)
    }

    @Test func `a link in the lock's place is not written through`() throws {
        let place = try Workplace()
        try Data("keep".utf8).write(to: URL(fileURLWithPath: place.path + "/precious"))
        try FileManager.default.createSymbolicLink(
            atPath: place.path + "/" + WorkspaceLock.fileName, withDestinationPath: place.path + "/precious")
        let findings = #expect(throws: Findings.self) { try WorkspaceLock(workspace: place.path, start: "now") }
        #expect(findings?.list.map(\.code) == [.cannotWrite])
        #expect(try place.bytes("precious") == Data("keep".utf8))
    }

    @Test func `a missing workspace cannot be locked`() throws {
        let findings = #expect(throws: Findings.self) {
            try WorkspaceLock(workspace: "/nowhere/at/all", start: "now")
        }
        #expect(findings?.list.map(\.code) == [.cannotWrite])
    }
}
