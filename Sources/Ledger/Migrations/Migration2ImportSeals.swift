import GRDB

extension Migration {
    /// Version 2: what was said of an import beside what is booked, so that the same files need not be read again.
    @Sendable static func createImportSeals(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE import_seals (
                    id INTEGER PRIMARY KEY NOT NULL,
                    last_batch INTEGER NOT NULL,
                    seal TEXT NOT NULL,
                    findings TEXT NOT NULL
                ) STRICT;
                """)
        try refuseChanges(of: "import_seals", db)
    }
}
