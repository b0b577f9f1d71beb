import Foundation
import TestWorkspaces
import Testing

/// October 2026 of the sample workspace, as `samples/README.md` promises it.
@Suite struct SampleMonthTests {
    /// Billed once for all of these tests.
    private static let billed = Result {
        let workspace = try TemporaryWorkspace.sample()
        return (workspace: workspace, answer: try workspace.bill("2026-10"))
    }
    private let workspace: TemporaryWorkspace
    private let answer: Answer

    init() throws { (workspace, answer) = try Self.billed.get() }

    @Test func findingsAreThoseThatWerePromised() throws {
        #expect(answer.code == 1)
        #expect(answer.output == "")
        try expectGolden(answer.errors, "sample-findings.txt")

        let promised = try TestFiles.text(Repository.samples + "/README.md")
            .firstMatch(of: /### Rows that are wrong on purpose\n([\s\S]*?)###/)?.1
            .matches(of: /\| `([^`]+)` \| (\d+) \| `([^`]+)` \|/)
        let rows = try #require(promised)
        #expect(rows.count == 10)
        for row in rows {
            let told = answer.errorLines.contains {
                $0.hasPrefix("inbox/meters/\(row.1):\(row.2)") && $0.contains("error[\(row.3)]")
            }
            #expect(told, "\(row.1):\(row.2) \(row.3)")
        }
        #expect(answer.errorLines.count { $0.contains(" error[") } == rows.count)
    }

    @Test func everyFileIsWhatTheManifestSays() throws {
        let folder = workspace.root + "/out/2026-10"
        let manifest = try #require(
            try JSONSerialization.jsonObject(with: Data(workspace.text("out/2026-10/run.json").utf8)) as? [String: Any])
        let outputs = try #require(manifest["outputs"] as? [[String: Any]])
        var list = ""
        for output in outputs {
            let path = try #require(output["path"] as? String)
            let size = try FileManager.default.attributesOfItem(atPath: folder + "/" + path)[.size] as? Int
            #expect(size == output["byte_count"] as? Int, "\(path)")
            list += "\(output["sha256"] as? String ?? "")  \(path)\n"
        }
        let hashes = try TemporaryWorkspace(below: Scratch.folder)
        try hashes.write(list, to: "list")
        let check = try Program.shell("cd '\(folder)' && sha256sum --check --strict --quiet '\(hashes.root)/list'")
        #expect(check.code == 0, "\(check.errors)\(check.output)")
        #expect(
            Set(try workspace.tree("out/2026-10").keys)
                == Set(outputs.compactMap { $0["path"] as? String } + ["run.json"]))
    }

    /// What each customer has to pay.
    @Test func amountsDue() throws {
        let due = try workspace.rows("out/2026-10/invoices.csv").filter { $0["scope"] == "consolidated" }
            .map { "\($0["customer"] ?? "") \($0["amount_due"] ?? "") \($0["currency"] ?? "")" }
        #expect(
            due == [
                "hafenrad 1389.10 EUR", "kiosk-elbblick 164.83 EUR", "mikan 163393 JPY", "moraeseom 591.20 USD",
                "platform 385.74 EUR", "quillpeak 0.00 USD", "stadtarchiv 7242.90 EUR", "tulpveld 2452.22 EUR",
                "windfeld 5235.33 EUR",
            ])
    }

    /// Every amount of a consolidated invoice is the sum of its projects'.
    @Test func projectsAddUp() throws {
        let rows = try workspace.rows("out/2026-10/invoices.csv")
        let amounts = [
            "gross", "discounts", "net", "promotional_credit", "total_without_tax", "tax", "total_with_tax",
            "prepaid_applied", "amount_due",
        ]
        for whole in rows where whole["scope"] == "consolidated" {
            let parts = rows.filter { $0["scope"] == "project" && $0["customer"] == whole["customer"] }
            #expect(!parts.isEmpty)
            for amount in amounts {
                let sum = parts.reduce(Decimal(0)) { $0 + Cents.of($1[amount]) }
                #expect(sum == Cents.of(whole[amount]), "\(amount) of \(whole["customer"] ?? "")")
            }
            let (net, credit) = (Cents.of(whole["net"]), Cents.of(whole["promotional_credit"]))
            #expect(Cents.of(whole["gross"]) - Cents.of(whole["discounts"]) == net)
            #expect(net - credit + Cents.of(whole["tax"]) == Cents.of(whole["total_with_tax"]))
            let due = Cents.of(whole["total_with_tax"]) - Cents.of(whole["prepaid_applied"])
            #expect(due == Cents.of(whole["amount_due"]))
        }
    }

    /// One invoice as `recalculate.py` computes it, which shares no code with billwright: the same lines and totals.
    @Test(.enabled(if: Program.find("python3") != nil, "python3 is not installed"))
    func invoiceByHand() throws {
        let byHand = try Program.shell("python3 '\(Repository.samples)/recalculate.py'")
        try #require(byHand.code == 0, "\(byHand.errors)")
        let tables = MarkdownTable.all(in: byHand.output)
        let expected = try #require(tables.first).rows.map { row in
            [row[0] == "shared" ? "" : row[0]] + row[2...].map { $0 }
        }
        let found = try workspace.rows("out/2026-10/hafenrad/hafenrad.csv").map { row in
            ["project", "quantity", "unit", "unit_price", "gross", "discount", "net"].map { row[$0] ?? "" }
        }.map { $0.enumerated().map { $0 == 3 ? "\(Cents.of($1))" : $1 } }
        #expect(found.map { $0.joined(separator: " ") }.sorted() == expected.map { $0.joined(separator: " ") }.sorted())

        let invoice = try #require(
            try workspace.rows("out/2026-10/invoices.csv").first { $0["reference"] == "2026-10/hafenrad" })
        let steps = try #require(tables.dropFirst().first).rows
        func step(_ name: String) -> String? { steps.first { $0[0].hasPrefix(name) }?[1] }
        #expect(invoice["gross"] == step("sum of lines"))
        #expect(invoice["net"] == step("**net**")?.plain)
        #expect(invoice["total_without_tax"] == step("**total without tax**")?.plain)
        #expect(invoice["total_with_tax"] == step("**total with tax**")?.plain)
        #expect(invoice["amount_due"] == step("**amount due**")?.plain)
        for row in try #require(tables.dropFirst(2).first).rows.dropLast() {
            let part = try #require(
                try workspace.rows("out/2026-10/invoices.csv").first { $0["reference"] == "2026-10/hafenrad/\(row[0])" }
            )
            let columns = ["gross", "discounts", "net", "promotional_credit", "tax", "prepaid_applied", "amount_due"]
            #expect(columns.map { part[$0] ?? "" } == Array(row[1...]))
        }
    }

    @Test func oneCustomersInvoice() throws {
        try expectGolden(try workspace.text("out/2026-10/hafenrad/hafenrad.csv"), "hafenrad.csv")
        try expectGolden(try workspace.text("out/2026-10/hafenrad/hafenrad.html"), "hafenrad.html")
    }
}

enum Cents {
    /// Amounts in the tool's files are plain digits with a point.
    static func of(_ text: String?) -> Decimal { Decimal(string: text ?? "", locale: Locale(identifier: "C")) ?? .nan }
}

struct MarkdownTable {
    /// Without the header.
    var rows: [[String]]

    static func all(in text: String) -> [MarkdownTable] {
        var tables: [MarkdownTable] = []
        var lines: [[String]] = []
        for line in text.components(separatedBy: "\n") + [""] {
            if line.hasPrefix("|") {
                lines.append(
                    line.dropFirst().dropLast().components(separatedBy: "|").map {
                        $0.trimmingCharacters(in: .whitespaces)
                    })
            } else if !lines.isEmpty {
                tables.append(MarkdownTable(rows: Array(lines.dropFirst(2))))
                lines = []
            }
        }
        return tables
    }
}

extension String {
    /// Without the marks of bold text.
    fileprivate var plain: String { replacingOccurrences(of: "*", with: "") }
}
