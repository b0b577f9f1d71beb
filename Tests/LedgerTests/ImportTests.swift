import BillingTerms
import Importing
import Testing

@testable import Ledger

@Suite struct ImportTests {
    private let ledger: Ledger

    init() throws { ledger = try Ledger.inMemory() }

    @Test func `a file is read back as it was reported`() throws {
        var report = file("inbox/bill.csv", sha256: "a", kept: 3, duplicate: 2, quarantined: 1)
        report.content = .awsCUR
        report.billedCost = ["USD": try ExactDecimal(parsing: "12.3400000001"), "EUR": -7]
        try ledger.record(files: [report], quarantine: [row("inbox/bill.csv", line: 4)])
        #expect(try ledger.imports() == [ImportRecord(batch: 1, run: nil, report: report)])
        #expect(try ledger.verify().isEmpty)
    }

    @Test func `importing the same files again books nothing`() throws {
        let files = [file("inbox/b.csv", sha256: "b", quarantined: 2), file("inbox/a.csv", sha256: "a")]
        let rows = [row("inbox/b.csv", line: 4), row("inbox/b.csv", line: 9)]
        try ledger.record(files: files, quarantine: rows)
        let before = try ledger.dump()
        try ledger.record(files: files.reversed(), quarantine: rows.reversed())
        #expect(try ledger.dump() == before)
    }

    @Test func `a replaced file gets a second record, and the first stays`() throws {
        try ledger.record(files: [file("inbox/a.csv", sha256: "old"), file("inbox/b.csv", sha256: "b")])
        try ledger.record(files: [file("inbox/a.csv", sha256: "new"), file("inbox/b.csv", sha256: "b")])
        #expect(try ledger.imports().map(\.report.sha256) == ["old", "b", "new"])
        #expect(try ledger.presentImports().map(\.report.sha256) == ["new", "b"])
        #expect(try ledger.lastSHA256(path: "inbox/a.csv") == "new")
        #expect(try ledger.lastSHA256(path: "inbox/c.csv") == nil)
        #expect(try ledger.firstBatches() == ["old": 1, "b": 1, "new": 2])
    }

    @Test func `a file whose rows are counted otherwise gets a second record of the same content`() throws {
        try ledger.record(
            files: [file("inbox/a.csv", sha256: "a", kept: 9, quarantined: 1)],
            quarantine: [row("inbox/a.csv", line: 2)])
        try ledger.record(files: [file("inbox/a.csv", sha256: "a", kept: 10)])
        #expect(try ledger.imports(sha256: "a").map(\.report.rowsKept) == [9, 10])
        #expect(try ledger.quarantinedRows().isEmpty)
        #expect(try ledger.count("quarantined_rows") == 1)
        #expect(try ledger.firstBatches() == ["a": 1])
        #expect(try ledger.verify().isEmpty)
    }

    @Test func `rows that stay set aside are not written again`() throws {
        let path = "inbox/a.csv"
        try ledger.record(
            files: [file(path, sha256: "a", quarantined: 3)],
            quarantine: [row(path, line: 2), row(path, line: 3), row(path, line: 4)])
        try ledger.record(
            files: [file(path, sha256: "a", kept: 11, quarantined: 2)],
            quarantine: [row(path, line: 2), row(path, line: 4, original: "corrected reason")])
        #expect(try ledger.quarantinedRows().map(\.line) == [2, 4])
        #expect(try ledger.count("quarantined_rows") == 4)
        #expect(try ledger.verify().isEmpty)
    }

    @Test func `a replaced file's rows are set aside no longer, a moved file keeps its rows`() throws {
        let rows = [row("inbox/a.csv", line: 2)]
        try ledger.record(files: [file("inbox/a.csv", sha256: "a", quarantined: 1)], quarantine: rows)
        try ledger.record(
            files: [file("done/a.csv", sha256: "a", quarantined: 1), file("inbox/a.csv", sha256: "next")],
            quarantine: [row("done/a.csv", line: 2)])
        #expect(try ledger.quarantinedRows() == [row("done/a.csv", line: 2)])
        #expect(try ledger.count("quarantined_rows") == 1)
        try ledger.record(files: [file("done/a.csv", sha256: "other")])
        #expect(try ledger.quarantinedRows().isEmpty)
        #expect(try ledger.verify().isEmpty)
    }

    @Test func `a second name for the same bytes leaves the rows where they are`() throws {
        var copy = file("inbox/z.csv", sha256: "a", kept: 0)
        copy.status = .sameContent
        let original = file("inbox/a.csv", sha256: "a", quarantined: 1)
        try ledger.record(files: [original, copy], quarantine: [row("inbox/a.csv", line: 2)])
        try ledger.record(files: [copy])
        #expect(try ledger.quarantinedRows() == [row("inbox/a.csv", line: 2)])
        #expect(try ledger.verify().isEmpty)
    }

    @Test func `rows are kept byte for byte, whatever they hold`() throws {
        for original in ["a\0b", "", "\u{FEFF}quote\"'; DROP TABLE runs", "e\u{301} é", "日本\r\n"] {
            let ledger = try Ledger.inMemory()
            var odd = row("inbox/a.csv", line: 1, original: original)
            (odd.reason, odd.customer, odd.currency) = (original, original, original)
            try ledger.record(files: [file("inbox/a.csv", sha256: "a", quarantined: 1)], quarantine: [odd])
            let read = try ledger.quarantinedRows().first
            #expect(read.map { Array($0.original.utf8) } == Array(original.utf8))
            #expect(read?.customer == original && read?.reason == original && read?.currency == original)
        }
    }

    @Test func `paths that differ only in how a letter is composed are two files`() throws {
        try ledger.record(files: [file("inbox/é.csv", sha256: "a"), file("inbox/e\u{301}.csv", sha256: "b")])
        #expect(try ledger.lastSHA256(path: "inbox/é.csv") == "a")
        #expect(try ledger.lastSHA256(path: "inbox/e\u{301}.csv") == "b")
    }

    @Test func `counts that do not add up are refused whole`() throws {
        var wrong = file("inbox/b.csv", sha256: "b")
        wrong.rowsRead += 1
        #expect(throws: LedgerRefusal.miscounted(path: "inbox/b.csv")) {
            try ledger.record(files: [file("inbox/a.csv", sha256: "a"), wrong])
        }
        #expect(throws: LedgerRefusal.unknownFile(path: "inbox/c.csv")) {
            try ledger.record(files: [], quarantine: [row("inbox/c.csv", line: 1)])
        }
        #expect(throws: LedgerRefusal.twice(name: "a")) {
            try ledger.record(files: [file("a", sha256: "a"), file("a", sha256: "b")])
        }
        #expect(try ledger.imports().isEmpty)
    }

    @Test func `a seal holds until something is booked behind it`() throws {
        let place = try Workplace()
        let ledger = try Ledger.open(path: place.ledgerPath)
        let seal = ImportSeal(
            seal: "abc", findings: [Finding(.note, .unknownColumns, "nothing uses \"note\"", at: Place(file: "a"))])
        #expect(try ledger.sealedImport("abc") == nil)
        for _ in 0..<2 {
            try ledger.record(files: [file("inbox/march.csv", sha256: "sha-1")], seal: seal)
            #expect(try ledger.sealedImport("abc") == seal)
            #expect(try ledger.sealedImport("abd") == nil)
        }
        #expect(try ledger.count("import_seals") == 1)
        try ledger.record(files: [file("inbox/april.csv", sha256: "sha-2")])
        #expect(try ledger.sealedImport("abc") == nil)
    }
}
