import BillingTerms
import GRDB
import Testing

@testable import Ledger

/// `verify` finds what somebody did to the file behind the rules' back.
@Suite struct VerifyTests {
    private func books() throws -> Ledger {
        let ledger = try Ledger.inMemory()
        for outputs in ["1", "2"] {
            _ = try ledger.commitRun(
                RunCommit(
                    facts: facts("2026-10", outputs: outputs),
                    files: [file("inbox/a.csv", sha256: "a", quarantined: 1)],
                    quarantine: [row("inbox/a.csv", line: 3)],
                    billings: [
                        try billing(
                            "2026-10", "atlas", credits: [CreditUse("welcome", amount: eur(outputs == "1" ? 5 : 6))],
                            promotions: [PromotionUse("launch", amount: eur(100))], plans: ["2026-10"])
                    ]))
        }
        return ledger
    }

    @Test func `sound books have no findings`() throws {
        #expect(try books().verify() == [])
    }

    @Test(arguments: [
        (
            "UPDATE postings SET minor_units = '7' WHERE transaction_id = 3 AND ordinal = 1",
            "debits and credits of atlas differ in EUR"
        ),
        ("UPDATE postings SET minor_units = 'x'", "the postings cannot be read: x is not an amount"),
        ("DELETE FROM postings WHERE transaction_id = 3", "transaction 3: postings are missing"),
        (
            "UPDATE promotion_cycles SET cycles = 5 WHERE transaction_id = 2",
            "transaction 2: it is not the opposite of transaction 1"
        ),
        (
            """
            DELETE FROM promotion_cycles WHERE transaction_id = 2; DELETE FROM postings WHERE transaction_id = 2;
            DELETE FROM transactions WHERE id = 2
            """,
            "transactions 1 and 3 are both in force"
        ),
        ("UPDATE documents SET status = 'superseded'", "transaction 3: its drafts are superseded, but it is in force"),
        ("UPDATE documents SET content = '{}'", "2026-10/atlas: a draft cannot be read"),
        (
            "UPDATE documents SET amount_due = '1.00'",
            "2026-10/atlas: the document is not what the ledger's columns say"
        ),
        ("DELETE FROM quarantined_rows", "inbox/a.csv: rows set aside: 1 counted, 0 in the ledger"),
        ("UPDATE imported_files SET rows_kept = 11", "rows read are not those kept"),
        ("DELETE FROM runs", "a row of batches refers to a row of runs that is not there"),
        (
            """
            INSERT INTO periods VALUES ('2026-10-05', '2026-10-05', '2026-10-06');
            INSERT INTO billed_plan_periods VALUES ('atlas', 'main', '2026-10-05', '2026-10-06', '2026-10-05')
            """,
            "days of subscription main are billed in 2026-10 and in 2026-10-05"
        ),
    ])
    func `what was tampered with is found`(sql: String, message: String) throws {
        let ledger = try books()
        try ledger.database.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
            for trigger in try String.fetchAll(db, sql: "SELECT name FROM sqlite_schema WHERE type = 'trigger'") {
                try db.execute(sql: "DROP TRIGGER \(trigger)")
            }
            try db.execute(sql: sql)
        }
        let findings = try ledger.verify()
        #expect(findings.allSatisfy { $0.code == .ledgerDamaged })
        #expect(findings.contains { $0.message.contains(message) }, "\(findings.map(\.message))")
    }
}
