import ArgumentParser
import BillingTerms
import Catalog

/// What `costs` and `usage` take alike: which days, and how the answer is laid out.
struct QueryOptions: ParsableArguments {
    enum Format: String, ExpressibleByArgument, CaseIterable { case table, csv, json }

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Which period: \(BillingPeriod.expectedForms).", valueName: "period"))
    var period: String?

    @Option(help: ArgumentHelp("The first day, in place of a period.", valueName: "day"))
    var from: String?

    @Option(help: ArgumentHelp("The last day, with --from.", valueName: "day"))
    var to: String?

    @OptionGroup var reference: ReferenceDay

    @Option(help: "The order: name, or amount (largest first within a currency or meter; with --top the default).")
    var sort: Arrangement.Sort?

    @Option(
        help: ArgumentHelp(
            "Only the largest so many of each currency or meter, and the others as one row.", valueName: "count"))
    var top: Int?

    @Option(help: "How to print: table, csv or json.")
    var format = Format.table

    func validate() throws {
        if let top, top < 1 { throw ValidationError("--top takes a number from 1 on") }
        if period != nil, from != nil || to != nil {
            throw ValidationError("give either --period, or --from and --to")
        }
        if period == nil, from == nil || to == nil {
            throw ValidationError("which days? Give --period \(BillingPeriod.expectedForms); or --from and --to")
        }
    }

    /// The days that are asked for; `--to` is the last one of them.
    func days() throws -> ServicePeriod {
        if let period { return try reference.period(period).days }
        guard let from, let to else { throw ValidationError("give either --period, or --from and --to") }
        let (first, last) = (try reference.day(from, of: "--from"), try reference.day(to, of: "--to"))
        guard first <= last else { throw ValidationError("--to \(last) lies before --from \(first)") }
        return ServicePeriod(start: first, end: last + 1)
    }

    var arrangement: Arrangement { Arrangement(sort: sort ?? (top == nil ? .name : .amount), top: top) }
}

/// Names that are given to an option and must exist: a mistyped one would ask for nothing, and get it.
func known<Name>(
    _ texts: [String], among names: some Sequence<String>, _ what: String, as name: (String) -> Name
) throws -> [Name] {
    let all = Array(names)
    for text in texts where !all.contains(where: { $0.utf8.elementsEqual(text.utf8) }) {
        let near = nearestName(to: text, among: all).map { "; nearest: \"\($0)\"" }
        let list =
            all.isEmpty
            ? "; there is none" : "; known: \(all.prefix(8).joined(separator: ", "))\(all.count > 8 ? ", …" : "")"
        throw ValidationError("no \(what) is named \"\(text)\"" + (near ?? list))
    }
    return texts.map(name)
}

/// What `--by` names, in its order: each once.
func groupingNames(_ text: String) throws -> [String] {
    let names = text.split(separator: ",", omittingEmptySubsequences: false).map {
        String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
    if names.contains("") { throw ValidationError("--by takes names with a comma between them") }
    for (place, name) in names.enumerated() where names[..<place].contains(name) {
        throw ValidationError("--by names \"\(name)\" twice")
    }
    return names
}

/// `key=value`, or a key alone for any value; several of one key mean any of them.
func keyedPatterns(_ texts: [String], of option: String) throws -> [String: [TextPattern]] {
    var patterns: [String: [TextPattern]] = [:]
    for text in texts {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let key = parts.first, !key.isEmpty else {
            throw ValidationError("\(option) takes key=value, or a key alone, not \"\(text)\"")
        }
        patterns[key, default: []].append(TextPattern(parts.count > 1 ? parts[1] : "*"))
    }
    return patterns
}
