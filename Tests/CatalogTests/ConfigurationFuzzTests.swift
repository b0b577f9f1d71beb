import BillingTerms
import Catalog
import Foundation
import TestWorkspaces
import Testing

/// Damaged configuration: every file of a workspace that uses every key, with bytes changed, is read or has findings, and in
/// no time. `Tests/Corpus/configuration` keeps files that once took longer.
@Suite struct ConfigurationFuzzTests {
    private static let tests: String = TestFiles.testsFolder(#filePath)
    private static let rounds: Int =
        ProcessInfo.processInfo.environment["BILLWRIGHT_FUZZ_ROUNDS"].flatMap(Int.init) ?? 25

    private static let files: [(path: String, bytes: [UInt8])] =
        (try? TestFiles.all(in: tests + "/Workspaces/complete")) ?? []

    private static let words =
        [
            "&a ", "*a", "? ", ": ", "- ", "{", "}", "[", "]", "\"", "'", "|\n", ">-\n", "#", "!!binary ", "<<: ", "\t",
            "\r",
            "~", "\u{0}", "\u{FEFF}", "...\n", "---\n", "%YAML 9\n", "1e999", "-0", ".nan", "99999999999999999999",
            "2026-02-30",
            ",", "\n", "  ", "é",
        ].map { Array($0.utf8) } + [[0xFF], [0xED, 0xA0, 0x80]]

    @Test(arguments: 0..<files.count) func damagedFiles(number: Int) throws {
        let (path, sound) = Self.files[number]
        let workspace = try TemporaryWorkspace()
        try workspace.overlay(Self.tests + "/Workspaces/complete")
        for round in 0..<Self.rounds {
            var random = SeededRandom(UInt64(number * 1_000_000 + round))
            var bytes = sound
            for _ in 0...random.below(3) {
                let place = random.below(bytes.count + 1)
                let end = min(bytes.count, place + random.below(30))
                switch random.below(5) {
                case 0 where place < bytes.count: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.removeSubrange(place..<end)
                case 2: bytes.insert(contentsOf: bytes[place..<end], at: random.below(bytes.count + 1))
                case 3 where random.once(in: 4): bytes.removeSubrange(place...)
                default: bytes.insert(contentsOf: random.element(of: Self.words), at: place)
                }
            }
            try workspace.write(bytes, to: path)
            read(workspace, "\(path), seed \(number * 1_000_000 + round)")
        }
    }

    private func read(_ workspace: TemporaryWorkspace, _ what: String) {
        do {
            _ = try WorkspaceReader.read(root: workspace.root)
        } catch let findings as Findings {
            #expect(!findings.list.isEmpty, "\(what)")
            for finding in findings.list { #expect(!finding.rendered.isEmpty, "\(what)") }
        } catch {
            Issue.record("\(what): \(error)")
        }
    }

    private static let corpusFolder: String = tests + "/Corpus/configuration"

    /// Each stands for billwright.yaml.
    @Test(.timeLimit(.minutes(1)), arguments: TestFiles.names(in: corpusFolder)) func whatWasFoundOnce(name: String)
        throws
    {
        let workspace = try TemporaryWorkspace()
        try workspace.overlay(Self.tests + "/Workspaces/complete")
        try workspace.write(
            [UInt8](Data(contentsOf: URL(fileURLWithPath: Self.corpusFolder + "/" + name))), to: "billwright.yaml")
        read(workspace, name)
    }
}
