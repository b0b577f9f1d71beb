import BillingTerms
import Foundation

/// File and folder names made from ids: safe on Linux, macOS and Windows, and unique within their folder even where
/// names differ only in case or Unicode form. The same ids give the same names, in whatever order they come.
package struct OutputNames: Sendable {
    /// In UTF-8, with the suffix that tells clashing names apart.
    static let longestByteCount = 100

    private let names: [String: String]

    /// `reserved` names are taken already; an id that would get one of them is given a suffix.
    package init(_ ids: some Sequence<String>, reserved: [String] = []) {
        let taken = Set(reserved.map(Self.folded))
        var groups: [String: Set<Data>] = [:]
        // Keyed by bytes: Swift takes two Unicode forms of one text for equal, files do not.
        for id in ids { groups[Self.folded(Self.safe(id)), default: []].insert(Data(id.utf8)) }
        var names: [String: String] = [:]
        for (key, members) in groups {
            for member in members {
                let id = String(decoding: member, as: UTF8.self)
                let alone = members.count == 1 && !taken.contains(key)
                names[Self.key(id)] = alone ? Self.safe(id) : Self.suffixed(id)
            }
        }
        self.names = names
    }

    /// The name for an id that was given at the beginning; for any other, a name that cannot clash.
    package func name(for id: String) -> String { names[Self.key(id)] ?? Self.suffixed(id) }

    /// Without regard to other ids.
    static func safe(_ id: String) -> String {
        var text = ""
        for scalar in id.precomposedStringWithCanonicalMapping.unicodeScalars {
            text.unicodeScalars.append(isSafe(scalar) ? scalar : "-")
        }
        text = String(text.drop { $0 == "." || $0 == "-" || $0 == " " })
        while let last = text.last, last == "." || last == " " { text.removeLast() }
        text = cut(text, to: longestByteCount)
        if text.isEmpty { return "unnamed" }
        let stem = text.split(separator: ".", omittingEmptySubsequences: false).first.map { $0.uppercased() } ?? ""
        return reservedStems.contains(stem) ? "_" + cut(text, to: longestByteCount - 1) : text
    }

    /// With eight digits of a hash of the id's bytes (FNV-1a) behind it.
    private static func suffixed(_ id: String) -> String {
        var hash: UInt32 = 0x811C_9DC5
        for byte in id.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        let digits = String(hash, radix: 16)
        let suffix = "-" + String(repeating: "0", count: 8 - digits.count) + digits
        return cut(safe(id), to: longestByteCount - suffix.utf8.count) + suffix
    }

    private static func isSafe(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            let isAlphanumeric = scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
            return isAlphanumeric || scalar == "-" || scalar == "_" || scalar == "." || scalar == "+" || scalar == "@"
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .decimalNumber:
            return true
        default:
            return false
        }
    }

    private static func cut(_ text: String, to count: Int) -> String {
        var cut = text
        while cut.utf8.count > count { cut.removeLast() }
        while let last = cut.last, last == "." || last == " " { cut.removeLast() }
        return cut
    }

    /// What file systems without regard to case, or with decomposed names, take for the same.
    private static func folded(_ name: String) -> String {
        name.precomposedStringWithCompatibilityMapping.uppercased().lowercased()
    }

    /// Tells Unicode forms apart, as `String`'s own equality does not.
    private static func key(_ id: String) -> String {
        id.unicodeScalars.allSatisfy(\.isASCII) ? id : id.utf8.map { String($0, radix: 16) }.joined(separator: ".")
    }

    private static let reservedStems: Set<String> = {
        var stems: Set<String> = ["CON", "PRN", "AUX", "NUL", "CLOCK$"]
        for digit in 1...9 {
            stems.insert("COM\(digit)")
            stems.insert("LPT\(digit)")
        }
        return stems
    }()
}

extension OutputNames {
    /// What a run writes beside the customers' folders.
    static let runFiles = [
        "index.html", "run.json", "invoices.csv", "lines.csv", "credits.csv", "reconciliation.csv", "quarantine.csv",
    ]

    /// The folders of a workspace's customers. Give all of them, also those who are not billed in this run, so that a
    /// restricted run writes to the same places.
    package static func folders(for customers: some Sequence<CustomerID>) -> OutputNames {
        OutputNames(customers.map(\.text), reserved: runFiles)
    }
}
