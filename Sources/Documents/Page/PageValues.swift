import Mustache

/// What a template may name, by name. Texts are made safe for Mustache's escaping here, where they come in.
struct PageValues: MustacheParent {
    private var values: [String: Any] = [:]
    private var lazyGroups: [String: () -> [PageValues]] = [:]

    func child(named name: String) -> Any? { values[name] ?? lazyGroups[name].map { $0() } }

    /// Nil is nothing: its section is left out.
    mutating func text(_ name: String, _ value: String?) {
        if let value, !value.isEmpty { values[name] = PageText.value(value) }
    }

    mutating func texts(_ name: String, _ list: [String]) { values[name] = list.map(PageText.value) }
    mutating func flag(_ name: String, _ value: Bool) { values[name] = value }
    mutating func group(_ name: String, _ group: PageValues) { values[name] = group }
    mutating func groups(_ name: String, _ groups: [PageValues]) { values[name] = groups }
    /// Made only when a template asks for it.
    mutating func lazyGroups(_ name: String, _ make: @escaping () -> [PageValues]) { lazyGroups[name] = make }
    /// HTML made of escaped texts, for `{{{name}}}`.
    mutating func markup(_ name: String, _ html: HTMLText) { values[name] = html.string }
    /// For `{{{name}}}` between the quotes of a CSS string.
    mutating func css(_ name: String, _ value: String) { values[name] = PageText.css(value) }
    mutating func labels(_ labels: Labels) { values["labels"] = labels }

    /// A table whose rows are made already; nothing when there are none.
    mutating func rows(_ name: String, _ rows: HTMLText, _ others: [String: String] = [:]) {
        guard !rows.isEmpty else { return }
        var group = PageValues()
        group.markup("rows", rows)
        for (key, value) in others { group.text(key, value) }
        values[name] = group
    }

    static func pairs(_ list: [(label: String, value: String?)]) -> [PageValues] {
        list.compactMap { entry in
            guard let value = entry.value, !value.isEmpty else { return nil }
            var pair = PageValues()
            pair.text("label", entry.label)
            pair.text("value", value)
            return pair
        }
    }
}

extension Labels: MustacheParent {
    func child(named name: String) -> Any? { PageText.value(self[name]) }
}
