import BillingTerms
import Foundation
import GRDB
import Testing

@testable import Ledger

/// Killed anywhere, the next run brings the books to the same state.
///
/// A kill is a copy of the files as they are at that moment: before each statement of a commit, with a cache of a few
/// pages, so that SQLite has written half of the changes into the ledger already.
@Suite struct CrashTests {
    private func commit(outputs: String, used: Int) throws -> RunCommit {
        let text = String(repeating: "x", count: 3_000)
        return RunCommit(
            facts: facts("2026-10", outputs: outputs), files: [file("inbox/a.csv", sha256: outputs, quarantined: 4)],
            quarantine: (1...4).map { row("inbox/a.csv", line: $0, original: text + outputs) },
            billings: try ["atlas", "borea", "ceres"].map { name in
                var billing = try billing(
                    "2026-10", CustomerID(name), due: used, credits: [CreditUse("welcome", amount: eur(used))],
                    plans: ["2026-10"])
                var long = document("2026-10", CustomerID(name), due: eur(used))
                long.notes = [text]
                billing.drafts = [try Draft(long)]
                return billing
            })
    }

    @Test func `a kill at any statement of a commit is undone, and the next run converges`() throws {
        let place = try Workplace()
        let ledger = try Ledger.open(path: place.ledgerPath)
        _ = try ledger.commitRun(try commit(outputs: "outputs-1", used: 100))
        let before = try ledger.dump()

        let (names, snapshots) = (Mutexed<[String]>([]), place.path)
        ledger.database.inDatabase { db in
            try? db.execute(sql: "PRAGMA cache_size = 2")
            db.trace(options: .statement) { _ in
                let name = "\(snapshots)/killed-\(names.value.count).sqlite"
                for suffix in ["", "-journal"] {
                    try? FileManager.default.copyItem(
                        atPath: "\(snapshots)/ledger.sqlite\(suffix)", toPath: name + suffix)
                }
                names.value.append(name)
            }
        }
        let second = try commit(outputs: "outputs-2", used: 250)
        _ = try ledger.commitRun(second)
        ledger.database.inDatabase { db in db.trace() }
        let after = try ledger.dump()

        #expect(names.value.count > 40)
        var interrupted = 0
        for name in names.value {
            if FileManager.default.fileExists(atPath: name + "-journal") { interrupted += 1 }
            let (bytes, reader) = (
                try Data(contentsOf: URL(fileURLWithPath: name)), try Ledger.open(path: name, readOnly: true)
            )
            #expect(try reader.dump() == before)
            #expect(try Data(contentsOf: URL(fileURLWithPath: name)) == bytes)
            let survivor = try Ledger.open(path: name)
            #expect(try survivor.dump() == before)
            _ = try survivor.commitRun(second)
            #expect(try survivor.dump() == after)
            #expect(try survivor.verify().isEmpty)
            try survivor.close()
        }
        #expect(interrupted > 20)
    }

    @Test func `a kill while the first ledger is made leaves nothing or a ledger`() throws {
        let place = try Workplace()
        let queue = try DatabaseQueue(path: place.ledgerPath)
        let half = place.path + "/half.sqlite"
        try queue.write { db in
            try db.execute(sql: "PRAGMA cache_size = 1")
            try Migration.createFirstBooks(db)
            for suffix in ["", "-journal"] {
                try FileManager.default.copyItem(atPath: place.ledgerPath + suffix, toPath: half + suffix)
            }
        }
        #expect(FileManager.default.fileExists(atPath: half + "-journal"))
        let ledger = try Ledger.open(path: half)
        #expect(try ledger.verify().isEmpty)
        #expect(try ledger.runs().isEmpty)
    }

    @Test func `values that are refused half way through leave nothing`() throws {
        let ledger = try Ledger.inMemory()
        _ = try ledger.commitRun(try commit(outputs: "outputs-1", used: 100))
        let before = try ledger.dump()
        var bad = try commit(outputs: "outputs-2", used: 250)
        bad.billings[2].creditUses = [
            CreditUse("huge", amount: Money(minorUnits: Int128.max / 4, currency: euro))
        ]
        #expect(throws: DatabaseError.self) { try ledger.commitRun(bad) }
        #expect(try ledger.dump() == before)
    }
}

/// A value that a callback fills.
final class Mutexed<Value>: @unchecked Sendable {
    private let lock = NSLock()
    private var stored: Value
    init(_ value: Value) { stored = value }
    var value: Value {
        get { lock.withLock { stored } }
        set { lock.withLock { stored = newValue } }
    }
}
