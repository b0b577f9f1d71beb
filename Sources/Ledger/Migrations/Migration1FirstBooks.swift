import GRDB

extension Migration {
    /// Version 1: runs, imports, quarantined rows, drafts, postings. Issued documents, numbers and deliveries have
    /// their room in `documents`; nothing writes them yet.
    @Sendable static func createFirstBooks(_ db: Database) throws {
        try createRuns(db)
        try createImports(db)
        try createDocuments(db)
        try createPostings(db)
    }

    /// A period's name always means the same days.
    private static func createRuns(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE periods (
                    name TEXT PRIMARY KEY NOT NULL,
                    first_day TEXT NOT NULL,
                    end_day TEXT NOT NULL CHECK (first_day < end_day)
                ) STRICT, WITHOUT ROWID;

                CREATE TABLE runs (
                    id INTEGER PRIMARY KEY NOT NULL,
                    period TEXT NOT NULL REFERENCES periods (name),
                    configuration_hash TEXT NOT NULL,
                    tool_version TEXT NOT NULL,
                    zone_data_version TEXT NOT NULL,
                    inputs_hash TEXT NOT NULL,
                    manifest_hash TEXT NOT NULL,
                    status TEXT NOT NULL CHECK (status IN ('complete', 'incomplete')),
                    recorded_at INTEGER
                ) STRICT;
                CREATE INDEX runs_by_period ON runs (period, id);
                """)
        try refuseChanges(of: "periods", db)
        try refuseChanges(of: "runs", db)
    }

    /// A batch is one import, by itself or in a run, that brought something new. Columns of type ANY hold text from
    /// rows as they came: as a blob where it has a NUL, which ends an SQLite text for many readers.
    private static func createImports(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE batches (
                    id INTEGER PRIMARY KEY NOT NULL,
                    run INTEGER REFERENCES runs (id)
                ) STRICT;

                CREATE TABLE imported_files (
                    id INTEGER PRIMARY KEY NOT NULL,
                    batch INTEGER NOT NULL REFERENCES batches (id),
                    path TEXT NOT NULL,
                    sha256 TEXT NOT NULL,
                    byte_count INTEGER NOT NULL CHECK (byte_count >= 0),
                    content TEXT NOT NULL,
                    status TEXT NOT NULL,
                    rows_read INTEGER NOT NULL,
                    rows_kept INTEGER NOT NULL CHECK (rows_kept >= 0),
                    rows_duplicate INTEGER NOT NULL CHECK (rows_duplicate >= 0),
                    rows_quarantined INTEGER NOT NULL CHECK (rows_quarantined >= 0),
                    first_second INTEGER,
                    last_second INTEGER,
                    CHECK (rows_read = rows_kept + rows_duplicate + rows_quarantined),
                    CHECK (first_second <= last_second)
                ) STRICT;
                CREATE INDEX imported_files_by_path ON imported_files (path, id);
                CREATE INDEX imported_files_by_sha256 ON imported_files (sha256, id);

                CREATE TABLE imported_costs (
                    imported_file INTEGER NOT NULL REFERENCES imported_files (id),
                    currency TEXT NOT NULL,
                    billed_cost TEXT NOT NULL,
                    PRIMARY KEY (imported_file, currency)
                ) STRICT, WITHOUT ROWID;

                CREATE TABLE quarantined_rows (
                    id INTEGER PRIMARY KEY NOT NULL,
                    imported_file INTEGER NOT NULL REFERENCES imported_files (id),
                    from_batch INTEGER NOT NULL REFERENCES batches (id),
                    until_batch INTEGER REFERENCES batches (id),
                    line INTEGER NOT NULL,
                    column_number INTEGER,
                    code TEXT NOT NULL,
                    reason ANY NOT NULL,
                    original ANY NOT NULL,
                    customer ANY,
                    meter ANY,
                    quantity TEXT,
                    cost TEXT,
                    currency ANY
                ) STRICT;
                CREATE INDEX quarantined_rows_in_force ON quarantined_rows (imported_file) WHERE until_batch IS NULL;
                CREATE TRIGGER quarantined_rows_refuse_delete BEFORE DELETE ON quarantined_rows
                BEGIN SELECT RAISE(ABORT, 'quarantined_rows is append-only: rows are marked, not deleted'); END;
                CREATE TRIGGER quarantined_rows_refuse_update BEFORE UPDATE ON quarantined_rows
                WHEN OLD.until_batch IS NOT NULL OR NEW.until_batch IS NULL
                    OR NEW.id <> OLD.id OR NEW.imported_file <> OLD.imported_file OR NEW.from_batch <> OLD.from_batch
                    OR NEW.line <> OLD.line OR NEW.column_number IS NOT OLD.column_number OR NEW.code <> OLD.code
                    OR NEW.reason <> OLD.reason OR NEW.original <> OLD.original OR NEW.customer IS NOT OLD.customer
                    OR NEW.meter IS NOT OLD.meter OR NEW.quantity IS NOT OLD.quantity OR NEW.cost IS NOT OLD.cost
                    OR NEW.currency IS NOT OLD.currency
                BEGIN SELECT RAISE(ABORT, 'quarantined_rows is append-only: rows are marked once, not changed'); END;
                """)
        for table in ["batches", "imported_files", "imported_costs"] { try refuseChanges(of: table, db) }
    }

    /// Drafts are replaced by any run of their period; what is issued stands for ever.
    private static func createDocuments(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE documents (
                    id INTEGER PRIMARY KEY NOT NULL,
                    period TEXT NOT NULL REFERENCES periods (name),
                    customer TEXT NOT NULL,
                    project TEXT,
                    scope TEXT NOT NULL,
                    role TEXT NOT NULL,
                    reference TEXT NOT NULL,
                    status TEXT NOT NULL CHECK (status IN ('draft', 'issued', 'superseded')),
                    number TEXT CHECK (number IS NULL OR status = 'issued'),
                    currency TEXT NOT NULL,
                    amount_due TEXT NOT NULL,
                    run INTEGER NOT NULL REFERENCES runs (id),
                    content TEXT NOT NULL
                ) STRICT;
                CREATE UNIQUE INDEX documents_not_issued ON documents (period, reference) WHERE status <> 'issued';
                CREATE UNIQUE INDEX documents_by_number ON documents (number) WHERE number IS NOT NULL;
                CREATE INDEX documents_by_customer ON documents (customer, period);
                CREATE TRIGGER documents_refuse_update BEFORE UPDATE ON documents WHEN OLD.status = 'issued'
                BEGIN SELECT RAISE(ABORT, 'issued documents are never changed: credit them'); END;
                CREATE TRIGGER documents_refuse_delete BEFORE DELETE ON documents WHEN OLD.status = 'issued'
                BEGIN SELECT RAISE(ABORT, 'issued documents are never deleted: credit them'); END;

                CREATE TABLE billed_plan_periods (
                    customer TEXT NOT NULL,
                    subscription TEXT NOT NULL,
                    first_day TEXT NOT NULL,
                    end_day TEXT NOT NULL CHECK (first_day < end_day),
                    period TEXT NOT NULL REFERENCES periods (name),
                    PRIMARY KEY (customer, subscription, first_day, end_day)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX billed_plan_periods_by_period ON billed_plan_periods (period, customer);
                """)
    }

    /// Amounts are whole minor units as text: 64 bits are not enough for every currency, and SQLite would go on with
    /// binary floating point.
    private static func createPostings(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE transactions (
                    id INTEGER PRIMARY KEY NOT NULL,
                    run INTEGER NOT NULL REFERENCES runs (id),
                    period TEXT NOT NULL REFERENCES periods (name),
                    customer TEXT NOT NULL,
                    posting_count INTEGER NOT NULL CHECK (posting_count > 0),
                    reverses INTEGER UNIQUE REFERENCES transactions (id) CHECK (reverses < id)
                ) STRICT;
                CREATE INDEX transactions_by_customer ON transactions (customer, period);
                CREATE INDEX transactions_by_period ON transactions (period);

                CREATE TABLE postings (
                    transaction_id INTEGER NOT NULL REFERENCES transactions (id),
                    ordinal INTEGER NOT NULL,
                    ledger_account TEXT NOT NULL,
                    minor_units TEXT NOT NULL
                        CHECK (length(minor_units) BETWEEN 1 AND 32 AND ltrim(minor_units, '-') NOT GLOB '*[^0-9]*'),
                    currency TEXT NOT NULL,
                    PRIMARY KEY (transaction_id, ordinal)
                ) STRICT, WITHOUT ROWID;
                CREATE TRIGGER postings_refuse_more BEFORE INSERT ON postings
                WHEN (SELECT count(*) FROM postings WHERE transaction_id = NEW.transaction_id)
                    >= (SELECT posting_count FROM transactions WHERE id = NEW.transaction_id)
                BEGIN SELECT RAISE(ABORT, 'the transaction is complete: post a new one'); END;

                CREATE TABLE promotion_cycles (
                    transaction_id INTEGER NOT NULL REFERENCES transactions (id),
                    promotion TEXT NOT NULL,
                    currency TEXT NOT NULL,
                    cycles INTEGER NOT NULL,
                    PRIMARY KEY (transaction_id, promotion, currency)
                ) STRICT, WITHOUT ROWID;
                """)
        for table in ["transactions", "postings", "promotion_cycles"] { try refuseChanges(of: table, db) }
    }
}
