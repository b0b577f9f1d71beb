import BillingTerms
import Catalog
import Importing

/// The answer to a `CostQuery`: costs summed up by what was asked for, and the control totals that show that nothing got
/// lost. Neither the order of files nor that of rows changes anything in it.
///
/// ```swift
/// let query = CostQuery(groupings: [.project, .tag("team")], days: period.days)
/// let answer = CostBreakdown(ProviderInbox(files), workspace: workspace, query: query)
/// ```
package struct CostBreakdown: Sendable {
    /// Sorted by values, what has none last, and by currency.
    package let rows: [CostRow]
    /// Of nobody, among the charges that were asked for; sorted.
    package let unassigned: [UnassignedCost]
    /// Of the files, and of costs that are nobody's.
    package let findings: [Finding]
    /// Of every bill and manifest of the inbox, by path; those of bills without a SHA-256.
    package let reports: [FileReport]
    private let controls: [Currency: Control]

    package init(_ inbox: ProviderInbox, workspace: Workspace, query: CostQuery) {
        let prepared = PreparedCostQuery(query, workspace: workspace)
        let bills = ProviderImport(inbox, reader: ProviderBillReader(detail: prepared.detail, hashesFiles: false)) {
            CostQuerySheet(prepared)
        } enter: { sheet, charge in
            sheet.enter(charge)
        }
        var answer = Answer(prepared)
        for file in bills.files {
            for sheet in file.sheets { answer.post(sheet, counted: file.counted) }
        }
        rows = answer.rows.sorted { $0.key < $1.key }.map { CostRow($0.key, $0.value) }
        unassigned = answer.nobodys.sorted { $0.key < $1.key }.map { key, sums in key.cost(sums) }
        controls = answer.controls
        reports = bills.reports
        findings = (bills.findings + UnassignedAccount.findings(unassigned)).sorted()
    }

    /// One for each currency, sorted. What was read is summed up apart from the rows of the answer.
    package func controlTotals(_ column: CostColumn) -> [CostControl] {
        controls.sorted { $0.key < $1.key }.map { currency, control in
            CostControl(
                currency: currency, rowCount: control.read.rowCount, read: control.read.sum(column).value,
                assigned: control.assigned.sum(column).value, unassigned: control.unassigned.sum(column).value,
                outside: control.outside.sum(column).value, outsideRowCount: control.outside.rowCount,
                leftOut: control.leftOut.sum(column).value)
        }
    }

    fileprivate struct Control: Sendable {
        var read = CostSums()
        var assigned = CostSums()
        var unassigned = CostSums()
        var outside = CostSums()
        var leftOut = CostSums()
    }

    fileprivate struct Key: Hashable, Comparable {
        let values: [BillText?]
        let currency: Currency

        static func < (left: Key, right: Key) -> Bool {
            for (a, b) in zip(left.values, right.values) where a != b {
                guard let a else { return false }
                guard let b else { return true }
                return a < b
            }
            return left.currency < right.currency
        }
    }

    private struct Answer {
        let query: PreparedCostQuery
        var rows: [Key: CostSums] = [:]
        var nobodys: [UnassignedKey: CostSums] = [:]
        var controls: [Currency: Control] = [:]

        init(_ query: PreparedCostQuery) { self.query = query }

        mutating func post(_ sheet: CostQuerySheet, counted: Set<BillCoverage>) {
            for (shared, sums) in sheet.read where counted.contains(shared.coverage) {
                controls[shared.currency, default: Control()].read += sums
            }
            for (nobody, sums) in sheet.nobodys where sums.hasCharges && counted.contains(nobody.coverage) {
                nobodys[nobody.key, default: CostSums()] += sums
            }
            for cell in sheet.cells {
                let shared = sheet.read[cell.key.shared].shared
                if counted.contains(shared.coverage) { post(cell, shared) }
            }
        }

        private mutating func post(_ cell: CostQuerySheet.Cell, _ shared: CostQuerySheet.Shared) {
            let currency = shared.currency
            switch cell.key.fate {
            case .outside: controls[currency, default: Control()].outside += cell.sums
            case .leftOut: controls[currency, default: Control()].leftOut += cell.sums
            case .wanted:
                if cell.isNobodys {
                    controls[currency, default: Control()].unassigned += cell.sums
                } else {
                    controls[currency, default: Control()].assigned += cell.sums
                }
                let values = query.values(
                    shared.values, row: cell.key.rowValues, day: cell.key.day, cell.key.outcome)
                rows[Key(values: values, currency: currency), default: CostSums()] += cell.sums
            }
        }
    }
}

/// The costs of one group in one currency.
package struct CostRow: Sendable {
    /// In the order of the query's groupings. Nil where a charge has no such thing: no project, no tag, no region.
    package var values: [String?]
    package var currency: Currency
    package var rowCount: Int
    private let sums: CostSums

    /// Stands for a rule where a service account's own project decided.
    package static let serviceAccountRule = "(service account)"

    fileprivate init(_ key: CostBreakdown.Key, _ sums: CostSums) {
        values = key.values.map { $0?.text }
        currency = key.currency
        rowCount = sums.rowCount
        self.sums = sums
    }

    package func amount(_ column: CostColumn) -> ExactDecimal { sums.sum(column).value }
}
