import ArgumentParser
import BillingTerms
import Ledger

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what was imported and run: a line for each period.")

    @OptionGroup var options: CommonOptions

    func run() throws {
        let console = options.console
        try reporting(console) {
            try WorkspaceFolder.require(options.root)
            let ledger = try Ledger.open(
                path: options.root + "/ledger.sqlite", readOnly: true, shownAs: "ledger.sqlite")
            let summary = try StatusSummary(ledger)
            try console.result(options.json ? summary.json : summary.text)
            return Exit.done
        }
    }
}

private struct StatusSummary: Encodable {
    struct Period: Encodable {
        var name: String
        var run: Int
        var status: String
        var documents: Int
        /// By currency, consolidated documents only.
        var amountDue: [String: ExactDecimal]
        var configurationHash: String
        var toolVersion: String
    }

    var formatVersion = 1
    var files: Int
    var rowsKept: Int
    var rowsQuarantined: Int
    var periods: [Period]

    init(_ ledger: Ledger) throws {
        let imports = try ledger.presentImports().map(\.report).filter { $0.status == .imported }
        files = imports.count
        rowsKept = imports.reduce(0) { $0 + $1.rowsKept }
        rowsQuarantined = imports.reduce(0) { $0 + $1.rowsQuarantined }
        var last: [String: RunRecord] = [:]
        for run in try ledger.runs() { last[run.facts.period.name] = run }
        periods = try last.sorted { $0.value.facts.period.days < $1.value.facts.period.days }.map { name, run in
            let documents = try ledger.documents(of: name)
            var due: [String: ExactDecimal] = [:]
            for document in documents where document.scope == .consolidated {
                due[document.currency.code, default: .zero] += document.totals.amountDue.decimal
            }
            return Period(
                name: name, run: run.id, status: run.facts.status.rawValue, documents: documents.count, amountDue: due,
                configurationHash: run.facts.configurationHash, toolVersion: run.facts.toolVersion)
        }
    }

    var text: String {
        var lines = [
            "imported: \(numbered(files, "file")), \(numbered(rowsKept, "row")) kept, \(rowsQuarantined) set aside"
        ]
        if periods.isEmpty { lines.append("no period was run yet") }
        for period in periods {
            let due = period.amountDue.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(
                separator: ", ")
            lines.append(
                "\(period.name)  run \(period.run), \(period.status), \(period.documents) drafts, due \(due.isEmpty ? "nothing" : due)"
            )
        }
        return lines.joined(separator: "\n")
    }
}
