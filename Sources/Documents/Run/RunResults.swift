import BillingTerms
import Importing
import Invoicing

extension RunReport {
    /// What the run made of one customer.
    package struct CustomerResult: Hashable, Sendable, Codable {
        package enum Status: String, Sendable, Codable {
            case billed
            /// Set aside with a finding; the others are billed.
            case parked
        }

        package var id: CustomerID
        package var name: String
        package var currency: Currency
        package var status: Status
        /// Nil for a parked customer.
        package var totals: InvoiceTotals?
        /// The amount due for the period before, where one was run.
        package var previousAmountDue: Money?
        package var projects: [ProjectSummary]

        package init(
            id: CustomerID, name: String, currency: Currency, status: Status = .billed, totals: InvoiceTotals? = nil,
            previousAmountDue: Money? = nil, projects: [ProjectSummary] = []
        ) {
            self.id = id
            self.name = name
            self.currency = currency
            self.status = status
            self.totals = totals
            self.previousAmountDue = previousAmountDue
            self.projects = projects
        }
    }

    /// What a provider charged for a project and what its customer is charged for that.
    package struct ProviderCost: Hashable, Sendable, Codable {
        package var provider: String
        package var serviceAccount: String
        package var project: String
        package var customer: String
        package var currency: Currency
        package var billedCost: ExactDecimal
        package var rebilled: Money?
        /// Where cost and invoice are in one currency.
        package var margin: ExactDecimal?

        package init(
            provider: String, serviceAccount: String, project: String, customer: String, currency: Currency,
            billedCost: ExactDecimal, rebilled: Money? = nil, margin: ExactDecimal? = nil
        ) {
            self.provider = provider
            self.serviceAccount = serviceAccount
            self.project = project
            self.customer = customer
            self.currency = currency
            self.billedCost = billedCost
            self.rebilled = rebilled
            self.margin = margin
        }
    }

    /// Rows of usage: read = kept + duplicate + quarantined, and what was kept is priced or not.
    package struct UsageCounts: Hashable, Sendable, Codable {
        package var read: Int
        package var kept: Int
        package var duplicate: Int
        package var quarantined: Int
        package var priced: Int
        package var unpriced: Int
        /// Of the rows kept, those that no period bills; nil when there are none.
        package var unbilled: UnbilledRows?

        package init(
            read: Int = 0, kept: Int = 0, duplicate: Int = 0, quarantined: Int = 0, priced: Int = 0, unpriced: Int = 0,
            unbilled: UnbilledRows? = nil
        ) {
            self.read = read
            self.kept = kept
            self.duplicate = duplicate
            self.quarantined = quarantined
            self.priced = priced
            self.unpriced = unpriced
            self.unbilled = unbilled
        }

        /// Rows kept that lie on days which the run does not bill.
        package var ofOtherDays: Int { kept - priced - unpriced - (unbilled?.total ?? 0) }

        package var isBalanced: Bool { read == kept + duplicate + quarantined }
    }

    /// Provider cost of one currency: what was read must be what was assigned and what was not.
    package struct ControlTotal: Hashable, Sendable, Codable {
        package var currency: Currency
        package var read: ExactDecimal
        package var assigned: ExactDecimal
        package var unassigned: ExactDecimal
        package var isBalanced: Bool { read == assigned + unassigned }

        package init(currency: Currency, read: ExactDecimal, assigned: ExactDecimal, unassigned: ExactDecimal) {
            self.currency = currency
            self.read = read
            self.assigned = assigned
            self.unassigned = unassigned
        }
    }

    /// Provider cost of one day in one currency, for the chart.
    package struct DailyCost: Hashable, Sendable, Codable {
        package var day: CalendarDay
        package var provider: String
        package var currency: Currency
        package var billedCost: ExactDecimal

        package init(day: CalendarDay, provider: String, currency: Currency, billedCost: ExactDecimal) {
            self.day = day
            self.provider = provider
            self.currency = currency
            self.billedCost = billedCost
        }
    }
}

extension RunReport {
    /// The same report with every list in its one order, so that neither files' nor threads' order shows.
    package var sorted: RunReport {
        var report = self
        report.inputs.sort { ($0.path, $0.sha256) < ($1.path, $1.sha256) }
        report.quarantine.sort {
            ($0.fileName, $0.line, $0.column ?? 0, $0.code.rawValue)
                < ($1.fileName, $1.line, $1.column ?? 0, $1.code.rawValue)
        }
        report.findings.sort()
        report.customers.sort { $0.id < $1.id }
        report.providerCosts.sort {
            ($0.provider, $0.serviceAccount, $0.customer, $0.project, $0.currency)
                < ($1.provider, $1.serviceAccount, $1.customer, $1.project, $1.currency)
        }
        report.unassignedCosts.sort {
            ($0.provider, $0.account, $0.service, $0.currency) < ($1.provider, $1.account, $1.service, $1.currency)
        }
        report.controls.sort { $0.currency < $1.currency }
        report.dailyCosts.sort { ($0.currency, $0.day, $0.provider) < ($1.currency, $1.day, $1.provider) }
        return report
    }
}
