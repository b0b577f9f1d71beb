import BillingTerms
import GRDB
import Importing
import Testing

@testable import Ledger

/// Whatever program opens the file: what is booked stays.
@Suite struct AppendOnlyTests {
    private func books() throws -> Ledger {
        let ledger = try Ledger.inMemory()
        _ = try ledger.commitRun(
            RunCommit(
                facts: facts("2026-10"), files: [file("inbox/a.csv", sha256: "a", quarantined: 1)],
                quarantine: [row("inbox/a.csv", line: 3)],
                billings: [
                    try billing(
                        "2026-10", "atlas", credits: [CreditUse("welcome", amount: eur(500))],
                        promotions: [PromotionUse("launch", amount: eur(100))], plans: ["2026-10"])
                ]))
        return ledger
    }

    @Test(arguments: [
        "UPDATE postings SET minor_units = '1'", "DELETE FROM postings", "UPDATE transactions SET customer = 'zenith'",
        "DELETE FROM transactions", "UPDATE promotion_cycles SET cycles = 0", "DELETE FROM promotion_cycles",
        "UPDATE runs SET manifest_hash = ''", "DELETE FROM runs", "UPDATE periods SET end_day = '2027-01-01'",
        "DELETE FROM imported_files", "UPDATE imported_files SET rows_kept = 11, rows_read = 12",
        "DELETE FROM batches", "UPDATE imported_costs SET billed_cost = '0'", "DELETE FROM quarantined_rows",
        "UPDATE quarantined_rows SET reason = ''", "UPDATE quarantined_rows SET until_batch = 1, original = ''",
        "INSERT INTO postings VALUES (1, 99, 'credit-used:atlas/welcome', '1', 'EUR')",
    ])
    func `what is booked can neither be changed nor deleted`(sql: String) throws {
        let ledger = try books()
        try ledger.record(files: [costs])
        let before = try ledger.dump()
        let error = #expect(throws: DatabaseError.self) { try ledger.tamper(sql) }
        let message = error?.message ?? ""
        #expect(message.contains("is append-only") || message.contains("is complete"), "\(message)")
        #expect(try ledger.dump() == before)
    }

    private var costs: FileReport {
        var report = file("inbox/bill.csv", sha256: "b")
        report.billedCost = ["USD": 12]
        return report
    }

    @Test(arguments: [
        "UPDATE documents SET content = '{}'", "DELETE FROM documents",
        "UPDATE documents SET status = 'draft', number = NULL",
    ])
    func `an issued document can neither be changed nor deleted`(sql: String) throws {
        let ledger = try books()
        try ledger.tamper("UPDATE documents SET status = 'issued', number = 'INV-2026-000001'")
        let before = try ledger.dump()
        let error = #expect(throws: DatabaseError.self) { try ledger.tamper(sql) }
        #expect(error?.message?.hasPrefix("issued documents are never") == true)
        #expect(try ledger.dump() == before)
    }

    @Test func `a run does not replace, or bill again, what is issued`() throws {
        let ledger = try books()
        try ledger.tamper("UPDATE documents SET status = 'issued', number = 'INV-2026-000001'")
        let before = try ledger.dump()
        let refusal = LedgerRefusal.issued(period: "2026-10", customer: "atlas")
        for (name, plan) in [("2026-10", "2026-10"), ("2026-10-05", "2026-10-05")] {
            let commit = RunCommit(
                facts: facts(name, outputs: "others"), billings: [try billing(name, "atlas", due: 7, plans: [plan])])
            #expect(throws: refusal) { try ledger.commitRun(commit) }
        }
        #expect(throws: refusal) {
            try ledger.commitRun(RunCommit(facts: facts("2026-10", outputs: "2"), billings: []))
        }
        #expect(try ledger.dump() == before)
    }

    @Test(arguments: [
        """
        INSERT INTO imported_files SELECT 9, batch, 'x', 'x', 0, content, status, 5, 1, 1, 1, NULL, NULL
        FROM imported_files
        """,
        "INSERT INTO postings SELECT 7, 1, ledger_account, '12.50', currency FROM postings LIMIT 1",
        "INSERT INTO postings SELECT 7, 1, ledger_account, 'x', currency FROM postings LIMIT 1",
        "UPDATE documents SET number = 'INV-1'", "UPDATE documents SET status = 'paid'",
    ])
    func `the tables refuse what no run writes`(sql: String) throws {
        let ledger = try books()
        let error = #expect(throws: DatabaseError.self) { try ledger.tamper(sql) }
        #expect(error?.message?.hasPrefix("CHECK constraint failed") == true, "\(error?.message ?? "")")
    }
}
