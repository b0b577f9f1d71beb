import BillingTerms
import Invoicing

/// The document's net amount by day of use, for the chart: each line is spread over the days behind it by quantity, so
/// that the days add up to the lines. Lines without usage, such as fees, belong to no day.
struct DailyAmounts {
    /// Rising days, or the first days of months where there are too many days to look at.
    var entries: [(day: CalendarDay, amount: Money)] = []
    var isByMonth = false
    /// What belongs to no day.
    var rest: Money

    init(_ document: InvoiceDocument, mostDays: Int = 62) {
        // A line's rows mostly stand together, by day.
        var weights: [Int: (days: [CalendarDay], quantities: [ExactDecimal])] = [:]
        for row in document.usage {
            for line in row.lines {
                if weights[line]?.days.last == row.day, let last = weights[line]?.quantities.indices.last {
                    weights[line]?.quantities[last] += row.quantity
                } else {
                    weights[line, default: ([], [])].days.append(row.day)
                    weights[line]?.quantities.append(row.quantity)
                }
            }
        }
        var amounts: [CalendarDay: Money] = [:]
        rest = .zero(document.currency)
        for line in document.lines {
            guard let (days, quantities) = weights[line.number], !days.isEmpty else {
                rest += line.netAmount
                continue
            }
            if line.netAmount.isZero { continue }
            for (day, part) in zip(days, line.netAmount.allocated(over: quantities)) where !part.isZero {
                amounts[day, default: .zero(document.currency)] += part
            }
        }
        if amounts.count > mostDays {
            isByMonth = true
            var months: [CalendarDay: Money] = [:]
            for (day, amount) in amounts { months[day.firstOfMonth, default: .zero(document.currency)] += amount }
            amounts = months
        } else if let first = amounts.keys.min(), let last = amounts.keys.max(), last - first < mostDays {
            // Days without use stand in the chart too.
            for number in first.number...last.number where amounts[CalendarDay(number: number)] == nil {
                amounts[CalendarDay(number: number)] = .zero(document.currency)
            }
        }
        entries = amounts.sorted { $0.key < $1.key }.map { (day: $0.key, amount: $0.value) }
    }
}

/// The document's amount by project, or by item where it is about one project: largest first, the many small together.
struct AmountShares {
    struct Entry {
        var key: String
        var name: String
        var amount: Money
        /// Where the Projects sheet has it; nil for an item.
        var projectRow: Int?
    }

    var entries: [Entry]
    /// What is not listed; nil when all are.
    var other: Money?
    var isByProject: Bool

    init(_ document: InvoiceDocument, most: Int = 12) {
        isByProject = document.projects.count > 1
        var all: [Entry]
        if isByProject {
            all = document.projects.enumerated().map { index, project in
                Entry(
                    key: project.id?.text ?? "", name: project.name, amount: project.totals.totalWithoutTax,
                    projectRow: index)
            }
        } else {
            var items: [String: Entry] = [:]
            for line in document.lines {
                let id = line.rated.itemID
                var entry = items[id] ?? Entry(key: id, name: id, amount: .zero(document.currency))
                entry.amount += line.netAmount
                items[id] = entry
            }
            all = Array(items.values)
        }
        all.sort { $0.amount != $1.amount ? $0.amount > $1.amount : $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        if all.count > most + 1 {
            other = all[most...].map(\.amount).sum(document.currency)
            all.removeSubrange(most...)
        }
        entries = all
    }
}
