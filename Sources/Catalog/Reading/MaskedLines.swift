import Yams

/// A file's lines with what may be a secret made unreadable, for the excerpts of findings: in `accounts.yaml` the
/// credentials, and the values of keys that nobody knows, since `password:` is such a key.
struct MaskedLines {
    private(set) var lines: [String]
    /// Where a value began that is to be masked up to the next thing that is not.
    private var open: Mark?
    private var latest: (line: Int, column: Int) = (0, 0)

    private static let knownKeys: Set<String> = [
        "service_accounts", "rules", "id", "name", "provider", "accounts", "project", "tags",
    ]
    /// Of credentials themselves: these words are shown, what they name is not.
    private static let credentialKeys: Set<String> = ["env", "file", "secret", "account", "email", "key"]

    init(_ lines: [String], of root: Node) {
        self.lines = lines
        for (key, value) in root.mapping ?? [:] {
            visit(key, isSecret: false)
            guard key.scalar?.string == "service_accounts" else {
                visit(value, isSecret: !Self.isKnown(key))
                continue
            }
            for account in value.sequence ?? [] {
                for (key, value) in account.mapping ?? [:] {
                    visit(key, isSecret: false)
                    visit(value, isSecret: !Self.isKnown(key))
                }
            }
        }
        if let open { mask(from: open, to: (lines.count + 1, 1)) }
    }

    private static func isKnown(_ key: Node) -> Bool { key.scalar.map { knownKeys.contains($0.string) } ?? false }

    /// Every node below, in the order of the file. A node that stands before what was visited is an anchor's, which an alias
    /// named: it is masked where it stands.
    private mutating func visit(_ node: Node, isSecret: Bool) {
        if let mark = node.mark {
            if (mark.line, mark.column) < latest {
                let height = node.scalar?.string.split(separator: "\n", omittingEmptySubsequences: false).count ?? 1
                if isSecret { mask(from: mark, to: (mark.line + height, 1)) }
            } else {
                latest = (mark.line, mark.column)
                if isSecret, open == nil, node.scalar != nil { open = mark }
                if !isSecret, let start = open {
                    mask(from: start, to: latest)
                    open = nil
                }
            }
        }
        switch node {
        case .mapping(let mapping):
            for (key, value) in mapping {
                visit(key, isSecret: isSecret && !(key.scalar.map { Self.credentialKeys.contains($0.string) } ?? false))
                visit(value, isSecret: isSecret)
            }
        case .sequence(let sequence):
            for element in sequence { visit(element, isSecret: isSecret) }
        case .scalar, .alias: break
        }
    }

    /// The end is not masked itself, nor what leads to it on its line: a dash, a bracket.
    private mutating func mask(from start: Mark, to end: (line: Int, column: Int)) {
        for line in start.line...max(start.line, end.line) where line <= lines.count {
            let from = line == start.line ? start.column - 1 : 0
            let to = line == end.line ? end.column - 1 : .max
            let lead = lines[line - 1].unicodeScalars.prefix(to)
            if line > start.line, line == end.line, lead.allSatisfy({ " -[{".unicodeScalars.contains($0) }) { continue }
            let scalars = lines[line - 1].unicodeScalars.enumerated().map { place, scalar in
                from <= place && place < to && !scalar.properties.isWhitespace ? "*" : scalar
            }
            lines[line - 1] = String(String.UnicodeScalarView(scalars))
        }
    }
}
