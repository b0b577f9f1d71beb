import BillingTerms
import Foundation
import Yams

/// A configuration file's text and where its nodes stand, for findings that point at the very character.
struct ConfigurationFile: Sendable {
    /// Relative to the workspace.
    let path: String
    let text: String
    private var lines: [String]
    /// Whether findings show the line that they are about.
    private var showsLines: Bool

    /// A file that may hold secrets shows no line of itself, until they are `masked`.
    init(path: String, text: String, mayHoldSecrets: Bool = false) {
        self.path = path
        self.text = text
        showsLines = !mayHoldSecrets
        // CR LF is one character of Swift's, so that splitting at LF alone would find no line.
        lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }.map(
            String.init)
    }

    /// The same file, whose findings show its lines without what may be a secret.
    func masked(_ root: Node) -> ConfigurationFile {
        var file = self
        file.lines = MaskedLines(lines, of: root).lines
        file.showsLines = true
        return file
    }

    func place(line: Int?, column: Int? = nil, width: Int = 1) -> Place {
        let excerpt = line.flatMap { showsLines && $0 >= 1 && $0 <= lines.count ? lines[$0 - 1] : nil }
        return Place(file: path, line: line, column: column, excerpt: excerpt, width: width)
    }

    /// The place of a node; a scalar is marked in its whole width.
    func place(of node: Node) -> Place {
        guard case .scalar(let scalar) = node else { return place(line: node.mark?.line, column: node.mark?.column) }
        let width = max(1, scalar.string.count + (scalar.style.isQuoted ? 2 : 0))
        return place(line: scalar.mark?.line, column: scalar.mark?.column, width: width)
    }

    /// The document as a tree, or the finding that says why there is none.
    func compose() -> Result<Node?, Findings> {
        if let line = lineOfComposedKey {
            let finding = Finding(
                .yamlSyntax,
                "expected a plain text as key: this file has many aliases, and one of them could stand in it",
                at: place(line: line + 1))
            return .failure(Findings([finding]))
        }
        do {
            // Left to itself, Yams looks into the environment for the encoding, for each file anew.
            return .success(try Yams.compose(yaml: text, .basic, .default, .utf8))
        } catch let error as YamlError {
            return .failure(Findings([syntaxFinding(error)]))
        } catch {
            return .failure(Findings([Finding(.yamlSyntax, "not YAML: \(error)", at: Place(file: path))]))
        }
    }

    /// Keys are hashed whole: one that holds aliases of lists of aliases takes years. No key of ours is anything but a text,
    /// so that in a file with as many aliases as such a bomb needs, no line may look like another kind of key.
    private var lineOfComposedKey: Int? {
        // A pattern takes longer than all else that is done with a small file.
        guard text.utf8.count(where: { $0 == UInt8(ascii: "*") }) > 16 else { return nil }
        let aliases = text.matches(of: #/(?:^|[\s\[\{,:\-?])\*[^\s,\]\}\[\{]/#).count
        guard aliases > 16 else { return nil }
        return lines.firstIndex { line in
            line.contains(#/(?:^|[\s\[\{,\-])\?(?:\s|$)|\*[^\s,\]\}\[\{]+\s*:(?:\s|$)|[\]\}]\s*:(?:\s|$)/#)
        }
    }

    private func syntaxFinding(_ error: YamlError) -> Finding {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return Finding(.yamlSyntax, problem, at: place(line: mark.line, column: mark.column))
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.map { "\"\($0)\"" }.sorted().joined(separator: ", ")
            return Finding(
                .yamlSyntax, "the key \(names) stands twice in one mapping",
                at: place(line: context.mark.line, column: context.mark.column))
        default:
            return Finding(.yamlSyntax, "\(error)", at: Place(file: path))
        }
    }
}

/// What ids name, for uniqueness and references.
enum DeclaredKind: String, CaseIterable {
    case meter
    case productItem = "product item"
    case plan
    case addOn = "add-on"
    case promotion
    case promotionCode = "promotion code"
    case reward
    case customer
    case project
    case serviceAccount = "service account"
    case rule
    case creditGrant = "credit grant"
    case taxCode = "tax code"
    case creditUnit = "credit unit"
}

/// What is gathered while the files are read: findings, which ids exist and where, and which are referred to.
final class ConfigurationContext {
    private(set) var findings: [Finding] = []
    /// Those of the workspace, which plans start from, and what each profile sets.
    var conventions = Conventions()
    var profiles: [String: ConventionSettings] = [:]
    /// Where keys are noted, for the README and the schemas.
    var outline: ConfigurationOutline?
    private var declared: [DeclaredKind: [String: Place]] = [:]
    private var references: [(kind: DeclaredKind, name: String, place: Place)] = []
    private var laterChecks: [(Workspace) -> [Finding]] = []
    private var laterRemarks: [(Workspace) -> [Finding]] = []
    /// Of a part: what its files declare, for the whole to compare.
    private var declarations: [(kind: DeclaredKind, name: String, place: Place)] = []
    private let isPart: Bool

    init() { isPart = false }

    // MARK: Parts

    /// What a part needs to know of the files that were read before. Profiles are for the business and for plans.
    struct Beginning: Sendable {
        fileprivate var conventions: Conventions
        fileprivate var declared: [DeclaredKind: [String: Place]]
    }

    var beginning: Beginning { Beginning(conventions: conventions, declared: declared) }

    /// Gathers what some files say while others read other files; `take` puts it where it belongs.
    init(partAfter beginning: Beginning) {
        conventions = beginning.conventions
        declared = beginning.declared
        isPart = true
    }

    /// As if the part's files had been read here, one after the other.
    func take(_ part: ConfigurationContext) {
        findings += part.findings
        for (kind, name, place) in part.declarations { declare(kind, name, at: place) }
        references += part.references
        laterChecks += part.laterChecks
        laterRemarks += part.laterRemarks
    }

    // MARK: What files say

    func report(_ code: FindingCode, _ message: String, at place: Place?, notes: [String] = []) {
        findings.append(Finding(code, message, at: place, notes: notes))
    }

    func declare(_ kind: DeclaredKind, _ name: String, at place: Place) {
        if isPart {
            declarations.append((kind, name, place))
        } else if let first = declared[kind]?[name] {
            let location = first.line.map { "\(first.file):\($0)" } ?? first.file
            report(
                .duplicateID, "there are two of \(kind.rawValue) \"\(name)\"", at: place,
                notes: ["the first is at \(location)"])
        } else {
            declared[kind, default: [:]][name] = place
        }
    }

    func refer(to kind: DeclaredKind, _ name: String, at place: Place) {
        references.append((kind, name, place))
    }

    func isDeclared(_ kind: DeclaredKind, _ name: String) -> Bool { declared[kind]?[name] != nil }

    /// A check between files, made when all have been read and every reference holds.
    func later(_ check: @escaping (Workspace) -> Finding?) {
        laterChecks.append { workspace in check(workspace).map { [$0] } ?? [] }
    }

    /// Several checks of one customer.
    func later(of customer: CustomerID, _ checks: [(Workspace, Customer) -> Finding?]) {
        laterChecks.append { workspace in
            guard let customer = workspace.customers[customer] else { return [] }
            return checks.compactMap { $0(workspace, customer) }
        }
    }

    /// What is told of a workspace in which everything holds.
    func remarkLater(_ remarks: @escaping (Workspace) -> [Finding]) { laterRemarks.append(remarks) }

    func remarks(_ workspace: Workspace) -> [Finding] { laterRemarks.flatMap { $0(workspace) }.sorted() }

    func checkTogether(_ workspace: Workspace) {
        findings += laterChecks.flatMap { $0(workspace) }
    }

    /// Once all files are read: what is named and does not exist, with the nearest that does.
    func checkReferences() {
        for (kind, name, place) in references where declared[kind]?[name] == nil {
            report(
                .unknownReference, "no \(kind.rawValue) is named \"\(name)\"", at: place,
                notes: nearestNote(to: name, kind: kind))
        }
    }

    func nearestNote(to name: String, kind: DeclaredKind) -> [String] {
        let known = declared[kind] ?? [:]
        if let near = nearestName(to: name, among: known.keys), let place = known[near] {
            return ["nearest: \"\(near)\" (\(place.file)\(place.line.map { ":\($0)" } ?? ""))"]
        }
        if known.isEmpty { return ["the workspace has no \(kind.rawValue) at all"] }
        return ["known: \(known.keys.sorted().prefix(8).joined(separator: ", "))\(known.count > 8 ? ", …" : "")"]
    }
}

extension Node.Scalar.Style {
    fileprivate var isQuoted: Bool { self == .singleQuoted || self == .doubleQuoted }
}
