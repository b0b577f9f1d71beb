import BillingTerms
import Foundation
import GRDB
import Testing

@testable import Ledger

@Suite struct OpeningTests {
    @Test func `a new ledger has the newest version and passes verification`() throws {
        let place = try Workplace()
        let ledger = try Ledger.open(path: place.ledgerPath)
        #expect(try ledger.read(LedgerHeader.read) == LedgerHeader(applicationID: 0x6277_6C67, version: 2))
        #expect(try ledger.verify().isEmpty)
        try ledger.close()
        #expect(try place.names == ["ledger.sqlite"])
    }

    @Test func `what is booked is on the disk, in one file, when a commit returns`() throws {
        let place = try Workplace()
        let ledger = try Ledger.open(path: place.ledgerPath)
        let settings = try ledger.read { db in
            try ["synchronous", "journal_mode", "foreign_keys"].map { try String.fetchOne(db, sql: "PRAGMA \($0)") }
        }
        #expect(settings == ["3", "delete", "1"])
        try ledger.record(files: [file("inbox/a.csv", sha256: "a")])
        #expect(try place.names == ["ledger.sqlite"])
    }

    @Test func `opening again changes no byte`() throws {
        let place = try Workplace()
        try Ledger.open(path: place.ledgerPath).close()
        let before = try place.bytes()
        try Ledger.open(path: place.ledgerPath).close()
        #expect(try place.bytes() == before)
    }

    @Test func `an empty file, as a killed first run leaves it, becomes a ledger`() throws {
        let place = try Workplace()
        try Data().write(to: URL(fileURLWithPath: place.ledgerPath))
        #expect(try Ledger.open(path: place.ledgerPath).verify().isEmpty)
    }

    @Test func `a file that is not a ledger is refused and stays as it is`() throws {
        for content in ["date,amount\n2026-10-01,12\n", "SQLite format 3\0 but cut"] {
            let place = try Workplace()
            try Data(content.utf8).write(to: URL(fileURLWithPath: place.ledgerPath))
            expectRefusal(place, "expected a billwright ledger, found another kind of file")
            #expect(try place.bytes() == Data(content.utf8))
            #expect(try place.names == ["ledger.sqlite"])
        }
    }

    @Test func `another program's database is refused and stays as it is`() throws {
        let place = try Workplace()
        let other = try DatabaseQueue(path: place.ledgerPath)
        try other.write { db in try db.execute(sql: "CREATE TABLE notes (text)") }
        try other.close()
        let before = try place.bytes()
        expectRefusal(place, "expected a billwright ledger, found another kind of file")
        #expect(try place.bytes() == before)
    }

    @Test func `a newer ledger is refused and stays as it is`() throws {
        let place = try Workplace()
        let ledger = try Ledger.open(path: place.ledgerPath)
        try ledger.tamper("PRAGMA user_version = 9")
        try ledger.close()
        let before = try place.bytes()
        expectRefusal(place, "the ledger is of version 9, this billwright knows versions up to 2")
        #expect(try place.bytes() == before)
    }

    @Test func `a damaged ledger is refused and stays as it is`() throws {
        let place = try Workplace()
        let ledger = try Ledger.open(path: place.ledgerPath)
        try ledger.record(files: (1...200).map { file("inbox/\($0).csv", sha256: "sha-\($0)") })
        try ledger.close()
        var bytes = try place.bytes()
        let half = bytes.count / 2 / 4096 * 4096
        bytes.replaceSubrange(half..<half + 4096, with: Data(repeating: 0xA5, count: 4096))
        try bytes.write(to: URL(fileURLWithPath: place.ledgerPath))
        expectRefusal(place, "the ledger is damaged")
        #expect(try place.bytes() == bytes)
    }

    @Test func `a cut ledger is refused`() throws {
        let place = try Workplace()
        let ledger = try Ledger.open(path: place.ledgerPath)
        try ledger.close()
        let bytes = try place.bytes()
        try bytes.prefix(bytes.count - 4096).write(to: URL(fileURLWithPath: place.ledgerPath))
        expectRefusal(place, "damaged")
    }

    @Test func `reading a ledger that is not there makes none`() throws {
        let place = try Workplace()
        let ledger = try Ledger.open(path: place.ledgerPath, readOnly: true)
        #expect(try ledger.runs().isEmpty)
        #expect(throws: LedgerRefusal.readOnly) { try ledger.record(files: [file("a.csv", sha256: "a")]) }
        #expect(try place.names.isEmpty)
    }

    private func expectRefusal(_ place: Workplace, _ message: String, sourceLocation: SourceLocation = #_sourceLocation)
    {
        for readOnly in [false, true] {
            let findings = #expect(throws: Findings.self, sourceLocation: sourceLocation) {
                try Ledger.open(path: place.ledgerPath, readOnly: readOnly, shownAs: "ledger.sqlite")
            }
            #expect(findings?.list.map(\.code) == [.ledgerDamaged], sourceLocation: sourceLocation)
            let text = findings?.list.first?.rendered ?? ""
            #expect(text.contains(message), "\(text)", sourceLocation: sourceLocation)
            #expect(text.hasPrefix("ledger.sqlite: error[ledger-damaged]"), "\(text)", sourceLocation: sourceLocation)
        }
    }
}

@Suite struct UpgradeTests {
    private static let second = Migration(version: 3) { db in
        try db.execute(sql: "CREATE TABLE deliveries (id INTEGER PRIMARY KEY NOT NULL) STRICT")
    }

    private func older(_ place: Workplace) throws -> String {
        let ledger = try Ledger.open(path: place.ledgerPath)
        try ledger.record(files: [file("inbox/march.csv", sha256: "sha-1")])
        let dump = try ledger.dump()
        try ledger.close()
        return dump
    }

    private func upgrade(_ place: Workplace, readOnly: Bool = false, _ migration: Migration = second) throws -> Ledger {
        try Ledger.open(
            path: place.ledgerPath, readOnly: readOnly, shownAs: "ledger.sqlite",
            migrations: Migration.all + [migration])
    }

    @Test func `an older ledger is upgraded, with a copy beside it first`() throws {
        let place = try Workplace()
        let before = try older(place)
        let ledger = try upgrade(place)
        #expect(try ledger.count("deliveries") == 0)
        #expect(try ledger.imports().count == 1)
        try ledger.close()
        #expect(try place.names == ["ledger.sqlite", "ledger.sqlite.v2.backup"])
        let copy = try Ledger.open(path: place.ledgerPath + ".v2.backup")
        #expect(try copy.dump() == before)
    }

    @Test func `a failed upgrade leaves the old version`() throws {
        let place = try Workplace()
        let before = try older(place)
        let broken = Migration(version: 3) { db in
            try db.execute(sql: "CREATE TABLE deliveries (id INTEGER PRIMARY KEY NOT NULL) STRICT")
            throw LedgerRefusal.readOnly
        }
        #expect(throws: LedgerRefusal.readOnly) { try upgrade(place, broken) }
        let ledger = try Ledger.open(path: place.ledgerPath)
        #expect(try ledger.dump() == before)
    }

    @Test func `reading an older ledger upgrades nothing on the disk`() throws {
        let place = try Workplace()
        _ = try older(place)
        let bytes = try place.bytes()
        let ledger = try upgrade(place, readOnly: true)
        #expect(try ledger.count("deliveries") == 0)
        #expect(try ledger.imports().count == 1)
        #expect(try place.bytes() == bytes)
        #expect(try place.names == ["ledger.sqlite"])
    }
}
