import BillingTerms
import Catalog
import FileFormats
import Importing
import Invoicing
import Metering

/// What importing and metering hand over: the narrow waist for each customer, and what became of every file and row.
struct ImportedBooks: Sendable {
    var usage: UsageBook
    var costs: [CustomerID: [Cost]]
    var unassigned: [UnassignedCost]
    var controls: [CostControl]
    var files: [FileReport]
    /// Rows of meter exports that are kept and not billed, by file.
    var unbilled: [String: UnbilledRows]
    /// Customers who are to be made.
    var unknownCustomers: [CustomerID: UnknownCustomer]
    var quarantine: [QuarantinedRow]
    var findings: [Finding]
    /// Why nothing may be billed: a policy of the workspace says `fail`.
    var refusals: [Finding]

    /// All that Rating may know of customers for whom one of them pays.
    func waist(of customers: [CustomerID]) -> CustomerUsage {
        if customers.count == 1 {
            let customer = customers[0]
            return CustomerUsage(
                usage: usage.usage(of: customer), costs: costs[customer] ?? [],
                jointUsage: usage.jointUsage(of: customer))
        }
        return CustomerUsage(
            usage: customers.flatMap { usage.usage(of: $0) }, costs: customers.flatMap { costs[$0] ?? [] },
            jointUsage: customers.flatMap { usage.jointUsage(of: $0) })
    }

    /// The files whose rows count, as documents list them.
    var auditInputs: [Audit.Input] {
        files.filter { $0.status == .imported && $0.content != .manifest }
            .map { Audit.Input(path: $0.path, sha256: $0.sha256, rows: $0.rowsKept) }
            .sorted { ($0.path, $0.sha256) < ($1.path, $1.sha256) }
    }

    /// SHA-256 over the hashes of all files that count, whatever their names and order.
    var inputsHash: String {
        get throws {
            let hasher = try SHA256Hasher()
            let counting = files.filter { $0.status == .imported }.map(\.sha256).sorted()
            hasher.update(Array(counting.joined(separator: "\n").utf8))
            return try hasher.finish().hexadecimal
        }
    }
}
