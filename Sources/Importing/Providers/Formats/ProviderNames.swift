/// How billwright names providers and their accounts, whatever a bill calls them.
package enum ProviderNames {
    /// The lower-case key of `accounts.yaml` for a provider's name in a bill: `aws`, `azure`, `google`, `oracle`, else
    /// the name in lower case with hyphens.
    package static func key(_ name: String) -> String {
        let slug = slug(name)
        if let known = keys[slug] { return known }
        return slug
    }

    private static let keys: [String: String] = [
        "aws": "aws", "amazon": "aws", "amazon-web-services": "aws", "amazon-web-services-inc": "aws",
        "amazon-web-services-aws": "aws",
        "azure": "azure", "microsoft": "azure", "microsoft-azure": "azure", "microsoft-corporation": "azure",
        "google": "google", "google-cloud": "google", "google-cloud-platform": "google", "gcp": "google",
        "oracle": "oracle", "oracle-cloud": "oracle", "oracle-cloud-infrastructure": "oracle", "oci": "oracle",
    ]

    private static func slug(_ name: String) -> String {
        var text = ""
        for scalar in name.lowercased().unicodeScalars {
            if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
                text.unicodeScalars.append(scalar)
            } else if !text.isEmpty, text.last != "-" {
                text.append("-")
            }
        }
        while text.last == "-" { text.removeLast() }
        return text
    }

    /// An account id as billwright writes it. AWS ids have twelve digits: a spreadsheet that took them for numbers cut
    /// their zeros off, and they are put back. Ids of other lengths or with other characters (masked ones) stay.
    package static func account(_ id: String, provider: String) -> String {
        guard provider == "aws", id.utf8.count < 12, !id.isEmpty,
            id.utf8.allSatisfy({ $0 &- UInt8(ascii: "0") <= 9 })
        else { return id }
        return String(repeating: "0", count: 12 - id.utf8.count) + id
    }

    /// The form in which an account of `accounts.yaml` and one of a bill are compared. Azure writes its ids in any case,
    /// and as paths (`/subscriptions/…`) where people write the last part alone.
    package static func accountKey(_ id: String, provider: String) -> String {
        guard provider == "azure" else { return account(id, provider: provider) }
        return id.split(separator: "/").last.map { $0.lowercased() } ?? id.lowercased()
    }

    /// The resource group in the path of a resource of Azure: `/subscriptions/…/resourceGroups/NAME/…`, whose words are
    /// written in any case. Empty where the path has none.
    static func resourceGroup(ofResource path: String) -> String {
        let parts = path.split(separator: "/")
        guard let place = parts.firstIndex(where: { $0.lowercased() == "resourcegroups" }), place + 1 < parts.count
        else {
            return ""
        }
        return String(parts[place + 1])
    }
}
