import BillingTerms
import Yams

/// Reads `credentials` of a service account: references, and nothing else. What stands where a reference belongs may be a
/// secret, so no finding repeats it (the excerpts are masked, see `MaskedLines`).
struct CredentialsReading {
    let mapping: ConfigurationMapping
    private static let kinds = ["env", "file", "secret"]
    private static let hyperbillingKeys = ["account", "email", "key"]

    func read() -> Credentials? {
        mapping.note("credentials", .freeMapping)
        guard let node = mapping.node("credentials") else { return nil }
        let keys = (node.mapping ?? [:]).compactMap { $0.key.scalar?.string }
        guard keys.contains(where: Self.hyperbillingKeys.contains) else {
            return reference(node).map(Credentials.whole)
        }
        guard let inner = mapping.mapping("credentials") else { return nil }
        let references = Self.hyperbillingKeys.map { key in
            if inner.node(key) == nil { inner.missing(key, "a reference to the \(key) that Hyperbilling asks for") }
            return inner.node(key).flatMap(reference)
        }
        inner.finish()
        guard let account = references[0], let email = references[1], let key = references[2] else { return nil }
        return .hyperbilling(account: account, email: email, key: key)
    }

    private func reference(_ node: Node) -> SecretReference? {
        let pairs = Array(node.mapping ?? [:])
        guard pairs.count == 1, let pair = pairs.first, let kind = pair.key.scalar?.string,
            Self.kinds.contains(kind), let name = pair.value.scalar?.string
        else {
            refuse(node, "credentials are named by where they lie; what stands here is no reference, and is not shown")
            return nil
        }
        let reference: SecretReference?
        let expected: String
        switch kind {
        case "env":
            expected = "the name of an environment variable"
            reference = Self.isVariableName(name) ? .environment(name) : nil
        case "file":
            expected = "the path of a file"
            reference = Self.isPlain(name) ? .file(name) : nil
        default:
            expected = "the name of a secret"
            reference = Self.isPlain(name) && !name.contains(" ") ? .secret(name) : nil
        }
        if reference == nil {
            refuse(pair.value, "\"\(kind)\" takes \(expected); what stands here is none, and is not shown")
        }
        return reference
    }

    private func refuse(_ node: Node, _ message: String) {
        mapping.context.report(
            .literalSecret, message, at: mapping.file.place(of: node),
            notes: [
                "expected { env: NAME }, { file: PATH } or { secret: NAME }; for Hyperbilling one for each of account, email and key",
                "if this is a key that works, others may have seen it: replace it at the provider",
            ])
    }

    /// Letters, digits and underscores, as shells take them; what looks like an access key of AWS is one.
    private static func isVariableName(_ text: String) -> Bool {
        guard text.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil else { return false }
        return text.wholeMatch(of: /A[A-Z]{2}A[A-Z0-9]{16}/) == nil
    }

    /// On one line, and not longer than names are.
    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 400
            && !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
            && !text.hasPrefix("-----")
    }
}
