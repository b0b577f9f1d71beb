import ArgumentParser
import BillingTerms
import Catalog
import Foundation
import Invoicing
import Ledger
import Rating

struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Shows how an invoice, or one line of it, came about: price version, steps, adjustments, source rows.",
        discussion: """
            INVOICE is a document's reference, as the documents print it: 2026-10/atlas, \
            or 2026-10/atlas/atlas-web for one project.
            """)

    @OptionGroup var options: CommonOptions

    @Argument(help: "The document, such as 2026-10/atlas or 2026-10/atlas/atlas-web.")
    var invoice: String

    @Argument(help: "The number of one line; the whole document when not given.")
    var line: Int?

    @Option(help: ArgumentHelp("How many source rows to show at most.", valueName: "count"))
    var rows = 20

    func run() throws {
        let console = options.console
        try reporting(console) {
            try WorkspaceFolder.require(options.root)
            let ledger = try Ledger.open(
                path: options.root + "/ledger.sqlite", readOnly: true, shownAs: "ledger.sqlite")
            let document = try document(in: ledger)
            guard let number = line else {
                try console.result(options.json ? Versioned(document).json : ExplainedDocument(document).text)
                return Exit.done
            }
            guard let line = document.lines.first(where: { $0.number == number }) else {
                let numbers = document.lines.map { String($0.number) }.joined(separator: ", ")
                throw ValidationError("\(invoice) has no line \(number); its lines: \(numbers)")
            }
            if options.json {
                try console.result(Versioned(line).json)
                return Exit.done
            }
            let workspace = try WorkspaceReader.read(root: options.root)
            let sources = try SourceRows(
                root: options.root, workspace: workspace,
                past: ImportedPast(ledger, before: BillingPeriod(absolute: document.periodName)?.days),
                now: Timestamp(nanoseconds: Int64(Date().timeIntervalSince1970) * 1_000_000_000), limit: max(0, rows)
            )
            .text(behind: line, of: document)
            try console.result(ExplainedLine(line, of: document).text + sources)
            return Exit.done
        }
    }

    private func document(in ledger: Ledger) throws -> InvoiceDocument {
        let period = invoice.split(separator: "/").first.map(String.init) ?? ""
        let documents = try ledger.documents(of: period)
        if let document = documents.first(where: { $0.reference == invoice || $0.number == invoice }) {
            return document.restored(from: documents)
        }
        if documents.isEmpty {
            let known = Set(try ledger.runs().map(\.facts.period.name)).sorted()
            throw ValidationError(
                "no documents of the period \"\(period)\"; periods that were run: \(known.isEmpty ? "none" : known.joined(separator: ", "))"
            )
        }
        let near = nearestName(to: invoice, among: documents.map(\.reference))
        throw ValidationError("there is no document \"\(invoice)\"" + (near.map { "; nearest: \($0)" } ?? ""))
    }
}

/// A whole document in words: every line in one row, then how its amounts were adjusted.
private struct ExplainedDocument {
    let document: InvoiceDocument
    init(_ document: InvoiceDocument) { self.document = document }

    var text: String {
        var lines = [
            "\(document.reference)  \(document.buyer.name)\(document.project.map { ", \($0.name)" } ?? "")",
            "\(document.status.rawValue) \(document.role.rawValue) for \(document.period), days of \(document.zone), in \(document.currency)",
            "",
        ]
        lines += columns(
            document.lines.map { line in
                [
                    String(line.number), line.rated.description, line.rated.tier,
                    "\(line.rated.quantity.shortText) \(line.rated.unit)",
                    "× \(line.rated.unitPrice)", line.grossAmount.decimal.description,
                    line.discountAmount.isZero ? "" : "−\(line.discountAmount.decimal)",
                    line.netAmount.decimal.description,
                ]
            }, header: ["line", "description", "tier", "quantity", "price", "gross", "discount", "net"],
            rightAligned: [0, 3, 5, 6, 7])
        for adjustment in document.adjustments {
            lines += [
                "",
                "\(adjustment.description) (\(adjustment.kind.rawValue), \(adjustment.id)) on \(adjustment.appliesTo): −\(adjustment.amount)",
            ]
            lines += steps(adjustment.working)
        }
        lines.append("")
        for tax in document.taxes {
            lines.append(
                "\(tax.name) \((tax.rate * .hundred).shortText) % (\(tax.category.rawValue)) on \(tax.taxableAmount.decimal): \(tax.taxAmount.decimal)"
            )
        }
        let totals = document.totals
        let amounts: [(String, Money)] = [
            ("gross", totals.sumOfLineGrossAmounts), ("discounts", -totals.discounts),
            ("net", totals.sumOfLineNetAmounts),
            ("promotional credit", -totals.promotionalCredit), ("total without tax", totals.totalWithoutTax),
            ("tax", totals.totalTax), ("total with tax", totals.totalWithTax), ("prepaid", -totals.paidAmount),
            ("amount due", totals.amountDue),
        ]
        lines += columns(amounts.map { [$0, $1.decimal.description] }, header: nil, rightAligned: [1])
        return lines.joined(separator: "\n")
    }
}

/// One line in words.
private struct ExplainedLine {
    let line: InvoiceLine
    let document: InvoiceDocument

    init(_ line: InvoiceLine, of document: InvoiceDocument) {
        self.line = line
        self.document = document
    }

    var text: String {
        let rated = line.rated
        var lines = [
            "\(document.reference), line \(line.number): \(rated.description)\(rated.tier.isEmpty ? "" : ", \(rated.tier)")",
            "project \(line.projectName); \(rated.period); plan \(rated.plan), version of \(rated.planVersion), subscription \(rated.subscription)",
            "",
        ]
        lines += steps(rated.working)
        lines.append("  gross \(line.grossAmount)")
        for discount in line.discounts {
            lines.append("  \(discount.name) (\(discount.promotion)): −\(discount.amount.decimal)")
        }
        if !line.discounts.isEmpty { lines.append("  net \(line.netAmount)") }
        if !line.promotionalCredit.isZero {
            lines.append("  promotional credit: −\(line.promotionalCredit.decimal), taxable \(line.taxableAmount)")
        }
        lines.append("  tax \(line.taxCode), \((line.taxRate * .hundred).shortText) %")
        return lines.joined(separator: "\n") + "\n"
    }
}

/// Working steps, a row each: label, calculation, result.
private func steps(_ working: [WorkingStep]) -> [String] {
    columns(working.map { ["  " + $0.label, $0.calculation, "= " + $0.result] }, header: nil, rightAligned: [])
}
