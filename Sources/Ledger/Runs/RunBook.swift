import BillingTerms
import GRDB

extension Ledger {
    /// All runs that changed something, oldest first.
    package func runs() throws -> [RunRecord] {
        try read { db in try RunBook.runs(db, where: "", []) }
    }

    /// The last run of a period; nil when it was never run.
    package func lastRun(of periodName: String) throws -> RunRecord? {
        try read { db in try RunBook.lastRun(db, of: periodName) }
    }
}

/// Reads and writes runs.
enum RunBook {
    static func lastRun(_ db: Database, of periodName: String) throws -> RunRecord? {
        try runs(db, where: "WHERE id = (SELECT max(id) FROM runs WHERE period = ?)", [periodName]).first
    }

    static func runs(_ db: Database, where condition: String, _ arguments: StatementArguments) throws -> [RunRecord] {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT id, period, configuration_hash, tool_version, zone_data_version, inputs_hash, manifest_hash,
                    status, recorded_at
                FROM runs \(condition) ORDER BY id
                """, arguments: arguments)
        var runs: [RunRecord] = []
        while let row = try rows.next() {
            let name: String = row[1]
            guard let period = BillingPeriod(absolute: name) else {
                throw Stored.Unreadable(what: "\(name) is not a period")
            }
            let facts = RunFacts(
                period: period, configurationHash: row[2], toolVersion: row[3], zoneDataVersion: row[4],
                inputsHash: row[5], manifestHash: row[6], status: try Stored.choice(row[7], "status of a run"))
            let recorded: Int64? = row[8]
            runs.append(RunRecord(id: row[0], facts: facts, recordedAt: recorded.flatMap { Timestamp(seconds: $0) }))
        }
        return runs
    }

    static func add(_ db: Database, _ facts: RunFacts, recordedAt: Timestamp?) throws -> Int64 {
        try db.execute(
            sql: """
                INSERT INTO runs (period, configuration_hash, tool_version, zone_data_version, inputs_hash,
                    manifest_hash, status, recorded_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                facts.period.name, facts.configurationHash, facts.toolVersion, facts.zoneDataVersion, facts.inputsHash,
                facts.manifestHash, facts.status.rawValue, recordedAt?.seconds,
            ])
        return db.lastInsertedRowID
    }

    /// A period's name stands for the same days for ever.
    static func addPeriod(_ db: Database, _ period: BillingPeriod) throws {
        let days = period.days
        if let known = try Row.fetchOne(
            db, sql: "SELECT first_day, end_day FROM periods WHERE name = ?", arguments: [period.name])
        {
            guard try Stored.days(known[0], known[1]) == days else {
                throw LedgerRefusal.otherDays(period: period.name)
            }
            return
        }
        try db.execute(
            sql: "INSERT INTO periods (name, first_day, end_day) VALUES (?, ?, ?)",
            arguments: [period.name, days.start.description, days.end.description])
    }
}

extension RunBook {
    /// The days of each period that was run.
    static func periodDays(_ db: Database) throws -> [String: ServicePeriod] {
        var days: [String: ServicePeriod] = [:]
        let rows = try Row.fetchCursor(db, sql: "SELECT name, first_day, end_day FROM periods")
        while let row = try rows.next() { days[row[0]] = try Stored.days(row[1], row[2]) }
        return days
    }
}
