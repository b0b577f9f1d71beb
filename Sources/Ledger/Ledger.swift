import BillingTerms
import GRDB

/// The books of a workspace (`ledger.sqlite`): what must never be recomputed. Imports, quarantined rows, runs, drafts
/// and what they took from grants and promotions.
///
/// They are append-only where money is: a correction is a reversal and a new posting, debits equal credits after every
/// transaction, and triggers refuse anything else to every program that opens the file. Only drafts are replaced, by a
/// later run of their period.
///
/// Every function throws `Findings` when the file cannot be used (damaged, locked, disk full), and `LedgerRefusal` when
/// what it was given cannot be booked.
package struct Ledger: Sendable {
    /// Its name in a workspace.
    package static let fileName = "ledger.sqlite"

    let database: DatabaseQueue
    /// How findings name the file.
    let shownPath: String
    package let isReadOnly: Bool

    init(_ database: DatabaseQueue, shownPath: String, isReadOnly: Bool) {
        self.database = database
        self.shownPath = shownPath
        self.isReadOnly = isReadOnly
    }

    /// Closes the file. Nothing is lost without it: every commit is on the disk when it returns.
    package func close() throws {
        try naming { try database.close() }
    }

    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try naming { try database.read(body) }
    }

    /// All of `body` in one transaction, or nothing of it.
    func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try naming { try database.write(body) }
    }

    private func naming<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw LedgerDamage.explained(error, shownPath: shownPath)
        } catch let unreadable as Stored.Unreadable {
            throw LedgerDamage.damaged(shownPath, unreadable.what)
        }
    }
}

/// Something that cannot be booked, because what was handed over contradicts itself or the books. The transaction it
/// came in is not written.
package enum LedgerRefusal: Error, Equatable, CustomStringConvertible {
    /// Debits and credits of a transaction differ.
    case unbalanced(customer: CustomerID, currency: Currency)
    /// A file's rows read are not those kept, duplicate and quarantined.
    case miscounted(path: String)
    /// A quarantined row of a file that is not among the files.
    case unknownFile(path: String)
    /// A draft of another period or customer than the billing that it is part of.
    case misplacedDraft(reference: String)
    /// A billing of a customer whom the run was not for.
    case outsideScope(CustomerID)
    /// Two drafts of one reference, or two billings of one customer.
    case twice(name: String)
    /// A draft would replace, or bill again, what is issued.
    case issued(period: String, customer: CustomerID)
    /// A period's name stands for other days in the books.
    case otherDays(period: String)
    /// The ledger was opened to be read.
    case readOnly

    package var description: String {
        switch self {
        case .unbalanced(let customer, let currency): "debits and credits of \(customer) differ in \(currency)"
        case .miscounted(let path): "\(path): rows read are not those kept, duplicate and quarantined"
        case .unknownFile(let path): "\(path): quarantined rows of a file that was not reported"
        case .misplacedDraft(let reference): "\(reference): a draft of another period or customer"
        case .outsideScope(let customer): "\(customer) is billed by a run that is not for them"
        case .twice(let name): "\(name) is handed over twice"
        case .issued(let period, let customer): "\(customer) was already issued for \(period)"
        case .otherDays(let period): "\(period) stands for other days in the ledger"
        case .readOnly: "the ledger was opened to be read"
        }
    }
}
