import BillingTerms
import Yams

/// A YAML mapping while it is read. Each key that is asked for is thereby known; `finish` reports the others, so the
/// reader and the list of keys cannot drift apart.
final class ConfigurationMapping {
    let file: ConfigurationFile
    let context: ConfigurationContext
    /// Which kind of mapping it is, where that is noted.
    private let path: String
    private let mark: Mark?
    /// In the file's order.
    private let entries: [Entry]
    private var asked: [String] = []

    /// A key with its value. A node holds weak references, which take long to copy: it stays where it is, and what is asked
    /// for most stands beside it.
    private final class Entry {
        let key: Node
        let value: Node
        /// The key, where it is a text.
        let name: String?
        /// The value, where it is one text.
        let text: String?
        /// Whether nothing stands behind the key.
        let isEmpty: Bool

        init(key: Node, value: Node) {
            self.key = key
            self.value = value
            name = key.scalar?.string
            let scalar = value.scalar
            text = scalar?.string
            isEmpty = scalar.map { $0.style == .plain && ["", "~", "null"].contains($0.string) } ?? false
        }
    }

    init?(_ node: Node, file: ConfigurationFile, context: ConfigurationContext, what: String, path: String = "") {
        guard let mapping = node.mapping else {
            context.report(
                .wrongType, "\(what) must be a mapping of keys to values", at: file.place(of: node),
                notes: ["found \(ConfigurationMapping.describe(node))"])
            return nil
        }
        mark = mapping.mark
        entries = mapping.indices.map { Entry(key: mapping[$0].key, value: mapping[$0].value) }
        self.file = file
        self.context = context
        self.path = path
        context.outline?.see(path)
    }

    /// For the outline: as what a key is asked for.
    func note(_ key: String, _ kind: ConfigurationOutline.Kind?, isRequired: Bool = false) {
        context.outline?.note(key, in: path, kind, isRequired: isRequired)
    }

    /// The kind of the mappings under a key.
    private func path(of key: String, _ more: String = "") -> String {
        guard context.outline != nil else { return "" }
        return path + (path.contains(": ") ? "." : ": ") + key + more
    }

    var place: Place { file.place(line: mark?.line, column: mark?.column) }

    static func describe(_ node: Node) -> String {
        switch node {
        case .scalar(let scalar): scalar.string.isEmpty ? "nothing" : "the text \"\(scalar.string.prefix(40))\""
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }

    // MARK: Asking

    /// The node under a key; nil where the key is missing or its value is empty.
    func node(_ key: String) -> Node? { filled(key)?.value }

    private func filled(_ key: String) -> Entry? {
        asked.append(key)
        note(key, nil)
        guard let entry = entry(key), !entry.isEmpty else { return nil }
        return entry
    }

    private func entry(_ key: String) -> Entry? { entries.first { $0.name == key } }

    func keyPlace(_ key: String) -> Place { entry(key).map { file.place(of: $0.key) } ?? place }

    func valuePlace(_ key: String) -> Place { entry(key).map { file.place(of: $0.value) } ?? place }

    func missing(_ key: String, _ meaning: String) {
        context.report(.missingKey, "the key \"\(key)\" is missing: \(meaning)", at: place)
    }

    func text(_ key: String) -> String? {
        note(key, .text)
        return scalar(key)
    }

    private func scalar(_ key: String) -> String? {
        filled(key).flatMap { $0.text ?? text(of: $0.value, what: "\"\(key)\"") }
    }

    private func text(of node: Node, what: String) -> String? {
        if let scalar = node.scalar { return scalar.string }
        context.report(
            .wrongType, "\(what) must be a single value", at: file.place(of: node),
            notes: ["found \(ConfigurationMapping.describe(node))"])
        return nil
    }

    func requiredText(_ key: String, _ meaning: String) -> String? {
        note(key, .text, isRequired: true)
        guard let entry = filled(key) else {
            missing(key, meaning)
            return nil
        }
        return entry.text ?? text(of: entry.value, what: "\"\(key)\"")
    }

    /// A value that `parse` understands; anything else is reported with what was expected.
    func value<T>(_ key: String, expected: String, _ parse: (String) -> T?) -> T? {
        note(key, .described(expected))
        return parsed(key, expected: expected, parse)
    }

    private func parsed<T>(_ key: String, expected: String, _ parse: (String) -> T?) -> T? {
        guard let text = scalar(key) else { return nil }
        if let value = parse(text) { return value }
        context.report(
            .invalidValue, "\"\(text)\" is not \(expected)", at: valuePlace(key))
        return nil
    }

    func required<T>(_ key: String, _ meaning: String, expected: String, _ parse: (String) -> T?) -> T? {
        note(key, .described(expected), isRequired: true)
        guard filled(key) != nil else {
            missing(key, meaning)
            return nil
        }
        return value(key, expected: expected, parse)
    }

    func choice<T: RawRepresentable & CaseIterable>(_ key: String, as type: T.Type) -> T? where T.RawValue == String {
        note(key, .choice(T.allCases.map(\.rawValue)))
        guard let text = scalar(key) else { return nil }
        if let value = T(rawValue: text) { return value }
        reportUnknownChoice(text, of: key, among: T.allCases.map(\.rawValue), at: valuePlace(key))
        return nil
    }

    func reportUnknownChoice(_ text: String, of key: String, among names: [String], at place: Place) {
        var notes = ["one of: \(names.joined(separator: ", "))"]
        if let near = nearestName(to: text, among: names) { notes.insert("nearest: \"\(near)\"", at: 0) }
        context.report(.invalidValue, "\"\(text)\" is not a value of \"\(key)\"", at: place, notes: notes)
    }

    func flag(_ key: String) -> Bool? {
        note(key, .flag)
        return parsed(key, expected: "true or false") { $0 == "true" ? true : ($0 == "false" ? false : nil) }
    }

    func decimal(_ key: String) -> ExactDecimal? {
        note(key, .number)
        return parsed(key, expected: "a decimal number such as 12.50") { try? ExactDecimal(parsing: $0) }
    }

    /// A decimal that must not be below zero.
    func amount(_ key: String) -> ExactDecimal? {
        note(key, .number)
        return parsed(key, expected: "a decimal number such as 12.50, not below zero") { text in
            guard let value = try? ExactDecimal(parsing: text), !value.isNegative else { return nil }
            return value
        }
    }

    func requiredAmount(_ key: String, _ meaning: String) -> ExactDecimal? {
        note(key, .number, isRequired: true)
        guard filled(key) != nil else {
            missing(key, meaning)
            return nil
        }
        return amount(key)
    }

    /// `8%` as 0.08. A bare number is refused: 8 could mean 8 % or 800 %.
    func percentage(_ key: String, mayBeNegative: Bool = false, most: ExactDecimal? = nil) -> ExactDecimal? {
        note(key, .percentage)
        let limit = most.map { " of at most \($0.shortText)%" } ?? ""
        return parsed(key, expected: "a percentage\(limit), written with its sign such as 7.5%") { text in
            guard text.hasSuffix("%"), let value = try? ExactDecimal(parsing: String(text.dropLast())),
                mayBeNegative || !value.isNegative, most.map({ value <= $0 }) ?? true
            else { return nil }
            return (value * ExactDecimal(coefficient: 1, scale: 2)).normalized
        }
    }

    func day(_ key: String) -> CalendarDay? {
        note(key, .day)
        return parsed(key, expected: "a day such as 2026-01-31") { CalendarDay(iso: $0) }
    }

    func currency(_ key: String) -> Currency? {
        guard let text = text(key) else { return nil }
        if let currency = Currency(code: text) { return currency }
        let near = nearestName(to: text, among: Currency.knownCodes)
        context.report(
            .invalidValue, "\"\(text)\" is not a currency code of ISO 4217", at: valuePlace(key),
            notes: near.map { ["nearest: \"\($0)\""] } ?? [])
        return nil
    }

    func zone(_ key: String) -> BillingZone? {
        value(key, expected: "an IANA time zone such as Europe/Berlin") { BillingZone(identifier: $0) }
    }

    // MARK: Ids and references

    /// The id under `key`, which must be there, declared as one of its kind.
    func declaredID(_ key: String, _ kind: DeclaredKind) -> String? {
        guard let text = requiredText(key, "the id of this \(kind.rawValue)") else { return nil }
        guard isIdentifier(text, at: valuePlace(key)) else { return nil }
        context.declare(kind, text, at: valuePlace(key))
        return text
    }

    func isIdentifier(_ text: String, at place: Place) -> Bool {
        let forbidden = text.unicodeScalars.contains { scalar in
            scalar.properties.isWhitespace || scalar.properties.generalCategory == .control
                || "\"'\\/".unicodeScalars.contains(scalar)
        }
        if !text.isEmpty, !forbidden, text.utf8.count <= 100, text != ".", text != ".." { return true }
        context.report(
            .invalidValue, "\"\(text)\" cannot be an id: up to 100 bytes without blanks, quotes or slashes", at: place)
        return false
    }

    func reference(_ key: String, _ kind: DeclaredKind) -> String? {
        guard let text = text(key) else { return nil }
        context.refer(to: kind, text, at: valuePlace(key))
        return text
    }

    func requiredReference(_ key: String, _ kind: DeclaredKind, _ meaning: String) -> String? {
        note(key, .text, isRequired: true)
        guard filled(key) != nil else {
            missing(key, meaning)
            return nil
        }
        return reference(key, kind)
    }

    func references(_ key: String, _ kind: DeclaredKind) -> [String] {
        texts(of: key) { context.refer(to: kind, $0, at: $1) }
    }

    // MARK: Lists

    /// A list of texts; a single text counts as a list of one.
    func texts(_ key: String) -> [String] { texts(of: key) { _, _ in } }

    /// A list of texts, each with its place.
    func placedTexts(_ key: String) -> [(text: String, place: Place)] {
        var places: [Place] = []
        let texts = texts(of: key) { places.append($1) }
        return Array(zip(texts, places))
    }

    /// The keys of this mapping, where they are free.
    var keys: [String] { entries.compactMap(\.name) }

    /// The places of a free mapping's keys.
    func placedKeys(_ key: String) -> [(text: String, place: Place)] {
        guard let inner = node(key)?.mapping else { return [] }
        return inner.compactMap { entry in entry.key.scalar.map { ($0.string, file.place(of: entry.key)) } }
    }

    private func texts(of key: String, each: (String, Place) -> Void) -> [String] {
        note(key, .texts)
        guard let node = node(key) else { return [] }
        let nodes = node.sequence.map(Array.init) ?? [node]
        return nodes.compactMap { element in
            guard let text = text(of: element, what: "each element of \"\(key)\"") else { return nil }
            each(text, file.place(of: element))
            return text
        }
    }

    /// A list of mappings.
    func mappings(_ key: String, what: String) -> [ConfigurationMapping] {
        note(key, .mappings)
        guard let node = node(key) else { return [] }
        guard let sequence = node.sequence else {
            context.report(
                .wrongType, "\"\(key)\" must be a list, each entry beginning with a dash", at: file.place(of: node),
                notes: ["found \(ConfigurationMapping.describe(node))"])
            return []
        }
        let path = path(of: key, "[]")
        return sequence.compactMap {
            ConfigurationMapping($0, file: file, context: context, what: what, path: path)
        }
    }

    func mapping(_ key: String) -> ConfigurationMapping? {
        note(key, .mapping)
        return inner(key, path: path(of: key))
    }

    /// A mapping whose keys are free, as the keys of the outline are not: it is none of its mappings.
    func looseMapping(_ key: String) -> ConfigurationMapping? {
        note(key, .freeMapping)
        return inner(key, path: ConfigurationOutline.free)
    }

    private func inner(_ key: String, path: String) -> ConfigurationMapping? {
        node(key).flatMap {
            ConfigurationMapping($0, file: file, context: context, what: "\"\(key)\"", path: path)
        }
    }

    /// A mapping whose keys are free, such as tags: key → list of values.
    func freeMapping(_ key: String) -> [String: [String]] {
        guard let inner = looseMapping(key) else { return [:] }
        var result: [String: [String]] = [:]
        for entry in inner.entries {
            guard let name = entry.name else { continue }
            result[name] = inner.texts(name)
        }
        return result
    }

    /// A mapping whose keys are free and whose values are single texts: a list would lose all but one of them.
    func texts(ofMapping key: String) -> [String: String] {
        guard let inner = looseMapping(key) else { return [:] }
        var result: [String: String] = [:]
        for entry in inner.entries {
            guard let name = entry.name else { continue }
            result[name] = inner.text(name)
        }
        return result
    }

    // MARK: The end

    /// Reports the keys that were never asked for, with the nearest one that was. Of those that exist elsewhere `owners`
    /// says what they belong to.
    func finish(owners: [String: String] = [:]) {
        for entry in entries {
            guard let key = entry.name, !asked.contains(key) else { continue }
            if let owner = owners[key] {
                context.report(
                    .unknownKey, "the key \"\(key)\" has no meaning here", at: file.place(of: entry.key),
                    notes: ["it belongs to \(owner)"])
                continue
            }
            var notes: [String] = []
            if let near = nearestName(to: key, among: asked) { notes.append("nearest: \"\(near)\"") }
            if notes.isEmpty { notes.append("known here: \(Set(asked).sorted().joined(separator: ", "))") }
            context.report(.unknownKey, "there is no key \"\(key)\" here", at: file.place(of: entry.key), notes: notes)
        }
    }
}
