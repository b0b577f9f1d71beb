import BillingTerms
import FileFormats

private typealias Place = BillingTerms.Place

/// The invoices of one monthly CSV, and which of their rows are billed; see `AWSMonthlyReport`. All rows are noted before the
/// first of them is read.
struct AWSMonthlyInvoices {
    private typealias Record = AWSMonthlyReport.Record

    /// What a `StatementTotal` adds up: the invoices of a payer's month in one currency. Texts as numbers, see `texts`.
    private struct Statement: Hashable {
        var payer: Int
        var period: Int
        var currency: Int
    }

    /// An invoice, by what its rows have in common.
    private struct Key: Hashable {
        var statement: Statement
        var id: Int
        /// -1 unless one id stands for several invoices, see `settle`.
        var date: Int
    }

    private let columns: AWSMonthlyReport.Columns
    private let records = ColumnTexts()
    private let recordKinds = Record.allCases
    private let texts = (0..<5).map { _ in ColumnTexts() }
    private var noted: [Key: Invoice] = [:]
    private var statements: [Statement: (amount: ExactDecimal, currency: String, line: Int)] = [:]

    private var invoices: [Key: Invoice] = [:]
    /// Ids of which each date is an invoice of its own.
    private var dated: Set<Key> = []
    /// What is billed on a total's row, by the row's line.
    private var differences: [Int: ExactDecimal] = [:]

    init(_ columns: AWSMonthlyReport.Columns) {
        self.columns = columns
        // So that the kinds have the numbers of their order.
        for kind in recordKinds {
            var name = kind.rawValue
            name.withUTF8 { _ = records.number(of: UnsafeRawBufferPointer($0)) }
        }
    }

    /// Nil for a kind that is not known.
    private func record(_ row: BillTable) -> Record? {
        records.knownNumber(of: columns.recordType.bytes(row)).map { recordKinds[$0] }
    }

    private func key(_ row: BillTable) -> Key {
        func number(_ place: Int, _ column: BoundColumn) -> Int { texts[place].number(of: column.bytes(row)) }
        let statement = Statement(
            payer: number(0, columns.payerAccount), period: number(1, columns.periodStart),
            currency: number(2, columns.currency))
        return Key(statement: statement, id: number(3, columns.invoice), date: number(4, columns.invoiceDate))
    }

    mutating func note(_ row: BillTable) {
        let record = record(row)
        if record == .accountTotal || record == .disclaimer { return }
        let key = key(row)
        let cost = try? columns.totalCost.requiredDecimal(row)
        if record == .statementTotal {
            if let cost { statements[key.statement] = (cost, columns.currency.string(row), row.line) }
            return
        }
        noted[
            key,
            default: Invoice(
                id: columns.invoice.string(row), currency: columns.currency.string(row), firstLine: row.line)
        ].note(record, cost, line: row.line)
    }

    /// One invoice for each id. Where every date of an id has a total of its own, each date is an invoice: publishers mask
    /// several ids as one.
    mutating func settle() {
        for (key, invoice) in noted { invoices[undated(key), default: Invoice(like: invoice)] += invoice }
        let dates = Dictionary(grouping: noted.keys, by: undated)
        for (id, keys) in dates where keys.count > 1 && keys.allSatisfy({ noted[$0]?.total != nil }) {
            dated.insert(id)
            invoices[id] = nil
            for key in keys { invoices[key] = noted[key] }
        }
        for invoice in invoices.values where !invoice.difference.isZero && !invoice.hasUnreadableRows {
            differences[invoice.totalLine] = invoice.difference
        }
    }

    private func undated(_ key: Key) -> Key { Key(statement: key.statement, id: key.id, date: -1) }

    private func invoice(of row: BillTable) -> Invoice? {
        let key = key(row)
        return invoices[dated.contains(undated(key)) ? key : undated(key)]
    }

    /// What the row of an invoice's total adds to the billed rows.
    func difference(onLine line: Int) -> ExactDecimal? { differences[line] }

    func isRepetition(_ row: BillTable) -> Bool {
        switch record(row) {
        case .accountTotal, .statementTotal, .disclaimer: true
        case .payerLine: invoice(of: row)?.isBilledByAccount ?? false
        // A total that cannot be read is set aside like any row.
        case .invoiceTotal:
            differences[row.line] == nil && (try? columns.totalCost.requiredDecimal(row)) != nil
        case .linkedLine, .rounding, nil: false
        }
    }
}

/// What the rows of an invoice come to.
private struct Invoice {
    let id: String
    let currency: String
    private(set) var firstLine: Int
    private var payerRows = 0
    private var linkedRows = 0
    private var payer = ExactSum()
    private var linked = ExactSum()
    /// Roundings, and records of kinds that are not known.
    private var other = ExactSum()
    private(set) var total: ExactDecimal?
    private(set) var totalLine = Int.max
    /// Rows whose cost cannot be read.
    private var unreadablePayerRows = 0
    private var unreadableOtherRows = 0

    init(id: String, currency: String, firstLine: Int) {
        self.id = id
        self.currency = currency
        self.firstLine = firstLine
    }

    init(like other: Invoice) { self.init(id: other.id, currency: other.currency, firstLine: other.firstLine) }

    var isBilledByAccount: Bool { linkedRows > 0 }

    var billed: ExactDecimal { ((isBilledByAccount ? linked : payer).value + other.value).normalized }

    /// How much more the invoice says than its billed rows; 0 where it has no total.
    var difference: ExactDecimal { ((total ?? billed) - billed).normalized }

    /// Rows that would be billed if they could be read: what the difference is then is not known.
    var unreadableRows: Int { unreadableOtherRows + (isBilledByAccount ? 0 : unreadablePayerRows) }
    var hasUnreadableRows: Bool { unreadableRows > 0 }

    /// The payer's rows, where there is no total to hold the linked ones against.
    var payerTotal: ExactDecimal? {
        total == nil && isBilledByAccount && payerRows > 0 && unreadablePayerRows == 0 ? payer.value : nil
    }

    mutating func note(_ record: AWSMonthlyReport.Record?, _ cost: ExactDecimal?, line: Int) {
        switch record {
        case .payerLine: payerRows += 1
        case .linkedLine: linkedRows += 1
        default: break
        }
        guard let cost else {
            if record == .payerLine { unreadablePayerRows += 1 } else { unreadableOtherRows += 1 }
            return
        }
        switch record {
        case .payerLine: payer += cost
        case .linkedLine: linked += cost
        case .invoiceTotal:
            total = (total ?? .zero) + cost
            totalLine = min(totalLine, line)
        default: other += cost
        }
    }

    static func += (left: inout Invoice, right: Invoice) {
        left.firstLine = min(left.firstLine, right.firstLine)
        left.payerRows += right.payerRows
        left.linkedRows += right.linkedRows
        left.payer += right.payer
        left.linked += right.linked
        left.other += right.other
        if let total = right.total { left.total = (left.total ?? .zero) + total }
        left.totalLine = min(left.totalLine, right.totalLine)
        left.unreadablePayerRows += right.unreadablePayerRows
        left.unreadableOtherRows += right.unreadableOtherRows
    }
}

extension AWSMonthlyInvoices {
    func findings(file: String) -> [Finding] {
        invoices.values.compactMap { finding($0, file) }.sorted() + statementFindings(file)
    }

    private func finding(_ invoice: Invoice, _ file: String) -> Finding? {
        let rows = invoice.isBilledByAccount ? "the rows of its linked accounts" : "its rows"
        let found = "found \(invoice.billed) \(invoice.currency) in \(rows)"
        if let total = invoice.total, !invoice.difference.isZero {
            let difference = "\(invoice.difference) \(invoice.currency)"
            let note =
                invoice.hasUnreadableRows
                ? "\(difference) is not billed, since the cost of \(rowText(invoice.unreadableRows)) cannot be read"
                : "\(difference) is kept on the payer's account, under the service "
                    + "\"\(AWSMonthlyReport.notItemised)\""
            return Finding(
                .warning, .billDiffers,
                "expected \(total.normalized) \(invoice.currency), as invoice \"\(invoice.id)\" says, \(found)",
                at: Place(file: file, line: invoice.totalLine), notes: [note])
        }
        guard let payer = invoice.payerTotal, payer != invoice.billed else { return nil }
        return Finding(
            .warning, .billDiffers,
            "expected \(payer.normalized) \(invoice.currency), as the payer's rows of invoice \"\(invoice.id)\" say, \(found)",
            at: Place(file: file, line: invoice.firstLine),
            notes: ["the linked accounts' rows are billed; the file has no total for this invoice"])
    }

    private func statementFindings(_ file: String) -> [Finding] {
        var billed: [Statement: ExactDecimal] = [:]
        for (key, invoice) in invoices {
            let difference = invoice.hasUnreadableRows ? .zero : invoice.difference
            billed[key.statement, default: .zero] += invoice.billed + difference
        }
        return statements.compactMap { statement, total -> Finding? in
            let sum = (billed[statement] ?? .zero).normalized
            guard sum != total.amount else { return nil }
            return Finding(
                .warning, .billDiffers,
                "expected \(total.amount.normalized) \(total.currency), as the statement says, found \(sum) \(total.currency) in "
                    + "its invoices",
                at: Place(file: file, line: total.line), notes: ["the invoices are billed as they are"])
        }.sorted()
    }

    private func rowText(_ count: Int) -> String { numbered(count, "row") }
}
