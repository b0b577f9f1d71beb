import Foundation

/// Expected texts that lie beside the tests.
package enum Expectation {
    /// Whether expected texts are rewritten instead of compared; CI never sets it.
    package static var isRewriting: Bool { ProcessInfo.processInfo.environment["BILLWRIGHT_ACCEPT"] == "1" }

    /// The lines that differ, `-` for expected and `+` for found, with the lines they share around them; nil when the
    /// texts are the same.
    package static func difference(expected: String, found: String) -> String? {
        let left = expected.components(separatedBy: "\n")
        let right = found.components(separatedBy: "\n")
        guard left != right else { return nil }
        let changes = right.difference(from: left)
        let removed = Set(changes.removals.map(\.offset))
        let inserted = Set(changes.insertions.map(\.offset))
        var lines: [String] = []
        var (i, j) = (0, 0)
        while i < left.count || j < right.count {
            if i < left.count, removed.contains(i) {
                lines.append("- " + left[i])
                i += 1
            } else if j < right.count, inserted.contains(j) {
                lines.append("+ " + right[j])
                j += 1
            } else {
                lines.append("  " + (i < left.count ? left[i] : right[j]))
                (i, j) = (i + 1, j + 1)
            }
        }
        return lines.joined(separator: "\n")
    }
}

extension CollectionDifference.Change {
    fileprivate var offset: Int {
        switch self {
        case .insert(let offset, _, _), .remove(let offset, _, _): offset
        }
    }
}
