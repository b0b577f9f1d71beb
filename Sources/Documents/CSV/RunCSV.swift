import BillingTerms

/// `quarantine.csv`: every row that is not billed, as it came, with the reason.
enum QuarantineCSV {
    static let columns = [
        "file", "line", "column", "code", "reason", "customer", "meter", "quantity", "cost", "currency", "original",
    ]

    static func document(_ report: RunReport, dialect: CSVDialect) -> CSVText {
        var csv = CSVText(dialect)
        csv.header(columns)
        for row in report.quarantine {
            csv.text(row.fileName)
            csv.integer(row.line)
            csv.integer(row.column)
            csv.text(row.code.rawValue)
            csv.text(row.reason)
            csv.text(row.customer)
            csv.text(row.meter)
            csv.number(row.quantity)
            csv.number(row.cost)
            csv.text(row.currency)
            csv.text(row.original)
            csv.endRow()
        }
        return csv
    }
}

/// `reconciliation.csv`: where every row and every amount that was read has gone. `section` says what a row is about;
/// cells that do not concern it are empty.
enum ReconciliationCSV {
    static let columns = [
        "section", "name", "provider", "service_account", "account", "service", "customer", "project", "currency",
        "rows_read", "rows_kept", "rows_duplicate", "rows_quarantined", "rows_priced", "rows_unpriced", "cost_read",
        "cost_assigned", "cost_unassigned", "rebilled", "rebilled_currency", "margin", "amount_due",
        "previous_amount_due", "status",
        "sha256",
    ]

    static func document(_ report: RunReport, dialect: CSVDialect) -> CSVText {
        var csv = CSVText(dialect)
        csv.header(columns)
        for control in report.controls {
            var row = Row(section: "control", name: control.currency.code)
            row.currency = control.currency.code
            row.read = control.read
            row.assigned = control.assigned
            row.unassigned = control.unassigned
            row.status = control.isBalanced ? "ok" : "differs"
            row.append(to: &csv)
        }
        var usage = Row(section: "usage", name: "all meter files")
        usage.rows = [
            report.usage.read, report.usage.kept, report.usage.duplicate, report.usage.quarantined, report.usage.priced,
            report.usage.unpriced,
        ]
        usage.status = report.usage.isBalanced ? "ok" : "differs"
        usage.append(to: &csv)
        appendFiles(report, to: &csv)
        appendCosts(report, to: &csv)
        for customer in report.customers {
            var row = Row(section: "customer", name: customer.name)
            row.customer = customer.id.text
            row.currency = customer.currency.code
            row.due = customer.totals?.amountDue.decimal
            row.previous = customer.previousAmountDue?.decimal
            row.status = customer.status.rawValue
            row.append(to: &csv)
        }
        return csv
    }

    private static func appendFiles(_ report: RunReport, to csv: inout CSVText) {
        for file in report.inputs {
            var row = Row(section: "file", name: file.path)
            row.rows = [file.rowsRead, file.rowsKept, file.rowsDuplicate, file.rowsQuarantined, nil, nil]
            row.status = file.status.rawValue
            row.sha256 = file.sha256
            // A file with costs in two currencies has a row for each; its rows are counted on the first.
            for (index, cost) in file.billedCost.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { row.rows = Row.noRows }
                row.currency = cost.key
                row.read = cost.value
                row.append(to: &csv)
            }
            if file.billedCost.isEmpty { row.append(to: &csv) }
        }
    }

    private static func appendCosts(_ report: RunReport, to csv: inout CSVText) {
        for cost in report.providerCosts {
            var row = Row(section: "provider-cost", name: "")
            row.provider = cost.provider
            row.serviceAccount = cost.serviceAccount
            row.customer = cost.customer
            row.project = cost.project
            row.currency = cost.currency.code
            row.assigned = cost.billedCost
            row.rebilled = cost.rebilled?.decimal
            row.rebilledCurrency = cost.rebilled?.currency.code ?? ""
            row.margin = cost.margin
            row.append(to: &csv)
        }
        for cost in report.unassignedCosts {
            var row = Row(section: "unassigned", name: "")
            row.provider = cost.provider
            row.account = cost.account
            row.service = cost.service
            row.currency = cost.currency.code
            row.rows = [cost.rowCount, nil, nil, nil, nil, nil]
            row.unassigned = cost.billed.normalized
            row.append(to: &csv)
        }
    }

    private struct Row {
        static let noRows: [Int?] = [nil, nil, nil, nil, nil, nil]
        var section: String
        var name: String
        var provider = ""
        var serviceAccount = ""
        var account = ""
        var service = ""
        var customer = ""
        var project = ""
        var currency = ""
        var rows = Row.noRows
        var read: ExactDecimal?
        var assigned: ExactDecimal?
        var unassigned: ExactDecimal?
        var rebilled: ExactDecimal?
        var rebilledCurrency = ""
        var margin: ExactDecimal?
        var due: ExactDecimal?
        var previous: ExactDecimal?
        var status = ""
        var sha256 = ""

        init(section: String, name: String) {
            self.section = section
            self.name = name
        }

        func append(to csv: inout CSVText) {
            for text in [section, name, provider, serviceAccount, account, service, customer, project, currency] {
                csv.text(text)
            }
            for count in rows { csv.integer(count) }
            for number in [read, assigned, unassigned, rebilled] { csv.number(number) }
            csv.text(rebilledCurrency)
            for number in [margin, due, previous] { csv.number(number) }
            csv.text(status)
            csv.text(sha256)
            csv.endRow()
        }
    }
}
