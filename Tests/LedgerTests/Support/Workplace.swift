import Foundation
import GRDB

@testable import Ledger

/// A folder that is gone when the test is over.
final class Workplace {
    let path: String
    var ledgerPath: String { path + "/ledger.sqlite" }

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/ledger-tests-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func bytes(_ name: String = "ledger.sqlite") throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: path + "/" + name))
    }

    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
    }
}

extension Ledger {
    /// Every row of every table, as text.
    func dump() throws -> String {
        try read { db in
            let tables = try String.fetchAll(
                db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
            var lines: [String] = []
            for table in tables {
                lines.append("# \(table)")
                for row in try Row.fetchAll(db, sql: "SELECT * FROM \(table)") {
                    lines.append(row.databaseValues.map(\.description).joined(separator: "|"))
                }
            }
            return lines.joined(separator: "\n")
        }
    }

    func count(_ table: String) throws -> Int {
        try read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? 0 }
    }

    /// Any SQL, past all the rules of the typed functions.
    func tamper(_ sql: String) throws {
        try database.write { db in try db.execute(sql: sql) }
    }
}
