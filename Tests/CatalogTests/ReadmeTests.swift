import BillingTerms
import Catalog
import Foundation
import TestWorkspaces
import Testing

/// What the README says of the configuration, held against the readers.
@Suite struct ReadmeTests {
    private static let repository = (TestFiles.testsFolder(#filePath) as NSString).deletingLastPathComponent
    private static let outline = Result {
        let readme = try Readme(repository: repository)
        let workspace = try TemporaryWorkspace()
        try readme.write(to: workspace)
        let outline = ConfigurationOutline()
        _ = try WorkspaceReader.read(root: workspace.root, outline: outline)
        return outline.mappings
    }

    @Test func everyYAMLBlockIsAFileOfAWorkspace() throws {
        let readme = try Readme(repository: Self.repository)
        let yaml = readme.blocks.filter { $0.info.first == "yaml" }
        #expect(yaml.count > 15)
        for block in yaml { #expect(block.path?.hasSuffix(".yaml") ?? false, "no path: \(block.body.prefix(60))") }
    }

    /// Its files are sound, and hold every kind of mapping that some key may have.
    @Test func everyKindOfMappingIsShown() throws {
        let mappings = try Self.outline.get()
        #expect(mappings.count > 40)
        // Read by the same code as mappings that are shown whole elsewhere.
        let repeated = ["examples[].subscription", "overrides.prices[]"]
        for (path, keys) in mappings where !repeated.contains(where: path.hasSuffix) {
            for (key, entry) in keys {
                let inner = path + (path.contains(": ") ? "." : ": ") + key
                if entry.kinds.contains(.mapping) { #expect(mappings[inner] != nil, "the README shows no \(inner)") }
                if entry.kinds.contains(.mappings) {
                    #expect(mappings[inner + "[]"] != nil, "the README shows no \(inner)[]")
                }
            }
        }
    }

    @Test func everyKeyAndEveryValueIsNamed() throws {
        let words = try Readme(repository: Self.repository).words
        for (path, keys) in try Self.outline.get() {
            for (key, entry) in keys {
                #expect(words.contains(key), "the README does not name \(path): \(key)")
                for kind in entry.kinds {
                    guard case .choice(let values) = kind else { continue }
                    for value in values {
                        #expect(words.contains(value), "the README does not name \(path): \(key): \(value)")
                    }
                }
            }
        }
    }

    /// `[text](#heading)` and `[text](file)`.
    @Test func everyLinkLeadsSomewhere() throws {
        let text = try Readme(repository: Self.repository).text
        let headings = Set(
            text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
                line.drop { $0 == "#" || $0 == " " }.lowercased().filter {
                    $0.isLetter || $0.isNumber || " -".contains($0)
                }
                .replacing(" ", with: "-")
            })
        for link in text.matches(of: #/\]\(([^)\s]+)\)/#).map({ String($0.output.1) }) {
            if link.hasPrefix("#") {
                #expect(headings.contains(String(link.dropFirst())), "no heading \(link)")
            } else if !link.hasPrefix("http") {
                #expect(FileManager.default.fileExists(atPath: Self.repository + "/" + link), "no file \(link)")
            }
        }
    }

    @Test func everyFindingIsListedWithItsMeaning() throws {
        let rows = Set(try Readme(repository: Self.repository).text.split(separator: "\n"))
        for code in FindingCode.allCases {
            let row = "| `\(code.rawValue)` | \(code.explanation) |"
            #expect(rows.contains(row[...]), "the README lacks: \(row)")
        }
    }
}
