import BillingTerms
import Foundation

/// The words of documents in one language (`templates/labels/<language>.yaml`). Labels are translated, data never is.
struct Labels: Sendable {
    let language: String
    private let words: [String: String]

    init(language: String, words: [String: String]) {
        self.language = language
        self.words = words
    }

    /// The key itself where no file has it, so that a gap is seen and nothing fails.
    subscript(_ key: String) -> String { words[key] ?? key }

    /// With what stands in braces filled in.
    func callAsFunction(_ key: String, _ values: [String: String]) -> String {
        var text = self[key]
        for (name, value) in values { text = text.replacing("{\(name)}", with: value) }
        return text
    }

    func has(_ key: String) -> Bool { words[key] != nil }

    /// Reads `key: text` lines; `#` begins a comment, quotes around the text are taken off.
    static func words(inFile text: String, path: String) throws(Findings) -> [String: String] {
        var words: [String: String] = [:]
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let colon = line.range(of: ": "), colon.lowerBound > line.startIndex else {
                throw Findings([
                    Finding(
                        .error, .invalidValue, "expected `key: text`, found \"\(line.prefix(40))\"",
                        at: Place(file: path, line: index + 1))
                ])
            }
            var value = line[colon.upperBound...].trimmingCharacters(in: .whitespaces)
            if value.count >= 2, let quote = value.first, quote == "\"" || quote == "'", value.last == quote {
                value = String(value.dropFirst().dropLast())
            }
            words[String(line[..<colon.lowerBound])] = value
        }
        return words
    }
}

/// The label files of all languages.
struct LabelBook: Sendable {
    private let byLanguage: [String: Labels]
    private let english: Labels

    /// `files` holds the text of each language's file; English ones stand in for what another lacks.
    init(files: [(language: String, path: String, text: String)]) throws(Findings) {
        var words: [String: [String: String]] = [:]
        for file in files {
            words[file.language, default: [:]].merge(try Labels.words(inFile: file.text, path: file.path)) { $1 }
        }
        let fallback = words["en"] ?? [:]
        english = Labels(language: "en", words: fallback)
        byLanguage = Dictionary(
            uniqueKeysWithValues: words.map { language, own in
                (language, Labels(language: language, words: fallback.merging(own) { $1 }))
            })
    }

    /// `de` for `de`, `de_DE` and `de-AT`; English for a language without a file.
    func labels(for locale: String) -> Labels {
        if let exact = byLanguage[locale] { return exact }
        return byLanguage[LocaleStyle.language(of: locale)] ?? english
    }
}
