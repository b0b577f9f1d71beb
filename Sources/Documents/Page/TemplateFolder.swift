import BillingTerms
import Foundation
import Mustache

/// The templates and labels: those of the user's folder, and for each file that it lacks the one compiled in.
struct TemplateFolder: Sendable {
    let library: MustacheLibrary
    let labels: LabelBook

    private static let pages: [(name: String, bytes: [UInt8])] = [
        ("invoice", PackageResources.invoice_mustache), ("index", PackageResources.index_mustache),
        ("party", PackageResources.party_mustache), ("style", PackageResources.style_mustache),
    ]

    private static let languages: [(name: String, bytes: [UInt8])] = [
        ("en", PackageResources.en_yaml), ("de", PackageResources.de_yaml), ("fr", PackageResources.fr_yaml),
        ("ja", PackageResources.ja_yaml), ("ko", PackageResources.ko_yaml),
    ]

    /// Throws when a file of the folder cannot be read or is not a template; nil means the compiled-in files.
    init(_ folder: String?) throws(Findings) {
        var library = MustacheLibrary()
        for page in Self.pages {
            let file =
                try Self.file(page.name + ".mustache", in: folder) ?? (
                    page.name, String(decoding: page.bytes, as: UTF8.self)
                )
            do {
                try library.register(file.text, named: page.name)
            } catch {
                throw Findings([Self.finding(error, in: file.path)])
            }
        }
        self.library = library

        var files = Self.languages.map { ($0.name, $0.name + ".yaml", String(decoding: $0.bytes, as: UTF8.self)) }
        for name in try Self.labelFiles(in: folder) {
            guard let file = try Self.file("labels/" + name, in: folder) else { continue }
            files.append((String(name.dropLast(".yaml".count)), file.path, file.text))
        }
        labels = try LabelBook(files: files.map { (language: $0.0, path: $0.1, text: $0.2) })
    }

    private static func finding(_ error: any Error, in path: String) -> Finding {
        guard let error = error as? MustacheTemplate.ParserError else {
            return Finding(.error, .invalidValue, "this is no Mustache template", at: Place(file: path))
        }
        let context = error.context
        return Finding(
            .error, .invalidValue, "this is no Mustache template: \(reason(error.error))",
            at: Place(
                file: path, line: context.lineNumber, column: context.columnNumber, excerpt: context.line, width: 1),
            notes: ["the text is understood up to here; templates/README.md says what may stand in braces"])
    }

    private static func reason(_ error: any Error) -> String {
        switch error as? MustacheTemplate.Error {
        case .sectionCloseNameIncorrect: "a section is closed that is not the one opened last"
        case .unfinishedName: "a tag is not closed with the braces that opened it"
        case .expectedSectionEnd: "a section {{#…}} or {{^…}} is never closed"
        case .invalidSetDelimiter: "expected delimiters as in {{=<% %>=}}"
        case .transformAppliedToInheritanceSection, .illegalTokenInsideInheritSection, .textInsideInheritSection:
            "this may not stand inside a template that another one fills in"
        case .invalidConfigVariableSyntax, .unrecognisedConfigVariable:
            "expected a setting as in {{% CONTENT_TYPE:TEXT}}"
        case nil: "the text ends inside a tag"
        }
    }

    private static func file(_ name: String, in folder: String?) throws(Findings) -> (path: String, text: String)? {
        guard let folder else { return nil }
        let path = folder + "/" + name
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let shown = shown(folder) + "/" + name
        do {
            return (shown, try String(contentsOfFile: path, encoding: .utf8))
        } catch {
            throw Findings([
                Finding(.error, .unreadableFile, "the file cannot be read as UTF-8 text", at: Place(file: shown))
            ])
        }
    }

    /// As findings name it: the workspace's own folder is `templates`.
    private static func shown(_ folder: String) -> String { (folder as NSString).lastPathComponent }

    private static func labelFiles(in folder: String?) throws(Findings) -> [String] {
        guard let folder, FileManager.default.fileExists(atPath: folder + "/labels") else { return [] }
        do {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/labels")
            return names.filter { $0.hasSuffix(".yaml") }.sorted()
        } catch {
            throw Findings([
                Finding(
                    .error, .unreadableFile, "the folder cannot be read", at: Place(file: shown(folder) + "/labels"))
            ])
        }
    }

    /// The page as bytes. `name` is one of the compiled-in templates, so that it always exists.
    func render(_ name: String, _ values: PageValues) -> [UInt8] {
        Array((library.render(values, withTemplate: name) ?? "").utf8)
    }
}
