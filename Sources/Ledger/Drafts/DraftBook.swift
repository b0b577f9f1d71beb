import BillingTerms
import GRDB
import Invoicing

/// Reads and writes documents and the plan periods that they bill.
enum DraftBook {
    enum Status: String {
        /// Replaced by any run of its period.
        case draft
        /// Numbered and frozen.
        case issued
        /// Another run period bills the same days of a subscription; kept to be looked at.
        case superseded
    }

    struct Document {
        var id: Int64
        var status: Status
        var content: String
    }

    /// All documents of a customer and period, whatever their status.
    static func stored(_ db: Database, periodName: String, customer: CustomerID) throws -> [Document] {
        let statement = try db.cachedStatement(
            sql: "SELECT id, status, content FROM documents WHERE period = ? AND customer = ? ORDER BY id")
        let rows = try Row.fetchCursor(statement, arguments: [periodName, customer.text])
        var documents: [Document] = []
        while let row = try rows.next() {
            let status: Status = try Stored.choice(row[1], "status of a document")
            documents.append(Document(id: row[0], status: status, content: row[2]))
        }
        return documents
    }

    static func add(_ db: Database, _ draft: DraftHeading, content: String, run: Int64) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO documents (period, customer, project, scope, role, reference, status, currency, amount_due,
                    run, content)
                VALUES (?, ?, ?, ?, ?, ?, 'draft', ?, ?, ?, ?)
                """
        ).execute(arguments: [
            draft.periodName, draft.customer.text, draft.project?.text, draft.scope.rawValue, draft.role.rawValue,
            draft.reference, draft.amountDue.currency.code, draft.amountDue.decimal.description, run, content,
        ])
    }

    static func delete(_ db: Database, id: Int64) throws {
        try db.cachedStatement(sql: "DELETE FROM documents WHERE id = ?").execute(arguments: [id])
    }

    /// The customers with documents or billed plan periods of a period.
    static func customers(_ db: Database, periodName: String) throws -> Set<CustomerID> {
        let names = try String.fetchAll(
            db,
            sql: """
                SELECT customer FROM documents WHERE period = ?1
                UNION SELECT customer FROM billed_plan_periods WHERE period = ?1
                """, arguments: [periodName])
        return Set(names.map { CustomerID($0) })
    }
}

// MARK: - Plan periods

extension DraftBook {
    static func planPeriods(_ db: Database, periodName: String, customer: CustomerID) throws -> Set<BilledPlanPeriod> {
        let statement = try db.cachedStatement(
            sql: """
                SELECT subscription, first_day, end_day FROM billed_plan_periods WHERE period = ? AND customer = ?
                """)
        let rows = try Row.fetchCursor(statement, arguments: [periodName, customer.text])
        var planPeriods: Set<BilledPlanPeriod> = []
        while let row = try rows.next() {
            planPeriods.insert(BilledPlanPeriod(subscription: row[0], days: try Stored.days(row[1], row[2])))
        }
        return planPeriods
    }

    static func replacePlanPeriods(
        _ db: Database, periodName: String, customer: CustomerID, with planPeriods: Set<BilledPlanPeriod>
    ) throws {
        try removePlanPeriods(db, periodName: periodName, customer: customer)
        let insert = try db.cachedStatement(
            sql: """
                INSERT INTO billed_plan_periods (customer, subscription, first_day, end_day, period)
                VALUES (?, ?, ?, ?, ?)
                """)
        for planPeriod in planPeriods {
            try insert.execute(arguments: [
                customer.text, planPeriod.subscription, planPeriod.days.start.description,
                planPeriod.days.end.description, periodName,
            ])
        }
    }

    private static func removePlanPeriods(_ db: Database, periodName: String, customer: CustomerID) throws {
        try db.cachedStatement(sql: "DELETE FROM billed_plan_periods WHERE period = ? AND customer = ?")
            .execute(arguments: [periodName, customer.text])
    }

    /// The other run periods whose drafts bill a day of these subscriptions that these plan periods bill too, in order.
    static func otherPeriods(
        _ db: Database, billing planPeriods: Set<BilledPlanPeriod>, of customer: CustomerID, except periodName: String
    ) throws -> [String] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT DISTINCT period FROM billed_plan_periods
                WHERE customer = ? AND subscription = ? AND first_day < ? AND end_day > ? AND period <> ?
                """)
        var others: Set<String> = []
        for planPeriod in planPeriods {
            others.formUnion(
                try String.fetchAll(
                    statement,
                    arguments: [
                        customer.text, planPeriod.subscription, planPeriod.days.end.description,
                        planPeriod.days.start.description, periodName,
                    ]))
        }
        return others.sorted()
    }

    /// The drafts of a customer and period count no longer. False, and nothing done, when one of them was issued.
    static func markSuperseded(_ db: Database, periodName: String, customer: CustomerID) throws -> Bool {
        let stored = try stored(db, periodName: periodName, customer: customer)
        if stored.contains(where: { $0.status == .issued }) { return false }
        for document in stored where document.status == .draft {
            try db.cachedStatement(sql: "UPDATE documents SET status = 'superseded' WHERE id = ?")
                .execute(arguments: [document.id])
        }
        try removePlanPeriods(db, periodName: periodName, customer: customer)
        return true
    }
}
