import BillingTerms
import Foundation
import GRDB
import Importing

/// An import that set no row aside. The seal is a hash of all that decides what becomes of the files: their paths and
/// contents, the configuration, the program. Whoever imports under the same seal again would find what is booked, and say
/// the same of it.
package struct ImportSeal: Hashable, Sendable {
    package var seal: String
    package var findings: [Finding]

    package init(seal: String, findings: [Finding] = []) {
        self.seal = seal
        self.findings = findings
    }
}

extension Ledger {
    /// The last import, when it has this seal and nothing was booked since.
    package func sealedImport(_ seal: String) throws -> ImportSeal? {
        let last = try read { db in try ImportSeal.last(db) }
        return last?.seal == seal ? last : nil
    }
}

extension ImportSeal {
    /// To be called when the import is booked.
    func book(_ db: Database) throws {
        guard try ImportSeal.last(db) != self else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try db.execute(
            sql: """
                INSERT INTO import_seals (last_batch, seal, findings)
                VALUES ((SELECT coalesce(max(id), 0) FROM batches), ?, ?)
                """, arguments: [seal, String(decoding: try encoder.encode(findings), as: UTF8.self)])
    }

    /// Nil when something was booked after it.
    fileprivate static func last(_ db: Database) throws -> ImportSeal? {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT seal, findings FROM import_seals
                WHERE id = (SELECT max(id) FROM import_seals)
                    AND last_batch = (SELECT coalesce(max(id), 0) FROM batches)
                """)
        guard let row else { return nil }
        let text: String = row[1]
        // What another version wrote and cannot be read is no seal: the files are read again.
        guard let findings = try? JSONDecoder().decode([Finding].self, from: Data(text.utf8)) else { return nil }
        return ImportSeal(seal: row[0], findings: findings)
    }
}
