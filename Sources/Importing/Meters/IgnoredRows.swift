/// Rows that a policy of the workspace passes over (`unknown_meters: ignore`), and a few of the names that they have.
package struct IgnoredRows: Hashable, Sendable {
    package private(set) var count = 0
    /// The first few in the order of their bytes, whoever read what.
    package private(set) var names: [String] = []

    private static let mostNames = 5
    private static let mostCharacters = 100

    package init() {}

    mutating func add(_ name: TextCell) {
        count += 1
        if names.contains(where: { $0.utf8.elementsEqual(name.bytes) }) { return }
        insert(String(name.string.prefix(IgnoredRows.mostCharacters)))
    }

    package mutating func join(_ other: IgnoredRows) {
        count += other.count
        for name in other.names { insert(name) }
    }

    private mutating func insert(_ name: String) {
        let place = names.firstIndex { !$0.utf8.lexicographicallyPrecedes(name.utf8) } ?? names.count
        guard place < IgnoredRows.mostNames else { return }
        if place < names.count, names[place].utf8.elementsEqual(name.utf8) { return }
        names.insert(name, at: place)
        if names.count > IgnoredRows.mostNames { names.removeLast() }
    }
}
