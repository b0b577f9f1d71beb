import BillingTerms
import Catalog

/// The lines that one item made for one project and plan period, with the days behind their quantity.
package struct RatedGroup: Sendable {
    package var lines: [RatedLine]
    package var evidence: [Evidence]
    /// For provider cost: whose cost the lines pass on.
    package var costShares: [CostShare]

    /// A service account's part of the cost behind the lines.
    package struct CostShare: Hashable, Sendable {
        package var provider: String
        package var serviceAccount: ServiceAccountID
        package var currency: Currency
        package var cost: ExactDecimal

        package init(provider: String, serviceAccount: ServiceAccountID, currency: Currency, cost: ExactDecimal) {
            self.provider = provider
            self.serviceAccount = serviceAccount
            self.currency = currency
            self.cost = cost
        }
    }

    /// A day's usage or cost as it went into the lines.
    package struct Evidence: Hashable, Sendable {
        package var day: CalendarDay
        package var project: ProjectID
        /// The meter, or the provider and service.
        package var origin: String
        package var dimensions: String
        package var quantity: ExactDecimal
        package var unit: String
        package var eventCount: Int

        package init(
            day: CalendarDay, project: ProjectID, origin: String, dimensions: String, quantity: ExactDecimal,
            unit: String, eventCount: Int
        ) {
            self.day = day
            self.project = project
            self.origin = origin
            self.dimensions = dimensions
            self.quantity = quantity
            self.unit = unit
            self.eventCount = eventCount
        }
    }

    package init(lines: [RatedLine], evidence: [Evidence] = [], costShares: [CostShare] = []) {
        self.lines = lines
        self.evidence = evidence
        self.costShares = costShares
    }
}

/// Why a customer is not billed in this run; the others are.
package struct Parked: Error, Sendable {
    package var findings: [Finding]
    package init(_ findings: [Finding]) { self.findings = findings }
}
