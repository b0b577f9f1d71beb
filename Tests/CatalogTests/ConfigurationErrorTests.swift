import BillingTerms
import Catalog
import Foundation
import TestWorkspaces
import Testing

/// Every folder of `Tests/Errors/<code>/<case>`: files laid over a sound workspace, and the findings that come of them,
/// to the letter. `BILLWRIGHT_ACCEPT=1` rewrites what is expected.
@Suite struct ConfigurationErrorTests {
    /// The codes that reading a workspace gives; those of imports, runs and outputs are tested where they arise.
    static let codes: [FindingCode] = [
        .fileMissing, .yamlSyntax, .unknownFile, .unknownKey, .missingKey, .wrongType, .invalidValue, .duplicateID,
        .unknownReference, .tierOrder, .periodOrder, .currencyMismatch, .contradiction, .missingRate, .unreadableFile,
        .brokenFile, .literalSecret, .unreachableRule,
    ]

    private static let tests = TestFiles.testsFolder(#filePath)

    static let cases: [String] = codes.flatMap { code in
        TestFiles.names(in: tests + "/Errors/" + code.rawValue).map { code.rawValue + "/" + $0 }
            .filter { isOfConfiguration(tests + "/Errors/" + $0) }
    }

    /// Others keep cases of the same codes here; those of configuration name files of a workspace.
    private static func isOfConfiguration(_ folder: String) -> Bool {
        FileManager.default.fileExists(atPath: folder + "/remove.txt")
            || ["billwright.yaml", "billwrigth.yaml", "accounts.yaml", "sources.yaml", "catalog", "customers"].contains
            {
                FileManager.default.fileExists(atPath: folder + "/input/" + $0)
            }
    }

    @Test(arguments: cases) func findings(name: String) throws {
        let folder = Self.tests + "/Errors/" + name
        let workspace = try TemporaryWorkspace()
        try workspace.overlay(Self.tests + "/Scenarios/defaults")
        if let removed = try? TestFiles.text(folder + "/remove.txt") {
            for path in removed.split(separator: "\n") { try workspace.remove(String(path)) }
        }
        try workspace.overlay(folder + "/input")

        var found: [Finding] = []
        do {
            _ = try WorkspaceReader.read(root: workspace.root)
        } catch let findings as Findings {
            found = findings.list
        }
        let text = found.map(\.rendered).joined(separator: "\n\n").replacing(workspace.root, with: "WORKSPACE") + "\n"
        let expected = folder + "/expected.txt"
        if Expectation.isRewriting {
            try TestFiles.write(text, to: expected)
        } else {
            let difference = Expectation.difference(expected: try TestFiles.text(expected), found: text)
            if let difference { Issue.record("\(name) expects (-) what was not found (+):\n\(difference)") }
        }
        let code = name.split(separator: "/")[0]
        #expect(found.contains { $0.code.rawValue == code }, "\(name) shows the code it stands under")
        #expect(found == found.sorted(), "findings come in file order")
    }

    @Test func everyCodeHasACase() {
        for code in Self.codes {
            #expect(Self.cases.contains { $0.hasPrefix(code.rawValue + "/") }, "\(code.rawValue)")
        }
    }
}
