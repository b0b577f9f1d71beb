import BillingTerms
import Invoicing
import Rating

/// The figures of a case's bills that a table can name in the heading of its cases.
struct ConformanceOutcome {
    let bills: [CustomerBill?]

    /// The figure as text, for each period; `a; b` where it is a list.
    private func figures(_ name: String) throws -> [[ExactDecimal]] {
        let words = name.split(separator: " ", maxSplits: 1).map(String.init)
        return try bills.map { bill in
            guard let invoice = bill?.consolidated else { return Self.lists.contains(name) ? [] : [.zero] }
            let totals = invoice.totals
            func statement(_ value: (CreditStatement) -> Money) -> [ExactDecimal] {
                [invoice.creditStatements.first { $0.grant.text == words[1] }.map { value($0).decimal } ?? .zero]
            }
            func lines(_ value: (InvoiceLine) -> ExactDecimal) -> [ExactDecimal] {
                invoice.lines.map(value).filter { !$0.isZero }
            }
            switch name {
            case "gross": return [totals.sumOfLineGrossAmounts.decimal]
            case "discount": return [totals.discounts.decimal]
            case "net": return [totals.sumOfLineNetAmounts.decimal]
            case "credit": return [totals.promotionalCredit.decimal]
            case "taxable": return [totals.totalWithoutTax.decimal]
            case "tax": return [totals.totalTax.decimal]
            case "total": return [totals.totalWithTax.decimal]
            case "paid": return [totals.paidAmount.decimal]
            case "due": return [totals.amountDue.decimal]
            case "lines": return lines(\.grossAmount.decimal)
            case "net lines": return lines(\.netAmount.decimal)
            case "quantity": return [invoice.lines.map(\.rated.quantity).sum()]
            case "quantities": return lines(\.rated.quantity)
            default:
                switch words[0] {
                case "used" where words.count == 2: return statement(\.used)
                case "closing" where words.count == 2: return statement(\.closing)
                case "expired" where words.count == 2: return statement(\.expired)
                default: throw ScenarioError("there is no outcome \"\(name)\"")
                }
            }
        }
    }

    private static let lists: Set<String> = ["lines", "net lines", "quantities"]

    /// Whether the figure is what a cell says: `12.5`; `12.5/7` for two periods, or their sum; `5; 2` for a list.
    /// An amount that another engine states more finely than the currency is held against ours as it rounds.
    func matches(_ cell: String, _ name: String) throws -> Bool {
        let found = try figures(name)
        let parts = cell.split(separator: "/").map { String($0).trimmingBlanks }
        let wanted = try (parts.isEmpty ? [""] : parts).map { part in
            try part.split(separator: ";").map { try ExactDecimal(parsing: String($0).trimmingBlanks) }
        }
        let isQuantity = name.hasPrefix("quantit")
        func equal(_ left: [ExactDecimal], _ right: [ExactDecimal]) -> Bool {
            let expected = Self.lists.contains(name) ? left.filter { !$0.isZero } : left
            return expected.count == right.count
                && zip(expected, right).allSatisfy { wanted, ours in
                    isQuantity
                        ? ours.rounded(to: wanted.scale) == wanted : ours == wanted.rounded(to: currencyDigits)
                }
        }
        if wanted.count == found.count { return zip(wanted, found).allSatisfy(equal) }
        guard wanted.count == 1, !Self.lists.contains(name) else { return false }
        return equal(wanted[0], [found.flatMap(\.self).sum()])
    }

    private var currencyDigits: Int {
        bills.lazy.compactMap { $0?.consolidated.currency.minorDigits }.first ?? 2
    }

    func text(_ name: String) throws -> String {
        let found = try figures(name).map { $0.map(\.shortText).joined(separator: "; ") }
        return found.count > 3
            ? "\(try figures(name).flatMap(\.self).sum().shortText) in \(found.count) periods"
            : found.joined(separator: "/")
    }

    /// Each line with its working, for a difference.
    var working: String {
        bills.compactMap { $0 }.prefix(3).map { bill in
            let invoice = bill.consolidated
            let lines = invoice.lines.flatMap { line in
                ["  \(line.rated.description) \(line.rated.tier): \(line.grossAmount.decimal)"]
                    + line.rated.working.map { "      \($0.label): \($0.calculation) = \($0.result)" }
            }
            let adjustments = invoice.adjustments.map {
                "  \($0.kind) \($0.id): \($0.amount.decimal) of \($0.basis.decimal)"
            }
            return (["  \(invoice.period)"] + lines + adjustments).joined(separator: "\n")
        }.joined(separator: "\n")
    }
}
