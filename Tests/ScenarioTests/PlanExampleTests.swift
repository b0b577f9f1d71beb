import BillingTerms
import Catalog
import Invoicing
import TestWorkspaces
import Testing

/// Every folder of `Tests/Errors/example-differs`: plans with examples, and the findings of those that do not hold, to the
/// letter. `BILLWRIGHT_ACCEPT=1` rewrites what is expected.
@Suite struct PlanExampleTests {
    private static let errors = TestFiles.testsFolder(#filePath) + "/Errors/example-differs"

    @Test(arguments: TestFiles.names(in: errors)) func findings(name: String) throws {
        let folder = Self.errors + "/" + name
        let workspace = try TemporaryWorkspace()
        try workspace.overlay(Scenario.folder + "/defaults")
        try workspace.overlay(folder + "/input")
        let findings = try WorkspaceReader.read(root: workspace.root).exampleFindings()
        let text = findings.map(\.rendered).joined(separator: "\n\n") + "\n"
        let expected = folder + "/expected.txt"
        if Expectation.isRewriting {
            try TestFiles.write(text, to: expected)
        } else {
            let difference = Expectation.difference(expected: try TestFiles.text(expected), found: text)
            if let difference { Issue.record("\(name) expects (-) what was not found (+):\n\(difference)") }
        }
        #expect(findings.allSatisfy { $0.code == .exampleDiffers })
    }
}
