import Foundation
import TestWorkspaces

/// A scenario file: comment lines with the rule and its working by hand, then sections. A section begins at the margin
/// with its name and what follows it on the line; its content is indented by two blanks.
struct Scenario {
    struct Section {
        var name: String
        var argument: String
        var lines: [String]
    }

    let name: String
    let text: String
    let comment: [String]
    let sections: [Section]

    init(name: String, text: String) {
        self.name = name
        self.text = text
        var comment: [String] = []
        var sections: [Section] = []
        for line in text.components(separatedBy: "\n") {
            if line.hasPrefix("#") {
                comment.append(String(line.dropFirst()).trimmingBlanks)
            } else if line.hasPrefix("  "), !sections.isEmpty {
                sections[sections.count - 1].lines.append(String(line.dropFirst(2)))
            } else if line.trimmingBlanks.isEmpty {
                if !sections.isEmpty { sections[sections.count - 1].lines.append("") }
            } else {
                let words = line.trimmingBlanks.split(separator: " ", maxSplits: 1)
                sections.append(
                    Section(name: String(words[0]), argument: words.count > 1 ? String(words[1]) : "", lines: []))
            }
        }
        for place in sections.indices {
            while sections[place].lines.last == "" { sections[place].lines.removeLast() }
        }
        self.comment = comment
        self.sections = sections
    }

    var expected: String { sections.first { $0.name == "expect" }?.lines.joined(separator: "\n") ?? "" }

    /// What the comment says must come out, by hand: `due 13.09 EUR`, `parked unpriced-usage` or `nothing`. A rewritten
    /// expectation is still held against it.
    var verdicts: [String] {
        comment.filter { line in ["due ", "parked ", "nothing"].contains { line.hasPrefix($0) } }
    }

    /// The file with another expectation.
    func rewritten(expecting found: String) -> String {
        let head = text.components(separatedBy: "\n").prefix { !$0.hasPrefix("expect") }
        let tail = ["expect"] + found.components(separatedBy: "\n").map { $0.isEmpty ? "" : "  " + $0 }
        return (head + tail).joined(separator: "\n") + "\n"
    }

    static let folder = TestFiles.testsFolder(#filePath) + "/Scenarios"

    static let names: [String] = TestFiles.names(in: folder).compactMap { name in
        name.hasSuffix(".scenario") ? String(name.dropLast(".scenario".count)) : nil
    }

    static func path(_ name: String) -> String { folder + "/" + name + ".scenario" }
}

extension String {
    var trimmingBlanks: String { trimmingCharacters(in: .whitespaces) }
}
