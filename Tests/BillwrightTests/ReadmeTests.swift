import Foundation
import TestWorkspaces
import Testing

/// The README's workspace, as the program has it, and the outputs that the README shows.
@Suite struct ReadmeTests {
    private static let readme = Result { try Readme(repository: Repository.root) }

    private func workspace() throws -> TemporaryWorkspace {
        let workspace = try TemporaryWorkspace(below: Scratch.folder)
        try Self.readme.get().write(to: workspace)
        return workspace
    }

    /// No finding, and every plan comes to the amounts of its examples.
    @Test func itsWorkspaceIsSound() throws {
        let answer = try workspace().billwright("check")
        #expect(answer.code == 0 && answer.errors.isEmpty, "\(answer.errors)")
    }

    /// `$ billwright … -w acme …`, and what the program prints then. `make accept` rewrites it.
    @Test func itsCommandsPrintWhatItShows() throws {
        let workspace = try workspace()
        let readme = try Self.readme.get()
        var text = readme.text
        var count = 0
        for block in readme.blocks where block.info.first == "console" {
            var printed = ""
            for line in block.body.split(separator: "\n") where line.hasPrefix("$ ") {
                let words = line.dropFirst(2).split(separator: " ").map(String.init)
                try #require(words.first == "billwright" && words.contains("acme"), "\(line)")
                let answer = try Program.run(words.dropFirst().map { $0 == "acme" ? workspace.root : $0 })
                #expect(answer.code == 0, "\(line): \(answer.errors)")
                let output = answer.output.trimmingCharacters(in: .newlines)
                printed += line + "\n" + (output.isEmpty ? "" : output + "\n")
                count += 1
            }
            if let difference = Expectation.difference(expected: block.body, found: printed) {
                if !Expectation.isRewriting { Issue.record("the program prints otherwise:\n\(difference)") }
                text = text.replacing(block.body, with: printed)
            }
        }
        #expect(count >= 4)
        if Expectation.isRewriting { try TestFiles.write(text, to: Repository.root + "/README.md") }
    }

    /// The finding that it shows is one of the sample month's.
    @Test func itsFindingIsTold() throws {
        let told = try TestFiles.text(Repository.tests + "/BillwrightTests/Goldens/sample-findings.txt")
        let shown = try #require(try Self.readme.get().blocks.first { $0.body.contains(": error[") })
        #expect(told.contains(shown.body))
    }
}
