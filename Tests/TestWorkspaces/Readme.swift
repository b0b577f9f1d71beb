import Foundation

/// The README as the tests read it: the files that it shows, the commands that it shows, and its tables.
package struct Readme: Sendable {
    package let text: String
    package let blocks: [Block]

    /// What stands between three backticks and three backticks.
    package struct Block: Sendable {
        /// Behind the first backticks: a language, and for files that can have no comment their path.
        package let info: [String]
        package let body: String

        /// The file of a workspace that it is: YAML says its path in its first line.
        package var path: String? {
            if info.first == "yaml" {
                let first = body.prefix { $0 != "\n" }
                return first.hasPrefix("# ") ? String(first.dropFirst(2)) : nil
            }
            return info.count > 1 ? info[1] : nil
        }
    }

    package init(repository: String) throws {
        text = try TestFiles.text(repository + "/README.md")
        var blocks: [Block] = []
        var open: (info: [String], lines: [String])?
        for line in text.components(separatedBy: "\n") {
            if let block = open {
                if line == "```" {
                    blocks.append(Block(info: block.info, body: block.lines.map { $0 + "\n" }.joined()))
                    open = nil
                } else {
                    open?.lines.append(line)
                }
            } else if line.hasPrefix("```") {
                open = (line.dropFirst(3).split(separator: " ").map(String.init), [])
            }
        }
        self.blocks = blocks
    }

    /// Writes every file that the page shows.
    package func write(to workspace: TemporaryWorkspace) throws {
        for block in blocks {
            if let path = block.path { try workspace.write(block.body, to: path) }
        }
    }

    /// Every word between backticks outside blocks, and every word of the YAML that is shown.
    package var words: Set<String> {
        var words = Set<String>()
        func add(_ text: some StringProtocol) {
            for part in text.split(whereSeparator: { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }) {
                words.insert(String(part))
            }
        }
        for block in blocks where block.info.first == "yaml" { add(block.body) }
        for (place, part) in text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
        where place % 2 == 1 { add(part) }
        return words
    }
}
