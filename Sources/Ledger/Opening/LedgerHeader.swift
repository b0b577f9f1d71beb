import BillingTerms
import Foundation
import GRDB

/// The first hundred bytes of an SQLite file, read without SQLite: what is not a ledger is refused before anything
/// could write to it, even a lock or a journal beside it.
struct LedgerHeader: Equatable {
    /// "bwlg", as `PRAGMA application_id`; `file` names the kind of file by it.
    static let applicationID = 0x6277_6C67

    var applicationID: Int
    /// The version of the books.
    var version: Int

    enum Kind: Equatable {
        /// Nothing is there, or an empty file, which a killed first run can leave.
        case absent
        case sqlite(LedgerHeader)
        case foreign
    }

    /// Throws `Findings` when the file is there and cannot be read.
    static func read(path: String, shownPath: String) throws -> Kind {
        guard FileManager.default.fileExists(atPath: path) else { return .absent }
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw LedgerDamage.damaged(shownPath, "it cannot be opened")
        }
        defer { try? file.close() }
        do {
            return kind(of: [UInt8](try file.read(upToCount: 100) ?? Data()))
        } catch {
            throw LedgerDamage.damaged(shownPath, "it cannot be read")
        }
    }

    private static func kind(of bytes: [UInt8]) -> Kind {
        if bytes.isEmpty { return .absent }
        guard bytes.count == 100, bytes.starts(with: Array("SQLite format 3\0".utf8)) else { return .foreign }
        func bigEndian(_ place: Int) -> Int { bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
        return .sqlite(LedgerHeader(applicationID: bigEndian(68), version: bigEndian(60)))
    }

    /// The same, as SQLite sees it after it has undone an interrupted transaction.
    static func read(_ db: Database) throws -> LedgerHeader {
        LedgerHeader(
            applicationID: try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0,
            version: try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0)
    }

    /// Refuses what is not a ledger, or is newer than `known`.
    func check(known: Int, shownPath: String) throws {
        guard applicationID == LedgerHeader.applicationID, version > 0 else { throw LedgerDamage.notALedger(shownPath) }
        guard version <= known else { throw LedgerDamage.newer(shownPath, found: version, known: known) }
    }
}
