import BillingTerms

private typealias Place = BillingTerms.Place

/// What a format has to say of a bill as a whole. A large bill is read in pieces, whose remarks are put together.
struct BillRemarks: Sendable {
    /// Which view of the month the rows are of, for providers that write two.
    var evidence = CostViewEvidence()
    /// Discounts that stand beside the rows and in none of them, by currency code.
    var discounts: [String: ExactSum] = [:]
    /// Kept rows whose cost is left out, in a format in which that means 0.
    var rowsWithoutCost = 0
    /// Each is said once, whatever number of pieces it was found in.
    var findings: [Finding] = []

    mutating func add(_ other: BillRemarks) {
        evidence.add(other.evidence)
        for (currency, sum) in other.discounts { discounts[currency, default: ExactSum()] += sum }
        rowsWithoutCost += other.rowsWithoutCost
        findings += other.findings.filter { !findings.contains($0) }
    }

    func emptyCostFindings(file: String) -> [Finding] {
        guard rowsWithoutCost > 0 else { return [] }
        return [
            Finding(
                .note, .emptyCost, "no cost in \(numbered(rowsWithoutCost, "row"))",
                at: Place(file: file), notes: ["counted as 0, as the format means it"])
        ]
    }

    /// The bill is higher than the invoice by discounts that no row has.
    func discountFindings(file: String) -> [Finding] {
        discounts.filter { !$0.value.value.isZero }.sorted { $0.key < $1.key }.map { currency, sum in
            Finding(
                .warning, .billDiffers,
                "expected discounts as lines of their own, found \(sum.value) \(currency) in columns",
                at: Place(file: file),
                notes: [
                    "billed cost is before these discounts",
                    "make the export with \"manual discount compatibility\", and the discounts are billed too",
                ])
        }
    }
}
