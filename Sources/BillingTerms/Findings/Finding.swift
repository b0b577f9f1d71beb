/// Where something stands: a file of the workspace, and a place in it as far as one is known.
package struct Place: Hashable, Sendable, Codable {
    /// The path as the user would type it, relative to the workspace.
    package var file: String
    /// Counted from 1.
    package var line: Int?
    /// Counted from 1, in characters.
    package var column: Int?
    /// Counted from 0; for JSON, where lines can be long.
    package var byte: Int?
    /// The line's text, shown above the caret.
    package var excerpt: String?
    /// How many characters the caret marks.
    package var width: Int

    package init(
        file: String, line: Int? = nil, column: Int? = nil, byte: Int? = nil, excerpt: String? = nil, width: Int = 1
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.byte = byte
        self.excerpt = excerpt
        self.width = width
    }
}

/// Something that a person must know: what was expected, what was found, where, and what happened to the money.
package struct Finding: Hashable, Sendable, Codable {
    package enum Severity: String, Sendable, Codable {
        /// The run, a customer or a row could not be billed as the files say.
        case error
        /// Billed, but somebody should look.
        case warning
        /// Worth knowing; nothing is wrong, and the exit code does not change.
        case note
    }

    package var severity: Severity
    package var code: FindingCode
    package var message: String
    package var place: Place?
    /// Remedies, nearest names and what became of the money, a line each.
    package var notes: [String]

    package init(
        _ severity: Severity, _ code: FindingCode, _ message: String, at place: Place? = nil, notes: [String] = []
    ) {
        self.severity = severity
        self.code = code
        self.message = message
        self.place = place
        self.notes = notes
    }

    /// An error.
    package init(_ code: FindingCode, _ message: String, at place: Place? = nil, notes: [String] = []) {
        self.init(.error, code, message, at: place, notes: notes)
    }
}

extension Finding {
    /// The form that compilers made familiar: place, code, message, excerpt with caret, notes.
    package var rendered: String {
        var lines = [head]
        if let place, let line = place.line, let excerpt = place.excerpt {
            let number = String(line)
            let margin = String(repeating: " ", count: number.count)
            let (shown, caret) = Finding.excerptWindow(excerpt, column: place.column, width: place.width)
            lines.append("  \(number) | \(shown)")
            if let caret { lines.append("  \(margin) | \(caret)") }
        }
        lines += notes.map { "  = \(Finding.onOneLine($0))" }
        return lines.joined(separator: "\n")
    }

    private var head: String {
        let label = "\(severity.rawValue)[\(code.rawValue)]: \(Finding.onOneLine(message))"
        guard let place else { return label }
        var prefix = Finding.onOneLine(place.file)
        if let line = place.line { prefix += ":\(line)" }
        if let column = place.column {
            prefix += ":\(column)"
        } else if let byte = place.byte {
            prefix += " (byte \(byte))"
        }
        return "\(prefix): \(label)"
    }

    /// Names of files and values come from others: what is in them must not command a terminal or look like a second finding.
    private static func onOneLine(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
        let scalars = text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }
        return String(String.UnicodeScalarView(scalars))
    }

    /// Control characters would disturb a terminal and long lines hide the place, so the excerpt is cut around it.
    private static func excerptWindow(_ excerpt: String, column: Int?, width: Int) -> (String, String?) {
        var characters = excerpt.unicodeScalars.map { scalar -> Character in
            scalar.properties.generalCategory == .control ? (scalar == "\t" ? " " : "\u{FFFD}") : Character(scalar)
        }
        var start = 0
        if let column, column > 80 { start = min(column - 40, characters.count) }
        characters = Array(characters.dropFirst(start).prefix(120))
        let shown = (start > 0 ? "…" : "") + String(characters)
        guard let column else { return (shown, nil) }
        let offset = max(0, column - 1 - start) + (start > 0 ? 1 : 0)
        let marks = max(1, min(width, max(1, 121 - offset)))
        return (shown, String(repeating: " ", count: offset) + String(repeating: "^", count: marks))
    }
}

extension Finding: Comparable {
    /// In file order; what has no place comes last.
    package static func < (left: Finding, right: Finding) -> Bool {
        let a = (left.place?.file ?? "\u{10FFFF}", left.place?.line ?? 0, left.place?.column ?? left.place?.byte ?? 0)
        let b = (
            right.place?.file ?? "\u{10FFFF}", right.place?.line ?? 0, right.place?.column ?? right.place?.byte ?? 0
        )
        if a != b { return a < b }
        return (left.code.rawValue, left.message) < (right.code.rawValue, right.message)
    }
}

/// Findings that stop what was asked for: all of a stage at once.
package struct Findings: Error, Sendable {
    package var list: [Finding]
    package init(_ list: [Finding]) { self.list = list }
}
