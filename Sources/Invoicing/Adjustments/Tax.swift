import BillingTerms
import Catalog
import Rating

extension Bill {
    /// Computes tax once per code and rate, on the sum of the lines' taxable amounts (EN 16931 BR-CO-17), and tells each
    /// line its part, so that projects' taxes add up to the customer's.
    mutating func computeTax() throws(Parked) {
        var groups: [(group: TaxGroup, places: [Int])] = []
        for place in lines.indices {
            let group = lines[place].tax.group
            if let known = groups.firstIndex(where: { $0.group == group }) {
                groups[known].places.append(place)
            } else {
                groups.append((group, [place]))
            }
        }
        groups.sort { left, right in
            let (a, b) = (lines[left.places[0]].tax.rate, lines[right.places[0]].tax.rate)
            return a != b ? b < a : left.group.code < right.group.code
        }
        let together = try taxesRoundedTogether(groups.filter { !lines[$0.places[0]].tax.code.isIncluded })
        for (group, places) in groups {
            if lines[places[0]].tax.code.isIncluded {
                try takeOutTax(group, places)
            } else {
                try addTax(group, places, together[group])
            }
        }
    }

    /// Where tax is rounded once for the invoice: the exact taxes of all groups, of which the sum is rounded and each lies
    /// next to its exact amount.
    private func taxesRoundedTogether(
        _ groups: [(group: TaxGroup, places: [Int])]
    ) throws(Parked) -> [TaxGroup: [Money]] {
        guard context.workspace.business.conventions.invoice.taxRounding == .invoice, !groups.isEmpty else {
            return [:]
        }
        let exact = groups.map { _, places in
            lines[places[0]].tax.charged.amounts(on: places.map { lines[$0].amounts.taxable }.sum(currency).decimal)
        }
        let whole = try rounded(exact.joined().sum(), of: groups[0].group.code)
        var parts = whole.allocated(nextTo: Array(exact.joined()))[...]
        var result: [TaxGroup: [Money]] = [:]
        for (group, taxes) in zip(groups, exact) {
            result[group.group] = Array(parts.prefix(taxes.count))
            parts = parts.dropFirst(taxes.count)
        }
        return result
    }

    /// Tax on top of the lines: each of the code's taxes on the taxable total, and on the taxes that it compounds on. It is
    /// rounded here, for the group or line by line, unless it was rounded before with those of other groups.
    private mutating func addTax(_ group: TaxGroup, _ places: [Int], _ together: [Money]?) throws(Parked) {
        let taxes = lines[places[0]].tax.charged
        let taxable = places.map { lines[$0].amounts.taxable }.sum(currency)
        var amounts: [Money] = []
        for (index, tax) in taxes.enumerated() {
            let base = taxable + tax.compoundsOn.map { amounts[$0] }.sum(currency)
            let shares = places.map { place in
                let line = lines[place].amounts
                return (line.taxable + tax.compoundsOn.map { line.taxes[$0] }.sum(currency)).decimal * tax.rate
            }
            let amount: Money
            var parts: [Money] = []
            if context.workspace.business.conventions.invoice.taxRounding == .line {
                for share in shares { parts.append(try rounded(share, of: group.code)) }
                amount = parts.sum(currency)
            } else {
                if let together {
                    amount = together[index]
                } else {
                    amount = try rounded(base.decimal * tax.rate, of: group.code)
                }
                parts = amount.allocated(nextTo: shares)
            }
            for (place, part) in zip(places, parts) { lines[place].amounts.taxes.append(part) }
            amounts.append(amount)
            note(tax, at: index, of: group, base: base, amount: amount)
        }
    }

    /// Prices that contain tax: what the customer pays stays as it is, and the tax in it is taken out of the total once.
    /// Lines, discounts and credit become amounts without tax that add up to the rounded total without tax.
    private mutating func takeOutTax(_ group: TaxGroup, _ places: [Int]) throws(Parked) {
        let taxes = lines[places[0]].tax.charged
        let withTax = places.map { lines[$0].amounts.taxable }
        let nets = try net(withTax, group.code, taxes.effectiveRate)
        let deductions = try netDeductions(places, group.code, taxes.effectiveRate)
        for (index, place) in places.enumerated() {
            let before = lines[place].amounts
            var after = LineAmounts(gross: nets[index])
            after.discounts = before.discounts.map {
                ($0.promotion, deductions[.promotion($0.promotion)]?[index] ?? $0.amount)
            }
            after.creditBeforeTax = before.creditBeforeTax.map {
                ($0.grant, deductions[.grant($0.grant)]?[index] ?? $0.amount)
            }
            after.gross = nets[index] + after.discount + after.credit
            taxInsideCredit += before.credit - after.credit
            lines[place].rated.working.append(
                WorkingStep(
                    "\((taxes.effectiveRate * .hundred).shortText) % tax is contained",
                    "\(before.gross.decimal) ÷ \((ExactDecimal.one + taxes.effectiveRate).shortText)",
                    after.gross.decimal.description))
            lines[place].amounts = after
        }
        for deduction in deductions.keys { restate(deduction) }

        let total = zip(withTax, nets).map { $0 - $1 }
        let base = nets.sum(currency)
        let parts = total.sum(currency).allocated(over: taxes.amounts(on: base.decimal.magnitude))
        var rest = total
        for (index, (tax, amount)) in zip(taxes, parts).enumerated() {
            let isLast = index == taxes.count - 1
            let shares = isLast ? rest : amount.allocated(over: rest.map(\.decimal.magnitude))
            for (place, (line, share)) in zip(places, shares).enumerated() {
                lines[line].amounts.taxes.append(share)
                rest[place] -= share
            }
            let compounded = tax.compoundsOn.map { parts[$0] }.sum(currency)
            note(tax, at: index, of: group, base: base + compounded, amount: shares.sum(currency))
        }
    }

    /// Amounts with tax as amounts without it: their total is rounded once, and each lies next to its exact share.
    private func net(_ amounts: [Money], _ code: String, _ rate: ExactDecimal) throws(Parked) -> [Money] {
        let divisor = ExactDecimal.one + rate
        // A quotient may have no end; at these digits the shares miss their sum by far less than a minor unit.
        let shares = amounts.map { $0.decimal.divided(by: divisor, to: 20) }
        let whole = amounts.sum(currency).decimal.divided(by: divisor, to: 20)
        return try rounded(whole, of: code).allocated(nextTo: shares)
    }

    private enum Deduction: Hashable {
        case promotion(PromotionID)
        case grant(CreditGrantID)
    }

    /// Each promotion's and each grant's part of some lines, without tax.
    private func netDeductions(
        _ places: [Int], _ code: String, _ rate: ExactDecimal
    ) throws(Parked) -> [Deduction: [Money]] {
        var parts: [Deduction: [Money]] = [:]
        let none = places.map { _ in Money.zero(currency) }
        for (index, place) in places.enumerated() {
            for (id, amount) in lines[place].amounts.discounts { parts[.promotion(id), default: none][index] += amount }
            for (id, amount) in lines[place].amounts.creditBeforeTax {
                parts[.grant(id), default: none][index] += amount
            }
        }
        var nets: [Deduction: [Money]] = [:]
        for (deduction, amounts) in parts { nets[deduction] = try net(amounts, code, rate) }
        return nets
    }

    /// What an adjustment takes off is shown without tax, as the lines show it; balances and caps count it with tax.
    private mutating func restate(_ deduction: Deduction) {
        let amount = lines.flatMap { line -> [Money] in
            switch deduction {
            case .promotion(let id): line.amounts.discounts.filter { $0.promotion == id }.map(\.amount)
            case .grant(let id): line.amounts.creditBeforeTax.filter { $0.grant == id }.map(\.amount)
            }
        }.sum(currency)
        let place = adjustments.firstIndex { adjustment in
            switch deduction {
            case .promotion(let id): adjustment.kind.isDiscount && adjustment.id == id.text
            case .grant(let id): !adjustment.kind.isDiscount && adjustment.id == id.text
            }
        }
        guard let place, adjustments[place].amount != amount else { return }
        adjustments[place].working.append(
            WorkingStep(
                "without the tax that prices contain", adjustments[place].amount.decimal.description,
                amount.decimal.description))
        adjustments[place].amount = amount
    }

    private func rounded(_ exact: ExactDecimal, of code: String) throws(Parked) -> Money {
        if let money = Money(rounding: exact, to: currency, context.rounding) { return money }
        throw Parked([
            Finding(.amountTooLarge, "the tax of \"\(code)\" has more than 30 digits", at: customer.place)
        ])
    }

    private mutating func note(_ charged: ChargedTax, at place: Int, of group: TaxGroup, base: Money, amount: Money) {
        let tax = charged.tax
        taxes.append(
            BillTax(
                subtotal: TaxSubtotal(
                    code: tax.code, name: tax.name, category: tax.category, rate: charged.rate, taxableAmount: base,
                    taxAmount: amount, note: tax.note ?? tax.category.reason,
                    lineCode: tax.code == group.code ? nil : group.code),
                group: group, place: place))
    }
}
