import BillingTerms
import GRDB

extension Ledger {
    /// Books everything of a run in one transaction, or nothing of it.
    ///
    /// The outputs were published, by rename, just before. A kill between the two leaves new outputs and old books; the
    /// next run of the period heals that, because a run's outputs depend on nothing that its own commit writes: its
    /// opening balances are those of periods that end before it begins (`carriedForward(before:)`), and its drafts and
    /// their number nothing that a draft leaves behind. So it writes the same bytes again and books them. A kill inside
    /// the commit is undone when the ledger is next opened, and is then the same case.
    ///
    /// Committing the same values again changes nothing, not a byte of the file, and says so. Committing other values
    /// for the same period replaces its drafts, reverses what they used up and posts what is used up now, customer by
    /// customer, only where it differs.
    ///
    /// Throws `LedgerRefusal` for values that cannot be booked.
    package func commitRun(_ commit: RunCommit) throws -> RunOutcome {
        guard !isReadOnly else { throw LedgerRefusal.readOnly }
        try commit.check()
        return try write { db in try RunBooking(db, commit).book() }
    }
}

extension RunCommit {
    /// What can be seen to be wrong without looking at the books.
    fileprivate func check() throws {
        var customers: Set<CustomerID> = []
        var references: Set<Identifier<Draft>> = []
        for billing in billings {
            guard customers.insert(billing.customer).inserted else {
                throw LedgerRefusal.twice(name: billing.customer.text)
            }
            guard scope.includes(billing.customer) else { throw LedgerRefusal.outsideScope(billing.customer) }
            for draft in billing.drafts.map(\.heading) {
                guard draft.customer == billing.customer, draft.periodName == facts.period.name else {
                    throw LedgerRefusal.misplacedDraft(reference: draft.reference)
                }
                guard references.insert(Identifier(draft.reference)).inserted else {
                    throw LedgerRefusal.twice(name: draft.reference)
                }
            }
        }
    }
}

/// The run's number, taken when there is something to book under it.
private final class RunNumber {
    private let allocate: () throws -> Int64
    private(set) var allocated: Int64?

    init(_ allocate: @escaping () throws -> Int64) { self.allocate = allocate }

    func callAsFunction() throws -> Int64 {
        if let allocated { return allocated }
        let number = try allocate()
        allocated = number
        return number
    }
}

/// One run on its way into the books.
private struct RunBooking {
    let db: Database
    let commit: RunCommit
    let run: RunNumber
    var periodName: String { commit.facts.period.name }

    init(_ db: Database, _ commit: RunCommit) {
        self.db = db
        self.commit = commit
        run = RunNumber { try RunBook.add(db, commit.facts, recordedAt: commit.recordedAt) }
    }

    func book() throws -> RunOutcome {
        let last = try RunBook.lastRun(db, of: periodName)
        try RunBook.addPeriod(db, commit.facts.period)
        if last?.facts != commit.facts { _ = try run() }

        let run = run
        var batch = ImportBatch(db) { try run() }
        try batch.book(commit.files, commit.quarantine)

        let inForce = try transactionsInForce()
        var superseded: [SupersededDrafts] = []
        for billing in try everyBilling(inForce) {
            superseded += try supersede(for: billing)
            try post(billing, insteadOf: inForce[billing.customer])
            try bookPlanPeriods(billing)
            try bookDrafts(billing)
        }
        let number = try run.allocated ?? last.map { Int64($0.id) } ?? run()
        return RunOutcome(run: Int(number), isUnchanged: run.allocated == nil, superseded: superseded)
    }

    /// In the order of customers. Customers who were billed for this period before, and are not now, are billed nothing.
    private func everyBilling(_ inForce: [CustomerID: LedgerTransaction]) throws -> [CustomerBilling] {
        var gone = Set(inForce.keys)
        gone.formUnion(try DraftBook.customers(db, periodName: periodName))
        gone.subtract(commit.billings.map(\.customer))
        let nothing = gone.filter(commit.scope.includes).map { CustomerBilling(customer: $0, drafts: []) }
        return (commit.billings + nothing).sorted { $0.customer < $1.customer }
    }

    private func transactionsInForce() throws -> [CustomerID: LedgerTransaction] {
        let transactions = try PostingBook.transactions(
            db, where: "\(PostingBook.inForce) AND t.period = ?", [periodName])
        return Dictionary(transactions.map { ($0.customer, $0) }, uniquingKeysWith: { _, last in last })
    }
}

// MARK: - One customer

extension RunBooking {
    /// Equal use stays posted as it is; other use is reversed and posted anew.
    private func post(_ billing: CustomerBilling, insteadOf posted: LedgerTransaction?) throws {
        let use = BillingUse(
            credits: billing.creditUses, promotions: billing.promotionUses, commitments: billing.commitmentUses)
        if let posted {
            if posted.use == use { return }
            try PostingBook.reverse(posted, run: try run(), db)
        }
        if !use.isEmpty {
            try PostingBook.post(use, customer: billing.customer, period: periodName, run: try run(), db)
        }
    }

    private func bookPlanPeriods(_ billing: CustomerBilling) throws {
        let new = Set(billing.planPeriods)
        guard try DraftBook.planPeriods(db, periodName: periodName, customer: billing.customer) != new else { return }
        _ = try run()
        try DraftBook.replacePlanPeriods(db, periodName: periodName, customer: billing.customer, with: new)
    }

    /// Drafts whose text is the same stay as they are.
    private func bookDrafts(_ billing: CustomerBilling) throws {
        var old = try DraftBook.stored(db, periodName: periodName, customer: billing.customer)
        if old.contains(where: { $0.status == .issued }) {
            throw LedgerRefusal.issued(period: periodName, customer: billing.customer)
        }
        var new: [(heading: DraftHeading, content: String)] = []
        for draft in billing.drafts {
            let content = try draft.text.read()
            if let place = old.firstIndex(where: {
                $0.status == .draft && $0.content.utf8.elementsEqual(content.utf8)
            }) {
                old.remove(at: place)
            } else {
                new.append((draft.heading, content))
            }
        }
        guard !old.isEmpty || !new.isEmpty else { return }
        let run = try run()
        for document in old { try DraftBook.delete(db, id: document.id) }
        for draft in new { try DraftBook.add(db, draft.heading, content: draft.content, run: run) }
    }

    /// Days of a subscription are billed once. Where another run period billed some of these, a day of this month for
    /// instance, its drafts for this customer no longer count and what they used up is given back.
    private func supersede(for billing: CustomerBilling) throws -> [SupersededDrafts] {
        let others = try DraftBook.otherPeriods(
            db, billing: Set(billing.planPeriods), of: billing.customer, except: periodName)
        for other in others {
            let run = try run()
            guard try DraftBook.markSuperseded(db, periodName: other, customer: billing.customer) else {
                throw LedgerRefusal.issued(period: other, customer: billing.customer)
            }
            let posted = try PostingBook.transactions(
                db, where: "\(PostingBook.inForce) AND t.period = ? AND t.customer = ?", [other, billing.customer.text])
            for transaction in posted { try PostingBook.reverse(transaction, run: run, db) }
        }
        return others.map { SupersededDrafts(customer: billing.customer, periodName: $0) }
    }
}
